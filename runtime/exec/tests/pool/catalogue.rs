//! Attacks of the catalogue (`docs/spec/attacks.md`) that no other file of these tests is about.

use crate::support::*;
use tacit_state::key;
use tacit_types::asset::Sweep;
use tacit_types::limits::{JOIN_SPLITS_MAX, TX_BYTES_MAX};
use tacit_types::shielded::{JoinSplit, PublicValue, SpendSignature};
use tacit_types::*;

fn sweep(to: Address) -> Action {
    Action::Sweep(Sweep { asset: AssetId::NATIVE, to })
}

/// One element may be the nullifier of a note, of a member in a scope and of a vote: each has a set of its own.
#[test]
fn attack_22_a_spent_nullifier_is_spent_in_its_own_set_only() {
    let (mut chain, sender) = rich_pool();
    let spent = field(80);
    let tx = by_account(&chain, &sender, vec![action(join_split(&chain, 20, PublicValue::None))]);
    assert_eq!(codes(&mut chain, &[tx]), [0]);
    let set = |wanted: tacit_state::Key| chain.state.iter().any(|(stored, _)| *stored == wanted);
    assert!(set(key::note_nullifier(&spent)));
    let scope = Name::new("scope").unwrap();
    let others = [key::nullifier(&GroupId([0; 32]), &scope, &spent), key::vote(&PollId([0; 32]), &spent)];
    assert!(others.into_iter().all(|other| other != key::note_nullifier(&spent) && !set(other)));
}

/// To the chain a ciphertext is bytes: whatever they are no node can find them wrong, so no two nodes can disagree.
#[test]
fn attack_32_whatever_stands_for_a_ciphertext_every_node_takes_it() {
    let (mut chain, sender) = rich_pool();
    let identity = {
        let mut bytes = [0; 32];
        bytes[0] = 1;
        bytes
    };
    for (number, key) in [[0; 32], [0xff; 32], identity, tacit_circuits::modulus_bytes().0].into_iter().enumerate() {
        let mut odd = join_split(&chain, 20 + number as u64, PublicValue::None);
        odd.outputs[0].ephemeral_key = key;
        odd.outputs[1].ephemeral_key = key;
        let tx = by_account(&chain, &sender, vec![action(odd)]);
        assert_eq!(Tx::decode(&tx.encode()).as_ref(), Ok(&tx));
        assert_eq!(codes(&mut chain, &[tx]), [0], "ephemeral key {number}");
    }
}

/// A length that a peer only claims takes no memory, and one above the limit is refused whatever stands behind it.
#[test]
fn attack_39_lists_longer_than_their_limit_or_their_bytes_are_refused() {
    let (chain, sender) = rich_pool();
    let join_splits = |count: u64| -> Vec<Action> {
        (0..count).map(|number| action(join_split(&chain, 20 + number, PublicValue::None))).collect()
    };
    let most = by_account(&chain, &sender, join_splits(JOIN_SPLITS_MAX as u64));
    assert!(Tx::decode(&most.encode()).is_ok());
    assert!(List::<SpendSignature, JOIN_SPLITS_MAX>::new(vec![SpendSignature([0; 64]); JOIN_SPLITS_MAX + 1]).is_err());

    // The spend signatures are the last list: its length stands before so many times 64 bytes.
    let good = most.encode();
    let at = good.len() - JOIN_SPLITS_MAX * 64 - 4;
    assert_eq!(good[at..at + 4], u32::try_from(JOIN_SPLITS_MAX).unwrap().to_le_bytes());
    for claimed in [JOIN_SPLITS_MAX as u32 - 1, JOIN_SPLITS_MAX as u32 + 1, 1 << 24, u32::MAX] {
        let mut bad = good.clone();
        bad[at..at + 4].copy_from_slice(&claimed.to_le_bytes());
        assert!(Tx::decode(&bad).is_err(), "{claimed}");
    }
    assert!(Tx::decode(&vec![0; TX_BYTES_MAX + 1]).is_err());
}

/// More join-splits than signatures can stand for are refused before anything is verified.
#[test]
fn attack_39_more_join_splits_than_a_transaction_may_prove_are_refused_by_their_number() {
    let (mut chain, sender) = rich_pool();
    let count = JOIN_SPLITS_MAX as u64 + 1;
    let actions = (0..count).map(|number| action(join_split(&chain, 20 + number, PublicValue::None))).collect();
    let mut body = chain.body(&sender, actions);
    body.gas_limit = Gas(GAS.0 * 20);
    let mut tx = tacit_exec::testing::sign(&sender, body);
    tx.witness.proofs = List::new(vec![ProofBytes([0; 128]); JOIN_SPLITS_MAX]).unwrap();
    tx.witness.spend_signatures = List::new(vec![SpendSignature([0; 64]); JOIN_SPLITS_MAX]).unwrap();
    let code = refusal(&mut chain, tx);
    assert!(matches!(code, RejectCode::ProofCount | RejectCode::SpendSignatureCount), "{code:?}");
}

/// What a transaction unshields is between its own actions and nowhere else: nobody's sweep finds it, in the same block or
/// in the next, whether the transaction uses it or fails.
#[test]
fn attack_45_nobody_reaches_money_between_unshielding_and_its_use() {
    let (mut chain, sender) = rich_pool();
    let [thief, owner] = [chain.accounts[1].clone(), chain.accounts[2].clone()];
    let pool = chain.turnstile(&AssetId::NATIVE);
    let unshield = |number| action(join_split(&chain, number, out_of_pool(AssetId::NATIVE, 100)));
    let loot = Address([6; 32]);
    let block = [
        by_account(&chain, &sender, vec![unshield(20)]),
        by_account(&chain, &thief, vec![sweep(loot)]),
        by_account(&chain, &owner, vec![unshield(21), sweep(Address([7; 32]))]),
    ];
    let results = codes(&mut chain, &block);
    assert_eq!((results[0], results[2]), (RejectCode::ScratchNotEmpty.number(), 0));
    let later = by_account(&chain, &thief, vec![sweep(loot)]);
    codes(&mut chain, &[later]);
    assert_eq!([loot, Address([7; 32])].map(|who| chain.account(&who).balance.0), [0, 100]);
    assert_eq!(chain.turnstile(&AssetId::NATIVE), pool - 100);
}

/// The actions that use unshielded money are under the signature of the join-split that unshields it.
#[test]
fn attack_45_what_follows_an_unshielding_is_signed_with_it() {
    let (chain, sender) = rich_pool();
    let unshield: JoinSplit = join_split(&chain, 20, out_of_pool(AssetId::NATIVE, 100));
    let one = by_account(&chain, &sender, vec![action(unshield.clone()), sweep(Address([1; 32]))]);
    let other = by_account(&chain, &sender, vec![action(unshield), sweep(Address([2; 32]))]);
    assert_ne!(one.body.sign_bytes(), other.body.sign_bytes());
    assert_ne!(
        tacit_circuits::note::sighash(&one.body.sign_bytes()),
        tacit_circuits::note::sighash(&other.body.sign_bytes())
    );
}
