//! What a verified proof leaves in the state and in the receipt.

use crate::prover::*;
use crate::support::fails_as;
use tacit_exec::testing::{MemoryChain, transfer};
use tacit_exec::{gas, proofs};
use tacit_state::overlay::read_value;
use tacit_state::record::ProofRecord;
use tacit_state::{StateRead, key};
use tacit_types::action::Prove;
use tacit_types::*;

fn record(chain: &MemoryChain, id: &ProofId) -> Option<ProofRecord> {
    read_value(&chain.state, &key::proof(id)).unwrap()
}

#[test]
fn each_statement_is_recorded_under_its_id_with_sender_and_height() {
    let (mut chain, alice, _) = start();
    let used = Use::of(&chain, &alice);
    let proven = [range(&used), membership(&used, "poll-1"), equality(&used)];
    let tx = tx(&chain, &alice, &proven);
    let intrinsic = gas::intrinsic(tx.encode().len(), &tx.body, &tx.witness).0;
    let receipt = chain.run(std::slice::from_ref(&tx)).receipts.remove(0);
    assert_eq!(receipt.reject(), None);
    assert_eq!(intrinsic, 8_000 + 10 * tx.encode().len() as u64 + 20_000 + 3 * 400_000);
    assert_eq!(receipt.gas_used.0, intrinsic + 3 * 6_000);

    let sender = alice.address();
    let [range, member, equal] = proven.each_ref().map(|(statement, _)| proofs::proof_id(&sender, statement));
    let Prove::Membership(membership) = &proven[1].0 else { unreachable!() };
    let spent = Event::NullifierSpent { group: the_group(), nullifier: membership.nullifier, weight: WEIGHT };
    let proved = |proof| Event::Proved { proof, sender };
    assert_eq!(receipt.events.to_vec(), [proved(range), spent, proved(member), proved(equal)]);
    for id in [range, member, equal] {
        assert_eq!(record(&chain, &id), Some(ProofRecord { id, sender, height: Height(2), credential: None }));
    }
    let nullifier = key::nullifier(&the_group(), &name("poll-1"), &membership.nullifier);
    assert_eq!(chain.state.get(&nullifier).unwrap(), Some(2u64.to_le_bytes().to_vec()));
}

#[test]
fn saying_the_same_again_is_harmless_and_the_first_record_stands() {
    let (mut chain, alice, _) = start();
    let proven = [range(&Use::of(&chain, &alice))];
    let id = proofs::proof_id(&alice.address(), &proven[0].0);
    for _ in 0..2 {
        let tx = tx(&chain, &alice, &proven);
        let receipt = chain.run(&[tx]).receipts.remove(0);
        assert_eq!(receipt.events.to_vec(), [Event::Proved { proof: id, sender: alice.address() }]);
        assert_eq!(record(&chain, &id).unwrap().height, Height(2));
    }
}

#[test]
fn two_senders_have_two_records_of_one_statement() {
    let (mut chain, alice, bob) = start();
    let [first, second] = [range(&Use::of(&chain, &alice)), range(&Use::of(&chain, &bob))];
    assert_eq!(first.0, second.0, "the public side is the same");
    let txs = [tx(&chain, &alice, std::slice::from_ref(&first)), tx(&chain, &bob, std::slice::from_ref(&second))];
    assert!(chain.run(&txs).receipts.iter().all(Receipt::succeeded));
    for key in [&alice, &bob] {
        let id = proofs::proof_id(&key.address(), &first.0);
        assert_eq!(record(&chain, &id).unwrap().sender, key.address());
    }
}

#[test]
fn a_failing_transaction_records_no_proof() {
    let (mut chain, alice, bob) = start();
    let (statement, proof) = range(&Use::of(&chain, &alice));
    let actions = vec![Action::Prove(statement.clone()), transfer(bob.address(), u128::MAX)];
    let tx = tx_with(&chain, &alice, actions, vec![proof]);
    let receipt = fails_as(&mut chain, &alice, tx, RejectCode::InsufficientBalance);
    assert_eq!(receipt.failed_action, 1);
    assert_eq!(record(&chain, &proofs::proof_id(&alice.address(), &statement)), None);
}

#[test]
fn a_range_the_wrong_way_round_is_refused_and_one_of_a_single_value_is_looked_at() {
    let (chain, alice, _) = start();
    let (mut statement, proof) = range(&Use::of(&chain, &alice));
    for (low, code) in [(1_001, RejectCode::EmptyRange), (1_000, RejectCode::ProofInvalid)] {
        let Prove::Range(range) = &mut statement else { unreachable!() };
        range.low = low;
        assert_eq!(refused(&chain, &tx(&chain, &alice, &[(statement.clone(), proof)])), code);
    }
}
