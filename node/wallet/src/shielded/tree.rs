//! The note tree as a wallet keeps it: the roots of all complete subtrees, the leaves of those that hold notes of its own,
//! and the leaves of the one that is being filled. That is enough for the path of every own note at every anchor, and
//! asking for it tells nobody which notes these are.
//!
//! A subtree has 2^16 leaves and eight levels; the note tree has eight more above them.

use borsh::{BorshDeserialize, BorshSerialize};
use tacit_circuits::tree::{ARITY, DEPTH, SUBTREE_HEIGHT, empty_node, parent};
use tacit_circuits::{FieldBytes, MembershipPath, Reject};

/// Levels of nodes above the leaves of a subtree.
pub const SUBTREE_LEVELS: usize = SUBTREE_HEIGHT;
/// Leaves of a subtree.
pub const SUBTREE_LEAVES: u64 = (ARITY as u64).pow(SUBTREE_LEVELS as u32);
/// Nodes beside the path on one level.
type Siblings = [FieldBytes; ARITY - 1];
/// The part of a path that lies within a subtree.
pub type LowerPath = [Siblings; SUBTREE_LEVELS];
/// A level is hashed by several threads from this many nodes on.
const PARALLEL_NODES: usize = 512;

/// What a wallet has found out about the note tree. All of it can be found out again.
#[derive(Clone, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct TreeCache {
    /// Roots of the complete subtrees, from the first one on. Together with the leaves after them they led to a root that
    /// the node reported.
    pub roots: Vec<[u8; 32]>,
    /// The complete subtrees whose leaves in the store lead to their root, ascending.
    pub checked: Vec<u32>,
    /// Lower paths of own notes in complete subtrees, which never change again, by position, ascending.
    pub paths: Vec<(u32, [[[u8; 32]; ARITY - 1]; SUBTREE_LEVELS])>,
}

/// Neighbouring nodes of a tree and everything above them, up to some level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Levels(Vec<Vec<FieldBytes>>, usize);

/// The note tree at one moment, as far as paths need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnchorTree {
    count: u64,
    /// Of the subtree that is being filled.
    last: Levels,
    /// From the subtrees' roots to the root.
    upper: Levels,
}

/// The subtree that a position lies in.
#[must_use]
pub const fn subtree_of(position: u64) -> u64 {
    position / SUBTREE_LEAVES
}

impl Levels {
    /// Hashes `levels` levels above `nodes`, which stand on level `first_level` at the left edge of a subtree.
    ///
    /// # Errors
    /// [`Reject::NotCanonical`] for a node that is no field element.
    pub fn grow(nodes: Vec<FieldBytes>, first_level: usize, levels: usize) -> Result<Self, Reject> {
        let mut grown = vec![nodes];
        for level in first_level..first_level.saturating_add(levels) {
            let below = grown.last().map(Vec::as_slice).unwrap_or_default();
            grown.push(parents(below, empty_subtree(level))?);
        }
        Ok(Self(grown, first_level))
    }

    /// The one node on top; that of an empty subtree when there are no nodes.
    #[must_use]
    pub fn top(&self) -> FieldBytes {
        let height = self.first_level().saturating_add(self.0.len().saturating_sub(1));
        self.0.last().and_then(|top| top.first()).copied().unwrap_or_else(|| empty_subtree(height))
    }

    /// The siblings beside the path from node `index` of the lowest level, one row per level.
    pub fn siblings(&self, index: u64) -> impl Iterator<Item = Siblings> + '_ {
        let rows = self.0.iter().take(self.0.len().saturating_sub(1));
        rows.enumerate().map(move |(row, nodes)| {
            let own = index.checked_shr(2_u32.saturating_mul(row as u32)).unwrap_or(0);
            let first = own - own % ARITY as u64;
            let mut others = (first..first + ARITY as u64).filter(|other| *other != own);
            std::array::from_fn(|_| {
                let other = others.next().and_then(|other| usize::try_from(other).ok());
                let node = other.and_then(|other| nodes.get(other)).copied();
                node.unwrap_or_else(|| empty_subtree(self.first_level().saturating_add(row)))
            })
        })
    }

    const fn first_level(&self) -> usize {
        self.1
    }
}

/// The path of leaf `index` within its subtree.
#[must_use]
pub fn lower_path(subtree: &Levels, index: u64) -> LowerPath {
    let mut path = [[FieldBytes::ZERO; ARITY - 1]; SUBTREE_LEVELS];
    path.iter_mut().zip(subtree.siblings(index)).for_each(|(row, siblings)| *row = siblings);
    path
}

