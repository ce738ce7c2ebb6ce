//! `shielded_*`: what wallets need to find, prove and spend notes. Nothing here tells the node which notes are whose, except
//! `shielded_getNullifier`: who asks for one names a note, so wallets scan and do not ask.

use super::{Ctx, Outcome, page_limit};
use crate::convert;
use crate::error::RpcError;
use crate::json::HexBytes;
use crate::table::Table;
use crate::types::{
    AnchorView, CompactBlocksView, NoParams, NullifierParams, NullifierView, PAGE_MAX, ShieldedBlocksParams,
    SubtreeRootsParams, SubtreeRootsView,
};
use tacit_types::shielded::CompactBlock;
use tacit_types::{FieldBytes, Height};

/// Most bytes of compact blocks in one answer; hexadecimal doubles them. The largest block is half of it.
const COMPACT_BYTES_MAX: usize = 4 * 1024 * 1024;
/// An answer takes at most one part in so many of the longest response.
const RESPONSE_PART: u32 = 4;

pub fn register(table: &mut Table) {
    table.light("shielded_getAnchor", "Root and size of the note tree, and whether the pool stands still.", anchor);
    table.heavy("shielded_getBlocks", "Compact blocks: what a wallet scans.", |ctx| &ctx.reads, blocks);
    table.heavy(
        "shielded_getSubtreeRoots",
        "Roots of the full subtrees of 2^16 notes, from which paths are built.",
        |ctx| &ctx.reads,
        subtree_roots,
    );
    table.light("shielded_getNullifier", "Whether and when a note was spent.", nullifier);
}

fn anchor(ctx: &Ctx, _: NoParams) -> Outcome<AnchorView> {
    Ok(convert::anchor_view(&ctx.backend.pool()?))
}

fn blocks(ctx: &Ctx, params: ShieldedBlocksParams) -> Outcome<CompactBlocksView> {
    let limit = page_limit(params.limit, PAGE_MAX)?;
    let part = usize::try_from(ctx.config.response_bytes_max / RESPONSE_PART).unwrap_or(usize::MAX);
    let page = ctx.backend.compact_blocks(Height(params.from), limit, COMPACT_BYTES_MAX.min(part))?;
    let blocks: Result<Vec<HexBytes>, RpcError> = page
        .blocks
        .into_iter()
        .map(|bytes| if params.memos { Ok(HexBytes(bytes)) } else { without_extras(&bytes) })
        .collect();
    Ok(CompactBlocksView {
        from: params.from,
        next: page.next.map(|height| height.0),
        tip: page.tip.0,
        blocks: blocks?,
    })
}

fn without_extras(bytes: &[u8]) -> Result<HexBytes, RpcError> {
    let block = CompactBlock::decode(bytes).map_err(|error| RpcError::internal(&error.to_string()))?;
    Ok(HexBytes(block.without_extras().encode()))
}

fn subtree_roots(ctx: &Ctx, params: SubtreeRootsParams) -> Outcome<SubtreeRootsView> {
    let limit = page_limit(params.limit, PAGE_MAX)?;
    Ok(convert::subtree_roots_view(&ctx.backend.subtree_roots(params.start, limit)?))
}

fn nullifier(ctx: &Ctx, params: NullifierParams) -> Outcome<NullifierView> {
    let height = ctx.backend.note_spent(&FieldBytes(params.nullifier.0))?;
    Ok(NullifierView { height: height.map(|height| height.0) })
}
