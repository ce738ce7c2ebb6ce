//! Everything the node keeps on disk, in one RocksDB database; the only user of RocksDB.
//!
//! In come decided blocks with what their execution changed; out come blocks, receipts, events, the state at a height
//! and proofs of it. Each block is one atomic batch, synced before the call returns. The flat state is the truth; the
//! pages of the state trie are derived from it and written back later. This crate never judges a block, and never
//! guesses: when the disk holds what it must not hold, it says where and which verb helps. Keys and values are written
//! down in `docs/spec/storage.md`.

mod artifacts;
mod check;
mod column;
mod commit;
mod compact;
mod database;
mod error;
mod events;
mod extras;
pub mod fail_point;
mod format;
mod options;
mod read;
mod rebuild;
mod record;
mod recovery;
mod replay;
mod state_trie;
mod store;
mod stretches;
mod undecided;
mod view;
mod write_back;

pub use artifacts::{Artifacts, ArtifactsError};
pub use check::{CheckReport, FINDINGS_MAX, Finding, Progress};
pub use column::Column;
pub use commit::{CommitBatch, GenesisBatch};
pub use compact::CompactBlocks;
pub use database::Database;
pub use error::{MarkHeight, StorageError};
pub use events::{EventCursor, EventRecord, events_of};
pub use extras::{ColumnStats, EVIDENCE_BYTES_MAX, StateProof, Stats};
pub use options::Options;
pub use rebuild::rebuild_pages;
pub use record::{FORMAT_VERSION, Format, FormatStep, Genesis, HeightRecord, Mark, StoredBlock, Tip, TxLocation};
pub use replay::Executed;
pub use undecided::{UNDECIDED_PER_ROUND_MAX, UndecidedBlock};
pub use view::{Entry, Snapshot};
