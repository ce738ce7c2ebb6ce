//! What is kept beside the chain: evidence, the mempool over a restart, proofs of the tip, statistics and checkpoints.

use crate::column::Column;
use crate::database::Database;
use crate::error::StorageError;
use crate::format::read_format;
use crate::record::{Format, Mark, Tip, evidence_key, height_key, pool_key, read_height};
use crate::store::{Durability, Walk};
use rocksdb::checkpoint::Checkpoint;
use std::path::Path;
use tacit_types::{Height, StateRoot};

/// Longest piece of evidence in bytes.
pub const EVIDENCE_BYTES_MAX: usize = 64 * 1024;

/// The value of a key, or its absence, with the proof of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateProof {
    /// The block after which the key has this value.
    pub height: Height,
    /// The root it is proven under. It stands in the header of `height` + 1, so that header is what a client needs.
    pub root: StateRoot,
    /// The value; `None` when the key has none.
    pub value: Option<Vec<u8>>,
    /// The proof, in the encoding of `docs/spec/state.md`.
    pub proof: Vec<u8>,
}

/// What `tacit db stats` shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    /// Format of the data, and how they came to it.
    pub format: Format,
    /// End of the chain; `None` before genesis.
    pub tip: Option<Tip>,
    /// What the trie pages on disk stand at.
    pub mark: Option<Mark>,
    /// The lowest write-set kept.
    pub first_write_set: Option<Height>,
    /// Sizes per column.
    pub columns: Vec<ColumnStats>,
    /// Log syncs since the database was opened.
    pub synced_writes: u64,
}

/// How much a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnStats {
    /// Which column.
    pub column: Column,
    /// Entries, as RocksDB estimates them.
    pub entries: u64,
    /// Bytes in files, large values included.
    pub disk_bytes: u64,
    /// Bytes that are in the log and in memory only.
    pub memory_bytes: u64,
}

impl Database {
    /// Proves the value of `key`, or its absence, after the tip. Waits for a commit in progress.
    ///
    /// # Errors
    /// [`StorageError::NoGenesis`], [`StorageError::Damaged`], [`StorageError::Io`].
    pub fn prove(&self, key: &[u8]) -> Result<StateProof, StorageError> {
        // While the writer is held the tip, the flat values and the trie stand at the same height.
        let writer = self.writer();
        self.store().check_running()?;
        let snapshot = self.snapshot()?;
        let Tip { height, state_root: root, .. } = snapshot.tip();
        Ok(StateProof { height, root, value: snapshot.value(key)?, proof: writer.trie.prove(key)? })
    }

    /// Stores evidence of misbehaviour at `height`, synced. The same bytes are kept once.
    ///
    /// # Errors
    /// [`StorageError::Inconsistent`] above [`EVIDENCE_BYTES_MAX`], [`StorageError::Io`], [`StorageError::Halted`].
    pub fn store_evidence(&self, height: Height, bytes: &[u8]) -> Result<(), StorageError> {
        if bytes.len() > EVIDENCE_BYTES_MAX {
            let reason = format!("evidence of {} bytes, the limit is {EVIDENCE_BYTES_MAX}", bytes.len());
            return Err(StorageError::Inconsistent { height, reason });
        }
        let mut batch = self.store().batch();
        batch.put(Column::Evidence, &evidence_key(height, bytes), bytes)?;
        batch.write(Durability::Synced)
    }

    /// Up to `limit` pieces of evidence from height `from` on.
    ///
    /// # Errors
    /// [`StorageError::Damaged`], [`StorageError::Io`].
    pub fn evidence(&self, from: Height, limit: usize) -> Result<Vec<(Height, Vec<u8>)>, StorageError> {
        let mut found = Vec::new();
        self.store().walk(Column::Evidence, &height_key(from), None, |key, bytes| {
            if found.len() >= limit {
                return Ok(Walk::Stop);
            }
            let height = read_height(key)
                .filter(|height| evidence_key(*height, bytes) == key)
                .ok_or_else(|| StorageError::damaged(Column::Evidence, key, "the evidence does not match its key"))?;
            found.push((height, bytes.to_vec()));
            Ok(Walk::On)
        })?;
        Ok(found)
    }

    /// Keeps the transactions of the mempool, encoded, over a restart; replaces what was kept before.
    ///
    /// # Errors
    /// [`StorageError::Io`], [`StorageError::Halted`].
    pub fn save_pool<T: AsRef<[u8]>>(&self, txs: impl IntoIterator<Item = T>) -> Result<(), StorageError> {
        let mut batch = self.store().batch();
        batch.delete_range(Column::Pool, &pool_key(0), &pool_key(u32::MAX))?;
        for (index, tx) in (0..u32::MAX).zip(txs) {
            batch.put(Column::Pool, &pool_key(index), tx.as_ref())?;
        }
        batch.write(Durability::Synced)
    }

    /// Gives back what [`Database::save_pool`] kept, in the same order, at most `bytes_max` bytes of it, and forgets it.
    ///
    /// # Errors
    /// [`StorageError::Damaged`], [`StorageError::Io`], [`StorageError::Halted`].
    pub fn take_pool(&self, bytes_max: usize) -> Result<Vec<Vec<u8>>, StorageError> {
        let mut txs = Vec::new();
        let mut left = bytes_max;
        self.store().walk(Column::Pool, b"", None, |_, tx| {
            let Some(rest) = left.checked_sub(tx.len()) else { return Ok(Walk::Stop) };
            left = rest;
            txs.push(tx.to_vec());
            Ok(Walk::On)
        })?;
        self.save_pool(std::iter::empty::<Vec<u8>>())?;
        Ok(txs)
    }

    /// Sizes, heights and format.
    ///
    /// # Errors
    /// [`StorageError::Damaged`], [`StorageError::Io`].
    pub fn stats(&self) -> Result<Stats, StorageError> {
        let mut first_write_set = None;
        self.store().walk(Column::WriteSets, b"", None, |key, _| {
            first_write_set = read_height(key);
            Ok(Walk::Stop)
        })?;
        Ok(Stats {
            format: read_format(self.store())?,
            tip: self.tip().ok(),
            mark: self.writer().write_back.mark(),
            first_write_set,
            columns: Column::ALL.iter().map(|column| self.column_stats(*column)).collect::<Result<_, _>>()?,
            synced_writes: self.synced_writes(),
        })
    }

    /// Copies the database as it is now into the new folder `path`, which must not exist. Files that never change again
    /// are linked, not copied, when both lie on one disk.
    ///
    /// # Errors
    /// [`StorageError::Io`].
    pub fn checkpoint(&self, path: &Path) -> Result<(), StorageError> {
        let io = |error: rocksdb::Error| StorageError::Io(format!("checkpoint {}: {error}", path.display()));
        Checkpoint::new(self.store().raw()).map_err(io)?.create_checkpoint(path).map_err(io)
    }

    fn column_stats(&self, column: Column) -> Result<ColumnStats, StorageError> {
        let handle = self.store().handle(column)?;
        let property = |name: &str| {
            let value = self.store().raw().property_int_value_cf(handle, name);
            value.map(Option::unwrap_or_default).map_err(|error| StorageError::Io(error.into_string()))
        };
        Ok(ColumnStats {
            column,
            entries: property("rocksdb.estimate-num-keys")?,
            disk_bytes: property("rocksdb.live-sst-files-size")?
                .saturating_add(property("rocksdb.total-blob-file-size")?),
            memory_bytes: property("rocksdb.cur-size-all-mem-tables")?,
        })
    }
}
