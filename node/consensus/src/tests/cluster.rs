//! Networks of one, four and seven validators, with late, killed, wicked and following nodes.

use super::chain::Call;
use super::network::Network;
use crate::guard::{Guard, GuardFile};
use crate::{ConsensusError, PubSub};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tacit_types::vote::SignedStep;
use tacit_types::{Height, Round, Signature};

#[test]
fn one_validator_decides_twenty_heights() {
    let mut network = Network::new(1, 0, PubSub::Broadcast);
    network.start_all();
    network.reach(20);
    network.assert_one_chain(20);
    let counts = network.nodes[0].guard_counts();
    network.nodes[0].stop().unwrap();
    assert_eq!(counts.syncs(), counts.released(), "one sync per signature");
    // Announcement, proposal, prevote, precommit.
    assert!(counts.syncs() >= 4 * 20);
}

#[test]
fn four_validators_decide_twenty_equal_blocks_of_three_parts() {
    let mut network = Network::new(4, 0, PubSub::Broadcast);
    for node in &network.nodes {
        node.chain.fill.store(300_000, Ordering::Relaxed);
    }
    network.start_all();
    network.reach(20);
    network.assert_one_chain(20);
    let status = network.nodes[0].status();
    assert!(status.validator && !status.syncing && status.height > Height(20), "{status:?}");
    let give_up = Instant::now() + Duration::from_secs(10);
    while network.nodes[0].status().peers != 3 {
        assert!(Instant::now() < give_up, "{:?}", network.nodes[0].status());
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn four_validators_agree_over_gossip_too() {
    let mut network = Network::new(4, 0, PubSub::Gossip);
    network.start_all();
    network.reach(10);
    network.assert_one_chain(10);
}

#[test]
fn seven_validators_agree() {
    let mut network = Network::new(7, 0, PubSub::Broadcast);
    network.start_all();
    network.reach(5);
    network.assert_one_chain(5);
}

#[test]
fn a_late_validator_and_a_follower_catch_up_by_sync() {
    let mut network = Network::new(4, 1, PubSub::Broadcast);
    for node in network.nodes.iter_mut().take(3) {
        node.start();
    }
    network.reach(30);
    network.nodes[3].start();
    network.nodes[4].start();
    network.reach(40);
    network.assert_one_chain(40);
    for late in &network.nodes[3..] {
        assert!(late.chain.calls().iter().any(|call| matches!(call, Call::Commit(_, true))), "nothing was synced");
    }
    assert!(!network.nodes[4].status().validator);
    assert!(network.nodes[4].chain.calls().iter().all(|call| !matches!(call, Call::Build(..))));
}

#[test]
fn a_killed_validator_comes_back_with_its_log_and_its_guard() {
    let mut network = Network::new(4, 0, PubSub::Broadcast);
    network.start_all();
    for round in 1..=3 {
        network.reach(round * 5);
        network.nodes[1].kill();
        network.reach(round * 5 + 3);
        network.nodes[1].start();
    }
    network.reach(25);
    network.assert_one_chain(25);
}

#[test]
fn a_single_validator_killed_again_and_again_never_forks_its_own_chain() {
    let mut network = Network::new(1, 0, PubSub::Broadcast);
    for round in 1..=5 {
        network.start_all();
        network.reach(round * 4);
        network.nodes[0].kill();
    }
    network.assert_one_chain(20);
}

#[test]
fn a_network_whose_validators_were_all_killed_goes_on() {
    let mut network = Network::new(4, 0, PubSub::Broadcast);
    network.start_all();
    network.reach(5);
    for node in &mut network.nodes {
        node.kill();
    }
    network.start_all();
    network.reach(12);
    network.assert_one_chain(12);
}

#[test]
fn an_invalid_proposal_gets_nil_votes_and_the_next_round_decides() {
    let mut network = Network::new(4, 0, PubSub::Broadcast);
    network.nodes[2].chain.wicked.store(true, Ordering::Relaxed);
    network.start_all();
    // The wicked node believes its own blocks, so only the honest ones are waited for.
    network.reach(12);
    network.assert_one_chain(12);
    let chain = &network.nodes[0].chain;
    let later_rounds = (1..=12).filter(|height| chain.block(Height(*height)).0.header.round > Round(0)).count();
    assert!(later_rounds > 0, "the wicked validator never proposed");
    let refused = chain.calls().iter().filter(|call| matches!(call, Call::Store(_, false))).count();
    assert!(refused > 0, "no proposal was refused");
}

#[test]
fn a_key_that_runs_twice_is_recorded_as_evidence_and_the_chain_does_not_fork() {
    let mut network = Network::with_twin();
    // The twins build different blocks, so they contradict each other whenever they propose.
    network.nodes[4].chain.fill.store(77, Ordering::Relaxed);
    network.start_all();
    let give_up = Instant::now() + Duration::from_secs(60);
    while network.nodes[..3].iter().all(|node| node.chain.evidence().is_empty()) {
        assert!(Instant::now() < give_up, "no evidence at height {}", network.nodes[0].chain.height());
        std::thread::sleep(Duration::from_millis(20));
    }
    let height = network.nodes[..3].iter().map(|node| node.chain.height().0).min().unwrap();
    network.assert_one_chain(height);
    let twin = super::chain::public_key(3);
    let key = crate::malachite::PublicKey::from_bytes(twin.0).unwrap();
    for evidence in network.nodes[..3].iter().flat_map(|node| node.chain.evidence()) {
        assert_eq!(evidence.validator, tacit_types::Address::of_key(&twin));
        assert_ne!(
            (evidence.first.value, evidence.first.pol_round),
            (evidence.second.value, evidence.second.pol_round)
        );
        for statement in [evidence.first, evidence.second] {
            let extra = match statement.step {
                SignedStep::Proposal => tacit_types::encode(&statement.pol_round),
                _ => vec![],
            };
            let message = tacit_types::vote::sign_bytes_with(
                &super::chain::GENESIS,
                statement.step,
                evidence.height,
                evidence.round,
                statement.value.as_ref(),
                &extra,
            );
            assert!(crate::signing::verifies(&key, &message, &statement.signature), "{evidence:?}");
        }
    }
}

#[test]
fn a_damaged_log_stops_the_node_with_the_reason_and_the_next_start_works() {
    // One of four cannot decide, so its log keeps what it signed at height 1.
    let mut network = Network::new(4, 0, PubSub::Broadcast);
    let node = &mut network.nodes[0];
    node.config.start_wait = Duration::ZERO;
    node.start();
    let counts = node.guard_counts();
    let give_up = Instant::now() + Duration::from_secs(20);
    while counts.released() == 0 {
        assert!(Instant::now() < give_up, "nothing was signed");
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(500));
    node.kill();
    let mut log = std::fs::read(&node.config.wal_path).unwrap();
    let last = log.len() - 1;
    log[last] ^= 0xff;
    std::fs::write(&node.config.wal_path, log).unwrap();
    node.start();
    let error = node.stopped().unwrap_err();
    assert!(matches!(error, ConsensusError::SafetyHalt), "{error}");
    network.start_all();
    network.reach(3);
    network.assert_one_chain(3);
}

#[test]
fn an_idle_network_waits_and_work_wakes_it() {
    let mut network = Network::new(1, 0, PubSub::Broadcast);
    network.nodes[0].set_work(false);
    network.start_all();
    network.reach(1);
    let started = Instant::now();
    network.reach(3);
    assert!(started.elapsed() > Duration::from_millis(1500), "idle blocks came after {:?}", started.elapsed());
    network.nodes[0].set_work(true);
    let started = Instant::now();
    network.reach(13);
    assert!(started.elapsed() < Duration::from_secs(8), "busy blocks took {:?}", started.elapsed());
}

#[test]
fn a_node_whose_database_lost_blocks_refuses_to_start() {
    let mut network = Network::new(1, 0, PubSub::Broadcast);
    let node = &mut network.nodes[0];
    let key = super::chain::public_key(0);
    let file = GuardFile::open(&node.config.guard_path).unwrap();
    let mut guard = Guard::open(file, &super::chain::GENESIS, &key).unwrap();
    guard.sign(Height(2), Round(0), SignedStep::Prevote, [1; 32], |_| Signature([0; 64])).unwrap();
    drop(guard);
    let error = node.try_start().unwrap_err();
    assert!(matches!(error, ConsensusError::BlocksMissing { signed: Height(2), tip: Height(0) }), "{error}");
}

#[test]
fn a_node_that_signed_something_else_elsewhere_stops_with_the_reason() {
    let mut network = Network::new(1, 0, PubSub::Broadcast);
    let node = &mut network.nodes[0];
    let key = super::chain::public_key(0);
    let file = GuardFile::open(&node.config.guard_path).unwrap();
    let mut guard = Guard::open(file, &super::chain::GENESIS, &key).unwrap();
    guard.sign(Height(1), Round(0), SignedStep::Prevote, [1; 32], |_| Signature([0; 64])).unwrap();
    drop(guard);
    node.start();
    let error = node.stopped().unwrap_err();
    assert!(matches!(error, ConsensusError::Guard(_)), "{error}");
}

mod long {
    use super::*;

    #[test]
    #[ignore = "slow: syncs a thousand blocks"]
    fn a_late_follower_syncs_a_thousand_blocks() {
        let mut network = Network::new(1, 1, PubSub::Broadcast);
        network.nodes[0].start();
        network.reach(1000);
        network.nodes[1].start();
        let started = Instant::now();
        network.reach(1001);
        println!("a thousand blocks synced in {:?}", started.elapsed());
        network.assert_one_chain(1000);
    }

    #[test]
    #[ignore = "slow: random kills for a minute"]
    fn random_kills_never_fork_the_chain() {
        let mut network = Network::new(4, 0, PubSub::Broadcast);
        network.start_all();
        let mut random = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as u64;
        println!("seed {random}");
        for kill in 1..=40u64 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            std::thread::sleep(Duration::from_millis(100 + (random >> 33) % 900));
            let victim = &mut network.nodes[(random >> 48) as usize % 4];
            victim.kill();
            victim.start();
            println!("kill {kill}");
        }
        let height = network.nodes.iter().map(|node| node.chain.height().0).max().unwrap() + 5;
        network.reach(height);
        network.assert_one_chain(height);
    }
}
