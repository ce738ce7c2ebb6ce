//! A whole group tree in memory, and the path of one leaf.
//!
//! For whoever needs membership paths: wallets, and tests. Memory is about 43 bytes per leaf. Never part of chain state.

use ark_bn254::Fr;

use super::{ARITY, DEPTH, EMPTY, check_capacity, node, read_leaves};
use crate::error::Reject;
use crate::field::FieldBytes;

/// Every node of a group tree.
#[derive(Clone, Debug)]
pub struct GroupTree {
    /// `levels[0]` are the leaves; `levels[DEPTH]` is the root alone. A level ends with its last node that has a leaf.
    levels: Vec<Vec<Fr>>,
}

/// Where a leaf stands and the nodes beside its path, lowest level first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MembershipPath {
    /// Position of the leaf; its base-4 digits say which child the path takes on each level.
    pub position: u32,
    /// The three siblings on each level, from left to right.
    pub siblings: [[FieldBytes; ARITY - 1]; DEPTH],
}

impl Default for GroupTree {
    fn default() -> Self {
        Self::new()
    }
}

impl GroupTree {
    /// A tree without leaves.
    pub fn new() -> Self {
        Self { levels: vec![Vec::new(); DEPTH + 1] }
    }

    /// Number of leaves.
    pub fn count(&self) -> u64 {
        self.levels[0].len() as u64
    }

    /// Appends leaves in order. Nothing is appended when any leaf is refused.
    ///
    /// # Errors
    /// As [`super::Frontier::append`].
    pub fn append(&mut self, leaves: &[FieldBytes]) -> Result<(), Reject> {
        check_capacity(self.count(), leaves.len())?;
        self.extend(read_leaves(leaves)?);
        Ok(())
    }

    /// The tree with these leaves, of which some may be zero: places that nobody holds any more.
    ///
    /// # Errors
    /// [`Reject::NotCanonical`], and [`Reject::Tree`] for more leaves than a tree holds.
    pub fn with_gaps(leaves: &[FieldBytes]) -> Result<Self, Reject> {
        let mut tree = Self::new();
        check_capacity(0, leaves.len())?;
        tree.extend(leaves.iter().map(|leaf| leaf.to_field("leaf")).collect::<Result<_, _>>()?);
        Ok(tree)
    }

    fn extend(&mut self, leaves: Vec<Fr>) {
        let mut first_changed = self.levels[0].len();
        self.levels[0].extend(leaves);
        for level in 0..DEPTH {
            first_changed /= ARITY;
            self.levels[level + 1].truncate(first_changed);
            let (below, above) = self.levels.split_at_mut(level + 1);
            let changed = below[level].get(first_changed * ARITY..).unwrap_or_default();
            above[0].extend(changed.chunks(ARITY).map(|present| {
                let mut children = [EMPTY[level]; ARITY];
                children[..present.len()].copy_from_slice(present);
                node(children)
            }));
        }
    }

    /// The root.
    pub fn root(&self) -> FieldBytes {
        FieldBytes::from_field(self.levels[DEPTH].first().copied().unwrap_or(EMPTY[DEPTH]))
    }

    /// Position of a leaf, the first if it was added twice.
    pub fn position_of(&self, leaf: &FieldBytes) -> Option<u32> {
        let wanted = leaf.to_field("leaf").ok()?;
        let index = self.levels[0].iter().position(|present| *present == wanted)?;
        u32::try_from(index).ok()
    }

    /// The path of the leaf at a position.
    ///
    /// # Errors
    /// [`Reject::Tree`] when no leaf was appended there.
    pub fn path(&self, position: u32) -> Result<MembershipPath, Reject> {
        let mut index = usize::try_from(position)
            .ok()
            .filter(|index| *index < self.levels[0].len())
            .ok_or(Reject::Tree { why: "no leaf at this position" })?;
        let mut siblings = [[FieldBytes::ZERO; ARITY - 1]; DEPTH];
        for (level, row) in siblings.iter_mut().enumerate() {
            let first = index - index % ARITY;
            let others = (first..first + ARITY).filter(|other| *other != index);
            for (sibling, other) in row.iter_mut().zip(others) {
                let value = self.levels[level].get(other).copied().unwrap_or(EMPTY[level]);
                *sibling = FieldBytes::from_field(value);
            }
            index /= ARITY;
        }
        Ok(MembershipPath { position, siblings })
    }
}

