//! What happens between opening the files and the first block: the end of the chain is checked against itself, and the
//! blocks above the trie pages' mark are replayed into the trie.
//!
//! Every root on the way is compared with the stored one and with the next header. Nothing is repaired: whatever does
//! not fit stops the node, and says which verb helps.

use crate::column::Column;
use crate::error::{MarkHeight, StorageError};
use crate::options::Options;
use crate::record::{HeightRecord, MARK_KEY, Mark, TIP_KEY, Tip, height_key, read_height};
use crate::state_trie::{EMPTY_ROOT, StateTrie, put_flush};
use crate::store::{Durability, Store};
use std::sync::Arc;
use tacit_state::WriteSet;
use tacit_types::{Height, StateRoot};

/// The trie at the tip.
pub(crate) struct Recovered {
    /// With the blocks above the mark applied.
    pub(crate) trie: StateTrie,
    /// What the pages on disk stand at.
    pub(crate) mark: Option<Mark>,
}

/// Checks the end of the chain and brings the trie to it.
pub(crate) fn recover(store: &Arc<Store>, tip: Option<Tip>, options: &Options) -> Result<Recovered, StorageError> {
    let mark: Option<Mark> = store.read(Column::Meta, MARK_KEY)?;
    let Some(tip) = tip else {
        refuse_blocks_without_tip(store, mark)?;
        return Ok(Recovered { trie: StateTrie::open(store, EMPTY_ROOT, options.trie_threads)?, mark: None });
    };
    check_tip(store, &tip)?;
    check_mark(store, mark, &tip)?;
    let root = mark.map_or(EMPTY_ROOT, |mark| mark.root);
    let trie = StateTrie::open(store, root, options.trie_threads)?;
    replay(store, Recovered { trie, mark }, &tip, options)
}

/// The lowest write-set that a write-back at `height` leaves: the replay needs those above it, history some more.
pub(crate) fn first_write_set_kept(options: &Options, height: Height) -> Height {
    if options.archive {
        return Height::ZERO;
    }
    Height(height.next().0.saturating_sub(options.write_sets_kept))
}

/// What is stored about `height`.
pub(crate) fn height_record(store: &Store, height: Height) -> Result<HeightRecord, StorageError> {
    let key = height_key(height);
    store.read(Column::Heights, &key)?.ok_or_else(|| StorageError::damaged(Column::Heights, &key, "missing"))
}

fn refuse_blocks_without_tip(store: &Store, mark: Option<Mark>) -> Result<(), StorageError> {
    let leftover = store.last_key(Column::Heights)?.is_some() || mark.is_some();
    if leftover {
        Err(StorageError::damaged(Column::Meta, TIP_KEY, "missing, though there are blocks"))
    } else {
        Ok(())
    }
}

/// The tip, its height record, its block and its certificate are written together, so they must be there together.
pub(crate) fn check_tip(store: &Store, tip: &Tip) -> Result<(), StorageError> {
    let record = height_record(store, tip.height)?;
    let key = height_key(tip.height);
    let damaged = |column, reason: &str| Err(StorageError::damaged(column, &key, reason));
    if record.tip != *tip {
        return damaged(Column::Heights, "differs from the tip");
    }
    if store.last_key(Column::Heights)?.and_then(|key| read_height(&key)) != Some(tip.height) {
        return Err(StorageError::damaged(Column::Meta, TIP_KEY, "below the highest block: it was rolled back"));
    }
    if tip.height == Height::ZERO {
        return Ok(());
    }
    match &record.header {
        Some(header) if header.id() == tip.block_id => {}
        _ => return damaged(Column::Heights, "its header does not have the block's id"),
    }
    if record.certificate.is_none() {
        return damaged(Column::Heights, "the certificate is missing");
    }
    if store.get(Column::Blocks, &key)?.is_none() {
        return damaged(Column::Blocks, "missing");
    }
    Ok(())
}

pub(crate) fn check_mark(store: &Store, mark: Option<Mark>, tip: &Tip) -> Result<(), StorageError> {
    let Some(mark) = mark else { return Ok(()) };
    if mark.height > tip.height {
        return Err(StorageError::MarkAboveTip { mark: mark.height, tip: tip.height });
    }
    let expected = height_record(store, mark.height)?.tip.state_root;
    expect_root(mark.height, mark.root, expected)
}

fn replay(
    store: &Arc<Store>,
    mut recovered: Recovered,
    tip: &Tip,
    options: &Options,
) -> Result<Recovered, StorageError> {
    let first = recovered.mark.map_or(Height::ZERO, |mark| mark.height.next());
    if first <= tip.height {
        tracing::info!(from = first.0, to = tip.height.0, "replaying write-sets into the state trie");
    }
    let mark = recovered.mark;
    for height in (first.0..=tip.height.0).map(Height) {
        let changes = write_set(store, height, mark, tip)?;
        let computed = recovered.trie.apply(&changes)?;
        check_root(store, height, computed, tip)?;
        if recovered.trie.dirty_bytes() >= options.flush_bytes() {
            recovered.mark = Some(write_pages(store, &mut recovered.trie, height)?);
            recovered.trie.evict(options.trie_cache_bytes);
        }
    }
    Ok(recovered)
}

/// The write-set of a height above the mark.
pub(crate) fn write_set(
    store: &Store,
    height: Height,
    mark: Option<Mark>,
    tip: &Tip,
) -> Result<WriteSet, StorageError> {
    let mark = MarkHeight(mark.map(|mark| mark.height));
    store.read(Column::WriteSets, &height_key(height))?.ok_or(StorageError::WriteSetGap {
        height,
        mark,
        tip: tip.height,
    })
}

/// Compares a root with what is stored for its height, and with the header of the next block.
pub(crate) fn check_root(store: &Store, height: Height, computed: StateRoot, tip: &Tip) -> Result<(), StorageError> {
    expect_root(height, computed, height_record(store, height)?.tip.state_root)?;
    if height == tip.height {
        return Ok(());
    }
    let next = height_record(store, height.next())?;
    match next.header {
        Some(header) => expect_root(height, computed, header.state_root),
        None => Err(StorageError::damaged(Column::Heights, &height_key(height.next()), "the header is missing")),
    }
}

pub(crate) fn expect_root(height: Height, computed: StateRoot, expected: StateRoot) -> Result<(), StorageError> {
    if computed == expected { Ok(()) } else { Err(StorageError::Diverged { height, computed, expected }) }
}

/// Writes all dirty pages and the mark at once, in this thread.
pub(crate) fn write_pages(store: &Store, trie: &mut StateTrie, height: Height) -> Result<Mark, StorageError> {
    let flush = trie.take_dirty()?;
    let mut batch = store.batch();
    put_flush(&mut batch, &flush, height)?;
    batch.write(Durability::Logged)?;
    Ok(Mark { height, root: StateRoot(flush.root) })
}
