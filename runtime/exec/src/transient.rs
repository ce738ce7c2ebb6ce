//! Values of contracts that last until their transaction ends: never part of the state, undone with the frame that set them.

use std::collections::BTreeMap;
use tacit_types::Address;

/// The values, and how to go back.
#[derive(Default)]
pub struct Transient {
    values: BTreeMap<(Address, Vec<u8>), Vec<u8>>,
    /// Bytes of all keys and values.
    bytes: usize,
    journal: Vec<((Address, Vec<u8>), Option<Vec<u8>>)>,
    /// Bytes of all values in the journal.
    journal_bytes: usize,
}

/// The journal may hold as many times the limit of the values: it keeps every value that was replaced.
const JOURNAL_SHARE: usize = 16;
/// What each step of the journal takes besides its value.
const STEP_BYTES: usize = 128;

impl Transient {
    /// A contract's value.
    pub fn get(&self, contract: &Address, key: &[u8]) -> Option<Vec<u8>> {
        self.values.get(&(*contract, key.to_vec())).cloned()
    }

    /// Sets a value, or with an empty one removes it. False, and nothing changes, beyond `bytes_max`.
    pub fn set(&mut self, contract: &Address, key: &[u8], value: Vec<u8>, bytes_max: u32) -> bool {
        let at = (*contract, key.to_vec());
        let weigh = |value: &Vec<u8>| key.len().saturating_add(value.len());
        let old = self.values.get(&at).map_or(0, weigh);
        let new = if value.is_empty() { 0 } else { weigh(&value) };
        let bytes = self.bytes.saturating_sub(old).saturating_add(new);
        let most = usize::try_from(bytes_max).unwrap_or(usize::MAX);
        let journal_bytes = self.journal_bytes.saturating_add(old).saturating_add(key.len()).saturating_add(STEP_BYTES);
        if (new > old && bytes > most) || journal_bytes > most.saturating_mul(JOURNAL_SHARE) {
            return false;
        }
        self.bytes = bytes;
        self.journal_bytes = journal_bytes;
        let before = self.put(at.clone(), Some(value).filter(|value| !value.is_empty()));
        self.journal.push((at, before));
        true
    }

    fn put(&mut self, at: (Address, Vec<u8>), value: Option<Vec<u8>>) -> Option<Vec<u8>> {
        match value {
            Some(value) => self.values.insert(at, value),
            None => self.values.remove(&at),
        }
    }

    /// A point to return to.
    pub fn mark(&self) -> usize {
        self.journal.len()
    }

    /// Takes back everything set since `mark`.
    pub fn rollback(&mut self, mark: usize) {
        while self.journal.len() > mark {
            let Some((at, before)) = self.journal.pop() else { return };
            let key_bytes = at.1.len();
            let weigh =
                |value: &Option<Vec<u8>>| value.as_ref().map_or(0, |value| key_bytes.saturating_add(value.len()));
            let restored = weigh(&before);
            let step = restored.saturating_add(key_bytes).saturating_add(STEP_BYTES);
            self.journal_bytes = self.journal_bytes.saturating_sub(step);
            let undone = self.put(at, before);
            self.bytes = self.bytes.saturating_sub(weigh(&undone)).saturating_add(restored);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTRACT: Address = Address([7; 32]);

    #[test]
    fn values_are_kept_within_the_limit_and_undone_to_the_mark() {
        let mut transient = Transient::default();
        assert!(transient.set(&CONTRACT, b"a", vec![1; 89], 100));
        let mark = transient.mark();
        assert!(!transient.set(&CONTRACT, b"b", vec![2; 10], 100), "101 bytes of 100");
        assert!(transient.set(&CONTRACT, b"b", vec![2; 9], 100));
        assert!(transient.set(&CONTRACT, b"a", Vec::new(), 100));
        assert_eq!(transient.get(&CONTRACT, b"a"), None);
        transient.rollback(mark);
        assert_eq!(transient.get(&CONTRACT, b"a"), Some(vec![1; 89]));
        assert_eq!((transient.get(&CONTRACT, b"b"), transient.bytes), (None, 90));
    }

    #[test]
    fn replacing_one_value_for_ever_is_refused_before_it_fills_the_memory() {
        let mut transient = Transient::default();
        let mark = transient.mark();
        let times = (0..10_000).take_while(|_| transient.set(&CONTRACT, b"a", vec![1; 1_000], 4_096)).count();
        assert!((10..200).contains(&times), "{times} replacements");
        transient.rollback(mark);
        assert_eq!((transient.journal_bytes, transient.bytes), (0, 0));
        assert!(transient.set(&CONTRACT, b"a", vec![1; 1_000], 4_096));
    }

    #[test]
    fn contracts_do_not_see_each_other() {
        let mut transient = Transient::default();
        assert!(transient.set(&CONTRACT, b"a", vec![1], 20));
        assert_eq!(transient.get(&Address([8; 32]), b"a"), None);
    }
}
