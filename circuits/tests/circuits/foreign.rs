//! Keys and proofs of anybody: what is accepted, and every rule that refuses.

use std::sync::LazyLock;

use crate::curve::{bytes, g1_words, g2_words, outside, vectors};
use crate::proven;
use ark_bn254::{Bn254, Fq, Fr, G1Affine, G1Projective, G2Affine};
use ark_ec::pairing::Pairing;
use ark_ec::{AffineRepr, CurveGroup, PrimeGroup};
use ark_ff::{BigInteger, PrimeField, UniformRand, Zero};
use ark_serialize::CanonicalDeserialize;
use ark_std::rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use tacit_circuits::foreign::{
    ForeignItem, ForeignKey, ForeignKeys, INPUTS_MAX, KEY_BYTES_MAX, PreparedForeignKey, key_hash, verify, verify_batch,
};
use tacit_circuits::{ForeignKeyError, Reject, Statement, Weakness, keys};

/// What snarkjs made: see vectors/foreign.json.
struct Frozen {
    key: Vec<u8>,
    unfinished_key: Vec<u8>,
    proof: [u8; 256],
    inputs: Vec<[u8; 32]>,
    prepared: PreparedForeignKey,
}

static FROZEN: LazyLock<Frozen> = LazyLock::new(|| {
    let file = vectors("foreign.json");
    let key = bytes(&file["key"]);
    let inputs = file["inputs"].as_array().unwrap().iter().map(|input| bytes(input).try_into().unwrap()).collect();
    Frozen {
        prepared: ForeignKey::decode(&key).unwrap().prepare(),
        key,
        unfinished_key: bytes(&file["unfinished_key"]),
        proof: bytes(&file["proof"]).try_into().unwrap(),
        inputs,
    }
});

/// Where the points of a key stand.
const ALPHA: usize = 2;
const BETA: usize = ALPHA + 64;
const GAMMA: usize = BETA + 128;
const DELTA: usize = GAMMA + 128;
const IC: usize = DELTA + 128;

/// The frozen key with other bytes at a place.
fn with(place: usize, other: &[u8]) -> Vec<u8> {
    let mut key = FROZEN.key.clone();
    key[place..place + other.len()].copy_from_slice(other);
    key
}

fn refusal(key: &[u8]) -> ForeignKeyError {
    ForeignKey::decode(key).unwrap_err()
}

#[test]
fn a_proof_of_snarkjs_holds_under_its_key() {
    let Frozen { key, proof, inputs, prepared, .. } = &*FROZEN;
    assert_eq!(verify(prepared, proof, inputs), Ok(()));
    let decoded = ForeignKey::decode(key).unwrap();
    assert_eq!((decoded.input_count(), prepared.input_count()), (3, 3));
    assert_eq!((decoded.hash(), prepared.hash()), (key_hash(key), key_hash(key)));
    assert_eq!(hex::encode(key_hash(key)), PINNED_HASH, "a key's name on the chain never changes");
}

const PINNED_HASH: &str = "a6bcc29b1271ae6f12f6d3f5900fd3246581d4231967dcea137da4c58ac35629";

#[test]
fn every_key_of_this_release_holds_in_this_form_too() {
    for statement in Statement::ALL {
        let item = proven(statement, 1);
        let (key, proof) = (key_words(statement), proof_words(&item.proof.0));
        let prepared = ForeignKey::decode(&key).unwrap().prepare();
        let inputs: Vec<[u8; 32]> = item.public.inputs().iter().map(|input| turned(input.0)).collect();
        assert_eq!(verify(&prepared, &proof, &inputs), Ok(()), "{statement}");
    }
}

fn turned(mut bytes: [u8; 32]) -> [u8; 32] {
    bytes.reverse();
    bytes
}

fn key_words(statement: Statement) -> Vec<u8> {
    let bytes = keys::development_key_bytes(statement);
    let key = ark_groth16::VerifyingKey::<Bn254>::deserialize_compressed(bytes).unwrap();
    key_of(&key)
}

fn key_of(key: &ark_groth16::VerifyingKey<Bn254>) -> Vec<u8> {
    let mut words = vec![1, u8::try_from(key.gamma_abc_g1.len() - 1).unwrap()];
    words.extend(g1_words(&key.alpha_g1));
    [key.beta_g2, key.gamma_g2, key.delta_g2].iter().for_each(|point| words.extend(g2_words(point)));
    key.gamma_abc_g1.iter().for_each(|point| words.extend(g1_words(point)));
    words
}

