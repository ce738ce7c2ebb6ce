//! Goal: wherever a validator dies, it comes back level and no committed block is lost.
//! Method: four validators under a trickle of transfers. One of them dies twenty times: once at every fail point between
//! two writes, where the process aborts itself, and for the rest by SIGKILL at random moments. After each death it
//! starts again and must reach the others; at the end its database is checked with a full replay.

use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tacit_storage::fail_point;
use tacit_tests::{Devnet, send};

const DEATHS: usize = 20;
const VICTIM: u16 = 3;

/// A fail point is passed this often before it strikes, so that the chain is on its way.
const PASSES: u32 = 3;

/// Sends a transfer through a living node, so that blocks are not empty; gives the height it is in.
async fn one_more(network: &Devnet, amount: u128) -> u64 {
    send(network, 0, 0, 9, amount).await
}

#[tokio::test]
async fn twenty_deaths_lose_no_committed_block() {
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos();
    println!("seed {seed}");
    let mut network = Devnet::start(4);
    network.wait_for_all(&[0, 1, 2, 3], 2).await;
    let mut random = u64::from(seed) | 1;
    let mut struck = 0;
    for death in 0..DEATHS {
        let before = one_more(&network, 1 + death as u128).await;
        network.wait_for_height(VICTIM, before).await;
        if let Some(point) = fail_point::ALL.get(death) {
            network.stop(VICTIM);
            network.start_node_with(VICTIM, &[("TACIT_FAIL_POINT", &format!("{point}:{PASSES}"))]);
            let died = wait_for_death(&mut network, death).await;
            struck += usize::from(died);
            if !died {
                network.stop(VICTIM);
            }
        } else {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            tokio::time::sleep(Duration::from_millis(random >> 54)).await;
            network.kill(VICTIM);
        }
        let meanwhile = one_more(&network, 1_000 + death as u128).await;
        network.start_node(VICTIM);
        network.wait_for_height(VICTIM, meanwhile).await;
        network.assert_same_block(&[0, VICTIM], before).await;
        network.assert_same_block(&[0, VICTIM], meanwhile).await;
    }
    println!("{struck} of {} fail points struck", fail_point::ALL.len());
    assert!(struck * 2 > fail_point::ALL.len(), "most fail points lie on the way of every block");
    network.stop(VICTIM);
    let home = network.home(VICTIM);
    let report = network.tacit(&["db", "check", "--replay", "--home", home.to_str().unwrap()]);
    assert!(report.contains("replay: good"), "{report}");
}

/// Some points are passed only by rare work, such as a full cache; then the node lives on.
async fn wait_for_death(network: &mut Devnet, death: usize) -> bool {
    for attempt in 0..20 {
        if network.ends_by_itself(VICTIM, Duration::from_millis(200)) {
            return true;
        }
        one_more(network, 100_000 + (death * 100 + attempt) as u128).await;
    }
    false
}
