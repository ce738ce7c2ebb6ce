//! Fractions.

use super::{Amount, Quantity, Rounding, checked_mul_div, mul_div};
use crate::spec::TypeName;
use crate::{Buffer, Reader, Wire};

/// What one is.
const ONE: u128 = 1_000_000_000_000_000_000;

/// A fraction, as a number of 10^-18. The largest is above 3 x 10^20.
///
/// ```
/// use tacit_sdk::{Amount, Rate, Rounding};
/// let fee = Rate::of(3, 1_000, Rounding::Down);
/// assert_eq!(fee.apply(Amount(1_000_001), Rounding::Up), Amount(3_001));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Rate(pub u128);

impl Rate {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The whole.
    pub const ONE: Self = Self(ONE);

    /// `numerator` / `denominator`. Ends the call if it does not fit or the denominator is zero.
    #[must_use]
    pub fn of(numerator: u128, denominator: u128, rounding: Rounding) -> Self {
        Self(mul_div(numerator, ONE, denominator, rounding))
    }

    /// `numerator` / `denominator`, if it fits and the denominator is not zero.
    #[must_use]
    pub fn checked_of(numerator: u128, denominator: u128, rounding: Rounding) -> Option<Self> {
        checked_mul_div(numerator, ONE, denominator, rounding).map(Self)
    }

    /// A number of hundredths of a percent.
    #[must_use]
    pub fn basis_points(points: u32) -> Self {
        Self(mul_div(points.into(), ONE, 10_000, Rounding::Down))
    }

    /// This part of an amount. Ends the call if it does not fit.
    #[must_use]
    pub fn apply(self, amount: Amount, rounding: Rounding) -> Amount {
        amount.mul_div(self.0, ONE, rounding)
    }

    /// This part of another rate. Ends the call if it does not fit.
    #[must_use]
    pub fn times(self, other: Self, rounding: Rounding) -> Self {
        Self(mul_div(self.0, other.0, ONE, rounding))
    }

    /// The sum, unless it does not fit.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// The difference, unless it would be negative.
    #[must_use]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(difference) => Some(Self(difference)),
            None => None,
        }
    }
}

impl Quantity for Rate {
    fn raw(self) -> u128 {
        self.0
    }
}

#[allow(clippy::panic)] // The documented end of a call whose arithmetic does not fit.
impl core::ops::Add for Rate {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        match self.checked_add(other) {
            Some(sum) => sum,
            None => panic!("a rate overflowed"),
        }
    }
}

#[allow(clippy::panic)] // The documented end of a call whose arithmetic does not fit.
impl core::ops::Sub for Rate {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        match self.checked_sub(other) {
            Some(difference) => difference,
            None => panic!("a rate went below zero"),
        }
    }
}

impl Wire for Rate {
    const MAX: usize = 16;
    const TYPE: &'static TypeName = &TypeName::new("Rate");
    fn put(&self, out: &mut Buffer) {
        self.0.put(out);
    }
    fn take(input: &mut Reader<'_>) -> Option<Self> {
        u128::take(input).map(Self)
    }
}
