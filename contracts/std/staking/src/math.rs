//! The pool's arithmetic: what shares are worth, how rewards flow and what a slash leaves. It reads and writes nothing,
//! and every quotient goes down: against who asks, for the pool.

use crate::staking::Stream;
use tacit_sdk::checked_mul_div;
use tacit_sdk::prelude::*;

/// Shares that nobody holds and that take part in the price: whoever wants to move it pays for them too.
pub const VIRTUAL_SHARES: Shares = Shares(1_000);
/// Base units that nobody owns and that take part in the price, so that an empty pool has one.
pub const VIRTUAL_ASSETS: Amount = Amount(1);
/// What is left of a request that no slash has reached: 2^250.
pub const UNTOUCHED: U256 = power_of_two(250);
/// A slash that would leave less than this of an old request's 2^250 is refused, so that quotients keep their precision.
pub const SURVIVAL_MIN: U256 = power_of_two(128);
/// Reward per share is counted in 2^-120 base units.
const INDEX_ONE: U256 = power_of_two(120);

/// The shares that an amount buys; none if the price is too low to be expressed.
pub fn shares_for(amount: Amount, staked: Amount, shares: Shares) -> Option<Shares> {
    let (all_shares, all_assets) = (shares.checked_add(VIRTUAL_SHARES)?, staked.checked_add(VIRTUAL_ASSETS)?);
    quotient(amount.0, all_shares.0, all_assets.0).map(Shares)
}

/// What some of the pool's shares are worth; all together never more than is staked.
pub fn worth(some: Shares, staked: Amount, shares: Shares) -> Option<Amount> {
    let (all_shares, all_assets) = (shares.checked_add(VIRTUAL_SHARES)?, staked.checked_add(VIRTUAL_ASSETS)?);
    quotient(some.0, all_assets.0, all_shares.0).map(Amount)
}

/// The stream at a time. While nobody has shares it stands still: what nobody could earn is not lost.
pub fn advanced(stream: Stream, shares: Shares, now: Timestamp) -> Option<Stream> {
    let passed = now.checked_since(stream.from)?;
    if stream.left.is_zero() {
        return Some(Stream { from: now, ..stream });
    }
    if shares.is_zero() {
        return Some(Stream { from: now, until: stream.until.checked_add(passed)?, ..stream });
    }
    let released = match stream.until.checked_since(now) {
        None | Some(Duration::ZERO) => stream.left,
        Some(_) => {
            let span = stream.until.saturating_since(stream.from);
            quotient(stream.left.0, passed.0.into(), span.0.into()).map(Amount)?
        }
    };
    let earned = U256::from_u128(released.0).checked_mul_div(INDEX_ONE, U256::from_u128(shares.0), Rounding::Down)?;
    let index = stream.index.checked_add(earned)?;
    Some(Stream { left: stream.left.checked_sub(released)?, from: now, index, ..stream })
}

/// The stream with more in it. Its end is the mean of the old end and of a whole period from now on, weighed by what is left
/// and what comes: an amount of dust hardly moves it, so that nobody stretches the rewards that others have paid in.
pub fn funded(stream: Stream, amount: Amount, period: Duration) -> Option<Stream> {
    let weighed =
        |part: Amount, time: Duration| U256::from_u128(part.0).checked_mul(U256::from_u128(time.milliseconds().into()));
    let left = stream.left.checked_add(amount)?;
    let sum =
        weighed(stream.left, stream.until.saturating_since(stream.from))?.checked_add(weighed(amount, period)?)?;
    let mean = sum.checked_mul_div(U256::from_u128(1), U256::from_u128(left.0), Rounding::Up)?.to_u128()?;
    let until = stream.from.checked_add(Duration(u64::try_from(mean).ok()?))?;
    Some(Stream { left, until, ..stream })
}

/// What shares have earned between two values of the index.
pub fn earned(shares: Shares, since: U256, index: U256) -> Option<Amount> {
    let grown = index.checked_sub(since)?;
    grown.checked_mul_div(U256::from_u128(shares.0), INDEX_ONE, Rounding::Down)?.to_u128().map(Amount)
}

/// What a slash leaves; none if the rate is above one, or if it would be less than [`SURVIVAL_MIN`].
pub fn slashed(survival: U256, rate: Rate) -> Option<U256> {
    let kept = U256::from_u128(Rate::ONE.checked_sub(rate)?.0);
    let left = survival.checked_mul_div(kept, U256::from_u128(Rate::ONE.0), Rounding::Down)?;
    (left >= SURVIVAL_MIN).then_some(left)
}

/// What is paid for a request, given what survived when it was made and when it was due.
pub fn payout(amount: Amount, then: U256, due: U256) -> Option<Amount> {
    U256::from_u128(amount.0).checked_mul_div(due, then, Rounding::Down)?.to_u128().map(Amount)
}

/// The part of an amount that a rate is.
pub fn part(amount: Amount, rate: Rate) -> Option<Amount> {
    quotient(amount.0, rate.0, Rate::ONE.0).map(Amount)
}

/// `left` x `right` / `divisor`, rounded down.
fn quotient(left: u128, right: u128, divisor: u128) -> Option<u128> {
    checked_mul_div(left, right, divisor, Rounding::Down)
}

#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)] // Runs when compiling.
const fn power_of_two(exponent: usize) -> U256 {
    let mut bytes = [0; 32];
    bytes[exponent / 8] = 1 << (exponent % 8);
    U256::from_le_bytes(bytes)
}
