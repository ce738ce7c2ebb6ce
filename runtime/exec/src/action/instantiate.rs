//! Instantiate: makes a contract of stored code, hands it the value, and runs its `init`.

use super::call::{hold_earnings, settle};
use crate::accounts;
use crate::error::Refusal;
use crate::tx::TxContext;
use crate::world::ExecWorld;
use tacit_state::{key, record};
use tacit_types::action::Instantiate;
use tacit_types::{Address, AssetId, Event, RejectCode};
use tacit_vm::CallParams;

pub fn apply(
    context: &mut TxContext<'_, '_>,
    instantiate: &Instantiate,
    contract_code: &mut u32,
) -> Result<(), Refusal> {
    let contract = record_contract(context, instantiate)?;
    context.take(&AssetId::NATIVE, instantiate.value)?;
    accounts::credit(context.overlay, &contract, instantiate.value)?;
    let before = accounts::read(context.overlay, &context.sender)?.balance;
    let params = CallParams {
        caller: context.sender,
        contract,
        function: "init",
        input: &instantiate.input,
        value: instantiate.value,
        gas_limit: context.meter.left(),
    };
    let mut world = ExecWorld::new(context.overlay, &mut context.events, context.block.block_context());
    let outcome = context.block.vm.instantiate(&mut world, params)?;
    settle(context, outcome, contract_code)?;
    hold_earnings(context, before)
}

/// Writes the contract's record; its address is taken once and for all.
fn record_contract(context: &mut TxContext<'_, '_>, instantiate: &Instantiate) -> Result<Address, Refusal> {
    let code_hash = instantiate.code_hash;
    if context.overlay.get(&key::code(&code_hash))?.is_none() {
        return Err(RejectCode::CodeUnknown.into());
    }
    let creator = context.sender;
    let contract = Address::of_contract(&creator, &code_hash, &instantiate.salt);
    let key = key::contract(&contract);
    if context.overlay.get(&key)?.is_some() {
        return Err(RejectCode::ContractExists.into());
    }
    context.overlay.write(&key, &record::Contract { code_hash, creator })?;
    context.events.push(Event::ContractCreated { contract, code_hash, creator });
    Ok(contract)
}
