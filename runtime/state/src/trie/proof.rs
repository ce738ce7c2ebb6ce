//! Proofs that a key has a value, or has none, under a root.
//!
//! A proof is where the path of the key ends and the siblings on the way. Bytes from outside are decoded strictly:
//! [`Proof::decode`] accepts exactly what [`Proof::encode`] gives, and a proof that verifies stops verifying when any
//! bit of it changes.

use super::bucket::bucket_path;
use super::error::TrieError;
use super::hash::{KeyPath, Node, TERMINATOR, ValueHash, half, hash_leaf, hash_pair, leaf, pair};
use super::page::{Page, SLOTS, TOP};
use super::page_id::{PageId, bit, nibble};
use super::plan::{Plan, depth_of};
use super::store::load_checked;
use super::update::Trie;
use std::borrow::Cow;

/// Bits of a key path, so the most siblings a proof can have.
const SIBLINGS_MAX: usize = 256;

/// Kind, sibling count, and their bitmap, at most; then terminal leaf and siblings.
const HEAD_BYTES_MAX: usize = 3 + SIBLINGS_MAX / 8;

/// The longest encoding of a proof in bytes.
pub const PROOF_BYTES_MAX: usize = HEAD_BYTES_MAX + 64 + SIBLINGS_MAX * 32;

/// Where the path of the proven key ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Terminal {
    /// In an empty subtree: the key has no value.
    Empty,
    /// In the leaf of the key itself: the key has a value, whose hash the verifier must know.
    Own,
    /// In the leaf of another key: the key has no value.
    Other {
        /// The other key's path.
        key_path: KeyPath,
        /// The other key's value hash.
        value_hash: ValueHash,
    },
}

/// A proof about one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Where the path ends.
    pub terminal: Terminal,
    /// The siblings on the path, from the root down; at most 256.
    pub siblings: Vec<Node>,
}

impl Proof {
    /// The canonical bytes: kind, sibling count, bitmap of siblings that are not empty, the other leaf if there is
    /// one, then the siblings that are not empty.
    pub fn encode(&self) -> Vec<u8> {
        let kind = match self.terminal {
            Terminal::Empty => 0u8,
            Terminal::Own => 1,
            Terminal::Other { .. } => 2,
        };
        let mut bytes = vec![kind];
        let count = u16::try_from(self.siblings.len()).unwrap_or(u16::MAX);
        bytes.extend_from_slice(&count.to_le_bytes());
        for eight in self.siblings.chunks(8) {
            let bits = eight
                .iter()
                .enumerate()
                .fold(0u8, |bits, (i, node)| if *node == TERMINATOR { bits } else { bits | (0x80 >> (i & 7)) });
            bytes.push(bits);
        }
        if let Terminal::Other { key_path, value_hash } = &self.terminal {
            bytes.extend_from_slice(key_path);
            bytes.extend_from_slice(value_hash);
        }
        self.siblings.iter().filter(|node| **node != TERMINATOR).for_each(|node| bytes.extend_from_slice(node));
        bytes
    }

    /// Reads what [`Proof::encode`] writes and nothing else.
    pub fn decode(bytes: &[u8]) -> Result<Self, TrieError> {
        let malformed = TrieError::MalformedProof;
        if bytes.len() > PROOF_BYTES_MAX {
            return Err(malformed("too long"));
        }
        let (&[kind, low, high], rest) = bytes.split_first_chunk().ok_or(malformed("shorter than its head"))?;
        let count = usize::from(u16::from_le_bytes([low, high]));
        if count > SIBLINGS_MAX {
            return Err(malformed("more than 256 siblings"));
        }
        let (bitmap, rest) = rest.split_at_checked(count.div_ceil(8)).ok_or(malformed("shorter than its bitmap"))?;
        let (terminal, rest) = decode_terminal(kind, rest).map_err(malformed)?;
        let siblings = decode_siblings(count, bitmap, rest).map_err(malformed)?;
        Ok(Self { terminal, siblings })
    }
}

fn decode_terminal(kind: u8, bytes: &[u8]) -> Result<(Terminal, &[u8]), &'static str> {
    match kind {
        0 => Ok((Terminal::Empty, bytes)),
        1 => Ok((Terminal::Own, bytes)),
        2 => {
            let (other, rest) = bytes.split_first_chunk::<64>().ok_or("shorter than its leaf")?;
            Ok((Terminal::Other { key_path: *half(other, 0), value_hash: *half(other, 1) }, rest))
        }
        _ => Err("unknown kind"),
    }
}

fn decode_siblings(count: usize, bitmap: &[u8], bytes: &[u8]) -> Result<Vec<Node>, &'static str> {
    let is_set = |i: usize| bitmap.get(i / 8).is_some_and(|byte| byte & (0x80 >> (i & 7)) != 0);
    if (count..bitmap.len().saturating_mul(8)).any(is_set) {
        return Err("unused bit of the bitmap is set");
    }
    let (nodes, tail) = bytes.as_chunks::<32>();
    let set = bitmap.iter().map(|byte| byte.count_ones() as usize).sum::<usize>();
    if !tail.is_empty() || nodes.len() != set {
        return Err("length does not fit its bitmap");
    }
    if nodes.contains(&TERMINATOR) {
        return Err("empty sibling not left out");
    }
    let mut nodes = nodes.iter().copied();
    Ok((0..count).map(|i| if is_set(i) { nodes.next().unwrap_or(TERMINATOR) } else { TERMINATOR }).collect())
}

