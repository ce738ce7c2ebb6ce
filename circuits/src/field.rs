//! Bytes and field elements: the one place where 32 bytes become an element of the BN254 scalar field.
//!
//! On every wire and in every file a field element is **32 bytes, little-endian, below the modulus**. Anything at or
//! above the modulus is refused, never reduced: `x` and `x + r` would otherwise be two spellings of one nullifier.
//! Reduction happens in [`hash_to_field`] alone, on the output of a hash that this crate computed itself.

use ark_bn254::Fr;
use ark_ff::{BigInteger, PrimeField};
use zeroize::Zeroize;

use crate::error::Reject;

/// 32 bytes that should be a field element: little-endian, canonical. The type promises the length only; everything in
/// this crate that reads one checks that it is below the modulus.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Zeroize)]
pub struct FieldBytes(pub [u8; 32]);

impl FieldBytes {
    /// The element zero. It is the empty leaf of a tree and no valid leaf, secret or root.
    pub const ZERO: Self = Self([0; 32]);

    /// Checks that the bytes are canonical. `what` names the value in the error.
    ///
    /// # Errors
    /// [`Reject::NotCanonical`] when the number is not below the modulus.
    pub fn check(&self, what: &'static str) -> Result<(), Reject> {
        self.to_field(what).map(|_| ())
    }

    /// True when the bytes are canonical.
    pub fn is_canonical(&self) -> bool {
        self.check("value").is_ok()
    }

    /// Reads the element; the only conversion from outside bytes in the crate.
    pub(crate) fn to_field(self, what: &'static str) -> Result<Fr, Reject> {
        let mut limbs = [0u64; 4];
        for (limb, bytes) in limbs.iter_mut().zip(self.0.as_chunks::<8>().0) {
            *limb = u64::from_le_bytes(*bytes);
        }
        Fr::from_bigint(ark_ff::BigInt(limbs)).ok_or(Reject::NotCanonical { what })
    }

    /// The encoding of an element.
    pub(crate) fn from_field(value: Fr) -> Self {
        let mut bytes = [0u8; 32];
        for (chunk, limb) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(value.into_bigint().0) {
            *chunk = limb.to_le_bytes();
        }
        Self(bytes)
    }

    /// Reads an amount: canonical and below 2^128.
    ///
    /// # Errors
    /// [`Reject::NotCanonical`] or [`Reject::NotAnAmount`].
    pub fn to_amount(self, what: &'static str) -> Result<u128, Reject> {
        self.check(what)?;
        let (low, high) = self.0.split_at(16);
        if high.iter().any(|byte| *byte != 0) {
            return Err(Reject::NotAnAmount { what });
        }
        let mut bytes = [0u8; 16];
        bytes.copy_from_slice(low);
        Ok(u128::from_le_bytes(bytes))
    }
}

impl core::fmt::Debug for FieldBytes {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("FieldBytes(0x")?;
        for byte in self.0 {
            write!(f, "{byte:02x}")?;
        }
        f.write_str(")")
    }
}

impl From<u128> for FieldBytes {
    /// Every u128 is below the modulus, so that this cannot fail.
    fn from(amount: u128) -> Self {
        let mut bytes = [0u8; 32];
        bytes[..16].copy_from_slice(&amount.to_le_bytes());
        Self(bytes)
    }
}

/// Maps bytes to a field element: BLAKE3 in derive-key mode under `domain`, 64 bytes of output read as a little-endian
/// number and reduced. With 512 bits the reduction's bias is below 2^-256. For values made on both sides (contexts,
/// scopes, signals), never for decoding.
pub fn hash_to_field(domain: &str, data: &[u8]) -> FieldBytes {
    let mut wide = [0u8; 64];
    let mut hasher = blake3::Hasher::new_derive_key(domain);
    hasher.update(data);
    hasher.finalize_xof().fill(&mut wide);
    FieldBytes::from_field(Fr::from_le_bytes_mod_order(&wide))
}

/// The public input that binds a proof to a 32-byte hash of who may use it and for what (chain, sender, purpose).
pub fn context_from_hash(hash: &[u8; 32]) -> FieldBytes {
    hash_to_field("tacit circuits v1 context", hash)
}

/// The modulus itself as bytes: the smallest refused encoding. For tests of other crates.
pub fn modulus_bytes() -> FieldBytes {
    let mut bytes = [0u8; 32];
    bytes.copy_from_slice(&Fr::MODULUS.to_bytes_le());
    FieldBytes(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_modulus_and_everything_above_is_refused() {
        let mut modulus = modulus_bytes();
        assert_eq!(modulus.check("x"), Err(Reject::NotCanonical { what: "x" }));
        modulus.0[0] += 1;
        assert!(!modulus.is_canonical());
        assert!(!FieldBytes([0xff; 32]).is_canonical());
        modulus.0[0] -= 2;
        assert_eq!(modulus.to_field("x").unwrap(), -Fr::from(1u64));
    }

    #[test]
    fn encoding_and_decoding_are_inverse_and_little_endian() {
        let one = FieldBytes::from(1);
        assert_eq!(one.0[0], 1);
        assert_eq!(one.to_field("x").unwrap(), Fr::from(1u64));
        let big = FieldBytes::from_field(Fr::from(u128::MAX));
        assert_eq!(big, FieldBytes::from(u128::MAX));
        assert_eq!(big.to_amount("x"), Ok(u128::MAX));
        let above = FieldBytes::from_field(Fr::from(u128::MAX) + Fr::from(1u64));
        assert_eq!(above.to_amount("x"), Err(Reject::NotAnAmount { what: "x" }));
    }

    #[test]
    fn hashing_to_the_field_is_canonical_and_separates_domains() {
        let a = hash_to_field("one", b"data");
        assert!(a.is_canonical());
        assert_ne!(a, hash_to_field("two", b"data"));
        assert_ne!(a, hash_to_field("one", b"datA"));
        assert!(context_from_hash(&[7; 32]).is_canonical());
    }
}
