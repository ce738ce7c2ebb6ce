//! `transfer`: moves native money from this contract to an address. Runs no code of the receiver.

use super::Host;
use crate::frame::Stop;
use crate::gas;
use crate::world::TransferRefused;
use tacit_abi::{INSUFFICIENT_BALANCE, OK, RECIPIENT_REFUSED};

pub(crate) fn run(host: &mut Host<'_>, to: i32, amount: i32) -> Result<i32, Stop> {
    host.must_not_be_static()?;
    host.charge(gas::TRANSFER)?;
    let to = host.address(to)?;
    let amount = host.amount(amount)?;
    let contract = host.frame.contract;
    let moved = host.frame.loan.scope().world.transfer(&contract, &to, amount)?;
    Ok(moved.map_or_else(code, |()| OK))
}

/// The code a contract sees for a refused transfer.
pub(super) const fn code(refused: TransferRefused) -> i32 {
    match refused {
        TransferRefused::InsufficientBalance => INSUFFICIENT_BALANCE,
        TransferRefused::Recipient => RECIPIENT_REFUSED,
    }
}
