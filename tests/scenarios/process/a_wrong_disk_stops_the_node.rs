//! Goal: a node whose disk does not hold what it must says so, names a verb, and exits; it never guesses.
//! Method: the database of a stopped node is put under another chain's genesis, then one of its files is damaged.

use std::time::Duration;
use tacit_tests::Devnet;

#[tokio::test]
async fn a_wrong_disk_stops_the_node() {
    let mut network = Devnet::start(1);
    network.wait_for_height(0, 3).await;
    network.stop(0);
    let genesis = network.home(0).join("genesis.toml");
    let spec = std::fs::read_to_string(&genesis).unwrap();
    std::fs::write(&genesis, spec.replace("tacit-testnet", "another-chain")).unwrap();
    network.start_node(0);
    assert!(network.ends_by_itself(0, Duration::from_secs(30)), "the node runs on another chain's data");
    assert!(network.log(0).contains("genesis"), "{}", network.log(0));
    std::fs::write(&genesis, spec).unwrap();

    let database = network.home(0).join("data/db");
    for entry in std::fs::read_dir(&database).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "sst" || extension == "log") {
            let mut bytes = std::fs::read(&path).unwrap();
            let middle = bytes.len() / 2;
            bytes.iter_mut().skip(middle).take(64).for_each(|byte| *byte ^= 0xff);
            std::fs::write(&path, bytes).unwrap();
        }
    }
    network.start_node(0);
    assert!(network.ends_by_itself(0, Duration::from_secs(30)), "the node runs on a damaged disk");
}
