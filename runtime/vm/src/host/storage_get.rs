//! `storage_get`: reads a value into the contract's buffer, or leaves it in the return register if it is too
//! long for that, so that no value is ever read twice.

use super::{Host, length, storage_key_len, write};
use crate::frame::Stop;
use crate::gas;
use tacit_abi::{BUFFER_TOO_SMALL, NOT_FOUND};

pub(crate) fn run(host: &mut Host<'_>, key: i32, key_len: i32, out: i32, capacity: i32) -> Result<i32, Stop> {
    storage_key_len(key_len)?;
    host.charge_copy(key_len)?;
    host.charge(gas::STORAGE_READ)?;
    let contract = host.frame.contract;
    let key = host.memory.get(super::range(key, key_len)?).ok_or(Stop::Trap(crate::reject::Trap::HostRange))?;
    let Some(value) = host.frame.loan.scope().world.storage_get(&contract, key)? else {
        return Ok(NOT_FOUND);
    };
    host.charge(gas::STORAGE_READ_BYTE.saturating_mul(value.len() as u64))?;
    let len = length(value.len())?;
    if len.cast_unsigned() > capacity.cast_unsigned() {
        host.frame.register = value;
        return Ok(BUFFER_TOO_SMALL);
    }
    write(host.memory, out, &value)?;
    Ok(len)
}