impl AnchorTree {
    /// The tree of `count` leaves from the roots of its complete subtrees and the leaves after them.
    ///
    /// # Errors
    /// [`Reject::Tree`] when roots and leaves are not as many as `count` says, [`Reject::NotCanonical`].
    pub fn new(count: u64, complete: &[FieldBytes], leaves: Vec<FieldBytes>) -> Result<Self, Reject> {
        let fits = complete.len() as u64 == subtree_of(count) && leaves.len() as u64 == count % SUBTREE_LEAVES;
        if !fits {
            return Err(Reject::Tree { why: "subtree roots and leaves are not as many as the tree has" });
        }
        let last = Levels::grow(leaves, 0, SUBTREE_LEVELS)?;
        let mut roots = complete.to_vec();
        if !count.is_multiple_of(SUBTREE_LEAVES) {
            roots.push(last.top());
        }
        let upper = Levels::grow(roots, SUBTREE_LEVELS, DEPTH - SUBTREE_LEVELS)?;
        Ok(Self { count, last, upper })
    }

    /// The root.
    #[must_use]
    pub fn root(&self) -> FieldBytes {
        self.upper.top()
    }

    /// The lower path of a leaf in the subtree that is being filled; `None` in a complete one, or when there is no leaf.
    #[must_use]
    pub fn lower_path(&self, position: u32) -> Option<LowerPath> {
        let position = u64::from(position);
        let in_last = subtree_of(position) == subtree_of(self.count) && position < self.count;
        in_last.then(|| lower_path(&self.last, position % SUBTREE_LEAVES))
    }

    /// The whole path of a leaf from its part within the subtree.
    #[must_use]
    pub fn path(&self, position: u32, lower: &LowerPath) -> MembershipPath {
        let mut siblings = [[FieldBytes::ZERO; ARITY - 1]; DEPTH];
        let upper = self.upper.siblings(subtree_of(u64::from(position)));
        siblings.iter_mut().zip(lower.iter().copied().chain(upper)).for_each(|(row, siblings)| *row = siblings);
        MembershipPath { position, siblings }
    }
}

impl TreeCache {
    /// The roots of the first `count` subtrees; `None` when there are fewer.
    #[must_use]
    pub fn complete(&self, count: u64) -> Option<Vec<FieldBytes>> {
        let roots = self.roots.get(..usize::try_from(count).ok()?)?;
        Some(roots.iter().copied().map(FieldBytes).collect())
    }

    /// The lower path of an own note in a complete subtree, when it is known.
    #[must_use]
    pub fn path(&self, position: u32) -> Option<LowerPath> {
        let index = self.paths.binary_search_by_key(&position, |(position, _)| *position).ok()?;
        self.paths.get(index).map(|(_, rows)| rows.map(|row| row.map(FieldBytes)))
    }

    /// Keeps the lower path of an own note.
    pub fn keep_path(&mut self, position: u32, path: &LowerPath) {
        let path = path.map(|row| row.map(|node| node.0));
        match self.paths.binary_search_by_key(&position, |(position, _)| *position) {
            Ok(index) => self.paths[index].1 = path,
            Err(index) => self.paths.insert(index, (position, path)),
        }
    }

    /// True when the leaves of a subtree were found to lead to its root.
    #[must_use]
    pub fn is_checked(&self, subtree: u32) -> bool {
        self.checked.binary_search(&subtree).is_ok()
    }

    /// Notes that the leaves of a subtree lead to its root.
    pub fn set_checked(&mut self, subtree: u32) {
        if let Err(index) = self.checked.binary_search(&subtree) {
            self.checked.insert(index, subtree);
        }
    }
}

/// The root of an empty subtree below some level; no level of ours is above the tree's root.
fn empty_subtree(level: usize) -> FieldBytes {
    empty_node(level).unwrap_or_default()
}

