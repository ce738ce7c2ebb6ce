//! Everything that can stop consensus, each with what to do about it.

use crate::chain::Fault;
use crate::guard::GuardError;
use tacit_types::{BlockId, Height};

/// Why consensus did not start or had to stop.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ConsensusError {
    /// The configuration contradicts itself.
    #[error("consensus configuration: {0}")]
    Config(String),
    /// The node could not do its part: disk, broken invariant.
    #[error("the chain reported a fault: {0}")]
    Chain(#[from] Fault),
    /// The record of own signatures refused or failed.
    #[error("last-signed guard: {0}")]
    Guard(#[from] GuardError),
    /// The guard has signed for a height that storage says is in the future.
    #[error(
        "this validator already signed at height {signed}, but the database ends at {tip}; blocks are missing. Restore \
         the database or sync it from peers with the validator key removed, never delete the guard file"
    )]
    BlocksMissing {
        /// Last height signed.
        signed: Height,
        /// Height of the database.
        tip: Height,
    },
    /// A block with a valid certificate breaks this node's rules.
    #[error(
        "block {block_id} at height {height} was certified by more than two thirds of the validators but is invalid \
         here: {reason}. Compare versions with the other validators; the block is kept as evidence"
    )]
    CertifiedInvalid {
        /// Height.
        height: Height,
        /// The block.
        block_id: BlockId,
        /// The broken rule.
        reason: String,
    },
    /// The validator set of a height that must be known is not, or holds an impossible key.
    #[error("validator set of height {height}: {reason}")]
    Validators {
        /// Height.
        height: Height,
        /// What is wrong.
        reason: String,
    },
    /// The engine's message cannot be expressed in the chain's types.
    #[error("the consensus engine sent {0}")]
    Engine(String),
    /// The engine could not be started.
    #[error("the consensus engine did not start: {0}")]
    Start(String),
    /// The engine stopped by itself.
    #[error("the consensus engine stopped; its log lines (target arc_malachitebft) say why. Restart the node")]
    Stopped,
    /// The engine's write-ahead log failed; it stopped so that nothing is signed twice.
    #[error(
        "the consensus engine stopped itself to stay safe: its write-ahead log could not be written or read. Check the \
         disk; if the log is damaged, one restart truncates it. Restart only after the other validators moved on"
    )]
    SafetyHalt,
    /// A background task of ours panicked.
    #[error("a consensus task panicked: {0}")]
    Panic(String),
}
