//! `is_static`: whether this frame may change nothing.

use super::Host;
use crate::frame::Stop;

pub(crate) fn run(host: &mut Host<'_>) -> Result<i32, Stop> {
    Ok(i32::from(host.frame.is_static))
}
