//! `u256_mul_div`: a product divided, through 512 bits, so that only the result must fit.

use super::Host;
use super::u256::{number, put};
use crate::frame::Stop;
use crate::gas;
use crate::reject::Trap;
use ruint::aliases::{U256, U512};
use tacit_abi::{DIVISION_BY_ZERO, OVERFLOW};

pub(crate) fn run(
    host: &mut Host<'_>,
    left: i32,
    right: i32,
    divisor: i32,
    round_up: i32,
    out: i32,
) -> Result<i32, Stop> {
    host.charge(gas::U256_MUL_DIV)?;
    let round_up = match round_up {
        0 => false,
        1 => true,
        _ => return Err(Stop::Trap(Trap::HostLimit)),
    };
    let divisor = number(host, divisor)?;
    if divisor.is_zero() {
        return Ok(DIVISION_BY_ZERO);
    }
    let result = mul_div(number(host, left)?, number(host, right)?, divisor, round_up);
    put(host, out, result, OVERFLOW)
}

fn mul_div(left: U256, right: U256, divisor: U256, round_up: bool) -> Option<U256> {
    let product: U512 = left.widening_mul(right);
    let divisor = U512::from(divisor);
    if divisor.is_zero() {
        return None;
    }
    let (quotient, rest) = product.div_rem(divisor);
    let rounded = if round_up && !rest.is_zero() { quotient.checked_add(U512::from(1))? } else { quotient };
    U256::checked_from_limbs_slice(rounded.as_limbs())
}
