//! `chain_*` and `state_getProof`: blocks, validators, parameters, supply, and proofs of the state.

use super::{Ctx, Outcome};
use crate::convert;
use crate::error::RpcError;
use crate::table::Table;
use crate::types::{
    BlockParams, BlockView, GenesisView, HeightParams, KeyParams, NoParams, ParamsView, StateProofView, SupplyView,
    ValidatorsView,
};
use tacit_types::Height;

/// Longest key of the state that is looked up, in bytes: an address and a contract's own key fit many times.
const KEY_BYTES_MAX: usize = 1_024;

pub fn register(table: &mut Table) {
    table.heavy("chain_getBlock", "A committed block.", |ctx| &ctx.reads, block);
    table.light("chain_getGenesis", "The chain's beginning.", genesis);
    table.heavy("chain_getValidators", "The validators that sign a height.", |ctx| &ctx.reads, validators);
    table.light("chain_getParams", "The chain's parameters and the base fee of the next block.", params);
    table.light("chain_getSupply", "How much native money there is.", supply);
    table.heavy("state_getProof", "A proof of one entry of the state, or of its absence.", |ctx| &ctx.proofs, prove);
}

fn block(ctx: &Ctx, params: BlockParams) -> Outcome<BlockView> {
    let block = ctx.backend.block(params.block)?.ok_or_else(|| RpcError::not_found("block"))?;
    Ok(ctx.convert.block(&block, params.full))
}

fn genesis(ctx: &Ctx, _: NoParams) -> Outcome<GenesisView> {
    Ok(ctx.convert.genesis(&ctx.identity))
}

fn validators(ctx: &Ctx, params: HeightParams) -> Outcome<ValidatorsView> {
    let found = ctx.backend.validators(params.height.map(Height))?;
    let (height, set) = found.ok_or_else(|| RpcError::not_found("validator set"))?;
    Ok(ctx.convert.validators(height, &set))
}

fn params(ctx: &Ctx, _: NoParams) -> Outcome<ParamsView> {
    Ok(convert::params_view(&ctx.backend.params()?))
}

fn supply(ctx: &Ctx, _: NoParams) -> Outcome<SupplyView> {
    Ok(convert::supply_view(ctx.backend.supply()?))
}

fn prove(ctx: &Ctx, params: KeyParams) -> Outcome<StateProofView> {
    if params.key.0.is_empty() || params.key.0.len() > KEY_BYTES_MAX {
        return Err(RpcError::params(format!("a key of the state has 1 to {KEY_BYTES_MAX} bytes")));
    }
    let proof = ctx.backend.prove(&params.key.0)?;
    Ok(convert::state_proof_view(params.key, proof))
}
