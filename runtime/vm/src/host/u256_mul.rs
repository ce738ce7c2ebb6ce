//! `u256_mul`: the product of two 256-bit numbers, or a code.

use super::Host;
use super::u256::{number, put};
use crate::frame::Stop;
use crate::gas;

pub(crate) fn run(host: &mut Host<'_>, left: i32, right: i32, out: i32) -> Result<i32, Stop> {
    host.charge(gas::U256_MUL)?;
    let result = number(host, left)?.checked_mul(number(host, right)?);
    put(host, out, result, tacit_abi::OVERFLOW)
}
