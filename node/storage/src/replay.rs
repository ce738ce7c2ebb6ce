//! `tacit db check --replay`: every block is executed again from genesis, and every root compared.
//!
//! The replay builds a second database in a scratch folder through the very commit path of the node, so state of any
//! size fits and each header's roots are compared by the commit itself.

use crate::check::{CheckReport, Progress};
use crate::commit::{CommitBatch, GenesisBatch};
use crate::database::Database;
use crate::error::StorageError;
use crate::options::Options;
use crate::record::Tip;
use std::path::Path;
use tacit_state::{StateRead, WriteSet};
use tacit_types::shielded::CompactBlock;
use tacit_types::{Block, Height, Receipt};

/// What executing a block gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executed {
    /// What it changed in the state.
    pub write_set: WriteSet,
    /// What became of its transactions.
    pub receipts: Vec<Receipt>,
    /// The block as wallets scan it; none when it has no notes.
    pub compact_block: Option<CompactBlock>,
}

impl Database {
    /// Executes every block again on top of `genesis` and compares each root with the stored one. Uses the folder
    /// `scratch`, which must not exist and is removed afterwards.
    ///
    /// `execute` gets a block and the state before it; its error is a finding, and ends the replay.
    ///
    /// # Errors
    /// Failures of the disk or of `scratch`; what differs is in the report.
    pub fn check_replay(
        &self,
        scratch: &Path,
        genesis: WriteSet,
        mut execute: impl FnMut(&Block, &dyn StateRead) -> Result<Executed, String>,
        mut progress: impl FnMut(Progress),
    ) -> Result<CheckReport, StorageError> {
        let tip = self.tip()?;
        let mut report = CheckReport::new(Some(tip));
        let database = self.open_scratch(scratch)?;
        let mut replayed = self.replay_genesis(&database, genesis);
        for height in (1..=tip.height.0).map(Height) {
            if replayed.is_err() {
                break;
            }
            replayed = self.replay_block(&database, height, &mut execute);
            report.blocks += 1;
            progress(Progress { stage: "replay", done: height.0, total: tip.height.0 });
        }
        if let Err(Mismatch { height, problem }) = replayed {
            report.find(Some(height), problem);
        }
        drop(database);
        std::fs::remove_dir_all(scratch)
            .map_err(|error| StorageError::Io(format!("removing {}: {error}", scratch.display())))?;
        Ok(report)
    }

    fn open_scratch(&self, scratch: &Path) -> Result<Self, StorageError> {
        if scratch.exists() {
            let reason = "the folder for the replay exists already: remove it, or name another".into();
            return Err(StorageError::Open { path: scratch.to_owned(), reason });
        }
        let options = Options { sync: false, archive: false, genesis_id: None, create: true, ..self.inner.options };
        Self::open(scratch, options)
    }

    fn replay_genesis(&self, scratch: &Self, write_set: WriteSet) -> Result<(), Mismatch> {
        let at = |error: StorageError| Mismatch { height: Height::ZERO, problem: error.to_string() };
        let stored = crate::recovery::height_record(self.store(), Height::ZERO).map_err(at)?.tip;
        let genesis = self.genesis().map_err(at)?.ok_or(at(StorageError::NoGenesis))?;
        let batch = GenesisBatch { id: genesis.id, bytes: genesis.bytes, time_ms: stored.time_ms, write_set };
        compare(&scratch.init_genesis(batch).map_err(at)?, &stored)
    }

    fn replay_block(
        &self,
        scratch: &Self,
        height: Height,
        execute: &mut impl FnMut(&Block, &dyn StateRead) -> Result<Executed, String>,
    ) -> Result<(), Mismatch> {
        let at = |error: StorageError| Mismatch { height, problem: error.to_string() };
        let record = crate::recovery::height_record(self.store(), height).map_err(at)?;
        let missing = || Mismatch { height, problem: "the block is missing".into() };
        let stored = self.stored_block(height).map_err(at)?.ok_or_else(missing)?;
        let block = stored.decode().map_err(at)?;
        let state = scratch.snapshot().map_err(at)?;
        let Executed { write_set, receipts, compact_block } = execute(&block, &state)
            .map_err(|reason| Mismatch { height, problem: format!("the block does not execute: {reason}") })?;
        if compact_block != self.compact_block(height).map_err(at)? {
            let problem = "executing again gives another compact block than the stored one".into();
            return Err(Mismatch { height, problem });
        }
        let batch = CommitBatch {
            header: block.header,
            block_bytes: stored.bytes,
            certificate: stored.certificate,
            write_set,
            receipts,
            compact_block,
        };
        compare(&scratch.commit(batch).map_err(at)?, &record.tip)
    }
}

struct Mismatch {
    height: Height,
    problem: String,
}

fn compare(replayed: &Tip, stored: &Tip) -> Result<(), Mismatch> {
    let problem = if replayed.state_root != stored.state_root {
        format!("executing again gives the state root {}, stored is {}", replayed.state_root, stored.state_root)
    } else if replayed.receipts_root != stored.receipts_root {
        format!(
            "executing again gives the receipts root {}, stored is {}",
            replayed.receipts_root, stored.receipts_root
        )
    } else if replayed != stored {
        format!("executing again ends at {replayed:?}, stored is {stored:?}")
    } else {
        return Ok(());
    };
    Err(Mismatch { height: stored.height, problem })
}
