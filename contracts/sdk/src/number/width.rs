//! The algorithms, for a number of any width: contracts use the one of 128 bits, the tests try every input of the one of 8.

/// Makes a module with the algorithms for one unsigned type.
macro_rules! width {
    ($module:ident, $number:ty) => {
        #[allow(dead_code)] // In a contract the host divides wide numbers.
        #[allow(clippy::arithmetic_side_effects)] // Each line says why nothing overflows; tests try every 8-bit input.
        pub(crate) mod $module {
            use super::Rounding;

            const BITS: u32 = <$number>::BITS;
            const HALF: u32 = BITS / 2;
            const MASK: $number = <$number>::MAX >> HALF;
            /// One above the largest half.
            const BASE: $number = 1 << HALF;

            /// The product as its high and its low half.
            pub(crate) const fn mul_wide(left: $number, right: $number) -> ($number, $number) {
                let (a1, a0, b1, b0) = (left >> HALF, left & MASK, right >> HALF, right & MASK);
                // A product of two halves fits, and leaves room for two more halves.
                let (low, cross, other, high) = (a0 * b0, a0 * b1, a1 * b0, a1 * b1);
                let middle = (low >> HALF) + (cross & MASK) + (other & MASK);
                (high + (cross >> HALF) + (other >> HALF) + (middle >> HALF), (middle << HALF) | (low & MASK))
            }

            /// Quotient and remainder of a double number; none if the divisor is zero or the quotient does not fit.
            pub(crate) const fn div_wide(high: $number, low: $number, divisor: $number) -> Option<($number, $number)> {
                if high >= divisor {
                    return None;
                }
                if high == 0 {
                    return Some((low / divisor, low % divisor));
                }
                // Knuth's algorithm D with two digits: the divisor's highest bit is set first.
                let shift = divisor.leading_zeros();
                let divisor = divisor << shift;
                // The shifted high part loses no bit, because it is below the divisor.
                let high = if shift == 0 { high } else { (high << shift) | (low >> (BITS - shift)) };
                let low = low << shift;
                let (first, rest) = digit(high, low >> HALF, divisor);
                let (second, rest) = digit(rest, low & MASK, divisor);
                Some(((first << HALF) | second, rest >> shift))
            }

            /// One digit of the quotient of (`high`, `next`) and the rest, where `high` < `divisor`.
            const fn digit(high: $number, next: $number, divisor: $number) -> ($number, $number) {
                let (d1, d0) = (divisor >> HALF, divisor & MASK);
                let (mut quotient, mut rest) = (high / d1, high % d1);
                // The guess is at most two too large. Below BASE, every product here fits.
                while quotient >= BASE || quotient * d0 > ((rest << HALF) | next) {
                    quotient -= 1;
                    rest += d1;
                    if rest >= BASE {
                        break;
                    }
                }
                // The true rest fits, so what is cut off above it does not matter.
                let rest = (high << HALF).wrapping_add(next).wrapping_sub(quotient.wrapping_mul(divisor));
                (quotient, rest)
            }

            /// `left` x `right` / `divisor` without losing a bit between; none if it does not fit or the divisor is zero.
            pub(crate) const fn mul_div(
                left: $number,
                right: $number,
                divisor: $number,
                rounding: Rounding,
            ) -> Option<$number> {
                let (high, low) = mul_wide(left, right);
                let Some((quotient, rest)) = div_wide(high, low, divisor) else { return None };
                match rounding {
                    Rounding::Up if rest != 0 => quotient.checked_add(1),
                    _ => Some(quotient),
                }
            }

            /// The square root, rounded down.
            pub(crate) const fn sqrt(value: $number) -> $number {
                if value < 2 {
                    return value;
                }
                // Newton's method from above: the first guess is a power of two not below the root.
                let mut root: $number = 1 << (BITS - value.leading_zeros()).div_ceil(2);
                loop {
                    // Both parts are below half of the width's range, but for one pair of equal bits: the sum fits.
                    let next = (root + value / root) / 2;
                    if next >= root {
                        return root;
                    }
                    root = next;
                }
            }

            /// The power; none if it does not fit. Nothing to the power of zero is one.
            pub(crate) const fn pow(base: $number, exponent: u32) -> Option<$number> {
                let (mut base, mut exponent, mut power): ($number, u32, $number) = (base, exponent, 1);
                loop {
                    if exponent & 1 == 1 {
                        power = match power.checked_mul(base) {
                            Some(power) => power,
                            None => return None,
                        };
                    }
                    exponent >>= 1;
                    if exponent == 0 {
                        return Some(power);
                    }
                    base = match base.checked_mul(base) {
                        Some(base) => base,
                        None => return None,
                    };
                }
            }
        }
    };
}
