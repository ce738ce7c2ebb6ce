//! The root of a whole state without any page: the check that the pages are right.

use super::error::TrieError;
use super::hash::{KeyPath, Node, ValueHash};
use nomt_core::hasher::Blake3Hasher;
use nomt_core::update::build_trie;

/// The root over `leaves`, which must be strictly ascending by key path; memory in proportion to the depth only.
pub fn root_from_sorted(leaves: impl IntoIterator<Item = (KeyPath, ValueHash)>) -> Result<Node, TrieError> {
    let mut last: Option<KeyPath> = None;
    let mut ordered = true;
    let mut leaves = leaves.into_iter();
    // The builder relies on the order, so the first leaf out of order ends the run.
    let checked = std::iter::from_fn(|| {
        let (key, value) = leaves.next()?;
        ordered &= last.is_none_or(|last| last < key);
        last = Some(key);
        ordered.then_some((key, value))
    });
    let root = build_trie::<Blake3Hasher>(0, checked.fuse(), |_| {});
    if ordered { Ok(root) } else { Err(TrieError::Unsorted) }
}
