//! Strict decoding: a named limit first, then borsh, then the proof that the bytes were the only
//! encoding of what they decoded to.
//!
//! Every byte string from outside goes through [`decode_exact`]; nothing else in the project calls borsh
//! on foreign bytes.

use alloc::string::String;
use alloc::vec::Vec;
use borsh::{BorshDeserialize, BorshSerialize};

/// Why bytes were refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The input is longer than its named limit; nothing was allocated.
    #[error("{what} is {actual} bytes long, the limit is {limit}")]
    TooLong {
        /// What was being decoded.
        what: &'static str,
        /// The length received.
        actual: usize,
        /// The limit that applies.
        limit: usize,
    },
    /// The bytes are not an encoding of the type: truncated, trailing bytes, unknown tag, list too long.
    #[error("{what} cannot be decoded: {reason}")]
    Malformed {
        /// What was being decoded.
        what: &'static str,
        /// What the decoder met.
        reason: String,
    },
    /// The bytes decode, but are not the canonical encoding of the value.
    #[error("{what} is not canonically encoded; encode it again and send those bytes")]
    NotCanonical {
        /// What was being decoded.
        what: &'static str,
    },
}

/// Decodes `bytes` as a `T`: at most `limit` bytes, every byte used, and re-encoding gives the same bytes.
///
/// # Errors
/// [`DecodeError`], naming `what` was decoded.
pub fn decode_exact<T>(what: &'static str, bytes: &[u8], limit: usize) -> Result<T, DecodeError>
where
    T: BorshDeserialize + BorshSerialize,
{
    if bytes.len() > limit {
        return Err(DecodeError::TooLong { what, actual: bytes.len(), limit });
    }
    let value =
        T::try_from_slice(bytes).map_err(|error| DecodeError::Malformed { what, reason: alloc::format!("{error}") })?;
    if encode(&value) != bytes {
        return Err(DecodeError::NotCanonical { what });
    }
    Ok(value)
}

/// The canonical encoding of `value`.
///
/// Writing into memory cannot fail: the only borsh errors are those of the writer and of lists longer
/// than `u32::MAX`, and every list of ours is bounded far below that.
pub fn encode<T: BorshSerialize + ?Sized>(value: &T) -> Vec<u8> {
    let mut out = Vec::new();
    // An error here is impossible for the reason above; an empty result would fail every later check.
    if value.serialize(&mut out).is_err() {
        out.clear();
    }
    out
}

/// Hashes `parts` one after the other under the BLAKE3 derive-key context `context`.
///
/// Parts of variable length must be preceded by their length by the caller.
pub fn hash(context: &'static str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key(context);
    for part in parts {
        hasher.update(part);
    }
    *hasher.finalize().as_bytes()
}
