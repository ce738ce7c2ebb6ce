//! The pool's arithmetic: how much goes in and out along x*y=k. Pure, and always rounded against the trader. It must never
//! know who trades.

use tacit_sdk::{Amount, Rounding, Shares, U256};

/// The whole, in basis points.
pub const BASIS: u32 = 10_000;
/// Most base units of one token in the reserves: with it, no price over any time overflows the accumulators.
pub const RESERVE_MAX: Amount = Amount((1 << 112) - 1);
/// What the price one is in the accumulators.
pub const PRICE_ONE: u128 = 1 << 80;

/// The part of an amount, rounded up.
pub fn part_up(amount: Amount, points: u32) -> Amount {
    amount.mul_div(u128::from(points), u128::from(BASIS), Rounding::Up)
}

/// The part of an amount, rounded down.
pub fn part_down(amount: Amount, points: u32) -> Amount {
    amount.mul_div(u128::from(points), u128::from(BASIS), Rounding::Down)
}

/// What comes out for `net` that goes in after fees: the most that leaves the product of the reserves no smaller.
pub fn out_for(reserve_in: Amount, reserve_out: Amount, net: Amount) -> Option<Amount> {
    reserve_out.checked_mul_div(net, reserve_in.checked_add(net)?, Rounding::Down)
}

/// What must go in, fee included, for `out` to come out: the least that leaves the product no smaller. None if the
/// reserve does not have it.
pub fn in_for(reserve_in: Amount, reserve_out: Amount, out: Amount, fee: u32) -> Option<Amount> {
    let rest = reserve_out.checked_sub(out).filter(|rest| !rest.is_zero())?;
    let net = reserve_in.checked_mul_div(out, rest, Rounding::Up)?;
    net.checked_mul_div(u128::from(BASIS), u128::from(BASIS.checked_sub(fee)?), Rounding::Up)
}

/// The product of the reserves.
pub fn product(left: Amount, right: Amount) -> U256 {
    // Two reserves are below 2^112 each.
    U256::from_u128(left.0) * U256::from_u128(right.0)
}

/// The shares of the first deposit: the geometric mean.
pub fn first_shares(left: Amount, right: Amount) -> Option<Shares> {
    product(left, right).sqrt().to_u128().map(Shares)
}

/// The price of one unit of `of` in the other token, times the milliseconds it was so; in units of 1 / [`PRICE_ONE`].
/// Below 2^192 x 2^64, so that a sum over all time fits into 256 bits.
pub fn price_over(of: Amount, other: Amount, milliseconds: u64) -> U256 {
    let one = U256::from_u128(PRICE_ONE);
    let price = U256::from_u128(other.0).mul_div(one, U256::from_u128(of.0), Rounding::Down);
    price * U256::from_u128(milliseconds.into())
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)] // Tests are built with overflow checks.
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_largest_price_over_all_time_fits() {
        let most = price_over(Amount(1), RESERVE_MAX, u64::MAX);
        assert!(most > U256::ZERO && most < U256::MAX);
    }

    #[test]
    fn every_small_trade_leaves_the_product_no_smaller_and_is_the_best_that_does() {
        for (reserve_in, reserve_out) in (1..25_u128).flat_map(|left| (1..25_u128).map(move |right| (left, right))) {
            for net in 0..30_u128 {
                let out = out_for(Amount(reserve_in), Amount(reserve_out), Amount(net)).unwrap().0;
                let product = reserve_in * reserve_out;
                assert!((reserve_in + net) * (reserve_out - out) >= product);
                assert!(out + 1 > reserve_out || (reserve_in + net) * (reserve_out - out - 1) < product);
            }
            for out in 1..reserve_out {
                let paid = in_for(Amount(reserve_in), Amount(reserve_out), Amount(out), 0).unwrap().0;
                assert!((reserve_in + paid) * (reserve_out - out) >= reserve_in * reserve_out);
                assert!((reserve_in + paid - 1) * (reserve_out - out) < reserve_in * reserve_out);
            }
            assert_eq!(in_for(Amount(reserve_in), Amount(reserve_out), Amount(reserve_out), 0), None);
        }
    }

    proptest! {
        #[test]
        fn what_exact_out_asks_for_is_enough_and_one_less_is_not(
            reserve_in in 1..=RESERVE_MAX.0, reserve_out in 2..=RESERVE_MAX.0, out in any::<u128>(), fee in 0..=100_u32,
        ) {
            let (reserve_in, reserve_out, out) = (Amount(reserve_in), Amount(reserve_out), Amount(1 + out % (reserve_out - 1)));
            let Some(paid) = in_for(reserve_in, reserve_out, out, fee) else { return Ok(()) };
            let got = |paid: Amount| out_for(reserve_in, reserve_out, paid - part_up(paid, fee));
            prop_assert!(got(paid).is_none_or(|got| got >= out));
            prop_assert!(got(paid - Amount(1)).is_none_or(|got| got < out));
        }
    }
}
