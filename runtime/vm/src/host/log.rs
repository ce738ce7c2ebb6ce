//! `log`: a line for the debug trace of a simulation. It costs the same and changes nothing whether anybody listens or
//! not, so that a node that traces and one that does not agree.

use super::{Host, within};
use crate::frame::Stop;
use crate::gas;
use tacit_abi::LOG_BYTES_MAX;

pub(crate) fn run(host: &mut Host<'_>, data: i32, len: i32) -> Result<(), Stop> {
    within(len, LOG_BYTES_MAX)?;
    host.charge(gas::LOG.saturating_add(gas::LOG_BYTE.saturating_mul(u64::from(len.cast_unsigned()))))?;
    let text = String::from_utf8_lossy(host.bytes(data, len)?).into_owned();
    let frame = host.frame.number;
    host.frame.loan.scope().recorder.log(frame, text);
    Ok(())
}
