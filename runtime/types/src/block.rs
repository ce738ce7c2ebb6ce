//! Blocks: a header and the body that the header commits to.

use crate::bounded::{Bytes, List};
use crate::limits::{BLOCK_BYTES_MAX, BLOCK_TXS_MAX, TX_BYTES_MAX};
use crate::{BodyRoot, CertificateHash, CommitCertificate, DecodeError, FullHash, Header, codec, merkle, tx};
use alloc::vec::Vec;
use borsh::{BorshDeserialize, BorshSerialize};

/// The bytes of a transaction as they travel; not yet decoded, but of bounded length.
#[derive(Debug, Clone, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct RawTx(Bytes<TX_BYTES_MAX>);

impl RawTx {
    /// Wraps `bytes` if they are not too long to be a transaction.
    ///
    /// # Errors
    /// [`DecodeError::TooLong`].
    pub fn new(bytes: Vec<u8>) -> Result<Self, DecodeError> {
        let actual = bytes.len();
        Bytes::new(bytes).map(Self).map_err(|_| DecodeError::TooLong {
            what: "transaction",
            actual,
            limit: TX_BYTES_MAX,
        })
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Hash over all bytes.
    #[must_use]
    pub fn full_hash(&self) -> FullHash {
        tx::full_hash(&self.0)
    }
}

/// A block as it is proposed, stored and synced.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Block {
    /// What is voted on.
    pub header: Header,
    /// What the header commits to.
    pub body: BlockBody,
}

/// Everything in a block but its header.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct BlockBody {
    /// Certificate for the block before; none at height 1 only.
    pub last_commit: Option<CommitCertificate>,
    /// Transactions in execution order.
    pub txs: List<RawTx, BLOCK_TXS_MAX>,
}

impl Block {
    /// Decodes a block; at most [`BLOCK_BYTES_MAX`] bytes, one encoding only.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        codec::decode_exact("block", bytes, BLOCK_BYTES_MAX)
    }

    /// The canonical bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        codec::encode(self)
    }
}

impl BlockBody {
    /// Root over the full hashes, in order.
    #[must_use]
    pub fn root(&self) -> BodyRoot {
        let leaves: Vec<[u8; 32]> = self.txs.iter().map(|raw| raw.full_hash().0).collect();
        BodyRoot(merkle::root(BodyRoot::CONTEXT, &leaves))
    }

    /// Hash of the commit certificate, or of its absence.
    #[must_use]
    pub fn last_commit_hash(&self) -> CertificateHash {
        CertificateHash::of(&[&codec::encode(&self.last_commit)])
    }

    /// Length of the encoded body in bytes.
    #[must_use]
    pub fn encoded_length(&self) -> usize {
        codec::encode(self).len()
    }
}
