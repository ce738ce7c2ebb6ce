//! `u256_sqrt`: the square root of a 256-bit number, rounded down.

use super::Host;
use super::u256::number;
use crate::frame::Stop;
use crate::gas;
use ruint::aliases::U256;

pub(crate) fn run(host: &mut Host<'_>, value: i32, out: i32) -> Result<(), Stop> {
    host.charge(gas::U256_SQRT)?;
    let root = square_root(number(host, value)?);
    host.write(out, &root.to_le_bytes::<32>())
}

/// Newton's method on integers, from above: the first step that does not fall is the root.
#[allow(clippy::arithmetic_side_effects)] // The guess is never zero, and a sum of two numbers of 129 bits fits.
fn square_root(value: U256) -> U256 {
    if value.is_zero() {
        return U256::ZERO;
    }
    let mut guess = U256::from(1) << value.bit_len().div_ceil(2).min(255);
    loop {
        let next = (guess + value / guess) >> 1;
        if next >= guess {
            return guess;
        }
        guess = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_is_the_largest_number_whose_square_fits() {
        for value in (0_u64..70_000).chain([u64::MAX - 1, u64::MAX]) {
            let root = square_root(U256::from(value));
            let next = root + U256::from(1);
            assert!(root * root <= U256::from(value) && next * next > U256::from(value), "root of {value}");
        }
        let largest = square_root(U256::MAX);
        assert_eq!(largest, (U256::from(1) << 128) - U256::from(1));
    }
}
