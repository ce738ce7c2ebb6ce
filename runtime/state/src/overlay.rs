//! A state with changes on top that can be taken back to any earlier point.
//!
//! One overlay lives for one block. A transaction, an action and a contract frame each take a [`Checkpoint`] and
//! roll back to it when they fail; what is left at the end leaves as a [`WriteSet`].

use crate::read::{Change, StateFault, StateRead, WriteSet};
use borsh::{BorshDeserialize, BorshSerialize};
use std::collections::BTreeMap;
use std::ops::Bound;
use tacit_types::codec;

/// Changes over a base state.
pub struct Overlay<'a> {
    base: &'a dyn StateRead,
    entries: BTreeMap<Vec<u8>, Entry>,
    journal: Vec<Undo>,
}

struct Entry {
    base: Option<Vec<u8>>,
    now: Option<Vec<u8>>,
}

struct Undo {
    key: Vec<u8>,
    before: Option<Vec<u8>>,
}

/// A point to return to. Points are nested: rolling back to one discards all later ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Checkpoint(usize);

/// What lies next; see [`Overlay::next`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// An entry.
    Found {
        /// Its flat key.
        key: Vec<u8>,
        /// Its value.
        value: Vec<u8>,
        /// How many entries were looked at.
        steps: u64,
    },
    /// Nothing more.
    End {
        /// How many entries were looked at.
        steps: u64,
    },
    /// More entries than allowed would have to be looked at.
    TooFar,
}

impl<'a> Overlay<'a> {
    /// No changes over `base`.
    #[must_use]
    pub fn new(base: &'a dyn StateRead) -> Self {
        Self { base, entries: BTreeMap::new(), journal: Vec::new() }
    }

    /// The value under `key` now.
    ///
    /// # Errors
    /// [`StateFault`] from the base.
    pub fn get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, StateFault> {
        match self.entries.get(key) {
            Some(entry) => Ok(entry.now.clone()),
            None => self.load(key),
        }
    }

    /// The length in bytes of the value under `key` now. Reads the value as a change of it would, so that the change that
    /// follows reads nothing again.
    ///
    /// # Errors
    /// [`StateFault`] from the base.
    pub fn length(&mut self, key: &[u8]) -> Result<Option<usize>, StateFault> {
        match self.entries.get(key) {
            Some(entry) => Ok(entry.now.as_ref().map(Vec::len)),
            None => Ok(self.load(key)?.map(|value| value.len())),
        }
    }

    /// As [`length`](Self::length), for values that are large and will not be changed: copies and keeps none.
    ///
    /// # Errors
    /// [`StateFault`] from the base.
    pub fn length_in_place(&self, key: &[u8]) -> Result<Option<usize>, StateFault> {
        match self.entries.get(key) {
            Some(entry) => Ok(entry.now.as_ref().map(Vec::len)),
            None => self.base.length(key),
        }
    }

    /// Decodes the value under `key`. A value that does not decode was not written by this code: a fault.
    ///
    /// # Errors
    /// [`StateFault`].
    pub fn read<T>(&mut self, key: &[u8]) -> Result<Option<T>, StateFault>
    where
        T: BorshDeserialize + BorshSerialize,
    {
        match self.entries.get(key) {
            Some(entry) => entry.now.as_ref().map(|bytes| decode(key, bytes)).transpose(),
            None => self.load(key)?.map(|bytes| decode(key, &bytes)).transpose(),
        }
    }

    /// Writes or, with `None`, removes the value under `key`.
    ///
    /// # Errors
    /// [`StateFault`] from the base: the old value is part of the write-set.
    pub fn set(&mut self, key: &[u8], value: Option<Vec<u8>>) -> Result<(), StateFault> {
        let before = match self.entries.get_mut(key) {
            Some(entry) if entry.now == value => return Ok(()),
            Some(entry) => {
                let is_absent = entry.base.is_none() && value.is_none();
                let before = std::mem::replace(&mut entry.now, value);
                if is_absent {
                    self.entries.remove(key);
                }
                before
            }
            None => {
                let base = self.base.get(key)?;
                if base == value {
                    return Ok(());
                }
                self.entries.insert(key.to_vec(), Entry { base: base.clone(), now: value });
                base
            }
        };
        self.journal.push(Undo { key: key.to_vec(), before });
        Ok(())
    }

