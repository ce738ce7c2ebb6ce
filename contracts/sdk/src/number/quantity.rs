//! Amounts of money and shares of a pool.

use super::Rounding;
use crate::spec::TypeName;
use crate::{Buffer, Reader, Wire};

/// Something that `mul_div` can multiply with or divide by.
pub trait Quantity: Copy {
    /// The number.
    fn raw(self) -> u128;
}

impl Quantity for u128 {
    fn raw(self) -> u128 {
        self
    }
}

impl Quantity for u64 {
    fn raw(self) -> u128 {
        self.into()
    }
}

/// `left` x `right` / `divisor` without losing a bit between; none if it does not fit or the divisor is zero.
///
/// ```
/// use tacit_sdk::{Rounding, checked_mul_div};
/// assert_eq!(checked_mul_div(7, 3, 2, Rounding::Down), Some(10));
/// assert_eq!(checked_mul_div(u128::MAX, 2, 1, Rounding::Down), None);
/// ```
#[must_use]
pub fn checked_mul_div(left: u128, right: u128, divisor: u128, rounding: Rounding) -> Option<u128> {
    // In a contract the host computes it: the code for wide numbers would take more room than many a contract.
    #[cfg(target_arch = "wasm32")]
    return {
        let [left, right, divisor] = [left, right, divisor].map(crate::U256::from_u128);
        left.checked_mul_div(right, divisor, rounding)?.to_u128()
    };
    #[cfg(not(target_arch = "wasm32"))]
    super::wide::mul_div(left, right, divisor, rounding)
}

/// As [`checked_mul_div`], but ends the call if there is no result.
///
/// ```
/// use tacit_sdk::{Rounding, mul_div};
/// assert_eq!(mul_div(u128::MAX, 2, 3, Rounding::Up), u128::MAX / 3 * 2);
/// ```
#[must_use]
#[allow(clippy::panic)] // The documented end of a call whose arithmetic does not fit.
pub fn mul_div(left: u128, right: u128, divisor: u128, rounding: Rounding) -> u128 {
    match checked_mul_div(left, right, divisor, rounding) {
        Some(result) => result,
        None => panic!("a product or quotient does not fit, or the divisor is zero"),
    }
}

/// What every wrapped number can do, on the algorithms of one width.
macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident, $number:ty, $width:ident, $over:literal, $below:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
        pub struct $name(pub $number);

        #[allow(dead_code)] // The tests' number does not use all of it.
        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(0);
            /// The largest.
            pub const MAX: Self = Self(<$number>::MAX);

            /// Whether it is nothing.
            #[must_use]
            pub const fn is_zero(self) -> bool {
                self.0 == 0
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

            /// The product with a plain number, unless it does not fit.
            #[must_use]
            pub const fn checked_mul(self, times: $number) -> Option<Self> {
                match self.0.checked_mul(times) {
                    Some(product) => Some(Self(product)),
                    None => None,
                }
            }

            /// The difference, or nothing if it would be negative.
            #[must_use]
            pub const fn saturating_sub(self, other: Self) -> Self {
                Self(self.0.saturating_sub(other.0))
            }

            /// The square root, rounded down.
            #[must_use]
            pub const fn sqrt(self) -> Self {
                Self($crate::number::$width::sqrt(self.0))
            }

            /// The power, unless it does not fit.
            #[must_use]
            pub const fn checked_pow(self, exponent: u32) -> Option<Self> {
                match $crate::number::$width::pow(self.0, exponent) {
                    Some(power) => Some(Self(power)),
                    None => None,
                }
            }
        }

        #[allow(clippy::panic)] // The documented end of a call whose arithmetic does not fit.
        impl core::ops::Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                match self.checked_add(other) {
                    Some(sum) => sum,
                    None => panic!($over),
                }
            }
        }

        #[allow(clippy::panic)] // The documented end of a call whose arithmetic does not fit.
        impl core::ops::Sub for $name {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                match self.checked_sub(other) {
                    Some(difference) => difference,
                    None => panic!($below),
                }
            }
        }

        #[allow(clippy::panic)] // The documented end of a call whose arithmetic does not fit.
        impl core::ops::Mul<$number> for $name {
            type Output = Self;
            fn mul(self, times: $number) -> Self {
                match self.checked_mul(times) {
                    Some(product) => product,
                    None => panic!($over),
                }
            }
        }

        #[allow(clippy::arithmetic_side_effects)] // The operators above are checked.
        impl core::ops::AddAssign for $name {
            fn add_assign(&mut self, other: Self) {
                *self = *self + other;
            }
        }

        #[allow(clippy::arithmetic_side_effects)] // The operators above are checked.
        impl core::ops::SubAssign for $name {
            fn sub_assign(&mut self, other: Self) {
                *self = *self - other;
            }
        }

        #[allow(clippy::arithmetic_side_effects)] // The operators above are checked.
        impl core::iter::Sum for $name {
            fn sum<I: Iterator<Item = Self>>(numbers: I) -> Self {
                numbers.fold(Self::ZERO, |sum, number| sum + number)
            }
        }
    };
}

