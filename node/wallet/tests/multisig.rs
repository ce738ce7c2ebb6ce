//! Drafts that travel between signers.
#![allow(clippy::unwrap_used)]

use tacit_types::keys::MultisigPolicy;
use tacit_types::{Address, Amount, Gas, GenesisId, Height, Price, Sequence};
use tacit_wallet::devnet::devnet_account;
use tacit_wallet::multisig::Draft;
use tacit_wallet::{SecretKey, TxBuilder, WalletError};

fn keys() -> Vec<SecretKey> {
    (0..3).map(|index| devnet_account(index).unwrap().key).collect()
}

fn draft(amount: u128) -> Draft {
    let policy = MultisigPolicy::new(2, keys().iter().map(SecretKey::public_key).collect()).unwrap();
    let builder = TxBuilder::new(GenesisId([1; 32]))
        .expiry(Height(10))
        .gas_limit(Gas(90_000))
        .price(Price(2), Price(1))
        .transfer(Address([9; 32]), Amount(amount));
    Draft::new(builder, policy, Sequence(0)).unwrap()
}

#[test]
fn any_two_of_three_make_the_transaction_and_one_does_not() {
    for (first, second) in [(0, 1), (1, 0), (0, 2), (2, 1)] {
        let mut draft = draft(5);
        draft.sign(&keys()[first]).unwrap();
        assert!(matches!(draft.finish(), Err(WalletError::Draft(_))));
        draft.sign(&keys()[first]).unwrap();
        assert_eq!(draft.progress(), (1, 2), "signing twice counts once");
        let mut draft = Draft::from_json(&draft.to_json().unwrap()).unwrap();
        draft.sign(&keys()[second]).unwrap();
        let tx = draft.finish().unwrap();
        let indices: Vec<u8> = tx.witness.signatures.iter().map(|signature| signature.key_index).collect();
        assert!(indices.len() == 2 && indices.is_sorted(), "{indices:?}");
        check(&tx);
    }
}

#[test]
fn a_third_signature_is_left_out_because_more_than_the_threshold_is_refused_on_chain() {
    let mut draft = draft(5);
    keys().iter().for_each(|key| draft.sign(key).unwrap());
    assert_eq!(draft.finish().unwrap().witness.signatures.len(), 2);
}

#[test]
fn copies_signed_in_parallel_can_be_merged() {
    let (mut left, mut right) = (draft(5), draft(5));
    left.sign(&keys()[0]).unwrap();
    right.sign(&keys()[2]).unwrap();
    left.merge(&right).unwrap();
    check(&left.finish().unwrap());
    assert!(left.merge(&draft(6)).is_err(), "another transaction");
}

#[test]
fn strangers_forged_signatures_and_damaged_files_are_refused() {
    let mut draft = draft(5);
    assert!(draft.sign(&devnet_account(7).unwrap().key).is_err());
    draft.sign(&keys()[0]).unwrap();
    let good = draft.to_json().unwrap();
    Draft::from_json(&good).unwrap();
    let signature = good.find("\"signature\": \"0x").unwrap() + 20;
    for position in (0..good.len()).step_by(13).chain([signature]) {
        let mut bad = good.clone().into_bytes();
        bad[position] = if bad[position] == b'0' { b'1' } else { b'0' };
        let read = Draft::from_json(std::str::from_utf8(&bad).unwrap());
        assert!(read.is_err(), "byte {position}");
    }
    for garbage in ["", "null", "{}", "[]", &good[..good.len() / 2], &"[".repeat(100_000), &" ".repeat(3_000_000)] {
        assert!(matches!(Draft::from_json(garbage), Err(WalletError::Draft(_))));
    }
}

/// What the chain checks of a multisig's signatures.
fn check(tx: &tacit_types::Tx) {
    let tacit_types::Authorization::Multisig { policy, .. } = &tx.body.authorization else { panic!("no multisig") };
    for signature in tx.witness.signatures.iter() {
        let key =
            ed25519_consensus::VerificationKey::try_from(policy.keys[usize::from(signature.key_index)].0).unwrap();
        key.verify(&signature.signature.0.into(), &tx.body.sign_bytes()).unwrap();
    }
}
