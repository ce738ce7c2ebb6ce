//! Spend signatures: what holds, what must not, and that a batch says the same.
//!
//! Pinned values come from `vectors/spend.py`, which knows the specification only.

use ark_ec::{AffineRepr, CurveGroup};
use ark_ed_on_bn254::{EdwardsAffine, EdwardsProjective, Fr as Scalar};
use ark_ff::{AdditiveGroup, BigInteger, PrimeField, UniformRand};
use ark_serialize::CanonicalSerialize;
use ark_std::rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;
use tacit_circuits::spend::{Blinding, SpendItem, SpendKey, SpendSecret, verify, verify_batch};
use tacit_circuits::{FieldBytes, Reject, Verdict, modulus_bytes};

const HONEST: &str = "an honest signature";

fn wide(rng: &mut ChaCha20Rng) -> [u8; 64] {
    let mut bytes = [0; 64];
    rng.fill_bytes(&mut bytes);
    bytes
}

/// An honest signature under a blinded key.
fn signed(number: u64) -> SpendItem {
    let mut rng = ChaCha20Rng::seed_from_u64(number);
    let secret = SpendSecret::from_wide(&wide(&mut rng)).expect(HONEST);
    let blinding = Blinding::from_wide(&wide(&mut rng));
    let key = secret.public().randomized(&blinding);
    let (mut message, mut random) = ([0; 32], [0; 80]);
    rng.fill_bytes(&mut message);
    rng.fill_bytes(&mut random);
    let signature = secret.randomized(&blinding).sign(&message, &random);
    SpendItem { key: key.to_bytes(), message, signature }
}

fn single(item: &SpendItem) -> Verdict {
    verify(&item.key, &item.message, &item.signature)
}

/// The verdict of single verification, which must be that of a batch among good ones too.
fn verdict(item: &SpendItem) -> Verdict {
    let alone = single(item);
    assert_eq!(verify_batch(&[*item], [3; 32]), std::slice::from_ref(&alone));
    assert_eq!(verify_batch(&[signed(90), *item, signed(91)], [4; 32]), [Ok(()), alone.clone(), Ok(())]);
    alone
}

/// arkworks' own encoding, which is that of the specification.
fn encode(point: &EdwardsAffine) -> [u8; 32] {
    let mut bytes = [0; 32];
    point.serialize_compressed(&mut bytes[..]).unwrap();
    bytes
}

fn scalar_bytes(scalar: &Scalar) -> [u8; 32] {
    scalar.into_bigint().to_bytes_le().try_into().unwrap()
}

fn with(item: &SpendItem, commitment: Option<[u8; 32]>, response: Option<[u8; 32]>) -> SpendItem {
    let mut item = *item;
    if let Some(bytes) = commitment {
        item.signature[..32].copy_from_slice(&bytes);
    }
    if let Some(bytes) = response {
        item.signature[32..].copy_from_slice(&bytes);
    }
    item
}

fn hash_to_scalar(parts: &[&[u8]]) -> Scalar {
    let mut hasher = blake3::Hasher::new_derive_key("tacit 2026-11 spend signature challenge");
    for part in parts {
        hasher.update(part);
    }
    let mut wide = [0; 64];
    hasher.finalize_xof().fill(&mut wide);
    Scalar::from_le_bytes_mod_order(&wide)
}

/// A signature made by hand: any key, any `R`, and `S = nonce + c * secret` for the challenge over their bytes.
fn by_hand(key: &EdwardsAffine, commitment: &EdwardsAffine, secret: Scalar, nonce: Scalar) -> SpendItem {
    let (key, commitment, message) = (encode(key), encode(commitment), [5; 32]);
    let response = nonce + hash_to_scalar(&[&commitment, &key, &message]) * secret;
    with(&SpendItem { key, message, signature: [0; 64] }, Some(commitment), Some(scalar_bytes(&response)))
}

/// The eight points of small order, in the order of `vectors/spend.py`.
fn small_order() -> [EdwardsAffine; 8] {
    let mut rng = ChaCha20Rng::seed_from_u64(8);
    loop {
        let y = ark_bn254::Fr::rand(&mut rng);
        let Some(point) = EdwardsAffine::get_point_from_y_unchecked(y, false) else { continue };
        let generator = point.mul_bigint(Scalar::MODULUS);
        if !generator.double().double().is_zero_point() {
            let mut multiple = EdwardsProjective::ZERO;
            return core::array::from_fn(|_| {
                let current = multiple.into_affine();
                multiple += generator;
                current
            });
        }
    }
}

