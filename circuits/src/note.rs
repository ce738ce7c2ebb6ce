//! Notes of the shielded pool: owners, commitments, nullifiers, and the hashes that lead into them.
//!
//! In: keys, addresses and note contents as bytes. Out: field elements as the *transfer* circuit computes them. The exact
//! rules are in `docs/spec/privacy.md`. Nothing here encrypts, and nothing reduces what came from outside: values are
//! reduced into the field only when they are the output of a hash that this file computed.

use ark_bn254::Fr;

use crate::error::Reject;
use crate::field::{FieldBytes, hash_to_field};
use crate::hash::{Tag, hash};
use crate::spend::SpendKey;

/// Bytes of a diversifier.
pub const DIVERSIFIER_BYTES: usize = 11;

/// What all addresses of a wallet have in common: `H_31(ak.x, ak.y, nk)`.
///
/// # Errors
/// [`Reject::NotCanonical`] for a nullifier key at or above the modulus.
pub fn owner_key(spend_key: &SpendKey, nullifier_key: &FieldBytes) -> Result<FieldBytes, Reject> {
    let (x, y) = spend_key.coordinates();
    Ok(FieldBytes::from_field(owner_key_of(x, y, nullifier_key.to_field("nullifier key")?)))
}

/// The owner that an address stands for: `H_32(owner_key, diversifier)`, the diversifier read as a number.
///
/// # Errors
/// [`Reject::NotCanonical`] for an owner key at or above the modulus.
pub fn owner(owner_key: &FieldBytes, diversifier: &[u8; DIVERSIFIER_BYTES]) -> Result<FieldBytes, Reject> {
    Ok(FieldBytes::from_field(owner_of(owner_key.to_field("owner key")?, diversifier_field(diversifier))))
}

/// An asset's id as the circuit sees it.
pub fn asset_field(asset_id: &[u8; 32]) -> FieldBytes {
    hash_to_field("tacit 2026-11 shielded asset", asset_id)
}

/// A note's blinding out of its random seed.
pub fn blinding(rseed: &[u8; 32]) -> FieldBytes {
    hash_to_field("tacit 2026-11 shielded rcm", rseed)
}

/// A note's commitment: `H_33(asset, value, owner, blinding)`.
///
/// # Errors
/// [`Reject::NotCanonical`] for an element at or above the modulus.
pub fn commitment(
    asset: &FieldBytes,
    value: u128,
    owner: &FieldBytes,
    blinding: &FieldBytes,
) -> Result<FieldBytes, Reject> {
    let (asset, owner) = (asset.to_field("asset")?, owner.to_field("owner")?);
    let blinding = blinding.to_field("note blinding")?;
    Ok(FieldBytes::from_field(commitment_of(asset, Fr::from(value), owner, blinding)))
}

/// A note's nullifier: `H_34(nk, commitment, position)`. The position makes notes with one commitment spendable apart.
///
/// # Errors
/// [`Reject::NotCanonical`] for an element at or above the modulus.
pub fn nullifier(nullifier_key: &FieldBytes, commitment: &FieldBytes, position: u32) -> Result<FieldBytes, Reject> {
    let (key, commitment) = (nullifier_key.to_field("nullifier key")?, commitment.to_field("commitment")?);
    Ok(FieldBytes::from_field(nullifier_of(key, commitment, Fr::from(position))))
}

/// What binds a join-split's proof to its transaction: the sign bytes as a field element.
pub fn sighash(sign_bytes: &[u8; 32]) -> FieldBytes {
    hash_to_field("tacit 2026-11 shielded sighash", sign_bytes)
}

pub(crate) fn diversifier_field(diversifier: &[u8; DIVERSIFIER_BYTES]) -> Fr {
    let mut wide = [0u8; 16];
    wide[..DIVERSIFIER_BYTES].copy_from_slice(diversifier);
    Fr::from(u128::from_le_bytes(wide))
}

pub(crate) fn owner_key_of(spend_key_x: Fr, spend_key_y: Fr, nullifier_key: Fr) -> Fr {
    hash(Tag::OwnerKey, [spend_key_x, spend_key_y, nullifier_key])
}

pub(crate) fn owner_of(owner_key: Fr, diversifier: Fr) -> Fr {
    hash(Tag::Owner, [owner_key, diversifier])
}

pub(crate) fn commitment_of(asset: Fr, value: Fr, owner: Fr, blinding: Fr) -> Fr {
    hash(Tag::Note, [asset, value, owner, blinding])
}

pub(crate) fn nullifier_of(nullifier_key: Fr, commitment: Fr, position: Fr) -> Fr {
    hash(Tag::NoteNullifier, [nullifier_key, commitment, position])
}
