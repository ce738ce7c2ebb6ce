//! A member acts once in a scope, under a root that the group has or had not long ago.

use crate::prover::*;
use crate::support::{GAS, fails_as, succeeds};
use tacit_exec::gas;
use tacit_exec::testing::{MemoryChain, TestKey, sign, transfer, with_proofs};
use tacit_state::{StateRead, key};
use tacit_types::action::Prove;
use tacit_types::*;

fn is_spent(chain: &MemoryChain, proven: &Proven) -> bool {
    let Prove::Membership(membership) = &proven.0 else { panic!("{proven:?}") };
    let key = key::nullifier(&membership.group, &membership.scope, &membership.nullifier);
    chain.state.get(&key).unwrap().is_some()
}

fn accepts(chain: &mut MemoryChain, sender: &TestKey, proven: &Proven) {
    let tx = tx(chain, sender, std::slice::from_ref(proven));
    assert_eq!(chain.run(&[tx]).receipts[0].reject(), None);
    assert!(is_spent(chain, proven));
}

fn fails(chain: &mut MemoryChain, sender: &TestKey, proven: &Proven, code: RejectCode) {
    let tx = tx(chain, sender, std::slice::from_ref(proven));
    fails_as(chain, sender, tx, code);
}

#[test]
fn a_nullifier_is_spent_once_whoever_sends_it_and_again_in_another_scope() {
    let (mut chain, alice, bob) = start();
    let first = membership(&Use::of(&chain, &alice), "poll-1");
    let second = membership(&Use::of(&chain, &bob), "poll-1");
    let elsewhere = membership(&Use::of(&chain, &bob), "poll-2");
    accepts(&mut chain, &alice, &first);
    fails(&mut chain, &alice, &first, RejectCode::NullifierSpent);
    fails(&mut chain, &bob, &second, RejectCode::NullifierSpent);
    accepts(&mut chain, &bob, &elsewhere);
}

#[test]
fn of_two_equal_nullifiers_in_a_block_the_first_wins_and_the_second_pays_its_fee() {
    let (mut chain, alice, bob) = start();
    let proven = [alice.clone(), bob.clone()].map(|key| membership(&Use::of(&chain, &key), "poll-1"));
    let txs = [tx(&chain, &bob, &proven[1..]), tx(&chain, &alice, &proven[..1])];
    let before = chain.account(&alice.address());
    let receipts = chain.run(&txs).receipts;
    assert_eq!(receipts[0].reject(), None);
    assert_eq!(receipts[1].reject(), Some(RejectCode::NullifierSpent));
    assert!(receipts[1].events.is_empty());
    let after = chain.account(&alice.address());
    assert_eq!(after.balance.0, before.balance.0 - receipts[1].fee.0);
    assert_eq!(after.sequence, before.sequence.next());
}

#[test]
fn a_transaction_that_fails_spends_no_nullifier() {
    let (mut chain, alice, bob) = start();
    let proven = membership(&Use::of(&chain, &alice), "poll-1");
    let twice = tx(&chain, &alice, &[proven.clone(), proven.clone()]);
    let receipt = fails_as(&mut chain, &alice, twice, RejectCode::NullifierSpent);
    assert_eq!(receipt.failed_action, 1, "the second action, and it takes the first with it");
    let actions = vec![Action::Prove(proven.0.clone()), transfer(bob.address(), u128::MAX)];
    let poisoned = tx_with(&chain, &alice, actions, vec![proven.1]);
    fails_as(&mut chain, &alice, poisoned, RejectCode::InsufficientBalance);
    let starved = starved(&alice, tx(&chain, &alice, std::slice::from_ref(&proven)));
    fails_as(&mut chain, &alice, starved, RejectCode::OutOfGas);
    assert!(!is_spent(&chain, &proven));
    accepts(&mut chain, &alice, &proven);
}

/// Signed again, with just too little gas for the action behind the intrinsic part.
fn starved(key: &TestKey, tx: Tx) -> Tx {
    let intrinsic = gas::intrinsic(tx.encode().len(), &tx.body, &tx.witness);
    let mut body = tx.body;
    body.gas_limit = Gas(intrinsic.0 + gas::PROVE - 1);
    with_proofs(sign(key, body), tx.witness.proofs.to_vec())
}

#[test]
fn an_unknown_group_and_a_root_that_the_group_never_had_are_refused() {
    let (mut chain, alice, _) = start();
    let used = Use::of(&chain, &alice);
    let nowhere = membership_in(&used, GroupId::of(&[b"nowhere"]), &members(), "poll-1");
    let mut invented = members();
    invented.push(other(77));
    let invented = membership_in(&used, the_group(), &invented, "poll-1");
    fails(&mut chain, &alice, &nowhere, RejectCode::GroupUnknown);
    fails(&mut chain, &alice, &invented, RejectCode::GroupRootUnknown);
    assert!(!is_spent(&chain, &nowhere) && !is_spent(&chain, &invented));
}

#[test]
fn a_root_is_good_for_sixty_three_changes_of_the_group_and_not_for_sixty_four() {
    let (mut chain, alice, _) = start();
    let proven = membership(&Use::of(&chain, &alice), "poll-1");
    let changes: Vec<Action> = (0..62).map(|number| add(100 + number)).collect();
    assert!(changes.len() * 760_000 < usize::try_from(GAS.0).unwrap());
    succeeds(&mut chain, &alice, changes);
    // The last good moment, looked at from the same transaction that lets it pass.
    let actions = |more: u64| {
        let adds = (0..more).map(|number| add(200 + number));
        adds.chain([Action::Prove(proven.0.clone())]).collect::<Vec<_>>()
    };
    let late = tx_with(&chain, &alice, actions(2), vec![proven.1]);
    let receipt = fails_as(&mut chain, &alice, late, RejectCode::GroupRootUnknown);
    assert_eq!(receipt.failed_action, 2);
    let in_time = tx_with(&chain, &alice, actions(1), vec![proven.1]);
    assert_eq!(chain.run(&[in_time]).receipts[0].reject(), None);
    assert!(is_spent(&chain, &proven));
}
