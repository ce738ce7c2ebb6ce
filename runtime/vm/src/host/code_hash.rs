//! `code_hash`: which code a contract runs.

use super::Host;
use crate::frame::Stop;
use crate::gas;
use tacit_abi::{CONTRACT_UNKNOWN, OK};

pub(crate) fn run(host: &mut Host<'_>, address: i32, out: i32) -> Result<i32, Stop> {
    host.charge(gas::STORAGE_READ)?;
    let address = host.address(address)?;
    let Some(contract) = host.frame.loan.scope().world.contract(&address)? else { return Ok(CONTRACT_UNKNOWN) };
    host.write(out, &contract.code_hash.0)?;
    Ok(OK)
}
