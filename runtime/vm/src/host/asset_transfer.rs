//! `asset_transfer`: moves units of an asset from this contract to an address. Runs no code of the receiver.

use super::{Host, transfer};
use crate::frame::Stop;
use crate::gas;
use tacit_abi::OK;
use tacit_types::AssetId;

pub(crate) fn run(host: &mut Host<'_>, asset: i32, to: i32, amount: i32) -> Result<i32, Stop> {
    host.must_not_be_static()?;
    host.charge(gas::TRANSFER)?;
    let asset = AssetId(host.array(asset)?);
    let to = host.address(to)?;
    let amount = host.amount(amount)?;
    let contract = host.frame.contract;
    let moved = host.frame.loan.scope().world.asset_transfer(&asset, &contract, &to, amount)?;
    Ok(moved.map_or_else(transfer::code, |()| OK))
}
