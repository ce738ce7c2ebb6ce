//! [`Snapshot`]: the state after one block, readable for as long as somebody holds it, while later blocks commit.
//!
//! The flat state on disk is always that of the tip. A view of an older height reads it too, and where a later block
//! changed a key, the old value stands in that block's write-set. So every view links to the write-set that came after
//! it, and a reader looks there after it has read. The link is set before the write-set reaches the disk: a reader that
//! found a new value on disk finds the link as well. Making a snapshot costs one reference count; holding one
//! costs the write-sets that came since.

use crate::column::Column;
use crate::error::StorageError;
use crate::record::{Tip, after_prefix};
use crate::store::Store;
use crate::stretches::StateWalk;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use tacit_state::{StateFault, StateRead, WriteSet};

/// The state after one block, and the way to the one after it.
pub(crate) struct View {
    /// Which block.
    pub(crate) tip: Tip,
    next: OnceLock<Link>,
}

/// From a view to the next.
struct Link {
    changes: Arc<WriteSet>,
    view: Arc<View>,
}

impl View {
    /// The newest view.
    pub(crate) fn new(tip: Tip) -> Arc<Self> {
        Arc::new(Self { tip, next: OnceLock::new() })
    }

    /// Makes the view after this one, which `changes` lead to. Must be called before they are written, and only once.
    pub(crate) fn advance(&self, tip: Tip, changes: Arc<WriteSet>) -> Result<Arc<Self>, StorageError> {
        let view = Self::new(tip);
        self.next.set(Link { changes, view: Arc::clone(&view) }).map_err(|_| StorageError::Inconsistent {
            height: tip.height,
            reason: "two blocks follow the same tip".into(),
        })?;
        Ok(view)
    }
}

impl Drop for View {
    /// Takes a long chain of views apart one by one: each dropping the next would use a stack frame per block.
    fn drop(&mut self) {
        let mut next = self.next.take();
        while let Some(mut view) = next.and_then(|link| Arc::into_inner(link.view)) {
            next = view.next.take();
        }
    }
}

/// A key and its value.
pub type Entry = (Vec<u8>, Vec<u8>);

/// Values by key.
type Entries = BTreeMap<Vec<u8>, Vec<u8>>;

/// The state after one block. Cheap to make and to clone; valid for as long as it is held.
#[derive(Clone)]
pub struct Snapshot {
    store: Arc<Store>,
    view: Arc<View>,
}

impl Snapshot {
    pub(crate) const fn new(store: Arc<Store>, view: Arc<View>) -> Self {
        Self { store, view }
    }

    /// Which block this is the state after.
    #[must_use]
    pub fn tip(&self) -> Tip {
        self.view.tip
    }

    /// The value under `key`.
    ///
    /// # Errors
    /// [`StorageError::Damaged`], [`StorageError::Io`].
    pub fn value(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        self.look(key, <[u8]>::to_vec)
    }

    /// The length in bytes of the value under `key`; the value stays in the database's memory.
    ///
    /// # Errors
    /// [`StorageError::Damaged`], [`StorageError::Io`].
    pub fn length(&self, key: &[u8]) -> Result<Option<usize>, StorageError> {
        self.look(key, <[u8]>::len)
    }

    /// Looks at the value under `key` where it lies.
    fn look<T>(&self, key: &[u8], look: impl FnOnce(&[u8]) -> T) -> Result<Option<T>, StorageError> {
        let now = self.store.get(Column::State, key)?;
        // Only after reading: a block may have been written meanwhile, and its link was set before.
        let value = match self.changed_since(key) {
            Some(old) => old,
            None => now.as_deref(),
        };
        Ok(value.map(look))
    }

    /// Up to `limit` entries under `prefix` at or after `start`, in ascending key order.
    ///
    /// # Errors
    /// [`StorageError::Damaged`], [`StorageError::Io`].
    pub fn entries(&self, prefix: &[u8], start: &[u8], limit: usize) -> Result<Vec<Entry>, StorageError> {
        let from = start.max(prefix);
        let mut wanted = limit;
        loop {
            let (mut entries, complete) = self.read_range(prefix, from, wanted)?;
            let last_read = entries.last_key_value().map(|(key, _)| key.clone());
            self.take_back(prefix, from, &mut entries);
            if !complete && let Some(last_read) = last_read {
                // What lies behind the last entry that was read is unknown, so it must not be told.
                entries.retain(|key, _| *key <= last_read);
            }
            if complete || entries.len() >= limit {
                return Ok(entries.into_iter().take(limit).collect());
            }
            wanted = wanted.saturating_mul(2).saturating_add(1);
        }
    }

    /// The value of `key` in this view, if a later block changed it; the oldest such block tells.
    fn changed_since(&self, key: &[u8]) -> Option<Option<&[u8]>> {
        let mut view = &self.view;
        while let Some(link) = view.next.get() {
            let changes = &link.changes.0;
            if let Ok(index) = changes.binary_search_by(|change| change.key.as_slice().cmp(key)) {
                return changes.get(index).map(|change| change.old.as_deref());
            }
            view = &link.view;
        }
        None
    }

    /// Up to `limit` entries as they are on disk, and whether those are all.
    fn read_range(&self, prefix: &[u8], from: &[u8], limit: usize) -> Result<(Entries, bool), StorageError> {
        let mut entries = BTreeMap::new();
        let mut walk = StateWalk::new(&self.store, from, after_prefix(prefix));
        while entries.len() < limit {
            let Some((key, value)) = walk.next()? else { return Ok((entries, true)) };
            entries.insert(key, value);
        }
        Ok((entries, false))
    }

    /// Undoes in `entries` what blocks after this view changed.
    fn take_back(&self, prefix: &[u8], from: &[u8], entries: &mut Entries) {
        let mut undo: BTreeMap<&[u8], Option<&[u8]>> = BTreeMap::new();
        let mut view = &self.view;
        while let Some(link) = view.next.get() {
            let changes = &link.changes.0;
            let first = changes.partition_point(|change| change.key.as_slice() < from);
            let below = changes.iter().skip(first).take_while(|change| change.key.starts_with(prefix));
            // The oldest change tells the value in this view.
            below.for_each(|change| {
                undo.entry(&change.key).or_insert(change.old.as_deref());
            });
            view = &link.view;
        }
        for (key, old) in undo {
            match old {
                Some(value) => entries.insert(key.to_vec(), value.to_vec()),
                None => entries.remove(key),
            };
        }
    }
}

impl StateRead for Snapshot {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StateFault> {
        Ok(self.value(key)?)
    }

    fn length(&self, key: &[u8]) -> Result<Option<usize>, StateFault> {
        Ok(Self::length(self, key)?)
    }

    fn scan(&self, prefix: &[u8], start: &[u8], limit: usize) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StateFault> {
        Ok(self.entries(prefix, start, limit)?)
    }
}