fn proof_words(compressed: &[u8]) -> [u8; 256] {
    let proof = ark_groth16::Proof::<Bn254>::deserialize_compressed(compressed).unwrap();
    [&g1_words(&proof.a)[..], &g2_words(&proof.b), &g1_words(&proof.c)].concat().try_into().unwrap()
}

#[test]
fn rule_1_a_key_has_the_length_of_its_inputs() {
    let key = &FROZEN.key;
    for length in (0..key.len()).step_by(7).chain([key.len() - 1]) {
        assert_eq!(refusal(&key[..length]), ForeignKeyError::Length { found: length });
    }
    for more in [1, 64] {
        let longer = [&key[..], &vec![0; more]].concat();
        assert_eq!(refusal(&longer), ForeignKeyError::Length { found: key.len() + more });
        assert_eq!(refusal(&longer).number(), 1);
    }
    // Right in itself, with one point more or less than it says.
    for said in [0, 2, 4] {
        assert_eq!(refusal(&with(1, &[said])).number(), 1);
    }
}

#[test]
fn rule_2_only_version_1_is_known() {
    for version in (0..=255).filter(|version| *version != 1) {
        let error = refusal(&with(0, &[version]));
        assert_eq!((error, error.number()), (ForeignKeyError::Version { found: version }, 2));
    }
}

#[test]
fn rule_3_a_key_has_32_inputs_at_most() {
    let point = g1_words(&G1Affine::generator());
    let key = |inputs: usize| {
        let mut key = FROZEN.key[..IC].to_vec();
        key[1] = u8::try_from(inputs).unwrap();
        (0..=inputs).for_each(|_| key.extend(point));
        key
    };
    assert_eq!(ForeignKey::decode(&key(0)).unwrap().input_count(), 0);
    assert_eq!(ForeignKey::decode(&key(INPUTS_MAX)).unwrap().input_count(), INPUTS_MAX);
    assert_eq!(key(INPUTS_MAX).len(), KEY_BYTES_MAX);
    let error = refusal(&key(INPUTS_MAX + 1));
    assert_eq!((error, error.number()), (ForeignKeyError::InputCount { found: INPUTS_MAX + 1 }, 3));
    assert_eq!(refusal(&[1, 255]).number(), 3);
}

const PLACES: [(&str, usize, usize); 6] = [
    ("alpha", ALPHA, 2),
    ("beta", BETA, 4),
    ("gamma", GAMMA, 4),
    ("delta", DELTA, 4),
    ("IC", IC, 2),
    ("IC", IC + 3 * 64, 2),
];

/// A coordinate plus the modulus, where that fits 256 bits, and the modulus itself.
#[test]
fn rule_4_every_coordinate_of_every_point_is_below_the_modulus() {
    for (point, place, words) in PLACES {
        for place in (0..words).map(|word| place + 32 * word) {
            let coordinate = Fq::from_be_bytes_mod_order(&FROZEN.key[place..place + 32]).into_bigint();
            let mut above = coordinate;
            assert!(!above.add_with_carry(&Fq::MODULUS), "the sum fits");
            for other in [above, Fq::MODULUS] {
                let error = refusal(&with(place, &other.to_bytes_be()));
                assert_eq!((error, error.number()), (ForeignKeyError::Coordinate { point }, 4));
            }
            assert_eq!(refusal(&with(place, &[0xff; 32])), ForeignKeyError::Coordinate { point });
        }
    }
}

#[test]
fn rule_5_every_point_is_on_its_curve() {
    for (point, place, words) in PLACES {
        for last in (1..=words).map(|word| place + 32 * word - 1) {
            let error = refusal(&with(last, &[FROZEN.key[last] ^ 1]));
            assert_eq!((error, error.number()), (ForeignKeyError::OffCurve { point }, 5));
        }
    }
    // Components the wrong way round, as other formats have them.
    let mut swapped = FROZEN.key[BETA..GAMMA].to_vec();
    swapped.rotate_left(32);
    assert_eq!(refusal(&with(BETA, &swapped)), ForeignKeyError::OffCurve { point: "beta" });
}

#[test]
fn rule_6_no_point_is_the_identity() {
    for (point, place, words) in PLACES {
        let error = refusal(&with(place, &vec![0; 32 * words]));
        assert_eq!((error, error.number()), (ForeignKeyError::Identity { point }, 6));
    }
}

