//! A binary Merkle tree over a list of 32-byte leaves, for transactions and receipts of a block.
//!
//! The shape is that of RFC 6962: a list of n > 1 leaves splits at the largest power of two below n. Leaves
//! and inner nodes are hashed under one context with a kind byte, so that neither can pose as the other.

use crate::codec;
use alloc::vec::Vec;

const LEAF: u8 = 0;
const INNER: u8 = 1;
const EMPTY: u8 = 2;

/// Root over `leaves` under `context`.
#[must_use]
pub fn root(context: &'static str, leaves: &[[u8; 32]]) -> [u8; 32] {
    match leaves {
        [] => codec::hash(context, &[&[EMPTY]]),
        [leaf] => codec::hash(context, &[&[LEAF], leaf]),
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            inner(context, &root(context, left), &root(context, right))
        }
    }
}

/// Siblings of leaf `index`, from the leaf upwards. `None` when there is no such leaf.
#[must_use]
pub fn proof(context: &'static str, leaves: &[[u8; 32]], index: usize) -> Option<Vec<[u8; 32]>> {
    match leaves {
        [] => None,
        [_] => (index == 0).then(Vec::new),
        _ => {
            let at = split(leaves.len());
            let (left, right) = leaves.split_at(at);
            let (mut path, sibling) = match index.checked_sub(at) {
                None => (proof(context, left, index)?, root(context, right)),
                Some(inside) => (proof(context, right, inside)?, root(context, left)),
            };
            path.push(sibling);
            Some(path)
        }
    }
}

/// Whether `leaf` is leaf `index` of the `count` leaves under `root`.
#[must_use]
pub fn verify(
    context: &'static str,
    root: &[u8; 32],
    count: usize,
    index: usize,
    leaf: &[u8; 32],
    path: &[[u8; 32]],
) -> bool {
    fold(context, count, index, leaf, path).is_some_and(|computed| computed == *root)
}

fn fold(context: &'static str, count: usize, index: usize, leaf: &[u8; 32], path: &[[u8; 32]]) -> Option<[u8; 32]> {
    if index >= count {
        return None;
    }
    if count == 1 {
        return path.is_empty().then(|| codec::hash(context, &[&[LEAF], leaf]));
    }
    let (sibling, below) = path.split_last()?;
    let at = split(count);
    match index.checked_sub(at) {
        None => Some(inner(context, &fold(context, at, index, leaf, below)?, sibling)),
        Some(inside) => Some(inner(context, sibling, &fold(context, count.checked_sub(at)?, inside, leaf, below)?)),
    }
}

fn inner(context: &'static str, left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    codec::hash(context, &[&[INNER], left, right])
}

/// The largest power of two below `count`, for `count > 1`.
fn split(count: usize) -> usize {
    let half = count.next_power_of_two() >> 1;
    half.max(1)
}
