//! `blake3`: the plain BLAKE3 hash of some bytes.

use super::Host;
use crate::frame::Stop;
use crate::gas;

pub(crate) fn run(host: &mut Host<'_>, data: i32, len: i32, out: i32) -> Result<(), Stop> {
    let bytes = u64::from(len.cast_unsigned());
    host.charge(gas::BLAKE3.saturating_add(gas::BLAKE3_BYTE.saturating_mul(bytes)))?;
    let hash = ::blake3::hash(host.bytes(data, len)?);
    host.write(out, hash.as_bytes())
}
