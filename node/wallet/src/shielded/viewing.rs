//! Viewing keys. The *full* one sees what comes in, what goes out and what is spent; the *incoming* one sees what comes
//! in and makes addresses. Neither can spend.

use super::address::{Diversifier, ShieldedAddress};
use super::derive::{context, fill, ristretto_scalar};
use super::text::{self, KeyTextError, Kind};
use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use std::fmt;
use tacit_circuits::spend::SpendKey;
use tacit_circuits::{FieldBytes, Reject, note};
use tacit_types::Network;
use zeroize::Zeroizing;

const FULL: u8 = 0;
const FULL_BYTES: usize = 129;
const INCOMING: u8 = 1;
const INCOMING_BYTES: usize = 97;

/// The key that recovers what was sent.
#[derive(Clone)]
pub struct OutgoingKey(pub(super) Zeroizing<[u8; 32]>);

impl OutgoingKey {
    /// The key from its bytes; random bytes make outputs that not even their sender can read again.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

/// Sees everything of an account and spends nothing.
#[derive(Clone)]
pub struct FullViewingKey {
    ak: SpendKey,
    nk: Zeroizing<FieldBytes>,
    ovk: OutgoingKey,
    dk: Zeroizing<[u8; 32]>,
    incoming: IncomingViewingKey,
}

/// Sees what an account receives.
#[derive(Clone)]
pub struct IncomingViewingKey {
    ivk: Zeroizing<Scalar>,
    /// Half of `ivk`: doubling a point while encoding it is cheaper in batches than encoding it.
    half: Zeroizing<Scalar>,
    owner_key: Zeroizing<FieldBytes>,
    dk: Zeroizing<[u8; 32]>,
}

/// A viewing key of either kind, as a text names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ViewingKey {
    /// Sees what comes in, goes out and is spent.
    Full(FullViewingKey),
    /// Sees what comes in.
    Incoming(IncomingViewingKey),
}

impl FullViewingKey {
    pub(super) fn from_parts(
        ak: SpendKey,
        nk: FieldBytes,
        ovk: Zeroizing<[u8; 32]>,
        dk: Zeroizing<[u8; 32]>,
    ) -> Result<Self, Reject> {
        let (nk, ovk) = (Zeroizing::new(nk), OutgoingKey(ovk));
        let owner_key = Zeroizing::new(note::owner_key(&ak, &nk)?);
        let ivk = ristretto_scalar(context::IVK, &[&ak.to_bytes(), &nk.0]);
        let incoming = IncomingViewingKey::from_parts(ivk, owner_key, dk.clone());
        Ok(Self { ak, nk, ovk, dk, incoming })
    }

    /// The part that sees only what is received.
    #[must_use]
    pub const fn incoming(&self) -> &IncomingViewingKey {
        &self.incoming
    }

    /// The part that recovers what was sent.
    #[must_use]
    pub const fn outgoing(&self) -> &OutgoingKey {
        &self.ovk
    }

    /// Address `index` of the account.
    ///
    /// # Errors
    /// [`Reject`] never for a key that was read or derived here.
    pub fn address(&self, index: u64) -> Result<ShieldedAddress, Reject> {
        self.incoming.address(index)
    }

    /// The public half of the spending key. With [`FullViewingKey::nullifier_key`] it is what a prover needs.
    #[must_use]
    pub const fn spend_key(&self) -> &SpendKey {
        &self.ak
    }

    /// What turns own notes into nullifiers.
    #[must_use]
    pub fn nullifier_key(&self) -> &FieldBytes {
        &self.nk
    }

    fn to_bytes(&self) -> Zeroizing<[u8; FULL_BYTES]> {
        let mut bytes = Zeroizing::new([0u8; FULL_BYTES]);
        bytes[0] = FULL;
        bytes[1..33].copy_from_slice(&self.ak.to_bytes());
        bytes[33..65].copy_from_slice(&self.nk.0);
        bytes[65..97].copy_from_slice(self.ovk.0.as_ref());
        bytes[97..].copy_from_slice(self.dk.as_ref());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, KeyTextError> {
        let [ak, nk, ovk, dk] = parts(bytes, FULL_BYTES, "129")?;
        let ak = SpendKey::from_bytes(&ak).map_err(|_| KeyTextError::Part("spend key"))?;
        let nk = FieldBytes(*nk);
        nk.check("nullifier key").map_err(|_| KeyTextError::Part("nullifier key"))?;
        let key = Self::from_parts(ak, nk, ovk, dk).map_err(|_| KeyTextError::Part("nullifier key"))?;
        if *key.incoming.ivk == Scalar::ZERO {
            return Err(KeyTextError::Part("incoming key"));
        }
        Ok(key)
    }

    /// The text form on `network`.
    #[must_use]
    pub fn to_text(&self, network: Network) -> Zeroizing<String> {
        text::write(Kind::Viewing, network, self.to_bytes().as_ref())
    }
}

impl IncomingViewingKey {
    fn from_parts(ivk: Zeroizing<Scalar>, owner_key: Zeroizing<FieldBytes>, dk: Zeroizing<[u8; 32]>) -> Self {
        let half = Zeroizing::new(*ivk * Scalar::from(2u8).invert());
        Self { ivk, half, owner_key, dk }
    }

    /// Address `index` of the account.
    ///
    /// # Errors
    /// [`Reject`] never for a key that was read or derived here.
    pub fn address(&self, index: u64) -> Result<ShieldedAddress, Reject> {
        let mut bytes = [0u8; 11];
        fill(context::DIVERSIFIER, &[self.dk.as_ref(), &index.to_le_bytes()], &mut bytes);
        self.address_with(&Diversifier(bytes))
    }

