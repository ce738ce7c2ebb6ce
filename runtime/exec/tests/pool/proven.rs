//! Private money with real proofs and signatures, and what happens to somebody who changes anything about it.

use crate::support::{GAS, PRICE, fee, into_pool, out_of_pool};
use crate::wallet::{account_body, shielded_body, signed, unwitnessed, wallet_number};
use std::collections::BTreeMap;
use tacit_exec::proving::{Draft, Note, Wallet};
use tacit_exec::testing::MemoryChain;
use tacit_types::asset::Sweep;
use tacit_types::shielded::PublicValue;
use tacit_types::*;

const NATIVE: AssetId = AssetId::NATIVE;
const SHIELDED: u128 = 100_000_000_000;

/// A chain on which the wallet has shielded money, and the note it got.
fn funded() -> (MemoryChain, Wallet, Note) {
    let mut chain = MemoryChain::new(1, 2);
    let sender = chain.accounts[0].clone();
    let mut wallet = wallet_number(1);
    let (draft, blindings) = wallet.draft(NATIVE, &[], [SHIELDED, 0], into_pool(NATIVE, SHIELDED));
    let drafts = [draft];
    let tx = wallet.finish(signed(&sender, account_body(&chain, &sender, &drafts, vec![])), &drafts);
    let executed = chain.run(&[tx]);
    assert_eq!(executed.receipts[0].code, 0);
    let position = executed.shielded.as_ref().unwrap().first_position;
    wallet.follow(&executed);
    let note = wallet.note(position, 0, SHIELDED, blindings);
    (chain, wallet, note)
}

/// A private payment of the note to the wallet itself, which pays its own fee.
fn payment(chain: &MemoryChain, wallet: &mut Wallet, note: &Note) -> (Tx, Vec<Draft>) {
    let left = note.value - GAS.cost(PRICE).0;
    let (draft, _) = wallet.draft(NATIVE, std::slice::from_ref(note), [left - 7, 7], fee());
    let drafts = vec![draft];
    let tx = wallet.finish(unwitnessed(shielded_body(chain, &drafts, vec![])), &drafts);
    (tx, drafts)
}

#[test]
fn money_is_shielded_paid_on_and_unshielded_with_real_proofs() {
    let (mut chain, mut wallet, note) = funded();
    let paid = GAS.cost(PRICE).0;
    let left = note.value - paid;
    let (draft, blindings) = wallet.draft(NATIVE, &[note], [left - 7, 7], fee());
    let drafts = [draft];
    let tx = wallet.finish(unwitnessed(shielded_body(&chain, &drafts, vec![])), &drafts);
    let executed = chain.run(&[tx]);
    let position = executed.shielded.as_ref().unwrap().first_position;
    wallet.follow(&executed);
    let notes = [wallet.note(position, 0, left - 7, blindings), wallet.note(position, 1, 7, blindings)];

    let (pay, blindings) = wallet.draft(NATIVE, &notes, [left - paid, 0], fee());
    let drafts = [pay];
    let tx = wallet.finish(unwitnessed(shielded_body(&chain, &drafts, vec![])), &drafts);
    let executed = chain.run(&[tx]);
    let position = executed.shielded.as_ref().unwrap().first_position;
    wallet.follow(&executed);
    let last = wallet.note(position, 0, left - paid, blindings);

    let to = Address([9; 32]);
    let sender = chain.accounts[1].clone();
    let (out, _) = wallet.draft(NATIVE, std::slice::from_ref(&last), [0, 0], out_of_pool(NATIVE, last.value));
    let drafts = [out];
    let sweep = Action::Sweep(Sweep { asset: NATIVE, to });
    let tx = wallet.finish(signed(&sender, account_body(&chain, &sender, &drafts, vec![sweep])), &drafts);
    assert_eq!(chain.run(&[tx]).receipts[0].code, 0);
    assert_eq!((chain.account(&to).balance.0, chain.turnstile(&NATIVE)), (SHIELDED - 2 * paid, 0));
}

/// Attacks 10, 33 and 43: nothing about a private payment can be changed by who carries it.
#[test]
fn attack_10_a_change_of_any_byte_of_a_private_payment_is_refused() {
    let (chain, mut wallet, note) = funded();
    let (tx, _) = payment(&chain, &mut wallet, &note);
    assert!(chain.check(&tx).is_ok());
    let good = tx.encode();
    let mut reasons = BTreeMap::<u16, usize>::new();
    for index in 0..good.len() {
        let mut bad = good.clone();
        bad[index] ^= 1 << (index % 8);
        let raw = RawTx::new(bad).unwrap();
        let verdict = tacit_exec::stateless::check_one(&chain.rules, raw, [3; 32]);
        let reject = verdict.map(|_| ()).expect_err(&format!("byte {index} was changed and nobody noticed"));
        *reasons.entry(reject.code.number()).or_default() += 1;
    }
    // Most of a payment is bytes that only the signature covers.
    let by_signature = reasons.get(&RejectCode::SpendSignatureInvalid.number()).copied().unwrap_or_default();
    assert!(by_signature > 1_000, "{reasons:?}");
    assert_eq!(reasons.get(&RejectCode::ProofInvalid.number()).copied().unwrap_or_default(), 128, "{reasons:?}");
}

