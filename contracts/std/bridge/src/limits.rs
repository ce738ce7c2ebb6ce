//! How much may come in over a route: at once, and in a steady flow. Limits become tighter by one role alone, so they must
//! never become so tight that this role could lock a route.

use crate::bridge::{Error, Limits, REFUNDED, REFUNDED_BY, USED};
use tacit_sdk::prelude::*;

/// The longest that a large amount waits.
const DELAY_MAX: Duration = Duration::days(7);
/// What a limit's amount flows back in, in milliseconds.
const HOUR_MS: u64 = 3_600_000;
/// The most hours in which all that moves at once flows back: a month, so that two of the largest amounts, one after the
/// other, are a month apart and no more.
const HOURS_MAX: u64 = 720;
/// The tightest limits let through one part of so many of what the route was opened with.
const TIGHTEST_PARTS: u64 = 10;

/// Refuses limits that no route opens with.
pub fn require_sound(limits: &Limits) -> Result<(), Error> {
    let Limits { burst, per_hour, delay, .. } = *limits;
    let fits = burst.checked_mul(HOUR_MS.into()).is_some() && per_hour <= burst && delay <= DELAY_MAX;
    if fits && flows_back(limits) && !burst.is_zero() && !per_hour.is_zero() { Ok(()) } else { Err(Error::BadLimits) }
}

/// Whether all that moves at once flows back within a month.
fn flows_back(limits: &Limits) -> bool {
    limits.per_hour.checked_mul(HOURS_MAX.into()).is_none_or(|month| limits.burst <= month)
}

/// Refuses limits that are looser than those before, or nearly lock a route that was opened with others.
pub fn require_tighter(limits: &Limits, before: &Limits, opened: &Limits) -> Result<(), Error> {
    let least = |amount: Amount| amount.mul_div(1_u64, TIGHTEST_PARTS, Rounding::Up);
    let between = |amount: Amount, before: Amount, opened: Amount| least(opened) <= amount && amount <= before;
    let amounts = between(limits.burst, before.burst, opened.burst)
        && between(limits.per_hour, before.per_hour, opened.per_hour)
        && limits.large <= before.large;
    let delay = before.delay <= limits.delay && limits.delay <= DELAY_MAX;
    if amounts && delay && flows_back(limits) { Ok(()) } else { Err(Error::BadLimits) }
}

/// What moved lately, by route, times the milliseconds of an hour, and when that was counted.
type Counter = Map<u8, (u128, Timestamp)>;

/// How much can come in now.
pub fn room(id: u8, limits: &Limits) -> Amount {
    let used = Amount(used(&USED, id, limits.per_hour));
    limits.burst.saturating_sub(used.mul_div(1_u64, HOUR_MS, Rounding::Up))
}

/// What moved lately and has not flown off, times the milliseconds of an hour, so that nothing is lost to rounding
/// however often it is counted.
fn used(counter: &Counter, id: u8, per_hour: Amount) -> u128 {
    let (used, counted) = counter.get_or_default(&id);
    let elapsed: u128 = env::now().saturating_since(counted).milliseconds().into();
    used.saturating_sub(per_hour.checked_mul(elapsed).unwrap_or(Amount::MAX).0)
}

/// Counts an amount, behind all that was counted before; how long until there is room for it.
pub fn wait_for_room(counter: &Counter, id: u8, limits: &Limits, amount: Amount) -> Result<Duration, Error> {
    let scaled = |amount: Amount| amount.checked_mul(HOUR_MS.into()).ok_or(Error::BadAmount);
    if amount.is_zero() || limits.burst < amount {
        return Err(Error::BadAmount);
    }
    let before = Amount(used(counter, id, limits.per_hour));
    let sum = scaled(amount)?.checked_add(before).ok_or(Error::LimitReached)?;
    let over = sum.saturating_sub(scaled(limits.burst)?);
    // No route flows off at nothing an hour, and what flows off in an hour is counted by the millisecond.
    let wait = over.mul_div(1_u64, limits.per_hour, Rounding::Up);
    counter.set(&id, &(sum.0, env::now()));
    u64::try_from(wait.0).map(Duration).map_err(|_| Error::LimitReached)
}

/// As [`wait_for_room`], of refunds. They are counted for each committee apart: what another one signed is not paid, and takes
/// nobody's place. A change makes no room that was not there.
pub fn wait_for_refund(id: u8, limits: &Limits, amount: Amount, version: u64) -> Result<Duration, Error> {
    if REFUNDED_BY.get(&id) != Some(version) {
        let full = limits.burst.checked_mul(HOUR_MS.into()).ok_or(Error::BadAmount)?;
        let left = used(&REFUNDED, id, limits.per_hour).min(full.0);
        REFUNDED.set(&id, &(left, env::now()));
        REFUNDED_BY.set(&id, &version);
    }
    wait_for_room(&REFUNDED, id, limits, amount)
}
