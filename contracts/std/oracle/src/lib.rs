//! A price from several sources: the median of what they freshly report, moved in small steps, and refused when it is old
//! or jumps.
//!
//! It must never give a price that is stale, that changed while no majority of its sources had fresh reports, or that half of
//! the fresh reports, or fewer, moved. The first answer has none before it to be near: it needs a fresh report of every source.
//! A jump of the median beyond the breaker's limit stops it until a guardian says which prices can be true; the guardian
//! cannot say which price it is.
//!
//! Invariants: between two resets the answer moves by at most the clamp once per interval; its time never goes back nor
//! lies ahead; a source counts once; there are never fewer sources than the quorum nor more than the limit. Who reports
//! changes in sight of the guardians only: what makes a source count, or a counting one go, waits a day, and whoever was
//! guardian when it was announced can stop it. A guardian comes and goes in two days, so that an administrator does neither
//! first.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod answers;
mod events;
mod guardians;
mod middle;
mod reports;

/// A price from several sources.
#[tacit_sdk::contract(modules(roles), lock_group = "7461636974207374643a20706f6f6c7320616e64207072696365730000000000")]
mod oracle {
    use crate::answers::{fresh, quote, refresh, trip_breaker};
    use crate::events::{BreakerReset, GuardianAdded, GuardianLeaves, Reported, SourceKept, SourceLeaves};
    use crate::guardians::{require_guardian, require_veto};
    use crate::reports::{admit, drop_source, source_of, sources, tally};
    use tacit_sdk::prelude::*;

