//! `contract_*`: what a contract is, its code, and views.

use super::{Ctx, Outcome};
use crate::backend::ViewCall;
use crate::convert;
use crate::error::{ErrorKind, RpcError};
use crate::json::HexBytes;
use crate::table::Table;
use crate::types::{AddressParams, CodeParams, CodeView, ContractOutput, ContractView, ViewParams};
use tacit_types::limits::CALL_INPUT_BYTES_MAX;
use tacit_types::{CodeHash, Name};

pub fn register(table: &mut Table) {
    table.heavy("contract_info", "Code, creator and balance of a contract.", |ctx| &ctx.reads, info);
    table.heavy("contract_code", "Deployed code by its hash.", |ctx| &ctx.reads, code);
    table.heavy("contract_view", "Runs an exported function that may not write.", |ctx| &ctx.simulations, view);
}

fn info(ctx: &Ctx, params: AddressParams) -> Outcome<ContractView> {
    let address = ctx.convert.parse_address(&params.address)?;
    let found = ctx.backend.contract(&address)?.ok_or_else(|| RpcError::not_found("contract"))?;
    Ok(ctx.convert.contract(&address, &found))
}

fn code(ctx: &Ctx, params: CodeParams) -> Outcome<CodeView> {
    let found = ctx.backend.code(&CodeHash(params.code_hash.0))?.ok_or_else(|| RpcError::not_found("code"))?;
    Ok(CodeView { code_hash: params.code_hash, code: HexBytes(found) })
}

fn view(ctx: &Ctx, params: ViewParams) -> Outcome<ContractOutput> {
    let input = params.args_hex.0;
    if input.len() > CALL_INPUT_BYTES_MAX {
        let message = format!("the input has {} bytes, at most {CALL_INPUT_BYTES_MAX} are allowed", input.len());
        return Err(RpcError::general(ErrorKind::LimitExceeded, message));
    }
    let call = ViewCall {
        contract: ctx.convert.parse_address(&params.address)?,
        function: Name::new(&params.function).map_err(|error| RpcError::params(format!("`function`: {error}")))?,
        input,
        gas_limit: ctx.config.simulation_gas_max,
    };
    Ok(convert::contract_output(ctx.backend.view(call)?))
}
