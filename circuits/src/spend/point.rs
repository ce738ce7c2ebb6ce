//! Points and scalars as bytes: one accepted encoding each.
//!
//! A point is `y` little-endian with bit 255 set when `x > (r-1)/2`. Refused are `y` at or above the modulus, a `y` for
//! which the curve has no point, and a sign for `x = 0`.

use ark_bn254::Fr;
use ark_ec::twisted_edwards::TECurveConfig;
use ark_ed_on_bn254::{EdwardsAffine, EdwardsConfig, Fr as Scalar};
use ark_ff::{BigInt, Field, One, PrimeField, Zero};

use crate::field::FieldBytes;

const SIGN: u8 = 0x80;

pub(super) fn encode(point: &EdwardsAffine) -> [u8; 32] {
    let mut bytes = FieldBytes::from_field(point.y).0;
    if is_upper(&point.x) {
        bytes[31] |= SIGN;
    }
    bytes
}

pub(super) fn decode(bytes: &[u8; 32]) -> Option<EdwardsAffine> {
    let mut y = *bytes;
    y[31] &= !SIGN;
    let y = FieldBytes(y).to_field("y").ok()?;
    let (square, sign) = (y.square(), bytes[31] & SIGN != 0);
    // x^2 (1 - d y^2) = 1 - y^2, and d is no square, so that the factor of x^2 is never zero.
    let factor = Fr::one() - EdwardsConfig::COEFF_D * square;
    let x = ((Fr::one() - square) * factor.inverse()?).sqrt()?;
    if x.is_zero() && sign {
        return None;
    }
    let x = if is_upper(&x) == sign { x } else { -x };
    Some(EdwardsAffine::new_unchecked(x, y))
}

/// True for the larger of `x` and `-x`.
fn is_upper(x: &Fr) -> bool {
    x.into_bigint() > Fr::MODULUS_MINUS_ONE_DIV_TWO
}

/// Reads a scalar below the group's order.
pub(super) fn decode_scalar(bytes: &[u8; 32]) -> Option<Scalar> {
    let mut limbs = [0u64; 4];
    for (limb, bytes) in limbs.iter_mut().zip(bytes.as_chunks::<8>().0) {
        *limb = u64::from_le_bytes(*bytes);
    }
    Scalar::from_bigint(BigInt(limbs))
}

pub(super) fn encode_scalar(scalar: &Scalar) -> [u8; 32] {
    let mut bytes = [0u8; 32];
    for (chunk, limb) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(scalar.into_bigint().0) {
        *chunk = limb.to_le_bytes();
    }
    bytes
}

pub(super) fn is_small_order(point: &EdwardsAffine) -> bool {
    use ark_ec::AffineRepr;
    point.mul_by_cofactor_to_group().is_zero()
}
