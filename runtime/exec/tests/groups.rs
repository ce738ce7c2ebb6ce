//! Groups: who may make and extend them, and that the chain's tree is the tree that provers use.
#![allow(clippy::unwrap_used)]

mod support;

use support::{fails, succeeds, tx};
use tacit_circuits::statement::membership::leaf;
use tacit_circuits::tree::empty_root;
use tacit_circuits::{FieldBytes as Field, GroupTree, modulus_bytes};
use tacit_exec::gas;
use tacit_exec::testing::{MemoryChain, TestKey, transfer};
use tacit_state::overlay::read_value;
use tacit_state::record::{GROUP_ROOTS_KEPT, Group};
use tacit_state::{StateRead, key};
use tacit_types::action::{GroupAdd, GroupCreate, Member, group_id};
use tacit_types::limits::GROUP_MEMBERS_MAX;
use tacit_types::*;

fn member(number: u64) -> Member {
    Member { identity: FieldBytes(Field::from(u128::from(number) + 1_000).0), weight: number }
}

fn members(numbers: std::ops::Range<u64>) -> List<Member, GROUP_MEMBERS_MAX> {
    List::new(numbers.map(member).collect()).unwrap()
}

fn create(numbers: std::ops::Range<u64>) -> Action {
    Action::GroupCreate(GroupCreate { members: members(numbers) })
}

fn add(group: GroupId, numbers: std::ops::Range<u64>) -> Action {
    Action::GroupAdd(GroupAdd { group, members: members(numbers) })
}

fn leaf_of(member: &Member) -> Field {
    leaf(&Field(member.identity.0), u128::from(member.weight)).unwrap()
}

/// The tree that a wallet would build.
fn tree(numbers: std::ops::Range<u64>) -> GroupTree {
    let leaves: Vec<Field> = numbers.map(|number| leaf_of(&member(number))).collect();
    let mut tree = GroupTree::new();
    tree.append(&leaves).unwrap();
    tree
}

fn root(tree: &GroupTree) -> FieldBytes {
    FieldBytes(tree.root().0)
}

fn stored(chain: &MemoryChain, group: &GroupId) -> Group {
    read_value(&chain.state, &key::group(group)).unwrap().unwrap()
}

fn start() -> (MemoryChain, TestKey, TestKey) {
    let chain = MemoryChain::new(1, 2);
    let [owner, stranger] = [chain.accounts[0].clone(), chain.accounts[1].clone()];
    (chain, owner, stranger)
}

#[test]
fn a_new_group_has_its_id_owner_leaves_and_root() {
    let (mut chain, owner, _) = start();
    let receipt = succeeds(&mut chain, &owner, vec![create(0..7)]);
    let id = group_id(&owner.address(), Sequence(0), 0);
    let group = stored(&chain, &id);
    let root = root(&tree(0..7));
    assert_eq!((group.owner, group.members), (owner.address(), 7));
    assert_eq!(group.roots.last(), Some(&root));
    assert_eq!(receipt.events.to_vec(), [Event::GroupChanged { group: id, root, members: 7 }]);
    for number in 0..7 {
        let leaf = chain.state.get(&key::group_member(&id, number)).unwrap();
        assert_eq!(leaf, Some(leaf_of(&member(number)).0.to_vec()), "leaf {number}");
    }
    assert_eq!(chain.state.get(&key::group_member(&id, 7)).unwrap(), None);
}

