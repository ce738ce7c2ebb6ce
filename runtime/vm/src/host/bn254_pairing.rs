//! `bn254_pairing`: whether a product of pairings is one, as EIP-197.

use super::{Host, array_at, within};
use crate::frame::Stop;
use crate::gas;
use tacit_abi::{INVALID_INPUT, PAIRING_PAIRS_MAX};

pub(crate) fn run(host: &mut Host<'_>, pairs: i32, count: i32) -> Result<i32, Stop> {
    within(count, PAIRING_PAIRS_MAX)?;
    let number = u64::from(count.cast_unsigned());
    host.charge(gas::BN254_PAIRING.saturating_add(gas::BN254_PAIRING_PAIR.saturating_mul(number)))?;
    let pairs = array_at::<192>(host, pairs, count)?;
    Ok(host.frame.loan.scope().world.proofs().bn254_pairing(&pairs).map_or(INVALID_INPUT, i32::from))
}
