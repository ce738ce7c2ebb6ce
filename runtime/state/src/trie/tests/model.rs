//! The oracle: a map and the node rules applied to it by plain recursion, and random batches compared with it.

use super::super::{KeyPath, MemoryPageStore, Node, TERMINATOR, Trie, ValueHash, root_from_sorted};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the trie should contain.
pub(super) type Model = BTreeMap<KeyPath, ValueHash>;

/// One change of a batch.
pub(super) type Change = (KeyPath, Option<ValueHash>);

/// The root by the rules of the specification, written without any code of the module under test.
pub(super) fn model_root(leaves: &[(KeyPath, ValueHash)], depth: usize) -> Node {
    match leaves {
        [] => [0; 32],
        [(key, value)] => {
            let mut node: Node = blake3::hash(&[key.as_slice(), value.as_slice()].concat()).into();
            node[0] |= 0x80;
            node
        }
        _ => {
            let is_right = |key: &KeyPath| key[depth / 8] & (0x80 >> (depth % 8)) != 0;
            let (right, left): (Vec<_>, Vec<_>) = leaves.iter().partition(|(key, _)| is_right(key));
            let children = [model_root(&left, depth + 1), model_root(&right, depth + 1)].concat();
            let mut node: Node = blake3::hash(&children).into();
            node[0] &= 0x7f;
            node
        }
    }
}

/// The root of a whole model.
pub(super) fn root_of(model: &Model) -> Node {
    model_root(&model.iter().map(|(key, value)| (*key, *value)).collect::<Vec<_>>(), 0)
}

/// Applies a batch to the model.
pub(super) fn apply(model: &mut Model, batch: &[Change]) {
    for (key, value) in batch {
        match value {
            Some(value) => model.insert(*key, *value),
            None => model.remove(key),
        };
    }
}

/// An empty trie over an empty store.
pub(super) fn empty() -> (Arc<MemoryPageStore>, Trie) {
    let store = Arc::new(MemoryPageStore::new());
    let trie = Trie::open(store.clone(), TERMINATOR).unwrap();
    (store, trie)
}

/// Spread keys from a number, for tests that need no adversary.
pub(super) fn key(number: u64) -> KeyPath {
    blake3::hash(&number.to_le_bytes()).into()
}

/// A key that agrees with others in a long prefix: `tail` goes to the end, `flip` changes one bit of the zeros before.
fn close_key(flip: u8, tail: u8) -> KeyPath {
    let mut key = [0u8; 32];
    key[usize::from(flip) / 8] ^= 0x80 >> (flip % 8);
    key[31] ^= tail;
    key
}

/// Keys from a small space, so that batches hit each other: spread ones, and ones with long common prefixes.
fn any_key() -> impl Strategy<Value = KeyPath> {
    prop_oneof![
        3 => (0u64..400).prop_map(key),
        2 => (any::<u8>(), 0u8..8).prop_map(|(flip, tail)| close_key(flip, tail)),
        1 => (0u8..40).prop_map(|tail| close_key(0, tail)),
        1 => Just([0xff; 32]),
    ]
}

pub(super) fn any_batch() -> impl Strategy<Value = Vec<Change>> {
    let change = (any_key(), prop_oneof![3 => any::<u8>().prop_map(|v| Some([v; 32])), 2 => Just(None)]);
    prop::collection::vec(change, 0..300)
}

/// What happens to the pages between two batches.
#[derive(Debug, Clone, Copy)]
pub(super) enum Between {
    Nothing,
    Flush,
    Evict(usize),
    Reopen,
}

pub(super) fn any_between() -> impl Strategy<Value = Between> {
    prop_oneof![
        2 => Just(Between::Nothing),
        1 => Just(Between::Flush),
        2 => (0usize..60).prop_map(Between::Evict),
        1 => Just(Between::Reopen),
    ]
}

