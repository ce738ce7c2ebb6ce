//! The vectors of `docs/spec/state-trie.md`, and the vector kernel against the plain hash.

use super::super::hash::{LEAF_TAG, PAIR_TAG, hash_leaf, hash_many, hash_pair};
use super::super::{Node, key_path, value_hash};
use super::model::{empty, key};
use blake3::platform::Platform;

#[test]
fn every_lane_of_the_vector_kernel_agrees_with_the_plain_hash() {
    let inputs: Vec<[u8; 64]> = (0..70).map(|i| [key(i), key(i + 100)].concat().try_into().unwrap()).collect();
    for platform in [Platform::Portable, Platform::detect()] {
        for len in 0..=inputs.len() {
            let mut leaves: Vec<(usize, Node)> = Vec::new();
            hash_many(platform, &inputs[..len], LEAF_TAG, |i, node| leaves.push((i, node)));
            let mut pairs: Vec<(usize, Node)> = Vec::new();
            hash_many(platform, &inputs[..len], PAIR_TAG, |i, node| pairs.push((i, node)));
            assert!(leaves.iter().copied().eq(inputs[..len].iter().map(hash_leaf).enumerate()));
            assert!(pairs.iter().copied().eq(inputs[..len].iter().map(hash_pair).enumerate()));
        }
    }
}

#[test]
fn print_vectors() {
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    let (_, mut trie) = empty();
    println!("key path {} value hash {}", hex(&key_path(b"account/1")), hex(&value_hash(b"ten")));
    let flat: Vec<(Vec<u8>, Vec<u8>)> =
        (0..20).map(|i| (format!("key/{i}").into_bytes(), format!("value/{i}").into_bytes())).collect();
    for (n, (k, v)) in flat.iter().enumerate() {
        trie.update(vec![(key_path(k), Some(value_hash(v)))], 1).unwrap();
        println!("root {} {}", n + 1, hex(&trie.root()));
    }
    for k in ["key/0", "key/20", "key/21", "key/22", "key/23", "key/24"] {
        println!("proof {k} {}", hex(&trie.prove(&key_path(k.as_bytes())).unwrap().encode()));
    }
}
