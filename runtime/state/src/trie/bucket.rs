//! Small subtrees hashed one node after the other: what a bucket's leaves hash to, and the siblings on a path through it.

use super::hash::{KeyPath, Leaf, Node, TERMINATOR, half, hash_leaf, hash_pair, pair};
use super::page_id::bit;

/// The node at bit depth `depth` over `leaves`, which are ascending and agree in their first `depth` bits.
pub(crate) fn bucket_root(leaves: &[Leaf], depth: usize) -> Node {
    match leaves {
        [] => TERMINATOR,
        [leaf] => hash_leaf(leaf),
        _ => {
            let (left, right) = split(leaves, depth);
            let next = depth.saturating_add(1);
            hash_pair(&pair(&bucket_root(left, next), &bucket_root(right, next)))
        }
    }
}

/// Follows `key` through `leaves` from bit depth `depth`, pushing the sibling at each step, to the leaf where it ends
/// (`None`: it ends in an empty subtree).
pub(crate) fn bucket_path<'a>(
    mut leaves: &'a [Leaf],
    mut depth: usize,
    key: &KeyPath,
    siblings: &mut Vec<Node>,
) -> Option<&'a Leaf> {
    while leaves.len() > 1 {
        let (left, right) = split(leaves, depth);
        let (ours, other) = if bit(key, depth) == 0 { (left, right) } else { (right, left) };
        depth = depth.saturating_add(1);
        siblings.push(bucket_root(other, depth));
        leaves = ours;
    }
    leaves.first()
}

/// The leaves whose bit at `depth` is 0, and those whose bit is 1.
pub(crate) fn split(leaves: &[Leaf], depth: usize) -> (&[Leaf], &[Leaf]) {
    let zeros = leaves.iter().take_while(|leaf| bit(half(leaf, 0), depth) == 0).count();
    leaves.split_at_checked(zeros).unwrap_or((leaves, &[]))
}
