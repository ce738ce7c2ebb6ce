//! The thin layer over RocksDB: opening with all columns, reading one value, walking a column, writing one batch.
//!
//! It turns every failure into a [`StorageError`] that names the column and key, and knows nothing about blocks. After a
//! failed write it refuses every further one: what is on disk then is for the next start to find out.

use crate::column::Column;
use crate::error::StorageError;
use crate::options::Options;
use crate::stretches::Stretches;
use borsh::{BorshDeserialize, BorshSerialize};
use rocksdb::statistics::{StatsLevel, Ticker};
use rocksdb::{
    Cache, ColumnFamily, ColumnFamilyDescriptor, DB, DBPinnableSlice, DBRawIterator, DBRecoveryMode, ErrorKind,
    LruCacheOptions, ReadOptions, WriteBatch, WriteOptions,
};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tacit_types::codec;

/// RocksDB's own column, which every database has and Tacit leaves empty.
const UNUSED_COLUMN: &str = "default";

/// An open database without any meaning.
pub(crate) struct Store {
    db: DB,
    /// Kept because RocksDB's statistics hang on it.
    options: rocksdb::Options,
    path: PathBuf,
    sync: bool,
    halted: OnceLock<String>,
    /// Of the column [`Column::State`].
    stretches: Stretches,
}

/// Whether a write must be on the platter before it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// The log is synced before the call returns.
    Synced,
    /// The log is written; a crash of the process loses nothing, a power failure may.
    Logged,
}

impl Store {
    /// Opens or creates the database at `path`.
    pub(crate) fn open(path: &Path, options: &Options) -> Result<Self, StorageError> {
        refuse_unknown_columns(path)?;
        let database = database_options(options);
        let cache = block_cache(options.block_cache_bytes);
        let columns = Column::ALL
            .iter()
            .map(|column| ColumnFamilyDescriptor::new(column.name(), column.options(options, &cache)));
        let db = DB::open_cf_descriptors(&database, path, columns).map_err(|error| open_error(path, &error))?;
        Ok(Self {
            db,
            options: database,
            path: path.to_owned(),
            sync: options.sync,
            halted: OnceLock::new(),
            stretches: Stretches::default(),
        })
    }

    /// Where the database lies.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// RocksDB itself, for checkpoints and statistics.
    pub(crate) const fn raw(&self) -> &DB {
        &self.db
    }

    /// The handle of `column`.
    pub(crate) fn handle(&self, column: Column) -> Result<&ColumnFamily, StorageError> {
        self.db.cf_handle(column.name()).ok_or_else(|| StorageError::Io(format!("column `{column}` is not open")))
    }

