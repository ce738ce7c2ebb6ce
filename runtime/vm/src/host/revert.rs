//! `revert`: the contract gives up; everything the frame did is undone.

use super::{Host, within};
use crate::frame::Stop;

pub(crate) fn run(host: &mut Host<'_>, code: i32, data: i32, len: i32) -> Result<(), Stop> {
    within(len, tacit_abi::OUTPUT_BYTES_MAX)?;
    host.charge_copy(len)?;
    let data = host.bytes(data, len)?.to_vec();
    Err(Stop::Revert { code: code.cast_unsigned(), data })
}
