//! Amounts: unsigned 128-bit numbers of base units that never wrap.

use core::ops::{Add, Sub};

/// A number of base units. `+` and `-` end the call when the result does not fit; the `checked_` forms say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Amount(pub u128);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest amount.
    pub const MAX: Self = Self(u128::MAX);

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

#[allow(clippy::panic)] // The documented end of a call whose arithmetic does not fit.
impl Add for Amount {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        match self.checked_add(other) {
            Some(sum) => sum,
            None => panic!("an amount overflowed"),
        }
    }
}

#[allow(clippy::panic)] // The documented end of a call whose arithmetic does not fit.
impl Sub for Amount {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        match self.checked_sub(other) {
            Some(difference) => difference,
            None => panic!("an amount went below zero"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checked_forms_say_when_a_result_does_not_fit() {
        assert_eq!(Amount(2).checked_add(Amount(3)), Some(Amount(5)));
        assert_eq!(Amount::MAX.checked_add(Amount(1)), None);
        assert_eq!(Amount(2).checked_sub(Amount(3)), None);
    }

    #[test]
    #[should_panic(expected = "overflowed")]
    fn a_sum_that_does_not_fit_ends_the_call() {
        let _ = Amount::MAX + Amount(1);
    }
}
