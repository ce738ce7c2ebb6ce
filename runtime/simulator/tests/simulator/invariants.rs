//! Invariants are checked after every step and name the step that broke them.

use crate::guests::{counter, panic_of, token};
use std::cell::RefCell;
use std::rc::Rc;
use tacit_simulator::{Amount, BLOCK_MS, RejectCode};

#[test]
#[should_panic(
    expected = "invariant `stays below three` does not hold after step 5 (call of `increment` on counter by alice): it is 3"
)]
fn the_step_that_breaks_an_invariant_is_named() {
    let (mut chain, alice, counter) = counter(0);
    chain.invariant("stays below three", move |chain| match chain.view::<u64>(counter, "get", &()).unwrap() {
        0..3 => Ok(()),
        number => Err(format!("it is {number}")),
    });
    for _ in 0..10 {
        chain.call(alice, counter, "increment", &()).ok();
    }
}

#[test]
fn every_kind_of_step_is_checked_failed_calls_too() {
    let (mut chain, alice, bob, token) = token();
    let seen = Rc::new(RefCell::new(0));
    let count = Rc::clone(&seen);
    chain.invariant("counts", move |_| {
        *count.borrow_mut() += 1;
        Ok(())
    });
    let mut expected = 0;
    let mut checked = |what: &str| {
        expected += 1;
        assert_eq!(*seen.borrow(), expected, "{what}");
    };
    chain.call(alice, token, "transfer", &(bob, Amount(1))).ok();
    checked("a call");
    chain.call(bob, token, "transfer", &(alice, Amount(2))).expect_revert(1);
    checked("a failed call");
    chain.transfer(alice, bob, Amount(1)).ok();
    checked("a transfer");
    chain.deal(bob, Amount(1));
    checked("deal");
    chain.warp(1);
    checked("warp");
    chain.roll(3);
    checked("roll");
    chain.set_storage(token, [200], None);
    checked("a write to storage");
    let code = chain.code_of(token).unwrap();
    chain.instantiate(alice, code, &(Amount(1),)).unwrap();
    checked("an instantiation");
    let _ = chain.block(|block| {
        block.transfer(alice, bob, Amount(1));
        block.transfer(alice, bob, Amount(1));
    });
    checked("a block");
    chain.attempt(|chain| chain.roll(1));
    let _: Amount = chain.view(token, "total_supply", &()).unwrap();
    assert_eq!(*seen.borrow(), expected, "what changes nothing is no step");
}

#[test]
fn all_invariants_are_checked_and_the_broken_one_is_named() {
    let (mut chain, alice, bob, token) = token();
    chain.invariant("money is conserved", |chain| chain.check_money());
    chain.invariant("bob is poor", move |chain| {
        let held: Amount = chain.view(token, "balance_of", &(bob,)).unwrap();
        if held < Amount(10) { Ok(()) } else { Err(format!("bob has {held}")) }
    });
    chain.call(alice, token, "transfer", &(bob, Amount(9))).ok();
    let text = panic_of(|| chain.call(alice, token, "transfer", &(bob, Amount(1))));
    assert!(text.contains("`bob is poor`") && text.contains("by alice): bob has 10"), "{text}");
    assert!(panic_of(|| chain.warp(1)).contains("`bob is poor`"), "it stays registered");
}

#[test]
fn an_invariant_cannot_change_the_chain_but_can_try_things_out() {
    let (mut chain, alice, bob, token) = token();
    chain.invariant("alice can always pay bob", move |chain| {
        let paid = chain.attempt(|chain| chain.call(alice, token, "transfer", &(bob, Amount(100))));
        paid.result.map(|_| ()).map_err(|failure| failure.to_string())
    });
    chain.warp(BLOCK_MS);
    assert_eq!(chain.view::<Amount>(token, "balance_of", &(bob,)), Ok(Amount(0)), "the attempt was taken back");
    chain.call(alice, token, "transfer", &(bob, Amount(900))).ok();
    let text = panic_of(|| chain.call(alice, token, "transfer", &(bob, Amount(1))));
    assert!(text.contains("alice can always pay bob") && text.contains("reverted with its own code 1"), "{text}");

    let (mut chain, alice, counter) = counter(0);
    chain.invariant("meddles", move |chain| {
        chain.call(alice, counter, "increment", &()).expect_reject(RejectCode::OutOfGas);
        Ok(())
    });
    assert!(panic_of(|| chain.warp(1)).contains("changes nothing; use `attempt`"));

    let (mut chain, alice, _) = crate::guests::counter(0);
    chain
        .invariant("knows alice", move |chain| if chain.account("alice") == alice { Ok(()) } else { Err("no".into()) });
    chain.warp(1);
    chain
        .invariant("makes carol", move |chain| if chain.account("carol") == alice { Err("no".into()) } else { Ok(()) });
    assert!(panic_of(|| chain.warp(1)).contains("changes nothing; use `attempt`"));
}

#[test]
fn a_panic_in_an_invariant_or_an_attempt_leaves_a_chain_to_go_on_with() {
    let (mut chain, alice, bob, token) = token();
    chain.invariant("knows what it asks for", move |chain| {
        let held: Amount = chain.view(token, "balance_of", &(bob,)).unwrap();
        assert!(held < Amount(10), "bob has {held}");
        Ok(())
    });
    let point = chain.snapshot();
    let pay = |chain: &mut tacit_simulator::Chain, amount| {
        chain.call(alice, token, "transfer", &(bob, Amount(amount))).ok();
    };
    assert!(panic_of(|| pay(&mut chain, 10)).contains("bob has 10"));
    chain.revert(&point);
    pay(&mut chain, 9);
    assert!(panic_of(|| pay(&mut chain, 1)).contains("bob has 10"), "it is checked as before");
    chain.revert(&point);
    let root = chain.state_root();
    panic_of(|| chain.attempt(|chain| pay(chain, 1_001)));
    assert_eq!(chain.state_root(), root, "the attempt was taken back");
    assert!(panic_of(|| pay(&mut chain, 10)).contains("bob has 10"), "nobody tries any more");
}
