//! The verdicts of a batch are those of single verification, whatever is in it.

use std::sync::LazyLock;

use ark_std::rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;
use tacit_circuits::keys::development_key_bytes;
use tacit_circuits::verify::{KeyedItem, verify_batch_with_keys};
use tacit_circuits::{
    ProofBytes, Public, Reject, Statement, Verdict, VerifyItem, VerifyingKey, VerifyingKeys, verify_batch, verify_one,
};

use super::proven;

/// Two honest proofs per statement.
static HONEST: LazyLock<Vec<VerifyItem>> = LazyLock::new(|| {
    (0..10).map(|number| proven(Statement::ALL[number % Statement::ALL.len()], number as u64)).collect()
});

fn singles(keys: &VerifyingKeys, items: &[VerifyItem]) -> Vec<Verdict> {
    items.iter().map(|item| verify_one(keys, item)).collect()
}

/// One of many ways to be bad, or good.
fn random_item(rng: &mut ChaCha20Rng) -> VerifyItem {
    let pick = |rng: &mut ChaCha20Rng| HONEST[rng.gen_range(0..HONEST.len())];
    let mut item = pick(rng);
    match rng.gen_range(0..12) {
        0 => item.proof.0[rng.gen_range(0..128)] ^= 1 << rng.gen_range(0..8),
        1 => rng.fill_bytes(&mut item.proof.0),
        2 => item.proof = pick(rng).proof,
        3 => change_context(&mut item.public, [0xff; 32]),
        4 => change_context(&mut item.public, [1; 32]),
        5 => item.proof.0[32..96].fill(0),
        6 => outside_subgroup(&mut item, rng.gen_range(0..4)),
        _ => {}
    }
    item
}

fn change_context(public: &mut Public, bytes: [u8; 32]) {
    match public {
        Public::Range(public) => public.context.0 = bytes,
        Public::Membership(public) => public.signal.0 = bytes,
        Public::Equality(public) => public.context.0 = bytes,
        Public::Transfer1x2(public) => public.sighash.0 = bytes,
        Public::Transfer2x2(public) => public.sighash.0 = bytes,
        Public::Transfer8x2(public) => public.sighash.0 = bytes,
        Public::Vote(public) => public.context.0 = bytes,
        Public::Credential(public) => public.context.0 = bytes,
    }
}

