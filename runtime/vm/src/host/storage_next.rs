//! `storage_next`: walks this contract's keys in byte order. There are no handles, so none can be left open: whoever
//! wants the next key names the one it has.

use super::{Host, length, storage_key_len, within};
use crate::frame::Stop;
use crate::gas;
use crate::reject::Trap;
use crate::world::NextKey;
use tacit_abi::{NOT_FOUND, STORAGE_KEY_BYTES_MAX};

pub(crate) fn run(host: &mut Host<'_>, prefix: i32, prefix_len: i32, after: i32, after_len: i32) -> Result<i32, Stop> {
    within(prefix_len, STORAGE_KEY_BYTES_MAX)?;
    if after_len != 0 {
        storage_key_len(after_len)?;
    }
    host.charge_copy(prefix_len)?;
    host.charge_copy(after_len)?;
    // The first step is paid before it is made; further ones, over keys removed in this block, as many as can be paid.
    host.charge(gas::STORAGE_NEXT)?;
    let affordable = u64::try_from(host.gas()).unwrap_or_default().div_euclid(gas::STORAGE_NEXT);
    let contract = host.frame.contract;
    let prefix = host.bytes(prefix, prefix_len)?.to_vec();
    let after = host.bytes(after, after_len)?.to_vec();
    let most_steps = affordable.saturating_add(1);
    let (found, steps) = match host.frame.loan.scope().world.storage_next(&contract, &prefix, &after, most_steps)? {
        NextKey::Found { key, value, steps } => (Some((key, value)), steps),
        NextKey::End { steps } => (None, steps),
        NextKey::TooFar => return host.charge(u64::MAX).map(|()| NOT_FOUND),
    };
    host.charge(gas::STORAGE_NEXT.saturating_mul(steps.saturating_sub(1)))?;
    let Some((key, value)) = found else { return Ok(NOT_FOUND) };
    let bytes = (key.len() as u64).saturating_add(value.len() as u64);
    host.charge(gas::STORAGE_READ_BYTE.saturating_mul(bytes))?;
    let key_len = u16::try_from(key.len()).map_err(|_| Stop::Trap(Trap::HostLimit))?;
    let register = [&key_len.to_le_bytes(), key.as_slice(), value.as_slice()].concat();
    let len = length(register.len())?;
    host.frame.register = register;
    Ok(len)
}
