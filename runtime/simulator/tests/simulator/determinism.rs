//! The same test gives the same chain, in this process, on another thread, with or without views in between.

use crate::guests::{artifact, token};
use tacit_simulator::{Address, Amount, Chain, StateRoot};

/// A bit of everything. Returns the root and all that was seen on the way.
fn story(look: bool) -> (StateRoot, String) {
    let (mut chain, alice, bob, token) = token();
    let counter = chain.deploy_as("counter", &artifact("counter")).unwrap();
    let counter = chain.instantiate(bob, counter, &(5u64,)).unwrap();
    let mut seen = String::new();
    for round in 0..5u64 {
        let outcomes = chain.block(|block| {
            block.call(alice, token, "transfer", &(bob, Amount(300)));
            block.call(bob, counter, "add", &(round,));
            block.prank(token).call(bob, counter, "increment", &());
        });
        outcomes.iter().for_each(|outcome| seen += &outcome.to_string());
        if look {
            let _: Amount = chain.view(token, "balance_of", &(alice,)).unwrap();
            let _ = chain.attempt(|chain| chain.call(bob, counter, "increment", &()));
        }
        chain.warp(777);
        chain.roll(3);
        chain.deal(Address([1; 32]), Amount(round.into()));
    }
    seen += &chain.gas_report().to_lines();
    (chain.state_root(), seen)
}

#[test]
fn the_same_test_twice_gives_the_same_root_results_and_gas() {
    let first = story(false);
    assert_eq!(story(false), first);
    assert_eq!(story(true), first, "looking and trying leave nothing");
    assert_eq!(std::thread::spawn(|| story(false)).join().unwrap(), first);
}

#[test]
fn another_story_gives_another_root() {
    let mut chain = Chain::new();
    let empty = chain.state_root();
    assert_eq!(Chain::new().state_root(), empty);
    chain.account("alice");
    assert_ne!(chain.state_root(), empty);
}
