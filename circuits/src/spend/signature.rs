//! Making and checking one spend signature: `R` and `S`, 32 bytes each.
//!
//! Valid when `S < l`, key and `R` decode, the key is not of small order, and `8 (S B - R - c rk)` is the identity, where
//! the challenge `c` hashes `R`, the key and the message, all as the bytes that came in.

use ark_ec::twisted_edwards::TECurveConfig;
use ark_ec::{AffineRepr, CurveGroup};
use ark_ed_on_bn254::{EdwardsAffine, EdwardsConfig, EdwardsProjective, Fr as Scalar};
use ark_ff::{AdditiveGroup, BigInteger, PrimeField, Zero};

use super::{SpendKey, SpendSecret, hash_to_scalar, point};
use crate::error::Reject;

impl SpendSecret {
    /// Signs a message with 80 fresh random bytes. The nonce is a hash of them with key and message, so that two messages
    /// never share one even where the random bytes repeat.
    pub fn sign(&self, message: &[u8; 32], random: &[u8; 80]) -> [u8; 64] {
        let key = self.public().to_bytes();
        let nonce = hash_to_scalar("tacit 2026-11 spend signature nonce", &[random, &key, message]);
        let commitment = point::encode(&(EdwardsConfig::GENERATOR * nonce).into_affine());
        let response = nonce + challenge(&commitment, &key, message) * self.0;
        let mut signature = [0u8; 64];
        signature[..32].copy_from_slice(&commitment);
        signature[32..].copy_from_slice(&point::encode_scalar(&response));
        signature
    }
}

/// Checks a signature.
///
/// # Errors
/// [`Reject::Encoding`] for a key or `R` that does not decode, [`Reject::SmallOrder`] for such a key, [`Reject::Scalar`]
/// for an `S` at or above the order, [`Reject::Signature`] when the equation does not hold.
pub fn verify(key: &[u8; 32], message: &[u8; 32], signature: &[u8; 64]) -> Result<(), Reject> {
    if Claim::read(key, message, signature)?.holds() { Ok(()) } else { Err(Reject::Signature) }
}

/// A signature that decoded, with its challenge.
pub(super) struct Claim {
    pub key: EdwardsAffine,
    pub commitment: EdwardsAffine,
    pub response: Scalar,
    pub challenge: Scalar,
}

impl Claim {
    pub(super) fn read(key: &[u8; 32], message: &[u8; 32], signature: &[u8; 64]) -> Result<Self, Reject> {
        let decoded = SpendKey::from_bytes(key)?;
        let (mut commitment, mut response) = ([0u8; 32], [0u8; 32]);
        commitment.copy_from_slice(&signature[..32]);
        response.copy_from_slice(&signature[32..]);
        Ok(Self {
            key: decoded.point(),
            commitment: point::decode(&commitment).ok_or(Reject::Encoding { point: "R" })?,
            response: point::decode_scalar(&response).ok_or(Reject::Scalar { what: "S" })?,
            challenge: challenge(&commitment, key, message),
        })
    }

    /// `8 (S B - R - c rk) = 0`.
    pub(super) fn holds(&self) -> bool {
        let difference = combination(&self.response, &-self.challenge, &self.key) - self.commitment;
        times_cofactor(difference).is_zero()
    }
}

fn challenge(commitment: &[u8; 32], key: &[u8; 32], message: &[u8; 32]) -> Scalar {
    hash_to_scalar("tacit 2026-11 spend signature challenge", &[commitment, key, message])
}

/// `first * B + second * point` with one run of doublings.
fn combination(first: &Scalar, second: &Scalar, point: &EdwardsAffine) -> EdwardsProjective {
    let base = EdwardsAffine::generator();
    let both = (base + *point).into_affine();
    let (first, second) = (first.into_bigint(), second.into_bigint());
    let mut sum = EdwardsProjective::ZERO;
    for bit in (0..Scalar::MODULUS_BIT_SIZE as usize).rev() {
        sum.double_in_place();
        match (first.get_bit(bit), second.get_bit(bit)) {
            (true, true) => sum += both,
            (true, false) => sum += base,
            (false, true) => sum += point,
            (false, false) => {}
        }
    }
    sum
}

pub(super) fn times_cofactor(point: EdwardsProjective) -> EdwardsProjective {
    point.double().double().double()
}
