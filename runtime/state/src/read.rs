//! Reading state, and the set of changes that a block makes to it.

use borsh::{BorshDeserialize, BorshSerialize};
use std::collections::BTreeMap;

/// The state could not be read or holds what it must never hold. Not a verdict on any transaction: whoever meets it
/// stops and says why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("state fault: {0}")]
pub struct StateFault(pub String);

/// A state at one height, read by flat key.
pub trait StateRead: Send + Sync {
    /// The value under `key`, or `None` when there is none.
    ///
    /// # Errors
    /// [`StateFault`] when the store behind it fails.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StateFault>;

    /// The length in bytes of the value under `key`, or `None` when there is none. Copies no value.
    ///
    /// # Errors
    /// [`StateFault`] when the store behind it fails.
    fn length(&self, key: &[u8]) -> Result<Option<usize>, StateFault>;

    /// Up to `limit` entries whose keys start with `prefix` and are at or after `start`, in ascending key order.
    ///
    /// # Errors
    /// [`StateFault`] when the store behind it fails.
    fn scan(&self, prefix: &[u8], start: &[u8], limit: usize) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StateFault>;
}

/// One key's change in a block.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Change {
    /// The flat key.
    pub key: Vec<u8>,
    /// Value before the block.
    pub old: Option<Vec<u8>>,
    /// Value after the block; differs from `old`.
    pub new: Option<Vec<u8>>,
}

/// All changes of a block, by ascending key, each key once, none without effect.
///
/// It holds old values too, so that it serves replay, proofs against recent roots and rollback.
#[derive(Debug, Clone, PartialEq, Eq, Default, BorshSerialize, BorshDeserialize)]
pub struct WriteSet(pub Vec<Change>);

/// A whole state in memory, for tests, genesis and simulation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MemoryState {
    entries: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl MemoryState {
    /// No entries.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Applies the new values of `changes`.
    pub fn apply(&mut self, changes: &WriteSet) {
        for change in &changes.0 {
            match &change.new {
                Some(value) => self.entries.insert(change.key.clone(), value.clone()),
                None => self.entries.remove(&change.key),
            };
        }
    }

    /// All entries by ascending key.
    pub fn iter(&self) -> impl Iterator<Item = (&Vec<u8>, &Vec<u8>)> {
        self.entries.iter()
    }
}

impl StateRead for MemoryState {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StateFault> {
        Ok(self.entries.get(key).cloned())
    }

    fn length(&self, key: &[u8]) -> Result<Option<usize>, StateFault> {
        Ok(self.entries.get(key).map(Vec::len))
    }

    fn scan(&self, prefix: &[u8], start: &[u8], limit: usize) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StateFault> {
        let from = start.max(prefix).to_vec();
        let entries = self.entries.range(from..).take_while(|(key, _)| key.starts_with(prefix)).take(limit);
        Ok(entries.map(|(key, value)| (key.clone(), value.clone())).collect())
    }
}

impl<S: StateRead + ?Sized> StateRead for &S {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StateFault> {
        (**self).get(key)
    }

    fn length(&self, key: &[u8]) -> Result<Option<usize>, StateFault> {
        (**self).length(key)
    }

    fn scan(&self, prefix: &[u8], start: &[u8], limit: usize) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StateFault> {
        (**self).scan(prefix, start, limit)
    }
}

impl<S: StateRead + ?Sized> StateRead for std::sync::Arc<S> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StateFault> {
        (**self).get(key)
    }

    fn length(&self, key: &[u8]) -> Result<Option<usize>, StateFault> {
        (**self).length(key)
    }

    fn scan(&self, prefix: &[u8], start: &[u8], limit: usize) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StateFault> {
        (**self).scan(prefix, start, limit)
    }
}
