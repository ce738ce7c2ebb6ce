//! Goal: a node that was never there syncs the chain and then takes part.
//! Method: three of four validators make 30 blocks; the fourth starts with an empty home.

use tacit_tests::Devnet;

const BLOCKS: u64 = 30;

#[tokio::test]
async fn a_late_node_catches_up() {
    let mut network = Devnet::prepare(4);
    // Fast idle blocks, so that the test does not wait for a second each.
    for node in 0..3 {
        network.start_node_with(node, &[("TACIT_CONSENSUS__IDLE_INTERVAL_MS", "100")]);
    }
    network.wait_for_all(&[0, 1, 2], BLOCKS).await;
    network.start_node_with(3, &[("TACIT_CONSENSUS__IDLE_INTERVAL_MS", "100")]);
    network.wait_for_height(3, BLOCKS).await;
    for height in [1, BLOCKS / 2, BLOCKS] {
        network.assert_same_block(&[0, 1, 2, 3], height).await;
    }
}
