//! `set_code`: a contract changes its own code, if its upgrade policy leaves that to it. The new code runs from the next
//! call on; its `migrate` is scheduled here, and if it fails, the change fails with everything else.

use super::defer_call::schedule;
use super::{Host, within};
use crate::access::Succession;
use crate::frame::Stop;
use crate::gas;
use crate::scope::{ChangeRefused, Deferred};
use tacit_abi::{
    CODE_UNKNOWN, DEFER_DENIED, INPUT_BYTES_MAX, INVALID_INPUT, LAYOUT_DIFFERS, MIGRATE_FUNCTION, OK, POLICY_FORBIDS,
    TOO_MANY,
};
use tacit_types::{Amount, CodeHash};

pub(crate) fn run(
    host: &mut Host<'_>,
    code_hash: i32,
    input: i32,
    input_len: i32,
    gas_limit: i64,
) -> Result<i32, Stop> {
    host.must_not_be_static()?;
    within(input_len, INPUT_BYTES_MAX)?;
    host.charge_copy(input_len)?;
    host.charge(gas::SET_CODE)?;
    let code_hash = CodeHash(host.array(code_hash)?);
    let input = host.bytes(input, input_len)?.to_vec();
    let contract = host.frame.contract;
    if !host.frame.loan.scope().has_room_for_deferred() {
        return Ok(TOO_MANY);
    }
    let (change, price) = match host.frame.loan.scope().own_change(&contract, &code_hash)? {
        Ok(change) => change,
        Err(ChangeRefused::Policy) => return Ok(POLICY_FORBIDS),
        Err(ChangeRefused::CodeUnknown) => return Ok(CODE_UNKNOWN),
    };
    host.charge(price)?;
    let scope = host.frame.loan.scope();
    let (may_defer, checkpoint) = (scope.may_defer(), scope.world.checkpoint());
    match scope.replace_code(&contract, &change)? {
        Succession::Refused => return Ok(LAYOUT_DIFFERS),
        // The storage stays as it is: running a migration again would ruin what it made.
        Succession::SameLayout if input.is_empty() => {
            scope.count_event(0)?;
            return Ok(OK);
        }
        Succession::SameLayout => {
            scope.world.rollback(checkpoint);
            return Ok(INVALID_INPUT);
        }
        Succession::Migrates if !may_defer => {
            scope.world.rollback(checkpoint);
            return Ok(DEFER_DENIED);
        }
        // The change says so in an event, which takes a place like any other.
        Succession::Migrates => scope.count_event(0)?,
    }
    let function = MIGRATE_FUNCTION.to_owned();
    let value = Amount::ZERO;
    let migration = Deferred { contract, caller: contract, function, input, value, gas: gas_limit, is_migration: true };
    schedule(host, migration)?;
    Ok(OK)
}