    /// Encodes and writes `value` under `key`.
    ///
    /// # Errors
    /// [`StateFault`] from the base.
    pub fn write<T: BorshSerialize>(&mut self, key: &[u8], value: &T) -> Result<(), StateFault> {
        self.set(key, Some(codec::encode(value)))
    }

    /// Up to `limit` entries under `prefix` at or after `start`, changes included, in ascending key order.
    ///
    /// # Errors
    /// [`StateFault`] from the base.
    pub fn scan(&self, prefix: &[u8], start: &[u8], limit: usize) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StateFault> {
        let from = start.max(prefix).to_vec();
        let changed: Vec<(&Vec<u8>, &Entry)> = self
            .entries
            .range::<Vec<u8>, _>((Bound::Included(&from), Bound::Unbounded))
            .take_while(|(key, _)| key.starts_with(prefix))
            .collect();
        // Every removed key can hide one base entry, so that many more are asked for.
        let wanted = limit.saturating_add(changed.iter().filter(|(_, entry)| entry.now.is_none()).count());
        let mut merged: BTreeMap<Vec<u8>, Vec<u8>> = self.base.scan(prefix, &from, wanted)?.into_iter().collect();
        for (key, entry) in changed {
            match &entry.now {
                Some(value) => merged.insert(key.clone(), value.clone()),
                None => merged.remove(key),
            };
        }
        Ok(merged.into_iter().take(limit).collect())
    }

    /// The first entry under `prefix` after the key `after`, changes included. Looks at no more than `most_steps` entries:
    /// removed ones are passed over one by one, and whoever asks pays for that.
    ///
    /// # Errors
    /// [`StateFault`] from the base.
    pub fn next(&self, prefix: &[u8], after: &[u8], most_steps: u64) -> Result<Next, StateFault> {
        let mut from = after.max(prefix).to_vec();
        if after >= prefix {
            // The least key after another one is that key with a zero byte behind it.
            from.push(0);
        }
        for steps in 1..=most_steps {
            let ours = self.entries.range::<Vec<u8>, _>((Bound::Included(&from), Bound::Unbounded)).next();
            let ours = ours.filter(|(key, _)| key.starts_with(prefix));
            let base = self.base.scan(prefix, &from, 1)?.pop();
            let (key, value) = match (ours, base) {
                (None, None) => return Ok(Next::End { steps }),
                (None, Some((key, value))) => (key, Some(value)),
                (Some((key, _)), Some((base_key, value))) if base_key < *key => (base_key, Some(value)),
                (Some((key, entry)), _) => (key.clone(), entry.now.clone()),
            };
            if let Some(value) = value {
                return Ok(Next::Found { key, value, steps });
            }
            from = key;
            from.push(0);
        }
        Ok(Next::TooFar)
    }

    /// A point to return to.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint(self.journal.len())
    }

    /// Takes back every change made since `point`.
    pub fn rollback(&mut self, point: Checkpoint) {
        while self.journal.len() > point.0 {
            let Some(undo) = self.journal.pop() else { return };
            match self.entries.get_mut(&undo.key) {
                Some(entry) => entry.now = undo.before,
                None => drop(self.entries.insert(undo.key.clone(), Entry { base: None, now: undo.before })),
            }
            self.forget_absent(&undo.key);
        }
    }

    /// The changes that are left, by ascending key.
    #[must_use]
    pub fn finish(self) -> WriteSet {
        let changed = self.entries.into_iter().filter(|(_, entry)| entry.base != entry.now);
        WriteSet(changed.map(|(key, entry)| Change { key, old: entry.base, new: entry.now }).collect())
    }

    /// The value of the base under a key that has no entry. A key that neither was nor is leaves none, so that looking for it
    /// cannot make a later walk over its neighbours longer.
    fn load(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, StateFault> {
        let base = self.base.get(key)?;
        if base.is_some() {
            self.entries.insert(key.to_vec(), Entry { base: base.clone(), now: base.clone() });
        }
        Ok(base)
    }

    fn forget_absent(&mut self, key: &[u8]) {
        if self.entries.get(key).is_some_and(|entry| entry.base.is_none() && entry.now.is_none()) {
            self.entries.remove(key);
        }
    }
}