trait IsZero {
    fn is_zero_point(&self) -> bool;
}

impl IsZero for EdwardsProjective {
    fn is_zero_point(&self) -> bool {
        *self == Self::ZERO
    }
}

/// `bytes + number` as little-endian numbers.
fn plus(bytes: &[u8; 32], number: &[u8; 32]) -> [u8; 32] {
    let mut carry = 0u16;
    core::array::from_fn(|place| {
        let total = u16::from(bytes[place]) + u16::from(number[place]) + carry;
        carry = total >> 8;
        total.to_le_bytes()[0]
    })
}

fn order_bytes() -> [u8; 32] {
    Scalar::MODULUS.to_bytes_le().try_into().unwrap()
}

fn sign_bit(mut bytes: [u8; 32]) -> [u8; 32] {
    bytes[31] |= 0x80;
    bytes
}

#[test]
fn honest_signatures_hold_alone_and_together() {
    let items: Vec<SpendItem> = (0..20).map(signed).collect();
    for item in &items {
        assert_eq!(single(item), Ok(()));
        assert_eq!(SpendKey::from_bytes(&item.key).unwrap().to_bytes(), item.key);
    }
    for size in 0..=items.len() {
        assert!(verify_batch(&items[..size], [1; 32]).iter().all(Result::is_ok), "{size}");
    }
}

const PINNED: [[&str; 3]; 3] = [
    [
        "b0ef6f3b6007b90fc96e5f8df4527f8caa981a3f77f4ef7b2f2a7a3eb82daa20",
        "1abf05e48eae287d4e1c4a139f08beaa62524b29de285118ac8fd268be95300c",
        "2b35b53842d6b4c37d97b96dacdcc4d38ae3280a5aa00044b289806dcb4076a0261d0be292e47c2983552124c6d73c99e1f9f1db501175f616f864a3bd989005",
    ],
    [
        "d74b1c65774adfd0b18262cc2fe158fd2559530bdd3007d7ed109de693f9a996",
        "0152e8abbaa88d4c6b16fda24fc598a8bddd0664dacde4e46de2f1020cb87f8b",
        "738646846f9ae549095e15ec303181727d40283fe4ce8386fae37b8aef49ee837c808f883cb94fdd606bc3902e562d842cc532792fb2e52c307fd567ec7a9505",
    ],
    [
        "dcad3a992f1f8a0a0da16fa58d2e0dac82f50aabc4e9c6ce039a04ed24652022",
        "1c26a6738b1591b2be8c1aa034f2d2c257023908abe4d3d3bf15c93096372a9d",
        "fdbb3c78b0da416cd29846cf9ef76a1e16a173ed1ba1ed16a971d20ebb1de3299269ecce2c707c5462e4d29fa930397c931cbb044f8fd72ffefbda57fbda5a02",
    ],
];

#[test]
fn keys_and_signatures_are_those_of_the_independent_script() {
    for (number, [ak, rk, expected]) in (1..).zip(PINNED) {
        let from = |start: u8| move |index: usize| start + number + u8::try_from(index).unwrap();
        let secret = SpendSecret::from_wide(&core::array::from_fn(from(10))).unwrap();
        let blinding = Blinding::from_wide(&core::array::from_fn(from(90)));
        let message: [u8; 32] = core::array::from_fn(from(170));
        let random: [u8; 80] = core::array::from_fn(from(30));
        assert_eq!(hex::encode(secret.public().to_bytes()), ak);
        let key = secret.public().randomized(&blinding).to_bytes();
        assert_eq!(hex::encode(key), rk);
        assert_eq!(secret.randomized(&blinding).public().to_bytes(), key, "both ways to blind agree");
        let signature = secret.randomized(&blinding).sign(&message, &random);
        assert_eq!(hex::encode(signature), expected);
        assert_eq!(verify(&key, &message, &signature), Ok(()));
    }
}