/// Why rule 6 covers IC: an input whose point is the identity could be anything.
#[test]
fn an_input_with_the_identity_as_its_point_would_be_free() {
    let key = ark_key(&FROZEN.key);
    let mut free = key.clone();
    // A setup that forgot input 2: what the input added goes into the constant.
    let input = Fr::from_be_bytes_mod_order(&FROZEN.inputs[2]);
    free.gamma_abc_g1[0] = (key.gamma_abc_g1[0] + key.gamma_abc_g1[3] * input).into_affine();
    free.gamma_abc_g1[3] = G1Affine::identity();
    let prepared = ark_groth16::prepare_verifying_key(&free);
    let inputs: Vec<Fr> = FROZEN.inputs.iter().map(|input| Fr::from_be_bytes_mod_order(input)).collect();
    let lies = [inputs[0], inputs[1], inputs[2] + Fr::from(1u8)];
    let holds = ark_groth16::Groth16::<Bn254>::verify_proof(&prepared, &ark_proof(&FROZEN.proof), &lies);
    assert!(holds.unwrap(), "arkworks takes it: the rule is needed");
    assert_eq!(refusal(&key_of(&free)), ForeignKeyError::Identity { point: "IC" });
}

fn g1_at(bytes: &[u8]) -> G1Affine {
    let [x, y] = [0, 1].map(|word| Fq::from_be_bytes_mod_order(&bytes[32 * word..32 * word + 32]));
    G1Affine::new(x, y)
}

fn g2_at(bytes: &[u8]) -> G2Affine {
    let [x1, x0, y1, y0] = [0, 1, 2, 3].map(|word| Fq::from_be_bytes_mod_order(&bytes[32 * word..32 * word + 32]));
    G2Affine::new(ark_bn254::Fq2::new(x0, x1), ark_bn254::Fq2::new(y0, y1))
}

fn ark_key(key: &[u8]) -> ark_groth16::VerifyingKey<Bn254> {
    ark_groth16::VerifyingKey {
        alpha_g1: g1_at(&key[ALPHA..]),
        beta_g2: g2_at(&key[BETA..]),
        gamma_g2: g2_at(&key[GAMMA..]),
        delta_g2: g2_at(&key[DELTA..]),
        gamma_abc_g1: key[IC..].chunks(64).map(g1_at).collect(),
    }
}

fn ark_proof(proof: &[u8; 256]) -> ark_groth16::Proof<Bn254> {
    ark_groth16::Proof { a: g1_at(&proof[..64]), b: g2_at(&proof[64..]), c: g1_at(&proof[192..]) }
}

#[test]
fn rule_7_every_point_of_g2_lies_in_the_subgroup() {
    for (point, place, _) in PLACES.into_iter().filter(|(_, _, words)| *words == 4) {
        let mixed = (g2_at(&FROZEN.key[place..]) + outside()).into_affine();
        for other in [outside(), mixed] {
            let error = refusal(&with(place, &g2_words(&other)));
            assert_eq!((error, error.number()), (ForeignKeyError::Subgroup { point }, 7));
        }
    }
}

/// The forgery that takes three lines: A = alpha, B = beta, C = -(sum over the inputs), for any inputs.
#[test]
fn rule_8_a_key_without_contribution_is_refused_and_would_accept_anything() {
    let key = ark_key(&FROZEN.unfinished_key);
    assert_eq!(key.gamma_g2, key.delta_g2, "nobody contributed");
    let lies = [Fr::from(5u8), Fr::from(6u8), Fr::from(7u8)];
    let sum = lies.iter().zip(&key.gamma_abc_g1[1..]).map(|(lie, point)| *point * lie).sum::<G1Projective>();
    let c = (-(sum + key.gamma_abc_g1[0])).into_affine();
    let forged = ark_groth16::Proof { a: key.alpha_g1, b: key.beta_g2, c };
    let prepared = ark_groth16::prepare_verifying_key(&key);
    assert!(ark_groth16::Groth16::<Bn254>::verify_proof(&prepared, &forged, &lies).unwrap(), "the rule is needed");
    let error = refusal(&FROZEN.unfinished_key);
    assert_eq!((error, error.number()), (ForeignKeyError::Weak(Weakness::DeltaGamma), 8));
    // Away from the generator, and with the opposite point, the same.
    let other = G2Affine::generator() * Fr::from(77u8);
    let pair = |gamma: G2Affine, delta: G2Affine| [g2_words(&gamma), g2_words(&delta)].concat();
    let other = other.into_affine();
    for delta in [other, -other] {
        assert_eq!(refusal(&with(GAMMA, &pair(other, delta))).number(), 8);
    }
}

