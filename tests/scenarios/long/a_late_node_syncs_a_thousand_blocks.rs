//! Goal: a node that was never there syncs a thousand blocks, some of them with transactions, and has the same roots.
//! Method: three of four validators make the blocks, as fast as they may, under some load; then the fourth starts.

use std::time::Instant;
use tacit_tests::{Devnet, submit};

const BLOCKS: u64 = 1_000;
const FAST: [(&str, &str); 2] =
    [("TACIT_CONSENSUS__MIN_BLOCK_TIME_MS", "20"), ("TACIT_CONSENSUS__IDLE_INTERVAL_MS", "20")];

#[tokio::test]
async fn a_late_node_syncs_a_thousand_blocks() {
    let mut network = Devnet::prepare(4);
    for node in 0..3 {
        network.start_node_with(node, &FAST);
    }
    network.wait_for_all(&[0, 1, 2], 1).await;
    let mut amount = 1;
    // A dead fourth validator costs a timeout every fourth height, so this takes a few minutes.
    while network.client(0).status().await.unwrap().height < BLOCKS {
        submit(&network, 0, 0, 9, amount).await;
        amount += 1;
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    let started = Instant::now();
    network.start_node_with(3, &FAST);
    network.wait_for_height(3, BLOCKS).await;
    println!("{BLOCKS} blocks synced in {:?}", started.elapsed());
    for height in [1, BLOCKS / 2, BLOCKS] {
        network.assert_same_block(&[0, 1, 2, 3], height).await;
    }
}