#[test]
fn no_single_bit_of_key_message_or_signature_can_change() {
    let honest = signed(1);
    for bit in 0..1024 {
        let mut item = honest;
        let part = match bit / 8 {
            byte @ 0..32 => &mut item.key[byte],
            byte @ 32..64 => &mut item.message[byte - 32],
            byte => &mut item.signature[byte - 64],
        };
        *part ^= 1 << (bit % 8);
        assert!(verdict(&item).is_err(), "bit {bit}");
    }
}

#[test]
fn a_response_at_or_above_the_order_is_refused_although_it_is_equal_modulo_it() {
    let item = signed(1);
    let mut response: [u8; 32] = item.signature[32..].try_into().unwrap();
    let refused = Err(Reject::Scalar { what: "S" });
    // Up to 2^255 there is room for a few multiples of the order.
    for _ in 0..8 {
        response = plus(&response, &order_bytes());
        assert_eq!(verdict(&with(&item, None, Some(response))), refused);
    }
    assert_eq!(verdict(&with(&item, None, Some(order_bytes()))), refused);
    assert_eq!(verdict(&with(&item, None, Some([0xff; 32]))), refused);
}

#[test]
fn a_point_has_one_accepted_encoding() {
    let item = signed(1);
    let bad_key = |key: [u8; 32]| {
        assert_eq!(verdict(&SpendItem { key, ..item }), Err(Reject::Encoding { point: "spend key" }));
        assert!(SpendKey::from_bytes(&key).is_err());
    };
    let bad_commitment = |bytes| {
        assert_eq!(verdict(&with(&item, Some(bytes), None)), Err(Reject::Encoding { point: "R" }));
    };
    let commitment: [u8; 32] = item.signature[..32].try_into().unwrap();
    let modulus = modulus_bytes().0;
    let identity = encode(&EdwardsAffine::zero());
    let order_two = encode(&small_order()[4]);
    // y + r, with the sign bit kept where the sum leaves it alone.
    for (honest, bad) in [(item.key, &bad_key as &dyn Fn([u8; 32])), (commitment, &bad_commitment)] {
        let sign = honest[31] & 0x80;
        let mut alias = honest;
        alias[31] &= 0x7f;
        alias = plus(&alias, &modulus);
        alias[31] |= sign;
        bad(alias);
        bad(modulus);
        bad([0xff; 32]);
        // x = 0 has no sign: (0, 1) and (0, -1).
        bad(sign_bit(identity));
        bad(sign_bit(order_two));
        // Above bit 253 no y has a bit; arkworks' own reader would mask or reduce nothing here either.
        let mut high = honest;
        high[31] |= 0x40;
        bad(high);
    }
    let off_curve = (2u8..).map(|y| core::array::from_fn(|at| if at == 0 { y } else { 0 }));
    let off_curve: [u8; 32] = { off_curve }.find(|bytes| SpendKey::from_bytes(bytes).is_err()).unwrap();
    bad_key(off_curve);
    bad_commitment(off_curve);
}

#[test]
fn coordinates_must_stand_on_the_curve_and_below_the_modulus() {
    let key = SpendKey::from_bytes(&signed(1).key).unwrap();
    assert_eq!(SpendKey::from_coordinates(&key.x(), &key.y()), Ok(key));
    let one = FieldBytes::from(1);
    let off = Err(Reject::Encoding { point: "spend key" });
    assert_eq!(SpendKey::from_coordinates(&key.x(), &one), off);
    assert_eq!(SpendKey::from_coordinates(&one, &key.y()), off);
    // With a = 1 the curve is symmetric: exchanged coordinates are a point too, and another one.
    assert_ne!(SpendKey::from_coordinates(&key.y(), &key.x()), Ok(key));
    let alias = FieldBytes(plus(&key.x().0, &modulus_bytes().0));
    assert_eq!(SpendKey::from_coordinates(&alias, &key.y()), Err(Reject::NotCanonical { what: "spend key x" }));
    for point in small_order() {
        let [x, y] = [point.x, point.y].map(|field| FieldBytes(field.into_bigint().to_bytes_le().try_into().unwrap()));
        assert_eq!(SpendKey::from_coordinates(&x, &y), Err(Reject::SmallOrder { point: "spend key" }));
    }
}

