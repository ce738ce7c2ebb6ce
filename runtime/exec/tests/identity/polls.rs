//! Votes that count, and votes that would count twice, late, elsewhere or for more than they are.

use crate::prover::*;
use crate::support::{fails, fails_as, succeeds};
use tacit_circuits::modulus_bytes;
use tacit_exec::testing::{MemoryChain, TestKey, transfer};
use tacit_state::{StateRead, key, record};
use tacit_types::identity::{PollVote, poll_id};
use tacit_types::*;

fn accepts(chain: &mut MemoryChain, sender: &TestKey, voted: Voted) -> Receipt {
    let tx = vote_tx(chain, sender, voted);
    let receipt = chain.run(&[tx]).receipts.remove(0);
    assert_eq!(receipt.reject(), None, "{receipt:?}");
    receipt
}

fn rejects(chain: &mut MemoryChain, sender: &TestKey, voted: Voted, code: RejectCode) {
    let tx = vote_tx(chain, sender, voted);
    fails_as(chain, sender, tx, code);
}

fn tally(chain: &MemoryChain) -> (u64, Vec<u128>) {
    let poll = stored_poll(chain, &the_poll());
    (poll.votes, poll.tally.to_vec())
}

#[test]
fn a_poll_keeps_the_groups_root_and_counts_each_vote_with_its_weight() {
    let (mut chain, alice, bob) = start();
    let opened = stored_poll(&chain, &the_poll());
    let expected = record::Poll {
        creator: alice.address(),
        group: the_group(),
        title: name("what-now"),
        root: FieldBytes(electorate(0..4).root().0),
        members: 4,
        opened: Height(1),
        closes: Height(10),
        votes: 0,
        tally: List::new(vec![0, 0, 0]).unwrap(),
    };
    assert_eq!(opened, expected);
    let first = ballot(&chain, &bob, 2, 1).proven();
    let receipt = accepts(&mut chain, &bob, first.clone());
    let PollVote { nullifier, .. } = first.0;
    let voted = Event::Voted { poll: the_poll(), choice: 1, weight: 3, nullifier };
    assert_eq!(receipt.events.to_vec(), [voted]);
    let second = ballot(&chain, &bob, 0, 2).proven();
    accepts(&mut chain, &bob, second);
    let third = ballot(&chain, &alice, 3, 1).proven();
    accepts(&mut chain, &alice, third);
    assert_eq!(tally(&chain), (3, vec![0, 3 + 4, 1]));
    let spent = chain.state.get(&key::vote(&the_poll(), &nullifier)).unwrap();
    assert_eq!(spent, Some(2u64.to_le_bytes().to_vec()), "where anybody can have it proven");
}

/// zk.md #19: one nullifier for each member and poll, whoever brings it and whatever it says.
#[test]
fn attack_19_a_member_votes_once() {
    let (mut chain, alice, bob) = start();
    let first = ballot(&chain, &alice, 1, 0).proven();
    accepts(&mut chain, &alice, first.clone());
    rejects(&mut chain, &alice, first, RejectCode::NullifierSpent);
    let other_choice = ballot(&chain, &alice, 1, 2).proven();
    rejects(&mut chain, &alice, other_choice, RejectCode::NullifierSpent);
    let other_sender = ballot(&chain, &bob, 1, 0).proven();
    rejects(&mut chain, &bob, other_sender, RejectCode::NullifierSpent);
    assert_eq!(tally(&chain), (1, vec![2, 0, 0]));
}

#[test]
fn of_two_votes_of_one_member_in_a_block_the_first_counts() {
    let (mut chain, alice, bob) = start();
    let votes = [ballot(&chain, &bob, 1, 0).proven(), ballot(&chain, &alice, 1, 1).proven()];
    let txs = [vote_tx(&chain, &bob, votes[0].clone()), vote_tx(&chain, &alice, votes[1].clone())];
    let conflicting: Vec<Vec<Vec<u8>>> = txs.iter().map(|tx| chain.check(tx).unwrap().nullifiers().collect()).collect();
    assert_eq!(conflicting[0], conflicting[1], "the pool can see that they exclude each other");
    let receipts = chain.run(&txs).receipts;
    assert_eq!(receipts[0].reject(), None);
    assert_eq!(receipts[1].reject(), Some(RejectCode::NullifierSpent));
    let mut twice = ballot(&chain, &bob, 2, 0);
    let first = twice.proven();
    twice.choice = 1;
    let second = twice.proven();
    let actions = vec![Action::PollVote(first.0), Action::PollVote(second.0)];
    let tx = tx_with(&chain, &bob, actions, vec![first.1, second.1]);
    let receipt = fails_as(&mut chain, &bob, tx, RejectCode::NullifierSpent);
    assert_eq!(receipt.failed_action, 1, "and in one transaction neither counts");
    assert_eq!(tally(&chain), (1, vec![2, 0, 0]));
}

