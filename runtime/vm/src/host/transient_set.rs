//! `transient_set`: sets one of this contract's values that last until the transaction ends; undone with the frame.

use super::{Host, storage_key_len, within};
use crate::frame::Stop;
use crate::gas;
use tacit_abi::{OK, STORAGE_VALUE_BYTES_MAX, TOO_MANY, TRANSIENT_BYTES_MAX};

pub(crate) fn run(host: &mut Host<'_>, key: i32, key_len: i32, value: i32, value_len: i32) -> Result<i32, Stop> {
    host.must_not_be_static()?;
    storage_key_len(key_len)?;
    within(value_len, STORAGE_VALUE_BYTES_MAX)?;
    host.charge_copy(key_len)?;
    host.charge_copy(value_len)?;
    host.charge(gas::TRANSIENT)?;
    let contract = host.frame.contract;
    let key = host.bytes(key, key_len)?.to_vec();
    let value = host.bytes(value, value_len)?.to_vec();
    let fits = host.frame.loan.scope().world.transient_set(&contract, &key, value, TRANSIENT_BYTES_MAX);
    Ok(if fits { OK } else { TOO_MANY })
}
