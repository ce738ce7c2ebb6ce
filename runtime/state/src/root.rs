//! The root of a whole state, computed from its entries alone: what genesis pins and what the trie is checked against.

use crate::trie::{TrieError, key_path, root_from_sorted, value_hash};
use tacit_types::StateRoot;

/// The state root over `entries`, given in any order; no key may occur twice.
///
/// # Errors
/// [`TrieError`] when a key occurs twice.
pub fn root_of<'e>(entries: impl IntoIterator<Item = (&'e [u8], &'e [u8])>) -> Result<StateRoot, TrieError> {
    let mut leaves: Vec<_> = entries.into_iter().map(|(key, value)| (key_path(key), value_hash(value))).collect();
    leaves.sort_unstable();
    Ok(StateRoot(root_from_sorted(leaves)?))
}
