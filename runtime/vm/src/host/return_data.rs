//! `return_data`: sets the call's output; the last call wins.

use super::{Host, within};
use crate::frame::Stop;

pub(crate) fn run(host: &mut Host<'_>, data: i32, len: i32) -> Result<(), Stop> {
    within(len, tacit_abi::OUTPUT_BYTES_MAX)?;
    host.charge_copy(len)?;
    host.frame.output = host.bytes(data, len)?.to_vec();
    Ok(())
}