#[test]
fn a_group_id_comes_from_sender_sequence_and_place_in_the_transaction() {
    let (mut chain, owner, stranger) = start();
    let id = |key: &TestKey, sequence, index| group_id(&key.address(), Sequence(sequence), index);
    let changed = |receipt: &Receipt| -> Vec<GroupId> {
        let group = |event: &Event| match event {
            Event::GroupChanged { group, .. } => Some(*group),
            _ => None,
        };
        receipt.events.iter().filter_map(group).collect()
    };
    let note = transfer(stranger.address(), 1);
    let first = succeeds(&mut chain, &owner, vec![create(0..1), note, create(0..1)]);
    assert_eq!(changed(&first), [id(&owner, 0, 0), id(&owner, 0, 2)]);
    let second = succeeds(&mut chain, &owner, vec![create(0..1)]);
    assert_eq!(changed(&second), [id(&owner, 1, 0)]);
    let other = succeeds(&mut chain, &stranger, vec![create(0..1)]);
    assert_eq!(changed(&other), [id(&stranger, 0, 0)]);
}

#[test]
fn growing_in_steps_gives_the_root_of_growing_at_once() {
    let (mut chain, owner, _) = start();
    succeeds(&mut chain, &owner, vec![create(0..0)]);
    let id = group_id(&owner.address(), Sequence(0), 0);
    assert_eq!(stored(&chain, &id).roots.to_vec(), [FieldBytes(empty_root().0)]);
    let mut count = 0;
    for step in [1, 2, 1, 13, 4, 64, 1] {
        let receipt = succeeds(&mut chain, &owner, vec![add(id, count..count + step)]);
        count += step;
        let root = root(&tree(0..count));
        assert_eq!(receipt.events.to_vec(), [Event::GroupChanged { group: id, root, members: count }]);
        assert_eq!(stored(&chain, &id).roots.last(), Some(&root), "{count} members");
    }
    let leaves = chain.state.scan(&key::group_members_prefix(&id), &[], usize::MAX).unwrap();
    let expected: Vec<Vec<u8>> = (0..count).map(|number| leaf_of(&member(number)).0.to_vec()).collect();
    assert_eq!(leaves.into_iter().map(|(_, leaf)| leaf).collect::<Vec<_>>(), expected, "the leaves read in order");
}

#[test]
fn a_group_may_be_made_and_extended_in_one_transaction() {
    let (mut chain, owner, _) = start();
    let id = group_id(&owner.address(), Sequence(0), 0);
    succeeds(&mut chain, &owner, vec![create(0..2), add(id, 2..3)]);
    assert_eq!(stored(&chain, &id).roots.last(), Some(&root(&tree(0..3))));
}

#[test]
fn only_the_owner_adds_and_only_to_a_group_that_exists() {
    let (mut chain, owner, stranger) = start();
    let id = group_id(&owner.address(), Sequence(0), 0);
    fails(&mut chain, &stranger, vec![add(id, 1..2)], RejectCode::GroupUnknown);
    succeeds(&mut chain, &owner, vec![create(0..1)]);
    fails(&mut chain, &stranger, vec![add(id, 1..2)], RejectCode::GroupNotOwned);
    succeeds(&mut chain, &owner, vec![add(id, 1..2)]);
    assert_eq!(stored(&chain, &id).members, 2);
}

#[test]
fn a_failing_transaction_neither_makes_nor_extends_a_group() {
    let (mut chain, owner, _) = start();
    let poison = || transfer(owner.address(), u128::MAX);
    let receipt = fails(&mut chain, &owner, vec![create(0..3), poison()], RejectCode::InsufficientBalance);
    assert_eq!(receipt.failed_action, 1);
    succeeds(&mut chain, &owner, vec![create(0..3)]);
    let id = group_id(&owner.address(), Sequence(1), 0);
    fails(&mut chain, &owner, vec![add(id, 3..9), poison()], RejectCode::InsufficientBalance);
    assert_eq!(stored(&chain, &id).members, 3);
    succeeds(&mut chain, &owner, vec![add(id, 3..4)]);
    assert_eq!(stored(&chain, &id).roots.last(), Some(&root(&tree(0..4))));
}

#[test]
fn adding_nobody_is_refused_before_any_block() {
    let (chain, owner, _) = start();
    let id = group_id(&owner.address(), Sequence(0), 0);
    let empty = tx(&chain, &owner, vec![add(id, 0..0)]);
    assert_eq!(chain.check(&empty).unwrap_err().code, RejectCode::EmptyAction);
}

