//! Formats of other programs: numbers, points, proofs, keys and calldata, each with one accepted spelling.

use super::support::*;
use ark_bn254::{Bn254, Fq, Fq2, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ec::pairing::Pairing;
use ark_ff::{BigInt, PrimeField, Zero};
use tacit_ceremony::format::json;
use tacit_ceremony::{Calldata, R1cs, Witness};
use tacit_circuits::testing::Sample;
use tacit_circuits::verify::VerifyingKey;
use tacit_circuits::{FieldBytes, ProofBytes, ProvingKeys, Statement, VerifyItem};

fn development_item() -> VerifyItem {
    let folder = tempfile::tempdir().unwrap();
    let keys = ProvingKeys::development(folder.path());
    Sample::new(Statement::Range, 3).unwrap().prove(&keys, 1).unwrap()
}

fn development_key() -> &'static [u8] {
    tacit_circuits::keys::development_key_bytes(Statement::Range)
}

#[test]
fn proofs_keys_and_inputs_come_back_from_json() {
    let item = development_item();
    let text = json::write_proof(&item.proof).unwrap();
    assert_eq!(json::read_proof(&text).unwrap(), item.proof);
    let text = json::write_verifying_key(development_key()).unwrap();
    assert_eq!(json::verifying_key_bytes(&text).unwrap(), development_key());
    let inputs = item.public.inputs();
    let text = json::write_public(&inputs).unwrap();
    assert_eq!(json::read_public(&text).unwrap(), inputs);
}

/// #1 through JSON: the key that snarkjs exports when nobody contributed.
#[test]
fn a_json_key_without_contribution_is_refused() {
    let bytes = fresh().verifying_key().unwrap();
    let finished = finished().verifying_key().unwrap();
    let text = json::write_verifying_key(&finished).unwrap();
    json::read_verifying_key(&text).unwrap();
    assert!(json::write_verifying_key(&bytes).is_err());
    // Written by hand, as snarkjs would.
    let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
    value["vk_delta_2"] = value["vk_gamma_2"].clone();
    assert!(json::read_verifying_key(&value.to_string()).is_err());
}

/// #4, #33, #34, #35: points that are infinity, off the curve, outside the subgroup, in another form or not canonical.
#[test]
fn bad_points_in_json_are_refused() {
    let good: serde_json::Value = serde_json::from_str(&json::write_proof(&development_item().proof).unwrap()).unwrap();
    let refused = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut value = good.clone();
        change(&mut value);
        json::read_proof(&value.to_string()).is_err()
    };
    let modulus = Fq::MODULUS.to_string();
    assert!(refused(&|v| v["pi_a"] = serde_json::json!(["0", "0", "1"])), "infinity by coordinates");
    assert!(refused(&|v| v["pi_a"] = serde_json::json!(["0", "1", "0"])), "infinity in projective form");
    assert!(refused(&|v| v["pi_a"] = serde_json::json!(["1", "1", "1"])), "off the curve");
    assert!(refused(&|v| v["pi_a"][2] = "2".into()), "another projective form");
    assert!(refused(&|v| v["pi_a"][0] = modulus.clone().into()), "not below the modulus");
    assert!(refused(&|v| v["pi_a"][0] = 5.into()), "a number that is no string");
    assert!(refused(&|v| drop(v["pi_a"].as_array_mut().unwrap().pop())), "two coordinates");
    assert!(refused(&|v| v["pi_b"][2] = serde_json::json!(["0", "0"])), "infinity in G2");
    assert!(refused(&|v| v["pi_b"] = outside_subgroup()), "outside the subgroup");
    assert!(refused(&|v| v["protocol"] = "plonk".into()));
    assert!(refused(&|v| v["curve"] = "bls12381".into()));
    assert!(refused(&|v| v["pi_c"] = serde_json::Value::Null));
    for text in ["", "null", "[]", "{", "{}", &"[".repeat(100_000)] {
        assert!(json::read_proof(text).is_err() && json::read_verifying_key(text).is_err());
    }
}

