//! `storage_remove`: removes the value under a key of this contract, if there is one.

use super::storage_set::pay_for_old;
use super::{Host, range, storage_key_len};
use crate::frame::Stop;
use crate::gas;
use crate::reject::Trap;
use tacit_abi::OK;

pub(crate) fn run(host: &mut Host<'_>, key: i32, key_len: i32) -> Result<i32, Stop> {
    host.must_not_be_static()?;
    storage_key_len(key_len)?;
    let bytes = u64::from(key_len.cast_unsigned());
    host.charge(gas::STORAGE_WRITE.saturating_add(gas::STORAGE_WRITE_BYTE.saturating_mul(bytes)))?;
    pay_for_old(host, key, key_len)?;
    let contract = host.frame.contract;
    let key = host.memory.get(range(key, key_len)?).ok_or(Stop::Trap(Trap::HostRange))?;
    host.frame.loan.scope().world.storage_remove(&contract, key)?;
    Ok(OK)
}
