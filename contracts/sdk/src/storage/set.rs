//! A stored set.

use super::{Entries, OrderedKey, OrderedMap, StartOf};
use crate::layout::{self, Layout};

/// A stored set, whose members can be listed in order.
///
/// ```no_run
/// # use tacit_sdk::prelude::*;
/// const OWNERS: Set<Address> = Set::new(0);
/// assert!(OWNERS.insert(&env::caller()));
/// assert!(!OWNERS.insert(&env::caller()));
/// ```
pub struct Set<K>(OrderedMap<K, ()>);

impl<K: OrderedKey> Set<K> {
    /// What lies there.
    #[doc(hidden)]
    pub const LAYOUT: Layout = layout::of(&[b"Set", &K::LAYOUT]);

    /// The set at a prefix. Use [`crate::storage!`], which keeps prefixes apart.
    #[must_use]
    pub const fn new(prefix: u8) -> Self {
        Self(OrderedMap::new(prefix))
    }

    /// Whether it is a member.
    #[must_use]
    pub fn contains(&self, member: &K) -> bool {
        self.0.has(member)
    }

    /// Adds a member; false if it was one.
    pub fn insert(&self, member: &K) -> bool {
        let is_new = !self.contains(member);
        if is_new {
            self.0.set(member, &());
        }
        is_new
    }

    /// Removes a member; false if it was none.
    pub fn remove(&self, member: &K) -> bool {
        let was = self.contains(member);
        if was {
            self.0.remove(member);
        }
        was
    }

    /// The smallest member above another, or the smallest of all.
    #[must_use]
    pub fn next_after(&self, member: Option<&K>) -> Option<K> {
        member.map_or_else(|| self.0.iter(), |member| self.0.after(member)).next().map(|(member, ())| member)
    }

    /// The members in order.
    pub fn iter(&self) -> impl Iterator<Item = K> {
        self.0.iter().map(|(member, ())| member)
    }

    /// The members that begin with `start`, in order.
    pub fn within<S: StartOf<K>>(&self, start: &S) -> impl Iterator<Item = K> {
        let entries: Entries<K, ()> = self.0.within(start);
        entries.map(|(member, ())| member)
    }
}
