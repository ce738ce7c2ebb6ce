//! A stored queue.

use super::{Place, key, read, remove, write};
use crate::layout::{self, Layout};
use crate::{ContractError, SdkError, Wire};
use core::marker::PhantomData;

/// Stored values, first in, first out.
///
/// ```no_run
/// # use tacit_sdk::prelude::*;
/// const WAITING: Queue<Address> = Queue::new(0);
/// WAITING.push_back(&env::caller());
/// assert_eq!(WAITING.pop_front(), Some(env::caller()));
/// ```
pub struct Queue<T> {
    prefix: u8,
    value: PhantomData<T>,
}

impl<T: Wire> Queue<T> {
    /// What lies there.
    #[doc(hidden)]
    pub const LAYOUT: Layout = layout::of(&[b"Queue", &T::LAYOUT]);

    /// The queue at a prefix. Use [`crate::storage!`], which keeps prefixes apart.
    #[must_use]
    pub const fn new(prefix: u8) -> Self {
        Self { prefix, value: PhantomData }
    }

    /// How many values wait.
    #[must_use]
    pub fn len(&self) -> u64 {
        let (first, end) = self.ends();
        end.saturating_sub(first)
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value at a place, the longest waiting at 0.
    #[must_use]
    pub fn get(&self, index: u64) -> Option<T> {
        let (first, end) = self.ends();
        let at = first.checked_add(index).filter(|at| *at < end)?;
        Some(self.at(at))
    }

    /// The value that waits the longest.
    #[must_use]
    pub fn front(&self) -> Option<T> {
        self.get(0)
    }

    /// Changes the value at a place; false if there is none.
    pub fn set(&self, index: u64, value: &T) -> bool {
        let (first, end) = self.ends();
        let Some(at) = first.checked_add(index).filter(|at| *at < end) else { return false };
        write(Place::Lasting, key(self.prefix, &at).as_slice(), value);
        true
    }

    /// Adds a value at the end. Its place never comes again: 2^64 values are more than any chain will see.
    pub fn push_back(&self, value: &T) {
        let (first, end) = self.ends();
        write(Place::Lasting, key(self.prefix, &end).as_slice(), value);
        self.set_ends(first, end.saturating_add(1));
    }

    /// Takes the value that waits the longest.
    pub fn pop_front(&self) -> Option<T> {
        let (first, end) = self.ends();
        if first >= end {
            return None;
        }
        let value = self.at(first);
        remove(Place::Lasting, key(self.prefix, &first).as_slice());
        self.set_ends(first.saturating_add(1), end);
        Some(value)
    }

    fn at(&self, at: u64) -> T {
        match read(Place::Lasting, key(self.prefix, &at).as_slice()) {
            Some(value) => value,
            None => SdkError::CorruptStorage.end(),
        }
    }

    /// The place of the first value, and the place after the last.
    fn ends(&self) -> (u64, u64) {
        let ends = read(Place::Lasting, &[self.prefix]).unwrap_or_default();
        let (first, end) = ends;
        if first > end {
            SdkError::CorruptStorage.end();
        }
        ends
    }

    fn set_ends(&self, first: u64, end: u64) {
        write(Place::Lasting, &[self.prefix], &(first, end));
    }
}