#[test]
fn rules_9_and_10_delta_is_not_the_generator_and_beta_is_neither_gamma_nor_delta() {
    let generator = G2Affine::generator();
    let other = (generator * Fr::from(77u8)).into_affine();
    for delta in [generator, -generator] {
        let points = [g2_words(&other), g2_words(&delta)].concat();
        assert_eq!(refusal(&with(GAMMA, &points)), ForeignKeyError::Weak(Weakness::DeltaGenerator));
        assert_eq!(refusal(&with(GAMMA, &points)).number(), 9);
    }
    for place in [GAMMA, DELTA] {
        let point = g2_at(&FROZEN.key[place..]);
        for beta in [point, -point] {
            assert_eq!(refusal(&with(BETA, &g2_words(&beta))), ForeignKeyError::Weak(Weakness::Beta));
            assert_eq!(refusal(&with(BETA, &g2_words(&beta))).number(), 10);
        }
    }
}

#[test]
fn a_key_with_any_byte_changed_is_refused_or_verifies_nothing() {
    let Frozen { key, proof, inputs, .. } = &*FROZEN;
    let mut refused = 0;
    for (place, byte) in key.iter().enumerate() {
        let changed = with(place, &[byte ^ (1 << (place % 8))]);
        match ForeignKey::decode(&changed) {
            Err(_) => refused += 1,
            Ok(other) => assert!(verify(&other.prepare(), proof, inputs).is_err(), "byte {place}"),
        }
    }
    assert!(refused > key.len() - 10);
}

#[test]
fn a_proof_with_any_byte_changed_is_refused() {
    let Frozen { proof, inputs, prepared, .. } = &*FROZEN;
    for place in 0..proof.len() {
        for bit in [0, 7] {
            let mut changed = *proof;
            changed[place] ^= 1 << bit;
            assert!(verify(prepared, &changed, inputs).is_err(), "byte {place}");
        }
    }
}

#[test]
fn an_input_with_any_byte_changed_is_refused() {
    let Frozen { proof, inputs, prepared, .. } = &*FROZEN;
    for index in 0..inputs.len() {
        for place in 0..32 {
            let mut changed = inputs.clone();
            changed[index][place] ^= 1 << (place % 8);
            assert!(verify(prepared, proof, &changed).is_err(), "input {index}, byte {place}");
        }
    }
}

/// One number, one spelling: else one nullifier could be spent twice.
#[test]
fn an_input_plus_the_modulus_is_refused() {
    let Frozen { proof, inputs, prepared, .. } = &*FROZEN;
    for index in 0..inputs.len() {
        let mut number = Fr::from_be_bytes_mod_order(&inputs[index]).into_bigint();
        for _ in 0..3 {
            assert!(!number.add_with_carry(&Fr::MODULUS), "the sum fits 256 bits");
            let mut changed = inputs.clone();
            changed[index] = number.to_bytes_be().try_into().unwrap();
            assert_eq!(verify(prepared, proof, &changed), Err(Reject::NotCanonical { what: "public input" }));
        }
    }
}

#[test]
fn as_many_inputs_as_the_key_takes_and_no_others() {
    let Frozen { proof, inputs, prepared, .. } = &*FROZEN;
    let mut longer = inputs.clone();
    longer.push([0; 32]);
    for other in [&[][..], &inputs[..2], &longer, &vec![[0; 32]; 10_000]] {
        let expected = Reject::InputCount { expected: 3, found: other.len() };
        assert_eq!(verify(prepared, proof, other), Err(expected));
    }
}