    /// The value under `key`, without copying it out of RocksDB's memory.
    pub(crate) fn get(&self, column: Column, key: &[u8]) -> Result<Option<DBPinnableSlice<'_>>, StorageError> {
        self.db.get_pinned_cf(self.handle(column)?, key).map_err(|error| read_error(column, key, &error))
    }

    /// The value under `key`, decoded.
    pub(crate) fn read<T>(&self, column: Column, key: &[u8]) -> Result<Option<T>, StorageError>
    where
        T: BorshDeserialize + BorshSerialize,
    {
        self.get(column, key)?.map(|bytes| decode(column, key, &bytes)).transpose()
    }

    /// Walks `column` upwards from `from` to before `to` (`None`: to the end), until `visit` says stop.
    pub(crate) fn walk(
        &self,
        column: Column,
        from: &[u8],
        to: Option<Vec<u8>>,
        mut visit: impl FnMut(&[u8], &[u8]) -> Result<Walk, StorageError>,
    ) -> Result<(), StorageError> {
        let mut cursor = self.cursor(column, to)?;
        cursor.seek(from);
        while let Some((key, value)) = cursor.item() {
            if visit(key, value)? == Walk::Stop {
                return Ok(());
            }
            cursor.next();
        }
        cursor.status().map_err(|error| read_error(column, from, &error))
    }

    /// What is known of stretches of the state without keys.
    pub(crate) const fn stretches(&self) -> &Stretches {
        &self.stretches
    }

    /// A cursor over `column` that ends before `to` (`None`: at the end).
    pub(crate) fn cursor(&self, column: Column, to: Option<Vec<u8>>) -> Result<DBRawIterator<'_>, StorageError> {
        let mut options = ReadOptions::default();
        if let Some(to) = to {
            options.set_iterate_upper_bound(to);
        }
        Ok(self.db.raw_iterator_cf_opt(self.handle(column)?, options))
    }

    /// The last key of `column` below `to`, or the last of all.
    pub(crate) fn last_key(&self, column: Column) -> Result<Option<Vec<u8>>, StorageError> {
        let mut cursor = self.db.raw_iterator_cf(self.handle(column)?);
        cursor.seek_to_last();
        let key = cursor.key().map(<[u8]>::to_vec);
        cursor.status().map_err(|error| read_error(column, b"", &error))?;
        Ok(key)
    }

    /// An empty batch.
    pub(crate) fn batch(&self) -> Batch<'_> {
        Batch { store: self, inner: WriteBatch::default() }
    }

    /// How often RocksDB has synced its log since the database was opened.
    pub(crate) fn synced_writes(&self) -> u64 {
        self.options.get_ticker_count(Ticker::WalFileSynced)
    }

    /// Refuses every write from now on.
    pub(crate) fn halt(&self, reason: &str) {
        // Only the first reason counts.
        let _ = self.halted.set(reason.to_owned());
    }

    /// Fails when an earlier write failed.
    pub(crate) fn check_running(&self) -> Result<(), StorageError> {
        self.halted.get().map_or(Ok(()), |reason| Err(StorageError::Halted(reason.clone())))
    }

    fn write(&self, batch: WriteBatch, durability: Durability) -> Result<(), StorageError> {
        self.check_running()?;
        let mut options = WriteOptions::default();
        options.set_sync(self.sync && durability == Durability::Synced);
        self.db.write_opt(batch, &options).map_err(|error| {
            self.halt(error.as_ref());
            StorageError::Io(error.into_string())
        })
    }
}

/// Whether a walk goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Walk {
    /// To the next entry.
    On,
    /// No further.
    Stop,
}

/// Writes that happen all or not at all.
pub(crate) struct Batch<'a> {
    store: &'a Store,
    inner: WriteBatch,
}

impl Batch<'_> {
    /// Writes `value` under `key`.
    pub(crate) fn put(&mut self, column: Column, key: &[u8], value: &[u8]) -> Result<(), StorageError> {
        self.inner.put_cf(self.store.handle(column)?, key, value);
        Ok(())
    }

    /// Encodes and writes `value` under `key`.
    pub(crate) fn put_value<T: BorshSerialize>(
        &mut self,
        column: Column,
        key: &[u8],
        value: &T,
    ) -> Result<(), StorageError> {
        self.put(column, key, &codec::encode(value))
    }

    /// Writes or, with `None`, removes many values of one column.
    pub(crate) fn put_all<'v>(
        &mut self,
        column: Column,
        entries: impl Iterator<Item = (&'v [u8], Option<&'v [u8]>)>,
    ) -> Result<(), StorageError> {
        let handle = self.store.handle(column)?;
        for (key, value) in entries {
            match value {
                Some(value) => self.inner.put_cf(handle, key, value),
                None => self.inner.delete_cf(handle, key),
            }
        }
        Ok(())
    }

    /// Removes every key from `from` to before `to`.
    pub(crate) fn delete_range(&mut self, column: Column, from: &[u8], to: &[u8]) -> Result<(), StorageError> {
        self.inner.delete_range_cf(self.store.handle(column)?, from, to);
        Ok(())
    }

    /// Writes everything at once.
    pub(crate) fn write(self, durability: Durability) -> Result<(), StorageError> {
        self.store.write(self.inner, durability)
    }
}

/// Decodes a value of `column`; whatever does not decode was not written by this code.
pub(crate) fn decode<T>(column: Column, key: &[u8], bytes: &[u8]) -> Result<T, StorageError>
where
    T: BorshDeserialize + BorshSerialize,
{
    codec::decode_exact("stored value", bytes, usize::MAX).map_err(|error| StorageError::damaged(column, key, error))
}

