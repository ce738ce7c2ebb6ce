//! `defer_call`: schedules a call for when no contract runs any more. Its gas is paid here; its money moves when it runs.

use super::Host;
use super::entry::{Arguments, named};
use crate::frame::Stop;
use crate::gas;
use crate::reject::Trap;
use crate::scope::Deferred;
use tacit_abi::{DEFER_DENIED, OK, TOO_MANY};

#[allow(clippy::too_many_arguments)] // The signature is the host table's.
pub(crate) fn run(
    host: &mut Host<'_>,
    address: i32,
    function: i32,
    function_len: i32,
    input: i32,
    input_len: i32,
    value: i32,
    gas_limit: i64,
) -> Result<i32, Stop> {
    host.must_not_be_static()?;
    let arguments = Arguments { address, function, function_len, input, input_len, gas_limit, flags: 0 };
    let (function, input) = named(host, &arguments)?;
    let contract = host.address(address)?;
    let value = host.amount(value)?;
    super::entry::pay_for_value(host, value)?;
    // Looking the contract up, when it runs, reads its record.
    host.charge(gas::STORAGE_READ)?;
    let caller = host.frame.contract;
    schedule(host, Deferred { contract, caller, function, input, value, gas: gas_limit, is_migration: false })
}

/// Takes the gas of a deferred call and puts it into the queue, unless that is full or this contract may leave nothing there.
pub(super) fn schedule(host: &mut Host<'_>, deferred: Deferred) -> Result<i32, Stop> {
    let gas = u64::try_from(deferred.gas).map_err(|_| Stop::Trap(Trap::HostLimit))?;
    let scope = host.frame.loan.scope();
    if !scope.may_defer() {
        return Ok(DEFER_DENIED);
    }
    if !scope.has_room_for_deferred() {
        return Ok(TOO_MANY);
    }
    host.charge(gas)?;
    host.frame.loan.scope().defer(deferred);
    Ok(OK)
}
