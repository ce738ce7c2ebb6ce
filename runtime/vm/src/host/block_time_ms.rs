//! `block_time_ms`: the time in the header of the block being executed.

use super::Host;
use crate::frame::Stop;

pub(crate) fn run(host: &mut Host<'_>) -> Result<i64, Stop> {
    Ok(host.frame.loan.scope().block.time.0.cast_signed())
}
