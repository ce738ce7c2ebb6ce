//! The list tree: every leaf has a proof, nothing else has, and the shape is that of RFC 6962.

use proptest::prelude::*;
use tacit_types::{codec, merkle};

const CONTEXT: &str = "tacit test merkle";

/// The same tree built from the bottom: pair neighbours, carry a lone last node up. An independent oracle for the
/// top-down splitting of the code.
fn bottom_up(leaves: &[[u8; 32]]) -> [u8; 32] {
    if leaves.is_empty() {
        return codec::hash(CONTEXT, &[&[2]]);
    }
    let mut level: Vec<[u8; 32]> = leaves.iter().map(|leaf| codec::hash(CONTEXT, &[&[0], leaf])).collect();
    while level.len() > 1 {
        let pair = |pair: &[[u8; 32]]| match pair {
            [left, right] => codec::hash(CONTEXT, &[&[1], left, right]),
            _ => pair[0],
        };
        level = level.chunks(2).map(pair).collect();
    }
    level[0]
}

proptest! {
    #[test]
    fn the_root_is_that_of_rfc_6962(leaves in prop::collection::vec(any::<[u8; 32]>(), 0..70)) {
        prop_assert_eq!(merkle::root(CONTEXT, &leaves), bottom_up(&leaves));
    }

    #[test]
    fn every_leaf_proves_itself_and_nothing_else(
        leaves in prop::collection::vec(any::<[u8; 32]>(), 1..40),
        pick in any::<prop::sample::Index>(),
        flip in any::<prop::sample::Index>(),
    ) {
        let root = merkle::root(CONTEXT, &leaves);
        let (count, index) = (leaves.len(), pick.index(leaves.len()));
        let path = merkle::proof(CONTEXT, &leaves, index).unwrap();
        let good = |count, index, leaf: &[u8; 32], path: &[[u8; 32]]| merkle::verify(CONTEXT, &root, count, index, leaf, path);
        prop_assert!(good(count, index, &leaves[index], &path));

        let mut forged = leaves[index];
        forged[flip.index(32)] ^= 1;
        prop_assert!(!good(count, index, &forged, &path), "another leaf");
        for other in (0..count).filter(|other| *other != index) {
            prop_assert!(!good(count, other, &leaves[index], &path), "another place");
        }
        prop_assert!(!good(count, count, &leaves[index], &path), "outside the list");
        let longer = [path.clone(), vec![[0; 32]]].concat();
        prop_assert!(!good(count, index, &leaves[index], &longer), "a sibling too many");
        if let Some((_, shorter)) = path.split_last() {
            prop_assert!(!good(count, index, &leaves[index], shorter), "a sibling too few");
            let mut bent = path.clone();
            bent[flip.index(path.len())][0] ^= 1;
            prop_assert!(!good(count, index, &leaves[index], &bent), "another sibling");
        }
        prop_assert_eq!(merkle::proof(CONTEXT, &leaves, count), None);
    }
}

/// Without kind bytes the two inner nodes of a tree of four could be passed off as a list of two leaves.
#[test]
fn an_inner_node_cannot_pose_as_a_leaf() {
    let leaves: Vec<[u8; 32]> = (0..4).map(|byte| [byte; 32]).collect();
    let inner: Vec<[u8; 32]> = leaves.chunks(2).map(|pair| merkle::root(CONTEXT, pair)).collect();
    assert_ne!(merkle::root(CONTEXT, &leaves), merkle::root(CONTEXT, &inner));
}

#[test]
fn contexts_separate_equal_lists() {
    assert_ne!(merkle::root("tacit test a", &[[1; 32]]), merkle::root("tacit test b", &[[1; 32]]));
}
