//! `balance`: the native balance of any address.

use super::Host;
use crate::frame::Stop;
use crate::gas;

pub(crate) fn run(host: &mut Host<'_>, address: i32, out: i32) -> Result<(), Stop> {
    host.charge(gas::BALANCE)?;
    let address = host.address(address)?;
    let balance = host.frame.loan.scope().world.balance(&address)?;
    host.write(out, &balance.0.to_le_bytes())
}
