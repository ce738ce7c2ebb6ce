//! Votes by nobody: sent and paid from the shielded pool, so that neither the proof nor the sender says who votes.

use crate::prover::*;
use crate::support::{GAS, PRICE};
use crate::wallet::{account_body, shielded_body, signed, unwitnessed, wallet_number};
use tacit_exec::proving::{Draft, Note, Wallet};
use tacit_exec::testing::MemoryChain;
use tacit_state::{StateRead, key};
use tacit_types::shielded::PublicValue;
use tacit_types::*;

const NATIVE: AssetId = AssetId::NATIVE;
const SHIELDED: u128 = 900_000_000_000;

/// The chain of [`start`] with a wallet that has two notes in the pool.
fn funded() -> (MemoryChain, Wallet, [Note; 2]) {
    let (mut chain, _, bob) = start();
    let mut wallet = wallet_number(7);
    let into = PublicValue::In { asset: NATIVE, amount: Amount(SHIELDED) };
    let half = SHIELDED / 2;
    let (draft, blindings) = wallet.draft(NATIVE, &[], [half, half], into);
    let drafts = [draft];
    let tx = wallet.finish(signed(&bob, account_body(&chain, &bob, &drafts, vec![])), &drafts);
    let executed = chain.run(&[tx]);
    assert_eq!(executed.receipts[0].reject(), None);
    let position = executed.shielded.as_ref().unwrap().first_position;
    wallet.follow(&executed);
    let notes = [0, 1].map(|index| wallet.note(position, index, half, blindings));
    (chain, wallet, notes)
}

/// A join-split that spends `note` and pays for a transaction.
fn payment(wallet: &mut Wallet, note: &Note) -> Draft {
    let fee = GAS.cost(PRICE);
    let out = PublicValue::Out { asset: NATIVE, amount: fee };
    wallet.draft(NATIVE, std::slice::from_ref(note), [note.value - fee.0, 0], out).0
}

/// The one-time sender of the transaction that a join-split pays for.
fn sender(draft: &Draft) -> Address {
    draft.join_split.one_time_address()
}

/// A shielded transaction that casts a vote.
fn cast(chain: &MemoryChain, wallet: &mut Wallet, draft: Draft, (vote, proof): Voted) -> Tx {
    let drafts = [draft];
    let body = shielded_body(chain, &drafts, vec![Action::PollVote(vote)]);
    let mut tx = wallet.finish(unwitnessed(body), &drafts);
    let mut proofs = tx.witness.proofs.to_vec();
    proofs.push(ProofBytes(proof));
    tx.witness.proofs = List::new(proofs).unwrap();
    tx
}

#[test]
fn a_vote_from_the_pool_counts_and_names_nobody() {
    let (mut chain, mut wallet, [first, second]) = funded();
    let draft = payment(&mut wallet, &first);
    let by = sender(&draft);
    let ballot =
        Ballot { genesis_id: chain.rules.genesis_id, sender: by, poll: the_poll(), members: 0..4, voter: 2, choice: 1 };
    let tx = cast(&chain, &mut wallet, draft, ballot.proven());
    assert_eq!(tx.body.sender(), by);
    let executed = chain.run(&[tx]);
    assert_eq!(executed.receipts[0].reject(), None, "{:?}", executed.receipts[0]);
    wallet.follow(&executed);
    assert_eq!(stored_poll(&chain, &the_poll()).tally.to_vec(), [0, 3, 0]);
    assert_eq!(chain.state.get(&key::account(&by)).unwrap(), None, "the sender is used once and leaves no account");

    // The same member with another note is another sender and the same nullifier.
    let draft = payment(&mut wallet, &second);
    let again = Ballot { sender: sender(&draft), choice: 0, ..ballot };
    let tx = cast(&chain, &mut wallet, draft, again.proven());
    assert_eq!(chain.run(&[tx]).receipts[0].reject(), Some(RejectCode::NullifierSpent));
    assert_eq!(stored_poll(&chain, &the_poll()).votes, 1);
}

/// zk.md #10 and #43: who sees a vote on its way cannot send it as its own, not from the pool either.
#[test]
fn attack_10_a_vote_taken_into_another_payment_is_refused() {
    let (chain, mut wallet, [first, second]) = funded();
    let draft = payment(&mut wallet, &first);
    let (genesis_id, poll) = (chain.rules.genesis_id, the_poll());
    let ballot = Ballot { genesis_id, sender: sender(&draft), poll, members: 0..4, voter: 2, choice: 1 };
    let voted = ballot.proven();
    let thief = payment(&mut wallet, &second);
    assert_ne!(sender(&thief), ballot.sender);
    let stolen = cast(&chain, &mut wallet, thief, voted.clone());
    assert_eq!(refused(&chain, &stolen), RejectCode::ProofInvalid);
    // Nor can the vote inside the payment be exchanged: the spend signature covers it.
    let mut tx = cast(&chain, &mut wallet, draft, voted.clone());
    assert!(chain.check(&tx).is_ok());
    let other = Ballot { sender: tx.body.sender(), choice: 0, ..ballot }.proven();
    let actions = vec![tx.body.actions[0].clone(), Action::PollVote(other.0)];
    tx.body.actions = List::new(actions).unwrap();
    let proofs = vec![tx.witness.proofs[0].clone(), ProofBytes(other.1)];
    tx.witness.proofs = List::new(proofs).unwrap();
    assert_eq!(refused(&chain, &tx), RejectCode::SpendSignatureInvalid);
}
