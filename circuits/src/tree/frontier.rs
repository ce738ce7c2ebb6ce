//! The right edge of a group tree: enough to append leaves and compute roots, and nothing else.
//!
//! At level `l` the frontier keeps the nodes that are complete but whose parent is not: as many as the `l`-th base-4 digit
//! of the number of leaves. A full tree keeps its root at level 16. The byte form follows from that: the number of leaves
//! (8 bytes, little-endian), then the kept nodes from the lowest level up, each level from left to right. The number of
//! leaves fixes the number of nodes, so every tree has one encoding, of at most 8 + 48 * 32 bytes.

use ark_bn254::Fr;
use ark_ff::Zero;

use super::{ARITY, CAPACITY, DEPTH, EMPTY, SUBTREE_HEIGHT, check_capacity, node, read_leaves};
use crate::error::Reject;
use crate::field::FieldBytes;

/// What chain state keeps of a group tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    count: u64,
    levels: [Vec<Fr>; DEPTH + 1],
}

impl Frontier {
    /// The longest encoding in bytes.
    pub const MAX_ENCODED_LEN: usize = 8 + (ARITY - 1) * DEPTH * 32;

    /// A tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of leaves appended so far; also the position of the next one.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Appends leaves in order, about a third of a hash per leaf. Nothing is appended when any leaf is refused.
    ///
    /// # Errors
    /// [`Reject::NotCanonical`] or [`Reject::Tree`] for a bad or zero leaf, [`Reject::Tree`] when the tree would overflow.
    pub fn append(&mut self, leaves: &[FieldBytes]) -> Result<(), Reject> {
        self.append_noting_subtrees(leaves).map(|_| ())
    }

    /// As [`Self::append`]; returns number and root of every subtree of 4^[`SUBTREE_HEIGHT`] leaves that this filled.
    ///
    /// # Errors
    /// As [`Self::append`].
    pub fn append_noting_subtrees(&mut self, leaves: &[FieldBytes]) -> Result<Vec<(u32, FieldBytes)>, Reject> {
        let count = check_capacity(self.count, leaves.len())?;
        let mut rising = read_leaves(leaves)?;
        let first_filled = self.count >> (2 * SUBTREE_HEIGHT);
        let mut filled = Vec::new();
        self.count = count;
        for level in 0..DEPTH {
            if level == SUBTREE_HEIGHT {
                let numbered = (first_filled..).zip(&rising);
                // At most 2^16 subtrees fit into a tree of 2^32 leaves.
                let number = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
                filled = numbered.map(|(index, root)| (number(index), FieldBytes::from_field(*root))).collect();
            }
            let mut waiting = core::mem::take(&mut self.levels[level]);
            waiting.append(&mut rising);
            let (complete, rest) = waiting.as_chunks::<ARITY>();
            rising.extend(complete.iter().map(|children| node(*children)));
            self.levels[level] = rest.to_vec();
        }
        self.levels[DEPTH].append(&mut rising);
        Ok(filled)
    }

    /// The root of the tree with all positions not yet filled empty: 16 hashes.
    pub fn root(&self) -> FieldBytes {
        if let Some(root) = self.levels[DEPTH].first() {
            return FieldBytes::from_field(*root);
        }
        let mut partial: Option<Fr> = None;
        for level in 0..DEPTH {
            let kept = &self.levels[level];
            if kept.is_empty() && partial.is_none() {
                continue;
            }
            let mut children = [EMPTY[level]; ARITY];
            for (child, value) in children.iter_mut().zip(kept.iter().chain(&partial)) {
                *child = *value;
            }
            partial = Some(node(children));
        }
        FieldBytes::from_field(partial.unwrap_or(EMPTY[DEPTH]))
    }

    /// The canonical bytes, for chain state.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.count.to_le_bytes().to_vec();
        for value in self.levels.iter().flatten() {
            bytes.extend_from_slice(&FieldBytes::from_field(*value).0);
        }
        bytes
    }

    /// Reads the canonical bytes; every other byte string is refused.
    ///
    /// # Errors
    /// [`Reject::Tree`] for a wrong length or count, [`Reject::NotCanonical`] for a bad node.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Reject> {
        let short = Reject::Tree { why: "frontier bytes do not have the length their leaf count calls for" };
        let (head, nodes) = bytes.split_first_chunk::<8>().ok_or(short.clone())?;
        let count = u64::from_le_bytes(*head);
        if count > CAPACITY {
            return Err(Reject::Tree { why: "frontier counts more than 2^32 leaves" });
        }
        let (nodes, rest) = nodes.as_chunks::<32>();
        let mut nodes = nodes.iter();
        let mut frontier = Self { count, ..Self::default() };
        for (level, kept) in frontier.levels.iter_mut().enumerate() {
            for _ in 0..digit(count, level) {
                let value = FieldBytes(*nodes.next().ok_or(short.clone())?).to_field("frontier node")?;
                if level == 0 && value.is_zero() {
                    return Err(Reject::Tree { why: "frontier holds an empty leaf as a member" });
                }
                kept.push(value);
            }
        }
        if nodes.next().is_some() || !rest.is_empty() {
            return Err(short);
        }
        Ok(frontier)
    }
}