    /// The fewest sources, and the smallest quorum: below, one source could be the median.
    pub const QUORUM_MIN: u8 = 3;
    /// The most sources.
    pub const SOURCES_MAX: usize = 15;
    /// The largest price: what is added to it still fits.
    pub const PRICE_MAX: u128 = (1 << 112) - 1;
    /// How long a new source waits until it counts, and one that counts until it is gone, so that a guardian can stop it.
    pub const SOURCE_DELAY: Duration = Duration::days(1);
    /// How long a new guardian waits until it is one, and a guardian until it is none. Longer than a source waits.
    pub const GUARDIAN_DELAY: Duration = Duration::days(2);
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
        /// Who stops the oracle, sets it going again within bounds, and stops changes of the sources. No role, because a role
        /// is given and taken at once.
        GUARDIANS: Map<Address, Guardian> = 4;
    }

    /// The rules.
    #[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Config {
        /// What is priced in what.
        pub description: Text<64>,
        /// Decimal places of the price.
        pub decimals: u8,
        /// The fewest fresh reports for an answer; those of a majority of the sources are needed besides.
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
        /// From when on it counts no more, if it was removed.
        pub leaves: Option<Timestamp>,
        /// What it said last.
        pub report: Option<Report>,
    }

    /// A guardian.
    #[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Guardian {
        /// From when on it is one.
        pub from: Timestamp,
        /// From when on it is none, if it was removed.
        pub until: Option<Timestamp>,
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
        /// The caller, or the account, is no guardian, or was none when this was announced.
        NotAGuardian = 22,
        /// The source, or the guardian, is leaving already.
        LeavesAlready = 23,
        /// The source is not leaving.
        NotLeaving = 24,
        /// The zero address is no guardian.
        BadGuardian = 25,
        /// The account is a guardian already, or will be.
        AlreadyAGuardian = 26,
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

    /// Sets the rules, the first sources, which count at once, and the first guardian, who is one at once. The creator becomes
    /// administrator, who adds and removes sources and guardians.
    #[init]
    fn init(config: Config, sources: List<Address, SOURCES_MAX>, guardian: Address) -> Result<(), Error> {
        if !config.is_sound() || sources.len() < usize::from(config.quorum) || guardian.is_zero() {
            return Err(Error::BadConfig);
        }
        CONFIG.set(&config);
        for source in &sources {
            admit(source, env::now())?;
        }
        roles::start(&env::caller());
        GUARDIANS.set(&guardian, &Guardian { from: env::now(), until: None });
        GuardianAdded { guardian, from: env::now() }.emit();
        Ok(())
    }

    /// Says a price, when it was so, and the volume behind it. Changes the answer if that can be. Only for sources.
    #[call]
    fn report(price: u128, observed: Timestamp, volume: Option<Amount>) -> Result<(), Error> {
        let (caller, now, config) = (env::caller(), env::now(), config());
        let source = source_of(&caller)?;
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

    /// Stops the oracle until it is reset. Only for guardians.
    #[call]
    fn trip() -> Result<(), Error> {
        require_guardian()?;
        let mut state = STATE.get().ok_or(Error::NoAnswer)?;
        if state.is_tripped {
            return Err(Error::Tripped);
        }
        trip_breaker(&mut state, 0);
        Ok(())
    }

    /// Sets a tripped oracle going again, at the median of the fresh reports, if that lies within bounds. Averages begin
    /// anew. Only for guardians.
    #[call]
    fn reset(lowest: u128, highest: u128) -> Result<(), Error> {
        require_guardian()?;
        let config = config();
        let mut state = STATE.get().ok_or(Error::NoAnswer)?;
        if !state.is_tripped {
            return Err(Error::NotTripped);
        }
        let tally = tally(&config, Some(&state))?;
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

    /// Removes a source: one that counts after a delay, if enough that count are left, and one that does not count yet at once.
    #[call]
    #[only_role(roles::ADMIN)]
    fn remove_source(source: Address) -> Result<(), Error> {
        let entry = source_of(&source)?;
        if !entry.counts() {
            drop_source(&source);
            return Ok(());
        }
        if entry.leaves.is_some() {
            return Err(Error::LeavesAlready);
        }
        let staying = sources().iter().filter(|(_, source)| source.counts() && source.leaves.is_none()).count();
        if staying <= usize::from(config().quorum) {
            return Err(Error::TooFewSources);
        }
        let leaves = env::now() + SOURCE_DELAY;
        SOURCES.set(&source, &Source { leaves: Some(leaves), ..entry });
        SourceLeaves { source, leaves }.emit();
        Ok(())
    }

    /// Removes a source that does not count yet. For whoever is guardian, or was when the source was added.
    #[call]
    fn reject_source(source: Address) -> Result<(), Error> {
        let entry = source_of(&source)?;
        if entry.counts() {
            return Err(Error::CountsAlready);
        }
        require_veto(entry.counts_from)?;
        drop_source(&source);
        Ok(())
    }

    /// Keeps a source that is leaving. For whoever is guardian, or was when the source was removed.
    #[call]
    fn keep_source(source: Address) -> Result<(), Error> {
        let entry = source_of(&source)?;
        require_veto(entry.leaves.ok_or(Error::NotLeaving)?)?;
        SOURCES.set(&source, &Source { leaves: None, ..entry });
        SourceKept { source }.emit();
        Ok(())
    }

    /// Makes an account a guardian after a delay.
    #[call]
    #[only_role(roles::ADMIN)]
    fn add_guardian(guardian: Address) -> Result<(), Error> {
        if guardian.is_zero() {
            return Err(Error::BadGuardian);
        }
        // Who is leaving waits until it is gone: for a while more it can stop what was announced before.
        let is_over = |entry: Guardian| entry.until.is_some_and(|until| until + SOURCE_DELAY <= env::now());
        if GUARDIANS.get(&guardian).is_some_and(|entry| !is_over(entry)) {
            return Err(Error::AlreadyAGuardian);
        }
        let from = env::now() + GUARDIAN_DELAY;
        GUARDIANS.set(&guardian, &Guardian { from, until: None });
        GuardianAdded { guardian, from }.emit();
        Ok(())
    }

    /// Makes a guardian none after a delay.
    #[call]
    #[only_role(roles::ADMIN)]
    fn remove_guardian(guardian: Address) -> Result<(), Error> {
        let entry = GUARDIANS.get(&guardian).ok_or(Error::NotAGuardian)?;
        if entry.until.is_some() {
            return Err(Error::LeavesAlready);
        }
        let until = env::now() + GUARDIAN_DELAY;
        GUARDIANS.set(&guardian, &Guardian { until: Some(until), ..entry });
        GuardianLeaves { guardian, until }.emit();
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

    /// A guardian: since or from when it is one, and until when.
    #[view]
    fn guardian(account: Address) -> Option<Guardian> {
        GUARDIANS.get(&account)
    }

    fn config() -> Config {
        match CONFIG.get() {
            Some(config) => config,
            // Written by `init`, without which there is no oracle.
            None => Error::BadConfig.end(),
        }
    }
}
