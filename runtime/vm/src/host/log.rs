//! `log`: a line for the debug trace of a simulation. It costs the same and changes nothing whether anybody listens or
//! not, so that a node that traces and one that does not agree.

use super::{Host, range, within};
use crate::frame::Stop;
use crate::gas;
use crate::reject::Trap;
use tacit_abi::LOG_BYTES_MAX;

pub(crate) fn run(host: &mut Host<'_>, data: i32, len: i32) -> Result<(), Stop> {
    within(len, LOG_BYTES_MAX)?;
    host.charge(gas::LOG.saturating_add(gas::LOG_BYTE.saturating_mul(u64::from(len.cast_unsigned()))))?;
    let bytes = host.memory.get(range(data, len)?).ok_or(Stop::Trap(Trap::HostRange))?;
    let frame = host.frame.number;
    host.frame.loan.scope().recorder.log(frame, || String::from_utf8_lossy(bytes).into_owned());
    Ok(())
}
