//! The vectors that other programs are written against (`tests/vectors/state-trie.json`), and the vector kernel against
//! the plain hash. After a deliberate change of a format run this with `TACIT_UPDATE_VECTORS=1`.

use super::super::hash::{LEAF_TAG, PAIR_TAG, hash_leaf, hash_many, hash_pair};
use super::super::{Node, TERMINATOR, key_path, value_hash, verify_state_proof};
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

/// The vectors as text: the state grows key by key, then proofs of each kind under the last root.
fn made() -> String {
    let hex = |bytes: &[u8]| bytes.iter().fold(String::from("0x"), |text, byte| text + &format!("{byte:02x}"));
    let (_, mut trie) = empty();
    let mut roots = Vec::new();
    for i in 0..20 {
        let (key, value) = (format!("key/{i}"), format!("value/{i}"));
        let (path, hash) = (key_path(key.as_bytes()), value_hash(value.as_bytes()));
        let root = trie.update(vec![(path, Some(hash))], 1).unwrap();
        roots.push(format!(
            "    {{ \"key\": \"{}\", \"value\": \"{}\", \"key_path\": \"{}\", \"value_hash\": \"{}\", \"root\": \"{}\" }}",
            hex(key.as_bytes()),
            hex(value.as_bytes()),
            hex(&path),
            hex(&hash),
            hex(&root)
        ));
    }
    let root = trie.root();
    let mut proofs = Vec::new();
    for i in [0, 1, 20, 21] {
        let (key, value) = (format!("key/{i}"), format!("value/{i}"));
        let bytes = trie.prove(&key_path(key.as_bytes())).unwrap().encode();
        let value = (i < 20).then_some(value.as_bytes());
        verify_state_proof(root, key.as_bytes(), value, &bytes).unwrap();
        proofs.push(format!(
            "    {{ \"key\": \"{}\", \"value\": {}, \"proof\": \"{}\" }}",
            hex(key.as_bytes()),
            value.map_or("null".into(), |value| format!("\"{}\"", hex(value))),
            hex(&bytes)
        ));
    }
    let pages = trie.take_dirty().unwrap().puts;
    let pages: Vec<String> = pages
        .iter()
        .map(|(id, bytes)| format!("    {{ \"id\": \"{}\", \"page\": \"{}\" }}", hex(&id.encode()), hex(bytes)))
        .collect();
    format!(
        "{{\n  \"empty_root\": \"{}\",\n  \"grown\": [\n{}\n  ],\n  \"root\": \"{}\",\n  \"proofs\": [\n{}\n  ],\n  \"pages\": [\n{}\n  ]\n}}\n",
        hex(&TERMINATOR),
        roots.join(",\n"),
        hex(&root),
        proofs.join(",\n"),
        pages.join(",\n")
    )
}

#[test]
fn roots_proofs_and_pages_are_those_of_the_committed_vectors() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/state-trie.json");
    let made = made();
    if std::env::var_os("TACIT_UPDATE_VECTORS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap();
    assert!(committed == made, "state-trie.json differs: a format changed");
}
