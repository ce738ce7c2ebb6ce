//! Where compact blocks come from: a node, or in tests a chain in memory. A source is asked for ranges of heights that
//! every wallet asks for, and never for anything that tells which notes are one's own.
//!
//! What it answers is checked for shape and order by [`crate::shielded::sync`], and in the end against the note tree's root.

mod rpc;

pub use rpc::RpcSource;

use crate::error::WalletError;
use tacit_circuits::FieldBytes;
use tacit_types::GenesisId;
use tacit_types::shielded::CompactBlock;

/// Where a chain and its note tree stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tip {
    /// The chain.
    pub genesis_id: GenesisId,
    /// Latest height.
    pub height: u64,
    /// Root of the note tree after it.
    pub root: FieldBytes,
    /// Notes in the tree.
    pub notes: u64,
}

/// Compact blocks of neighbouring heights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The blocks that have notes, ascending.
    pub blocks: Vec<CompactBlock>,
    /// The first height that the page does not cover; `None` when it reaches the tip.
    pub next: Option<u64>,
}

/// A chain that can be scanned.
pub trait BlockSource: Sync {
    /// Where it stands.
    ///
    /// # Errors
    /// [`WalletError::Client`].
    fn tip(&self) -> Result<Tip, WalletError>;

    /// Compact blocks from height `from` on, at most `limit` of them; `memos` asks for memos and outgoing ciphertexts.
    ///
    /// # Errors
    /// [`WalletError::Client`].
    fn blocks(&self, from: u64, limit: u32, memos: bool) -> Result<Page, WalletError>;

    /// Roots of all complete subtrees of 2^16 leaves, from index `start` on.
    ///
    /// # Errors
    /// [`WalletError::Client`].
    fn subtree_roots(&self, start: u32) -> Result<Vec<FieldBytes>, WalletError>;
}
