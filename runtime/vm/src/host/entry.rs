//! What `call` and `static_call` share: from the caller's memory to the callee's frame and back.

use super::{Host, length, transfer, within};
use crate::frame::{Budget, Stop};
use crate::gas;
use crate::reject::{Trap, VmReject};
use crate::scope::{Entry, Exit};
use tacit_abi::{
    CALLEE_FAILED, CALLEE_OUT_OF_GAS, CALLEE_REVERTED, CONTRACT_UNKNOWN, DEPTH_EXCEEDED, FUNCTION_UNKNOWN,
    REENTRY_DENIED,
};
use tacit_types::Amount;

/// The arguments as the contract gave them, and what kind of call it is.
pub(super) struct Callee {
    pub address: i32,
    pub function: i32,
    pub function_len: i32,
    pub input: i32,
    pub input_len: i32,
    pub value: Amount,
    pub gas_limit: i64,
    pub is_static: bool,
}

/// Runs the callee; its output, revert data or nothing is in the return register afterwards.
pub(super) fn enter(host: &mut Host<'_>, callee: &Callee) -> Result<i32, Stop> {
    within(callee.function_len, tacit_abi::FUNCTION_NAME_BYTES_MAX)?;
    within(callee.input_len, tacit_abi::INPUT_BYTES_MAX)?;
    host.charge_copy(callee.function_len)?;
    host.charge_copy(callee.input_len)?;
    // Looking the contract up reads its record.
    host.charge(gas::STORAGE_READ)?;
    let address = host.address(callee.address)?;
    let input = host.bytes(callee.input, callee.input_len)?.to_vec();
    let name = host.bytes(callee.function, callee.function_len)?.to_vec();
    let name = String::from_utf8(name).map_err(|_| Stop::Trap(Trap::HostRange))?;
    let given = forwarded(host.gas, callee.gas_limit);
    let caller = host.frame.contract;
    let is_static = host.frame.is_static || callee.is_static;
    let budget = Budget { gas: given, stack: host.stack };

    let scope = host.frame.loan.scope();
    let checkpoint = scope.world.checkpoint();
    if callee.value > Amount::ZERO
        && let Err(refused) = scope.world.transfer(&caller, &address, callee.value)?
    {
        return Ok(transfer::code(refused));
    }
    let exit = scope.enter(Entry {
        contract: address,
        caller,
        function: &name,
        input,
        value: callee.value,
        is_static,
        is_creation: false,
        budget,
    })?;
    if exit.result.is_err() {
        scope.world.rollback(checkpoint);
    }
    settle(host, given, exit)
}

/// Takes what the callee used, keeps what it gave, and says how it ended.
fn settle(host: &mut Host<'_>, given: i64, exit: Exit) -> Result<i32, Stop> {
    let used = given.saturating_sub(exit.gas_left);
    host.charge(u64::try_from(used).unwrap_or_default())?;
    let (register, code) = match exit.result {
        Ok(output) => {
            let len = length(output.len())?;
            (output, len)
        }
        Err(VmReject::Reverted { code, data }) => {
            let mut register = code.to_le_bytes().to_vec();
            register.extend_from_slice(&data);
            (register, CALLEE_REVERTED)
        }
        Err(reject) => (Vec::new(), failure(&reject)),
    };
    host.frame.register = register;
    Ok(code)
}

/// At most what the caller asked for, and never more than 63/64 of what is left.
fn forwarded(left: i64, wanted: i64) -> i64 {
    let left = u64::try_from(left).unwrap_or_default();
    let most = left.saturating_sub(left.div_euclid(gas::CALLER_KEEPS_DIVISOR));
    i64::try_from(most.min(wanted.cast_unsigned())).unwrap_or(i64::MAX)
}

const fn failure(reject: &VmReject) -> i32 {
    match reject {
        VmReject::ContractUnknown => CONTRACT_UNKNOWN,
        VmReject::FunctionUnknown => FUNCTION_UNKNOWN,
        VmReject::ReentryDenied => REENTRY_DENIED,
        VmReject::DepthExceeded => DEPTH_EXCEEDED,
        VmReject::OutOfGas => CALLEE_OUT_OF_GAS,
        VmReject::Reverted { .. } => CALLEE_REVERTED,
        VmReject::InputTooLong
        | VmReject::StackExhausted
        | VmReject::Trapped(_)
        | VmReject::Panicked
        | VmReject::TooManyEvents
        | VmReject::HostInternal => CALLEE_FAILED,
    }
}
