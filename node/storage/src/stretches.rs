//! Stretches of the state in which there is no key, as walks over the disk found them.
//!
//! RocksDB keeps a marker for every removed key until some later compaction, and a walk passes over them one by one. Who walks
//! pays for the keys that it finds, so passing over the same markers again and again must be impossible whatever a node's
//! compactions did: the first walk over them remembers the stretch, and all later ones jump to its end. This is a memory of what
//! the disk said. It decides no answer, is never written anywhere, and a block that sets a key in a stretch cuts the
//! stretch before anybody can look for that key.

use crate::column::Column;
use crate::error::StorageError;
use crate::store::{Store, read_error};
use rocksdb::DBRawIterator;
use rocksdb::perf::{PerfContext, PerfMetric, PerfStatsLevel, set_perf_stats};
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// So many markers in a row are worth remembering, fewer are passed over every time: about five microseconds.
const MARKERS_MIN: u64 = 32;
/// Jumping over one more stretch takes as long as passing over so many markers.
const MARKERS_PER_JUMP: u64 = 8;
/// Most stretches remembered, each two keys: 40 MiB if all keys are of the greatest length. When there are more, all are forgotten.
/// Each costs its maker at least one entry set or [`MARKERS_MIN`] removed.
const STRETCHES_MAX: usize = 1 << 16;

/// What is known of stretches without keys.
#[derive(Default)]
pub(crate) struct Stretches {
    known: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    /// How many blocks were written; a stretch found in the state of another block is not believed.
    blocks: u64,
    /// First key to the first key behind: no key on disk is at or after the one and before the other. None touch.
    ends: BTreeMap<Vec<u8>, Vec<u8>>,
}

/// The state that a walk reads, taken before it reads.
#[derive(Clone, Copy)]
pub(crate) struct Before(u64);

impl Stretches {
    /// To be taken before the disk is looked at.
    pub(crate) fn before(&self) -> Before {
        Before(self.read().blocks)
    }

    /// Where to go on from `at`, if it lies in a stretch.
    pub(crate) fn end(&self, at: &[u8]) -> Option<Vec<u8>> {
        let known = self.read();
        let (_, end) = known.ends.range::<[u8], _>((Bound::Unbounded, Bound::Included(at))).next_back()?;
        (end.as_slice() > at).then(|| end.clone())
    }

    /// Where the first stretch behind `at` begins, if one begins before `to`.
    fn start(&self, at: &[u8], to: Option<&[u8]>) -> Option<Vec<u8>> {
        let known = self.read();
        let (start, _) = known.ends.range::<[u8], _>((Bound::Excluded(at), Bound::Unbounded)).next()?;
        to.is_none_or(|to| start.as_slice() < to).then(|| start.clone())
    }

    /// Remembers that no key on disk is at or after `from` and before `to`. Nothing happens if a block was written meanwhile.
    pub(crate) fn remember(&self, before: Before, from: &[u8], to: &[u8]) {
        let mut known = self.write();
        if known.blocks != before.0 || from >= to {
            return;
        }
        if known.ends.len() >= STRETCHES_MAX {
            known.ends.clear();
        }
        let (mut from, mut to) = (from.to_vec(), to.to_vec());
        // Joined with the one that reaches to it and with those that begin in it.
        if let Some((start, end)) = known.ends.range(..from.clone()).next_back()
            && *end >= from
        {
            from = start.clone();
        }
        while let Some((start, end)) = known.ends.range(from.clone()..=to.clone()).next() {
            to = to.max(end.clone());
            let start = start.clone();
            known.ends.remove(&start);
        }
        known.ends.insert(from, to);
    }

