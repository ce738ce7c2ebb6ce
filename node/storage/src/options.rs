//! What a person may choose about the database: memory, history, and when trie pages are written back.

use tacit_types::GenesisId;

/// How the database is opened.
///
/// Every number is a bound, not a target: an idle devnet node uses a fraction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Memory for blocks of sorted files, with their indexes and filters, in bytes.
    pub block_cache_bytes: usize,
    /// Memory for writes that are in the log but not yet in sorted files, all columns together, in bytes.
    pub write_buffer_bytes: usize,
    /// Size of the write-ahead log at which the oldest data in it are moved to sorted files, in bytes.
    pub wal_bytes_max: u64,
    /// Files kept open.
    pub open_files_max: i32,
    /// Threads that RocksDB uses behind the scenes.
    pub background_jobs: i32,
    /// Bytes of trie pages in memory, dirty ones included; clean ones are dropped above it.
    pub trie_cache_bytes: usize,
    /// Bytes of dirty trie pages at which commit waits for the running write-back.
    pub dirty_bytes_max: usize,
    /// Threads that compute the state root; the result does not depend on it.
    pub trie_threads: usize,
    /// Trie pages are written back at least every so many blocks, so that opening replays no more.
    pub flush_blocks: u64,
    /// Write-sets kept below the pages' height, for rollback and proofs of recent roots. [`Options::archive`] keeps all.
    pub write_sets_kept: u64,
    /// Keep every write-set.
    pub archive: bool,
    /// The chain the caller expects; another one is refused. `None` takes whatever is there.
    pub genesis_id: Option<GenesisId>,
    /// Create the folder when there is none.
    pub create: bool,
    /// Sync the write-ahead log at each commit. Off only for data that can be thrown away, such as a replay.
    pub sync: bool,
}

const MIB: usize = 1024 * 1024;

impl Default for Options {
    fn default() -> Self {
        Self {
            block_cache_bytes: 32 * MIB,
            write_buffer_bytes: 32 * MIB,
            wal_bytes_max: 128 * 1024 * 1024,
            open_files_max: 256,
            background_jobs: 2,
            trie_cache_bytes: 256 * MIB,
            dirty_bytes_max: 192 * MIB,
            trie_threads: 2,
            flush_blocks: 256,
            write_sets_kept: 256,
            archive: false,
            genesis_id: None,
            create: true,
            sync: true,
        }
    }
}

impl Options {
    /// Dirty bytes at which a write-back starts behind the scenes: half of what makes commit wait.
    pub(crate) const fn flush_bytes(&self) -> usize {
        self.dirty_bytes_max / 2
    }

    /// Most memory one column's writes take before they go to a sorted file, in bytes.
    pub(crate) const fn column_write_buffer_bytes(&self) -> usize {
        self.write_buffer_bytes / 2
    }
}
