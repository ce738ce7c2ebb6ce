//! The curve and Poseidon for contracts, held against what Ethereum's clients, circomlib and arkworks answer.

use ark_bn254::{Bn254, Fr, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::pairing::Pairing;
use ark_ec::{AffineRepr, CurveGroup, PrimeGroup};
use ark_ff::{BigInteger, Field, PrimeField, UniformRand, Zero};
use ark_std::rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde_json::Value;
use tacit_circuits::bn254::{MSM_TERMS_MAX, PAIR_BYTES, PAIRS_MAX, g1_add, g1_msm, g1_mul, pairing_check};
use tacit_circuits::{FieldBytes, Reject, modulus_bytes, poseidon, prepare_poseidon};

/// A file of vectors.
pub fn vectors(name: &str) -> Value {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The bytes of a hex field.
pub fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

pub fn g1_words(point: &G1Affine) -> [u8; 64] {
    let (x, y) = point.xy().unwrap_or_default();
    [x, y].map(|part| part.into_bigint().to_bytes_be()).concat().try_into().unwrap()
}

pub fn g2_words(point: &G2Affine) -> [u8; 128] {
    let (x, y) = point.xy().unwrap_or_default();
    [x.c1, x.c0, y.c1, y.c0].map(|part| part.into_bigint().to_bytes_be()).concat().try_into().unwrap()
}

/// A point of the curve around G2 that is outside the subgroup.
pub fn outside() -> G2Affine {
    let candidates = (1u64..).filter_map(|x| G2Affine::get_point_from_x_unchecked(x.into(), true));
    candidates.into_iter().find(|point| !point.is_in_correct_subgroup_assuming_on_curve()).unwrap()
}

fn rng(seed: u64) -> ChaCha20Rng {
    println!("seed {seed}");
    ChaCha20Rng::seed_from_u64(seed)
}

fn scalar_bytes(scalar: &Fr) -> [u8; 32] {
    scalar.into_bigint().to_bytes_be().try_into().unwrap()
}

fn add_of(input: &[u8]) -> Result<Vec<u8>, Reject> {
    let (first, second) = input.split_at(64);
    g1_add(first.try_into().unwrap(), second.try_into().unwrap()).map(Vec::from)
}

fn mul_of(input: &[u8]) -> Result<Vec<u8>, Reject> {
    let (point, scalar) = input.split_at(64);
    g1_mul(point.try_into().unwrap(), scalar.try_into().unwrap()).map(Vec::from)
}

fn pairing_of(input: &[u8]) -> Result<Vec<u8>, Reject> {
    let mut word = vec![0; 32];
    word[31] = u8::from(pairing_check(input)?);
    Ok(word)
}

#[test]
fn ethereums_vectors_are_answered_the_same() {
    let file = vectors("eip-196-197.json");
    type Operation = fn(&[u8]) -> Result<Vec<u8>, Reject>;
    let operations: [(&str, Operation); 3] = [("add", add_of), ("mul", mul_of), ("pairing", pairing_of)];
    for (name, operation) in operations {
        let accepted = file[name].as_array().unwrap();
        for vector in accepted {
            assert_eq!(operation(&bytes(&vector["input"])), Ok(bytes(&vector["output"])), "{name} {}", vector["name"]);
        }
        let refused = file[format!("refused_{name}")].as_array().unwrap();
        for vector in refused {
            assert!(operation(&bytes(&vector["input"])).is_err(), "{name} {}", vector["name"]);
        }
        assert!(accepted.len() >= 8 && refused.len() >= 4, "{name}: the file is whole");
    }
}

#[test]
fn sums_and_multiples_are_those_of_arkworks() {
    let mut rng = rng(41);
    let special = [G1Affine::identity(), G1Affine::generator(), -G1Affine::generator()];
    let mut points: Vec<G1Affine> = (0..12).map(|_| G1Projective::rand(&mut rng).into_affine()).collect();
    points.extend(special);
    for first in &points {
        for second in &points {
            let sum = (*first + *second).into_affine();
            assert_eq!(g1_add(&g1_words(first), &g1_words(second)), Ok(g1_words(&sum)));
        }
        let mut scalar = [0; 32];
        rng.fill_bytes(&mut scalar);
        let expected = first.into_group() * Fr::from_be_bytes_mod_order(&scalar);
        assert_eq!(g1_mul(&g1_words(first), &scalar), Ok(g1_words(&expected.into_affine())));
    }
}

#[test]
fn a_multiplier_may_be_any_number_of_256_bits() {
    let point = g1_words(&G1Affine::generator());
    let order: [u8; 32] = Fr::MODULUS.to_bytes_be().try_into().unwrap();
    assert_eq!(g1_mul(&point, &order), Ok([0; 64]));
    let mut above = order;
    above[31] += 1;
    assert_eq!(g1_mul(&point, &above), Ok(point));
    // 2^256 - 1, computed by doubling alone.
    let mut power = G1Projective::generator();
    (0..256).for_each(|_| power = power + power);
    let expected = (power - G1Projective::generator()).into_affine();
    assert_eq!(g1_mul(&point, &[0xff; 32]), Ok(g1_words(&expected)));
}

#[test]
fn sums_of_products_are_those_of_arkworks_at_every_length() {
    let mut rng = rng(42);
    for length in [0, 1, 2, 3, 7, 16, 33, MSM_TERMS_MAX] {
        let mut points: Vec<G1Affine> = (0..length).map(|_| G1Projective::rand(&mut rng).into_affine()).collect();
        let mut scalars: Vec<Fr> = (0..length).map(|_| Fr::rand(&mut rng)).collect();
        if length > 6 {
            points[1] = G1Affine::identity();
            points[3] = points[2];
            (points[5], scalars[5]) = (-points[4], scalars[4]);
            scalars[6] = Fr::zero();
        }
        let expected: G1Projective = points.iter().zip(&scalars).map(|(point, scalar)| *point * scalar).sum();
        let words: Vec<_> = points.iter().map(g1_words).collect();
        let scalars: Vec<_> = scalars.iter().map(scalar_bytes).collect();
        assert_eq!(g1_msm(&words, &scalars), Ok(g1_words(&expected.into_affine())), "{length} terms");
    }
}

#[test]
fn too_many_terms_or_pairs_and_lists_that_do_not_fit_are_refused() {
    let point = g1_words(&G1Affine::generator());
    let refused = |points: usize, scalars: usize| {
        matches!(g1_msm(&vec![point; points], &vec![[1; 32]; scalars]), Err(Reject::Operands { .. }))
    };
    assert!(refused(MSM_TERMS_MAX + 1, MSM_TERMS_MAX + 1) && refused(1, 0) && refused(2, 3));
    assert!(!refused(MSM_TERMS_MAX, MSM_TERMS_MAX));
    assert_eq!(pairing_check(&vec![0; PAIRS_MAX * PAIR_BYTES]), Ok(true));
    let too_many = pairing_check(&vec![0; (PAIRS_MAX + 1) * PAIR_BYTES]);
    assert!(matches!(too_many, Err(Reject::Operands { .. })));
    for length in [1, 64, 191, 193, 383] {
        assert!(matches!(pairing_check(&vec![0; length]), Err(Reject::Operands { .. })), "{length} bytes");
    }
}

#[test]
fn a_bad_point_is_refused_wherever_it_stands_in_a_sum() {
    let good = g1_words(&G1Affine::generator());
    let mut bad = good;
    bad[63] = 3;
    for place in 0..5 {
        let mut points = vec![good; 5];
        points[place] = bad;
        // A factor of zero does not hide it.
        assert!(matches!(g1_msm(&points, &[[0; 32]; 5]), Err(Reject::Encoding { .. })), "place {place}");
    }
}

fn pairs_of(pairs: &[(G1Affine, G2Affine)]) -> Vec<u8> {
    pairs.iter().flat_map(|(first, second)| [&g1_words(first)[..], &g2_words(second)].concat()).collect()
}

#[test]
fn products_of_pairings_are_those_of_arkworks() {
    let mut rng = rng(43);
    let mut seen = [0, 0];
    for count in [1, 2, 3, 5, 16] {
        for balanced in [false, true, true] {
            let mut pairs: Vec<(G1Affine, G2Affine)> = (0..count)
                .map(|_| (G1Projective::rand(&mut rng).into_affine(), G2Projective::rand(&mut rng).into_affine()))
                .collect();
            if balanced {
                balance(&mut pairs, &mut rng);
            }
            let (first, second): (Vec<_>, Vec<_>) = pairs.iter().copied().unzip();
            let expected = Bn254::multi_pairing(first, second).is_zero();
            assert_eq!(pairing_check(&pairs_of(&pairs)), Ok(expected), "{count} pairs");
            seen[usize::from(expected)] += 1;
        }
    }
    assert!(seen[0] >= 5 && seen[1] >= 8, "both answers occur: {seen:?}");
}

/// Makes the product one: every pair becomes a multiple of the generators, and the last takes back all others.
fn balance(pairs: &mut [(G1Affine, G2Affine)], rng: &mut ChaCha20Rng) {
    let mut sum = Fr::zero();
    let last = pairs.len() - 1;
    for (place, pair) in pairs.iter_mut().enumerate() {
        let (a, b) = (Fr::rand(rng), Fr::rand(rng));
        let a = if place == last { -sum * b.inverse().unwrap() } else { a };
        sum += a * b;
        *pair = ((G1Projective::generator() * a).into_affine(), (G2Projective::generator() * b).into_affine());
    }
}

#[test]
fn a_point_outside_the_subgroup_is_refused_in_every_place_and_beside_the_identity() {
    let (first, second) = (G1Affine::generator(), G2Affine::generator());
    for place in 0..4 {
        let mut pairs = vec![(first, second); 4];
        pairs[place].1 = outside();
        assert!(matches!(pairing_check(&pairs_of(&pairs)), Err(Reject::Subgroup { .. })), "place {place}");
        pairs[place].0 = G1Affine::identity();
        assert!(matches!(pairing_check(&pairs_of(&pairs)), Err(Reject::Subgroup { .. })), "place {place}");
    }
}

#[test]
fn arbitrary_bytes_never_panic() {
    let mut rng = rng(44);
    for _ in 0..2000 {
        let mut input = vec![0; 192 * rng.gen_range(0..3usize) + rng.gen_range(0..2usize)];
        // Small and sparse numbers get past the first checks more often.
        input.iter_mut().for_each(|byte| *byte = if rng.gen_bool(0.9) { 0 } else { rng.r#gen() });
        let _ = pairing_check(&input);
        let mut point = [0; 64];
        point[31] = rng.r#gen();
        point[63] = rng.r#gen();
        let _ = (g1_add(&point, &point), g1_mul(&point, &[rng.r#gen(); 32]));
    }
}

#[test]
fn poseidon_of_1_to_12_inputs_is_circomlibs() {
    prepare_poseidon();
    let file = vectors("poseidon.json");
    let element = |value: &Value| FieldBytes(bytes(value).try_into().unwrap());
    let mut lengths = std::collections::BTreeSet::new();
    for case in file["cases"].as_array().unwrap() {
        let inputs: Vec<FieldBytes> = case["inputs"].as_array().unwrap().iter().map(element).collect();
        lengths.insert(inputs.len());
        assert_eq!(poseidon(&inputs), Ok(element(&case["output"])), "{} inputs", inputs.len());
    }
    assert!(lengths.into_iter().eq(1..=12));
}

#[test]
fn poseidon_refuses_an_input_of_the_modulus_in_every_place() {
    for count in 1..=12 {
        for place in 0..count {
            let mut inputs = vec![FieldBytes::from(1); count];
            inputs[place] = modulus_bytes();
            assert!(matches!(poseidon(&inputs), Err(Reject::NotCanonical { .. })), "{place} of {count}");
        }
    }
}
