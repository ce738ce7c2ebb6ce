//! `value`: the native money that came with the call.

use super::Host;
use crate::frame::Stop;

pub(crate) fn run(host: &mut Host<'_>, out: i32) -> Result<(), Stop> {
    host.charge_copy(16)?;
    let value = host.frame.value;
    host.write(out, &value.0.to_le_bytes())
}
