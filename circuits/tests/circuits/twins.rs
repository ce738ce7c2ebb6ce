//! The native definition and the circuit say the same of every statement, true or false.

use tacit_circuits::statement::{credential, equality, membership, range, vote};
use tacit_circuits::testing::{ForgedSystem, Sample};
use tacit_circuits::{FieldBytes, MembershipPath, Reject, Statement};

/// Asserts that both verdicts are `holds`.
pub fn both_say(sample: &Sample, holds: bool, what: &str) {
    let native = sample.check();
    let broken = ForgedSystem::of(sample).unwrap().broken();
    assert_eq!(native.is_ok(), holds, "native, {what}: {native:?}");
    assert_eq!(broken.is_empty(), holds, "circuit, {what}: {broken:?}");
}

#[test]
fn range_agrees_at_and_around_its_bounds() {
    let Sample::Range(base, mut private) = Sample::new(Statement::Range, 3).unwrap() else { panic!("range") };
    for value in [0, 1, 1000, u128::MAX - 1, u128::MAX] {
        private.value = value;
        let commitment = range::commit(value, &private.blinding).unwrap();
        for (low, high) in [
            (0, u128::MAX),
            (value, value),
            (value.saturating_add(1), u128::MAX),
            (0, value.saturating_sub(1)),
            (value, u128::MAX),
            (0, value),
            (1, 0),
            (u128::MAX, 0),
        ] {
            let public = range::RangePublic { commitment, low, high, ..base };
            let holds = low <= value && value <= high;
            both_say(&Sample::Range(public, private.clone()), holds, &format!("{low} <= {value} <= {high}"));
        }
        let false_opening = range::RangePublic { commitment: FieldBytes::from(1), low: 0, high: u128::MAX, ..base };
        both_say(&Sample::Range(false_opening, private.clone()), false, "another commitment");
    }
}

#[test]
fn equality_agrees() {
    let Sample::Equality(base, private) = Sample::new(Statement::Equality, 3).unwrap() else { panic!("equality") };
    both_say(&Sample::Equality(base, private.clone()), true, "honest");
    let other = equality::commit_linked(private.value + 1, &private.second_blinding).unwrap();
    both_say(&Sample::Equality(equality::EqualityPublic { second: other, ..base }, private.clone()), false, "values");
    let swapped = equality::EqualityPublic { first: base.second, second: base.first, ..base };
    both_say(&Sample::Equality(swapped, private), false, "swapped sides");
}

#[test]
fn membership_agrees() {
    for number in 0..7 {
        let Sample::Membership(base, private) = Sample::new(Statement::Membership, number).unwrap() else {
            panic!("membership")
        };
        let with = |public| Sample::Membership(public, private.clone());
        both_say(&with(base), true, "honest");
        both_say(&with(membership::MembershipPublic { weight: base.weight + 1, ..base }), false, "weight");
        both_say(&with(membership::MembershipPublic { root: base.nullifier, ..base }), false, "root");
        both_say(&with(membership::MembershipPublic { nullifier: base.root, ..base }), false, "nullifier");
        both_say(&with(membership::MembershipPublic { scope: base.root, ..base }), false, "scope");
        both_say(&with(membership::MembershipPublic { signal: base.root, ..base }), true, "any signal can be given");
        let moved = MembershipPath { position: private.path.position ^ 1, ..private.path.clone() };
        let moved = membership::MembershipPrivate { secret: private.secret.clone(), path: moved };
        both_say(&Sample::Membership(base, moved), false, "position");
    }
}

#[test]
fn vote_agrees() {
    for number in 0..7 {
        let Sample::Vote(base, private) = Sample::new(Statement::Vote, number).unwrap() else { panic!("vote") };
        let with = |public| Sample::Vote(public, private.clone());
        both_say(&with(base), true, "honest");
        both_say(&with(vote::VotePublic { weight: base.weight + 1, ..base }), false, "weight");
        both_say(&with(vote::VotePublic { root: base.nullifier, ..base }), false, "root");
        both_say(&with(vote::VotePublic { nullifier: base.root, ..base }), false, "nullifier");
        both_say(&with(vote::VotePublic { poll: base.root, ..base }), false, "poll");
        both_say(&with(vote::VotePublic { choice: u128::MAX, ..base }), true, "any choice can be given");
        both_say(&with(vote::VotePublic { context: base.root, ..base }), true, "any context can be given");
        let moved = MembershipPath { position: private.path.position ^ 1, ..private.path.clone() };
        let moved = vote::VotePrivate { secret: private.secret.clone(), path: moved };
        both_say(&Sample::Vote(base, moved), false, "position");
    }
}

#[test]
fn credential_agrees() {
    for number in 0..7 {
        let sample = Sample::new(Statement::Credential, number).unwrap();
        let Sample::Credential(base, private) = sample else { panic!("credential") };
        let with = |public| Sample::Credential(public, private.clone());
        both_say(&with(base), true, "honest");
        both_say(&with(credential::CredentialPublic { root: base.kind, ..base }), false, "root");
        both_say(&with(credential::CredentialPublic { kind: base.root, ..base }), false, "kind");
        both_say(&with(credential::CredentialPublic { application: base.root, ..base }), false, "application");
        both_say(&with(credential::CredentialPublic { pseudonym: base.root, ..base }), false, "pseudonym");
        both_say(&with(credential::CredentialPublic { commitment: base.root, ..base }), false, "commitment");
        both_say(&with(credential::CredentialPublic { context: base.root, ..base }), true, "any context can be given");
        let value = private.value;
        for (low, high) in [(0, u128::MAX), (value, value), (value + 1, u128::MAX), (0, value - 1), (1, 0)] {
            let holds = low <= value && value <= high;
            let public = credential::CredentialPublic { low, high, ..base };
            both_say(&with(public), holds, &format!("{low} <= {value} <= {high}"));
        }
        let mut other = private.clone();
        other.salt = base.root;
        both_say(&Sample::Credential(base, other), false, "salt");
        let mut other = private.clone();
        other.value += 1;
        both_say(&Sample::Credential(base, other), false, "value");
    }
}

#[test]
fn the_provers_refuse_false_statements_before_proving() {
    let Sample::Range(public, private) = Sample::new(Statement::Range, 3).unwrap() else { panic!("range") };
    let mut rng = <rand_chacha::ChaCha20Rng as ark_std::rand::SeedableRng>::seed_from_u64(1);
    let too_high = range::RangePublic { low: private.value + 1, high: u128::MAX, ..public };
    let error = tacit_circuits::prove_range(&super::KEYS, &too_high, &private, &mut rng).unwrap_err();
    let why = "the value is below the lower bound";
    let expected = Reject::False { statement: Statement::Range, why };
    assert!(matches!(error, tacit_circuits::ProveError::Statement(reject) if reject == expected));
}

#[test]
fn secrets_do_not_show_in_debug_output() {
    for statement in Statement::ALL {
        let text = format!("{:?}", Sample::new(statement, 3).unwrap());
        assert!(text.contains("secret)"), "{text}");
        let witness = text.split("Private").nth(1).unwrap();
        assert!(!witness.contains("0x"), "{witness}");
    }
}
