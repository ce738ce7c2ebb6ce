//! The columns (RocksDB column families) and how each one is tuned.
//!
//! `docs/spec/storage.md` has keys and values of each. A column is never renamed; a new one raises the format version.

use crate::options::Options;
use rocksdb::{BlockBasedIndexType, BlockBasedOptions, Cache, DBCompressionType};
use std::fmt;

macro_rules! columns {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// A column of the database.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Column {
            $($(#[$doc])* $name,)*
        }

        impl Column {
            /// All columns.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name on disk.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

columns! {
    /// Format, genesis, tip, mark of the trie pages.
    Meta = "meta",
    /// Whole blocks by height.
    Blocks = "blocks",
    /// Header, roots and certificate by height.
    Heights = "heights",
    /// Height by block id.
    BlockIds = "block_ids",
    /// Height and index by transaction id.
    TxIndex = "tx_index",
    /// Receipts by height, in chunks.
    Receipts = "receipts",
    /// Number of events per chunk of receipts by height, for heights that have events.
    Events = "events",
    /// What wallets scan, by height, for heights with notes.
    CompactBlocks = "compact_blocks",
    /// Validator sets by hash.
    Validators = "validators",
    /// The flat state: the truth.
    State = "state",
    /// Pages of the state trie, derived from the flat state.
    TriePages = "trie_pages",
    /// What each block changed in the state, with old and new values.
    WriteSets = "write_sets",
    /// Proposed blocks that are not decided.
    Undecided = "undecided",
    /// Evidence of misbehaviour.
    Evidence = "evidence",
    /// The mempool between a clean stop and the next start.
    Pool = "pool",
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Values at least this long leave the sorted files of a column with large values, so that compaction never moves them.
const BLOB_BYTES_MIN: u64 = 4 * 1024;

impl Column {
    /// Whether the column holds large values: whole blocks and the like.
    const fn has_large_values(self) -> bool {
        matches!(self, Self::Blocks | Self::Undecided | Self::WriteSets | Self::Pool | Self::Evidence)
    }

    /// Whether single random keys are asked for that often do not exist.
    const fn has_point_lookups(self) -> bool {
        matches!(self, Self::State | Self::TriePages | Self::TxIndex | Self::BlockIds)
    }

    /// RocksDB's options for the column; `cache` is shared by all of them.
    pub(crate) fn options(self, options: &Options, cache: &Cache) -> rocksdb::Options {
        let mut table = BlockBasedOptions::default();
        table.set_block_cache(cache);
        table.set_cache_index_and_filter_blocks(true);
        table.set_cache_index_and_filter_blocks_with_high_priority(true);
        table.set_pin_l0_filter_and_index_blocks_in_cache(true);
        // Indexes and filters in pieces: whole ones grow with the file, and then push each other out of the cache.
        table.set_index_type(BlockBasedIndexType::TwoLevelIndexSearch);
        table.set_partition_filters(true);
        table.set_metadata_block_size(4 * 1024);
        table.set_pin_top_level_index_and_filter(true);
        table.set_format_version(5);
        table.set_block_size(if self.has_point_lookups() { 4 * 1024 } else { 16 * 1024 });
        if self.has_point_lookups() {
            table.set_bloom_filter(10.0, false);
        }
        let mut column = rocksdb::Options::default();
        column.set_block_based_table_factory(&table);
        column.set_compression_type(DBCompressionType::Lz4);
        column.set_write_buffer_size(options.column_write_buffer_bytes());
        column.set_max_write_buffer_number(3);
        column.set_level_compaction_dynamic_level_bytes(true);
        if self.has_point_lookups() {
            column.set_memtable_whole_key_filtering(true);
            column.set_memtable_prefix_bloom_ratio(0.02);
        }
        if self.has_large_values() {
            column.set_enable_blob_files(true);
            column.set_min_blob_size(BLOB_BYTES_MIN);
            column.set_blob_file_size(64 * 1024 * 1024);
            column.set_blob_compression_type(DBCompressionType::Lz4);
            column.set_enable_blob_gc(true);
            column.set_blob_gc_age_cutoff(0.5);
        }
        column
    }
}
