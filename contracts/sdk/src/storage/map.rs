//! Stored values by key.

use super::{Place, has, key, read, remove, write};
use crate::Wire;
use crate::layout::{self, Layout};
use core::marker::PhantomData;

/// Stored values by key. Cannot be listed; [`crate::OrderedMap`] can.
///
/// ```no_run
/// # use tacit_sdk::prelude::*;
/// const BALANCES: Map<Address, Amount> = Map::new(0);
/// let me = env::caller();
/// BALANCES.set(&me, &(BALANCES.get_or_default(&me) + Amount(1)));
/// ```
pub struct Map<K, V> {
    prefix: u8,
    types: PhantomData<(K, V)>,
}

impl<K: Wire, V: Wire> Map<K, V> {
    /// What lies there.
    #[doc(hidden)]
    pub const LAYOUT: Layout = layout::of(&[b"Map", &K::LAYOUT, &V::LAYOUT]);

    /// The map at a prefix. Use [`crate::storage!`], which keeps prefixes apart.
    #[must_use]
    pub const fn new(prefix: u8) -> Self {
        Self { prefix, types: PhantomData }
    }

    /// The value under a key, if it was set.
    #[must_use]
    pub fn get(&self, at: &K) -> Option<V> {
        read(Place::Lasting, key(self.prefix, at).as_slice())
    }

    /// Whether there is a value under a key.
    #[must_use]
    pub fn has(&self, at: &K) -> bool {
        has(key(self.prefix, at).as_slice())
    }

    /// Sets the value under a key.
    pub fn set(&self, at: &K, value: &V) {
        write(Place::Lasting, key(self.prefix, at).as_slice(), value);
    }

    /// Removes the value under a key.
    pub fn remove(&self, at: &K) {
        remove(Place::Lasting, key(self.prefix, at).as_slice());
    }

    /// Removes the value under a key and returns it.
    pub fn take(&self, at: &K) -> Option<V> {
        let key = key(self.prefix, at);
        let value = read(Place::Lasting, key.as_slice())?;
        remove(Place::Lasting, key.as_slice());
        Some(value)
    }
}

impl<K: Wire, V: Wire + Default> Map<K, V> {
    /// The value under a key, or the type's default if it was not set.
    #[must_use]
    pub fn get_or_default(&self, at: &K) -> V {
        self.get(at).unwrap_or_default()
    }
}

impl<K: Wire, V: Wire + Default + PartialEq> Map<K, V> {
    /// Sets the value under a key, or removes it if it is the type's default: what is nothing takes no room.
    pub fn put(&self, at: &K, value: &V) {
        if *value == V::default() {
            self.remove(at);
        } else {
            self.set(at, value);
        }
    }
}
