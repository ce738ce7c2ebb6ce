//! Proofs and inputs that must be refused, and why.

use ark_bn254::{Bn254, Fq2, Fr, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::{PrimeField, UniformRand};
use ark_groth16::{Groth16, Proof, VerifyingKey as Groth16Key, prepare_verifying_key};
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use ark_std::rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use tacit_circuits::keys::development_key_bytes;
use tacit_circuits::testing::{Arkworks, Sample};
use tacit_circuits::{
    FieldBytes, ProofBytes, Public, Reject, Statement, VerifyItem, VerifyingKeys, modulus_bytes, verify_one,
};

use super::proven;

/// A point of the twist outside the subgroup.
pub fn outside_subgroup(seed: u64) -> G2Affine {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    loop {
        match G2Affine::get_point_from_x_unchecked(Fq2::rand(&mut rng), true) {
            Some(point) if !point.is_in_correct_subgroup_assuming_on_curve() => return point,
            _ => {}
        }
    }
}

fn decode(proof: &ProofBytes) -> Proof<Bn254> {
    Proof::deserialize_compressed(&proof.0[..]).unwrap()
}

fn encode(proof: &Proof<Bn254>) -> ProofBytes {
    let mut bytes = Vec::new();
    proof.serialize_compressed(&mut bytes).unwrap();
    ProofBytes::from_slice(&bytes).unwrap()
}

fn refused(item: &VerifyItem) -> Reject {
    verify_one(&VerifyingKeys::development(), item).unwrap_err()
}

#[test]
fn honest_proofs_verify() {
    let keys = VerifyingKeys::development();
    for statement in Statement::ALL {
        for number in 1..3 {
            assert_eq!(verify_one(&keys, &proven(statement, number)), Ok(()), "{statement} {number}");
        }
    }
}

/// The yardstick of the benches measures the same statements: its proofs hold, and for other inputs they do not.
#[test]
fn arkworks_alone_proves_the_same_statements() {
    let (sample, other) = (Sample::new(Statement::Range, 1).unwrap(), Sample::new(Statement::Range, 2).unwrap());
    let mut arkworks = Arkworks::of(Statement::Range).unwrap();
    let proof = arkworks.prove(&sample).unwrap();
    assert!(arkworks.verify(&sample, &proof) && !arkworks.verify(&other, &proof));
    assert!(Arkworks::read_key(&arkworks.key_bytes().unwrap(), false));
    assert!(Arkworks::synthetic(100).unwrap().prove_synthetic(100).is_ok());
}

#[test]
fn our_verdict_is_that_of_arkworks() {
    for statement in Statement::ALL {
        let item = proven(statement, 1);
        let key = Groth16Key::<Bn254>::deserialize_compressed(development_key_bytes(statement)).unwrap();
        let prepared = prepare_verifying_key(&key);
        let inputs: Vec<Fr> = item.public.inputs().iter().map(|input| Fr::from_le_bytes_mod_order(&input.0)).collect();
        assert!(Groth16::<Bn254>::verify_proof(&prepared, &decode(&item.proof), &inputs).unwrap());
    }
}

/// Also those that a constraint meets with a factor of zero only (attack 11), and whatever sign they have: a square cannot
/// tell x from -x, but the verifying key can.
#[test]
fn attack_11_every_public_input_is_bound() {
    let keys = VerifyingKeys::development();
    for statement in Statement::ALL {
        let item = proven(statement, 1);
        for place in 0..statement.input_count() {
            let mut inputs = item.public.inputs();
            let honest = Fr::from_le_bytes_mod_order(&inputs[place].0);
            for changed in [honest + Fr::from(1u64), honest - Fr::from(1u64), -honest, Fr::from(0u64)] {
                if changed == honest {
                    continue;
                }
                changed.serialize_compressed(&mut inputs[place].0[..]).unwrap();
                let verdict = keys.get(statement).verify(&inputs, &item.proof);
                assert_eq!(verdict, Err(Reject::Invalid), "{statement}, input {place}");
                if let Ok(item) = VerifyItem::from_inputs(statement, &inputs, item.proof) {
                    assert_eq!(refused(&item), Reject::Invalid, "{statement}, input {place}");
                }
            }
        }
    }
}

#[test]
fn attack_05_inputs_at_or_above_the_modulus_are_refused_although_they_are_equal_modulo_it() {
    for statement in Statement::ALL {
        let item = proven(statement, 1);
        let keys = VerifyingKeys::development();
        for place in 0..statement.input_count() {
            let mut inputs = item.public.inputs();
            let Some(alias) = plus_modulus(&inputs[place]) else { continue };
            inputs[place] = alias;
            let verdict = keys.get(statement).verify(&inputs, &item.proof);
            assert_eq!(verdict, Err(Reject::NotCanonical { what: "public input" }), "{statement}, input {place}");
            assert!(VerifyItem::from_inputs(statement, &inputs, item.proof).is_err());
            for bytes in [modulus_bytes(), FieldBytes([0xff; 32])] {
                inputs[place] = bytes;
                assert!(keys.get(statement).verify(&inputs, &item.proof).is_err());
            }
        }
    }
}

/// The bound is the order of the curve's group, which is the smaller of the two moduli: between them lie 2^127 numbers
/// that a check against the other would let pass.
#[test]
fn attack_06_the_bound_of_an_input_is_the_scalar_modulus() {
    let number = |big: <Fr as PrimeField>::BigInt, add: u64| {
        let mut sum = big;
        ark_ff::BigInteger::add_with_carry(&mut sum, &add.into());
        FieldBytes(ark_ff::BigInteger::to_bytes_le(&sum).try_into().unwrap())
    };
    let mut below_base = <ark_bn254::Fq as PrimeField>::MODULUS;
    ark_ff::BigInteger::sub_with_borrow(&mut below_base, &1u64.into());
    for refused in [number(Fr::MODULUS, 0), number(Fr::MODULUS, 1), number(below_base, 0), number(below_base, 1)] {
        assert!(!refused.is_canonical());
        for statement in Statement::ALL {
            let item = proven(statement, 1);
            let mut inputs = item.public.inputs();
            inputs[0] = refused;
            assert!(matches!(
                VerifyItem::from_inputs(statement, &inputs, item.proof),
                Err(Reject::NotCanonical { .. })
            ));
        }
    }
}

/// `value + modulus` where that fits 32 bytes.
fn plus_modulus(value: &FieldBytes) -> Option<FieldBytes> {
    let mut carry = 0u16;
    let mut sum = [0u8; 32];
    for (place, (a, b)) in value.0.iter().zip(modulus_bytes().0).enumerate() {
        let total = u16::from(*a) + u16::from(b) + carry;
        sum[place] = total.to_le_bytes()[0];
        carry = total >> 8;
    }
    (carry == 0).then_some(FieldBytes(sum))
}

#[test]
fn attack_08_missing_and_extra_inputs_are_refused_although_arkworks_accepts_them() {
    let item = proven(Statement::Range, 1);
    let keys = VerifyingKeys::development();
    let key = keys.get(Statement::Range);
    let inputs = item.public.inputs();
    let longer = [&inputs[..], &[FieldBytes::from(5)]].concat();
    assert_eq!(key.verify(&longer, &item.proof), Err(Reject::InputCount { expected: 4, found: 5 }));
    assert_eq!(key.verify(&inputs[..3], &item.proof), Err(Reject::InputCount { expected: 4, found: 3 }));
    assert_eq!(key.verify(&[], &item.proof), Err(Reject::InputCount { expected: 4, found: 0 }));

    let theirs = Groth16Key::<Bn254>::deserialize_compressed(development_key_bytes(Statement::Range)).unwrap();
    let fields: Vec<Fr> = longer.iter().map(|input| Fr::from_le_bytes_mod_order(&input.0)).collect();
    let verdict = Groth16::<Bn254>::verify_proof(&prepare_verifying_key(&theirs), &decode(&item.proof), &fields);
    assert!(verdict.unwrap(), "arkworks does not count: the check is needed");
}

#[test]
fn amounts_above_128_bits_are_refused() {
    let item = proven(Statement::Range, 1);
    let mut inputs = item.public.inputs();
    inputs[2].0[16] = 1;
    let error = VerifyItem::from_inputs(Statement::Range, &inputs, item.proof).unwrap_err();
    assert_eq!(error, Reject::NotAnAmount { what: "upper bound" });
    let mut inputs = proven(Statement::Membership, 1).public.inputs();
    inputs[3].0[31] = 1;
    assert!(Public::from_inputs(Statement::Membership, &inputs).is_err());
}

#[test]
fn attack_33_proofs_of_another_length_are_refused() {
    let proof = proven(Statement::Range, 1).proof;
    for length in [0, 1, 127] {
        assert_eq!(ProofBytes::from_slice(&proof.0[..length]), Err(Reject::ProofLength { found: length }));
    }
    let trailing = [&proof.0[..], &[0]].concat();
    assert_eq!(ProofBytes::from_slice(&trailing), Err(Reject::ProofLength { found: 129 }));
    let uncompressed = [0; 256];
    assert_eq!(ProofBytes::from_slice(&uncompressed), Err(Reject::ProofLength { found: 256 }));
}

#[test]
fn a_proof_of_another_statement_or_context_is_refused() {
    let range = proven(Statement::Range, 1);
    for other in [proven(Statement::Membership, 1), proven(Statement::Equality, 1), proven(Statement::Range, 2)] {
        assert_eq!(refused(&VerifyItem { proof: other.proof, ..range }), Reject::Invalid);
        assert_eq!(refused(&VerifyItem { proof: range.proof, ..other }), Reject::Invalid);
    }
}

#[test]
fn attack_09_altered_points_are_refused() {
    let item = proven(Statement::Range, 1);
    let honest = decode(&item.proof);
    let generator = G1Affine::generator();
    for altered in [
        Proof { a: -honest.a, ..honest.clone() },
        Proof { b: -honest.b, ..honest.clone() },
        Proof { c: -honest.c, ..honest.clone() },
        Proof { a: honest.c, c: honest.a, ..honest.clone() },
        Proof { c: generator, ..honest.clone() },
    ] {
        assert_eq!(refused(&VerifyItem { proof: encode(&altered), ..item }), Reject::Invalid);
    }
    // Groth16 is malleable by design: this is another valid proof of the same statement. Nothing may identify a
    // transaction by its proof bytes.
    let twin = Proof { a: -honest.a, b: -honest.b, c: honest.c };
    assert_eq!(verify_one(&VerifyingKeys::development(), &VerifyItem { proof: encode(&twin), ..item }), Ok(()));
}

#[test]
fn attack_35_identity_points_are_refused() {
    let item = proven(Statement::Equality, 1);
    let honest = decode(&item.proof);
    for (point, proof) in [
        ("A", Proof { a: G1Affine::zero(), ..honest.clone() }),
        ("B", Proof { b: G2Affine::zero(), ..honest.clone() }),
        ("C", Proof { c: G1Affine::zero(), ..honest.clone() }),
    ] {
        assert_eq!(refused(&VerifyItem { proof: encode(&proof), ..item }), Reject::Identity { point });
    }
}

#[test]
fn attack_33_other_spellings_of_infinity_are_refused() {
    let item = proven(Statement::Equality, 1);
    for (point, start, end) in [("A", 0, 32), ("B", 32, 96), ("C", 96, 128)] {
        let mut proof = item.proof;
        proof.0[start..end].fill(0);
        proof.0[start] = 7;
        proof.0[end - 1] = 0x40;
        assert_eq!(refused(&VerifyItem { proof, ..item }), Reject::Encoding { point });
        proof.0[start] = 0;
        proof.0[end - 1] = 0xc0;
        assert_eq!(refused(&VerifyItem { proof, ..item }), Reject::Encoding { point });
        proof.0[end - 1] = 0x40;
        assert_eq!(refused(&VerifyItem { proof, ..item }), Reject::Identity { point });
    }
}

#[test]
fn points_off_the_curve_and_coordinates_above_the_modulus_are_refused() {
    let item = proven(Statement::Range, 1);
    for (point, start, end) in [("A", 0, 32), ("B", 32, 96), ("C", 96, 128)] {
        let mut off = 0;
        for low in 0..40u8 {
            let mut proof = item.proof;
            proof.0[start] = low;
            let reason = refused_or_same(&VerifyItem { proof, ..item }, &item);
            off += usize::from(reason == Some(Reject::Encoding { point }));
        }
        assert!(off > 5, "some x have no y on the curve ({point})");
        let mut proof = item.proof;
        proof.0[start..end].fill(0xff);
        proof.0[end - 1] = 0x3f;
        assert_eq!(refused(&VerifyItem { proof, ..item }), Reject::Encoding { point });
    }
}

fn refused_or_same(item: &VerifyItem, honest: &VerifyItem) -> Option<Reject> {
    if item == honest { None } else { Some(refused(item)) }
}

#[test]
fn attack_34_points_outside_the_subgroup_are_refused() {
    let item = proven(Statement::Range, 1);
    for seed in 0..20 {
        let proof = encode(&Proof { b: outside_subgroup(seed), ..decode(&item.proof) });
        assert_eq!(refused(&VerifyItem { proof, ..item }), Reject::Subgroup { point: "B" });
    }
    // An honest B moved by a point outside the subgroup: on the curve, pairing-wise close, still refused.
    let moved = (decode(&item.proof).b + outside_subgroup(99)).into();
    let proof = encode(&Proof { b: moved, ..decode(&item.proof) });
    assert_eq!(refused(&VerifyItem { proof, ..item }), Reject::Subgroup { point: "B" });
}

#[test]
fn no_single_bit_of_a_proof_can_change() {
    let item = proven(Statement::Equality, 1);
    for bit in 0..1024 {
        let mut proof = item.proof;
        proof.0[bit / 8] ^= 1 << (bit % 8);
        refused(&VerifyItem { proof, ..item });
    }
}

#[test]
fn two_proofs_of_one_statement_differ() {
    let sample = tacit_circuits::testing::Sample::new(Statement::Range, 1).unwrap();
    let (first, second) = (sample.prove(&super::KEYS, 1).unwrap(), sample.prove(&super::KEYS, 2).unwrap());
    assert_ne!(first.proof, second.proof);
}