/// Decodes a value that this code wrote.
///
/// # Errors
/// [`StateFault`] when it does not decode canonically.
pub fn decode<T>(key: &[u8], bytes: &[u8]) -> Result<T, StateFault>
where
    T: BorshDeserialize + BorshSerialize,
{
    codec::decode_exact("state value", bytes, usize::MAX)
        .map_err(|error| StateFault(format!("the value under key {key:02x?} is damaged: {error}")))
}

/// Reads and decodes one value of `state`.
///
/// # Errors
/// [`StateFault`].
pub fn read_value<T>(state: &dyn StateRead, key: &[u8]) -> Result<Option<T>, StateFault>
where
    T: BorshDeserialize + BorshSerialize,
{
    match state.get(key)? {
        Some(bytes) => decode(key, &bytes).map(Some),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::read::MemoryState;

    fn base(keys: &[&str]) -> MemoryState {
        let change = |key: &&str| Change { key: key.as_bytes().to_vec(), old: None, new: Some(vec![1]) };
        let mut state = MemoryState::new();
        state.apply(&WriteSet(keys.iter().map(change).collect()));
        state
    }

    fn found(key: &str, steps: u64) -> Next {
        Next::Found { key: key.as_bytes().to_vec(), value: vec![1], steps }
    }

    #[test]
    fn the_next_key_is_found_in_order_and_removed_ones_are_steps() {
        let state = base(&["a1", "b1", "b2", "b4", "c"]);
        let mut overlay = Overlay::new(&state);
        overlay.set(b"b3", Some(vec![1])).unwrap();
        assert_eq!(overlay.next(b"b", b"", 9).unwrap(), found("b1", 1));
        assert_eq!(overlay.next(b"b", b"b2", 9).unwrap(), found("b3", 1));
        let point = overlay.checkpoint();
        for key in [&b"b1"[..], b"b2"] {
            overlay.set(key, None).unwrap();
        }
        assert_eq!(overlay.next(b"b", b"", 9).unwrap(), found("b3", 3));
        assert_eq!(overlay.next(b"b", b"", 2).unwrap(), Next::TooFar);
        assert_eq!(overlay.next(b"b", b"b4", 9).unwrap(), Next::End { steps: 1 });
        overlay.rollback(point);
        assert_eq!(overlay.next(b"b", b"", 9).unwrap(), found("b1", 1));
    }

    #[test]
    fn lengths_are_those_of_the_values_changes_included() {
        let state = base(&["a"]);
        let mut overlay = Overlay::new(&state);
        assert_eq!((overlay.length_in_place(b"a").unwrap(), overlay.length_in_place(b"b").unwrap()), (Some(1), None));
        assert!(overlay.entries.is_empty(), "a length in place keeps the value");
        overlay.set(b"b", Some(vec![1; 7])).unwrap();
        overlay.set(b"a", None).unwrap();
        for (key, length) in [(b"a", None), (b"b", Some(7)), (b"c", None)] {
            assert_eq!(overlay.length_in_place(key).unwrap(), length);
            assert_eq!(overlay.length(key).unwrap(), length);
        }
    }

    #[test]
    fn looking_for_keys_that_are_not_there_makes_no_walk_longer() {
        let state = base(&["b9"]);
        let mut overlay = Overlay::new(&state);
        for number in 0..8_u8 {
            assert_eq!(overlay.get(&[b'b', b'0' + number]).unwrap(), None);
            overlay.set(&[b'b', b'0' + number], None).unwrap();
        }
        // Made and removed again, by itself or by a rollback.
        overlay.set(b"b1", Some(vec![2])).unwrap();
        overlay.set(b"b1", None).unwrap();
        let point = overlay.checkpoint();
        overlay.set(b"b2", Some(vec![2])).unwrap();
        overlay.rollback(point);
        assert_eq!(overlay.next(b"b", b"", 9).unwrap(), found("b9", 1));
        overlay.set(b"b1", Some(vec![1])).unwrap();
        let point = overlay.checkpoint();
        overlay.set(b"b1", None).unwrap();
        overlay.rollback(point);
        assert_eq!(overlay.next(b"b", b"", 9).unwrap(), found("b1", 1), "a removal taken back");
        assert_eq!(overlay.finish().0.len(), 1);
    }
}