/// Under a key of small order `R = r B, S = r` holds for every message whose challenge is a multiple of eight, and for the
/// identity for every message at all.
#[test]
fn attack_31_keys_of_small_order_are_refused_although_the_equation_holds() {
    for point in small_order() {
        let nonce = Scalar::from(77u64);
        let item = by_hand(&point, &(EdwardsAffine::generator() * nonce).into_affine(), Scalar::ZERO, nonce);
        assert_eq!(verdict(&item), Err(Reject::SmallOrder { point: "spend key" }));
    }
    let pinned: Vec<String> = small_order().iter().map(|point| hex::encode(encode(point))).collect();
    for expected in [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "000000f093f5e1439170b97948e833285d588181b64550b829a031e1724e6430",
        "77d6d0af811efdaba0b534826dc591b72c94a64b7d12c16314d3721121b7ab8a",
        "77d6d0af811efdaba0b534826dc591b72c94a64b7d12c16314d3721121b7ab0a",
        "8a292f4012d7e497f0ba84f7da22a27030c4da3539338f5415cdbecf5197b8a5",
        "8a292f4012d7e497f0ba84f7da22a27030c4da3539338f5415cdbecf5197b825",
    ] {
        assert!(pinned.contains(&expected.to_owned()), "{expected} of the independent script");
    }
}

/// The equation is multiplied by the cofactor, so that components of small order in keys and commitments change nothing:
/// alone, in a batch, and whatever the random factors are.
#[test]
fn attack_40_components_of_small_order_get_one_verdict_alone_and_in_batches() {
    let mut rng = ChaCha20Rng::seed_from_u64(40);
    let mut items = Vec::new();
    for key_part in small_order() {
        for commitment_part in small_order() {
            let (secret, nonce) = (Scalar::rand(&mut rng), Scalar::rand(&mut rng));
            let key = (EdwardsAffine::generator() * secret + key_part).into_affine();
            let commitment = (EdwardsAffine::generator() * nonce + commitment_part).into_affine();
            items.push(by_hand(&key, &commitment, secret, nonce));
        }
    }
    assert!(items.iter().all(|item| single(item).is_ok()));
    for seed in 0..8 {
        assert!(verify_batch(&items, [seed; 32]).iter().all(Result::is_ok), "seed {seed}");
        for (index, pair) in items.chunks(2).enumerate() {
            assert!(verify_batch(pair, [seed; 32]).iter().all(Result::is_ok), "seed {seed}, pair {index}");
        }
    }
}

/// `R` may be the identity or of small order: the specification does not exclude it, and the equation decides.
#[test]
fn a_commitment_of_small_order_is_decided_by_the_equation() {
    let secret = Scalar::from(12_345u64);
    let key = (EdwardsAffine::generator() * secret).into_affine();
    for point in small_order() {
        assert_eq!(verdict(&by_hand(&key, &point, secret, Scalar::ZERO)), Ok(()));
        let wrong = by_hand(&key, &point, secret, Scalar::from(1u64));
        assert_eq!(verdict(&wrong), Err(Reject::Signature));
    }
}

/// A challenge that leaves out `R`, the key or the message lets anybody sign: each such forgery must fail here.
#[test]
fn attack_41_the_challenge_covers_commitment_key_and_message() {
    let victim = EdwardsAffine::generator() * Scalar::from(99u64);
    let (key, message) = (encode(&victim.into_affine()), [5; 32]);
    let response = Scalar::from(1_000u64);
    let base = EdwardsAffine::generator() * response;
    // Without R in it, c is known before R = S B - c rk is chosen.
    let fixed = hash_to_scalar(&[&key, &message]);
    let forged = encode(&(base - victim * fixed).into_affine());
    let item = SpendItem { key, message, signature: [0; 64] };
    let item = with(&item, Some(forged), Some(scalar_bytes(&response)));
    assert_eq!(verdict(&item), Err(Reject::Signature));
    // Without the key in it, a signature moves to another key: rk' = rk + (delta / c) B with S' = S + delta.
    let honest = signed(3);
    let known = SpendKey::from_bytes(&honest.key).unwrap();
    let commitment = &honest.signature[..32];
    let delta = Scalar::from(7u64);
    let c = hash_to_scalar(&[commitment, &honest.key, &honest.message]);
    let shift = Blinding::from_bytes(&scalar_bytes(&(delta * ark_ff::Field::inverse(&c).unwrap()))).unwrap();
    let old = Scalar::from_le_bytes_mod_order(&honest.signature[32..]);
    let moved = with(&honest, None, Some(scalar_bytes(&(old + delta))));
    let moved = SpendItem { key: known.randomized(&shift).to_bytes(), ..moved };
    assert_eq!(verdict(&moved), Err(Reject::Signature));
    // Without the message in it, a signature serves every message.
    assert_eq!(verdict(&SpendItem { message: [6; 32], ..honest }), Err(Reject::Signature));
}

