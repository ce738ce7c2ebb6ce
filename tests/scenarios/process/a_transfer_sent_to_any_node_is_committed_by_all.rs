//! Goal: gossip, consensus, execution and storage agree about a transfer, whichever node it was sent to.
//! Method: four validators; one transfer through each; all nodes must have it in the same block with the same roots,
//! and each block's proposer must not always be the node that was asked.

use std::collections::BTreeSet;
use tacit_tests::{Devnet, send};

#[tokio::test]
async fn a_transfer_sent_to_any_node_is_committed_by_all() {
    let network = Devnet::start(4);
    network.wait_for_all(&[0, 1, 2, 3], 1).await;
    let mut heights = BTreeSet::new();
    for node in 0..4u16 {
        let height = send(&network, node, u32::from(node), 9, 1_000 + u128::from(node)).await;
        heights.insert(height);
    }
    let last = *heights.last().unwrap();
    network.wait_for_all(&[0, 1, 2, 3], last + 1).await;
    for height in 1..=last + 1 {
        network.assert_same_block(&[0, 1, 2, 3], height).await;
    }
}
