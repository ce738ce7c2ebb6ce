//! Proofs: every true claim has one, no false claim does, and no byte of one may change.

use super::super::hash::{hash_leaf, hash_pair, leaf, pair};
use super::super::{
    KeyPath, PROOF_BYTES_MAX, Proof, TERMINATOR, Terminal, TrieError, ValueHash, key_path, value_hash, verify,
    verify_state_proof,
};
use super::model::{Model, apply, empty, key};
use nomt_core::hasher::Blake3Hasher;
use nomt_core::proof::{PathProof, PathProofTerminal};
use nomt_core::trie::LeafData;
use nomt_core::trie_pos::TriePosition;
use proptest::prelude::*;

/// A trie of spread keys and of keys that differ only in their last bits, partly not in memory.
fn sample(count: u64) -> (super::super::Trie, Model) {
    let (store, mut trie) = empty();
    let close = (0..20u8).map(|i| {
        let mut key = [0xab; 32];
        key[31] = i * 3;
        (key, Some([i; 32]))
    });
    let batch: Vec<_> = (0..count).map(|i| (key(i), Some(key(i + 7)))).chain(close).collect();
    let mut model = Model::new();
    apply(&mut model, &batch);
    trie.update(batch, 1).unwrap();
    store.apply(trie.take_dirty().unwrap());
    trie.evict(40);
    (trie, model)
}

/// Keys that are not in the model but close to some that are.
fn absent(model: &Model) -> Vec<KeyPath> {
    let near = model.keys().flat_map(|key| {
        [0usize, 5, 9, 13, 40, 255].map(|bit| {
            let mut near = *key;
            near[bit / 8] ^= 0x80 >> (bit % 8);
            near
        })
    });
    near.filter(|key| !model.contains_key(key)).collect()
}

#[test]
fn present_keys_have_proofs_of_their_value_and_of_nothing_else() {
    let (trie, model) = sample(700);
    for (key, value) in &model {
        let proof = Proof::decode(&trie.prove(key).unwrap().encode()).unwrap();
        verify(&trie.root(), key, Some(value), &proof).unwrap();
        assert!(verify(&trie.root(), key, Some(&[0x55; 32]), &proof).is_err());
        assert!(verify(&trie.root(), key, None, &proof).is_err());
        assert!(verify(&TERMINATOR, key, Some(value), &proof).is_err());
    }
}

#[test]
fn absent_keys_have_proofs_of_absence_and_of_nothing_else() {
    let (trie, model) = sample(300);
    let mut kinds = [0; 2];
    for key in absent(&model) {
        let proof = Proof::decode(&trie.prove(&key).unwrap().encode()).unwrap();
        verify(&trie.root(), &key, None, &proof).unwrap();
        assert!(verify(&trie.root(), &key, Some(&[0x55; 32]), &proof).is_err());
        kinds[usize::from(proof.terminal == Terminal::Empty)] += 1;
    }
    assert!(kinds[0] > 10 && kinds[1] > 10, "both kinds of absence should occur: {kinds:?}");
}

#[test]
fn an_empty_trie_proves_absence_and_a_single_leaf_proves_both() {
    let (_, mut trie) = empty();
    verify(&TERMINATOR, &key(1), None, &trie.prove(&key(1)).unwrap()).unwrap();
    trie.update(vec![(key(1), Some([9; 32]))], 1).unwrap();
    verify(&trie.root(), &key(1), Some(&[9; 32]), &trie.prove(&key(1)).unwrap()).unwrap();
    verify(&trie.root(), &key(2), None, &trie.prove(&key(2)).unwrap()).unwrap();
}

#[test]
fn every_changed_bit_of_a_proof_is_refused() {
    let (trie, model) = sample(200);
    let claims = model.iter().map(|(key, value)| (*key, Some(*value))).step_by(90);
    let close = model.iter().map(|(key, value)| (*key, Some(*value))).filter(|(key, _)| key[0] == 0xab).take(2);
    let gone = absent(&model).into_iter().map(|key| (key, None)).step_by(500);
    for (key, value) in claims.chain(close).chain(gone) {
        let bytes = trie.prove(&key).unwrap().encode();
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let result = Proof::decode(&changed).and_then(|p| verify(&trie.root(), &key, value.as_ref(), &p));
            assert!(result.is_err_and(|e| !e.is_fault()), "bit {bit} of {} bytes", bytes.len());
        }
        for len in 0..bytes.len() {
            assert!(Proof::decode(&bytes[..len]).is_err(), "cut to {len}");
        }
        assert!(Proof::decode(&[bytes.as_slice(), &[0]].concat()).is_err());
    }
}

#[test]
fn a_leaf_from_elsewhere_cannot_prove_absence() {
    // The attack: graft the proof of some other leaf, siblings and all, onto a key that does have a value.
    let (trie, model) = sample(300);
    let victim = model.first_key_value().unwrap();
    for (key, value) in model.iter().skip(1) {
        let terminal = Terminal::Other { key_path: *key, value_hash: *value };
        let grafted = Proof { terminal, siblings: trie.prove(key).unwrap().siblings };
        assert!(verify(&trie.root(), victim.0, None, &grafted).is_err());
    }
}

#[test]
fn a_leaf_off_the_path_is_refused_even_under_a_root_that_contains_it_there() {
    let (key, mut other) = ([0x00; 32], [0x00; 32]);
    other[0] = 0x80;
    let terminal = Terminal::Other { key_path: other, value_hash: [1; 32] };
    let root = hash_pair(&pair(&hash_leaf(&leaf(&other, &[1; 32])), &[7; 32]));
    assert!(verify(&root, &key, None, &Proof { terminal, siblings: vec![[7; 32]] }).is_err());
}

