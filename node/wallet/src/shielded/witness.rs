//! Paths of own notes to an anchor: from what is stored, without asking a node for anything that tells which notes they
//! are.
//!
//! Which anchor a transaction uses is public. All wallets take the latest one whose height is a multiple of ten, where
//! their notes are old enough, so that anchors tell as little as possible about when a wallet looked at the chain.

use super::store::Store;
use super::tree::{AnchorTree, Levels, LowerPath, SUBTREE_LEAVES, SUBTREE_LEVELS, lower_path, subtree_of};
use crate::error::WalletError;
use std::collections::BTreeMap;
use tacit_circuits::{FieldBytes, MembershipPath};

/// Anchors are taken at heights that are multiples of this.
pub const ANCHOR_STEP: u64 = 10;

/// Paths to one anchor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witnesses {
    /// Height after which the note tree had this root.
    pub height: u64,
    /// The root.
    pub anchor: FieldBytes,
    /// One path for each position that was asked for, in that order.
    pub paths: Vec<MembershipPath>,
}

/// The paths of notes at `positions` to the latest anchor of common choice under which all of them lie, or else to the
/// latest one.
///
/// # Errors
/// [`WalletError::Missing`] when the store does not have what is needed; [`WalletError::BadChain`] when it does not lead to
/// the anchor that the node reported; both are mended by a sync.
pub fn witnesses(store: &mut Store, positions: &[u32]) -> Result<Witnesses, WalletError> {
    let newest = store.segments().next_back().ok_or(WalletError::Missing)?.to;
    let needed = positions.iter().max().map_or(0, |position| u64::from(*position).saturating_add(1));
    let common = common_anchor(store)?.filter(|(_, count)| *count >= needed);
    witnesses_at(store, common.map_or(newest, |(height, _)| height), positions)
}

/// The height whose anchor all wallets choose now, and how many notes lie under it; none before it is stored.
///
/// # Errors
/// As [`witnesses`].
pub fn common_anchor(store: &mut Store) -> Result<Option<(u64, u64)>, WalletError> {
    let newest = store.segments().next_back().map_or(0, |entry| entry.to);
    let common = newest - newest % ANCHOR_STEP;
    match state_after(store, common) {
        Ok((count, _)) => Ok(Some((common, count))),
        Err(WalletError::Missing) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The paths of notes at `positions` to the root after `height`.
///
/// # Errors
/// As [`witnesses`].
pub fn witnesses_at(store: &mut Store, height: u64, positions: &[u32]) -> Result<Witnesses, WalletError> {
    let (count, reported) = state_after(store, height)?;
    let cache = store.tree()?;
    let complete = subtree_of(count);
    let roots = cache.complete(complete).ok_or(WalletError::Missing)?;
    let (leaves, _) = store.leaves(complete.saturating_mul(SUBTREE_LEAVES)..count)?;
    let tree = AnchorTree::new(count, &roots, leaves)?;
    if reported.is_some_and(|reported| reported != tree.root().0) {
        let reason = "the stored commitments do not lead to the root that was reported";
        return Err(WalletError::BadChain { from: height, to: height, reason });
    }
    let mut subtrees = BTreeMap::new();
    let mut paths = Vec::with_capacity(positions.len());
    for position in positions.iter().copied() {
        if u64::from(position) >= count {
            return Err(WalletError::Missing);
        }
        let lower = match tree.lower_path(position).or_else(|| cache.path(position)) {
            Some(lower) => lower,
            None => complete_path(store, &mut subtrees, position)?,
        };
        paths.push(tree.path(position, &lower));
    }
    Ok(Witnesses { height, anchor: tree.root(), paths })
}

/// The lower path of a leaf in a complete subtree, from all its leaves.
fn complete_path(
    store: &mut Store,
    subtrees: &mut BTreeMap<u64, Levels>,
    position: u32,
) -> Result<LowerPath, WalletError> {
    let index = subtree_of(position.into());
    if let std::collections::btree_map::Entry::Vacant(vacant) = subtrees.entry(index) {
        let first = index.saturating_mul(SUBTREE_LEAVES);
        let (leaves, _) = store.leaves(first..first.saturating_add(SUBTREE_LEAVES))?;
        vacant.insert(Levels::grow(leaves, 0, SUBTREE_LEVELS)?);
    }
    let subtree = subtrees.get(&index).ok_or(WalletError::Missing)?;
    Ok(lower_path(subtree, u64::from(position) % SUBTREE_LEAVES))
}

/// Notes in the tree after a height, and its root when a stored height says so.
fn state_after(store: &mut Store, height: u64) -> Result<(u64, Option<[u8; 32]>), WalletError> {
    let at = store.segments().rfind(|entry| entry.from <= height);
    match at {
        Some(entry) if height <= entry.to => Ok(store.read(entry)?.state_after(height)),
        _ => Err(WalletError::Missing),
    }
}
