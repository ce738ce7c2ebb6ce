//! Several transactions in one block.

use crate::guests::{counter, panic_of, probe, token};
use tacit_simulator::{Address, Amount, Height, RejectCode};

#[test]
fn transactions_of_a_block_share_height_and_time_and_see_each_other() {
    let (mut chain, alice, probe) = probe();
    let (height, time) = (chain.height(), chain.time());
    let outcomes = chain.block(|block| {
        block.call(alice, probe, "where", &());
        block.call(alice, probe, "where", &());
        block.call(alice, probe, "when", &());
    });
    assert_eq!(outcomes[0].returns::<u64>(), height.0);
    assert_eq!(outcomes[1].returns::<u64>(), height.0);
    assert_eq!(outcomes[2].returns::<u64>(), time.0);
    assert_eq!(chain.height(), Height(height.0 + 1));

    let (mut chain, alice, counter) = counter(0);
    let bob = chain.account("bob");
    let outcomes = chain.block(|block| {
        (0..20).for_each(|number| block.call(if number % 2 == 0 { alice } else { bob }, counter, "increment", &()));
    });
    let counts: Vec<u64> = outcomes.iter().map(|outcome| outcome.returns()).collect();
    assert_eq!(counts, (1..=20).collect::<Vec<_>>(), "in the order given");
}

#[test]
fn a_failing_transaction_of_a_block_leaves_the_others_alone() {
    let (mut chain, alice, bob, token) = token();
    let outcomes = chain.block(|block| {
        block.call(alice, token, "transfer", &(bob, Amount(10)));
        block.call(bob, token, "transfer", &(alice, Amount(11)));
        block.call(bob, token, "transfer", &(alice, Amount(4)));
    });
    outcomes[0].expect_event("Transferred", &(alice, bob, Amount(10)));
    outcomes[1].expect_revert(1);
    outcomes[2].ok();
    assert_eq!(chain.view::<Amount>(token, "balance_of", &(bob,)), Ok(Amount(6)));
    assert_eq!(chain.last(), &outcomes[2]);
}

#[test]
fn pranks_and_signatures_stand_in_one_block() {
    let (mut chain, alice, probe) = probe();
    let [one, two] = [Address([1; 32]), Address([2; 32])];
    let outcomes = chain.block(|block| {
        block.prank(one).call(alice, probe, "who", &());
        block.prank(two).call(alice, probe, "who", &());
        block.call(alice, probe, "who", &());
        block.prank(one).call(alice, probe, "who", &());
    });
    let callers: Vec<Address> = outcomes.iter().map(|outcome| outcome.returns()).collect();
    assert_eq!(callers, [one, two, alice, one]);
}

#[test]
fn who_cannot_pay_the_fee_is_left_out_and_the_rest_goes_on() {
    let (mut chain, alice, bob, token) = token();
    chain.charge_fees();
    chain.deal(bob, Amount(1));
    let outcomes = chain.block(|block| {
        block.call(bob, token, "transfer", &(alice, Amount(1)));
        block.call(alice, token, "transfer", &(bob, Amount(2)));
    });
    outcomes[0].expect_reject(RejectCode::CannotPayFee);
    outcomes[1].ok();
    assert_eq!(chain.view::<Amount>(token, "balance_of", &(bob,)), Ok(Amount(2)));
}

#[test]
fn an_empty_block_is_a_block() {
    let (mut chain, ..) = counter(0);
    let height = chain.height();
    assert!(chain.block(|_| ()).is_empty());
    assert_eq!(chain.height(), height.next());
}

#[test]
fn a_call_in_a_block_needs_a_key_too() {
    let (mut chain, _, probe) = probe();
    let text = panic_of(|| chain.block(|block| block.call(Address([8; 32]), probe, "who", &())));
    assert!(text.contains("has no key"), "{text}");
}
