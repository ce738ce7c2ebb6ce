//! Nested changes that are kept or taken back, against a model that copies the whole state at every mark.

use std::collections::BTreeMap;
use tacit_state::{MemoryState, Next, Overlay, WriteSet};

type Model = BTreeMap<Vec<u8>, Vec<u8>>;

/// Most marks that are open at once.
const DEPTH_MAX: usize = 20;

/// Reads one byte at a time; zeros where there are no more.
struct Source<'a>(std::slice::Iter<'a, u8>);

impl Source<'_> {
    fn byte(&mut self) -> u8 {
        self.0.next().copied().unwrap_or_default()
    }

    /// One of a few keys, some of which begin alike.
    fn key(&mut self) -> Vec<u8> {
        let choice = self.byte();
        let length = usize::from(choice & 3) + 1;
        (0..length).map(|place| (choice >> 2) >> (2 * place) & 3).collect()
    }

    fn value(&mut self) -> Vec<u8> {
        let length = self.byte() & 3;
        (0..length).map(|_| self.byte()).collect()
    }
}

/// An overlay with marks is what copies of a map are: whatever is set, removed, read, walked, kept and taken back.
pub fn journal(bytes: &[u8]) {
    let mut source = Source(bytes.iter());
    let mut model: Model = (0..source.byte() & 7).map(|_| (source.key(), source.value())).collect();
    let base_model = model.clone();
    let mut base = MemoryState::new();
    base.apply(&changes(&Model::new(), &model));
    let mut overlay = Overlay::new(&base);
    let mut marks = Vec::new();
    while !source.0.as_slice().is_empty() {
        match source.byte() % 8 {
            0 | 1 => {
                let (key, value) = (source.key(), source.value());
                overlay.set(&key, Some(value.clone())).expect(MEMORY);
                model.insert(key, value);
            }
            2 => {
                let key = source.key();
                overlay.set(&key, None).expect(MEMORY);
                model.remove(&key);
            }
            3 if marks.len() < DEPTH_MAX => marks.push((overlay.checkpoint(), model.clone())),
            // A frame that succeeds leaves its changes to the one around it.
            4 => drop(marks.pop()),
            5 => {
                if let Some((mark, before)) = marks.pop() {
                    overlay.rollback(mark);
                    model = before;
                }
            }
            6 => {
                let key = source.key();
                assert_eq!(overlay.get(&key).expect(MEMORY).as_ref(), model.get(&key), "a value under {key:?}");
            }
            _ => walk(&overlay, &model, &source.key(), &source.key()),
        }
    }
    walk(&overlay, &model, &[], &[]);
    assert_eq!(overlay.finish(), changes(&base_model, &model), "the write-set is not the difference");
}

const MEMORY: &str = "a state in memory does not fail";

/// Walking by `scan` and by `next` shows what the model holds.
fn walk(overlay: &Overlay<'_>, model: &Model, prefix: &[u8], start: &[u8]) {
    let expected: Vec<(Vec<u8>, Vec<u8>)> = model
        .iter()
        .filter(|(key, _)| key.starts_with(prefix) && key.as_slice() >= start)
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    assert_eq!(
        overlay.scan(prefix, start, usize::MAX >> 1).expect(MEMORY),
        expected,
        "a scan of {prefix:?} from {start:?}"
    );
    let after = expected.iter().find(|(key, _)| key.as_slice() > start);
    let next = overlay.next(prefix, start, 1_000).expect(MEMORY);
    match (next, after) {
        (Next::Found { key, value, .. }, Some(expected)) => assert_eq!((key, value), *expected),
        (Next::End { .. }, None) => {}
        (next, expected) => panic!("{next:?} instead of {expected:?} after {start:?} under {prefix:?}"),
    }
}

/// The write-set that leads from one state to another.
fn changes(from: &Model, to: &Model) -> WriteSet {
    let keys: std::collections::BTreeSet<&Vec<u8>> = from.keys().chain(to.keys()).collect();
    let change = |key: &Vec<u8>| (from.get(key).cloned(), to.get(key).cloned());
    let all = keys.into_iter().map(|key| (key, change(key))).filter(|(_, (old, new))| old != new);
    WriteSet(all.map(|(key, (old, new))| tacit_state::Change { key: key.clone(), old, new }).collect())
}
