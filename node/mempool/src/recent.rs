//! The hashes of transactions that were included not long ago, so that they are neither fetched nor admitted again.

use std::collections::{HashSet, VecDeque};
use tacit_types::FullHash;

/// A bounded set that forgets the oldest first.
#[derive(Debug)]
pub(crate) struct RecentSet {
    capacity: usize,
    members: HashSet<FullHash>,
    order: VecDeque<FullHash>,
}

impl RecentSet {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { capacity, members: HashSet::new(), order: VecDeque::new() }
    }

    pub(crate) fn insert(&mut self, hash: FullHash) {
        if !self.members.insert(hash) {
            return;
        }
        self.order.push_back(hash);
        if self.order.len() > self.capacity
            && let Some(oldest) = self.order.pop_front()
        {
            self.members.remove(&oldest);
        }
    }

    pub(crate) fn contains(&self, hash: &FullHash) -> bool {
        self.members.contains(hash)
    }
}
