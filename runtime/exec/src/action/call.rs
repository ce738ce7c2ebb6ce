//! Call: runs an exported function of a contract, after handing it the value.

use crate::accounts;
use crate::error::{Refusal, Reject};
use crate::tx::TxContext;
use crate::world::ExecWorld;
use tacit_types::action::Call;
use tacit_types::{Address, Amount, AssetId};
use tacit_vm::{CallOutcome, CallParams, Vm, VmReject};

pub fn apply(context: &mut TxContext<'_, '_>, call: &Call, contract_code: &mut u32) -> Result<(), Refusal> {
    context.take(&AssetId::NATIVE, call.value)?;
    accounts::credit(context.overlay, &call.contract, call.value)?;
    let calling =
        Calling { contract: call.contract, function: call.function.as_str(), input: &call.input, value: call.value };
    run(context, &calling, contract_code, |vm, world, params| Ok(vm.call(world, params)?))
}

/// What to run of which contract. The money is with the contract already.
pub struct Calling<'a> {
    /// The contract.
    pub contract: Address,
    /// Exported function.
    pub function: &'a str,
    /// Its input.
    pub input: &'a [u8],
    /// Native money that the contract was given.
    pub value: Amount,
}

/// Runs a contract on behalf of the sender: with all gas that is left, charged afterwards, earnings held if need be.
pub fn run(
    context: &mut TxContext<'_, '_>,
    calling: &Calling<'_>,
    contract_code: &mut u32,
    enter: impl FnOnce(&Vm, &mut ExecWorld<'_, '_>, CallParams<'_>) -> Result<CallOutcome, Refusal>,
) -> Result<(), Refusal> {
    // Only a sender without an account has earnings to hold.
    let before =
        if context.shielded { accounts::read(context.overlay, &context.sender)?.balance } else { Amount::ZERO };
    let params = CallParams {
        caller: context.sender,
        contract: calling.contract,
        function: calling.function,
        input: calling.input,
        value: calling.value,
        gas_limit: context.meter.left(),
        record: context.block.record,
    };
    let mut world = ExecWorld::new(context.overlay, &mut context.events, &mut context.transient, context.block);
    let mut outcome = enter(context.block.vm, &mut world, params)?;
    context.frames.append(&mut outcome.frames);
    settle(context, outcome, contract_code)?;
    hold_earnings(context, before)
}

/// What contracts paid to a sender without an account is held by the transaction. Only the difference counts: whatever
/// somebody sent to the one-time address before must not be able to fail the body.
fn hold_earnings(context: &mut TxContext<'_, '_>, before: Amount) -> Result<(), Refusal> {
    if !context.shielded {
        return Ok(());
    }
    let now = accounts::read(context.overlay, &context.sender)?.balance;
    let earned = now.saturating_sub(before);
    accounts::debit(context.overlay, &context.sender, earned)?;
    Ok(context.scratch.add(&AssetId::NATIVE, earned)?)
}

/// Charges what a contract used, and keeps its output or turns its failure into a rejection.
fn settle(context: &mut TxContext<'_, '_>, outcome: CallOutcome, contract_code: &mut u32) -> Result<(), Refusal> {
    context.meter.charge(outcome.gas_used)?;
    match outcome.result {
        Ok(output) => {
            context.output = output;
            Ok(())
        }
        Err(reject) => {
            if let VmReject::Reverted { code, .. } = &reject {
                *contract_code = *code;
            }
            let detail = outcome.trace.map_or_else(
                || reject.to_string(),
                |trace| format!("{} ({}:{}:{})", trace.message, trace.file, trace.line, trace.column),
            );
            Err(Reject::new(reject.reject_code(), detail).into())
        }
    }
}
