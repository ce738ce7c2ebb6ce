//! The answer: how it follows the reports in small steps, stops at a jump, and is averaged over time. It must never be given
//! when it is old.

use crate::events::{AnswerUpdated, BreakerTripped};
use crate::middle;
use crate::oracle::{Config, Error, MOMENTS, Moment, Quote, RING, STATE, State};
use crate::reports::{Tally, tally};
use tacit_sdk::prelude::*;

/// Moments within the time of an average.
const MOMENTS_PER_AVERAGE: u64 = 8;

impl State {
    /// Counts the answer up to now, for no longer than a heartbeat: for longer nobody stood behind it.
    fn count(&mut self, config: &Config) {
        let passed = env::now().saturating_since(self.updated).min(config.heartbeat).milliseconds();
        self.sum = self.sum + U256::from_u128(self.price) * U256::from_u128(passed.into());
        self.counted = self.counted.saturating_add(passed);
    }

    /// Takes a price for the answer, with what the reports say of it.
    pub fn take(&mut self, price: u128, tally: &Tally) {
        self.price = price;
        self.time = tally.time;
        self.updated = env::now();
        self.deviation = tally.deviation.max(tally.median.abs_diff(price));
        self.reports = tally.reports;
        let (price, median) = (self.price, tally.median);
        let (time, deviation, reports) = (self.time, self.deviation, self.reports);
        AnswerUpdated { price, median, time, deviation, reports }.emit();
    }

    /// Keeps the sum of now, if the last kept one is long enough ago.
    pub fn keep_moment(&mut self, config: &Config) {
        let spacing = config.average_over.milliseconds().checked_div(MOMENTS_PER_AVERAGE).unwrap_or_default();
        let last = self.moments.checked_sub(1).and_then(|last| RING.get(&place(last)));
        if last.is_some_and(|last| self.counted.saturating_sub(last.counted) < spacing) {
            return;
        }
        RING.set(&place(self.moments), &Moment { sum: self.sum, counted: self.counted });
        self.moments = self.moments.saturating_add(1);
    }

    /// The average up to the last change, over the shortest kept time that is long enough.
    pub fn average(&self, config: &Config) -> Option<u128> {
        let until = self.counted.checked_sub(config.average_over.milliseconds())?;
        let oldest = self.moments.saturating_sub(MOMENTS.into());
        let mut best: Option<Moment> = None;
        for index in oldest..self.moments {
            best = RING.get(&place(index)).filter(|moment| moment.counted <= until).or(best);
        }
        let from = best?;
        let time = U256::from_u128(self.counted.checked_sub(from.counted)?.into());
        self.sum.checked_sub(from.sum)?.checked_div(time)?.to_u128()
    }
}

/// Where in the ring a moment lies.
fn place(index: u64) -> u8 {
    index.checked_rem(MOMENTS.into()).and_then(|place| u8::try_from(place).ok()).unwrap_or_default()
}

/// Brings the answer nearer to the median, by at most the clamp, or trips the breaker.
pub fn refresh(config: &Config) -> Result<(), Error> {
    let Some(mut state) = STATE.get() else { return first_answer(config) };
    if state.is_tripped {
        return Err(Error::Tripped);
    }
    let tally = tally(config, Some(&state))?;
    let distance = tally.median.abs_diff(state.price);
    if distance > middle::part(state.price, config.breaker) {
        trip_breaker(&mut state, tally.median);
        return Ok(());
    }
    if env::now().saturating_since(state.updated) < config.interval {
        return Err(Error::TooEarly);
    }
    let step = distance.min(middle::part(state.price, config.clamp));
    let price =
        if tally.median > state.price { state.price.saturating_add(step) } else { state.price.saturating_sub(step) };
    state.count(config);
    state.take(price, &tally);
    state.keep_moment(config);
    STATE.set(&state);
    Ok(())
}

fn first_answer(config: &Config) -> Result<(), Error> {
    let tally = tally(config, None)?;
    let mut state = State {
        price: 0,
        time: tally.time,
        updated: env::now(),
        deviation: 0,
        reports: 0,
        is_tripped: false,
        sum: U256::ZERO,
        counted: 0,
        moments: 0,
    };
    state.take(tally.median, &tally);
    state.keep_moment(config);
    STATE.set(&state);
    Ok(())
}

/// Stops the oracle; the median is nothing if a guardian does it.
pub fn trip_breaker(state: &mut State, median: u128) {
    state.is_tripped = true;
    STATE.set(state);
    BreakerTripped { price: state.price, median }.emit();
}

/// The answer, if it is no older than this.
pub fn fresh(config: &Config, max_age: Duration) -> Result<Quote, Error> {
    let state = STATE.get().ok_or(Error::NoAnswer)?;
    if state.is_tripped {
        return Err(Error::Tripped);
    }
    if env::now().saturating_since(state.time) > max_age {
        return Err(Error::Stale);
    }
    Ok(quote(config, &state))
}

/// The answer as consumers get it.
pub fn quote(config: &Config, state: &State) -> Quote {
    Quote {
        price: state.price,
        decimals: config.decimals,
        time: state.time,
        deviation: state.deviation,
        reports: state.reports,
        is_average: false,
    }
}
