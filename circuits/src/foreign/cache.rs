//! Prepared keys kept at hand, so that verification need not prepare them each time.
//!
//! A verdict never depends on what is in here: a key is found by the hash of the very bytes it was made from, and made
//! again where it is absent. Time does depend on it, therefore fees must not.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{ForeignKey, KEY_BYTES_MAX, PreparedForeignKey, key_hash};
use crate::error::ForeignKeyError;

/// A bounded store of prepared keys for use from several threads; the one not used for longest makes room.
#[derive(Debug)]
pub struct ForeignKeys {
    capacity: usize,
    store: Mutex<Store>,
}

#[derive(Debug, Default)]
struct Store {
    /// By hash: when it was used last, and the key.
    keys: BTreeMap<[u8; 32], (u64, Arc<PreparedForeignKey>)>,
    /// Number of uses so far.
    uses: u64,
}

impl ForeignKeys {
    /// Keys kept unless said otherwise: at most 18 MiB.
    pub const CAPACITY: usize = 256;

    /// An empty store for that many keys; for none it prepares every key anew.
    pub fn new(capacity: usize) -> Self {
        Self { capacity, store: Mutex::new(Store::default()) }
    }

    /// The key of these bytes, prepared: from the store, or checked and prepared now.
    ///
    /// # Errors
    /// As [`ForeignKey::decode`]; refused bytes are not remembered.
    pub fn get(&self, bytes: &[u8]) -> Result<Arc<PreparedForeignKey>, ForeignKeyError> {
        if bytes.len() > KEY_BYTES_MAX {
            return Err(ForeignKeyError::Length { found: bytes.len() });
        }
        match self.find(&key_hash(bytes)) {
            Some(key) => Ok(key),
            None => Ok(self.insert(&ForeignKey::decode(bytes)?)),
        }
    }

    /// The key with this hash, if it is at hand.
    pub fn find(&self, hash: &[u8; 32]) -> Option<Arc<PreparedForeignKey>> {
        self.store().touch(hash)
    }

    /// Prepares a key and keeps it.
    pub fn insert(&self, key: &ForeignKey) -> Arc<PreparedForeignKey> {
        // Not under the lock: should two threads prepare the same key, both make the same.
        let prepared = Arc::new(key.prepare());
        self.store().insert(self.capacity, &prepared);
        prepared
    }

    /// Number of keys at hand.
    pub fn len(&self) -> usize {
        self.store().keys.len()
    }

    /// Whether no key is at hand.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        // Nothing is left half done when a thread stops with the lock in hand.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for ForeignKeys {
    fn default() -> Self {
        Self::new(Self::CAPACITY)
    }
}

impl Store {
    fn touch(&mut self, hash: &[u8; 32]) -> Option<Arc<PreparedForeignKey>> {
        self.uses = self.uses.saturating_add(1);
        let (used, key) = self.keys.get_mut(hash)?;
        *used = self.uses;
        Some(Arc::clone(key))
    }

    fn insert(&mut self, capacity: usize, key: &Arc<PreparedForeignKey>) {
        if capacity == 0 {
            return;
        }
        if !self.keys.contains_key(&key.hash()) && self.keys.len() >= capacity {
            let oldest = self.keys.iter().min_by_key(|(_, (used, _))| *used).map(|(hash, _)| *hash);
            oldest.and_then(|hash| self.keys.remove(&hash));
        }
        self.uses = self.uses.saturating_add(1);
        self.keys.insert(key.hash(), (self.uses, Arc::clone(key)));
    }
}
