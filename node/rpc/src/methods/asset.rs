//! `asset_get` and `account_assets`: issued assets and who holds them.

use super::{Ctx, Outcome, page_limit};
use crate::error::RpcError;
use crate::table::Table;
use crate::types::{AccountAssetsParams, AccountAssetsView, AssetParams, AssetView, PAGE_MAX};
use tacit_types::AssetId;

pub fn register(table: &mut Table) {
    table.light("asset_get", "Issuer, supply and shielded part of an asset.", asset);
    table.heavy("account_assets", "What an account holds besides native money.", |ctx| &ctx.reads, account_assets);
}

fn asset(ctx: &Ctx, params: AssetParams) -> Outcome<AssetView> {
    let id = AssetId(params.asset.0);
    let found = ctx.backend.asset(&id)?.ok_or_else(|| RpcError::not_found("asset"))?;
    Ok(ctx.convert.asset(&id, &found))
}

fn account_assets(ctx: &Ctx, params: AccountAssetsParams) -> Outcome<AccountAssetsView> {
    let limit = page_limit(params.limit, PAGE_MAX)?;
    let address = ctx.convert.parse_address(&params.address)?;
    let from = params.from.map(|from| AssetId(from.0)).unwrap_or_default();
    Ok(ctx.convert.account_assets(&address, &ctx.backend.account_assets(&address, &from, limit)?))
}
