//! Nullifiers, the turnstile, and the order in which notes enter the tree.

use crate::support::*;
use tacit_circuits::GroupTree;
use tacit_exec::testing::{MemoryChain, transfer};
use tacit_types::shielded::{Nullifiers, PublicValue};
use tacit_types::*;

#[test]
fn attack_16_a_note_is_spent_once_whether_in_one_block_or_a_later_one() {
    let (mut chain, sender) = rich_pool();
    let other = chain.accounts[1].clone();
    let spend = |chain: &MemoryChain, by, number| {
        let mut twin = join_split(chain, number, PublicValue::None);
        twin.nullifiers = Nullifiers::Two([field(900), field(number + 5_000)]);
        by_account(chain, by, vec![action(twin)])
    };
    let block = [spend(&chain, &sender, 20), spend(&chain, &other, 21)];
    assert_eq!(codes(&mut chain, &block), [0, RejectCode::NoteSpent.number()]);
    let later = spend(&chain, &sender, 22);
    assert_eq!(body_failure(&mut chain, later), RejectCode::NoteSpent);
}

#[test]
fn attack_15_a_nullifier_stands_once_in_a_transaction_within_and_across_join_splits() {
    let (mut chain, sender) = rich_pool();
    let mut within = join_split(&chain, 20, PublicValue::None);
    within.nullifiers = Nullifiers::Two([field(900), field(900)]);
    let tx = by_account(&chain, &sender, vec![action(within)]);
    assert_eq!(refusal(&mut chain, tx), RejectCode::DuplicateNullifier);
    let (first, mut second) = (join_split(&chain, 20, PublicValue::None), join_split(&chain, 21, PublicValue::None));
    second.nullifiers = Nullifiers::One([first.nullifiers.as_slice()[1]]);
    let tx = by_account(&chain, &sender, vec![action(first), action(second)]);
    assert_eq!(refusal(&mut chain, tx), RejectCode::DuplicateNullifier);
}

#[test]
fn attack_16_two_payments_of_one_note_cannot_share_a_block() {
    let (mut chain, _) = rich_pool();
    let pay = |number| {
        let mut twin = join_split(&chain, number, fee());
        twin.nullifiers = Nullifiers::One([field(900)]);
        by_nobody(&chain, vec![action(twin)])
    };
    let reject = {
        let block = [pay(20), pay(21)];
        chain.run_unproven(&block).unwrap_err()
    };
    assert_eq!(reject.code, RejectCode::NoteSpent);
}

#[test]
fn a_payment_takes_its_notes_before_any_body_of_the_block_can() {
    let (mut chain, sender) = rich_pool();
    let mut body = join_split(&chain, 20, PublicValue::None);
    body.nullifiers = Nullifiers::One([field(900)]);
    let mut payment = join_split(&chain, 21, fee());
    payment.nullifiers = Nullifiers::One([field(900)]);
    let block = [by_account(&chain, &sender, vec![action(body)]), by_nobody(&chain, vec![action(payment)])];
    assert_eq!(codes(&mut chain, &block), [RejectCode::NoteSpent.number(), 0]);
}

#[test]
fn attack_36_no_more_of_an_asset_leaves_the_pool_than_entered_it() {
    let (mut chain, sender) = rich_pool();
    let pool = chain.turnstile(&AssetId::NATIVE);
    let to = Address([9; 32]);
    let unshield = |chain: &MemoryChain, number, amount| {
        let out = join_split(chain, number, out_of_pool(AssetId::NATIVE, amount));
        let sweep = Action::Sweep(tacit_types::asset::Sweep { asset: AssetId::NATIVE, to });
        by_account(chain, &sender, vec![action(out), sweep])
    };
    let tx = unshield(&chain, 20, pool + 1);
    assert_eq!(body_failure(&mut chain, tx), RejectCode::TurnstileExceeded);
    let unknown = join_split(&chain, 21, out_of_pool(AssetId([5; 32]), 1));
    let tx = by_account(&chain, &sender, vec![action(unknown)]);
    assert_eq!(body_failure(&mut chain, tx), RejectCode::TurnstileExceeded);
    let tx = unshield(&chain, 22, pool);
    assert_eq!(codes(&mut chain, &[tx]), [0]);
    assert_eq!((chain.turnstile(&AssetId::NATIVE), chain.account(&to).balance.0), (0, pool));
    let tx = unshield(&chain, 23, 1);
    assert_eq!(body_failure(&mut chain, tx), RejectCode::TurnstileExceeded);
}

