//! Call: runs an exported function of a contract, after handing it the value.

use crate::accounts;
use crate::earnings::Earnings;
use crate::error::{Refusal, Reject};
use crate::tx::TxContext;
use crate::world::ExecWorld;
use tacit_types::action::Call;
use tacit_types::{Address, Amount, AssetId};
use tacit_vm::{CallOutcome, CallParams, FRAMES_RECORDED_MAX, Vm, VmReject};

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
    let params = CallParams {
        caller: context.sender,
        contract: calling.contract,
        function: calling.function,
        input: calling.input,
        value: calling.value,
        gas_limit: context.meter.left(),
        record: context.block.record,
    };
    let earnings = Earnings::of(context.shielded.then_some(context.sender));
    let mut world =
        ExecWorld::new(context.overlay, &mut context.events, &mut context.transient, context.block, earnings);
    let mut outcome = enter(context.block.vm, &mut world, params)?;
    let earnings = world.into_earnings();
    keep_frames(context, &mut outcome);
    settle(context, outcome, contract_code)?;
    earnings.hold(context.overlay, &mut context.scratch)
}

/// Keeps as many frames of the whole transaction as one recording holds, and counts the others.
fn keep_frames(context: &mut TxContext<'_, '_>, outcome: &mut CallOutcome) {
    let room = FRAMES_RECORDED_MAX.saturating_sub(context.frames.len());
    let more = outcome.frames.len().saturating_sub(room) as u64;
    context.frames.extend(outcome.frames.drain(..).take(room));
    context.frames_left_out = context.frames_left_out.saturating_add(more).saturating_add(outcome.frames_left_out);
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
