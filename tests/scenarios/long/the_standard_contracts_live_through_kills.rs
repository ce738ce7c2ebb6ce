//! Goal: under calls of all standard contracts, random `kill -9` costs no validator its agreement with the others.
//! Method: as `process/the_standard_contracts_agree_on_four_validators`, for minutes, while one random validator is killed
//! about twice a minute and started again some seconds later.
//!
//! `TACIT_LONG_MINUTES` sets the length, ten by default. The seed is printed; `TACIT_SEED` repeats calls and kills.

use std::time::{Duration, Instant};
use tacit_tests::Devnet;
use tacit_tests::economy::{Chance, Economy, replay};

const NODES: [u16; 4] = [0, 1, 2, 3];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_standard_contracts_live_through_kills() {
    let minutes = std::env::var("TACIT_LONG_MINUTES").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    let mut chance = Chance::from_environment();
    let mut network = Devnet::start(4);
    network.wait_for_all(&NODES, 1).await;
    let mut economy = Economy::open(&network).await;
    let (end, mut kills) = (Instant::now() + Duration::from_secs(60 * minutes), 0);
    while Instant::now() < end {
        rounds(&mut economy, &network, &NODES, 10 + chance.below(15), &mut chance).await;
        let victim = NODES[usize::try_from(chance.below(4)).unwrap()];
        let others: Vec<u16> = NODES.into_iter().filter(|node| *node != victim).collect();
        network.kill(victim);
        kills += 1;
        rounds(&mut economy, &network, &others, 2 + chance.below(8), &mut chance).await;
        network.start_node(victim);
        network.wait_for_rpc(victim).await;
    }
    println!("{kills} kills");
    let outcome = economy.settle(&network, &NODES).await;
    outcome.assert_rich();
    replay(&mut network, &NODES);
}

async fn rounds(economy: &mut Economy, network: &Devnet, running: &[u16], seconds: u64, chance: &mut Chance) {
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end {
        economy.round(network, running, chance).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
