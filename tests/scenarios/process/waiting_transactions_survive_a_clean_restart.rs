//! Goal: what waits in the pool is not lost over a clean restart.
//! Method: one of four validators runs alone, so nothing can be decided; it takes a transfer, stops, starts again, and
//! still has it; with the others the transfer is committed.

use std::time::Duration;
use tacit_tests::{Devnet, submit};

#[tokio::test]
async fn waiting_transactions_survive_a_clean_restart() {
    let mut network = Devnet::prepare(4);
    network.start_node(0);
    network.wait_for_rpc(0).await;
    let tx_id = submit(&network, 0, 0, 9, 77).await;
    network.stop(0);
    network.start_node(0);
    network.wait_for_rpc(0).await;
    let view = network.client(0).tx(tx_id).await.unwrap();
    assert_eq!(serde_json::to_value(&view).unwrap()["status"], "pending");
    for node in 1..4 {
        network.start_node(node);
    }
    network.client(0).wait_for_tx(tx_id, Duration::from_secs(30), |_| {}).await.unwrap();
}
