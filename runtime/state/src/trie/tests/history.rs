//! Proofs against the root before the last update.

use super::super::{Proof, TERMINATOR, Trie, TrieError, verify};
use super::model::{Between, Model, any_batch, any_between, apply, between, empty, key, root_of};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn every_key_that_was_or_is_can_be_proven_before_the_last_update(
        steps in prop::collection::vec((any_batch(), any_between()), 1..6),
    ) {
        let (store, mut trie) = empty();
        let mut model = Model::new();
        for (batch, step) in steps {
            let former = model.clone();
            let former_root = trie.root();
            let probes: Vec<_> = batch.iter().map(|(key, _)| *key).chain(former.keys().copied()).chain((0..20).map(key)).collect();
            apply(&mut model, &batch);
            trie.update(batch, 1).unwrap();
            // Reopening forgets the past; every other step must not.
            let step = if matches!(step, Between::Reopen) { Between::Nothing } else { step };
            between(step, &store, &mut trie);
            prop_assert_eq!(trie.previous_root(), Some(former_root));
            // Keys deep in the trie take hundreds of hashes each, so not all of them are asked.
            for key in probes.into_iter().step_by(5) {
                let proof = Proof::decode(&trie.prove_previous(&key).unwrap().encode()).unwrap();
                let held = verify(&former_root, &key, former.get(&key), &proof);
                prop_assert_eq!(held, Ok(()), "{:?}", key);
            }
        }
        prop_assert_eq!(trie.root(), root_of(&model));
    }
}

#[test]
fn without_an_update_there_is_no_past() {
    let (store, mut trie) = empty();
    assert_eq!(trie.prove_previous(&key(1)), Err(TrieError::NoPrevious));
    trie.update(vec![(key(1), Some([1; 32]))], 1).unwrap();
    assert_eq!(trie.previous_root(), Some(TERMINATOR));
    store.apply(trie.take_dirty().unwrap());
    let again = Trie::open(store, trie.root()).unwrap();
    assert_eq!(again.prove_previous(&key(1)), Err(TrieError::NoPrevious));
}

#[test]
fn an_update_that_changes_nothing_leaves_both_roots_equal() {
    let (_, mut trie) = empty();
    trie.update((0..500).map(|i| (key(i), Some([1; 32]))).collect(), 1).unwrap();
    trie.update(vec![], 1).unwrap();
    assert_eq!(trie.previous_root(), Some(trie.root()));
    assert_eq!(trie.prove_previous(&key(7)), trie.prove(&key(7)));
}

#[test]
fn keys_beside_a_branch_that_collapsed_were_absent_before_too() {
    let (_, mut trie) = empty();
    let close = |tail: u8| {
        let mut key = [0xa5; 32];
        key[31] = tail;
        key
    };
    let mut model: Model = (0..30).map(|tail| (close(tail), [tail; 32])).chain([(key(1), [1; 32])]).collect();
    trie.update(model.iter().map(|(k, v)| (*k, Some(*v))).collect(), 1).unwrap();
    let former = model.clone();
    let batch: Vec<_> = (1..30).map(|tail| (close(tail), None)).collect();
    apply(&mut model, &batch);
    trie.update(batch, 1).unwrap();
    let beside = (0..256usize).map(|bit| {
        let mut beside = close(0);
        beside[bit / 8] ^= 0x80 >> (bit % 8);
        beside
    });
    for key in beside {
        let proof = trie.prove_previous(&key).unwrap();
        assert_eq!(verify(&root_of(&former), &key, former.get(&key), &proof), Ok(()), "{key:?}");
    }
    assert_eq!(trie.root(), root_of(&model));
}
