//! Values of contracts that last until their transaction ends: never part of the state, undone with the frame that set them.

use std::collections::BTreeMap;
use tacit_types::Address;

/// The values, and how to go back.
#[derive(Default)]
pub struct Transient {
    values: BTreeMap<(Address, Vec<u8>), Vec<u8>>,
    journal: Vec<((Address, Vec<u8>), Option<Vec<u8>>)>,
    used: BTreeMap<Address, Use>,
    /// What all contracts use together beyond what is each one's own.
    shared: Use,
}

/// Bytes of a contract's keys and values that no other contract can take from it: a lock must find room whatever ran before in
/// the same transaction, or a stranger could make a call fail that is not his.
pub const OWN_BYTES: usize = 1_024;
/// The journal may hold as many times the limit of the values: it keeps every value that was replaced.
const JOURNAL_SHARE: usize = 16;
/// What each step of the journal takes besides its value.
const STEP_BYTES: usize = 128;

/// Bytes in use.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Use {
    /// Of keys and values.
    values: usize,
    /// Of steps of the journal.
    journal: usize,
}

impl Use {
    /// What of a contract's use is not its own.
    const fn shared(self) -> Self {
        Self {
            values: self.values.saturating_sub(OWN_BYTES),
            journal: self.journal.saturating_sub(OWN_BYTES * JOURNAL_SHARE),
        }
    }

    const fn plus(self, more: Self) -> Self {
        Self { values: self.values.saturating_add(more.values), journal: self.journal.saturating_add(more.journal) }
    }

    const fn minus(self, less: Self) -> Self {
        Self { values: self.values.saturating_sub(less.values), journal: self.journal.saturating_sub(less.journal) }
    }
}

impl Transient {
    /// A contract's value.
    pub fn get(&self, contract: &Address, key: &[u8]) -> Option<Vec<u8>> {
        self.values.get(&(*contract, key.to_vec())).cloned()
    }

    /// Sets a value, or with an empty one removes it. False, and nothing changes, when it is beyond the contract's own bytes and
    /// beyond the `bytes_max` that all share. Removing is never refused: each removal is of a value that was counted when it was set.
    pub fn set(&mut self, contract: &Address, key: &[u8], value: Vec<u8>, bytes_max: u32) -> bool {
        let at = (*contract, key.to_vec());
        let weigh = |value: &Vec<u8>| key.len().saturating_add(value.len());
        let old = self.values.get(&at).map_or(0, weigh);
        let new = if value.is_empty() { 0 } else { weigh(&value) };
        if old == 0 && new == 0 {
            return true;
        }
        let step = old.saturating_add(key.len()).saturating_add(STEP_BYTES);
        let before = self.used.get(contract).copied().unwrap_or_default();
        let after = before.minus(Use { values: old, journal: 0 }).plus(Use { values: new, journal: step });
        let shared = self.shared.minus(before.shared()).plus(after.shared());
        let most = usize::try_from(bytes_max).unwrap_or(usize::MAX);
        let too_many = after.shared().values > before.shared().values && shared.values > most;
        let too_often =
            after.shared().journal > before.shared().journal && shared.journal > most.saturating_mul(JOURNAL_SHARE);
        if new > 0 && (too_many || too_often) {
            return false;
        }
        self.used.insert(*contract, after);
        self.shared = shared;
        let replaced = self.put(at.clone(), Some(value).filter(|value| !value.is_empty()));
        self.journal.push((at, replaced));
        true
    }

    fn put(&mut self, at: (Address, Vec<u8>), value: Option<Vec<u8>>) -> Option<Vec<u8>> {
        match value {
            Some(value) => self.values.insert(at, value),
            None => self.values.remove(&at),
        }
    }

    /// After an action that succeeded: nothing goes back behind it but the whole transaction, which drops all of this. What the
    /// action had to be able to undo is no longer counted against those that follow.
    pub fn settle(&mut self) {
        self.journal.clear();
        self.used.retain(|_, used| {
            used.journal = 0;
            used.values > 0
        });
        self.shared = self.used.values().fold(Use::default(), |sum, used| sum.plus(used.shared()));
    }

    /// A point to return to.
    pub fn mark(&self) -> usize {
        self.journal.len()
    }

