//! `poll_*` and `issuer_*`: polls with their tallies, issuers and their leaves, which credentials are shown from.

use super::{Ctx, Outcome, page_limit};
use crate::error::RpcError;
use crate::json::{Decimal, HexArray};
use crate::table::Table;
use crate::types::{IssuerLeavesParams, IssuerLeavesView, IssuerParams, IssuerView, PAGE_MAX, PollParams, PollView};
use tacit_types::{IssuerId, PollId};

pub fn register(table: &mut Table) {
    table.light("poll_get", "Group, choices, closing height and tally of a poll.", poll);
    table.light("issuer_get", "Owner, size and recent roots of an issuer of credentials.", issuer);
    table.heavy("issuer_leaves", "Leaves of an issuer's tree, in order.", |ctx| &ctx.reads, leaves);
}

fn poll(ctx: &Ctx, params: PollParams) -> Outcome<PollView> {
    let found = ctx.backend.poll(&PollId(params.poll.0))?.ok_or_else(|| RpcError::not_found("poll"))?;
    Ok(PollView {
        poll: params.poll,
        height: found.height.0,
        creator: ctx.convert.address(&found.creator),
        group: HexArray(found.group.0),
        title: found.title.to_string(),
        root: HexArray(found.root.0),
        members: found.members,
        opened: found.opened.0,
        closes: found.closes.0,
        open: found.height < found.closes,
        votes: found.votes,
        tally: found.tally.into_iter().map(Decimal).collect(),
    })
}

fn issuer(ctx: &Ctx, params: IssuerParams) -> Outcome<IssuerView> {
    let found = ctx.backend.issuer(&IssuerId(params.issuer.0))?.ok_or_else(|| RpcError::not_found("issuer"))?;
    Ok(IssuerView {
        issuer: params.issuer,
        height: found.height.0,
        owner: ctx.convert.address(&found.owner),
        name: found.name.to_string(),
        credentials: found.credentials,
        revocations: found.revocations,
        root: HexArray(found.roots.last().map(|root| root.0).unwrap_or_default()),
        roots: found.roots.iter().map(|root| HexArray(root.0)).collect(),
    })
}

fn leaves(ctx: &Ctx, params: IssuerLeavesParams) -> Outcome<IssuerLeavesView> {
    let limit = page_limit(params.limit, PAGE_MAX)?;
    let found = ctx.backend.issuer_leaves(&IssuerId(params.issuer.0), params.from, limit)?;
    let found = found.ok_or_else(|| RpcError::not_found("issuer"))?;
    let reached = params.from.saturating_add(found.leaves.len() as u64);
    Ok(IssuerLeavesView {
        issuer: params.issuer,
        height: found.height.0,
        credentials: found.credentials,
        root: HexArray(found.root.0),
        next: (reached < found.credentials && !found.leaves.is_empty()).then_some(reached),
        leaves: found.leaves.into_iter().map(HexArray).collect(),
    })
}
