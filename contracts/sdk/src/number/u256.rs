//! 256-bit numbers. In a contract the host computes them, elsewhere `ruint` does; both never wrap.

use super::Rounding;
use crate::spec::TypeName;
use crate::{Buffer, Reader, Wire};
use core::cmp::Ordering;

/// A number below 2^256, kept as little-endian bytes.
///
/// ```
/// use tacit_sdk::{Rounding, U256};
/// let square = U256::from_u128(u128::MAX) * U256::from_u128(u128::MAX);
/// assert_eq!(square.sqrt().to_u128(), Some(u128::MAX));
/// assert_eq!(U256::MAX.checked_mul_div(U256::MAX, U256::MAX, Rounding::Down), Some(U256::MAX));
/// assert_eq!(U256::MAX.checked_add(U256::from_u128(1)), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct U256([u8; 32]);

impl U256 {
    /// Nothing.
    pub const ZERO: Self = Self([0; 32]);
    /// The largest.
    pub const MAX: Self = Self([u8::MAX; 32]);

    /// The number in little-endian bytes.
    #[must_use]
    pub const fn from_le_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The number in big-endian bytes.
    #[must_use]
    pub const fn from_be_bytes(bytes: [u8; 32]) -> Self {
        Self(reversed(bytes))
    }

    /// Little-endian bytes.
    #[must_use]
    pub const fn to_le_bytes(&self) -> [u8; 32] {
        self.0
    }

    /// Big-endian bytes.
    #[must_use]
    pub const fn to_be_bytes(&self) -> [u8; 32] {
        reversed(self.0)
    }

    /// A smaller number.
    #[must_use]
    pub fn from_u128(number: u128) -> Self {
        let mut bytes = [0; 32];
        if let Some((low, _)) = bytes.split_first_chunk_mut::<16>() {
            *low = number.to_le_bytes();
        }
        Self(bytes)
    }

    /// The number, if it is below 2^128. It is never cut.
    #[must_use]
    pub fn to_u128(&self) -> Option<u128> {
        let (low, high) = self.0.split_first_chunk::<16>()?;
        high.iter().all(|byte| *byte == 0).then(|| u128::from_le_bytes(*low))
    }

    /// Whether it is nothing.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }

    /// The sum, unless it does not fit.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        by::add(self, other)
    }

    /// The difference, unless it would be negative.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        by::sub(self, other)
    }

    /// The product, unless it does not fit.
    #[must_use]
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        by::mul(self, other)
    }

    /// The quotient, rounded down, unless the divisor is zero.
    #[must_use]
    pub fn checked_div(self, divisor: Self) -> Option<Self> {
        by::div(self, divisor)
    }

    /// The remainder, unless the divisor is zero.
    #[must_use]
    pub fn checked_rem(self, divisor: Self) -> Option<Self> {
        by::rem(self, divisor)
    }

    /// The power, unless it does not fit. Nothing to the power of zero is one.
    #[must_use]
    pub fn checked_pow(self, exponent: u32) -> Option<Self> {
        by::pow(self, exponent)
    }

    /// This times `multiplier` / `divisor` through 512 bits; none if it does not fit or the divisor is zero.
    #[must_use]
    pub fn checked_mul_div(self, multiplier: Self, divisor: Self, rounding: Rounding) -> Option<Self> {
        by::mul_div(self, multiplier, divisor, rounding)
    }

    /// As [`Self::checked_mul_div`], but ends the call if there is no result.
    #[must_use]
    #[allow(clippy::panic)] // The documented end of a call whose arithmetic does not fit.
    pub fn mul_div(self, multiplier: Self, divisor: Self, rounding: Rounding) -> Self {
        match self.checked_mul_div(multiplier, divisor, rounding) {
            Some(result) => result,
            None => panic!("a product or quotient does not fit, or the divisor is zero"),
        }
    }

    /// The square root, rounded down.
    #[must_use]
    pub fn sqrt(self) -> Self {
        by::sqrt(self)
    }
}

const fn reversed(bytes: [u8; 32]) -> [u8; 32] {
    let mut out = bytes;
    out.reverse();
    out
}

impl Ord for U256 {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.iter().rev().cmp(other.0.iter().rev())
    }
}

impl PartialOrd for U256 {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

macro_rules! operators {
    ($($trait:ident $method:ident $checked:ident $message:literal)*) => {$(
        #[allow(clippy::panic)] // The documented end of a call whose arithmetic does not fit.
        impl core::ops::$trait for U256 {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                match self.$checked(other) {
                    Some(result) => result,
                    None => panic!($message),
                }
            }
        }
    )*};
}
operators! {
    Add add checked_add "a 256-bit number overflowed"
    Sub sub checked_sub "a 256-bit number went below zero"
    Mul mul checked_mul "a 256-bit number overflowed"
}

