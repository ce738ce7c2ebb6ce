//! `sha256`: the SHA-256 hash of some bytes.

use super::{Host, within};
use crate::frame::Stop;
use crate::gas;
use sha2::{Digest, Sha256};
use tacit_abi::HASH_DATA_BYTES_MAX;

pub(crate) fn run(host: &mut Host<'_>, data: i32, len: i32, out: i32) -> Result<(), Stop> {
    within(len, HASH_DATA_BYTES_MAX)?;
    host.charge(gas::SHA256.saturating_add(gas::SHA256_BYTE.saturating_mul(u64::from(len.cast_unsigned()))))?;
    let hash: [u8; 32] = Sha256::digest(host.bytes(data, len)?).into();
    host.write(out, &hash)
}