/// The nodes above `nodes`, by several threads where there are many.
fn parents(nodes: &[FieldBytes], empty: FieldBytes) -> Result<Vec<FieldBytes>, Reject> {
    let hash = |nodes: &[FieldBytes]| -> Result<Vec<FieldBytes>, Reject> {
        let above = nodes.chunks(ARITY).map(|present| {
            let mut children = [empty; ARITY];
            children.iter_mut().zip(present).for_each(|(child, node)| *child = *node);
            parent(&children)
        });
        above.collect()
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    if threads == 1 || nodes.len() < PARALLEL_NODES {
        return hash(nodes);
    }
    let share = nodes.len().div_ceil(threads).next_multiple_of(ARITY);
    std::thread::scope(|scope| {
        let hash = &hash;
        let running: Vec<_> = nodes.chunks(share).map(|nodes| scope.spawn(move || hash(nodes))).collect();
        let mut above = Vec::with_capacity(nodes.len().div_ceil(ARITY));
        for thread in running {
            // A thread that panics was this program's mistake, and stays one.
            above.extend(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        Ok(above)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use tacit_circuits::GroupTree;

    fn leaf(index: u64) -> FieldBytes {
        FieldBytes::from(u128::from(index) + 1)
    }

    fn leaves(range: std::ops::Range<u64>) -> Vec<FieldBytes> {
        range.map(leaf).collect()
    }

    /// The tree of `count` leaves and the lower path of a position, from subtrees alone.
    fn assemble(count: u64, position: u32) -> (AnchorTree, LowerPath) {
        let subtree = |index: u64| {
            let from = index * SUBTREE_LEAVES;
            Levels::grow(leaves(from..(from + SUBTREE_LEAVES).min(count)), 0, SUBTREE_LEVELS).unwrap()
        };
        let complete: Vec<_> = (0..subtree_of(count)).map(|index| subtree(index).top()).collect();
        let tree = AnchorTree::new(count, &complete, leaves(subtree_of(count) * SUBTREE_LEAVES..count)).unwrap();
        let own = subtree(subtree_of(u64::from(position)));
        let lower = lower_path(&own, u64::from(position) % SUBTREE_LEAVES);
        (tree, lower)
    }

    #[test]
    fn paths_over_three_subtrees_are_those_of_the_whole_tree() {
        let count = 2 * SUBTREE_LEAVES + 5;
        let mut whole = GroupTree::new();
        whole.append(&leaves(0..count)).unwrap();
        for position in [0, 1, 65_535, 65_536, 131_071, 131_072, 131_076] {
            let (tree, lower) = assemble(count, position);
            assert_eq!(tree.root(), whole.root());
            let path = tree.path(position, &lower);
            assert_eq!(path, whole.path(position).unwrap(), "position {position}");
            assert_eq!(path.root(&leaf(position.into())).unwrap(), whole.root());
            assert_eq!(tree.lower_path(position), (position >= 131_072).then_some(lower));
        }
        assert_eq!(assemble(count, 131_076).0.lower_path(131_077), None, "there is no such leaf yet");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn every_path_in_a_growing_tree_is_that_of_the_whole_tree(count in 1u64..5_000, place: prop::sample::Index) {
            let position = u32::try_from(place.index(count as usize)).unwrap();
            let mut whole = GroupTree::new();
            whole.append(&leaves(0..count)).unwrap();
            let (tree, lower) = assemble(count, position);
            prop_assert_eq!(tree.root(), whole.root());
            prop_assert_eq!(tree.path(position, &lower), whole.path(position).unwrap());
        }
    }

    #[test]
    fn an_empty_tree_has_the_root_of_one_and_a_full_subtree_needs_no_leaves() {
        assert_eq!(AnchorTree::new(0, &[], vec![]).unwrap().root(), tacit_circuits::tree::empty_root());
        let mut whole = GroupTree::new();
        whole.append(&leaves(0..SUBTREE_LEAVES)).unwrap();
        assert_eq!(assemble(SUBTREE_LEAVES, 3).0.root(), whole.root());
    }

    #[test]
    fn a_wrong_number_of_roots_or_leaves_is_refused() {
        assert!(AnchorTree::new(3, &[], leaves(0..2)).is_err());
        assert!(AnchorTree::new(3, &[leaf(0)], leaves(0..3)).is_err());
        assert!(AnchorTree::new(SUBTREE_LEAVES, &[], leaves(0..SUBTREE_LEAVES)).is_err());
        assert!(AnchorTree::new(1, &[], vec![tacit_circuits::modulus_bytes()]).is_err());
    }

    #[test]
    fn a_path_that_was_kept_is_given_back() {
        let (_, lower) = assemble(10, 4);
        let mut cache = TreeCache::default();
        for position in [9, 4, 4] {
            cache.keep_path(position, &lower);
        }
        assert_eq!((cache.path(4), cache.path(5), cache.paths.len()), (Some(lower), None, 2));
        cache.set_checked(7);
        cache.set_checked(2);
        assert!(cache.is_checked(2) && cache.is_checked(7) && !cache.is_checked(3));
    }
}
