//! What is refused before any block, without looking at the state.

use crate::prover::*;
use crate::support::tx;
use tacit_circuits::modulus_bytes;
use tacit_types::action::Prove;
use tacit_types::identity::CredentialIssue;
use tacit_types::limits::{POLL_HEIGHTS_MAX, POLL_OPTIONS_MAX};
use tacit_types::*;

#[test]
fn a_poll_has_two_to_thirty_two_choices() {
    let (chain, alice, _) = start();
    for options in [0, 1, POLL_OPTIONS_MAX + 1, 255] {
        let opened = tx(&chain, &alice, vec![poll(the_group(), options, 50)]);
        assert_eq!(refused(&chain, &opened), RejectCode::OutOfBounds, "{options}");
    }
    for options in [2, POLL_OPTIONS_MAX] {
        assert!(chain.check(&tx(&chain, &alice, vec![poll(the_group(), options, 50)])).is_ok());
    }
}

#[test]
fn a_poll_that_stays_open_for_ever_is_refused() {
    let (chain, alice, _) = start();
    let latest = chain.body(&alice, vec![poll(the_group(), 2, 50)]).expiry.0 + POLL_HEIGHTS_MAX;
    assert!(chain.check(&tx(&chain, &alice, vec![poll(the_group(), 2, latest)])).is_ok());
    for closes in [latest + 1, u64::MAX] {
        let opened = tx(&chain, &alice, vec![poll(the_group(), 2, closes)]);
        assert_eq!(refused(&chain, &opened), RejectCode::OutOfBounds, "{closes}");
    }
}

#[test]
fn leaves_that_are_none_are_refused() {
    let (chain, alice, _) = start();
    let issue = |leaves: Vec<[u8; 32]>| {
        let leaves = List::new(leaves.into_iter().map(FieldBytes).collect()).unwrap();
        let action = Action::CredentialIssue(CredentialIssue { issuer: IssuerId([1; 32]), leaves });
        chain.check(&tx(&chain, &alice, vec![action])).err().map(|reject| reject.code)
    };
    let good = credential_leaf(1).0;
    assert_eq!(issue(vec![]), Some(RejectCode::EmptyAction));
    assert_eq!(issue(vec![good, [0; 32]]), Some(RejectCode::EmptyAction), "zero is where no credential stands");
    assert_eq!(issue(vec![good, modulus_bytes().0]), Some(RejectCode::FieldNotCanonical));
    assert_eq!(issue(vec![[0xff; 32]]), Some(RejectCode::FieldNotCanonical));
    assert_eq!(issue(vec![good]), None);
}

#[test]
fn a_vote_without_a_proof_with_garbage_or_with_two_is_refused() {
    let (chain, alice, _) = start();
    let (vote, proof) = ballot(&chain, &alice, 1, 0).proven();
    let code = |proofs: Vec<[u8; 128]>| {
        let tx = tx_with(&chain, &alice, vec![Action::PollVote(vote.clone())], proofs);
        chain.check(&tx).err().map(|reject| reject.code)
    };
    assert_eq!(code(vec![]), Some(RejectCode::ProofCount));
    assert_eq!(code(vec![proof, proof]), Some(RejectCode::ProofCount));
    for byte in (0..128).step_by(5) {
        let mut flipped = proof;
        flipped[byte] ^= 1;
        assert_eq!(code(vec![flipped]), Some(RejectCode::ProofInvalid), "byte {byte}");
    }
    assert_eq!(code(vec![proof]), None);
}

#[test]
fn a_credential_with_bounds_the_wrong_way_round_is_refused() {
    let (chain, alice, _) = start();
    let leaves = vec![credential_leaf(0)];
    let (genesis_id, sender, issuer) = (chain.rules.genesis_id, alice.address(), IssuerId([1; 32]));
    let showing = Showing { genesis_id, sender, issuer, leaves, holder: 0, application: "shop", low: 18, high: 18 };
    let (statement, proof) = showing.proven();
    let Prove::Credential(mut credential) = statement else { unreachable!() };
    credential.low = 19;
    let tx = tx_with(&chain, &alice, vec![Action::Prove(Prove::Credential(credential))], vec![proof]);
    assert_eq!(refused(&chain, &tx), RejectCode::EmptyRange);
}