#[test]
fn attack_43_a_payment_of_one_chain_is_nothing_on_another() {
    let (chain, mut wallet, note) = funded();
    let (tx, _) = payment(&chain, &mut wallet, &note);
    let mut other = tx.clone();
    other.body.genesis_id = GenesisId([4; 32]);
    let mut rules = chain.rules.clone();
    rules.genesis_id = GenesisId([4; 32]);
    let check = |tx: &Tx| {
        let raw = RawTx::new(tx.encode()).unwrap();
        tacit_exec::stateless::check_one(&rules, raw, [3; 32]).map(|_| ()).unwrap_err().code
    };
    assert_eq!(check(&tx), RejectCode::WrongGenesis);
    assert_eq!(check(&other), RejectCode::SpendSignatureInvalid);
}

#[test]
fn attack_9_another_proof_of_the_same_payment_is_the_same_transaction_and_spends_nothing_twice() {
    let (mut chain, mut wallet, note) = funded();
    let (tx, drafts) = payment(&chain, &mut wallet, &note);
    let twin = wallet.finish(tx.clone(), &drafts);
    assert_ne!(twin.encode(), tx.encode());
    assert_eq!(twin.id(), tx.id());
    assert!(chain.check(&twin).is_ok());
    let bytes = chain.build(&[tx.clone(), twin.clone()]);
    assert_eq!(bytes.body.txs.len(), 1, "a proposer leaves the twin out");
    assert_eq!(chain.run(&[tx]).receipts[0].code, 0);
    assert_eq!(chain.build(&[twin]).body.txs.len(), 0, "its note is spent");
}

#[test]
fn who_proves_cannot_spend() {
    let (chain, mut wallet, note) = funded();
    let (mut tx, drafts) = payment(&chain, &mut wallet, &note);
    // The prover knows ak, nk and alpha, but signs with a key of its own.
    let mut stranger = wallet_number(2);
    let sign_bytes = tx.body.sign_bytes();
    tx.witness.spend_signatures = List::new(vec![stranger.sign(&drafts[0], &sign_bytes)]).unwrap();
    assert_eq!(chain.check(&tx).map(|_| ()).unwrap_err().code, RejectCode::SpendSignatureInvalid);
}

#[test]
fn attack_10_proof_and_signature_of_one_payment_do_not_fit_another() {
    let (chain, mut wallet, note) = funded();
    let (tx, drafts) = payment(&chain, &mut wallet, &note);
    let mut later = tx.clone();
    later.body.expiry = Height(tx.body.expiry.0 + 1);
    assert_eq!(chain.check(&later).map(|_| ()).unwrap_err().code, RejectCode::SpendSignatureInvalid);
    // Even the owner of the key needs a new proof.
    let sign_bytes = later.body.sign_bytes();
    later.witness.spend_signatures = List::new(vec![wallet.sign(&drafts[0], &sign_bytes)]).unwrap();
    assert_eq!(chain.check(&later).map(|_| ()).unwrap_err().code, RejectCode::ProofInvalid);
}

#[test]
fn attack_40_one_bad_proof_among_good_payments_spoils_only_itself() {
    let (chain, mut wallet, note) = funded();
    let (good, _) = payment(&chain, &mut wallet, &note);
    let mut bad = good.clone();
    let mut proof = bad.witness.proofs[0].clone();
    proof.0 = proof_of_another_payment(&mut wallet, &chain, &note);
    bad.witness.proofs = List::new(vec![proof]).unwrap();
    let raws: Vec<RawTx> =
        (0..12).map(|index| RawTx::new(if index == 7 { bad.encode() } else { good.encode() }).unwrap()).collect();
    for threads in [1, 2] {
        let verdicts = tacit_exec::stateless::check_all(&chain.rules, raws.clone(), [3; 32], threads);
        for (index, verdict) in verdicts.iter().enumerate() {
            let code = verdict.as_ref().err().map(|reject| reject.code);
            assert_eq!(code, (index == 7).then_some(RejectCode::ProofInvalid), "item {index}, {threads} threads");
        }
    }
}

/// A well-formed proof that proves something else.
fn proof_of_another_payment(wallet: &mut Wallet, chain: &MemoryChain, note: &Note) -> [u8; 128] {
    payment(chain, wallet, note).0.witness.proofs[0].0
}

#[test]
fn a_pure_shield_needs_no_note_and_hides_its_owner() {
    let (chain, _, _) = funded();
    let tree_has_no_trace = |tx: &Tx, owner: [u8; 32]| !tx.encode().windows(32).any(|window| window == owner);
    let sender = chain.accounts[0].clone();
    let mut wallet = wallet_number(8);
    let (draft, _) = wallet.draft(NATIVE, &[], [5, 0], into_pool(NATIVE, 5));
    let mut drafts = [draft];
    drafts[0].join_split.public_value = PublicValue::In { asset: NATIVE, amount: Amount(5) };
    let tx = wallet.finish(signed(&sender, account_body(&chain, &sender, &drafts, vec![])), &drafts);
    assert!(tree_has_no_trace(&tx, wallet.owner().0));
}
