//! Named attacks on a setup; the numbers are those of the threat catalogue.

use super::support::*;
use ark_bn254::{Bn254, Fr, G1Affine, G2Affine};
use ark_ec::pairing::Pairing;
use ark_ec::{AffineRepr, CurveGroup};
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use tacit_ceremony::{CeremonyError, Entropy, Zkey, phase1, phase2};
use tacit_circuits::verify::VerifyingKey;
use tacit_circuits::{FieldBytes, ProofBytes, Reject, Statement};

/// The equation of Groth16 and nothing else.
fn plain_equation_holds(
    key: &ark_groth16::VerifyingKey<Bn254>,
    a: G1Affine,
    b: G2Affine,
    c: G1Affine,
    x: &[Fr],
) -> bool {
    let combined =
        x.iter().zip(&key.gamma_abc_g1[1..]).fold(key.gamma_abc_g1[0].into_group(), |sum, (x, p)| sum + *p * x);
    Bn254::pairing(a, b)
        == Bn254::pairing(key.alpha_g1, key.beta_g2)
            + Bn254::pairing(combined.into_affine(), key.gamma_g2)
            + Bn254::pairing(c, key.delta_g2)
}

/// #1: with delta equal to gamma, A = alpha, B = beta, C = -vk_x proves anything.
#[test]
fn attack_1_the_forgery_of_three_lines_works_on_a_key_nobody_contributed_to_and_our_loader_refuses_that_key() {
    let bytes = fresh().verifying_key().unwrap();
    let key = ark_groth16::VerifyingKey::<Bn254>::deserialize_compressed(&*bytes).unwrap();
    let x: Vec<Fr> = (1..=Statement::Range.input_count() as u64).map(|number| Fr::from(number * 1_000_003)).collect();
    let combined =
        x.iter().zip(&key.gamma_abc_g1[1..]).fold(key.gamma_abc_g1[0].into_group(), |sum, (x, p)| sum + *p * x);
    let (a, b, c) = (key.alpha_g1, key.beta_g2, (-combined).into_affine());
    assert!(plain_equation_holds(&key, a, b, c, &x), "the forgery is accepted by the plain equation");

    assert!(matches!(VerifyingKey::load(&bytes), Err(Reject::Key { .. })), "our loader refuses the key");
    assert!(matches!(fresh().keys(Statement::Range), Err(CeremonyError::Refused(Reject::Key { .. }))));
    let refused = phase2::verify(fresh(), circuit(), powers(), &quiet).unwrap_err();
    assert!(matches!(refused, CeremonyError::Key { .. }), "{refused}");

    // One contribution later the same three points prove nothing, and the key loads.
    let bytes = finished().verifying_key().unwrap();
    let key = ark_groth16::VerifyingKey::<Bn254>::deserialize_compressed(&*bytes).unwrap();
    let combined =
        x.iter().zip(&key.gamma_abc_g1[1..]).fold(key.gamma_abc_g1[0].into_group(), |sum, (x, p)| sum + *p * x);
    let (a, b, c) = (key.alpha_g1, key.beta_g2, (-combined).into_affine());
    assert!(!plain_equation_holds(&key, a, b, c, &x));
    let mut proof = Vec::new();
    a.serialize_compressed(&mut proof).unwrap();
    b.serialize_compressed(&mut proof).unwrap();
    c.serialize_compressed(&mut proof).unwrap();
    let inputs: Vec<FieldBytes> = (1..=4u128).map(|number| FieldBytes::from(number * 1_000_003)).collect();
    let loaded = VerifyingKey::load(&bytes).unwrap();
    assert_eq!(loaded.verify(&inputs, &ProofBytes::from_slice(&proof).unwrap()), Err(Reject::Invalid));
}

/// #1, #2: a beacon is public, so a ceremony of beacons alone has no secret.
#[test]
fn attack_2_a_ceremony_of_beacons_alone_is_refused() {
    let alone = phase2::beacon(fresh(), "", &beacon(3), &quiet).unwrap();
    let refused = phase2::verify(&alone, circuit(), powers(), &quiet).unwrap_err();
    assert!(refused.to_string().contains("nobody contributed"), "{refused}");
}

#[test]
fn powers_nobody_contributed_to_are_refused() {
    let refused = phase1::verify(&phase1::new(4).unwrap(), &quiet).unwrap_err();
    assert!(refused.to_string().contains("everybody knows tau"), "{refused}");
}

fn refusal(change: impl FnOnce(&mut Zkey)) -> String {
    let mut changed = finished().clone();
    change(&mut changed);
    phase2::verify(&changed, circuit(), powers(), &quiet).expect_err("must be refused").to_string()
}

