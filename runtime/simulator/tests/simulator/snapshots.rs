//! What was there at a snapshot is there again after going back, and nothing else.

use crate::guests::{panic_of, token};
use tacit_simulator::{Address, Amount, START_MONEY};

#[test]
fn going_back_brings_back_state_time_events_and_gas_report() {
    let (mut chain, alice, bob, token) = token();
    chain.call(alice, token, "transfer", &(bob, Amount(1))).ok();
    let point = chain.snapshot();
    let seen = |chain: &tacit_simulator::Chain| {
        let held: Amount = chain.view(token, "balance_of", &(bob,)).unwrap();
        (chain.state_root(), chain.height(), chain.time(), held, chain.events().to_vec(), chain.gas_report())
    };
    let before = seen(&chain);
    let last = chain.last().clone();
    for _ in 0..2 {
        chain.call(alice, token, "transfer", &(bob, Amount(7))).ok();
        chain.call(alice, token, "approve", &(bob, Amount(7))).ok();
        chain.warp(9_999);
        chain.roll(5);
        chain.deal(bob, Amount(0));
        let after = seen(&chain);
        assert!(before.0 != after.0 && before.1 != after.1 && before.2 != after.2 && before.3 != after.3);
        assert_eq!((before.4.len() + 2, after.5.get("token", "approve").unwrap().calls), (after.4.len(), 1));
        chain.revert(&point);
        assert_eq!(seen(&chain), before);
        assert_eq!(chain.last(), &last);
    }
    chain.call(alice, token, "transfer", &(bob, Amount(7))).ok();
    assert_eq!(chain.balance(bob), START_MONEY);
}

#[test]
fn both_futures_of_a_point_are_the_same_when_the_same_happens() {
    let (mut chain, alice, bob, token) = token();
    let point = chain.snapshot();
    let future = |chain: &mut tacit_simulator::Chain| {
        chain.call(alice, token, "transfer", &(bob, Amount(3))).ok();
        chain.roll(2);
        chain.account("carol");
        chain.state_root()
    };
    let first = future(&mut chain);
    chain.revert(point.clone());
    assert_eq!(future(&mut chain), first);
    chain.revert(point);
}

#[test]
fn a_prank_that_was_not_used_is_taken_back_too() {
    let (mut chain, alice, bob, token) = token();
    let point = chain.snapshot();
    chain.prank(Address([1; 32]));
    chain.revert(&point);
    chain.call(alice, token, "transfer", &(bob, Amount(1))).ok();
}

#[test]
fn an_account_made_after_the_point_is_gone() {
    let (mut chain, _, bob, _) = token();
    let point = chain.snapshot();
    let carol = chain.account("carol");
    chain.revert(&point);
    assert_eq!(chain.balance(carol), Amount(0));
    assert!(panic_of(|| chain.transfer(carol, bob, Amount(1))).contains("no key"));
    assert_eq!((chain.account("carol"), chain.balance(carol)), (carol, START_MONEY));
}

#[test]
fn an_attempt_gives_its_result_and_leaves_nothing() {
    let (mut chain, alice, bob, token) = token();
    let root = chain.state_root();
    let outcome = chain.attempt(|chain| {
        chain.call(alice, token, "transfer", &(bob, Amount(1))).ok();
        chain.call(bob, token, "transfer", &(alice, Amount(2)))
    });
    outcome.expect_revert(1);
    assert_eq!((chain.state_root(), chain.events().len()), (root, 1));
}
