//! `asset_balance`: the balance of an address in an asset.

use super::Host;
use crate::frame::Stop;
use crate::gas;
use tacit_types::AssetId;

pub(crate) fn run(host: &mut Host<'_>, asset: i32, address: i32, out: i32) -> Result<(), Stop> {
    host.charge(gas::BALANCE)?;
    let asset = AssetId(host.array(asset)?);
    let address = host.address(address)?;
    let balance = host.frame.loan.scope().world.asset_balance(&asset, &address)?;
    host.write(out, &balance.0.to_le_bytes())
}