    /// A block that sets these keys is on the disk. Must be called before anybody can look at the state after it.
    pub(crate) fn cut<'k>(&self, set: impl Iterator<Item = &'k [u8]>) {
        let mut known = self.write();
        known.blocks = known.blocks.wrapping_add(1);
        for key in set {
            let stretch = known.ends.range::<[u8], _>((Bound::Unbounded, Bound::Included(key))).next_back();
            let Some((start, end)) = stretch.filter(|(_, end)| end.as_slice() > key) else { continue };
            let (start, end) = (start.clone(), end.clone());
            known.ends.remove(&start);
            let behind = [key, &[0]].concat();
            if start.as_slice() < key {
                known.ends.insert(start, key.to_vec());
            }
            if behind < end {
                known.ends.insert(behind, end);
            }
        }
        if known.ends.len() > STRETCHES_MAX {
            known.ends.clear();
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Known> {
        // Nothing between two changes of the map can panic, so that it is whole even if the lock is poisoned.
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Known> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A walk over the state as it is on disk, upwards. Blocks may be written meanwhile; each key is then as it was at some
/// moment of the walk.
pub(crate) struct StateWalk<'s> {
    store: &'s Store,
    before: Before,
    /// Where it goes on.
    at: Vec<u8>,
    /// Where it ends.
    to: Option<Vec<u8>>,
    /// A cursor on the last key that was found, and where that cursor ends.
    cursor: Option<(DBRawIterator<'s>, Option<Vec<u8>>)>,
    counters: PerfContext,
}

impl<'s> StateWalk<'s> {
    /// From `from` to before `to` (`None`: to the end).
    pub(crate) fn new(store: &'s Store, from: &[u8], to: Option<Vec<u8>>) -> Self {
        set_perf_stats(PerfStatsLevel::EnableCount);
        let before = store.stretches().before();
        Self { store, before, at: from.to_vec(), to, cursor: None, counters: PerfContext::default() }
    }

    /// The next entry.
    pub(crate) fn next(&mut self) -> Result<Option<(Vec<u8>, Vec<u8>)>, StorageError> {
        let from = self.at.clone();
        let passed = self.passed();
        let mut jumps = 0_u64;
        let found = loop {
            if let Some(end) = self.store.stretches().end(&self.at) {
                (self.at, self.cursor) = (end, None);
                jumps = jumps.saturating_add(1);
            }
            if self.to.as_ref().is_some_and(|to| self.at >= *to) {
                break None;
            }
            let end = self.store.stretches().start(&self.at, self.to.as_deref()).or_else(|| self.to.clone());
            if let Some(entry) = self.look(end.clone())? {
                break Some(entry);
            }
            match end {
                Some(end) => (self.at, self.cursor) = (end, None),
                None => return Ok(None),
            }
        };
        // The first jump is what a stretch is for; more of them mean that stretches should be one.
        let extra = jumps.saturating_sub(1).saturating_mul(MARKERS_PER_JUMP);
        if self.passed().saturating_sub(passed).saturating_add(extra) >= MARKERS_MIN {
            let to = found.as_ref().map(|(key, _)| key.as_slice()).or(self.to.as_deref());
            to.into_iter().for_each(|to| self.store.stretches().remember(self.before, &from, to));
        }
        if let Some((key, _)) = &found {
            // The least key after another one is that key with a zero byte behind it.
            self.at = [key.as_slice(), &[0]].concat();
        }
        Ok(found)
    }

    /// The first entry on disk at or after where the walk is and before `end`.
    fn look(&mut self, end: Option<Vec<u8>>) -> Result<Option<(Vec<u8>, Vec<u8>)>, StorageError> {
        let cursor = match &mut self.cursor {
            Some((cursor, its_end)) if *its_end == end => {
                cursor.next();
                cursor
            }
            _ => {
                let cursor = self.store.cursor(Column::State, end.clone())?;
                let (cursor, _) = self.cursor.insert((cursor, end));
                cursor.seek(&self.at);
                cursor
            }
        };
        let entry = cursor.item().map(|(key, value)| (key.to_vec(), value.to_vec()));
        if entry.is_none() {
            cursor.status().map_err(|error| read_error(Column::State, &self.at, &error))?;
        }
        Ok(entry)
    }

    /// Markers passed over by this thread.
    fn passed(&self) -> u64 {
        self.counters.metric(PerfMetric::InternalDeleteSkippedCount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(stretches: &Stretches) -> Vec<(Vec<u8>, Vec<u8>)> {
        stretches.read().ends.iter().map(|(start, end)| (start.clone(), end.clone())).collect()
    }

    fn pair(start: &[u8], end: &[u8]) -> (Vec<u8>, Vec<u8>) {
        (start.to_vec(), end.to_vec())
    }

    #[test]
    fn stretches_that_touch_or_overlap_become_one() {
        let stretches = Stretches::default();
        let now = stretches.before();
        stretches.remember(now, b"c", b"e");
        stretches.remember(now, b"g", b"i");
        stretches.remember(now, b"m", b"m");
        assert_eq!(all(&stretches), [pair(b"c", b"e"), pair(b"g", b"i")]);
        stretches.remember(now, b"a", b"c");
        assert_eq!(all(&stretches), [pair(b"a", b"e"), pair(b"g", b"i")]);
        stretches.remember(now, b"d", b"h");
        assert_eq!(all(&stretches), [pair(b"a", b"i")]);
        stretches.remember(now, b"b", b"c");
        assert_eq!(all(&stretches), [pair(b"a", b"i")]);
    }

    #[test]
    fn a_place_in_a_stretch_leads_to_its_end_and_no_other_place_does() {
        let stretches = Stretches::default();
        stretches.remember(stretches.before(), b"b", b"d");
        let end = |at: &[u8]| stretches.end(at);
        assert_eq!(
            (end(b"a"), end(b"b"), end(b"c\xff"), end(b"d")),
            (None, Some(b"d".into()), Some(b"d".into()), None)
        );
    }

    #[test]
    fn a_key_that_a_block_sets_is_in_no_stretch_afterwards() {
        let stretches = Stretches::default();
        stretches.remember(stretches.before(), b"b", b"f");
        stretches.cut([&b"a"[..], b"b", b"d", b"f"].into_iter());
        assert_eq!(all(&stretches), [pair(b"b\0", b"d"), pair(b"d\0", b"f")]);
        for key in [&b"a"[..], b"b", b"d", b"f"] {
            assert_eq!(stretches.end(key), None);
        }
    }

    #[test]
    fn what_was_found_before_a_block_is_not_remembered_after_it() {
        let stretches = Stretches::default();
        let before = stretches.before();
        stretches.cut([&b"c"[..]].into_iter());
        stretches.remember(before, b"b", b"f");
        assert_eq!(all(&stretches), []);
    }

    #[test]
    fn memory_is_bounded_whether_stretches_are_found_or_cut() {
        let stretches = Stretches::default();
        let now = stretches.before();
        for number in 0..=STRETCHES_MAX as u32 {
            let start = number.to_be_bytes();
            stretches.remember(now, &start, &[&start[..], &[1]].concat());
        }
        assert_eq!(all(&stretches).len(), 1);
        stretches.remember(now, &[0], &[9]);
        let keys: Vec<[u8; 5]> = (0..=STRETCHES_MAX as u32)
            .map(|number| {
                let [a, b, c, d] = number.to_be_bytes();
                [1, a, b, c, d]
            })
            .collect();
        stretches.cut(keys.iter().map(<[u8; 5]>::as_slice));
        assert_eq!(all(&stretches), []);
    }
}
