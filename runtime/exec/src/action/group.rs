//! Groups: made and extended by their owner. The chain computes every leaf itself, so that a member's weight is what
//! the owner published and nothing else.

use crate::error::{ExecFault, Refusal};
use crate::tx::TxContext;
use tacit_circuits::statement::membership::leaf;
use tacit_circuits::{FieldBytes as CircuitField, Frontier};
use tacit_state::record::{GROUP_ROOTS_KEPT, Group};
use tacit_state::{Overlay, key};
use tacit_types::action::{GroupAdd, GroupCreate, Member, group_id};
use tacit_types::{Bytes, Event, FieldBytes, GroupId, List, RejectCode};

pub fn create(context: &mut TxContext<'_, '_>, create: &GroupCreate, index: u16) -> Result<(), Refusal> {
    let id = group_id(&context.sender, context.sequence, u32::from(index));
    let frontier = Frontier::new();
    let group = Group {
        owner: context.sender,
        members: 0,
        frontier: encode(&frontier)?,
        roots: List::new(vec![FieldBytes(frontier.root().0)]).map_err(|error| bug(&error))?,
    };
    let group = extended(context.overlay, &id, group, &create.members)?;
    context.write_new(&key::group(&id), &group)?;
    tell(context, id, &group)
}

pub fn add(context: &mut TxContext<'_, '_>, add: &GroupAdd) -> Result<(), Refusal> {
    let group: Group = context.overlay.read(&key::group(&add.group))?.ok_or(RejectCode::GroupUnknown)?;
    if group.owner != context.sender {
        return Err(RejectCode::GroupNotOwned.into());
    }
    let group = extended(context.overlay, &add.group, group, &add.members)?;
    context.overlay.write(&key::group(&add.group), &group)?;
    tell(context, add.group, &group)
}

/// The group's record with more members, whose leaves are stored here.
fn extended(overlay: &mut Overlay<'_>, id: &GroupId, group: Group, members: &[Member]) -> Result<Group, Refusal> {
    let leaves = leaves(members)?;
    let mut frontier = Frontier::from_bytes(&group.frontier).map_err(|error| bug(&error))?;
    frontier.append(&leaves).map_err(|_| RejectCode::GroupFull)?;
    store_leaves(overlay, id, group.members, &leaves)?;
    let root = FieldBytes(frontier.root().0);
    Ok(Group {
        members: frontier.count(),
        frontier: encode(&frontier)?,
        roots: with_root(group.roots.into_vec(), root)?,
        owner: group.owner,
    })
}

fn tell(context: &mut TxContext<'_, '_>, id: GroupId, group: &Group) -> Result<(), Refusal> {
    let root = *group.roots.last().ok_or_else(|| ExecFault::Invariant("a group has no root".into()))?;
    context.events.push(Event::GroupChanged { group: id, root, members: group.members });
    Ok(())
}

fn leaves(members: &[Member]) -> Result<Vec<CircuitField>, Refusal> {
    let leaf_of = |member: &Member| {
        leaf(&CircuitField(member.identity.0), u128::from(member.weight))
            .map_err(|_| Refusal::from(RejectCode::FieldNotCanonical))
    };
    members.iter().map(leaf_of).collect()
}

fn store_leaves(overlay: &mut Overlay<'_>, id: &GroupId, first: u64, leaves: &[CircuitField]) -> Result<(), Refusal> {
    for (leaf, offset) in leaves.iter().zip(0u64..) {
        overlay.set(&key::group_member(id, first.saturating_add(offset)), Some(leaf.0.to_vec()))?;
    }
    Ok(())
}

/// Adds the current root and drops the oldest beyond the window. The same root is not kept twice.
fn with_root(mut roots: Vec<FieldBytes>, root: FieldBytes) -> Result<List<FieldBytes, GROUP_ROOTS_KEPT>, Refusal> {
    roots.retain(|kept| *kept != root);
    roots.push(root);
    let surplus = roots.len().saturating_sub(GROUP_ROOTS_KEPT);
    roots.drain(..surplus);
    Ok(List::new(roots).map_err(|error| bug(&error))?)
}

fn encode(frontier: &Frontier) -> Result<Bytes<{ tacit_state::record::FRONTIER_BYTES_MAX }>, ExecFault> {
    Bytes::new(frontier.to_bytes()).map_err(|error| bug(&error))
}

/// What this file wrote itself must read back.
fn bug(error: &dyn std::fmt::Display) -> ExecFault {
    ExecFault::Invariant(format!("a group record is damaged: {error}"))
}
