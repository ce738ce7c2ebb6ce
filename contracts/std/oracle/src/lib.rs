//! A price from several sources: the median of what they freshly report, moved in small steps, and refused when it is old
//! or jumps.
//!
//! It must never give a price that is stale, that fewer than a majority of its sources stand behind, or that a single
//! source made. A jump of the median beyond the breaker's limit stops it until a guardian says which prices can be true;
//! the guardian cannot say which price it is.
//!
//! Invariants: between two resets the answer moves by at most the clamp once per interval; its time never goes back nor
//! lies ahead; a source counts once; there are never fewer sources than the quorum nor more than the limit.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod answers;
mod events;
mod middle;
mod reports;

/// A price from several sources.
#[tacit_sdk::contract(modules(roles), lock_group = "7461636974207374643a20706f6f6c7320616e64207072696365730000000000")]
mod oracle {
    use crate::answers::{fresh, quote, refresh, trip_breaker};
    use crate::events::{BreakerReset, Reported};
    use crate::reports::{admit, drop_source, sources, tally};
    use tacit_sdk::prelude::*;

    /// The fewest sources, and the smallest quorum: below, one source could be the median.
    pub const QUORUM_MIN: u8 = 3;
    /// The most sources.
    pub const SOURCES_MAX: usize = 15;
    /// The largest price: what is added to it still fits.
    pub const PRICE_MAX: u128 = (1 << 112) - 1;
    /// How long a new source waits until it counts, so that a guardian can reject it.
    pub const SOURCE_DELAY: Duration = Duration::days(1);
    /// The widest limit of the breaker, in basis points.
    pub const BREAKER_MAX: u32 = 5_000;
    /// The longest time that an average can stand in.
    pub const FALLBACK_MAX: Duration = Duration::days(1);
    /// Moments kept for averages.
    pub const MOMENTS: u8 = 16;

    storage! {
        version = 1;
        /// The rules, which never change.
        CONFIG: Item<Config> = 0;
        /// The sources and their last reports.
        SOURCES: OrderedMap<Address, Source> = 1;
        /// The answer.
        STATE: Item<State> = 2;
        /// Sums at past moments, in a ring.
        RING: Map<u8, Moment> = 3;
    }

    roles! {
        /// Stops the oracle, sets it going again within bounds, rejects sources that do not count yet.
        GUARDIAN = 16;
    }

