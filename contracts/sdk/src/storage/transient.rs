//! Values that last until the transaction ends.

use super::{Place, key, read, remove, write};
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

    /// The value at a prefix. Use [`crate::storage!`], which keeps prefixes apart. The encoding must not be empty,
    /// because the host takes an empty value for none.
    #[must_use]
    pub const fn new(prefix: u8) -> Self {
        Self { prefix, value: PhantomData }
    }

    /// The value, if it was set in this transaction.
    #[must_use]
    pub fn get(&self) -> Option<T> {
        read(Place::Transient, &[self.prefix])
    }

    /// Sets the value.
    pub fn set(&self, value: &T) {
        write(Place::Transient, &[self.prefix], value);
    }

    /// Removes the value.
    pub fn remove(&self) {
        remove(Place::Transient, &[self.prefix]);
    }
}

/// Values by key that last until the transaction ends.
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
        read(Place::Transient, key(self.prefix, at).as_slice())
    }

    /// Sets the value under a key.
    pub fn set(&self, at: &K, value: &V) {
        write(Place::Transient, key(self.prefix, at).as_slice(), value);
    }

    /// Removes the value under a key.
    pub fn remove(&self, at: &K) {
        remove(Place::Transient, key(self.prefix, at).as_slice());
    }
}
