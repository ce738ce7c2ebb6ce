//! `storage_set`: stores a value under a key of this contract.

use super::{Host, range, storage_key_len, within};
use crate::frame::Stop;
use crate::gas;
use crate::reject::Trap;
use tacit_abi::OK;

pub(crate) fn run(host: &mut Host<'_>, key: i32, key_len: i32, value: i32, value_len: i32) -> Result<i32, Stop> {
    host.must_not_be_static()?;
    storage_key_len(key_len)?;
    within(value_len, tacit_abi::STORAGE_VALUE_BYTES_MAX)?;
    let bytes = u64::from(key_len.cast_unsigned()).saturating_add(u64::from(value_len.cast_unsigned()));
    host.charge(gas::STORAGE_WRITE.saturating_add(gas::STORAGE_WRITE_BYTE.saturating_mul(bytes)))?;
    pay_for_old(host, key, key_len)?;
    let contract = host.frame.contract;
    let key = host.memory.get(range(key, key_len)?).ok_or(Stop::Trap(Trap::HostRange))?;
    let value = host.memory.get(range(value, value_len)?).ok_or(Stop::Trap(Trap::HostRange))?;
    host.frame.loan.scope().world.storage_set(&contract, key, value)?;
    Ok(OK)
}

/// Charges for the value that a write replaces: it is read, and kept beside the new one for whoever looks back. The read
/// itself is within the limit of a value, and paid with the write's own price.
pub(super) fn pay_for_old(host: &mut Host<'_>, key: i32, key_len: i32) -> Result<(), Stop> {
    let contract = host.frame.contract;
    let key = host.memory.get(range(key, key_len)?).ok_or(Stop::Trap(Trap::HostRange))?;
    let old = host.frame.loan.scope().world.storage_length(&contract, key)?;
    host.charge(gas::STORAGE_OLD_BYTE.saturating_mul(old.unwrap_or_default()))
}