pub(super) fn between(step: Between, store: &Arc<MemoryPageStore>, trie: &mut Trie) {
    match step {
        Between::Nothing => {}
        Between::Flush => store.apply(trie.take_dirty().unwrap()),
        Between::Evict(pages) => {
            store.apply(trie.take_dirty().unwrap());
            trie.evict(pages);
        }
        Between::Reopen => {
            store.apply(trie.take_dirty().unwrap());
            *trie = Trie::open(store.clone(), trie.root()).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn random_batches_with_flushes_evictions_and_reopening_give_the_root_of_the_model(
        steps in prop::collection::vec((any_batch(), any_between()), 1..8),
    ) {
        let (store, mut trie) = empty();
        let mut model = Model::new();
        for (batch, step) in steps {
            apply(&mut model, &batch);
            let root = trie.update(batch, 1).unwrap();
            prop_assert_eq!(root, root_of(&model));
            prop_assert_eq!(root, root_from_sorted(model.iter().map(|(k, v)| (*k, *v))).unwrap());
            between(step, &store, &mut trie);
        }
    }

    #[test]
    fn pages_and_root_depend_on_the_leaves_and_not_on_the_history(
        batches in prop::collection::vec(any_batch(), 1..6),
        step in any_between(),
    ) {
        let (store, mut trie) = empty();
        let mut model = Model::new();
        for batch in batches {
            apply(&mut model, &batch);
            trie.update(batch, 1).unwrap();
            between(step, &store, &mut trie);
        }
        store.apply(trie.take_dirty().unwrap());
        let (fresh_store, mut fresh) = empty();
        fresh.update(model.iter().map(|(k, v)| (*k, Some(*v))).collect(), 1).unwrap();
        fresh_store.apply(fresh.take_dirty().unwrap());
        prop_assert_eq!(fresh.root(), trie.root());
        prop_assert_eq!(fresh_store.pages(), store.pages());
    }
}

#[test]
fn an_empty_trie_has_the_empty_root_and_stays_empty() {
    let (store, mut trie) = empty();
    assert_eq!(trie.update(vec![], 1).unwrap(), TERMINATOR);
    assert_eq!(trie.update(vec![(key(1), None)], 1).unwrap(), TERMINATOR);
    store.apply(trie.take_dirty().unwrap());
    assert!(store.pages().is_empty());
}

#[test]
fn a_single_key_is_the_root_and_removing_it_empties_the_store() {
    let (store, mut trie) = empty();
    let root = trie.update(vec![(key(1), Some([7; 32]))], 1).unwrap();
    assert_eq!(root, model_root(&[(key(1), [7; 32])], 0));
    store.apply(trie.take_dirty().unwrap());
    assert_eq!(store.pages().len(), 1);
    assert_eq!(trie.update(vec![(key(1), None)], 1).unwrap(), TERMINATOR);
    store.apply(trie.take_dirty().unwrap());
    assert!(store.pages().is_empty());
}

#[test]
fn of_several_changes_of_one_key_the_last_stands() {
    let (_, mut trie) = empty();
    let batch = vec![(key(1), Some([1; 32])), (key(2), Some([2; 32])), (key(1), None), (key(2), Some([3; 32]))];
    assert_eq!(trie.update(batch, 1).unwrap(), model_root(&[(key(2), [3; 32])], 0));
}

#[test]
fn writing_what_is_there_already_dirties_nothing() {
    let (store, mut trie) = empty();
    let batch: Vec<Change> = (0..1000).map(|i| (key(i), Some([1; 32]))).collect();
    trie.update(batch.clone(), 1).unwrap();
    store.apply(trie.take_dirty().unwrap());
    trie.update(batch, 1).unwrap();
    assert_eq!(trie.dirty_size(), (0, 0));
}

#[test]
fn one_thread_and_several_give_the_same_roots_and_pages() {
    let batches: Vec<Vec<Change>> = (0..6u64)
        .map(|round| {
            (0..4000).map(|i| (key((i * 7 + round * 1000) % 9000), (i % 5 != 0).then_some([round as u8; 32]))).collect()
        })
        .collect();
    let run = |threads| {
        let (store, mut trie) = empty();
        let roots: Vec<Node> = batches.iter().map(|batch| trie.update(batch.clone(), threads).unwrap()).collect();
        store.apply(trie.take_dirty().unwrap());
        (roots, store.pages())
    };
    let alone = run(1);
    for threads in [0, 2, 3, 16, 40] {
        assert!(run(threads) == alone, "{threads} threads gave another result");
    }
}

#[test]
fn leaves_out_of_order_or_twice_are_refused_by_the_full_recomputation() {
    let (a, b) = ([1; 32], [2; 32]);
    assert!(root_from_sorted([(b, a), (a, a)]).is_err());
    assert!(root_from_sorted([(a, a), (a, b)]).is_err());
    assert_eq!(root_from_sorted([]).unwrap(), TERMINATOR);
}