#[test]
fn attack_40_errors_that_cancel_in_the_plain_sum_are_found() {
    let shifted = |item: &SpendItem, by: Scalar| {
        let response = Scalar::from_le_bytes_mod_order(&item.signature[32..]) + by;
        with(item, None, Some(scalar_bytes(&response)))
    };
    let delta = Scalar::from(3u64);
    let items = [shifted(&signed(1), delta), shifted(&signed(2), -delta)];
    assert_eq!(verify_batch(&items, [0; 32]), [Err(Reject::Signature), Err(Reject::Signature)]);
}

#[test]
fn attack_40_random_mixtures_get_the_verdicts_of_single_verification() {
    let seed: u64 = std::env::var("TACIT_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_121);
    println!("TACIT_TEST_SEED={seed}");
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let honest: Vec<SpendItem> = (0..12).map(signed).collect();
    let small = small_order();
    for size in [1, 2, 3, 5, 8, 17, 40] {
        let mut make = || {
            let mut item = honest[rng.gen_range(0..honest.len())];
            match rng.gen_range(0..8) {
                0 => item.signature[rng.gen_range(0..64)] ^= 1 << rng.gen_range(0..8),
                1 => item.message[0] ^= 1,
                2 => item.key = honest[rng.gen_range(0..honest.len())].key,
                3 => item.key = encode(&small[rng.gen_range(0..8)]),
                4 => rng.fill_bytes(&mut item.signature),
                _ => {}
            }
            item
        };
        let items: Vec<SpendItem> = (0..size).map(|_| make()).collect();
        let expected: Vec<Verdict> = items.iter().map(single).collect();
        assert_eq!(verify_batch(&items, rng.r#gen()), expected, "{size} items");
    }
}

#[test]
fn one_bad_signature_is_found_at_every_place() {
    for place in 0..13 {
        let mut items: Vec<SpendItem> = (0..13).map(signed).collect();
        items[place].message[7] ^= 1;
        let verdicts = verify_batch(&items, [place as u8; 32]);
        let bad: Vec<usize> = (0..13).filter(|index| verdicts[*index].is_err()).collect();
        assert_eq!(bad, [place]);
    }
}

/// Two responses under one nonce would give the secret away.
#[test]
fn a_nonce_never_repeats_for_two_messages_even_where_the_random_bytes_do() {
    let secret = SpendSecret::from_wide(&[1; 64]).unwrap();
    let commitment = |message: [u8; 32], random: u8| secret.sign(&message, &[random; 80])[..32].to_vec();
    assert_ne!(commitment([1; 32], 0), commitment([2; 32], 0));
    assert_ne!(commitment([1; 32], 0), commitment([1; 32], 1));
    let other = SpendSecret::from_wide(&[2; 64]).unwrap();
    assert_ne!(commitment([1; 32], 0), other.sign(&[1; 32], &[0; 80])[..32].to_vec());
}

#[test]
fn secrets_neither_vanish_nor_show() {
    assert!(SpendSecret::from_wide(&[0; 64]).is_none());
    let mut order = [0; 64];
    order[..32].copy_from_slice(&order_bytes());
    assert!(SpendSecret::from_wide(&order).is_none(), "zero modulo the order");
    assert_eq!(format!("{:?}", SpendSecret::from_wide(&[1; 64]).unwrap()), "SpendSecret(secret)");
    let blinding = Blinding::from_wide(&[1; 64]);
    assert_eq!(format!("{blinding:?}"), "Blinding(secret)");
    assert_eq!(Blinding::from_bytes(&blinding.to_bytes()).unwrap(), blinding);
    assert!(matches!(Blinding::from_bytes(&order_bytes()), Err(Reject::Scalar { .. })));
}
