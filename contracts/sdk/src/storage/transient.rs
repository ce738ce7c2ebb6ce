//! Values that last until the transaction ends.

use super::{Place, decode, key, read, remove, write};
use crate::Wire;
use crate::layout::{self, Layout};
use core::marker::PhantomData;

/// One value that lasts until the transaction ends.
///
/// ```no_run
/// # use tacit_sdk::prelude::*;
/// const PAID: Transient<Amount> = Transient::new(0);
/// PAID.set(&env::value());
/// ```
pub struct Transient<T> {
    prefix: u8,
    value: PhantomData<T>,
}

impl<T: Wire> Transient<T> {
    /// What lies there.
    #[doc(hidden)]
    pub const LAYOUT: Layout = layout::of(&[b"Transient", &T::LAYOUT]);

    /// The value at a prefix. Use [`crate::storage!`], which keeps prefixes apart. An encoding written by hand is always
    /// empty or never, because the host takes an empty value for none.
    #[must_use]
    pub const fn new(prefix: u8) -> Self {
        Self { prefix, value: PhantomData }
    }

    /// The value, if it was set in this transaction.
    #[must_use]
    pub fn get(&self) -> Option<T> {
        get(&[self.prefix])
    }

    /// Sets the value.
    pub fn set(&self, value: &T) {
        set(&[self.prefix], value);
    }

    /// Removes the value.
    pub fn remove(&self) {
        remove(Place::Transient, &[self.prefix]);
    }
}

/// What lies under a key. What has no bytes lies there as `true`, because the host takes an empty value for none.
fn get<T: Wire>(key: &[u8]) -> Option<T> {
    if const { T::MAX == 0 } {
        return read(Place::Transient, key).filter(|there: &bool| *there).map(|_| decode(&[]));
    }
    read(Place::Transient, key)
}

/// Puts a value under a key; see [`get`].
fn set<T: Wire>(key: &[u8], value: &T) {
    if const { T::MAX == 0 } { write(Place::Transient, key, &true) } else { write(Place::Transient, key, value) }
}

/// Values by key that last until the transaction ends.
///
/// ```no_run
/// # use tacit_sdk::prelude::*;
/// const VOTED: TransientMap<Address, ()> = TransientMap::new(0);
/// VOTED.set(&env::caller(), &());
/// assert_eq!(VOTED.get(&env::caller()), Some(()));
/// ```
pub struct TransientMap<K, V> {
    prefix: u8,
    types: PhantomData<(K, V)>,
}

impl<K: Wire, V: Wire> TransientMap<K, V> {
    /// What lies there.
    #[doc(hidden)]
    pub const LAYOUT: Layout = layout::of(&[b"TransientMap", &K::LAYOUT, &V::LAYOUT]);

    /// The map at a prefix, as [`Transient::new`].
    #[must_use]
    pub const fn new(prefix: u8) -> Self {
        Self { prefix, types: PhantomData }
    }

    /// The value under a key, if it was set in this transaction.
    #[must_use]
    pub fn get(&self, at: &K) -> Option<V> {
        get(key(self.prefix, at).as_slice())
    }

    /// Sets the value under a key.
    pub fn set(&self, at: &K, value: &V) {
        set(key(self.prefix, at).as_slice(), value);
    }

    /// Removes the value under a key.
    pub fn remove(&self, at: &K) {
        remove(Place::Transient, key(self.prefix, at).as_slice());
    }
}