/// A point on the curve of G2 that is not in the subgroup.
fn outside_subgroup() -> serde_json::Value {
    let point = (1u64..)
        .filter_map(|x| G2Affine::get_point_from_x_unchecked(Fq2::new(Fq::from(x), Fq::zero()), true))
        .find(|point| !point.is_in_correct_subgroup_assuming_on_curve())
        .unwrap();
    let text = |number: Fq| number.into_bigint().to_string();
    serde_json::json!([[text(point.x.c0), text(point.x.c1)], [text(point.y.c0), text(point.y.c1)], ["1", "0"]])
}

/// #5, #6: inputs at or above the scalar modulus; the base modulus is larger and must not be the bound.
#[test]
fn attack_5_and_6_inputs_not_below_the_scalar_modulus_are_refused() {
    let r = ark_bn254::Fr::MODULUS;
    let plus = |number: u64| {
        let mut sum = r;
        ark_ff::BigInteger::add_with_carry(&mut sum, &BigInt::from(number));
        sum.to_string()
    };
    let below_q = {
        let mut number = Fq::MODULUS;
        ark_ff::BigInteger::sub_with_borrow(&mut number, &BigInt::from(1u64));
        number.to_string()
    };
    for bad in [plus(0), plus(1), below_q, "-1".into(), "01".into(), "0x1".into()] {
        assert!(json::read_public(&format!("[\"{bad}\"]")).is_err(), "{bad}");
    }
    assert!(json::read_public("[1]").is_err() && json::read_public("{}").is_err());
    let many = format!("[{}]", vec!["\"1\""; VerifyingKey::MAX_INPUTS + 1].join(","));
    assert!(json::read_public(&many).is_err());
}

/// #8: a number of inputs other than the key's, with which arkworks 0.6 would accept.
#[test]
fn attack_8_too_few_and_too_many_inputs_are_refused_under_a_json_key() {
    let item = development_item();
    let key = json::read_verifying_key(&json::write_verifying_key(development_key()).unwrap()).unwrap();
    let mut inputs = item.public.inputs();
    key.verify(&inputs, &item.proof).unwrap();
    inputs.push(FieldBytes::ZERO);
    assert!(key.verify(&inputs, &item.proof).is_err());
    inputs.truncate(3);
    assert!(key.verify(&inputs, &item.proof).is_err());
}

/// What the pairing contract of an Ethereum machine does with words, written from EIP-196 and EIP-197.
mod eip197 {
    use super::*;

    fn number(word: &[u8; 32]) -> Option<Fq> {
        let mut limbs = [0u64; 4];
        for (limb, bytes) in limbs.iter_mut().rev().zip(word.as_chunks::<8>().0) {
            *limb = u64::from_be_bytes(*bytes);
        }
        Fq::from_bigint(BigInt(limbs))
    }

    pub fn g1(words: &[[u8; 32]]) -> Option<G1Affine> {
        let (x, y) = (number(&words[0])?, number(&words[1])?);
        if x.is_zero() && y.is_zero() {
            return Some(G1Affine::identity());
        }
        let point = G1Affine::new_unchecked(x, y);
        point.is_on_curve().then_some(point)
    }

    pub fn g2(words: &[[u8; 32]]) -> Option<G2Affine> {
        let part = |index: usize| number(&words[index]);
        let point = G2Affine::new_unchecked(Fq2::new(part(1)?, part(0)?), Fq2::new(part(3)?, part(2)?));
        (point.is_on_curve() && point.is_in_correct_subgroup_assuming_on_curve()).then_some(point)
    }

    /// The contract's answer for pairs of 192 bytes.
    pub fn pairing(pairs: &[u8]) -> Option<bool> {
        let words = pairs.as_chunks::<32>().0;
        let mut sum = ark_ec::pairing::PairingOutput::<Bn254>::zero();
        for pair in words.chunks_exact(6) {
            sum += Bn254::pairing(g1(&pair[..2])?, g2(&pair[2..])?);
        }
        Some(sum.is_zero())
    }
}