/// Checks that under `root` the key at `key_path` has the value with hash `value` (`Some`) or has none (`None`).
pub fn verify(root: &Node, key_path: &KeyPath, value: Option<&ValueHash>, proof: &Proof) -> Result<(), TrieError> {
    let refused = TrieError::ProofRefused;
    let depth = proof.siblings.len();
    if depth > SIBLINGS_MAX {
        return Err(refused("more siblings than a key path has bits"));
    }
    let mut node = match (&proof.terminal, value) {
        (Terminal::Own, Some(value)) => hash_leaf(&leaf(key_path, value)),
        (Terminal::Empty, None) => TERMINATOR,
        (Terminal::Other { key_path: other, value_hash }, None) => {
            if other == key_path {
                return Err(refused("it shows a value where absence is claimed"));
            }
            if (0..depth).any(|i| bit(other, i) != bit(key_path, i)) {
                return Err(refused("the leaf it ends in does not lie on the path of the key"));
            }
            hash_leaf(&leaf(other, value_hash))
        }
        (Terminal::Own, None) => return Err(refused("it shows a value where absence is claimed")),
        (_, Some(_)) => return Err(refused("it shows absence where a value is claimed")),
    };
    for (depth, sibling) in proof.siblings.iter().enumerate().rev() {
        let children = if bit(key_path, depth) == 0 { pair(&node, sibling) } else { pair(sibling, &node) };
        node = hash_pair(&children);
    }
    if node == *root { Ok(()) } else { Err(refused("it leads to another root")) }
}

/// Checks from bytes alone that under the state root of a header the flat state key `key` has `value`, or no value.
pub fn verify_state_proof(root: [u8; 32], key: &[u8], value: Option<&[u8]>, proof: &[u8]) -> Result<(), TrieError> {
    let proof = Proof::decode(proof)?;
    let value = value.map(super::hash::value_hash);
    verify(&root, &super::hash::key_path(key), value.as_ref(), &proof)
}

impl Trie {
    /// A proof of the value of `key_path`, or of its absence, under [`Trie::root`].
    ///
    /// Pages that are not in memory are read from the store and not kept.
    pub fn prove(&self, key_path: &KeyPath) -> Result<Proof, TrieError> {
        self.check()?;
        let mut siblings = Vec::new();
        let mut passing = PagePath { key_path, siblings: &mut siblings };
        let mut page = Cow::Borrowed(&self.top);
        let end = loop {
            if let Some(end) = passing.through(&page) {
                break end;
            }
            page = self.child_page(&page, nibble(key_path, usize::from(page.id.level())))?;
        };
        let terminal = match end {
            None => Terminal::Empty,
            Some((found, _)) if found == *key_path => Terminal::Own,
            Some((key_path, value_hash)) => Terminal::Other { key_path, value_hash },
        };
        Ok(Proof { terminal, siblings })
    }

    /// The child page under `slot` of `above`: from memory, or read from the store and not kept.
    pub(super) fn child_page(&self, above: &Page, slot: usize) -> Result<Cow<'_, Page>, TrieError> {
        let id = above.id.child(slot).ok_or(NO_PAGE)?;
        let shard = self.shards.get(nibble(id.prefix(), 0)).ok_or(NO_PAGE)?;
        let loaded = if above.id == PageId::ROOT { shard.top_page() } else { shard.page_at(above.link(slot)) };
        match loaded {
            Some(page) => Ok(Cow::Borrowed(page)),
            None => {
                let expected = above.child_node(slot).ok_or(NO_PAGE)?;
                load_checked(self.store.as_ref(), id, expected, &mut Plan::default()).map(Cow::Owned)
            }
        }
    }
}

/// The leaf at which a path ends, if there is one.
type End = Option<(KeyPath, ValueHash)>;

/// A key on its way down and the siblings it met.
struct PagePath<'a> {
    key_path: &'a KeyPath,
    siblings: &'a mut Vec<Node>,
}

impl PagePath<'_> {
    /// Follows the key through one page; `None` when it leaves into a child page.
    fn through(&mut self, page: &Page) -> Option<End> {
        let mut node = TOP;
        while page.is_inner(node) {
            let depth = depth_of(page, node);
            let side = bit(self.key_path, depth);
            self.siblings.push(page.pair(node).map_or(TERMINATOR, |pair| *half(pair, 1usize.saturating_sub(side))));
            node = node.wrapping_mul(2) | side;
        }
        if node >= SLOTS && page.is_child(node & 15) {
            return None;
        }
        let end = bucket_path(page.leaves_below(node), depth_of(page, node), self.key_path, self.siblings);
        Some(end.map(|leaf| (*half(leaf, 0), *half(leaf, 1))))
    }
}

const NO_PAGE: TrieError = TrieError::Internal("a page on the path of a proof cannot be named");
