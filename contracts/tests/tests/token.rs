//! The fungible token in the simulator.
#![allow(clippy::unwrap_used)]

use tacit_contract_tests::module;
use tacit_simulator::Chain;
use tacit_types::Amount;

#[test]
fn the_creator_has_the_whole_supply() {
    let mut chain = Chain::new();
    let alice = chain.account("alice");
    let code = chain.deploy(&module("token")).unwrap();
    let token = chain.instantiate(alice, code, &(Amount(1_000),)).unwrap();
    let held: Amount = chain.view(token, "balance_of", &(alice,)).unwrap();
    assert_eq!(held, Amount(1_000));
}

#[test]
fn loss_front_run_allowance_what_was_taken_meanwhile_is_noticed() {
    let mut chain = Chain::new();
    let (alice, bob) = (chain.account("alice"), chain.account("bob"));
    let code = chain.deploy(&module("token")).unwrap();
    let token = chain.instantiate(alice, code, &(Amount(1_000),)).unwrap();
    chain.call(alice, token, "approve", &(bob, Amount(100))).ok();
    chain.call(bob, token, "transfer_from", &(alice, bob, Amount(100))).ok();
    chain.call(alice, token, "change_allowance", &(bob, Amount(100), Amount(50))).expect_revert(3);
    chain.call(bob, token, "transfer_from", &(alice, bob, Amount(1))).expect_revert(2);
    chain
        .call(alice, token, "change_allowance", &(bob, Amount(0), Amount(50)))
        .ok()
        .expect_event("Approved", &(alice, bob, Amount(50)));
}