    /// The rules.
    #[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Config {
        /// What is priced in what.
        pub description: Text<64>,
        /// Decimal places of the price.
        pub decimals: u8,
        /// The fewest fresh reports for an answer; a majority of the sources is needed besides.
        pub quorum: u8,
        /// How long after its observation a report counts.
        pub max_age: Duration,
        /// How long after its time an answer is given.
        pub heartbeat: Duration,
        /// The least time between two changes of the answer.
        pub interval: Duration,
        /// How far the answer moves at once, in basis points of itself.
        pub clamp: u32,
        /// How far the median may be from the answer, in basis points of the answer.
        pub breaker: u32,
        /// The least volume behind a report; if it is not nothing, every report must say its volume.
        pub least_volume: Amount,
        /// The least time that an average is over.
        pub average_over: Duration,
        /// How long after the heartbeat an average stands in.
        pub fallback_for: Duration,
    }

    /// What a source said last.
    #[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Report {
        /// The price.
        pub price: u128,
        /// When it was so.
        pub observed: Timestamp,
    }

    /// A source.
    #[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Source {
        /// From when on it counts.
        pub counts_from: Timestamp,
        /// What it said last.
        pub report: Option<Report>,
    }

    /// The answer and what belongs to it.
    #[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
    pub struct State {
        /// The answer; nothing before the first.
        pub price: u128,
        /// The median of the times of the observations behind it.
        pub time: Timestamp,
        /// When it was changed last.
        pub updated: Timestamp,
        /// How far it may be off: the median distance of the reports from their median, or its own from it if larger.
        pub deviation: u128,
        /// How many reports were behind it.
        pub reports: u8,
        /// The breaker has tripped.
        pub is_tripped: bool,
        /// Price times milliseconds, of times when it was no older than a heartbeat.
        pub sum: U256,
        /// Those milliseconds.
        pub counted: u64,
        /// Moments in the ring so far, since the last reset.
        pub moments: u64,
    }

    /// A sum at a moment.
    #[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Moment {
        /// See [`State`].
        pub sum: U256,
        /// See [`State`].
        pub counted: u64,
    }

    /// What a consumer gets.
    #[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Quote {
        /// The price.
        pub price: u128,
        /// Its decimal places.
        pub decimals: u8,
        /// When it was so.
        pub time: Timestamp,
        /// How far it may be off.
        pub deviation: u128,
        /// How many reports were behind it.
        pub reports: u8,
        /// It is an average over time, because the price is stale.
        pub is_average: bool,
    }

    /// Why a call fails.
    #[error]
    pub enum Error {
        /// The rules contradict each other or pass a limit.
        BadConfig = 1,
        /// The caller, or the account, is no source.
        NotASource = 2,
        /// The source does not count yet.
        NotCountingYet = 3,
        /// The price is nothing or too large.
        BadPrice = 4,
        /// The observation lies ahead.
        FromTheFuture = 5,
        /// The observation is too old.
        TooOld = 6,
        /// The source said something as new before.
        NotNewer = 7,
        /// The volume is missing or too small.
        ThinMarket = 8,
        /// Too few sources have fresh reports.
        NoQuorum = 9,
        /// The answer changed less than the interval ago.
        TooEarly = 10,
        /// The breaker has tripped: a guardian must reset it.
        Tripped = 11,
        /// The breaker has not tripped.
        NotTripped = 12,
        /// The median is outside of the guardian's bounds.
        OutsideBounds = 13,
        /// There is no answer yet.
        NoAnswer = 14,
        /// The answer is too old.
        Stale = 15,
        /// The answer is too old, and there is no average yet.
        NoAverage = 16,
        /// The account is a source already.
        AlreadyASource = 17,
        /// The zero address is no source.
        BadSource = 18,
        /// There are as many sources as there can be.
        TooManySources = 19,
        /// Too few sources that count would be left.
        TooFewSources = 20,
        /// The source counts already: only the administrator removes it.
        CountsAlready = 21,
    }

    impl Config {
        fn is_sound(&self) -> bool {
            let none = Duration::ZERO;
            let times = none < self.max_age
                && self.max_age <= self.heartbeat
                && none < self.interval
                && self.heartbeat <= self.average_over
                && self.average_over <= Duration::days(30)
                && self.fallback_for <= FALLBACK_MAX;
            let steps = 0 < self.clamp && self.clamp <= self.breaker && self.breaker <= BREAKER_MAX;
            times && steps && self.quorum >= QUORUM_MIN && self.decimals <= 30
        }
    }

    /// Sets the rules and the first sources, which count at once. The creator becomes administrator, who adds and removes
    /// sources, and names guardians.
    #[init]
    fn init(config: Config, sources: List<Address, SOURCES_MAX>, guardian: Address) -> Result<(), Error> {
        if !config.is_sound() || sources.len() < usize::from(config.quorum) {
            return Err(Error::BadConfig);
        }
        CONFIG.set(&config);
        for source in &sources {
            admit(source, env::now())?;
        }
        roles::start(&env::caller());
        roles::grant(GUARDIAN, &guardian).map_err(|_| Error::BadConfig)
    }

    /// Says a price, when it was so, and the volume behind it. Changes the answer if that can be. Only for sources.
    #[call]
    fn report(price: u128, observed: Timestamp, volume: Option<Amount>) -> Result<(), Error> {
        let (caller, now, config) = (env::caller(), env::now(), config());
        let source = SOURCES.get(&caller).ok_or(Error::NotASource)?;
        if now < source.counts_from {
            return Err(Error::NotCountingYet);
        }
        if price == 0 || price > PRICE_MAX {
            return Err(Error::BadPrice);
        }
        let age = now.checked_since(observed).ok_or(Error::FromTheFuture)?;
        if age > config.max_age {
            return Err(Error::TooOld);
        }
        if source.report.is_some_and(|last| observed <= last.observed) {
            return Err(Error::NotNewer);
        }
        if !config.least_volume.is_zero() && volume.is_none_or(|volume| volume < config.least_volume) {
            return Err(Error::ThinMarket);
        }
        SOURCES.set(&caller, &Source { report: Some(Report { price, observed }), ..source });
        Reported { source: caller, price, observed, volume }.emit();
        // A report that changes no answer yet is a report all the same.
        let _ = refresh(&config);
        Ok(())
    }

    /// Brings the answer nearer to the median of the fresh reports, or trips the breaker. Anyone may.
    #[call]
    fn update() -> Result<(), Error> {
        refresh(&config())
    }

    /// Stops the oracle until it is reset.
    #[call]
    #[only_role(GUARDIAN)]
    fn trip() -> Result<(), Error> {
        let mut state = STATE.get().ok_or(Error::NoAnswer)?;
        if state.is_tripped {
            return Err(Error::Tripped);
        }
        trip_breaker(&mut state, 0);
        Ok(())
    }

    /// Sets a tripped oracle going again, at the median of the fresh reports, if that lies within bounds. Averages begin
    /// anew.
    #[call]
    #[only_role(GUARDIAN)]
    fn reset(lowest: u128, highest: u128) -> Result<(), Error> {
        let config = config();
        let mut state = STATE.get().ok_or(Error::NoAnswer)?;
        if !state.is_tripped {
            return Err(Error::NotTripped);
        }
        let tally = tally(&config, state.time)?;
        if tally.median < lowest || highest < tally.median {
            return Err(Error::OutsideBounds);
        }
        (state.sum, state.counted, state.moments, state.is_tripped) = (U256::ZERO, 0, 0, false);
        state.take(tally.median, &tally);
        state.keep_moment(&config);
        STATE.set(&state);
        BreakerReset { by: env::caller(), price: state.price }.emit();
        Ok(())
    }

    /// Adds a source, which counts after a delay.
    #[call]
    #[only_role(roles::ADMIN)]
    fn add_source(source: Address) -> Result<(), Error> {
        admit(&source, env::now() + SOURCE_DELAY)
    }

    /// Removes a source at once, if enough that count are left.
    #[call]
    #[only_role(roles::ADMIN)]
    fn remove_source(source: Address) -> Result<(), Error> {
        let entry = SOURCES.get(&source).ok_or(Error::NotASource)?;
        let counting = sources().iter().filter(|(_, source)| source.counts()).count();
        if entry.counts() && counting <= usize::from(config().quorum) {
            return Err(Error::TooFewSources);
        }
        drop_source(&source);
        Ok(())
    }

    /// Removes a source that does not count yet.
    #[call]
    #[only_role(GUARDIAN)]
    fn reject_source(source: Address) -> Result<(), Error> {
        if SOURCES.get(&source).ok_or(Error::NotASource)?.counts() {
            return Err(Error::CountsAlready);
        }
        drop_source(&source);
        Ok(())
    }

    /// The price; refused when it is older than a heartbeat, or the breaker has tripped.
    #[view]
    fn price() -> Result<Quote, Error> {
        let config = config();
        fresh(&config, config.heartbeat)
    }

    /// The price, if it is no older than a consumer wants it, and never older than a heartbeat.
    #[view]
    fn price_within(max_age: Duration) -> Result<Quote, Error> {
        let config = config();
        fresh(&config, max_age.min(config.heartbeat))
    }

    /// The price; for a while after the heartbeat an average over time, which says that it is one.
    #[view]
    fn price_or_average() -> Result<Quote, Error> {
        let config = config();
        match fresh(&config, config.heartbeat) {
            Err(Error::Stale) => {}
            answer => return answer,
        }
        let state = STATE.get().ok_or(Error::NoAnswer)?;
        let age = env::now().saturating_since(state.time).milliseconds();
        if age.saturating_sub(config.heartbeat.milliseconds()) > config.fallback_for.milliseconds() {
            return Err(Error::Stale);
        }
        let price = state.average(&config).ok_or(Error::NoAverage)?;
        let deviation = state.deviation.max(state.price.abs_diff(price));
        Ok(Quote { price, deviation, is_average: true, ..quote(&config, &state) })
    }

    /// The answer with all that belongs to it, however old: for people, never for a contract that acts on it.
    #[view]
    fn state() -> Option<State> {
        STATE.get()
    }

    /// The rules.
    #[view]
    fn rules() -> Config {
        config()
    }

    /// All sources with their last reports.
    #[view]
    fn source_list() -> List<(Address, Source), SOURCES_MAX> {
        sources()
    }

    fn config() -> Config {
        match CONFIG.get() {
            Some(config) => config,
            // Written by `init`, without which there is no oracle.
            None => Error::BadConfig.end(),
        }
    }
}
