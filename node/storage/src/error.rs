//! Everything that can go wrong between the node and its disk.
//!
//! Three kinds, told apart by [`StorageError::is_caller`]: the caller offered a block that does not follow (a bug in the
//! node), the disk holds what it must not hold (halt and keep the evidence), the disk refused to work (halt, free it,
//! start again). No case is a verdict on a peer.

use crate::column::Column;
use std::path::PathBuf;
use tacit_types::{BlockId, GenesisId, Height, Round, StateRoot};

/// Why the database refused or failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// Another process has the database open.
    #[error(
        "the database {path} is in use by another process ({reason}): stop that node, or give this one its own --home"
    )]
    Locked {
        /// Where.
        path: PathBuf,
        /// What the operating system said.
        reason: String,
    },
    /// The files could not be opened.
    #[error(
        "the database {path} cannot be opened: {reason}. Nothing was changed; keep a copy of the folder, then restore a \
             snapshot or let an empty node sync again"
    )]
    Open {
        /// Where.
        path: PathBuf,
        /// What was wrong.
        reason: String,
    },
    /// The data are in a format this program does not know.
    #[error(
        "the database {path} has format version {found}, this program knows {known}: use the version of tacit that wrote it \
             ({writer}), or move the folder away and let an empty node sync"
    )]
    FormatVersion {
        /// Where.
        path: PathBuf,
        /// Version in the database.
        found: u32,
        /// Version of this program.
        known: u32,
        /// Version of the program that last wrote the format.
        writer: String,
    },
    /// The database has a column that this program does not know.
    #[error("the database {path} has the unknown column `{column}`: it was written by a newer tacit; use that one")]
    UnknownColumn {
        /// Where.
        path: PathBuf,
        /// Its name.
        column: String,
    },
    /// The folder holds data, but no format record.
    #[error(
        "{path} holds a database without a format record: it is damaged or not tacit's; `--home` must name the folder of a node"
    )]
    NoFormat {
        /// Where.
        path: PathBuf,
    },
    /// The database belongs to another chain.
    #[error(
        "the database belongs to the chain {stored}, the genesis file says {given}: use the matching genesis, or another --home"
    )]
    WrongGenesis {
        /// In the database.
        stored: GenesisId,
        /// In the genesis that was given.
        given: GenesisId,
    },
    /// Genesis was never written.
    #[error("the database has no genesis yet: run `tacit init`")]
    NoGenesis,
    /// Genesis was already written.
    #[error("the database already has a genesis and stands at height {tip}: use another --home for a new chain")]
    HasGenesis {
        /// Where it stands.
        tip: Height,
    },
    /// A value does not read as what was written there.
    #[error(
        "the database is damaged: column `{column}`, key {key}: {reason}. The node stops; keep the folder as evidence, and run \
             `tacit db check` to learn how much is lost"
    )]
    Damaged {
        /// Which column.
        column: Column,
        /// Key in hex, or what stands for it.
        key: String,
        /// What was wrong.
        reason: String,
    },
    /// The trie gives another root than the one that was agreed on.
    #[error(
        "the state root after height {height} is {computed}, the chain says {expected}. The node stops; keep the folder as \
             evidence, and run `tacit db check --replay` to find the first height that differs"
    )]
    Diverged {
        /// After which height.
        height: Height,
        /// What the trie gives.
        computed: StateRoot,
        /// What the stored records or the next header say.
        expected: StateRoot,
    },
    /// The trie is ahead of the chain.
    #[error(
        "the trie pages stand at height {mark}, above the tip {tip}: committed blocks were lost. The node stops; keep the folder \
             as evidence, and run `tacit db check`"
    )]
    MarkAboveTip {
        /// Height of the pages.
        mark: Height,
        /// Height of the chain.
        tip: Height,
    },
    /// A write-set that recovery needs is gone.
    #[error(
        "the write-set of height {height} is missing, though the trie pages stand at {mark} and the tip at {tip}. The node stops; \
             keep the folder as evidence, and run `tacit db check`"
    )]
    WriteSetGap {
        /// Which height.
        height: Height,
        /// Height of the pages; `None` when none were ever written.
        mark: MarkHeight,
        /// Height of the chain.
        tip: Height,
    },
    /// The block does not follow the tip.
    #[error("a block of height {given} was committed on top of {tip}; this is a bug, please report it")]
    NotNext {
        /// Height of the block.
        given: Height,
        /// Height of the chain.
        tip: Height,
    },
    /// The block names another parent.
    #[error(
        "block {height} names the parent {given}, the tip is {tip}; this is a bug or a forged certificate, keep the evidence"
    )]
    WrongParent {
        /// Height of the block.
        height: Height,
        /// Parent in its header.
        given: BlockId,
        /// Id of the tip.
        tip: BlockId,
    },
    /// Parts of one commit do not belong together.
    #[error("block {height} cannot be committed: {reason}; this is a bug, please report it")]
    Inconsistent {
        /// Height of the block.
        height: Height,
        /// Which parts.
        reason: String,
    },
    /// Too many undecided blocks of one round.
    #[error(
        "height {height}, round {round} already has {limit} undecided blocks: its proposer equivocates, the block was not stored"
    )]
    UndecidedFull {
        /// Which height.
        height: Height,
        /// Which round.
        round: Round,
        /// How many are kept.
        limit: usize,
    },
    /// RocksDB or the file system failed.
    #[error("the disk failed: {0}. The node stops; free space or repair the disk, then start it again")]
    Io(String),
    /// An earlier write failed, so nothing more is written.
    #[error("the database stopped writing after an earlier failure ({0}): restart the node")]
    Halted(String),
}

/// Height of the trie pages, for messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarkHeight(pub Option<Height>);

impl std::fmt::Display for MarkHeight {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(height) => write!(f, "{height}"),
            None => f.write_str("nothing"),
        }
    }
}

impl StorageError {
    /// Whether the caller is at fault rather than the disk: nothing was written and the database goes on.
    #[must_use]
    pub const fn is_caller(&self) -> bool {
        matches!(
            self,
            Self::NotNext { .. }
                | Self::WrongParent { .. }
                | Self::Inconsistent { .. }
                | Self::UndecidedFull { .. }
                | Self::HasGenesis { .. }
                | Self::WrongGenesis { .. }
                | Self::NoGenesis
        )
    }

    /// A damaged value.
    pub(crate) fn damaged(column: Column, key: &[u8], reason: impl std::fmt::Display) -> Self {
        Self::Damaged { column, key: hex(key), reason: reason.to_string() }
    }
}

impl From<StorageError> for tacit_state::StateFault {
    fn from(error: StorageError) -> Self {
        Self(error.to_string())
    }
}

/// Bytes as `0x` and lower-case hex, cut after 80 bytes.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::from("0x");
    for byte in bytes.iter().take(80) {
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    if bytes.len() > 80 {
        text.push_str("..");
    }
    text
}
