//! The state trie over the column of its pages: changes in, root out, and what a write-back must write.
//!
//! The flat state is the truth; everything here can be computed again from it.

use crate::column::Column;
use crate::error::StorageError;
use crate::record::{MARK_KEY, Mark};
use crate::store::{Batch, Store};
use std::sync::Arc;
use tacit_state::WriteSet;
use tacit_state::trie::{Flush, Node, PageId, PageStore, TERMINATOR, Trie, TrieError, key_path, value_hash};
use tacit_types::{Height, StateRoot};

/// Reads pages from the database.
struct PageColumn(Arc<Store>);

impl PageStore for PageColumn {
    fn load(&self, id: &PageId) -> Result<Option<Vec<u8>>, TrieError> {
        let page = self.0.get(Column::TriePages, &id.encode()).map_err(|error| TrieError::Store(error.to_string()))?;
        Ok(page.map(|bytes| bytes.to_vec()))
    }
}

/// The trie in memory, with its pages in the database.
pub(crate) struct StateTrie {
    trie: Trie,
    threads: usize,
}

/// A root of nothing.
pub(crate) const EMPTY_ROOT: StateRoot = StateRoot(TERMINATOR);

impl StateTrie {
    /// Opens the trie whose pages stand at `root`.
    pub(crate) fn open(store: &Arc<Store>, root: StateRoot, threads: usize) -> Result<Self, StorageError> {
        let trie = Trie::open(Arc::new(PageColumn(Arc::clone(store))), root.0).map_err(fault)?;
        Ok(Self { trie, threads })
    }

    /// The root now.
    pub(crate) fn root(&self) -> StateRoot {
        StateRoot(self.trie.root())
    }

    /// Applies the new values of a block; gives the root after it.
    pub(crate) fn apply(&mut self, changes: &WriteSet) -> Result<StateRoot, StorageError> {
        let leaves = changes.0.iter().map(|change| (key_path(&change.key), change.new.as_deref().map(value_hash)));
        self.update(leaves.collect())
    }

    /// Sets or removes leaves; gives the root after it.
    pub(crate) fn update(&mut self, leaves: Vec<(Node, Option<Node>)>) -> Result<StateRoot, StorageError> {
        self.trie.update(leaves, self.threads).map(StateRoot).map_err(fault)
    }

    /// The encoded proof that `key` has its value, or none, under the present root.
    pub(crate) fn prove(&self, key: &[u8]) -> Result<Vec<u8>, StorageError> {
        Ok(self.trie.prove(&key_path(key)).map_err(fault)?.encode())
    }

    /// Bytes that wait to be written back.
    pub(crate) fn dirty_bytes(&self) -> usize {
        self.trie.dirty_size().1
    }

    /// Everything that waits to be written back; it counts as written from now on.
    pub(crate) fn take_dirty(&mut self) -> Result<Flush, StorageError> {
        self.trie.take_dirty().map_err(fault)
    }

    /// Drops clean pages until about `bytes` are left in memory. Only when everything that was taken is written.
    pub(crate) fn evict(&mut self, bytes: usize) {
        let stats = self.trie.stats();
        if stats.memory_bytes > bytes {
            let pages = (stats.loaded as u128).saturating_mul(bytes as u128) / (stats.memory_bytes as u128);
            self.trie.evict(usize::try_from(pages).unwrap_or(usize::MAX));
        }
    }
}

/// Puts pages and the mark that belongs to them into `batch`.
pub(crate) fn put_flush(batch: &mut Batch<'_>, flush: &Flush, height: Height) -> Result<(), StorageError> {
    put_pages(batch, flush)?;
    batch.put_value(Column::Meta, MARK_KEY, &Mark { height, root: StateRoot(flush.root) })
}

/// Puts pages into `batch`. Without the mark they mean nothing yet.
pub(crate) fn put_pages(batch: &mut Batch<'_>, flush: &Flush) -> Result<(), StorageError> {
    for (id, bytes) in &flush.puts {
        batch.put(Column::TriePages, &id.encode(), bytes)?;
    }
    let removed: Vec<Vec<u8>> = flush.removals.iter().map(PageId::encode).collect();
    batch.put_all(Column::TriePages, removed.iter().map(|id| (id.as_slice(), None)))
}

fn fault(error: TrieError) -> StorageError {
    match error {
        TrieError::MissingPage(id) | TrieError::PageMismatch(id) | TrieError::MalformedPage { id, .. } => {
            StorageError::damaged(Column::TriePages, &id.encode(), error)
        }
        TrieError::Store(reason) => StorageError::Io(reason),
        other => StorageError::Io(other.to_string()),
    }
}