    /// The address of the account that has this diversifier: to which address a received note was paid.
    ///
    /// # Errors
    /// As [`IncomingViewingKey::address`].
    pub fn address_with(&self, diversifier: &Diversifier) -> Result<ShieldedAddress, Reject> {
        let transmission: RistrettoPoint = *self.ivk * diversifier.base();
        Ok(ShieldedAddress::from_parts(*diversifier, self.owner(diversifier)?, transmission.compress().to_bytes()))
    }

    /// What stands in the notes of own addresses for their owner.
    pub(super) fn owner(&self, diversifier: &Diversifier) -> Result<FieldBytes, Reject> {
        note::owner(&self.owner_key, &diversifier.0)
    }

    /// Half of the secret number with which received notes are decrypted.
    pub(super) fn half(&self) -> &Scalar {
        &self.half
    }

    fn to_bytes(&self) -> Zeroizing<[u8; INCOMING_BYTES]> {
        let mut bytes = Zeroizing::new([0u8; INCOMING_BYTES]);
        bytes[0] = INCOMING;
        bytes[1..33].copy_from_slice(self.ivk.as_bytes());
        bytes[33..65].copy_from_slice(&self.owner_key.0);
        bytes[65..].copy_from_slice(self.dk.as_ref());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, KeyTextError> {
        let [ivk, owner_key, dk] = parts(bytes, INCOMING_BYTES, "97")?;
        let ivk = Option::<Scalar>::from(Scalar::from_canonical_bytes(*ivk)).map(Zeroizing::new);
        let ivk = ivk.filter(|ivk| **ivk != Scalar::ZERO).ok_or(KeyTextError::Part("incoming key"))?;
        let owner_key = Zeroizing::new(FieldBytes(*owner_key));
        owner_key.check("owner key").map_err(|_| KeyTextError::Part("owner key"))?;
        Ok(Self::from_parts(ivk, owner_key, dk))
    }

    /// The text form on `network`.
    #[must_use]
    pub fn to_text(&self, network: Network) -> Zeroizing<String> {
        text::write(Kind::Viewing, network, self.to_bytes().as_ref())
    }
}

impl ViewingKey {
    /// Reads the text of a viewing key of either kind; its first byte says which.
    ///
    /// # Errors
    /// [`KeyTextError`].
    pub fn from_text(text: &str, network: Network) -> Result<Self, KeyTextError> {
        let mut bytes = Zeroizing::new([0u8; FULL_BYTES]);
        let found = text::read(Kind::Viewing, network, text, bytes.as_mut())?;
        Self::from_bytes(&bytes[..found])
    }

    /// Reads the bytes under a text.
    ///
    /// # Errors
    /// [`KeyTextError::Length`], [`KeyTextError::Part`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyTextError> {
        match bytes.first() {
            Some(&FULL) => FullViewingKey::from_bytes(bytes).map(Self::Full),
            Some(&INCOMING) => IncomingViewingKey::from_bytes(bytes).map(Self::Incoming),
            _ => Err(KeyTextError::Part("kind")),
        }
    }

    /// The bytes under the text: 129 of a full key, 97 of an incoming one.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(match self {
            Self::Full(key) => key.to_bytes().to_vec(),
            Self::Incoming(key) => key.to_bytes().to_vec(),
        })
    }

    /// The text form on `network`.
    #[must_use]
    pub fn to_text(&self, network: Network) -> Zeroizing<String> {
        match self {
            Self::Full(key) => key.to_text(network),
            Self::Incoming(key) => key.to_text(network),
        }
    }

    /// What every viewing key can do: see what is received, make addresses.
    #[must_use]
    pub const fn incoming(&self) -> &IncomingViewingKey {
        match self {
            Self::Full(key) => key.incoming(),
            Self::Incoming(key) => key,
        }
    }

    /// The full key, when it is one.
    #[must_use]
    pub const fn full(&self) -> Option<&FullViewingKey> {
        match self {
            Self::Full(key) => Some(key),
            Self::Incoming(_) => None,
        }
    }
}

/// The 32-byte parts after the kind byte of a key of `length` bytes.
fn parts<const N: usize>(
    bytes: &[u8],
    length: usize,
    expected: &'static str,
) -> Result<[Zeroizing<[u8; 32]>; N], KeyTextError> {
    let (chunks, rest) = bytes.get(1..).unwrap_or_default().as_chunks::<32>();
    if bytes.len() != length || chunks.len() != N || !rest.is_empty() {
        return Err(KeyTextError::Length { found: bytes.len(), expected });
    }
    Ok(std::array::from_fn(|index| Zeroizing::new(chunks.get(index).copied().unwrap_or_default())))
}

impl PartialEq for FullViewingKey {
    fn eq(&self, other: &Self) -> bool {
        self.to_bytes() == other.to_bytes()
    }
}

impl Eq for FullViewingKey {}

impl PartialEq for IncomingViewingKey {
    fn eq(&self, other: &Self) -> bool {
        self.to_bytes() == other.to_bytes()
    }
}

impl Eq for IncomingViewingKey {}

impl fmt::Debug for OutgoingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OutgoingKey(..)")
    }
}

impl fmt::Debug for FullViewingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FullViewingKey(..)")
    }
}

impl fmt::Debug for IncomingViewingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IncomingViewingKey(..)")
    }
}
