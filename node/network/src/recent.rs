//! A bounded set of hashes that forgets: by age, and the oldest first when it is full.
//!
//! Pure: the caller passes the time.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};
use tacit_types::FullHash;

/// Hashes seen not long ago.
#[derive(Debug)]
pub(crate) struct RecentSet {
    capacity: usize,
    age: Duration,
    seen_at: HashMap<FullHash, Instant>,
    order: VecDeque<(FullHash, Instant)>,
}

impl RecentSet {
    /// At most `capacity` hashes, each for `age`.
    pub(crate) fn new(capacity: usize, age: Duration) -> Self {
        Self { capacity, age, seen_at: HashMap::new(), order: VecDeque::new() }
    }

    /// Remembers `hash`; one that is remembered already keeps its age.
    pub(crate) fn insert(&mut self, hash: FullHash, now: Instant) {
        self.forget_old(now);
        if self.seen_at.contains_key(&hash) {
            return;
        }
        if self.order.len() >= self.capacity {
            self.forget_oldest();
        }
        self.seen_at.insert(hash, now);
        self.order.push_back((hash, now));
    }

    /// Is `hash` remembered?
    pub(crate) fn contains(&self, hash: &FullHash, now: Instant) -> bool {
        self.seen_at.get(hash).is_some_and(|at| now.saturating_duration_since(*at) < self.age)
    }

    fn forget_old(&mut self, now: Instant) {
        while self.order.front().is_some_and(|(_, at)| now.saturating_duration_since(*at) >= self.age) {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((hash, _)) = self.order.pop_front() {
            self.seen_at.remove(&hash);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(n: u32) -> FullHash {
        FullHash::of(&[&n.to_le_bytes()])
    }

    #[test]
    fn hashes_are_forgotten_by_age_and_by_number() {
        let now = Instant::now();
        let mut set = RecentSet::new(3, Duration::from_secs(10));
        (0..5).for_each(|n| set.insert(hash(n), now));
        assert!(!set.contains(&hash(1), now));
        assert!(set.contains(&hash(2), now) && set.contains(&hash(4), now));
        assert_eq!((set.order.len(), set.seen_at.len()), (3, 3));
        let later = now + Duration::from_secs(10);
        assert!(!set.contains(&hash(4), later));
        set.insert(hash(9), later);
        assert_eq!((set.order.len(), set.seen_at.len()), (1, 1));
    }
}
