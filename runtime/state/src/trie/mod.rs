//! The state trie: one binary Merkle trie over all state keys, whose root stands in every header.
//!
//! In come batches of (key path, value hash or nothing) and out comes a root that depends on the set of leaves alone;
//! for any key there is a proof of its value or of its absence. Pages are read lazily through [`PageStore`] and handed
//! back by [`Trie::take_dirty`]; this module itself reads and writes nothing, and knows no clock and no chance.
//! The format is written down in `docs/spec/state-trie.md`.
//!
//! * [`Trie`] - the pages in memory, updates, proofs, write-back
//! * [`verify_state_proof`] - what a light client needs
//! * [`root_from_sorted`] - the same root without pages, to check them

mod batch;
mod bucket;
mod error;
mod hash;
mod history;
mod journal;
mod page;
mod page_bytes;
mod page_id;
mod plan;
mod proof;
mod rebuild;
mod root_page;
mod shard;
mod store;
#[cfg(test)]
mod tests;
mod update;

pub use error::TrieError;
pub use hash::{KEY_PATH_CONTEXT, KeyPath, Node, TERMINATOR, VALUE_CONTEXT, ValueHash, key_path, value_hash};
pub use page::BUCKET_LEAVES;
pub use page_bytes::PAGE_BYTES_MAX;
pub use page_id::{PAGE_BITS, PAGE_ID_BYTES_MAX, PAGE_LEVELS, PageId};
pub use proof::{PROOF_BYTES_MAX, Proof, Terminal, verify, verify_state_proof};
pub use rebuild::root_from_sorted;
pub use store::{Flush, MemoryPageStore, PageStore};
pub use update::{PageStats, Trie};
