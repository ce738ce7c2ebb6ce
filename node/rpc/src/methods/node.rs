//! `node_status` and `evidence_list`: the node itself and what it has seen.

use super::{Ctx, Outcome, page_limit};
use crate::table::Table;
use crate::types::{EvidencePage, EvidenceView, NoParams, NodeStatus, PageParams};

const EVIDENCE_PAGE: u32 = 100;

pub fn register(table: &mut Table) {
    table.light("node_status", "Where the node stands.", status);
    table.heavy("evidence_list", "Misbehaviour that this node has seen, oldest first.", |ctx| &ctx.reads, evidence);
}

fn status(ctx: &Ctx, _: NoParams) -> Outcome<NodeStatus> {
    Ok(ctx.convert.status(&ctx.identity, ctx.backend.status()?))
}

fn evidence(ctx: &Ctx, params: PageParams) -> Outcome<EvidencePage> {
    let limit = page_limit(params.limit, EVIDENCE_PAGE)?;
    let records = ctx.backend.evidence(params.from, limit)?;
    let full = records.len() == limit as usize;
    let evidence: Vec<EvidenceView> = records.into_iter().map(|record| ctx.convert.evidence(record)).collect();
    let next = if full { evidence.last().map(|last| last.index.saturating_add(1)) } else { None };
    Ok(EvidencePage { evidence, next })
}
