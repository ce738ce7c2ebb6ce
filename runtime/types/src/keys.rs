//! Public keys, signatures and multisig policies, as bytes. Verification lives in `exec`.

use crate::bounded::List;
use crate::limits::MULTISIG_KEYS_MAX;
use alloc::vec::Vec;
use borsh::{BorshDeserialize, BorshSerialize};
use core::fmt;

/// An Ed25519 public key, compressed. Whether it is a curve point is decided at verification (ZIP-215).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct PublicKey(pub [u8; 32]);

/// An Ed25519 signature, R then s.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct Signature(pub [u8; 64]);

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("0x")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(0x")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

/// `threshold` of `keys` control an account together.
#[derive(Debug, Clone, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct MultisigPolicy {
    /// How many signatures are needed.
    pub threshold: u8,
    /// The keys in strictly ascending order.
    pub keys: List<PublicKey, MULTISIG_KEYS_MAX>,
}

/// Why a policy was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// The threshold is zero or above the number of keys.
    #[error("the threshold must lie between 1 and the number of keys")]
    Threshold,
    /// The keys are not strictly ascending, which also rules out duplicates.
    #[error("the keys must be sorted and distinct")]
    KeyOrder,
    /// More keys than allowed.
    #[error("too many keys")]
    TooManyKeys,
}

impl MultisigPolicy {
    /// A policy over `keys` in any order.
    ///
    /// # Errors
    /// [`PolicyError`].
    pub fn new(threshold: u8, mut keys: Vec<PublicKey>) -> Result<Self, PolicyError> {
        keys.sort_unstable();
        let policy = Self { threshold, keys: List::new(keys).map_err(|_| PolicyError::TooManyKeys)? };
        policy.check()?;
        Ok(policy)
    }

    /// Checks what decoding alone does not.
    ///
    /// # Errors
    /// [`PolicyError`].
    pub fn check(&self) -> Result<(), PolicyError> {
        if self.threshold == 0 || usize::from(self.threshold) > self.keys.len() {
            return Err(PolicyError::Threshold);
        }
        if !self.keys.iter().zip(self.keys.iter().skip(1)).all(|(a, b)| a < b) {
            return Err(PolicyError::KeyOrder);
        }
        Ok(())
    }
}
