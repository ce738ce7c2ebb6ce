//! `self_address`: who am I.

use super::Host;
use crate::frame::Stop;

pub(crate) fn run(host: &mut Host<'_>, out: i32) -> Result<(), Stop> {
    host.charge_copy(32)?;
    let address = host.frame.contract;
    host.write(out, &address.0)
}
