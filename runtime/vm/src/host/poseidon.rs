//! `poseidon`: circomlib's Poseidon hash of a few field elements.

use super::{Host, array_at, within};
use crate::frame::Stop;
use crate::gas;
use crate::reject::Trap;
use tacit_abi::{INVALID_INPUT, OK, POSEIDON_ELEMENTS_MAX};

pub(crate) fn run(host: &mut Host<'_>, elements: i32, count: i32, out: i32) -> Result<i32, Stop> {
    within(count, POSEIDON_ELEMENTS_MAX)?;
    if count == 0 {
        return Err(Stop::Trap(Trap::HostLimit));
    }
    host.charge(gas::poseidon(u64::from(count.cast_unsigned())))?;
    let elements = array_at::<32>(host, elements, count)?;
    let Some(hash) = host.frame.loan.scope().world.proofs().poseidon(&elements) else { return Ok(INVALID_INPUT) };
    host.write(out, &hash)?;
    Ok(OK)
}