#[test]
fn identities_foreign_subgroups_and_coordinates_above_the_modulus_are_refused_in_a_proof() {
    let Frozen { proof, inputs, prepared, .. } = &*FROZEN;
    let changed = |place: usize, other: &[u8]| {
        let mut changed = *proof;
        changed[place..place + other.len()].copy_from_slice(other);
        verify(prepared, &changed, inputs)
    };
    assert_eq!(changed(0, &[0; 64]), Err(Reject::Identity { point: "A" }));
    assert_eq!(changed(64, &[0; 128]), Err(Reject::Identity { point: "B" }));
    assert_eq!(changed(192, &[0; 64]), Err(Reject::Identity { point: "C" }));
    let mixed = (g2_at(&proof[64..]) + outside()).into_affine();
    for other in [outside(), mixed] {
        assert_eq!(changed(64, &g2_words(&other)), Err(Reject::Subgroup { point: "B" }));
    }
    for (word, point) in ["A", "A", "B", "B", "B", "B", "C", "C"].into_iter().enumerate() {
        let mut above = Fq::from_be_bytes_mod_order(&proof[32 * word..32 * word + 32]).into_bigint();
        assert!(!above.add_with_carry(&Fq::MODULUS));
        assert_eq!(changed(32 * word, &above.to_bytes_be()), Err(Reject::Encoding { point }));
    }
}

/// What Groth16 allows, and the reason never to name a proof by its bytes.
#[test]
fn a_proof_can_be_written_in_other_bytes_that_hold_too() {
    let Frozen { proof, inputs, prepared, .. } = &*FROZEN;
    let mut other = *proof;
    other[..64].copy_from_slice(&g1_words(&-g1_at(&proof[..64])));
    other[64..192].copy_from_slice(&g2_words(&-g2_at(&proof[64..])));
    assert_ne!(other, *proof);
    assert_eq!(verify(prepared, &other, inputs), Ok(()));
}

/// Inputs that cancel the constant give a sum that is the identity; the equation still decides.
#[test]
fn a_sum_of_inputs_that_is_the_identity_is_judged_by_what_is_left() {
    let secret = |number: u64| Fr::from(number);
    let (g1, g2) = (G1Projective::generator(), ark_bn254::G2Projective::generator());
    let key = ark_groth16::VerifyingKey::<Bn254> {
        alpha_g1: (g1 * secret(3)).into_affine(),
        beta_g2: (g2 * secret(5)).into_affine(),
        gamma_g2: (g2 * secret(7)).into_affine(),
        delta_g2: (g2 * secret(11)).into_affine(),
        gamma_abc_g1: vec![(g1 * secret(2)).into_affine(), (-g1).into_affine()],
    };
    let prepared = ForeignKey::decode(&key_of(&key)).unwrap().prepare();
    let proof = |a: u64| {
        // a * b = 3 * 5 + 11 c with b = 1.
        let c = (secret(a) - secret(15)) * ark_ff::Field::inverse(&secret(11)).unwrap();
        [
            &g1_words(&(g1 * secret(a)).into_affine())[..],
            &g2_words(&g2.into_affine()),
            &g1_words(&(g1 * c).into_affine()),
        ]
        .concat()
        .try_into()
        .unwrap()
    };
    let mut input = [0; 32];
    input[31] = 2;
    assert_eq!(verify(&prepared, &proof(26), &[input]), Ok(()));
    input[31] = 3;
    assert_eq!(verify(&prepared, &proof(26), &[input]), Err(Reject::Invalid));
}

type Case = (usize, [u8; 256], Vec<[u8; 32]>);

/// Items under two keys, some of them spoilt in one of many ways.
fn mixture(rng: &mut ChaCha20Rng, count: usize, spoil: f64) -> Vec<Case> {
    let range = proven(Statement::Range, 1);
    let honest: [Case; 2] = [
        (0, FROZEN.proof, FROZEN.inputs.clone()),
        (1, proof_words(&range.proof.0), range.public.inputs().iter().map(|input| turned(input.0)).collect()),
    ];
    let mut one = || {
        let (key, mut proof, mut inputs) = honest[rng.gen_range(0..2)].clone();
        if rng.gen_bool(spoil) {
            match rng.gen_range(0..6) {
                0 => inputs[0][31] ^= 1,
                1 => drop(inputs.pop()),
                2 => inputs[0] = [0xff; 32],
                3 => proof[rng.gen_range(0..256)] ^= 1,
                4 => proof[64..192].copy_from_slice(&g2_words(&outside())),
                _ => {
                    let c = g1_at(&proof[192..]) + G1Projective::rand(rng);
                    proof[192..].copy_from_slice(&g1_words(&c.into_affine()));
                }
            }
        }
        (key, proof, inputs)
    };
    (0..count).map(|_| one()).collect()
}

