//! `group_*`: groups and their leaves, which membership proofs are made from.

use super::{Ctx, Outcome, page_limit};
use crate::error::RpcError;
use crate::json::HexArray;
use crate::table::Table;
use crate::types::{GroupMembersParams, GroupMembersView, GroupParams, GroupView, PAGE_MAX};
use tacit_types::GroupId;

pub fn register(table: &mut Table) {
    table.light("group_get", "Owner, size and recent roots of a group.", group);
    table.heavy("group_members", "Leaves of a group's tree, in order.", |ctx| &ctx.reads, members);
}

fn group(ctx: &Ctx, params: GroupParams) -> Outcome<GroupView> {
    let found = ctx.backend.group(&GroupId(params.group.0))?.ok_or_else(|| RpcError::not_found("group"))?;
    Ok(ctx.convert.group(params.group.0, &found))
}

fn members(ctx: &Ctx, params: GroupMembersParams) -> Outcome<GroupMembersView> {
    let limit = page_limit(params.limit, PAGE_MAX)?;
    let found = ctx.backend.group_leaves(&GroupId(params.group.0), params.from, limit)?;
    let found = found.ok_or_else(|| RpcError::not_found("group"))?;
    let reached = params.from.saturating_add(found.leaves.len() as u64);
    Ok(GroupMembersView {
        group: params.group,
        height: found.height.0,
        members: found.members,
        next: (reached < found.members && !found.leaves.is_empty()).then_some(reached),
        leaves: found.leaves.into_iter().map(HexArray).collect(),
    })
}
