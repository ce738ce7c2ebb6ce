//! Goal: whatever people do with the standard contracts, through whichever node, all validators have the same state.
//! Method: four validators; all standard contracts; six people who call them for some seconds, well and badly, through all
//! nodes ([`tacit_tests::economy`]). Then every block is compared, tokens are counted, and every node executes its chain
//! again from genesis. The seed is printed; `TACIT_SEED` repeats the calls.

use std::time::{Duration, Instant};
use tacit_tests::Devnet;
use tacit_tests::economy::{Chance, Economy, replay};

const NODES: [u16; 4] = [0, 1, 2, 3];
const LOAD: Duration = Duration::from_secs(12);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_standard_contracts_agree_on_four_validators() {
    let mut chance = Chance::from_environment();
    let mut network = Devnet::start(4);
    network.wait_for_all(&NODES, 1).await;
    let mut economy = Economy::open(&network).await;
    let end = Instant::now() + LOAD;
    while Instant::now() < end {
        economy.round(&network, &NODES, &mut chance).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let outcome = economy.settle(&network, &NODES).await;
    outcome.assert_rich();
    assert_eq!(outcome.lost, 0, "a call that a node took is in no block");
    replay(&mut network, &NODES);
}