#[test]
fn a_batch_has_the_verdicts_of_single_verification() {
    let seed = 20_261_121;
    println!("seed {seed}");
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let range = ForeignKey::decode(&key_words(Statement::Range)).unwrap().prepare();
    let prepared = [&FROZEN.prepared, &range];
    let (mut good, mut bad) = (0, 0);
    for round in 0..60 {
        let spoil = [0.0, 0.1, 0.5, 1.0][round % 4];
        let count = rng.gen_range(0..24);
        let cases = mixture(&mut rng, count, spoil);
        let items: Vec<ForeignItem<'_>> =
            cases.iter().map(|(key, proof, inputs)| ForeignItem { key: prepared[*key], proof, inputs }).collect();
        let singles: Vec<_> = items.iter().map(|item| verify(item.key, item.proof, item.inputs)).collect();
        assert_eq!(verify_batch(&items), singles, "round {round}");
        good += singles.iter().filter(|verdict| verdict.is_ok()).count();
        bad += singles.iter().filter(|verdict| verdict.is_err()).count();
    }
    assert!(good > 100 && bad > 100, "both verdicts occur: {good}, {bad}");
}

/// Without factors the two would make up for each other.
#[test]
fn two_wrong_proofs_that_cancel_do_not_pass_together() {
    let Frozen { proof, inputs, prepared, .. } = &*FROZEN;
    let shift = G1Projective::generator() * Fr::from(99u8);
    let shifted = |shift: G1Projective| {
        let mut other = *proof;
        other[192..].copy_from_slice(&g1_words(&(g1_at(&proof[192..]) + shift).into_affine()));
        other
    };
    let (up, down) = (shifted(shift), shifted(-shift));
    let items = [&up, &down].map(|proof| ForeignItem { key: prepared, proof, inputs });
    assert_eq!(verify_batch(&items), vec![Err(Reject::Invalid); 2]);
    assert!((Bn254::pairing(shift, G2Affine::generator()) + Bn254::pairing(-shift, G2Affine::generator())).is_zero());
}

/// The frozen key under another name: a further IC point for an input that is not there would not do, another alpha does.
fn numbered_key(number: u64) -> Vec<u8> {
    with(ALPHA, &g1_words(&(G1Affine::generator() * Fr::from(number + 1)).into_affine()))
}

#[test]
fn the_store_of_prepared_keys_is_bounded_and_drops_the_one_not_used_for_longest() {
    let store = ForeignKeys::new(3);
    assert!(store.is_empty());
    let keys: Vec<Vec<u8>> = (0..5).map(numbered_key).collect();
    let held = |place: usize| store.find(&key_hash(&keys[place])).is_some();
    for key in &keys[..3] {
        assert_eq!(store.get(key).unwrap().hash(), key_hash(key));
    }
    assert!(store.len() == 3 && held(0));
    store.get(&keys[3]).unwrap();
    assert_eq!((store.len(), held(1)), (3, false));
    assert!(held(0) && held(2) && held(3));
    store.get(&keys[0]).unwrap();
    store.get(&keys[4]).unwrap();
    assert_eq!((store.len(), held(2), held(0)), (3, false, true));
    let none = ForeignKeys::new(0);
    none.get(&keys[0]).unwrap();
    assert!(none.is_empty());
}

#[test]
fn the_store_keeps_no_refused_key_and_reads_no_endless_one() {
    let store = ForeignKeys::default();
    assert_eq!(store.get(&FROZEN.unfinished_key).unwrap_err().number(), 8);
    let endless = vec![1; KEY_BYTES_MAX + 1];
    assert_eq!(store.get(&endless).unwrap_err(), ForeignKeyError::Length { found: KEY_BYTES_MAX + 1 });
    assert!(store.is_empty());
}

#[test]
fn several_threads_get_the_same_verdicts_from_a_store_that_is_too_small() {
    let Frozen { key, proof, inputs, .. } = &*FROZEN;
    let store = ForeignKeys::new(2);
    std::thread::scope(|scope| {
        for thread in 0..4u64 {
            let store = &store;
            scope.spawn(move || {
                for round in 0..6 {
                    assert_eq!(verify(&store.get(key).unwrap(), proof, inputs), Ok(()));
                    let other = store.get(&numbered_key((thread + round) % 4)).unwrap();
                    assert_eq!(verify(&other, proof, inputs), Err(Reject::Invalid));
                    assert!(store.len() <= 2);
                }
            });
        }
    });
}
