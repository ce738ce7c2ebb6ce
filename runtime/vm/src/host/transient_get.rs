//! `transient_get`: reads one of this contract's values that last until the transaction ends.

use super::{Host, length, storage_key_len, write};
use crate::frame::Stop;
use crate::gas;
use tacit_abi::{BUFFER_TOO_SMALL, NOT_FOUND};

pub(crate) fn run(host: &mut Host<'_>, key: i32, key_len: i32, out: i32, capacity: i32) -> Result<i32, Stop> {
    storage_key_len(key_len)?;
    host.charge_copy(key_len)?;
    host.charge(gas::TRANSIENT)?;
    let contract = host.frame.contract;
    let key = host.bytes(key, key_len)?.to_vec();
    let Some(value) = host.frame.loan.scope().world.transient_get(&contract, &key) else { return Ok(NOT_FOUND) };
    let len = length(value.len())?;
    host.charge_copy(len)?;
    if len.cast_unsigned() > capacity.cast_unsigned() {
        host.frame.register = value;
        return Ok(BUFFER_TOO_SMALL);
    }
    write(host.memory, out, &value)?;
    Ok(len)
}