/// #3, #4: every element of the key must be the one that circuit, powers and contributions determine.
#[test]
fn attack_3_any_changed_element_of_the_key_is_noticed_by_name() {
    let g1 = G1Affine::generator();
    let shift = |point: &mut G1Affine| *point = (*point + g1).into_affine();
    assert!(refusal(|key| shift(&mut key.a[20])).contains("query A"));
    assert!(refusal(|key| shift(&mut key.b1[500])).contains("query B in G1"));
    assert!(refusal(|key| key.b2[500] = (key.b2[500] + G2Affine::generator()).into_affine()).contains("query B in G2"));
    assert!(refusal(|key| shift(&mut key.l[3])).contains("query L"));
    assert!(refusal(|key| shift(&mut key.h[3])).contains("query H"));
    assert!(refusal(|key| shift(&mut key.ic[2])).contains("IC"));
    assert!(refusal(|key| key.ic.swap(1, 2)).contains("IC"), "inputs exchanged");
    assert!(refusal(|key| shift(&mut key.alpha1)).contains("alpha"));
    assert!(refusal(|key| shift(&mut key.beta1)).contains("beta"));
    assert!(refusal(|key| key.gamma2 = key.delta2).contains("gamma"));
    assert!(refusal(|key| key.coefficients[9].value += Fr::from(1u8)).contains("matrices"));
    assert!(refusal(|key| key.coefficients.truncate(40)).contains("matrices"));
    assert!(refusal(|key| key.delta2 = (key.delta2 * Fr::from(2u8)).into_affine()).contains("query L"));
    // Delta taken out of everything consistently, as somebody who wants to pass off an earlier key would.
    let last = refusal(|key| {
        let two = Fr::from(2u8);
        key.delta1 = (key.delta1 * two).into_affine();
        key.delta2 = (key.delta2 * two).into_affine();
        let half = ark_ff::Field::inverse(&two).unwrap();
        key.l.iter_mut().chain(&mut key.h).for_each(|point| *point = (*point * half).into_affine());
    });
    assert!(last.contains("delta in G1"), "{last}");
}

#[test]
fn a_dropped_reordered_renamed_or_repeated_contribution_is_noticed() {
    assert!(refusal(|key| drop(key.contributions.remove(0))).contains("contribution 1"));
    assert!(refusal(|key| key.contributions.swap(0, 1)).contains("contribution 1"));
    assert!(refusal(|key| drop(key.contributions.pop())).contains("delta in G1"));
    assert!(refusal(|key| key.contributions[0].name = "Eve".into()).contains("proof of knowledge"));
    assert!(
        refusal(|key| {
            let again = key.contributions[1].clone();
            key.contributions.insert(1, again);
        })
        .contains("contribution 3")
    );
    assert!(refusal(|key| key.circuit_hash[5] ^= 1).contains("contribution 1"));
}

/// Copying somebody's contribution needs their secret: the key must answer another transcript.
#[test]
fn a_contribution_of_another_ceremony_is_refused() {
    let other = phase2::contribute(fresh(), "Mallory", &Entropy::new("x".into()), &quiet).unwrap();
    let refused = refusal(|key| key.contributions[1] = other.contributions[0].clone());
    assert!(refused.contains("contribution 2"), "{refused}");
}

#[test]
fn a_key_of_another_circuit_or_of_other_powers_is_refused() {
    let equality = tacit_ceremony::R1cs::of_statement(Statement::Equality).unwrap();
    assert!(phase2::verify(finished(), &equality, powers(), &quiet).is_err());
    let other = phase1::contribute(powers(), "later", &entropy("z"), &quiet).unwrap();
    let refused = phase2::verify(finished(), circuit(), &other, &quiet).unwrap_err();
    assert!(refused.to_string().contains("other powers of tau"), "{refused}");
    let small = phase1::contribute(&phase1::new(8).unwrap(), "", &entropy("z"), &quiet).unwrap();
    assert!(phase2::setup(circuit(), &small, &quiet).is_err(), "too few powers");
}

#[test]
fn changed_powers_of_tau_are_noticed_by_name() {
    let refusal = |change: &dyn Fn(&mut tacit_ceremony::Ptau)| {
        let mut changed = powers().clone();
        change(&mut changed);
        phase1::verify(&changed, &quiet).expect_err("must be refused").to_string()
    };
    let g1 = G1Affine::generator();
    let shift = |point: &mut G1Affine| *point = (*point + g1).into_affine();
    assert!(refusal(&|powers| shift(&mut powers.tau1[700])).contains("tau in G1"));
    assert!(refusal(&|powers| shift(&mut powers.tau1[1])).contains("tau in G1"));
    assert!(refusal(&|powers| *powers.tau1.last_mut().unwrap() = g1).contains("tau in G1"));
    assert!(refusal(&|powers| powers.tau2[7] = powers.tau2[8]).contains("tau in G2"));
    assert!(refusal(&|powers| shift(&mut powers.alpha_tau1[511])).contains("alpha"));
    assert!(refusal(&|powers| shift(&mut powers.beta_tau1[1])).contains("beta"));
    assert!(refusal(&|powers| powers.beta2 = powers.tau2[3]).contains("beta in G2"));
    assert!(refusal(&|powers| drop(powers.contributions.remove(0))).contains("contribution 1"));
    assert!(refusal(&|powers| powers.contributions[0].next_challenge[0] ^= 1).contains("contribution 2"));
    assert!(refusal(&|powers| powers.contributions[1].next_challenge[0] ^= 1).contains("last challenge"));
    assert!(refusal(&|powers| powers.contributions[1].partial_hash[0] ^= 1).contains("last challenge"));
    assert!(refusal(&|powers| powers.contributions[0].key.alpha.spx = powers.beta2).contains("contribution 1"));
}
