//! Block headers. The block id is the hash of the header, and the header commits to everything else.

use crate::{
    Address, BlockId, BodyRoot, CertificateHash, GenesisId, Height, Price, ReceiptsRoot, Round, StateRoot, UnixMillis,
    ValidatorsHash, codec,
};
use borsh::{BorshDeserialize, BorshSerialize};

/// The only header format so far.
pub const HEADER_VERSION: u16 = 1;

/// What validators vote on, by its hash.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Header {
    /// Format version; [`HEADER_VERSION`].
    pub version: u16,
    /// The chain.
    pub genesis_id: GenesisId,
    /// Position in the chain, from 1.
    pub height: Height,
    /// Round in which the block was first proposed; a re-proposal keeps it.
    pub round: Round,
    /// Proposer's time; above the parent's.
    pub time_ms: UnixMillis,
    /// Block before; all zero at height 1.
    pub parent: BlockId,
    /// Who proposed it first.
    pub proposer: Address,
    /// Merkle root over the full hashes of the transactions.
    pub body_root: BodyRoot,
    /// Length of the encoded body in bytes.
    pub body_length: u32,
    /// Hash of the commit certificate for the block before; of "none" at height 1.
    pub last_commit: CertificateHash,
    /// State after the block before (height 1: after genesis).
    pub state_root: StateRoot,
    /// Receipts of the block before (height 1: of no receipts).
    pub receipts_root: ReceiptsRoot,
    /// Price per gas that is burnt in this block.
    pub base_fee: Price,
    /// Validators that sign this height.
    pub validators_hash: ValidatorsHash,
    /// Validators that sign the next height.
    pub next_validators_hash: ValidatorsHash,
}

impl Header {
    /// The block id.
    #[must_use]
    pub fn id(&self) -> BlockId {
        BlockId::of(&[&codec::encode(self)])
    }
}
