//! Shielded addresses: where private money is sent. One viewing key has 2^64 of them, and nobody else can tell that two
//! belong together.

use super::derive::{context, fill};
use super::text::{self, KeyTextError, Kind};
use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use curve25519_dalek::traits::IsIdentity;
use std::fmt;
use tacit_circuits::{FieldBytes, hash_to_field};
use tacit_types::Network;

/// Bytes of an address.
pub const ADDRESS_BYTES: usize = 75;
const DIVERSIFIER_BYTES: usize = 11;

/// What makes the addresses of one key differ.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Diversifier(pub [u8; DIVERSIFIER_BYTES]);

impl Diversifier {
    /// The point from which keys of this address are made. No diversifier gives a point that anybody knows a logarithm
    /// of.
    pub(super) fn base(&self) -> RistrettoPoint {
        let mut uniform = [0u8; 64];
        fill(context::DIVERSIFIED_BASE, &[&self.0], &mut uniform);
        RistrettoPoint::from_uniform_bytes(&uniform)
    }
}

/// A place to send private money to.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ShieldedAddress {
    diversifier: Diversifier,
    owner: FieldBytes,
    transmission_key: [u8; 32],
}

impl ShieldedAddress {
    /// An address from its parts, which the caller made from its own keys.
    pub(super) const fn from_parts(diversifier: Diversifier, owner: FieldBytes, transmission_key: [u8; 32]) -> Self {
        Self { diversifier, owner, transmission_key }
    }

    /// An address that is nobody's, from 64 random bytes.
    pub(super) fn random(seed: &[u8; 64]) -> Result<Self, KeyTextError> {
        let mut bytes = [0u8; ADDRESS_BYTES];
        fill(context::DIVERSIFIER, &[seed, b"nobody"], &mut bytes[..11]);
        bytes[11..43].copy_from_slice(&hash_to_field(context::DIVERSIFIER, seed).0);
        bytes[43..].copy_from_slice(&RistrettoPoint::from_uniform_bytes(seed).compress().to_bytes());
        Self::from_bytes(&bytes)
    }

    /// Reads the bytes: the owner must be a field element, the transmission key a point other than the identity.
    ///
    /// # Errors
    /// [`KeyTextError::Length`], [`KeyTextError::Part`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyTextError> {
        let bytes: &[u8; ADDRESS_BYTES] =
            bytes.try_into().map_err(|_| KeyTextError::Length { found: bytes.len(), expected: "75" })?;
        let (mut diversifier, mut owner, mut transmission_key) = ([0; DIVERSIFIER_BYTES], [0; 32], [0; 32]);
        diversifier.copy_from_slice(&bytes[..11]);
        owner.copy_from_slice(&bytes[11..43]);
        transmission_key.copy_from_slice(&bytes[43..]);
        let address = Self::from_parts(Diversifier(diversifier), FieldBytes(owner), transmission_key);
        address.owner.check("owner").map_err(|_| KeyTextError::Part("owner"))?;
        address.transmission_point().ok_or(KeyTextError::Part("transmission key"))?;
        Ok(address)
    }

    /// The 75 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; ADDRESS_BYTES] {
        let mut bytes = [0u8; ADDRESS_BYTES];
        bytes[..11].copy_from_slice(&self.diversifier.0);
        bytes[11..43].copy_from_slice(&self.owner.0);
        bytes[43..].copy_from_slice(&self.transmission_key);
        bytes
    }

    /// Reads the text form, which must carry the prefix of `network` and be in lower case.
    ///
    /// # Errors
    /// [`KeyTextError`].
    pub fn from_text(text: &str, network: Network) -> Result<Self, KeyTextError> {
        let mut bytes = [0u8; ADDRESS_BYTES];
        let found = text::read(Kind::Address, network, text, &mut bytes)?;
        Self::from_bytes(&bytes[..found])
    }

    /// The text form on `network`.
    #[must_use]
    pub fn to_text(&self, network: Network) -> String {
        text::write(Kind::Address, network, &self.to_bytes()).to_string()
    }

    /// What makes it differ from the other addresses of its key.
    #[must_use]
    pub const fn diversifier(&self) -> Diversifier {
        self.diversifier
    }

    /// What stands in the notes of this address for whoever may spend them.
    #[must_use]
    pub const fn owner(&self) -> FieldBytes {
        self.owner
    }

    /// The encoded point for which notes are encrypted.
    pub(super) const fn transmission_key(&self) -> &[u8; 32] {
        &self.transmission_key
    }

    /// The point for which notes are encrypted; never the identity.
    pub(super) fn transmission_point(&self) -> Option<RistrettoPoint> {
        point(&self.transmission_key)
    }
}

/// A point other than the identity, from its one encoding.
pub(super) fn point(bytes: &[u8; 32]) -> Option<RistrettoPoint> {
    CompressedRistretto(*bytes).decompress().filter(|point| !point.is_identity())
}

impl fmt::Debug for ShieldedAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ShieldedAddress({})", hex::encode(self.to_bytes()))
    }
}

impl fmt::Debug for Diversifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Diversifier({})", hex::encode(self.0))
    }
}