#[test]
fn attack_36_a_shield_needs_the_money_and_cannot_overflow_the_turnstile() {
    let (mut chain, sender) = rich_pool();
    let balance = chain.account(&sender.address()).balance.0;
    for amount in [balance, u128::MAX] {
        let shield = join_split(&chain, 20, into_pool(AssetId::NATIVE, amount));
        let tx = by_account(&chain, &sender, vec![action(shield)]);
        assert_eq!(body_failure(&mut chain, tx), RejectCode::InsufficientBalance);
    }
}

#[test]
fn notes_of_payments_come_first_then_those_of_bodies_that_succeeded_in_order() {
    let (mut chain, sender) = rich_pool();
    let [first, second] = [chain.accounts[1].clone(), chain.accounts[2].clone()];
    let plain = |number| action(join_split(&chain, number, PublicValue::None));
    let failing = vec![plain(30), transfer(Address([1; 32]), u128::MAX)];
    let block = [
        by_account(&chain, &sender, vec![plain(20), plain(21)]),
        by_nobody(&chain, vec![action(join_split(&chain, 22, fee())), plain(23)]),
        by_account(&chain, &first, failing),
        by_nobody(&chain, vec![action(join_split(&chain, 24, fee())), transfer(Address([1; 32]), 1)]),
        by_account(&chain, &second, vec![plain(25)]),
    ];
    let start = chain.note_tree().notes;
    let executed = chain.run_unproven(&block).unwrap();
    let compact = executed.shielded.unwrap();
    let order: Vec<FieldBytes> =
        [22, 24, 20, 21, 23, 25].iter().flat_map(|n| [field(4 * n + 2), field(4 * n + 3)]).collect();
    assert_eq!(compact.commitments().copied().collect::<Vec<_>>(), order);
    assert_eq!((compact.first_position, compact.height), (start, chain.tip.height));
    assert_eq!(chain.note_tree().notes, start + 12);

    let mut tree = GroupTree::new();
    let leaves: Vec<_> =
        [field(6), field(7)].into_iter().chain(order).map(|leaf| tacit_circuits::FieldBytes(leaf.0)).collect();
    tree.append(&leaves).unwrap();
    assert_eq!((chain.note_tree().root.0, compact.root.0), (tree.root().0, tree.root().0));

    let positions: Vec<u64> = executed
        .receipts
        .iter()
        .flat_map(|receipt| receipt.events.iter())
        .filter_map(|event| if let Event::JoinSplit { position, .. } = event { Some(*position - start) } else { None })
        .collect();
    assert_eq!(positions, [4, 6, 0, 8, 10]);
    // The failing bodies: one left nothing, the other only its payment.
    assert_ne!(executed.receipts[2].code, 0);
    assert_ne!(executed.receipts[3].code, 0);
    let spent = |number| chain.state.iter().any(|(key, _)| *key == tacit_state::key::note_nullifier(&field(number)));
    assert!(!spent(4 * 30) && spent(4 * 24));
}

#[test]
fn a_block_without_notes_leaves_tree_and_anchors_alone() {
    let (mut chain, sender) = rich_pool();
    let before = chain.note_tree();
    let tx = chain.transfer(&sender, Address([1; 32]), 5);
    let executed = chain.run_unproven(&[tx]).unwrap();
    assert_eq!((executed.shielded, chain.note_tree()), (None, before));
}
