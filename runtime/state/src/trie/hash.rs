//! The hashes of the trie: key paths, value hashes, nodes one by one and nodes many at a time.
//!
//! Node rules are those of `nomt-core` 1.0.5 with its BLAKE3 hasher: a leaf is BLAKE3(key path, value hash) with the
//! top bit set, an internal node is BLAKE3(left, right) with the top bit cleared, an empty subtree is 32 zero bytes.
//! All inputs are 64 bytes, one BLAKE3 block, so equally long inputs are hashed side by side in vector registers:
//! about six times the rate of one after the other where AVX-512 is present.

use blake3::IncrementCounter;
use blake3::platform::Platform;
pub use nomt_core::trie::{KeyPath, Node, TERMINATOR, ValueHash};

/// A leaf as it is hashed and stored: key path, then value hash.
pub(crate) type Leaf = [u8; 64];

/// The two children of an internal node as they are hashed and stored: left, then right.
pub(crate) type Pair = [u8; 64];

/// BLAKE3 derive-key context of key paths.
pub const KEY_PATH_CONTEXT: &str = "tacit 2026-11 state key path";

/// BLAKE3 derive-key context of value hashes.
pub const VALUE_CONTEXT: &str = "tacit 2026-11 state value";

/// Where a flat state key lies in the trie.
pub fn key_path(flat_key: &[u8]) -> KeyPath {
    blake3::derive_key(KEY_PATH_CONTEXT, flat_key)
}

/// What a leaf commits to.
pub fn value_hash(value: &[u8]) -> ValueHash {
    blake3::derive_key(VALUE_CONTEXT, value)
}

/// The node of a leaf.
pub(crate) fn hash_leaf(leaf: &Leaf) -> Node {
    with_tag(blake3::hash(leaf).into(), LEAF_TAG)
}

/// The node of an internal node.
pub(crate) fn hash_pair(pair: &Pair) -> Node {
    with_tag(blake3::hash(pair).into(), PAIR_TAG)
}

/// Key path and value hash as one leaf.
pub(crate) fn leaf(key: &KeyPath, value: &ValueHash) -> Leaf {
    pair(key, value)
}

/// Two children as one pair.
pub(crate) fn pair(left: &Node, right: &Node) -> Pair {
    let mut bytes = [0u8; 64];
    set_half(&mut bytes, 0, left);
    set_half(&mut bytes, 1, right);
    bytes
}

/// Half of a pair or leaf: side 0 is left (key path), side 1 is right (value hash).
#[inline]
pub(crate) fn half(bytes: &[u8; 64], side: usize) -> &[u8; 32] {
    let half = if side == 0 { bytes.first_chunk() } else { bytes.last_chunk() };
    half.unwrap_or(&TERMINATOR)
}

/// Writes half of a pair or leaf.
#[inline]
pub(crate) fn set_half(bytes: &mut [u8; 64], side: usize, node: &[u8; 32]) {
    let (left, right) = bytes.split_at_mut(32);
    if side == 0 { left } else { right }.copy_from_slice(node);
}

/// The tag that the top bit of a node carries.
#[derive(Clone, Copy)]
pub(crate) struct Tag {
    and: u8,
    or: u8,
}

/// Leaves have the top bit set.
pub(crate) const LEAF_TAG: Tag = Tag { and: 0xff, or: 0x80 };

/// Internal nodes have the top bit cleared.
pub(crate) const PAIR_TAG: Tag = Tag { and: 0x7f, or: 0 };

fn with_tag(mut node: Node, tag: Tag) -> Node {
    if let Some(first) = node.first_mut() {
        *first = (*first & tag.and) | tag.or;
    }
    node
}

/// How many inputs go to the vector code at once; the widest BLAKE3 has (AVX-512).
const LANES: usize = 16;

/// BLAKE3's initial chaining value (section 2.2 of its paper; the words of SHA-256's).
const IV: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// BLAKE3's flags of an input that is one block long: chunk start and chunk end, and the root of its tree.
const CHUNK_START: u8 = 1;
const CHUNK_END: u8 = 1 << 1;
const ROOT: u8 = 1 << 3;

/// Hashes many 64-byte inputs, giving each node to `give` with the input's index, in order.
///
/// It calls the vector kernel that BLAKE3 uses for its own chunks. That entry point is public but not part of the
/// library's stable interface: the lock file pins the version, and a test compares every lane with `blake3::hash`.
pub(crate) fn hash_many(platform: Platform, inputs: &[[u8; 64]], tag: Tag, mut give: impl FnMut(usize, Node)) {
    let mut out = [0u8; LANES * 32];
    let mut index = 0usize;
    for chunk in inputs.chunks(LANES) {
        let mut refs: [&[u8; 64]; LANES] = [&[0; 64]; LANES];
        for (to, from) in refs.iter_mut().zip(chunk) {
            *to = from;
        }
        let Some(refs) = refs.get(..chunk.len()) else { return };
        platform.hash_many(refs, &IV, 0, IncrementCounter::No, 0, CHUNK_START, CHUNK_END | ROOT, &mut out);
        for node in out.as_chunks::<32>().0.iter().take(chunk.len()) {
            give(index, with_tag(*node, tag));
            index = index.wrapping_add(1);
        }
    }
}
