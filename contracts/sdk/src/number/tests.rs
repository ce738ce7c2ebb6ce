//! Numbers against plain integers, for every input of eight bits, and against big integers at full width.
#![allow(clippy::arithmetic_side_effects)] // Tests are built with overflow checks.

use super::quantity::Tiny;
use super::{Amount, Duration, Rate, Rounding, Shares, Timestamp, U256, checked_mul_div, mul_div, tiny, wide};
use num_bigint::BigUint;
use proptest::prelude::*;

/// The quotient, rounded as asked; none for a zero divisor or a result of more than eight bits.
fn expected(product: u32, divisor: u32, rounding: Rounding) -> Option<u8> {
    let quotient = match rounding {
        Rounding::Down => product.checked_div(divisor)?,
        Rounding::Up => (divisor != 0).then(|| product.div_ceil(divisor))?,
    };
    u8::try_from(quotient).ok()
}

#[test]
fn every_8_bit_product_quotient_and_rounding_is_right() {
    for left in 0..=u8::MAX {
        for right in 0..=u8::MAX {
            let product = u32::from(left) * u32::from(right);
            let (high, low) = tiny::mul_wide(left, right);
            assert_eq!(u32::from(high) * 256 + u32::from(low), product);
            for divisor in 0..=u8::MAX {
                for rounding in [Rounding::Down, Rounding::Up] {
                    let result = tiny::mul_div(left, right, divisor, rounding);
                    let right_result = expected(product, divisor.into(), rounding);
                    assert_eq!(result, right_result, "{left} * {right} / {divisor} {rounding:?}");
                }
            }
        }
    }
}

#[test]
fn every_division_of_16_bits_by_8_is_right() {
    for number in 0..=u16::MAX {
        let [low, high] = number.to_le_bytes();
        for divisor in 0..=u8::MAX {
            let whole = (u32::from(number).checked_div(divisor.into()), u32::from(number).checked_rem(divisor.into()));
            let fits = match whole {
                (Some(quotient), Some(rest)) => u8::try_from(quotient).ok().zip(u8::try_from(rest).ok()),
                _ => None,
            };
            assert_eq!(tiny::div_wide(high, low, divisor), fits, "{number} / {divisor}");
        }
    }
}

#[test]
fn every_8_bit_sum_difference_product_root_and_power_is_right() {
    for left in 0..=u8::MAX {
        let root = u32::from(Tiny(left).sqrt().0);
        assert!(root * root <= left.into() && (root + 1) * (root + 1) > left.into(), "root of {left}");
        for right in 0..=u8::MAX {
            let (a, b) = (i32::from(left), i32::from(right));
            let fit = |number: i32| u8::try_from(number).ok().map(Tiny);
            assert_eq!(Tiny(left).checked_add(Tiny(right)), fit(a + b));
            assert_eq!(Tiny(left).checked_sub(Tiny(right)), fit(a - b));
            assert_eq!(Tiny(left).checked_mul(right), fit(a * b));
            assert_eq!(Tiny(left).saturating_sub(Tiny(right)).0, u8::try_from((a - b).max(0)).unwrap());
            let power = BigUint::from(left).pow(right.into());
            assert_eq!(Tiny(left).checked_pow(right.into()), u8::try_from(power).ok().map(Tiny), "{left}^{right}");
        }
    }
}