    /// Takes back everything set since `mark`.
    pub fn rollback(&mut self, mark: usize) {
        while self.journal.len() > mark {
            let Some((at, replaced)) = self.journal.pop() else { return };
            let (contract, key_bytes) = (at.0, at.1.len());
            let weigh =
                |value: &Option<Vec<u8>>| value.as_ref().map_or(0, |value| key_bytes.saturating_add(value.len()));
            let restored = weigh(&replaced);
            let step = restored.saturating_add(key_bytes).saturating_add(STEP_BYTES);
            let undone = weigh(&self.put(at, replaced));
            let before = self.used.get(&contract).copied().unwrap_or_default();
            let after = before.minus(Use { values: undone, journal: step }).plus(Use { values: restored, journal: 0 });
            self.shared = self.shared.minus(before.shared()).plus(after.shared());
            self.used.insert(contract, after);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTRACT: Address = Address([7; 32]);

    const OTHER: Address = Address([8; 32]);

    fn used(transient: &Transient) -> (Use, Use) {
        (transient.used.get(&CONTRACT).copied().unwrap_or_default(), transient.shared)
    }

    #[test]
    fn values_are_kept_within_the_limit_and_undone_to_the_mark() {
        let mut transient = Transient::default();
        assert!(transient.set(&CONTRACT, b"a", vec![1; OWN_BYTES + 89], 100));
        let (mark, before) = (transient.mark(), used(&transient));
        assert!(!transient.set(&CONTRACT, b"b", vec![2; 10], 100), "101 bytes of 100");
        assert!(transient.set(&CONTRACT, b"b", vec![2; 9], 100));
        assert!(transient.set(&CONTRACT, b"a", Vec::new(), 100));
        assert_eq!(transient.get(&CONTRACT, b"a"), None);
        transient.rollback(mark);
        assert_eq!(transient.get(&CONTRACT, b"a"), Some(vec![1; OWN_BYTES + 89]));
        assert_eq!((transient.get(&CONTRACT, b"b"), used(&transient)), (None, before));
        transient.rollback(0);
        assert_eq!(used(&transient), (Use::default(), Use::default()));
    }

    #[test]
    fn a_contract_that_takes_all_leaves_the_others_their_own() {
        let mut transient = Transient::default();
        assert!(transient.set(&OTHER, b"a", vec![1; OWN_BYTES + 99], 100));
        while transient.set(&OTHER, b"a", vec![1; OWN_BYTES + 99], 100) {}
        assert!(!transient.set(&CONTRACT, b"a", vec![1; OWN_BYTES], 100), "beyond its own");
        for _ in 0..10 {
            assert!(transient.set(&CONTRACT, b"lock", vec![1], 100));
            assert!(transient.set(&CONTRACT, b"lock", Vec::new(), 100));
        }
        assert!(transient.set(&CONTRACT, b"a", vec![1; OWN_BYTES - 1], 100));
        assert!(!transient.set(&CONTRACT, b"b", vec![1], 100), "beyond its own");
    }

    #[test]
    fn what_an_action_replaced_does_not_count_against_the_next() {
        let mut transient = Transient::default();
        assert!(transient.set(&OTHER, b"a", vec![1; OWN_BYTES + 99], 100));
        while transient.set(&OTHER, b"a", vec![1; OWN_BYTES + 99], 100) {}
        // A stranger takes and gives back another contract's lock until it could not be taken any more.
        let lock = |transient: &mut Transient| {
            transient.set(&CONTRACT, b"lock", vec![1], 100) && transient.set(&CONTRACT, b"lock", Vec::new(), 100)
        };
        let times = (0..10_000).take_while(|_| lock(&mut transient)).count();
        assert!((10..1_000).contains(&times), "{times} times");
        assert_eq!(transient.get(&CONTRACT, b"lock"), None, "a lock that was taken could not be given back");
        transient.settle();
        assert_eq!(transient.shared, Use { values: 100, journal: 0 });
        assert!(lock(&mut transient));
        assert_eq!(transient.get(&OTHER, b"a").map(|value| value.len()), Some(OWN_BYTES + 99));
    }

    #[test]
    fn replacing_one_value_for_ever_is_refused_before_it_fills_the_memory() {
        let mut transient = Transient::default();
        let mark = transient.mark();
        let times = (0..10_000).take_while(|_| transient.set(&CONTRACT, b"a", vec![1; 1_000], 4_096)).count();
        assert!((10..200).contains(&times), "{times} replacements");
        transient.rollback(mark);
        assert_eq!(used(&transient), (Use::default(), Use::default()));
        assert!(transient.set(&CONTRACT, b"a", vec![1; 1_000], 4_096));
    }

    #[test]
    fn contracts_do_not_see_each_other() {
        let mut transient = Transient::default();
        assert!(transient.set(&CONTRACT, b"a", vec![1], 20));
        assert_eq!(transient.get(&OTHER, b"a"), None);
    }
}
