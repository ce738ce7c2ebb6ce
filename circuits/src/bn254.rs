//! The curve for contracts: sums, multiples and pairings of points that anybody sends, with the meaning of EIP-196 and
//! EIP-197.
//!
//! Numbers are 32 bytes, big-endian; a point of G1 is `x, y`, a point of G2 `x.c1, x.c0, y.c1, y.c0`, the identity all
//! zeros. Coordinates at or above the modulus, points off their curve, and points of G2 outside the subgroup are refused,
//! also where they would not change the result. docs/spec/host-proofs.md is the specification.

use ark_bn254::G1Affine;
use ark_ec::{AffineRepr, CurveGroup};

use crate::error::Reject;
use crate::{msm, verify, words};

/// Bytes of a point of G1.
pub const G1_BYTES: usize = words::G1_BYTES;
/// Bytes of a pair of [`pairing_check`]: a point of G1, then one of G2.
pub const PAIR_BYTES: usize = words::G1_BYTES + words::G2_BYTES;
/// Most terms of [`g1_msm`].
pub const MSM_TERMS_MAX: usize = 64;
/// Most pairs of [`pairing_check`].
pub const PAIRS_MAX: usize = 16;

/// The sum of two points of G1.
///
/// # Errors
/// [`Reject::Encoding`] when one of them is none.
pub fn g1_add(first: &[u8; 64], second: &[u8; 64]) -> Result<[u8; 64], Reject> {
    let (first, second) = (point(first, "first summand")?, point(second, "second summand")?);
    Ok(words::g1_bytes(&(first + second).into_affine()))
}

/// A point of G1 times a number, which may be any of 256 bits.
///
/// # Errors
/// [`Reject::Encoding`] when the point is none.
pub fn g1_mul(of: &[u8; 64], scalar: &[u8; 32]) -> Result<[u8; 64], Reject> {
    g1_msm(&[*of], &[*scalar])
}

/// The sum of points of G1, each times a number of 256 bits; the identity for no points.
///
/// # Errors
/// [`Reject::Operands`] when there are more than [`MSM_TERMS_MAX`] points or not as many numbers; [`Reject::Encoding`]
/// when a point is none.
pub fn g1_msm(points: &[[u8; 64]], scalars: &[[u8; 32]]) -> Result<[u8; 64], Reject> {
    if points.len() != scalars.len() {
        return Err(Reject::Operands { why: "a sum takes as many numbers as points" });
    }
    if points.len() > MSM_TERMS_MAX {
        return Err(Reject::Operands { why: "a sum has 64 terms at most" });
    }
    let points = points.iter().map(|bytes| point(bytes, "of the sum")).collect::<Result<Vec<_>, _>>()?;
    let terms: Vec<_> = points
        .iter()
        .zip(scalars)
        .filter(|(point, _)| !point.is_zero())
        .map(|(point, scalar)| (point, msm::halves(&words::multiplier(scalar))))
        .collect();
    let sum = msm::sum::<ark_bn254::g1::Config>(terms.iter().map(|(point, halves)| (*point, *halves)));
    Ok(words::g1_bytes(&sum.into_affine()))
}

/// Whether the product of the pairings of all pairs is one; true for no pairs.
///
/// # Errors
/// [`Reject::Operands`] when the bytes are no whole number of pairs or more than [`PAIRS_MAX`]; [`Reject::Encoding`] and
/// [`Reject::Subgroup`] when a point is none.
pub fn pairing_check(bytes: &[u8]) -> Result<bool, Reject> {
    let (pairs, rest) = bytes.as_chunks::<PAIR_BYTES>();
    if !rest.is_empty() {
        return Err(Reject::Operands { why: "pairs are 192 bytes each" });
    }
    if pairs.len() > PAIRS_MAX {
        return Err(Reject::Operands { why: "a pairing check takes 16 pairs at most" });
    }
    let pairs = pairs.iter().map(pair).collect::<Result<Vec<_>, _>>()?;
    verify::product_is_one(&pairs).ok_or(Reject::Subgroup { point: "of a pair" })
}

fn pair(bytes: &[u8; PAIR_BYTES]) -> Result<(G1Affine, ark_bn254::G2Affine), Reject> {
    let refuse = |_| Reject::Encoding { point: "of a pair" };
    let (mut first, mut second) = ([0; words::G1_BYTES], [0; words::G2_BYTES]);
    first.copy_from_slice(&bytes[..words::G1_BYTES]);
    second.copy_from_slice(&bytes[words::G1_BYTES..]);
    Ok((words::g1(&first).map_err(refuse)?, words::g2(&second).map_err(refuse)?))
}

fn point(bytes: &[u8; 64], point: &'static str) -> Result<G1Affine, Reject> {
    words::g1(bytes).map_err(|_| Reject::Encoding { point })
}
