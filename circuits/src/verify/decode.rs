//! The points of proofs from bytes, strictly.
//!
//! Of the compressed form accepts exactly the bytes arkworks writes for a point that is not the identity; everything else has a reason to be
//! refused. Decoding is written out here, instead of decoding with arkworks and encoding again to compare, because it
//! halves the work per proof: arkworks' square root in the quadratic extension takes four exponentiations, this one two.
//! Tests compare both on good and bad bytes.

use ark_bn254::{Fq, Fq2, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ec::short_weierstrass::SWCurveConfig;
use ark_ff::{AdditiveGroup, BigInt, Field, PrimeField};

use super::ProofBytes;
use crate::error::Reject;
use crate::words;

/// Flag in the last byte: y is the larger of the two roots.
const LARGER: u8 = 0x80;
/// Flag in the last byte: the point at infinity.
const INFINITY: u8 = 0x40;

/// (p - 3) / 4, the exponent of both square roots.
const ROOT_EXPONENT: [u64; 4] = root_exponent();

/// The three points of a proof; A and C are in the subgroup because G1 is the whole curve, B is not checked yet.
pub(super) struct Points {
    pub a: G1Affine,
    pub b: G2Affine,
    pub c: G1Affine,
}

/// A proof in one of its two forms.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Encoded<'a> {
    /// The chain's own form.
    Compressed(&'a ProofBytes),
    /// Big-endian coordinates, see [`crate::words`].
    Words(&'a [u8; 256]),
}

impl<'a> Encoded<'a> {
    /// The bytes, of another length in each form.
    pub(super) fn bytes(self) -> &'a [u8] {
        match self {
            Self::Compressed(proof) => &proof.0,
            Self::Words(words) => words,
        }
    }

    /// Decodes the points. B still needs its subgroup check, which comes with [`super::miller::lines`].
    pub(super) fn points(self) -> Result<Points, Reject> {
        match self {
            Self::Compressed(proof) => {
                let [a0, b0, b1, c0] = quarters(&proof.0);
                Ok(Points { a: g1(a0, "A")?, b: g2(b0, b1, "B")?, c: g1(c0, "C")? })
            }
            Self::Words(bytes) => points_of_words(bytes),
        }
    }
}

fn points_of_words(bytes: &[u8; 256]) -> Result<Points, Reject> {
    let (mut a, mut b, mut c) = ([0; words::G1_BYTES], [0; words::G2_BYTES], [0; words::G1_BYTES]);
    a.copy_from_slice(&bytes[..64]);
    b.copy_from_slice(&bytes[64..192]);
    c.copy_from_slice(&bytes[192..]);
    Ok(Points { a: proper(words::g1(&a), "A")?, b: proper(words::g2(&b), "B")?, c: proper(words::g1(&c), "C")? })
}

/// A point that is not the identity.
fn proper<P: AffineRepr>(read: Result<P, words::Fault>, point: &'static str) -> Result<P, Reject> {
    let value = read.map_err(|_| Reject::Encoding { point })?;
    if value.is_zero() { Err(Reject::Identity { point }) } else { Ok(value) }
}

fn quarters(bytes: &[u8; 128]) -> [[u8; 32]; 4] {
    let mut parts = [[0u8; 32]; 4];
    for (part, chunk) in parts.iter_mut().zip(bytes.as_chunks::<32>().0) {
        *part = *chunk;
    }
    parts
}

/// Decodes a point of G1 that is not the identity.
pub(super) fn g1(mut bytes: [u8; 32], point: &'static str) -> Result<G1Affine, Reject> {
    let larger = take_flags(&mut bytes, &[], point)?;
    let x = base_field(&bytes).ok_or(Reject::Encoding { point })?;
    let square = x.square() * x + ark_bn254::g1::Config::COEFF_B;
    let y = root(square).ok_or(Reject::Encoding { point })?;
    let negative = -y;
    Ok(G1Affine::new_unchecked(x, if (y > negative) == larger { y } else { negative }))
}

/// Decodes a point of the curve around G2 that is not the identity; the subgroup is the caller's to check.
pub(super) fn g2(c0: [u8; 32], mut c1: [u8; 32], point: &'static str) -> Result<G2Affine, Reject> {
    let larger = take_flags(&mut c1, &c0, point)?;
    let parts = base_field(&c0).zip(base_field(&c1)).ok_or(Reject::Encoding { point })?;
    let x = Fq2::new(parts.0, parts.1);
    let square = x.square() * x + ark_bn254::g2::Config::COEFF_B;
    let y = root_of_extension(square).ok_or(Reject::Encoding { point })?;
    let negative = -y;
    Ok(G2Affine::new_unchecked(x, if (y > negative) == larger { y } else { negative }))
}

/// Clears the flags in the last 32 bytes of a point and returns whether y is the larger root. `before` are the bytes
/// ahead of them.
fn take_flags(last: &mut [u8; 32], before: &[u8], point: &'static str) -> Result<bool, Reject> {
    let flags = last[31] & (LARGER | INFINITY);
    last[31] &= !(LARGER | INFINITY);
    if flags & INFINITY == 0 {
        return Ok(flags & LARGER != 0);
    }
    let rest_is_zero = last.iter().chain(before).all(|byte| *byte == 0);
    // The identity is refused either way; its one canonical spelling gets the clearer reason.
    if flags == INFINITY && rest_is_zero { Err(Reject::Identity { point }) } else { Err(Reject::Encoding { point }) }
}

fn base_field(bytes: &[u8; 32]) -> Option<Fq> {
    let mut limbs = [0u64; 4];
    for (limb, chunk) in limbs.iter_mut().zip(bytes.as_chunks::<8>().0) {
        *limb = u64::from_le_bytes(*chunk);
    }
    Fq::from_bigint(BigInt(limbs))
}

/// `value^ROOT_EXPONENT`, four bits of the exponent at a time: half the products of bit by bit.
fn root_power(value: &Fq) -> Fq {
    let mut powers = [Fq::ONE; 16];
    for index in 1..powers.len() {
        powers[index] = powers[index - 1] * value;
    }
    let mut result = Fq::ONE;
    for limb in ROOT_EXPONENT.iter().rev() {
        for digit in (0..16).rev().map(|place| usize::try_from(limb >> (4 * place) & 15).unwrap_or_default()) {
            (0..4).for_each(|_| {
                result.square_in_place();
            });
            if digit != 0 {
                result *= powers[digit];
            }
        }
    }
    result
}

/// The square root in the base field, where p = 3 mod 4.
fn root(square: Fq) -> Option<Fq> {
    let candidate = root_power(&square) * square;
    (candidate.square() == square).then_some(candidate)
}

/// The square root in the quadratic extension by the complex method: with norm `n = c0^2 + c1^2 = s^2` and
/// `t = (c0 + s) / 2`, either t is a square and the root is `sqrt(t) + c1 / (2 sqrt(t)) u`, or -t is one and the root is
/// `c1 / (2 sqrt(-t)) + sqrt(-t) u`. The same power of t gives the square root and its inverse.
fn root_of_extension(square: Fq2) -> Option<Fq2> {
    if square.c1 == Fq::ZERO {
        return square.sqrt();
    }
    let norm_root = root(square.c0.square() + square.c1.square())?;
    let t = (square.c0 + norm_root) * HALF;
    let power = root_power(&t);
    let candidate = power * t;
    let other = square.c1 * HALF * power;
    let result = if candidate.square() == t { Fq2::new(candidate, other) } else { Fq2::new(-other, candidate) };
    (result.square() == square).then_some(result)
}

/// 1/2 in the base field.
pub(super) const HALF: Fq =
    ark_ff::MontFp!("10944121435919637611123202872628637544348155578648911831344518947322613104292");

const fn root_exponent() -> [u64; 4] {
    // p = 3 mod 4, so that (p - 3) / 4 is p shifted right by two bits.
    let p = Fq::MODULUS.0;
    [p[0] >> 2 | p[1] << 62, p[1] >> 2 | p[2] << 62, p[2] >> 2 | p[3] << 62, p[3] >> 2]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use ark_ec::CurveGroup;
    use ark_ff::UniformRand;
    use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
    use ark_std::rand::{Rng, SeedableRng};

    fn rng() -> rand_chacha::ChaCha20Rng {
        rand_chacha::ChaCha20Rng::seed_from_u64(7)
    }

    fn encode<T: CanonicalSerialize>(value: &T) -> Vec<u8> {
        let mut bytes = Vec::new();
        value.serialize_compressed(&mut bytes).unwrap();
        bytes
    }

    fn g2_from(bytes: &[u8]) -> Result<G2Affine, Reject> {
        g2(bytes[..32].try_into().unwrap(), bytes[32..].try_into().unwrap(), "B")
    }

    #[test]
    fn constants_are_what_they_say() {
        assert_eq!(HALF.double(), Fq::ONE);
        assert_eq!(Fq::from(5u64).pow(ROOT_EXPONENT).pow([4u64]) * Fq::from(125u64), Fq::from(5u64).pow(Fq::MODULUS));
    }

    #[test]
    fn honest_points_decode_to_what_arkworks_encoded() {
        let mut rng = rng();
        for _ in 0..100 {
            let point = ark_bn254::G1Projective::rand(&mut rng).into_affine();
            assert_eq!(g1(encode(&point).try_into().unwrap(), "A").unwrap(), point);
            let point = ark_bn254::G2Projective::rand(&mut rng).into_affine();
            assert_eq!(g2_from(&encode(&point)).unwrap(), point);
        }
    }

    /// arkworks accepts more (its own identity spellings); what we accept, it accepts, with the same value and bytes.
    #[test]
    fn on_random_bytes_we_accept_what_arkworks_decodes_and_encodes_back() {
        let mut rng = rng();
        let (mut good1, mut good2) = (0, 0);
        for _ in 0..400 {
            let mut bytes: [u8; 64] = core::array::from_fn(|_| rng.r#gen());
            bytes[31] &= 0xbf;
            bytes[63] &= 0x9f;
            let first: [u8; 32] = bytes[..32].try_into().unwrap();
            let oracle =
                G1Affine::deserialize_compressed(&first[..]).ok().filter(|p| encode(p) == first && !p.is_zero());
            assert_eq!(g1(first, "A").ok(), oracle);
            good1 += usize::from(oracle.is_some());
            bytes[31] &= 0x1f;
            let oracle = G2Affine::deserialize_compressed_unchecked(&bytes[..])
                .ok()
                .filter(|p| encode(p) == bytes && !p.is_zero() && p.is_on_curve());
            assert_eq!(g2_from(&bytes).ok(), oracle);
            good2 += usize::from(oracle.is_some());
        }
        assert!(good1 > 20 && good2 > 50, "both outcomes must occur: {good1}, {good2}");
    }

    #[test]
    fn real_squares_of_the_extension_have_roots() {
        let mut rng = rng();
        for _ in 0..50 {
            let real = Fq2::new(Fq::rand(&mut rng), Fq::ZERO);
            assert_eq!(root_of_extension(real).unwrap().square(), real);
            let any = Fq2::rand(&mut rng);
            assert_eq!(root_of_extension(any.square()).unwrap().square(), any.square());
            assert_eq!(root_of_extension(any).is_some(), any.legendre().is_qr());
        }
    }

    #[test]
    fn every_spelling_of_the_identity_is_refused() {
        let mut infinity = [0u8; 32];
        infinity[31] = INFINITY;
        assert_eq!(g1(infinity, "A"), Err(Reject::Identity { point: "A" }));
        assert_eq!(g2([0; 32], infinity, "B"), Err(Reject::Identity { point: "B" }));
        let mut padded = infinity;
        padded[0] = 7;
        assert_eq!(g1(padded, "A"), Err(Reject::Encoding { point: "A" }));
        assert_eq!(g2(padded, infinity, "B"), Err(Reject::Encoding { point: "B" }));
        let mut both = infinity;
        both[31] |= LARGER;
        assert_eq!(g1(both, "A"), Err(Reject::Encoding { point: "A" }));
        assert!(G1Affine::deserialize_compressed(&padded[..]).is_ok(), "arkworks takes it: the check is needed");
    }
}