/// The `level`-th base-4 digit of `count`.
fn digit(count: u64, level: usize) -> u64 {
    (count >> (2 * level)) % 4
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::tree::{GroupTree, empty_root};

    fn leaves(range: core::ops::Range<u64>) -> Vec<FieldBytes> {
        range.map(|i| FieldBytes::from(u128::from(i) + 1)).collect()
    }

    #[test]
    fn appending_in_any_batches_gives_the_root_of_the_full_tree() {
        for sizes in [vec![], vec![1], vec![3, 1], vec![5, 0, 12], vec![1; 21], vec![64], vec![63, 2], vec![257, 1]] {
            let (mut frontier, mut tree, mut next) = (Frontier::new(), GroupTree::new(), 0);
            for size in sizes {
                let batch = leaves(next..next + size);
                next += size;
                frontier.append(&batch).unwrap();
                tree.append(&batch).unwrap();
                assert_eq!(frontier.root(), tree.root(), "after {next} leaves");
                assert_eq!(Frontier::from_bytes(&frontier.to_bytes()).unwrap(), frontier);
                assert!(frontier.to_bytes().len() <= Frontier::MAX_ENCODED_LEN);
            }
            assert_eq!(frontier.count(), next);
        }
        assert_eq!(Frontier::new().root(), empty_root());
    }

    #[test]
    fn subtrees_are_noted_once_when_their_last_leaf_arrives() {
        let size = 4u64.pow(SUBTREE_HEIGHT as u32);
        let mut frontier = Frontier::new();
        let mut noted = Vec::new();
        for (from, to) in [(0, size - 1), (size - 1, size), (size, 2 * size + 5), (2 * size + 5, 2 * size + 6)] {
            noted.push(frontier.append_noting_subtrees(&leaves(from..to)).unwrap());
        }
        let whole = |from: u64| {
            let mut level: Vec<Fr> = (from..from + size).map(|leaf| Fr::from(leaf + 1)).collect();
            while level.len() > 1 {
                level = level.as_chunks::<ARITY>().0.iter().map(|children| node(*children)).collect();
            }
            FieldBytes::from_field(level[0])
        };
        assert_eq!(noted, [vec![], vec![(0, whole(0))], vec![(1, whole(size))], vec![]]);
    }

    #[test]
    fn the_last_place_can_be_filled_and_no_more() {
        let mut frontier = Frontier { count: CAPACITY - 1, levels: Default::default() };
        for level in 0..DEPTH {
            frontier.levels[level] = vec![Fr::from(level as u64 + 1); ARITY - 1];
        }
        assert_eq!(frontier.to_bytes().len(), Frontier::MAX_ENCODED_LEN);
        let before = frontier.clone();
        assert!(matches!(frontier.append(&leaves(0..2)), Err(Reject::Tree { .. })));
        assert_eq!(frontier, before);
        let expected = {
            let mut expected = FieldBytes::from(9).to_field("x").unwrap();
            for level in 0..DEPTH {
                let kept = Fr::from(level as u64 + 1);
                expected = node([kept, kept, kept, expected]);
            }
            FieldBytes::from_field(expected)
        };
        frontier.append(&[FieldBytes::from(9)]).unwrap();
        assert_eq!(frontier.root(), expected);
        assert_eq!(Frontier::from_bytes(&frontier.to_bytes()).unwrap(), frontier);
        assert!(frontier.append(&leaves(0..1)).is_err());
        frontier.append(&[]).unwrap();
    }

    #[test]
    fn zero_and_non_canonical_leaves_are_refused_and_change_nothing() {
        let mut frontier = Frontier::new();
        frontier.append(&leaves(0..5)).unwrap();
        let before = frontier.clone();
        assert!(matches!(frontier.append(&[FieldBytes::from(1), FieldBytes::ZERO]), Err(Reject::Tree { .. })));
        let bad = crate::field::modulus_bytes();
        assert!(matches!(frontier.append(&[bad]), Err(Reject::NotCanonical { .. })));
        assert_eq!(frontier, before);
    }

    #[test]
    fn only_the_canonical_bytes_decode() {
        let mut frontier = Frontier::new();
        frontier.append(&leaves(0..27)).unwrap();
        let good = frontier.to_bytes();
        for cut in 0..good.len() {
            assert!(Frontier::from_bytes(&good[..cut]).is_err(), "cut at {cut}");
        }
        let mut long = good.clone();
        long.push(0);
        assert!(Frontier::from_bytes(&long).is_err());
        long.extend_from_slice(&[0; 31]);
        assert!(Frontier::from_bytes(&long).is_err());
        let mut other_count = good.clone();
        other_count[0] += 1;
        assert!(Frontier::from_bytes(&other_count).is_err());
        let mut too_many = good.clone();
        too_many[..8].copy_from_slice(&(CAPACITY + 1).to_le_bytes());
        assert!(Frontier::from_bytes(&too_many).is_err());
        let mut empty_member = good.clone();
        empty_member[8..40].fill(0);
        assert!(Frontier::from_bytes(&empty_member).is_err());
        let mut large = good;
        large[8..40].fill(0xff);
        assert!(matches!(Frontier::from_bytes(&large), Err(Reject::NotCanonical { .. })));
    }
}
