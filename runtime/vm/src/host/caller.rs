//! `caller`: the account or contract that called this frame.

use super::Host;
use crate::frame::Stop;

pub(crate) fn run(host: &mut Host<'_>, out: i32) -> Result<(), Stop> {
    host.charge_copy(32)?;
    let caller = host.frame.caller;
    host.write(out, &caller.0)
}
