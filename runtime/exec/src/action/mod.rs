//! One file per action, and the one table that dispatches. Every state check stands next to the write it protects.

mod call;
mod deploy;
mod group;
mod instantiate;
mod prove;
mod transfer;

use crate::error::Refusal;
use crate::tx::TxContext;
use tacit_types::Action;

/// Applies `action`, the `index`-th of its transaction. `contract_code` receives the code of a contract that reverts.
pub fn apply(
    context: &mut TxContext<'_, '_>,
    action: &Action,
    index: u16,
    contract_code: &mut u32,
) -> Result<(), Refusal> {
    match action {
        Action::Transfer(transfer) => transfer::apply(context, transfer),
        Action::Prove(prove) => prove::apply(context, prove),
        Action::GroupCreate(create) => group::create(context, create, index),
        Action::GroupAdd(add) => group::add(context, add),
        Action::Deploy(deploy) => deploy::apply(context, deploy),
        Action::Instantiate(instantiate) => instantiate::apply(context, instantiate, contract_code),
        Action::Call(call) => call::apply(context, call, contract_code),
        _ => Err(tacit_types::RejectCode::UnknownVersion.into()),
    }
}