#[test]
fn calldata_verifies_as_a_contract_would_verify_it() {
    let item = development_item();
    let inputs = item.public.inputs();
    let calldata = Calldata::new(&item.proof, &inputs).unwrap();
    assert_eq!(calldata.bytes().len(), 32 * (8 + inputs.len()));
    let key: ark_groth16::VerifyingKey<Bn254> =
        ark_serialize::CanonicalDeserialize::deserialize_compressed(development_key()).unwrap();
    let contract = |calldata: &Calldata| -> Option<bool> {
        let a = eip197::g1(&calldata.proof[..2])?;
        let scalars = calldata.inputs.iter().map(|word| ark_bn254::Fr::from_be_bytes_mod_order(word));
        let sum =
            scalars.zip(&key.gamma_abc_g1[1..]).fold(key.gamma_abc_g1[0].into_group(), |sum, (x, p)| sum + *p * x);
        let words = |point: G1Affine| {
            let (x, y) = point.xy().unwrap_or_default();
            [x, y].iter().flat_map(|n| ark_ff::BigInteger::to_bytes_be(&n.into_bigint())).collect::<Vec<u8>>()
        };
        let words2 = |point: &G2Affine| {
            let (x, y) = point.xy().unwrap_or_default();
            let parts = [x.c1, x.c0, y.c1, y.c0];
            parts.iter().flat_map(|n| ark_ff::BigInteger::to_bytes_be(&n.into_bigint())).collect::<Vec<u8>>()
        };
        let mut pairs = words(-a);
        pairs.extend(calldata.proof[2..6].iter().flatten());
        pairs.extend([words(key.alpha_g1), words2(&key.beta_g2)].concat());
        pairs.extend([words(sum.into()), words2(&key.gamma_g2)].concat());
        pairs.extend(calldata.proof[6..].iter().flatten());
        pairs.extend(words2(&key.delta_g2));
        eip197::pairing(&pairs)
    };
    assert_eq!(contract(&calldata), Some(true));
    let mut other = calldata.clone();
    other.inputs[1][31] ^= 1;
    assert_eq!(contract(&other), Some(false), "another input");
    let mut swapped = calldata.clone();
    swapped.proof.swap(2, 3);
    assert_ne!(contract(&swapped), Some(true), "the components of B the other way round");
    let solidity = calldata.solidity();
    assert_eq!(solidity.matches("0x").count(), 8 + inputs.len());
}

#[test]
fn bytes_that_are_no_proof_make_no_json_and_no_calldata() {
    let item = development_item();
    let mut infinity = item.proof;
    infinity.0[..32].fill(0);
    infinity.0[31] = 0x40;
    let mut odd_infinity = infinity;
    odd_infinity.0[0] = 7;
    let mut off = item.proof;
    off.0[0] ^= 1;
    off.0[64] ^= 1;
    for bad in [infinity, odd_infinity, off, ProofBytes([0xff; 128])] {
        assert!(json::write_proof(&bad).is_err());
        assert!(Calldata::new(&bad, &[]).is_err());
    }
    assert!(Calldata::new(&item.proof, &[FieldBytes([0xff; 32])]).is_err());
}

#[test]
fn circuits_and_witnesses_come_back_from_their_files() {
    for statement in [Statement::Range, Statement::Membership, Statement::Equality] {
        let r1cs = R1cs::of_statement(statement).unwrap();
        let bytes = r1cs.to_bytes().unwrap();
        assert_eq!(R1cs::from_bytes(&bytes).unwrap(), r1cs);
        assert_eq!(r1cs.public(), statement.input_count());
    }
    let witness = Witness::new([1u64, 2, 3].map(ark_bn254::Fr::from).to_vec());
    let bytes = witness.to_bytes().unwrap();
    assert_eq!(Witness::from_bytes(&bytes).unwrap().values(), witness.values());
    let zero = Witness::new([0u64, 2].map(ark_bn254::Fr::from).to_vec()).to_bytes().unwrap();
    assert!(Witness::from_bytes(&zero).is_err(), "the constant one is not one");
}