#[test]
fn every_8_bit_operator_ends_the_call_exactly_where_the_checked_form_says_none() {
    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let ends = |act: &dyn Fn() -> Tiny| std::panic::catch_unwind(std::panic::AssertUnwindSafe(act)).ok();
    let mut wrong = Vec::new();
    for left in (0..=u8::MAX).map(Tiny) {
        for right in (0..=u8::MAX).map(Tiny) {
            let same = ends(&|| left + right) == left.checked_add(right)
                && ends(&|| left - right) == left.checked_sub(right)
                && ends(&|| left * right.0) == left.checked_mul(right.0);
            if !same {
                wrong.push((left, right));
            }
        }
    }
    std::panic::set_hook(quiet);
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// Numbers of every size, with those at the edges more often than chance would have them.
fn numbers() -> impl Strategy<Value = u128> {
    prop_oneof![
        any::<u128>(),
        (any::<u128>(), 0..128_u32).prop_map(|(number, shift)| number >> shift),
        (0..128_u32).prop_map(|shift| 1_u128 << shift),
        (0..128_u32).prop_map(|shift| u128::MAX >> shift),
        (0..128_u32, any::<u8>()).prop_map(|(shift, less)| (1_u128 << shift).saturating_sub(less.into())),
    ]
}

fn large() -> impl Strategy<Value = U256> {
    prop_oneof![
        (numbers(), numbers()).prop_map(|(high, low)| {
            let mut bytes = [0; 32];
            bytes[..16].copy_from_slice(&low.to_le_bytes());
            bytes[16..].copy_from_slice(&high.to_le_bytes());
            U256::from_le_bytes(bytes)
        }),
        numbers().prop_map(U256::from_u128),
        Just(U256::MAX),
    ]
}

fn big(number: U256) -> BigUint {
    BigUint::from_bytes_le(&number.to_le_bytes())
}

fn fit(number: &BigUint) -> Option<U256> {
    let mut bytes = number.to_bytes_le();
    bytes.resize(bytes.len().max(32), 0);
    bytes.try_into().ok().map(U256::from_le_bytes)
}

fn quotient(product: &BigUint, divisor: &BigUint, rounding: Rounding) -> Option<BigUint> {
    let zero = BigUint::from(0_u8);
    if *divisor == zero {
        return None;
    }
    let exact = product % divisor == zero;
    Some(product / divisor + BigUint::from(u8::from(rounding == Rounding::Up && !exact)))
}

fn rounding() -> impl Strategy<Value = Rounding> {
    prop_oneof![Just(Rounding::Down), Just(Rounding::Up)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn a_128_bit_mul_div_is_that_of_big_integers(a in numbers(), b in numbers(), c in numbers(), round in rounding()) {
        let product = BigUint::from(a) * BigUint::from(b);
        let right = quotient(&product, &BigUint::from(c), round).and_then(|number| u128::try_from(number).ok());
        prop_assert_eq!(checked_mul_div(a, b, c, round), right);
        prop_assert_eq!(Amount(a).checked_mul_div(Shares(b), c, round), right.map(Amount));
        let (high, low) = wide::mul_wide(a, b);
        prop_assert_eq!((BigUint::from(high) << 128) + BigUint::from(low), product);
    }

    #[test]
    fn a_256_by_128_bit_division_is_that_of_big_integers(high in numbers(), low in numbers(), divisor in numbers()) {
        let number = (BigUint::from(high) << 128) + BigUint::from(low);
        let right = (divisor != 0).then(|| (&number / divisor, &number % divisor));
        let right = right.and_then(|(q, r)| u128::try_from(q).ok().zip(u128::try_from(r).ok()));
        prop_assert_eq!(wide::div_wide(high, low, divisor), right);
    }

    #[test]
    fn a_128_bit_root_and_power_are_those_of_big_integers(number in numbers(), exponent in 0..140_u32) {
        prop_assert_eq!(BigUint::from(wide::sqrt(number)), BigUint::from(number).sqrt());
        prop_assert_eq!(wide::pow(number, exponent), u128::try_from(BigUint::from(number).pow(exponent)).ok());
    }

    #[test]
    fn a_rate_is_applied_and_rounded_as_big_integers_say(amount in numbers(), rate in numbers(), round in rounding()) {
        let one = BigUint::from(Rate::ONE.0);
        let product = BigUint::from(amount) * BigUint::from(rate);
        let right = quotient(&product, &one, round).and_then(|number| u128::try_from(number).ok());
        prop_assert_eq!(Amount(amount).checked_mul_div(Rate(rate), Rate::ONE, round), right.map(Amount));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn a_256_bit_number_computes_as_a_big_integer(a in large(), b in large(), c in large(), round in rounding()) {
        prop_assert_eq!(a.checked_add(b), fit(&(big(a) + big(b))));
        prop_assert_eq!(a.checked_sub(b), (a >= b).then(|| fit(&(big(a) - big(b)))).flatten());
        prop_assert_eq!(a.checked_mul(b), fit(&(big(a) * big(b))));
        prop_assert_eq!(a.checked_div(b), (!b.is_zero()).then(|| fit(&(big(a) / big(b)))).flatten());
        prop_assert_eq!(a.checked_rem(b), (!b.is_zero()).then(|| fit(&(big(a) % big(b)))).flatten());
        prop_assert_eq!(big(a.sqrt()), big(a).sqrt());
        prop_assert_eq!(a.cmp(&b), big(a).cmp(&big(b)));
        let right = quotient(&(big(a) * big(b)), &big(c), round).and_then(|number| fit(&number));
        prop_assert_eq!(a.checked_mul_div(b, c, round), right);
        prop_assert_eq!(U256::from_be_bytes(a.to_be_bytes()), a);
        prop_assert_eq!(a.to_u128(), u128::try_from(big(a)).ok());
    }

    #[test]
    fn a_256_bit_power_is_that_of_a_big_integer(base in large(), exponent in 0..64_u32) {
        prop_assert_eq!(base.checked_pow(exponent), fit(&big(base).pow(exponent)));
    }
}

#[test]
fn no_digit_guess_of_the_long_division_goes_wrong_where_it_is_most_wrong() {
    // The halves of the divisor that make the first guess of a digit two too large.
    let half = 1_u128 << 64;
    for (high, low, divisor) in [
        (half / 2 * half - 1, u128::MAX, half / 2 * half + half - 1),
        (u128::MAX - 1, u128::MAX, u128::MAX),
        (half - 1, u128::MAX, half),
        (half / 2 * half, 0, half / 2 * half + 1),
    ] {
        let number = (BigUint::from(high) << 128) + BigUint::from(low);
        let (quotient, rest) = wide::div_wide(high, low, divisor).unwrap();
        assert_eq!((BigUint::from(quotient), BigUint::from(rest)), (&number / divisor, &number % divisor));
    }
}

#[test]
#[should_panic(expected = "overflowed")]
fn a_sum_that_does_not_fit_ends_the_call() {
    let _ = Amount::MAX + Amount(1);
}

#[test]
#[should_panic(expected = "below zero")]
fn a_difference_below_zero_ends_the_call() {
    let _ = Shares(1) - Shares(2);
}

#[test]
#[should_panic(expected = "divisor is zero")]
fn a_division_by_zero_ends_the_call() {
    let _ = mul_div(1, 1, 0, Rounding::Down);
}

#[test]
#[should_panic(expected = "not later")]
fn a_time_before_another_is_no_duration() {
    let _ = Timestamp(1) - Timestamp(2);
}

#[test]
fn rates_are_what_they_say() {
    assert_eq!(Rate::basis_points(10_000), Rate::ONE);
    assert_eq!(Rate::of(1, 3, Rounding::Up).0 - Rate::of(1, 3, Rounding::Down).0, 1);
    assert_eq!(Rate::checked_of(1, 0, Rounding::Down), None);
    assert_eq!(Rate::basis_points(30).apply(Amount(10_001), Rounding::Up), Amount(31));
    assert_eq!(Rate::of(1, 2, Rounding::Down).times(Rate::of(1, 2, Rounding::Down), Rounding::Down).0, Rate::ONE.0 / 4);
    assert_eq!(Timestamp(5).checked_add(Duration(u64::MAX)), None);
}
