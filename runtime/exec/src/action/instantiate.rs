//! Instantiate: makes a contract of stored code, hands it the value, and runs its `init`.

use super::call::{Calling, run};
use crate::error::Refusal;
use crate::tx::TxContext;
use crate::{accounts, contracts};
use tacit_types::AssetId;
use tacit_types::action::Instantiate;

pub fn apply(
    context: &mut TxContext<'_, '_>,
    instantiate: &Instantiate,
    contract_code: &mut u32,
) -> Result<(), Refusal> {
    let contract = contracts::create(
        context.overlay,
        &mut context.events,
        &context.sender,
        &instantiate.code_hash,
        &instantiate.salt,
        instantiate.policy.clone(),
    )?;
    context.take(&AssetId::NATIVE, instantiate.value)?;
    accounts::credit(context.overlay, &contract, instantiate.value)?;
    let calling = Calling { contract, function: "init", input: &instantiate.input, value: instantiate.value };
    run(context, &calling, contract_code, |vm, world, params| Ok(vm.instantiate(world, params)?))
}
