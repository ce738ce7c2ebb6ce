//! Fees: free unless a test wants them, and then those of the chain.

use crate::guests::probe;
use tacit_simulator::{Amount, Chain, RejectCode, START_MONEY};

#[test]
fn balances_show_what_contracts_did_and_not_what_gas_cost() {
    let (mut chain, alice, probe) = probe();
    assert_eq!(chain.balance(alice), START_MONEY);
    chain.call_paying(alice, probe, "paid", &(), Amount(100)).ok();
    assert_eq!(chain.call(alice, probe, "pay", &(Amount(30),)).returns::<i32>(), 0);
    assert_eq!((chain.balance(alice).0, chain.balance(probe)), (START_MONEY.0 - 70, Amount(70)));
    chain.call_paying(alice, probe, "trap", &(), Amount(5)).expect_reject(RejectCode::ContractTrapped);
    assert_eq!(chain.balance(alice).0, START_MONEY.0 - 70, "a failed call gives the money back");
    assert_eq!(chain.check_money(), Ok(()));
}

#[test]
fn with_fees_the_base_fee_of_the_gas_used_is_burnt() {
    let mut chain = Chain::new();
    let (alice, bob) = (chain.account("alice"), chain.account("bob"));
    chain.charge_fees();
    let outcome = chain.transfer(alice, bob, Amount(10));
    outcome.ok();
    assert!(outcome.gas_used.0 > 0);
    assert_eq!(chain.balance(alice).0, START_MONEY.0 - 10 - u128::from(outcome.gas_used.0), "the floor is one");
    assert_eq!(chain.check_money(), Ok(()));
}

#[test]
fn with_fees_who_cannot_pay_is_left_out_of_the_block() {
    let mut chain = Chain::new();
    let (alice, bob) = (chain.account("alice"), chain.account("bob"));
    chain.charge_fees();
    chain.deal(alice, Amount(10));
    let height = chain.height();
    let outcome = chain.transfer(alice, bob, Amount(1));
    outcome.expect_reject(RejectCode::CannotPayFee);
    assert_eq!((outcome.gas_used.0, chain.height()), (0, height), "no block holds it");
    assert_eq!(chain.balance(alice), Amount(10));
}
