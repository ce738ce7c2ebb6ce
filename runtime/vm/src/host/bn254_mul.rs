//! `bn254_mul`: a multiple of a point of BN254's G1, as EIP-196.

use super::Host;
use crate::frame::Stop;
use crate::gas;
use tacit_abi::{INVALID_INPUT, OK};

pub(crate) fn run(host: &mut Host<'_>, point: i32, scalar: i32, out: i32) -> Result<i32, Stop> {
    host.charge(gas::BN254_MUL)?;
    let point = host.array(point)?;
    let scalar = host.array(scalar)?;
    let product = host.frame.loan.scope().world.proofs().bn254_mul(&point, &scalar);
    let Some(product) = product else { return Ok(INVALID_INPUT) };
    host.write(out, &product)?;
    Ok(OK)
}
