//! Call: runs an exported function of a contract, after handing it the value.

use crate::accounts;
use crate::error::{Refusal, Reject};
use crate::tx::TxContext;
use crate::world::ExecWorld;
use tacit_types::action::Call;
use tacit_types::{Amount, AssetId};
use tacit_vm::{CallOutcome, CallParams, VmReject};

pub fn apply(context: &mut TxContext<'_, '_>, call: &Call, contract_code: &mut u32) -> Result<(), Refusal> {
    context.take(&AssetId::NATIVE, call.value)?;
    accounts::credit(context.overlay, &call.contract, call.value)?;
    let before = accounts::read(context.overlay, &context.sender)?.balance;
    let params = CallParams {
        caller: context.sender,
        contract: call.contract,
        function: call.function.as_str(),
        input: &call.input,
        value: call.value,
        gas_limit: context.meter.left(),
    };
    let mut world = ExecWorld::new(context.overlay, &mut context.events, context.block.block_context());
    let outcome = context.block.vm.call(&mut world, params)?;
    settle(context, outcome, contract_code)?;
    hold_earnings(context, before)
}

/// What contracts paid to a sender without an account is held by the transaction. Only the difference counts: whatever
/// somebody sent to the one-time address before must not be able to fail the body.
pub fn hold_earnings(context: &mut TxContext<'_, '_>, before: Amount) -> Result<(), Refusal> {
    if !context.shielded {
        return Ok(());
    }
    let now = accounts::read(context.overlay, &context.sender)?.balance;
    let earned = now.saturating_sub(before);
    accounts::debit(context.overlay, &context.sender, earned)?;
    Ok(context.scratch.add(&AssetId::NATIVE, earned)?)
}

/// Charges what a contract used, and keeps its output or turns its failure into a rejection.
pub fn settle(context: &mut TxContext<'_, '_>, outcome: CallOutcome, contract_code: &mut u32) -> Result<(), Refusal> {
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
