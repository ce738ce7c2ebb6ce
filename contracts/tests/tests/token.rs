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
