//! Building the trie pages again from the flat state, when they are damaged and the flat state is not.
//!
//! The flat state must give the root that was agreed on; only then are the old pages removed. A crash on the way leaves
//! no mark, and the next rebuild starts over.

use crate::check::{LEAVES_PER_BATCH, LeafHashes, Progress, expect_flat_root, flat_leaves};
use crate::column::Column;
use crate::error::StorageError;
use crate::format::{check_format, refuse_another_format};
use crate::options::Options;
use crate::record::{MARK_KEY, TIP_KEY, Tip};
use crate::recovery;
use crate::state_trie::{EMPTY_ROOT, StateTrie, put_flush, put_pages};
use crate::store::{Durability, Store};
use std::path::Path;
use std::sync::Arc;

/// Builds all trie pages of the database at `path` again. The node must be stopped.
///
/// # Errors
/// [`StorageError::Diverged`] when the flat state itself is not what was agreed on: then nothing is changed, and only a
/// snapshot or a new sync helps.
pub fn rebuild_pages(path: &Path, options: &Options, mut progress: impl FnMut(Progress)) -> Result<Tip, StorageError> {
    refuse_another_format(path)?;
    let store = Arc::new(Store::open(path, &Options { create: false, ..options.clone() })?);
    check_format(&store)?;
    let tip: Tip = store.read(Column::Meta, TIP_KEY)?.ok_or(StorageError::NoGenesis)?;
    recovery::check_tip(&store, &tip)?;
    let leaves = flat_leaves(&store, &mut progress)?;
    expect_flat_root(&leaves, &tip)?;
    remove_pages(&store)?;
    let trie = build(&store, &leaves, options, &mut progress)?;
    write_last(&store, trie, &tip)?;
    Ok(tip)
}

fn remove_pages(store: &Store) -> Result<(), StorageError> {
    let mut batch = store.batch();
    // No page id begins with a byte above 63.
    batch.delete_range(Column::TriePages, b"", &[u8::MAX])?;
    batch.put_all(Column::Meta, std::iter::once((MARK_KEY, None)))?;
    batch.write(Durability::Synced)
}

fn build(
    store: &Arc<Store>,
    leaves: &[LeafHashes],
    options: &Options,
    progress: &mut impl FnMut(Progress),
) -> Result<StateTrie, StorageError> {
    let mut trie = StateTrie::open(store, EMPTY_ROOT, options.trie_threads)?;
    let mut done = 0u64;
    for part in leaves.chunks(LEAVES_PER_BATCH) {
        trie.update(part.iter().map(|(key, value)| (*key, Some(*value))).collect())?;
        if trie.dirty_bytes() >= options.flush_bytes() {
            let mut batch = store.batch();
            put_pages(&mut batch, &trie.take_dirty()?)?;
            batch.write(Durability::Logged)?;
            trie.evict(options.trie_cache_bytes);
        }
        done = done.saturating_add(part.len() as u64);
        progress(Progress { stage: "pages", done, total: leaves.len() as u64 });
    }
    Ok(trie)
}

fn write_last(store: &Store, mut trie: StateTrie, tip: &Tip) -> Result<(), StorageError> {
    recovery::expect_root(tip.height, trie.root(), tip.state_root)?;
    let mut batch = store.batch();
    put_flush(&mut batch, &trie.take_dirty()?, tip.height)?;
    batch.write(Durability::Synced)
}
