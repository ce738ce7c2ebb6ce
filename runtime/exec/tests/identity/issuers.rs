//! Issuers' trees: the chain's nodes are those of the tree that holders build, and only the owner changes them.

use crate::prover::{credential_leaf, name, number, stored_issuer};
use crate::support::{fails, succeeds};
use tacit_circuits::tree::{CAPACITY, DEPTH, empty_root};
use tacit_circuits::{FieldBytes as Field, GroupTree, MembershipPath};
use tacit_exec::testing::{MemoryChain, TestKey, transfer};
use tacit_state::record::{ISSUER_ROOTS_KEPT, Issuer};
use tacit_state::{Change, StateRead, WriteSet, key};
use tacit_types::identity::{CredentialIssue, CredentialRevoke, IssuerCreate, issuer_id};
use tacit_types::*;

fn create() -> Action {
    Action::IssuerCreate(IssuerCreate { name: name("city-hall") })
}

fn issue(issuer: IssuerId, numbers: std::ops::Range<u64>) -> Action {
    let leaves = List::new(numbers.map(credential_leaf).collect()).unwrap();
    Action::CredentialIssue(CredentialIssue { issuer, leaves })
}

fn revoke(issuer: IssuerId, index: u32) -> Action {
    Action::CredentialRevoke(CredentialRevoke { issuer, index })
}

fn start() -> (MemoryChain, TestKey, TestKey, IssuerId) {
    let mut chain = MemoryChain::new(1, 2);
    let [owner, stranger] = [chain.accounts[0].clone(), chain.accounts[1].clone()];
    succeeds(&mut chain, &owner, vec![create()]);
    let id = issuer_id(&owner.address(), Sequence(0), 0);
    (chain, owner, stranger, id)
}

fn leaves(numbers: std::ops::Range<u64>) -> Vec<FieldBytes> {
    numbers.map(credential_leaf).collect()
}

fn tree(leaves: &[FieldBytes]) -> GroupTree {
    GroupTree::with_gaps(&leaves.iter().map(|leaf| Field(leaf.0)).collect::<Vec<_>>()).unwrap()
}

fn root(leaves: &[FieldBytes]) -> FieldBytes {
    FieldBytes(tree(leaves).root().0)
}

fn node(chain: &MemoryChain, id: &IssuerId, level: usize, index: u64) -> Option<Vec<u8>> {
    chain.state.get(&key::issuer_node(id, u8::try_from(level).unwrap(), index)).unwrap()
}

/// Every node of the chain's tree is the one of the tree that a holder builds from the leaves.
fn is_the_holders_tree(chain: &MemoryChain, id: &IssuerId, leaves: &[FieldBytes]) {
    assert_eq!(stored_issuer(chain, id).roots.last(), Some(&root(leaves)));
    let holders = tree(leaves);
    for (leaf, position) in leaves.iter().zip(0u32..) {
        assert_eq!(node(chain, id, 0, u64::from(position)), Some(leaf.0.to_vec()));
        let MembershipPath { siblings, .. } = holders.path(position).unwrap();
        for (level, siblings) in siblings.iter().enumerate() {
            let index = u64::from(position) >> (2 * level);
            let others = (index / 4 * 4..).take(4).filter(|other| *other != index);
            for (sibling, other) in siblings.iter().zip(others) {
                let empty = tacit_circuits::tree::empty_node(level).unwrap();
                let stored = node(chain, id, level, other).unwrap_or_else(|| empty.0.to_vec());
                assert_eq!(stored, sibling.0.to_vec(), "level {level}, node {other}");
            }
        }
    }
    assert_eq!(node(chain, id, DEPTH, 0), Some(root(leaves).0.to_vec()));
}

#[test]
fn a_new_issuer_has_no_credentials_and_the_empty_root() {
    let (chain, owner, _, id) = start();
    let empty = FieldBytes(empty_root().0);
    let expected = Issuer {
        owner: owner.address(),
        name: name("city-hall"),
        credentials: 0,
        revocations: 0,
        roots: List::new(vec![empty]).unwrap(),
    };
    assert_eq!(stored_issuer(&chain, &id), expected);
}

#[test]
fn issuing_in_steps_and_revoking_in_between_gives_the_holders_tree() {
    let (mut chain, owner, _, id) = start();
    let mut held = Vec::new();
    for (step, revoked) in [(1, None), (2, Some(1)), (1, None), (13, Some(0)), (1, Some(16)), (47, Some(40)), (1, None)]
    {
        let first = held.len() as u64;
        let receipt = succeeds(&mut chain, &owner, vec![issue(id, first..first + step)]);
        held.extend(leaves(first..first + step));
        assert_eq!(receipt.events.to_vec(), [Event::IssuerChanged { issuer: id, root: root(&held) }]);
        if let Some(index) = revoked {
            succeeds(&mut chain, &owner, vec![revoke(id, index)]);
            held[index as usize] = FieldBytes([0; 32]);
        }
        is_the_holders_tree(&chain, &id, &held);
    }
    let issuer = stored_issuer(&chain, &id);
    assert_eq!((issuer.credentials, issuer.revocations), (held.len() as u64, 4));
}