/// How a wrapped 128-bit number multiplies and divides, and lies on the wire.
macro_rules! money {
    ($name:ident) => {
        impl Quantity for $name {
            fn raw(self) -> u128 {
                self.0
            }
        }

        impl $name {
            /// This times `multiplier` / `divisor`, without losing a bit between; none if it does not fit or the divisor is
            /// zero.
            #[must_use]
            pub fn checked_mul_div(
                self,
                multiplier: impl Quantity,
                divisor: impl Quantity,
                rounding: Rounding,
            ) -> Option<Self> {
                checked_mul_div(self.0, multiplier.raw(), divisor.raw(), rounding).map(Self)
            }

            /// As [`Self::checked_mul_div`], but ends the call if there is no result.
            #[must_use]
            pub fn mul_div(self, multiplier: impl Quantity, divisor: impl Quantity, rounding: Rounding) -> Self {
                Self(mul_div(self.0, multiplier.raw(), divisor.raw(), rounding))
            }
        }

        impl Wire for $name {
            const MAX: usize = 16;
            const TYPE: &'static TypeName = &TypeName::new(stringify!($name));
            fn put(&self, out: &mut Buffer) {
                self.0.put(out);
            }
            fn take(input: &mut Reader<'_>) -> Option<Self> {
                u128::take(input).map(Self)
            }
        }
    };
}

quantity! {
    /// A number of base units of money.
    ///
    /// ```
    /// use tacit_sdk::{Amount, Rounding};
    /// let fee = Amount(1_000).mul_div(3_u64, 1_000_u64, Rounding::Up);
    /// assert_eq!(Amount(1_000) - fee, Amount(997));
    /// assert_eq!(Amount::MAX.checked_add(Amount(1)), None);
    /// ```
    Amount, u128, wide, "an amount overflowed", "an amount went below zero"
}
money!(Amount);

quantity! {
    /// A number of shares of a pool. Shares are no money: only a division by the pool's total turns one into the other.
    ///
    /// ```
    /// use tacit_sdk::{Amount, Rounding, Shares};
    /// // What comes in buys too few shares rather than too many, what goes out pays too little rather than too much.
    /// let bought = Shares::of(Amount(100), Shares(1_000), Amount(3_000), Rounding::Down);
    /// assert_eq!(bought, Shares(33));
    /// assert_eq!(bought.worth(Amount(3_100), Shares(1_033), Rounding::Down), Amount(99));
    /// ```
    Shares, u128, wide, "shares overflowed", "shares went below zero"
}
money!(Shares);

impl Shares {
    /// The shares that an amount is, of a pool of `total` shares worth `assets`.
    #[must_use]
    pub fn of(amount: Amount, total: Self, assets: Amount, rounding: Rounding) -> Self {
        Self(mul_div(amount.0, total.0, assets.0, rounding))
    }

    /// What these shares are worth, of a pool of `total` shares worth `assets`.
    #[must_use]
    pub fn worth(self, assets: Amount, total: Self, rounding: Rounding) -> Amount {
        Amount(mul_div(self.0, assets.0, total.0, rounding))
    }
}

#[cfg(test)]
quantity! {
    /// Eight bits wide, so that the tests can try everything.
    Tiny, u8, tiny, "a tiny number overflowed", "a tiny number went below zero"
}