#[test]
fn an_identity_at_or_above_the_modulus_is_refused_before_any_block() {
    let (mut chain, owner, _) = start();
    let id = group_id(&owner.address(), Sequence(0), 0);
    let mut largest = modulus_bytes();
    largest.0[0] -= 1;
    for (identity, good) in [(largest.0, true), (modulus_bytes().0, false), ([0xff; 32], false)] {
        let bad = Member { identity: FieldBytes(identity), weight: 1 };
        let list = || List::new(vec![member(1), bad.clone()]).unwrap();
        let actions = [
            Action::GroupCreate(GroupCreate { members: list() }),
            Action::GroupAdd(GroupAdd { group: id, members: list() }),
        ];
        for action in actions {
            let verdict = chain.check(&tx(&chain, &owner, vec![action]));
            assert_eq!(verdict.err().map(|reject| reject.code), (!good).then_some(RejectCode::FieldNotCanonical));
        }
    }
    let largest = Member { identity: FieldBytes(largest.0), weight: u64::MAX };
    let action = Action::GroupCreate(GroupCreate { members: List::new(vec![largest.clone()]).unwrap() });
    succeeds(&mut chain, &owner, vec![action]);
    let leaf = chain.state.get(&key::group_member(&id, 0)).unwrap();
    assert_eq!(leaf, Some(leaf_of(&largest).0.to_vec()));
}

#[test]
fn the_last_sixty_four_roots_are_kept_oldest_first() {
    let (mut chain, owner, _) = start();
    succeeds(&mut chain, &owner, vec![create(0..1)]);
    let id = group_id(&owner.address(), Sequence(0), 0);
    let mut expected = vec![FieldBytes(empty_root().0), root(&tree(0..1))];
    let mut grown = tree(0..1);
    for first in [1u64, 31, 61, 91] {
        let step = first..first + 30;
        let adds = step.clone().map(|number| add(id, number..number + 1)).collect();
        succeeds(&mut chain, &owner, adds);
        for number in step {
            grown.append(&[leaf_of(&member(number))]).unwrap();
            expected.push(root(&grown));
        }
        let surplus = expected.len().saturating_sub(GROUP_ROOTS_KEPT);
        assert_eq!(stored(&chain, &id).roots.to_vec(), expected[surplus..]);
    }
    assert_eq!(stored(&chain, &id).roots.len(), 64);
}

#[test]
fn a_group_costs_its_base_and_its_members() {
    let (mut chain, owner, _) = start();
    for count in [0, 1, 9] {
        let tx = tx(&chain, &owner, vec![create(0..count)]);
        let intrinsic = gas::intrinsic(tx.encode().len(), &tx.body, &tx.witness);
        let receipt = chain.run(&[tx]).receipts.remove(0);
        assert!(receipt.succeeded());
        assert_eq!(receipt.gas_used.0, intrinsic.0 + gas::GROUP_BASE + count * gas::GROUP_MEMBER);
    }
}

#[test]
fn one_action_holds_two_hundred_and_fifty_six_members_and_no_more() {
    let (mut chain, owner, _) = start();
    let full = tx(&chain, &owner, vec![create(0..256)]);
    let bytes = full.encode();
    let first = bytes.windows(32).position(|window| window == member(0).identity.0).unwrap();
    assert_eq!(bytes[first - 4..first], 256u32.to_le_bytes());
    let mut longer = bytes;
    longer[first - 4..first].copy_from_slice(&257u32.to_le_bytes());
    let again = longer[first..first + 40].to_vec();
    longer.splice(first..first, again);
    let verdict = tacit_exec::stateless::check_one(&chain.rules, RawTx::new(longer).unwrap(), [0; 32]);
    assert_eq!(verdict.unwrap_err().code, RejectCode::Malformed);
    assert!(chain.run(&[full]).receipts[0].succeeded());
}
