//! `gas_left`: gas that is left in this frame, after what this call itself costs.

use super::Host;
use crate::frame::Stop;

pub(crate) fn run(host: &mut Host<'_>) -> Result<i64, Stop> {
    Ok(host.gas())
}
