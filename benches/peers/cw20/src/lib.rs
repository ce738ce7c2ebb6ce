//! The three entry points of `cw20-base` as exports of one module; the published crate exports them only when it is built
//! by itself. Nothing is added to them.

use cosmwasm_std::{Binary, Deps, DepsMut, Env, MessageInfo, Response, StdResult, entry_point};
use cw20_base::ContractError;
use cw20_base::contract;
use cw20_base::msg::{ExecuteMsg, InstantiateMsg, QueryMsg};

/// Makes the token.
#[entry_point]
pub fn instantiate(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    message: InstantiateMsg,
) -> Result<Response, ContractError> {
    contract::instantiate(deps, env, info, message)
}

/// Transfers and the rest.
#[entry_point]
pub fn execute(deps: DepsMut, env: Env, info: MessageInfo, message: ExecuteMsg) -> Result<Response, ContractError> {
    contract::execute(deps, env, info, message)
}

/// Balances and the rest.
#[entry_point]
pub fn query(deps: Deps, env: Env, message: QueryMsg) -> StdResult<Binary> {
    contract::query(deps, env, message)
}
