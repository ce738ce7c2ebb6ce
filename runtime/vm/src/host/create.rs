//! `create`: makes a contract of deployed code, owned by nobody but its policy, and runs its `init`.

use super::entry::{self, Callee, Failure};
use super::{Host, within};
use crate::frame::Stop;
use crate::gas;
use crate::scope::Kind;
use crate::world::CreateRefused;
use tacit_abi::{CODE_UNKNOWN, CONTRACT_EXISTS, INPUT_BYTES_MAX, INVALID_INPUT, OK, POLICY_BYTES_MAX, TOO_MANY};
use tacit_types::CodeHash;

#[allow(clippy::too_many_arguments)] // The signature is the host table's.
pub(crate) fn run(
    host: &mut Host<'_>,
    code_hash: i32,
    salt: i32,
    policy: i32,
    policy_len: i32,
    input: i32,
    input_len: i32,
    value: i32,
    gas_limit: i64,
    out: i32,
) -> Result<i32, Stop> {
    host.must_not_be_static()?;
    within(policy_len, POLICY_BYTES_MAX)?;
    within(input_len, INPUT_BYTES_MAX)?;
    host.charge_copy(policy_len)?;
    host.charge_copy(input_len)?;
    host.charge(gas::CREATE)?;
    let value = host.amount(value)?;
    entry::pay_for_value(host, value)?;
    let code_hash = CodeHash(host.array(code_hash)?);
    let salt = host.array(salt)?;
    let policy = host.bytes(policy, policy_len)?.to_vec();
    let input = host.bytes(input, input_len)?.to_vec();

    let creator = host.frame.contract;
    if !host.frame.loan.scope().may_create() {
        return Ok(TOO_MANY);
    }
    let scope = host.frame.loan.scope();
    let (checkpoint, events) = (scope.world.checkpoint(), scope.events_so_far());
    let address = match scope.world.create_contract(&creator, &code_hash, &salt, &policy)? {
        Ok(address) => address,
        Err(CreateRefused::CodeUnknown) => return Ok(CODE_UNKNOWN),
        Err(CreateRefused::Exists) => return Ok(CONTRACT_EXISTS),
        Err(CreateRefused::Policy) => return Ok(INVALID_INPUT),
    };
    // The record says so in an event, which takes a place like any other.
    scope.count_event(0)?;
    let callee = Callee {
        address,
        function: tacit_abi::INIT_FUNCTION.to_owned(),
        input,
        value,
        is_static: false,
        kind: Kind::Creation,
        gas_limit,
        flags: 0,
    };
    let code = entry::run(host, callee, Failure::IsACode)?;
    if code < 0 {
        let scope = host.frame.loan.scope();
        scope.world.rollback(checkpoint);
        scope.forget_events_since(events);
        return Ok(code);
    }
    host.write(out, &address.0)?;
    Ok(OK)
}
