//! Points as Ethereum machines write them: 32-byte big-endian numbers, in G2 the imaginary component first, all zeros for
//! the identity (EIP-196, EIP-197).
//!
//! Read strictly: a coordinate at or above the modulus is refused, never reduced, and so is a point off its curve. Whether
//! a point of G2 lies in the subgroup is the caller's to check.

use ark_bn254::{Fq, Fq2, Fr, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::{BigInt, PrimeField, Zero};

/// Bytes of a number.
pub(crate) const WORD: usize = 32;
/// Bytes of a point of G1.
pub(crate) const G1_BYTES: usize = 2 * WORD;
/// Bytes of a point of G2.
pub(crate) const G2_BYTES: usize = 4 * WORD;

/// What is wrong with a point's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A coordinate is at or above the modulus.
    Coordinate,
    /// The coordinates satisfy no curve equation.
    OffCurve,
}

/// Reads a point of G1, which may be the identity.
pub(crate) fn g1(bytes: &[u8; G1_BYTES]) -> Result<G1Affine, Fault> {
    let [x, y] = coordinates(bytes)?;
    if x.is_zero() && y.is_zero() {
        return Ok(G1Affine::identity());
    }
    let point = G1Affine::new_unchecked(x, y);
    if point.is_on_curve() { Ok(point) } else { Err(Fault::OffCurve) }
}

/// Reads a point of the curve around G2, which may be the identity and may lie outside the subgroup.
pub(crate) fn g2(bytes: &[u8; G2_BYTES]) -> Result<G2Affine, Fault> {
    let [x1, x0, y1, y0] = coordinates(bytes)?;
    let (x, y) = (Fq2::new(x0, x1), Fq2::new(y0, y1));
    if x.is_zero() && y.is_zero() {
        return Ok(G2Affine::identity());
    }
    let point = G2Affine::new_unchecked(x, y);
    if point.is_on_curve() { Ok(point) } else { Err(Fault::OffCurve) }
}

/// Writes a point of G1.
pub(crate) fn g1_bytes(point: &G1Affine) -> [u8; G1_BYTES] {
    let mut bytes = [0; G1_BYTES];
    let (x, y) = point.xy().unwrap_or_default();
    for (chunk, coordinate) in bytes.as_chunks_mut::<WORD>().0.iter_mut().zip([x, y]) {
        for (part, limb) in chunk.as_chunks_mut::<8>().0.iter_mut().zip(coordinate.into_bigint().0.iter().rev()) {
            *part = limb.to_be_bytes();
        }
    }
    bytes
}

/// Any number of 256 bits as a multiplier of points of order r: its remainder, which gives the same multiple.
pub(crate) fn multiplier(bytes: &[u8; WORD]) -> Fr {
    Fr::from_be_bytes_mod_order(bytes)
}

fn coordinates<const BYTES: usize, const COUNT: usize>(bytes: &[u8; BYTES]) -> Result<[Fq; COUNT], Fault> {
    let mut values = [Fq::zero(); COUNT];
    for (value, word) in values.iter_mut().zip(bytes.as_chunks::<WORD>().0) {
        let mut limbs = [0u64; 4];
        for (limb, part) in limbs.iter_mut().rev().zip(word.as_chunks::<8>().0) {
            *limb = u64::from_be_bytes(*part);
        }
        *value = Fq::from_bigint(BigInt(limbs)).ok_or(Fault::Coordinate)?;
    }
    Ok(values)
}
