//! `account_get` and `proof_get`.

use super::{Ctx, Outcome};
use crate::error::RpcError;
use crate::table::Table;
use crate::types::{AccountView, AddressParams, ProofParams, ProofView};
use tacit_types::ProofId;

pub fn register(table: &mut Table) {
    table.light("account_get", "Balance and sequence of an account.", account);
    table.light("proof_get", "A proof recorded on chain.", proof);
}

fn account(ctx: &Ctx, params: AddressParams) -> Outcome<AccountView> {
    let address = ctx.convert.parse_address(&params.address)?;
    Ok(ctx.convert.account(&address, &ctx.backend.account(&address)?))
}

fn proof(ctx: &Ctx, params: ProofParams) -> Outcome<ProofView> {
    let id = ProofId(params.proof_id.0);
    let found = ctx.backend.proof(&id)?.ok_or_else(|| RpcError::not_found("recorded proof"))?;
    Ok(ctx.convert.proof(&id, &found))
}
