//! One stored value.

use super::{Place, has, read, remove, write};
use crate::Wire;
use crate::layout::{self, Layout};
use core::marker::PhantomData;

/// One stored value.
///
/// ```no_run
/// # use tacit_sdk::prelude::*;
/// const COUNT: Item<u64> = Item::new(0);
/// COUNT.set(&(COUNT.get_or_default() + 1));
/// ```
pub struct Item<T> {
    prefix: u8,
    value: PhantomData<T>,
}

impl<T: Wire> Item<T> {
    /// What lies there.
    #[doc(hidden)]
    pub const LAYOUT: Layout = layout::of(&[b"Item", &T::LAYOUT]);

    /// The item at a prefix. Use [`crate::storage!`], which keeps prefixes apart.
    #[must_use]
    pub const fn new(prefix: u8) -> Self {
        Self { prefix, value: PhantomData }
    }

    /// The value, if it was set.
    #[must_use]
    pub fn get(&self) -> Option<T> {
        read(Place::Lasting, &[self.prefix])
    }

    /// Whether it was set.
    #[must_use]
    pub fn exists(&self) -> bool {
        has(&[self.prefix])
    }

    /// Sets the value.
    pub fn set(&self, value: &T) {
        write(Place::Lasting, &[self.prefix], value);
    }

    /// Removes the value.
    pub fn remove(&self) {
        remove(Place::Lasting, &[self.prefix]);
    }
}

impl<T: Wire + Default> Item<T> {
    /// The value, or the type's default if it was not set.
    #[must_use]
    pub fn get_or_default(&self) -> T {
        self.get().unwrap_or_default()
    }
}
