//! `storage_has`: whether a value is stored under a key.

use super::{Host, range, storage_key_len};
use crate::frame::Stop;
use crate::gas;
use crate::reject::Trap;

pub(crate) fn run(host: &mut Host<'_>, key: i32, key_len: i32) -> Result<i32, Stop> {
    storage_key_len(key_len)?;
    host.charge_copy(key_len)?;
    host.charge(gas::STORAGE_READ)?;
    let contract = host.frame.contract;
    let key = host.memory.get(range(key, key_len)?).ok_or(Stop::Trap(Trap::HostRange))?;
    let length = host.frame.loan.scope().world.storage_length(&contract, key)?;
    // The answer is short, but the whole value was read for it.
    host.charge(gas::STORAGE_READ_BYTE.saturating_mul(length.unwrap_or_default()))?;
    Ok(i32::from(length.is_some()))
}