#[test]
fn who_joins_later_has_no_vote() {
    let (mut chain, alice, bob) = start();
    succeeds(&mut chain, &alice, vec![joined_by(the_group(), 4..6)]);
    let joiner = Ballot { members: 0..6, ..ballot(&chain, &bob, 5, 0) };
    rejects(&mut chain, &bob, joiner.proven(), RejectCode::PollRootWrong);
    let under_old_root = Ballot { members: 0..4, ..joiner };
    assert!(under_old_root.try_prove().is_err(), "no path leads from the joiner's leaf to the poll's root");
    let member_under_new_root = Ballot { members: 0..6, ..ballot(&chain, &bob, 2, 0) };
    rejects(&mut chain, &bob, member_under_new_root.proven(), RejectCode::PollRootWrong);
    let member = ballot(&chain, &bob, 2, 0).proven();
    accepts(&mut chain, &bob, member);
    let again = poll_id(&alice.address(), Sequence(2), 0);
    succeeds(&mut chain, &alice, vec![poll(the_group(), 2, 30)]);
    let joiner = Ballot { poll: again, members: 0..6, ..ballot(&chain, &bob, 5, 0) };
    accepts(&mut chain, &bob, joiner.proven());
    assert_eq!(stored_poll(&chain, &again).tally.to_vec(), [6, 0]);
}

/// zk.md #11 and #17: everything that the action says is bound to the proof.
#[test]
fn attack_11_another_choice_weight_poll_root_or_nullifier_under_the_same_proof_is_refused() {
    let (mut chain, alice, _) = start();
    succeeds(&mut chain, &alice, vec![poll(the_group(), 3, 20)]);
    let other_poll = poll_id(&alice.address(), Sequence(1), 0);
    let (vote, proof) = ballot(&chain, &alice, 1, 0).proven();
    let changes: [(&str, PollVote); 7] = [
        ("choice", PollVote { choice: 1, ..vote.clone() }),
        ("choice with high bits", PollVote { choice: 255, ..vote.clone() }),
        ("more weight", PollVote { weight: 1_000, ..vote.clone() }),
        ("less weight", PollVote { weight: 0, ..vote.clone() }),
        ("poll", PollVote { poll: other_poll, ..vote.clone() }),
        ("root", PollVote { root: vote.nullifier, ..vote.clone() }),
        ("nullifier", PollVote { nullifier: vote.root, ..vote.clone() }),
    ];
    for (what, changed) in changes {
        assert_eq!(refused(&chain, &vote_tx(&chain, &alice, (changed, proof))), RejectCode::ProofInvalid, "{what}");
    }
    assert!(chain.check(&vote_tx(&chain, &alice, (vote, proof))).is_ok());
}

/// zk.md #43: a vote is worth nothing in other hands and on other chains.
#[test]
fn attack_43_a_vote_of_another_sender_or_chain_is_refused() {
    let (chain, alice, bob) = start();
    let copied = ballot(&chain, &alice, 1, 0).proven();
    assert_eq!(refused(&chain, &vote_tx(&chain, &bob, copied)), RejectCode::ProofInvalid);
    let elsewhere = Ballot { genesis_id: GenesisId::of(&[b"elsewhere"]), ..ballot(&chain, &alice, 1, 0) };
    assert_eq!(refused(&chain, &vote_tx(&chain, &alice, elsewhere.proven())), RejectCode::ProofInvalid);
}