impl MembershipPath {
    /// Which of the four children the path takes at a level: 0 to 3.
    pub(crate) fn digit(&self, level: usize) -> usize {
        ((self.position >> (2 * level)) & 3) as usize
    }

    /// The siblings as field elements.
    pub(crate) fn sibling_fields(&self) -> Result<[[Fr; ARITY - 1]; DEPTH], Reject> {
        let mut fields = [[EMPTY[0]; ARITY - 1]; DEPTH];
        for (row, bytes) in fields.iter_mut().zip(&self.siblings) {
            for (field, bytes) in row.iter_mut().zip(bytes) {
                *field = bytes.to_field("sibling")?;
            }
        }
        Ok(fields)
    }

    /// The root this path leads to from a leaf.
    ///
    /// # Errors
    /// [`Reject::NotCanonical`] for a bad leaf or sibling.
    pub fn root(&self, leaf: &FieldBytes) -> Result<FieldBytes, Reject> {
        let mut current = leaf.to_field("leaf")?;
        for (level, siblings) in self.sibling_fields()?.iter().enumerate() {
            current = node(with_child(siblings, self.digit(level), current));
        }
        Ok(FieldBytes::from_field(current))
    }
}

/// The four children of a node: `child` at place `digit`, its siblings in the places left.
pub(crate) fn with_child(siblings: &[Fr; ARITY - 1], digit: usize, child: Fr) -> [Fr; ARITY] {
    let mut others = siblings.iter();
    core::array::from_fn(|place| match place == digit {
        true => child,
        false => others.next().copied().unwrap_or(child),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_tree_with_gaps_is_the_tree_whose_leaves_became_zero() {
        let leaves: Vec<_> = (1..=9u128).map(FieldBytes::from).collect();
        let mut tree = GroupTree::new();
        tree.append(&leaves).unwrap();
        let mut gapped = leaves.clone();
        gapped[4] = FieldBytes::ZERO;
        let with_gap = GroupTree::with_gaps(&gapped).unwrap();
        assert_eq!(with_gap.root(), tree.path(4).unwrap().root(&FieldBytes::ZERO).unwrap());
        assert_eq!(GroupTree::with_gaps(&leaves).unwrap().root(), tree.root());
        assert!(GroupTree::with_gaps(&[crate::field::modulus_bytes()]).is_err());
        gapped[8] = FieldBytes::ZERO;
        let shorter = GroupTree::with_gaps(&gapped[..8]).unwrap();
        assert_eq!(GroupTree::with_gaps(&gapped).unwrap().root(), shorter.root(), "gaps at the end are no leaves");
    }

    #[test]
    fn every_leafs_path_leads_to_the_root_and_no_other_leafs_does() {
        let leaves: Vec<_> = (1..=37u128).map(FieldBytes::from).collect();
        let mut tree = GroupTree::new();
        tree.append(&leaves[..10]).unwrap();
        tree.append(&leaves[10..]).unwrap();
        for (position, leaf) in (0u32..).zip(&leaves) {
            let path = tree.path(position).unwrap();
            assert_eq!(path.root(leaf).unwrap(), tree.root());
            assert_ne!(path.root(&FieldBytes::from(999)).unwrap(), tree.root());
            assert_eq!(tree.position_of(leaf), Some(position));
            let moved = MembershipPath { position: position ^ 1, ..path };
            assert_ne!(moved.root(leaf).unwrap(), tree.root());
        }
        assert!(tree.path(37).is_err());
        assert_eq!(tree.position_of(&FieldBytes::from(999)), None);
    }
}