impl Wire for U256 {
    const MAX: usize = 32;
    const TYPE: &'static TypeName = &TypeName::new("U256");
    fn put(&self, out: &mut Buffer) {
        out.push(&self.0);
    }
    fn take(input: &mut Reader<'_>) -> Option<Self> {
        input.array().map(Self)
    }
}

/// By the host.
#[cfg(target_arch = "wasm32")]
mod by {
    use super::{Rounding, U256};
    use crate::host::{self, pointer, pointer_mut};

    macro_rules! binary {
        ($($name:ident $host:ident)*) => {$(
            pub(super) fn $name(left: U256, right: U256) -> Option<U256> {
                let mut out = [0; 32];
                // SAFETY: the host reads 32 bytes twice and writes 32.
                let result = unsafe { host::$host(pointer(&left.0), pointer(&right.0), pointer_mut(&mut out)) };
                (result == tacit_abi::OK).then_some(U256(out))
            }
        )*};
    }
    binary!(add u256_add sub u256_sub mul u256_mul div u256_div rem u256_rem);

    pub(super) fn pow(base: U256, exponent: u32) -> Option<U256> {
        let mut out = [0; 32];
        // SAFETY: the host reads 32 bytes and writes 32.
        let result = unsafe { host::u256_pow(pointer(&base.0), exponent.cast_signed(), pointer_mut(&mut out)) };
        (result == tacit_abi::OK).then_some(U256(out))
    }

    pub(super) fn mul_div(left: U256, right: U256, divisor: U256, rounding: Rounding) -> Option<U256> {
        let mut out = [0; 32];
        let up = i32::from(rounding == Rounding::Up);
        // SAFETY: the host reads 32 bytes three times and writes 32.
        let result = unsafe {
            host::u256_mul_div(pointer(&left.0), pointer(&right.0), pointer(&divisor.0), up, pointer_mut(&mut out))
        };
        (result == tacit_abi::OK).then_some(U256(out))
    }

    pub(super) fn sqrt(value: U256) -> U256 {
        let mut out = [0; 32];
        // SAFETY: the host reads 32 bytes and writes 32.
        unsafe { host::u256_sqrt(pointer(&value.0), pointer_mut(&mut out)) };
        U256(out)
    }
}

/// Off the chain.
#[cfg(not(target_arch = "wasm32"))]
#[allow(clippy::arithmetic_side_effects)] // Each line says why nothing overflows.
mod by {
    use super::{Rounding, U256};
    use ruint::UintTryFrom;
    use ruint::aliases::{U256 as Number, U512};

    fn number(value: U256) -> Number {
        Number::from_le_bytes(value.0)
    }

    fn value(number: Number) -> U256 {
        U256(number.to_le_bytes())
    }

    macro_rules! binary {
        ($($name:ident $checked:ident)*) => {$(
            pub(super) fn $name(left: U256, right: U256) -> Option<U256> {
                number(left).$checked(number(right)).map(value)
            }
        )*};
    }
    binary!(add checked_add sub checked_sub mul checked_mul div checked_div rem checked_rem);

    pub(super) fn pow(base: U256, exponent: u32) -> Option<U256> {
        number(base).checked_pow(Number::from(exponent)).map(value)
    }

    pub(super) fn mul_div(left: U256, right: U256, divisor: U256, rounding: Rounding) -> Option<U256> {
        let divisor = U512::from(number(divisor));
        // Two factors of 256 bits fit into 512.
        let product = U512::from(number(left)) * U512::from(number(right));
        let quotient = product.checked_div(divisor)?;
        // The remainder's divisor is not zero here; the quotient is below 2^512 - 1 when it is rounded up.
        let is_exact = (product % divisor).is_zero();
        let one = U512::from(u8::from(rounding == Rounding::Up && !is_exact));
        Number::uint_try_from(quotient + one).ok().map(value)
    }

    pub(super) fn sqrt(of: U256) -> U256 {
        let of = number(of);
        if of <= Number::from(1) {
            return value(of);
        }
        // Newton's method from above; the sum of a root and a quotient of 256 bits fits.
        let mut root = Number::from(1) << of.bit_len().div_ceil(2);
        loop {
            let next = (root + of / root) >> 1;
            if next >= root {
                return value(root);
            }
            root = next;
        }
    }
}
