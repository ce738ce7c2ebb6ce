//! The page at the top of the trie: it alone may hold few leaves, and its child pages live in the shards.

use super::bucket::bucket_root;
use super::error::TrieError;
use super::hash::{Node, TERMINATOR, half, hash_pair, set_half};
use super::page::{Page, SLOTS, TOP, slot_mask};
use super::page_bytes;
use super::page_id::PageId;
use super::plan::depth_of;
use super::store::PageStore;

/// Recomputes the hashes above touched slots, clears the marks, and returns the root of the trie.
///
/// Hashes of child pages must stand in the page already.
pub(crate) fn rehash(page: &mut Page) -> Result<Node, TrieError> {
    let root = rehash_node(page, TOP)?;
    page.touched = 0;
    Ok(root)
}

fn rehash_node(page: &mut Page, node: usize) -> Result<Node, TrieError> {
    if !page.is_inner(node) {
        return Ok(bucket_root(page.leaves_below(node), depth_of(page, node)));
    }
    let rank = page.rank(node);
    for side in [0usize, 1] {
        let child = node.wrapping_mul(2) | side;
        let is_page = child >= SLOTS && page.is_child(child & 15);
        if page.touched & slot_mask(child) == 0 || is_page {
            continue;
        }
        let hash = rehash_node(page, child)?;
        set_half(page.pair_mut(rank).ok_or(NO_PAIR)?, side, &hash);
    }
    page.pair(node).map(hash_pair).ok_or(NO_PAIR)
}

/// Reads the root page of a trie with root `root` and checks it.
pub(crate) fn load(store: &dyn PageStore, root: &Node) -> Result<Page, TrieError> {
    let id = PageId::ROOT;
    if *root == TERMINATOR {
        return Ok(Page::new(id, super::page::NOT_LOADED));
    }
    let bytes = store.load(&id)?.ok_or(TrieError::MissingPage(id))?;
    let page = page_bytes::decode(id, &bytes)?;
    let mut recomputed = page.clone();
    recomputed.touched = u16::MAX;
    if rehash(&mut recomputed)? != *root || recomputed.pairs() != page.pairs() {
        return Err(TrieError::PageMismatch(id));
    }
    Ok(page)
}

/// The hash of the child page under `slot`.
pub(crate) fn child_hash(page: &Page, slot: usize) -> Option<&Node> {
    let pair = page.pair((slot | SLOTS) / 2)?;
    page.is_child(slot).then(|| half(pair, slot % 2))
}

const NO_PAIR: TrieError = TrieError::Internal("an inner node of the root page has no pair");
