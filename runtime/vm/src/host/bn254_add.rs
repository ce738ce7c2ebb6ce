//! `bn254_add`: the sum of two points of BN254's G1, as EIP-196.

use super::Host;
use crate::frame::Stop;
use crate::gas;
use tacit_abi::{INVALID_INPUT, OK};

pub(crate) fn run(host: &mut Host<'_>, left: i32, right: i32, out: i32) -> Result<i32, Stop> {
    host.charge(gas::BN254_ADD)?;
    let left = host.array(left)?;
    let right = host.array(right)?;
    let Some(sum) = host.frame.loan.scope().world.proofs().bn254_add(&left, &right) else { return Ok(INVALID_INPUT) };
    host.write(out, &sum)?;
    Ok(OK)
}