#[test]
fn attack_40_random_mixtures_get_the_verdicts_of_single_verification() {
    let seed: u64 = std::env::var("TACIT_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_120);
    println!("TACIT_TEST_SEED={seed}");
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let keys = VerifyingKeys::development();
    for size in [0, 1, 2, 3, 7, 8, 9, 16, 17, 31, 40] {
        let items: Vec<VerifyItem> = (0..size).map(|_| random_item(&mut rng)).collect();
        let expected = singles(&keys, &items);
        for threads in [0, 1, 2, 5] {
            assert_eq!(verify_batch(&keys, &items, rng.r#gen(), threads), expected, "{size} items, {threads} threads");
        }
    }
}

/// A point B that is on the curve and nowhere near its subgroup.
fn outside_subgroup(item: &mut VerifyItem, seed: u64) {
    use ark_serialize::CanonicalSerialize;
    super::verify::outside_subgroup(seed).serialize_compressed(&mut item.proof.0[32..96]).unwrap();
}

/// Batches that fill several blocks of the verifier, with few and with many bad proofs among them, and with bad ones of
/// which some do not even reach the product.
#[test]
fn large_batches_get_the_verdicts_of_single_verification() {
    let mut rng = ChaCha20Rng::seed_from_u64(20_261_121);
    let keys = VerifyingKeys::development();
    for (size, bad) in [(65, 1), (130, 1), (130, 2), (130, 5), (90, 30), (64, 64)] {
        let mut items: Vec<VerifyItem> = HONEST.iter().cycle().take(size).copied().collect();
        let mut places: Vec<usize> = (0..size).collect();
        for chosen in 0..bad {
            places.swap(chosen, rng.gen_range(chosen..size));
            let item = &mut items[places[chosen]];
            match rng.gen_range(0..4) {
                0 => outside_subgroup(item, chosen as u64),
                1 => item.proof.0[..32].fill(0xff),
                _ => change_context(&mut item.public, [4; 32]),
            }
        }
        let verdicts = verify_batch(&keys, &items, rng.r#gen(), 2);
        let mut refused: Vec<usize> = (0..size).filter(|index| verdicts[*index].is_err()).collect();
        let expected = &mut places[..bad];
        expected.sort_unstable();
        refused.sort_unstable();
        assert_eq!(refused, expected, "{bad} of {size}");
        for place in refused {
            assert_eq!(verdicts[place], verify_one(&keys, &items[place]), "{bad} of {size}, place {place}");
        }
    }
}

/// The lone bad proof is located by how the set's error changes when its chunks are weighted. Errors that cancel within a
/// chunk, across chunks or against the weights 1, 2, 3 must not hide behind one another.
#[test]
fn attack_40_errors_that_would_cancel_against_the_weights_are_found() {
    use ark_bn254::{Bn254, Fr, G1Affine};
    use ark_ec::{AffineRepr, CurveGroup};
    use ark_groth16::Proof;
    use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
    let good: Vec<VerifyItem> = HONEST.iter().filter(|item| item.statement() == Statement::Range).copied().collect();
    let keys = VerifyingKeys::development();
    for shifts in
        [vec![(0, 1), (1, -1)], vec![(0, 2), (16, -1)], vec![(0, 1), (16, -2), (32, 1)], vec![(3, 1), (20, 1)]]
    {
        let mut items: Vec<VerifyItem> = good.iter().cycle().take(48).copied().collect();
        for (place, by) in &shifts {
            let mut proof = Proof::<Bn254>::deserialize_compressed(&items[*place].proof.0[..]).unwrap();
            proof.c = (proof.c + G1Affine::generator() * Fr::from(*by as i64)).into_affine();
            proof.serialize_compressed(&mut items[*place].proof.0[..]).unwrap();
        }
        let verdicts = verify_batch(&keys, &items, [9; 32], 1);
        let refused: Vec<usize> = (0..48).filter(|index| verdicts[*index].is_err()).collect();
        assert_eq!(refused, shifts.iter().map(|(place, _)| *place).collect::<Vec<_>>());
    }
}

#[test]
fn all_good_and_all_bad_batches_get_their_verdicts() {
    let keys = VerifyingKeys::development();
    let good: Vec<VerifyItem> = HONEST.iter().cycle().take(33).copied().collect();
    assert!(verify_batch(&keys, &good, [1; 32], 1).iter().all(Verdict::is_ok));
    let bad: Vec<VerifyItem> = good
        .iter()
        .map(|item| {
            let mut item = *item;
            change_context(&mut item.public, [2; 32]);
            item
        })
        .collect();
    assert!(verify_batch(&keys, &bad, [1; 32], 2).iter().all(|verdict| *verdict == Err(Reject::Invalid)));
}

#[test]
fn one_bad_proof_is_found_at_every_place() {
    let keys = VerifyingKeys::development();
    for place in 0..19 {
        let mut items: Vec<VerifyItem> = HONEST.iter().cycle().take(19).copied().collect();
        change_context(&mut items[place].public, [3; 32]);
        let verdicts = verify_batch(&keys, &items, [place as u8; 32], 1);
        let bad: Vec<usize> = (0..19).filter(|index| verdicts[*index].is_err()).collect();
        assert_eq!(bad, [place]);
    }
}

/// Without random factors two wrong proofs could cancel: here the C points of two proofs of one key are moved by +D and
/// -D, which leaves the plain sum unchanged.
#[test]
fn attack_40_errors_that_cancel_in_the_plain_sum_are_found() {
    use ark_bn254::{Bn254, G1Affine};
    use ark_ec::{AffineRepr, CurveGroup};
    use ark_groth16::Proof;
    use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
    let shift = |item: &VerifyItem, by: G1Affine| {
        let mut proof = Proof::<Bn254>::deserialize_compressed(&item.proof.0[..]).unwrap();
        proof.c = (proof.c + by).into_affine();
        let mut bytes = Vec::new();
        proof.serialize_compressed(&mut bytes).unwrap();
        VerifyItem { proof: ProofBytes::from_slice(&bytes).unwrap(), ..*item }
    };
    let keys = VerifyingKeys::development();
    let generator = G1Affine::generator();
    let items = [shift(&HONEST[0], generator), shift(&HONEST[Statement::ALL.len()], -generator)];
    assert_eq!(items[0].statement(), items[1].statement());
    assert_eq!(verify_batch(&keys, &items, [0; 32], 1), [Err(Reject::Invalid), Err(Reject::Invalid)]);
}

#[test]
fn batches_over_any_keys_count_inputs_per_key() {
    let key = VerifyingKey::load(development_key_bytes(Statement::Range)).unwrap();
    let same_again = VerifyingKey::load(development_key_bytes(Statement::Range)).unwrap();
    let item = HONEST[0];
    let inputs = item.public.inputs();
    let keyed = |key, inputs| KeyedItem { key, inputs, proof: &item.proof };
    let items =
        [keyed(&key, &inputs[..]), keyed(&same_again, &inputs[..]), keyed(&key, &inputs[..2]), keyed(&key, &[])];
    let verdicts = verify_batch_with_keys(&items, [0; 32], 1);
    assert_eq!(
        verdicts,
        [
            Ok(()),
            Ok(()),
            Err(Reject::InputCount { expected: 4, found: 2 }),
            Err(Reject::InputCount { expected: 4, found: 0 })
        ]
    );
}
