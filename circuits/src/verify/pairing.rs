//! Whether a product of pairings is one, for pairs that anybody chose.

use ark_bn254::{Bn254, Fq12, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ec::pairing::{MillerLoopOutput, Pairing};
use ark_ff::Field;

use super::lockstep::{Place, products};
use super::miller;

/// Whether a curve point, other than the identity, lies in the subgroup of prime order.
pub(crate) fn in_subgroup(point: &G2Affine) -> bool {
    miller::lines(point).is_some()
}

/// Whether the product of the pairings is one; the identity on either side contributes nothing. `None` when a point of
/// G2, paired with whatever, lies outside the subgroup. The points must be on their curves.
pub(crate) fn product_is_one(pairs: &[(G1Affine, G2Affine)]) -> Option<bool> {
    let unpaired = pairs.iter().filter(|(first, second)| first.is_zero() && !second.is_zero());
    let mut sound = unpaired.map(|(_, second)| in_subgroup(second));
    if sound.any(|sound| !sound) {
        return None;
    }
    let both = pairs.iter().filter(|(first, second)| !first.is_zero() && !second.is_zero());
    let (first, second): (Vec<_>, Vec<_>) = both.copied().unzip();
    if first.is_empty() {
        return Some(true);
    }
    let (values, sound) = products(&Place::of(&first), second, first.len());
    if !sound.into_iter().all(|sound| sound) {
        return None;
    }
    let value = values.into_iter().fold(Fq12::ONE, |product, value| product * value);
    // No product of Miller values is zero; should one be, it is not one.
    Some(Bn254::final_exponentiation(MillerLoopOutput(value)).is_some_and(|result| result.0 == Fq12::ONE))
}
