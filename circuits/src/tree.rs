//! Group trees: append-only Poseidon trees of arity 4 and depth 16, room for 2^32 leaves.
//!
//! A node is `H_TreeNode(four children)`; an empty leaf is zero and empty subtrees hash up from there, so that the tree
//! always has its full depth and an inner node can never pass for a leaf. A leaf is never zero: zero would be a member
//! that nobody added. Three forms of the same tree:
//!
//! * [`Frontier`]: what is needed to append and to know the root, at most 49 nodes. Chain state keeps this.
//! * [`GroupTree`]: every node; wallets keep this and take paths from it.
//! * [`MembershipPath`]: one leaf's position and siblings; the witness of a membership proof.

mod frontier;
mod full;

pub use frontier::Frontier;
#[cfg(feature = "prove")]
pub(crate) use full::with_child;
pub use full::{GroupTree, MembershipPath};

use std::sync::LazyLock;

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Zero};

use crate::error::Reject;
use crate::field::FieldBytes;
use crate::hash::{Tag, hash};

/// Children of a node.
pub const ARITY: usize = 4;
/// Levels of nodes above the leaves.
pub const DEPTH: usize = 16;
/// Height of the subtrees whose roots are told to wallets: 4^8 = 65,536 leaves each.
pub const SUBTREE_HEIGHT: usize = 8;
/// Leaves a tree can hold.
pub const CAPACITY: u64 = 1 << 32;

/// Roots of empty subtrees by height: `EMPTY[0]` is the empty leaf, `EMPTY[DEPTH]` the root of the empty tree.
static EMPTY: LazyLock<[Fr; DEPTH + 1]> = LazyLock::new(|| {
    let mut roots = [Fr::ZERO; DEPTH + 1];
    for level in 0..DEPTH {
        roots[level + 1] = node([roots[level]; ARITY]);
    }
    roots
});

/// The root of a tree without leaves.
pub fn empty_root() -> FieldBytes {
    FieldBytes::from_field(EMPTY[DEPTH])
}

/// The root of a subtree of `height` levels without leaves; height 0 is the empty leaf, and above [`DEPTH`] there is none.
pub fn empty_node(height: usize) -> Option<FieldBytes> {
    EMPTY.get(height).copied().map(FieldBytes::from_field)
}

/// The node above four others: for trees whose leaves change, kept node by node.
///
/// # Errors
/// [`Reject::NotCanonical`].
pub fn parent(children: &[FieldBytes; ARITY]) -> Result<FieldBytes, Reject> {
    let mut fields = [Fr::ZERO; ARITY];
    for (field, child) in fields.iter_mut().zip(children) {
        *field = child.to_field("node")?;
    }
    Ok(FieldBytes::from_field(node(fields)))
}

pub(crate) fn node(children: [Fr; ARITY]) -> Fr {
    hash(Tag::TreeNode, children)
}

/// Reads leaves from outside: canonical and not zero.
fn read_leaves(leaves: &[FieldBytes]) -> Result<Vec<Fr>, Reject> {
    let read = |leaf: &FieldBytes| {
        let value = leaf.to_field("leaf")?;
        if value.is_zero() {
            return Err(Reject::Tree { why: "zero is the empty leaf and cannot be added" });
        }
        Ok(value)
    };
    leaves.iter().map(read).collect()
}

fn check_capacity(count: u64, added: usize) -> Result<u64, Reject> {
    let full = Reject::Tree { why: "no room for these leaves: a tree holds 2^32" };
    let total = u64::try_from(added).ok().and_then(|added| count.checked_add(added));
    total.filter(|total| *total <= CAPACITY).ok_or(full)
}
