//! Goal: `kill -9` costs nothing that was acknowledged, and the others go on meanwhile.
//! Method: four validators; one is killed while transfers are sent to the others, then started again; its database is
//! checked with a full replay afterwards.

use tacit_tests::{Devnet, send};

#[tokio::test]
async fn a_killed_validator_comes_back_level() {
    let mut network = Devnet::start(4);
    network.wait_for_all(&[0, 1, 2, 3], 2).await;
    send(&network, 3, 0, 9, 1).await;
    network.kill(3);
    let mut last = 0;
    for amount in 2..6 {
        last = send(&network, 0, 1, 9, amount).await;
    }
    network.start_node(3);
    network.wait_for_all(&[0, 1, 2, 3], last + 1).await;
    for height in 1..=last {
        network.assert_same_block(&[0, 1, 2, 3], height).await;
    }
    network.stop(3);
    let home = network.home(3);
    let report = network.tacit(&["db", "check", "--replay", "--home", home.to_str().unwrap()]);
    assert!(report.contains("supplies: good"), "{report}");
    assert!(report.contains("replay: good"), "{report}");
}
