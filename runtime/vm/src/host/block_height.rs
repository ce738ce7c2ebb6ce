//! `block_height`: the height of the block being executed.

use super::Host;
use crate::frame::Stop;

pub(crate) fn run(host: &mut Host<'_>) -> Result<i64, Stop> {
    Ok(host.frame.loan.scope().block.height.0.cast_signed())
}
