//! `u256_pow`: a power of a 256-bit number, or a code.

use super::Host;
use super::u256::{number, put};
use crate::frame::Stop;
use crate::gas;

pub(crate) fn run(host: &mut Host<'_>, base: i32, exponent: i32, out: i32) -> Result<i32, Stop> {
    host.charge(gas::U256_POW)?;
    let exponent = ruint::aliases::U256::from(exponent.cast_unsigned());
    let result = number(host, base)?.checked_pow(exponent);
    put(host, out, result, tacit_abi::OVERFLOW)
}