/// A cache in few parts: RocksDB's own choice makes them so small that one large block does not fit.
fn block_cache(bytes: usize) -> Cache {
    let mut cache = LruCacheOptions::default();
    cache.set_capacity(bytes);
    cache.set_num_shard_bits(2);
    Cache::new_lru_cache_opts(&cache)
}

fn database_options(options: &Options) -> rocksdb::Options {
    let mut database = rocksdb::Options::default();
    database.create_if_missing(options.create);
    // RocksDB makes the columns of a new database one by one, so a crash while it does must not be the end of it.
    database.create_missing_column_families(true);
    database.set_paranoid_checks(true);
    // A record that was cut off at the end of the log was never acknowledged; anything else wrong in it is damage.
    database.set_wal_recovery_mode(DBRecoveryMode::TolerateCorruptedTailRecords);
    database.set_track_and_verify_wals_in_manifest(true);
    database.set_db_write_buffer_size(options.write_buffer_bytes);
    database.set_max_total_wal_size(options.wal_bytes_max);
    database.set_max_open_files(options.open_files_max);
    database.set_max_background_jobs(options.background_jobs);
    database.set_bytes_per_sync(1024 * 1024);
    database.set_keep_log_file_num(4);
    database.set_max_log_file_size(4 * 1024 * 1024);
    database.set_stats_dump_period_sec(0);
    database.enable_statistics();
    database.set_statistics_level(StatsLevel::ExceptHistogramOrTimers);
    database
}

/// What [`peek`] found.
pub(crate) struct Peeked {
    /// The columns that the database has.
    pub(crate) columns: Vec<String>,
    /// The value.
    pub(crate) value: Vec<u8>,
}

/// Reads one value of a database that may lack columns, and changes nothing. `None` when the database, the column or the
/// value is not there.
pub(crate) fn peek(path: &Path, column: Column, key: &[u8]) -> Result<Option<Peeked>, StorageError> {
    refuse_unknown_columns(path)?;
    let columns = columns_on_disk(path)?;
    if !columns.iter().any(|name| name == column.name()) {
        return Ok(None);
    }
    let failed = |error: rocksdb::Error| open_error(path, &error);
    let mut options = rocksdb::Options::default();
    // As in the real opening: without it RocksDB wants to forget the logs that the manifest tracks, for which a reader has
    // no place, and after a crash it follows a null pointer instead.
    options.set_track_and_verify_wals_in_manifest(true);
    let db = DB::open_cf_for_read_only(&options, path, &columns, false).map_err(failed)?;
    let Some(handle) = db.cf_handle(column.name()) else { return Ok(None) };
    let value = db.get_cf(handle, key).map_err(|error| read_error(column, key, &error))?;
    Ok(value.map(|value| Peeked { columns, value }))
}

fn columns_on_disk(path: &Path) -> Result<Vec<String>, StorageError> {
    if !path.join("CURRENT").exists() {
        return Ok(Vec::new());
    }
    DB::list_cf(&rocksdb::Options::default(), path).map_err(|error| open_error(path, &error))
}

fn refuse_unknown_columns(path: &Path) -> Result<(), StorageError> {
    let found = columns_on_disk(path)?;
    let known = |name: &str| name == UNUSED_COLUMN || Column::ALL.iter().any(|column| column.name() == name);
    match found.into_iter().find(|name| !known(name)) {
        Some(column) => Err(StorageError::UnknownColumn { path: path.to_owned(), column }),
        None => Ok(()),
    }
}

fn open_error(path: &Path, error: &rocksdb::Error) -> StorageError {
    let (path, reason) = (path.to_owned(), error.to_string());
    if error.kind() == ErrorKind::IOError && reason.contains("LOCK") {
        StorageError::Locked { path, reason }
    } else {
        StorageError::Open { path, reason }
    }
}

pub(crate) fn read_error(column: Column, key: &[u8], error: &rocksdb::Error) -> StorageError {
    match error.kind() {
        ErrorKind::Corruption | ErrorKind::NotSupported => StorageError::damaged(column, key, error),
        _ => StorageError::Io(format!("reading column `{column}`: {error}")),
    }
}