#[test]
fn an_inner_node_cannot_pass_for_a_leaf() {
    // The attack: call the two children of the root a key path and a value hash. The top bit keeps the kinds apart.
    let (trie, model) = sample(300);
    let siblings = trie.prove(model.keys().next().unwrap()).unwrap().siblings;
    let proof_of_other_side = trie.prove(&[0xff; 32]).unwrap();
    let (right, left) = (siblings[0], proof_of_other_side.siblings[0]);
    let fake = Proof { terminal: Terminal::Own, siblings: vec![] };
    assert!(verify(&trie.root(), &left, Some(&right), &fake).is_err());
}

#[test]
fn the_proof_of_flat_key_and_value_verifies_from_bytes() {
    let (_, mut trie) = empty();
    let flat: Vec<(&[u8], &[u8])> = vec![(b"account/1", b"ten"), (b"account/2", b""), (b"", b"empty key")];
    trie.update(flat.iter().map(|(k, v)| (key_path(k), Some(value_hash(v)))).collect(), 1).unwrap();
    for (k, v) in &flat {
        let proof = trie.prove(&key_path(k)).unwrap().encode();
        verify_state_proof(trie.root(), k, Some(v), &proof).unwrap();
        assert!(verify_state_proof(trie.root(), k, Some(b"eleven"), &proof).is_err());
        assert!(verify_state_proof(trie.root(), k, None, &proof).is_err());
    }
    let proof = trie.prove(&key_path(b"account/3")).unwrap().encode();
    verify_state_proof(trie.root(), b"account/3", None, &proof).unwrap();
    assert!(verify_state_proof(trie.root(), b"account/1", None, &proof).is_err());
}

#[test]
fn the_path_proofs_of_nomt_core_agree() {
    let (trie, model) = sample(300);
    let keys = model.keys().copied().chain(absent(&model).into_iter().step_by(7));
    for key in keys {
        let proof = trie.prove(&key).unwrap();
        let own: Option<&ValueHash> = model.get(&key);
        let depth = u16::try_from(proof.siblings.len()).unwrap();
        let terminal = match &proof.terminal {
            Terminal::Own => PathProofTerminal::Leaf(LeafData { key_path: key, value_hash: *own.unwrap() }),
            Terminal::Other { key_path, value_hash } => {
                PathProofTerminal::Leaf(LeafData { key_path: *key_path, value_hash: *value_hash })
            }
            Terminal::Empty => PathProofTerminal::Terminator(TriePosition::from_path_and_depth(key, depth)),
        };
        let theirs = PathProof { terminal, siblings: proof.siblings };
        let whole = TriePosition::from_path_and_depth(key, 256);
        let verified = theirs.verify::<Blake3Hasher>(whole.path(), trie.root()).unwrap();
        match own {
            Some(value) => {
                assert!(verified.confirm_value(&LeafData { key_path: key, value_hash: *value }).unwrap());
            }
            None => assert!(verified.confirm_nonexistence(&key).unwrap()),
        }
    }
}

#[test]
fn proofs_at_full_depth_stay_inside_the_limit() {
    let (_, mut trie) = empty();
    let mut twin = [0x77; 32];
    twin[31] ^= 1;
    // One companion per bit, so that no sibling is empty.
    let others = (0..255usize).map(|bit| {
        let mut other = [0x77; 32];
        other[bit / 8] ^= 0x80 >> (bit % 8);
        other
    });
    let keys: Vec<KeyPath> = [[0x77; 32], twin].into_iter().chain(others).collect();
    trie.update(keys.iter().map(|key| (*key, Some([1; 32]))).collect(), 1).unwrap();
    let bytes = trie.prove(&twin).unwrap().encode();
    assert_eq!(bytes.len(), PROOF_BYTES_MAX - 64);
    verify(&trie.root(), &twin, Some(&[1; 32]), &Proof::decode(&bytes).unwrap()).unwrap();
    let many = Proof { terminal: Terminal::Empty, siblings: vec![[1; 32]; 257] };
    assert!(verify(&trie.root(), &twin, None, &many).is_err());
    assert!(matches!(Proof::decode(&many.encode()), Err(TrieError::MalformedProof(_))));
}

proptest! {
    #[test]
    fn bytes_that_read_as_a_proof_are_its_encoding(
        kind in 0u8..4,
        count in 0u16..20,
        bytes in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        for bytes in [bytes.clone(), [&[kind], count.to_le_bytes().as_slice(), bytes.as_slice()].concat()] {
            if let Ok(proof) = Proof::decode(&bytes) {
                prop_assert_eq!(proof.encode(), bytes);
            }
        }
    }

    #[test]
    fn well_formed_proofs_have_one_encoding(
        nodes in prop::collection::vec(prop_oneof![Just(TERMINATOR), any::<[u8; 32]>()], 0..=256),
        kind in 0u8..3,
        leaf in any::<([u8; 32], [u8; 32])>(),
    ) {
        let terminal = match kind {
            0 => Terminal::Empty,
            1 => Terminal::Own,
            _ => Terminal::Other { key_path: leaf.0, value_hash: leaf.1 },
        };
        let proof = Proof { terminal, siblings: nodes };
        prop_assert!(proof.encode().len() <= PROOF_BYTES_MAX);
        prop_assert_eq!(Proof::decode(&proof.encode()), Ok(proof));
    }
}
