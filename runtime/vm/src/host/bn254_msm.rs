//! `bn254_msm`: the sum of multiples of points of BN254's G1.

use super::{Host, array_at, within};
use crate::frame::Stop;
use crate::gas;
use tacit_abi::{INVALID_INPUT, MSM_TERMS_MAX, OK};

pub(crate) fn run(host: &mut Host<'_>, points: i32, scalars: i32, count: i32, out: i32) -> Result<i32, Stop> {
    within(count, MSM_TERMS_MAX)?;
    let terms = u64::from(count.cast_unsigned());
    host.charge(gas::BN254_MSM.saturating_add(gas::BN254_MSM_TERM.saturating_mul(terms)))?;
    let points = array_at::<64>(host, points, count)?;
    let scalars = array_at::<32>(host, scalars, count)?;
    let sum = host.frame.loan.scope().world.proofs().bn254_msm(&points, &scalars);
    let Some(sum) = sum else { return Ok(INVALID_INPUT) };
    host.write(out, &sum)?;
    Ok(OK)
}
