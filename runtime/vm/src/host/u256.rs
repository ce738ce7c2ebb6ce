//! What the functions on 256-bit numbers share: 32 bytes little-endian in, a result or a code out.

use super::Host;
use crate::frame::Stop;
use ruint::aliases::U256;
use tacit_abi::OK;

/// A number in the contract's memory.
pub(super) fn number(host: &Host<'_>, pointer: i32) -> Result<U256, Stop> {
    host.array(pointer).map(U256::from_le_bytes::<32>)
}

/// Writes a result, or gives the code that says why there is none.
pub(super) fn put(host: &mut Host<'_>, out: i32, result: Option<U256>, missing: i32) -> Result<i32, Stop> {
    let Some(result) = result else { return Ok(missing) };
    host.write(out, &result.to_le_bytes::<32>())?;
    Ok(OK)
}
