//! The pool's contents as bytes, so that a clean restart loses nothing.
//!
//! Out go the bytes of the waiting transactions in the order of their arrival; what comes back is bytes again, which
//! the caller checks and admits like any others. A verdict from before the restart is never believed.

use borsh::{BorshDeserialize, BorshSerialize};
use tacit_types::{DecodeError, List, RawTx, codec};

/// Longest saved pool in bytes.
pub const SAVED_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Most transactions in a saved pool.
pub const SAVED_TXS_MAX: usize = 1_000_000;

const VERSION: u8 = 1;

#[derive(BorshSerialize, BorshDeserialize)]
struct Saved {
    version: u8,
    txs: List<RawTx, SAVED_TXS_MAX>,
}

/// Why a saved pool was refused. Nothing but waiting transactions is lost by deleting it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SavedPoolError {
    /// Not the bytes of a saved pool.
    #[error("the saved transaction pool is damaged ({0}); it can be deleted")]
    Decode(#[from] DecodeError),
    /// Written by another version of the node.
    #[error("the saved transaction pool has format {0}, this node reads format {VERSION}; it can be deleted")]
    Version(u8),
}

/// The bytes that keep `txs`, as many as the limits allow.
#[must_use]
pub fn encode<'a>(txs: impl Iterator<Item = &'a RawTx>) -> Vec<u8> {
    // Version, count.
    let mut bytes = 1 + 4;
    let fitting = txs.take(SAVED_TXS_MAX).take_while(|tx| {
        bytes += 4 + tx.as_bytes().len();
        bytes <= SAVED_BYTES_MAX
    });
    let txs = List::new(fitting.cloned().collect()).unwrap_or_default();
    codec::encode(&Saved { version: VERSION, txs })
}

/// The transactions that `bytes` keep.
///
/// # Errors
/// [`SavedPoolError`].
pub fn decode(bytes: &[u8]) -> Result<Vec<RawTx>, SavedPoolError> {
    if let Some(version) = bytes.first().filter(|version| **version != VERSION) {
        return Err(SavedPoolError::Version(*version));
    }
    let saved: Saved = codec::decode_exact("saved transaction pool", bytes, SAVED_BYTES_MAX)?;
    Ok(saved.txs.into_vec())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_saved_comes_back_in_order() {
        let txs: Vec<RawTx> = (0..100_u8).map(|n| RawTx::new(vec![n; usize::from(n)]).unwrap()).collect();
        assert_eq!(decode(&encode(txs.iter())).unwrap(), txs);
        assert_eq!(decode(&encode(std::iter::empty())).unwrap(), vec![]);
    }

    #[test]
    fn another_version_is_refused_by_name() {
        assert_eq!(decode(&[2, 0, 0, 0, 0]), Err(SavedPoolError::Version(2)));
    }

    proptest! {
        #[test]
        fn damaged_bytes_are_refused_and_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2_000), cut in any::<prop::sample::Index>()) {
            let _ = decode(&bytes);
            let good = encode([RawTx::new(bytes).unwrap()].iter());
            prop_assert!(decode(&good[..cut.index(good.len())]).is_err());
        }
    }
}
