//! What `call`, `try_call`, `static_call` and `create` share: from the caller's memory to the callee's frame and back.

use super::{Host, length, within};
use crate::frame::Stop;
use crate::gas;
use crate::reject::{Trap, VmReject};
use crate::scope::{Entry, Exit, Kind};
use tacit_abi::{
    CALL_ALLOW_DEFER, CALL_ALLOW_REENTRY, CALL_ALLOW_VIEW, CALLEE_FAILED, CALLEE_OUT_OF_GAS, CALLEE_REVERTED,
    CODE_UNKNOWN, CONTRACT_EXISTS, CONTRACT_PAUSED, CONTRACT_UNKNOWN, DEPTH_EXCEEDED, FUNCTION_UNKNOWN,
    INSUFFICIENT_BALANCE, RECIPIENT_REFUSED, REENTRY_DENIED,
};
use tacit_types::{Address, Amount};

/// The arguments of a call as the contract gave them.
pub(super) struct Arguments {
    pub address: i32,
    pub function: i32,
    pub function_len: i32,
    pub input: i32,
    pub input_len: i32,
    pub gas_limit: i64,
    pub flags: i32,
}

/// What a callee's failure does to the caller.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// The caller goes on and sees a code.
    IsACode,
    /// The caller fails for the same reason.
    EndsTheCaller,
}

/// A call read from the contract's memory.
pub(super) struct Callee {
    pub address: Address,
    pub function: String,
    pub input: Vec<u8>,
    pub value: Amount,
    pub is_static: bool,
    pub kind: Kind,
    pub gas_limit: i64,
    pub flags: i32,
}

/// Runs the callee; its output, revert data or nothing is in the return register afterwards. Without `value` the callee
/// may change nothing.
pub(super) fn enter(
    host: &mut Host<'_>,
    arguments: &Arguments,
    value: Option<i32>,
    failure: Failure,
) -> Result<i32, Stop> {
    let amount = value.map_or(Ok(Amount::ZERO), |value| host.amount(value))?;
    pay_for_value(host, amount)?;
    if arguments.flags & !(CALL_ALLOW_REENTRY | CALL_ALLOW_VIEW | CALL_ALLOW_DEFER) != 0 {
        return Err(Stop::Trap(Trap::HostLimit));
    }
    let (function, input) = named(host, arguments)?;
    // Looking the contract up reads its record.
    host.charge(gas::STORAGE_READ)?;
    let callee = Callee {
        address: host.address(arguments.address)?,
        function,
        input,
        value: amount,
        is_static: value.is_none(),
        kind: Kind::Call,
        gas_limit: arguments.gas_limit,
        flags: arguments.flags,
    };
    run(host, callee, failure)
}

/// Charges for money that goes along, and refuses it in a static frame.
pub(super) fn pay_for_value(host: &mut Host<'_>, value: Amount) -> Result<(), Stop> {
    if value == Amount::ZERO {
        return Ok(());
    }
    host.must_not_be_static()?;
    host.charge(gas::TRANSFER)
}

/// The function's name and its input, paid for before they are copied.
pub(super) fn named(host: &mut Host<'_>, arguments: &Arguments) -> Result<(String, Vec<u8>), Stop> {
    within(arguments.function_len, tacit_abi::FUNCTION_NAME_BYTES_MAX)?;
    within(arguments.input_len, tacit_abi::INPUT_BYTES_MAX)?;
    host.charge_copy(arguments.function_len)?;
    host.charge_copy(arguments.input_len)?;
    let input = host.bytes(arguments.input, arguments.input_len)?.to_vec();
    let name = host.bytes(arguments.function, arguments.function_len)?.to_vec();
    let name = String::from_utf8(name).map_err(|_| Stop::Trap(Trap::HostRange))?;
    Ok((name, input))
}

/// Moves the money, runs the callee's frame, and takes the money back if it fails.
pub(super) fn run(host: &mut Host<'_>, callee: Callee, failure: Failure) -> Result<i32, Stop> {
    let given = forwarded(host.gas(), callee.gas_limit);
    let caller = host.frame.contract;
    let is_static = host.frame.is_static || callee.is_static;
    let stack = host.stack;

    let scope = host.frame.loan.scope();
    let checkpoint = scope.world.checkpoint();
    if callee.value > Amount::ZERO
        && let Err(refused) = scope.world.transfer(&caller, &callee.address, callee.value)?
    {
        return settle(host, 0, Exit { gas_left: 0, result: Err(refused.into()) }, failure);
    }
    // Who goes on after a failure must not be undone by a call that the callee left behind, unless it agreed to that.
    let may_defer = scope.may_defer() && (failure == Failure::EndsTheCaller || callee.flags & CALL_ALLOW_DEFER != 0);
    scope.allow(callee.flags);
    let exit = scope.enter(Entry {
        contract: callee.address,
        caller,
        function: &callee.function,
        input: callee.input,
        value: callee.value,
        is_static,
        kind: callee.kind,
        may_defer,
        gas: given,
        stack,
    })?;
    scope.allow(0);
    if exit.result.is_err() {
        scope.world.rollback(checkpoint);
    }
    settle(host, given, exit, failure)
}

/// Takes what the callee used, keeps what it gave, and says how it ended.
fn settle(host: &mut Host<'_>, given: i64, exit: Exit, failure: Failure) -> Result<i32, Stop> {
    let used = given.saturating_sub(exit.gas_left);
    host.charge(u64::try_from(used).unwrap_or_default())?;
    let (register, code) = match exit.result {
        Ok(output) => {
            let len = length(output.len())?;
            (output, len)
        }
        // Nobody goes on over a defect of the node: no contract was written for it, and what was being done is half done.
        Err(VmReject::HostInternal) => return Err(Stop::HostPanic),
        Err(reject) if failure == Failure::EndsTheCaller => return Err(Stop::Callee(Box::new(reject))),
        Err(VmReject::Reverted { code, data }) => {
            let mut register = code.to_le_bytes().to_vec();
            register.extend_from_slice(&data);
            (register, CALLEE_REVERTED)
        }
        Err(reject) => (Vec::new(), code(&reject)),
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

/// What a contract sees of a callee that failed; of [`VmReject::HostInternal`] none sees anything.
pub(super) const fn code(reject: &VmReject) -> i32 {
    match reject {
        VmReject::ContractUnknown => CONTRACT_UNKNOWN,
        VmReject::FunctionUnknown => FUNCTION_UNKNOWN,
        VmReject::ReentryDenied => REENTRY_DENIED,
        VmReject::DepthExceeded => DEPTH_EXCEEDED,
        VmReject::OutOfGas => CALLEE_OUT_OF_GAS,
        VmReject::Reverted { .. } => CALLEE_REVERTED,
        VmReject::InsufficientBalance => INSUFFICIENT_BALANCE,
        VmReject::RecipientRefused => RECIPIENT_REFUSED,
        VmReject::Paused => CONTRACT_PAUSED,
        VmReject::CodeUnknown => CODE_UNKNOWN,
        VmReject::ContractExists => CONTRACT_EXISTS,
        VmReject::InputTooLong
        | VmReject::StackExhausted
        | VmReject::Trapped(_)
        | VmReject::Panicked
        | VmReject::TooManyEvents
        | VmReject::HostInternal => CALLEE_FAILED,
    }
}