#[test]
fn a_revocation_forgets_every_root_before_it() {
    let (mut chain, owner, _, id) = start();
    succeeds(&mut chain, &owner, vec![issue(id, 0..1), issue(id, 1..2), issue(id, 2..3)]);
    assert_eq!(stored_issuer(&chain, &id).roots.len(), 4);
    succeeds(&mut chain, &owner, vec![revoke(id, 1)]);
    let mut held = leaves(0..3);
    held[1] = FieldBytes([0; 32]);
    assert_eq!(stored_issuer(&chain, &id).roots.to_vec(), [root(&held)]);
    succeeds(&mut chain, &owner, vec![issue(id, 3..4)]);
    assert_eq!(stored_issuer(&chain, &id).roots.len(), 2, "what comes after is kept");
}

#[test]
fn the_last_sixty_four_roots_are_kept_oldest_first() {
    let (mut chain, owner, _, id) = start();
    for first in [0, 35] {
        succeeds(&mut chain, &owner, (first..first + 35).map(|number| issue(id, number..number + 1)).collect());
    }
    let expected: Vec<FieldBytes> = (7..=70).map(|count| root(&leaves(0..count))).collect();
    assert_eq!(expected.len(), ISSUER_ROOTS_KEPT);
    assert_eq!(stored_issuer(&chain, &id).roots.to_vec(), expected);
}

#[test]
fn only_the_owner_issues_and_revokes() {
    let (mut chain, owner, stranger, id) = start();
    succeeds(&mut chain, &owner, vec![issue(id, 0..2)]);
    fails(&mut chain, &stranger, vec![issue(id, 2..3)], RejectCode::IssuerNotOwned);
    fails(&mut chain, &stranger, vec![revoke(id, 0)], RejectCode::IssuerNotOwned);
    let nobody = IssuerId([3; 32]);
    fails(&mut chain, &owner, vec![issue(nobody, 2..3)], RejectCode::IssuerUnknown);
    fails(&mut chain, &owner, vec![revoke(nobody, 0)], RejectCode::IssuerUnknown);
}

#[test]
fn what_does_not_stand_there_cannot_be_revoked() {
    let (mut chain, owner, _, id) = start();
    fails(&mut chain, &owner, vec![revoke(id, 0)], RejectCode::CredentialUnknown);
    succeeds(&mut chain, &owner, vec![issue(id, 0..2)]);
    for index in [2, 3, u32::MAX] {
        fails(&mut chain, &owner, vec![revoke(id, index)], RejectCode::CredentialUnknown);
    }
    succeeds(&mut chain, &owner, vec![revoke(id, 1)]);
    fails(&mut chain, &owner, vec![revoke(id, 1)], RejectCode::CredentialUnknown);
}

#[test]
fn a_failing_transaction_changes_no_tree() {
    let (mut chain, owner, _, id) = start();
    let poison = || transfer(owner.address(), u128::MAX);
    fails(&mut chain, &owner, vec![issue(id, 0..5), poison()], RejectCode::InsufficientBalance);
    succeeds(&mut chain, &owner, vec![issue(id, 0..3)]);
    fails(&mut chain, &owner, vec![revoke(id, 1), issue(id, 3..9), poison()], RejectCode::InsufficientBalance);
    is_the_holders_tree(&chain, &id, &leaves(0..3));
    assert_eq!(stored_issuer(&chain, &id).revocations, 0);
}

/// Issuer ids are those of sender, sequence and place: two issuers in one transaction are two.
#[test]
fn issuers_of_one_transaction_are_distinct_and_do_not_share_nodes() {
    let (mut chain, owner, _, _) = start();
    let ids = [0, 1].map(|index| issuer_id(&owner.address(), Sequence(1), index));
    succeeds(&mut chain, &owner, vec![create(), create(), issue(ids[0], 0..3), issue(ids[1], 5..6)]);
    is_the_holders_tree(&chain, &ids[0], &leaves(0..3));
    is_the_holders_tree(&chain, &ids[1], &leaves(5..6));
}

/// 2^32 credentials cannot be issued in a test; the record of an issuer that nearly has them can be written.
#[test]
fn the_last_place_is_filled_and_no_more() {
    let (mut chain, owner, _, id) = start();
    let nearly = Issuer { credentials: CAPACITY - 2, ..stored_issuer(&chain, &id) };
    let change = Change { key: key::issuer(&id), old: None, new: Some(codec::encode(&nearly)) };
    chain.state.apply(&WriteSet(vec![change]));
    fails(&mut chain, &owner, vec![issue(id, 0..3)], RejectCode::IssuerFull);
    succeeds(&mut chain, &owner, vec![issue(id, 0..2)]);
    assert_eq!(node(&chain, &id, 0, CAPACITY - 1), Some(credential_leaf(1).0.to_vec()));
    fails(&mut chain, &owner, vec![issue(id, 2..3)], RejectCode::IssuerFull);
    // The last two leaves in an otherwise empty tree, by the path of the last one.
    let mut siblings = [[Field::ZERO; 3]; DEPTH];
    for (level, row) in siblings.iter_mut().enumerate() {
        *row = [tacit_circuits::tree::empty_node(level).unwrap(); 3];
    }
    siblings[0][2] = Field(credential_leaf(0).0);
    let path = MembershipPath { position: u32::MAX, siblings };
    let expected = path.root(&Field(credential_leaf(1).0)).unwrap();
    assert_eq!(stored_issuer(&chain, &id).roots.last(), Some(&FieldBytes(expected.0)));
    succeeds(&mut chain, &owner, vec![revoke(id, u32::MAX)]);
    let expected = path.root(&number(0)).unwrap();
    assert_eq!(stored_issuer(&chain, &id).roots.to_vec(), [FieldBytes(expected.0)]);
}
