//! `genesis_id`: which chain this is.

use super::Host;
use crate::frame::Stop;

pub(crate) fn run(host: &mut Host<'_>, out: i32) -> Result<(), Stop> {
    host.charge_copy(32)?;
    let genesis_id = host.frame.loan.scope().block.genesis_id;
    host.write(out, &genesis_id.0)
}
