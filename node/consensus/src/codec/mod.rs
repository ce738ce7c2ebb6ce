//! Bytes on the wire and in the engine's log: a version byte, then the canonical borsh encoding of a bounded mirror type.
//!
//! What comes in are bytes from peers and from the log; what goes out are the engine's values. Every message has a
//! length limit that is applied before anything is allocated, every list a limit that is part of its type, decoding
//! eats the whole buffer, and each value has exactly one encoding. Formats: `docs/spec/consensus.md`.

mod certificate;
mod message;
mod parts;
mod sync;
mod wire;

use borsh::{BorshDeserialize, BorshSerialize};
use bytes::Bytes;
use tacit_types::DecodeError;
use tacit_types::codec::{decode_exact, encode};

/// The only version so far of every message.
pub(crate) const CODEC_VERSION: u8 = 1;

/// Longest signed vote or proposal, version byte included.
pub(crate) const SMALL_BYTES_MAX: usize = 512;
/// Longest polka or round certificate message.
pub(crate) const CERTIFICATE_BYTES_MAX: usize = 64 * 1024;
/// Longest message of a proposal stream: a part and its frame, or an announcement.
pub(crate) const STREAM_BYTES_MAX: usize = crate::parts::PART_BYTES + 1024;
/// Longest sync response; the engine's own limit is the same.
pub(crate) const RESPONSE_BYTES_MAX: usize = 10 * 1024 * 1024;
/// Most decided blocks in one sync response.
pub(crate) const RESPONSE_VALUES_MAX: usize = 256;
/// Longest peer id.
pub(crate) const PEER_ID_BYTES_MAX: usize = 64;

/// The codec the engine is given. It has no state.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TacitCodec;

/// Why a message was refused, or could not be expressed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CodecError {
    /// Too long, malformed or not canonical.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// No version byte, or one this node does not know.
    #[error("{what} has version {found:?}, this node knows {CODEC_VERSION}")]
    Version {
        /// What was decoded.
        what: &'static str,
        /// The byte found, if any.
        found: Option<u8>,
    },
    /// Decoded, but the value makes no sense.
    #[error("{what}: {reason}")]
    Value {
        /// What was decoded or encoded.
        what: &'static str,
        /// Why it is refused.
        reason: &'static str,
    },
}

/// Encodes a mirror value behind the version byte.
fn pack<T: BorshSerialize>(value: &T) -> Bytes {
    let body = encode(value);
    let mut bytes = Vec::with_capacity(body.len().saturating_add(1));
    bytes.push(CODEC_VERSION);
    bytes.extend_from_slice(&body);
    bytes.into()
}

/// Decodes a mirror value; the limit counts the version byte.
fn unpack<T>(what: &'static str, bytes: &Bytes, limit: usize) -> Result<T, CodecError>
where
    T: BorshDeserialize + BorshSerialize,
{
    if bytes.len() > limit {
        return Err(DecodeError::TooLong { what, actual: bytes.len(), limit }.into());
    }
    match bytes.split_first() {
        Some((&CODEC_VERSION, body)) => Ok(decode_exact(what, body, limit)?),
        other => Err(CodecError::Version { what, found: other.map(|(version, _)| *version) }),
    }
}

#[cfg(test)]
mod unit;
