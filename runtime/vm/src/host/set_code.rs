//! `set_code`: a contract changes its own code, if its upgrade policy leaves that to it. The new code runs from the next
//! call on; its `migrate` is scheduled here, and if it fails, the change fails with everything else.

use super::create::pay_for_code;
use super::defer_call::schedule;
use super::{Host, within};
use crate::access::Succession;
use crate::frame::Stop;
use crate::gas;
use crate::scope::Deferred;
use crate::world::SetCodeRefused;
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
    // Whether there is such code is said below, behind the policy.
    pay_for_code(host, &code_hash)?;
    let price = match host.frame.loan.scope().price_of_own_change(&contract, &code_hash)? {
        Ok(price) => price,
        Err(refused) => return Ok(refusal(refused)),
    };
    host.charge(price)?;
    let scope = host.frame.loan.scope();
    let (may_defer, checkpoint) = (scope.may_defer(), scope.world.checkpoint());
    match scope.replace_code(&contract, &code_hash)? {
        // The storage stays as it is: running a migration again would ruin what it made.
        Ok(Succession::SameLayout) if input.is_empty() => return Ok(OK),
        Ok(Succession::SameLayout) => {
            scope.world.rollback(checkpoint);
            return Ok(INVALID_INPUT);
        }
        Ok(_) if !may_defer => {
            scope.world.rollback(checkpoint);
            return Ok(DEFER_DENIED);
        }
        Ok(_) => {}
        Err(refused) => return Ok(refusal(refused)),
    }
    let function = MIGRATE_FUNCTION.to_owned();
    let value = Amount::ZERO;
    let migration = Deferred { contract, caller: contract, function, input, value, gas: gas_limit, is_migration: true };
    schedule(host, migration)?;
    Ok(OK)
}

fn refusal(refused: SetCodeRefused) -> i32 {
    match refused {
        SetCodeRefused::Policy => POLICY_FORBIDS,
        SetCodeRefused::CodeUnknown => CODE_UNKNOWN,
        SetCodeRefused::Layout => LAYOUT_DIFFERS,
    }
}