/// zk.md #5 and #6: no second spelling of a nullifier, and none of a root.
#[test]
fn attack_5_a_nullifier_or_root_at_or_above_the_modulus_is_refused() {
    let (chain, alice, _) = start();
    let (vote, proof) = ballot(&chain, &alice, 1, 0).proven();
    for bad in [plus_modulus(&vote.nullifier), FieldBytes(modulus_bytes().0), FieldBytes([0xff; 32])] {
        let changed = PollVote { nullifier: bad, ..vote.clone() };
        assert_eq!(refused(&chain, &vote_tx(&chain, &alice, (changed, proof))), RejectCode::FieldNotCanonical);
    }
    let changed = PollVote { root: plus_modulus(&vote.root), ..vote };
    assert_eq!(refused(&chain, &vote_tx(&chain, &alice, (changed, proof))), RejectCode::FieldNotCanonical);
}

/// The second spelling that a careless reader would take for the same element.
fn plus_modulus(field: &FieldBytes) -> FieldBytes {
    let mut sum = [0u8; 32];
    let mut carry = 0u16;
    for (index, byte) in sum.iter_mut().enumerate() {
        let total = u16::from(field.0[index]) + u16::from(modulus_bytes().0[index]) + carry;
        *byte = total.to_le_bytes()[0];
        carry = total >> 8;
    }
    assert_eq!(carry, 0);
    FieldBytes(sum)
}

/// zk.md #24 and #25: a poll has one root, and it is neither zero nor that of no members.
#[test]
fn attack_25_a_member_of_another_group_has_no_vote() {
    let (mut chain, alice, bob) = start();
    succeeds(&mut chain, &bob, vec![group_of(0..9)]);
    let foreign = Ballot { members: 0..9, ..ballot(&chain, &bob, 7, 0) };
    rejects(&mut chain, &bob, foreign.proven(), RejectCode::PollRootWrong);
    let nobodys = poll_id(&alice.address(), Sequence(1), 1);
    let nobody = tacit_types::action::group_id(&alice.address(), Sequence(1), 0);
    succeeds(&mut chain, &alice, vec![group_of(0..0), poll(nobody, 2, 20)]);
    let uninvited = Ballot { poll: nobodys, ..ballot(&chain, &bob, 1, 0) };
    rejects(&mut chain, &bob, uninvited.proven(), RejectCode::PollRootWrong);
}

#[test]
fn votes_count_up_to_the_closing_height_and_not_after() {
    let (mut chain, alice, _) = start();
    while chain.tip.height < Height(9) {
        chain.run(&[]);
    }
    let in_time = ballot(&chain, &alice, 1, 0).proven();
    accepts(&mut chain, &alice, in_time);
    assert_eq!(chain.tip.height, Height(10));
    let late = ballot(&chain, &alice, 2, 0).proven();
    rejects(&mut chain, &alice, late, RejectCode::PollClosed);
    assert_eq!(tally(&chain), (1, vec![2, 0, 0]));
}

#[test]
fn a_choice_beyond_the_polls_and_a_poll_that_does_not_exist_are_refused() {
    let (mut chain, alice, _) = start();
    let beyond = ballot(&chain, &alice, 1, 3).proven();
    rejects(&mut chain, &alice, beyond, RejectCode::ChoiceUnknown);
    let nowhere = Ballot { poll: PollId([7; 32]), ..ballot(&chain, &alice, 1, 0) };
    rejects(&mut chain, &alice, nowhere.proven(), RejectCode::PollUnknown);
}

#[test]
fn a_transaction_that_fails_counts_nothing_and_spends_no_nullifier() {
    let (mut chain, alice, bob) = start();
    let (vote, proof) = ballot(&chain, &alice, 1, 0).proven();
    let actions = vec![Action::PollVote(vote.clone()), transfer(bob.address(), u128::MAX)];
    let poisoned = tx_with(&chain, &alice, actions, vec![proof]);
    fails_as(&mut chain, &alice, poisoned, RejectCode::InsufficientBalance);
    assert_eq!(tally(&chain), (0, vec![0, 0, 0]));
    accepts(&mut chain, &alice, (vote, proof));
}

#[test]
fn a_poll_needs_a_group_and_a_closing_height_that_can_be_reached() {
    let (mut chain, alice, _) = start();
    fails(&mut chain, &alice, vec![poll(GroupId([1; 32]), 2, 50)], RejectCode::GroupUnknown);
    while chain.tip.height < Height(5) {
        chain.run(&[]);
    }
    fails(&mut chain, &alice, vec![poll(the_group(), 2, 5)], RejectCode::PollClosed);
    let next = chain.tip.height.0 + 1;
    succeeds(&mut chain, &alice, vec![poll(the_group(), 2, next)]);
}
