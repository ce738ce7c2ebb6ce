//! Who reports, and what the fresh reports say together. A source counts once, and half of the reports must never be the
//! median.

use crate::events::{SourceAdded, SourceRemoved};
use crate::middle;
use crate::oracle::{Config, Error, SOURCES, SOURCES_MAX, Source, State};
use tacit_sdk::prelude::*;

impl Source {
    /// Whether its reports count now.
    pub fn counts(&self) -> bool {
        self.counts_from <= env::now() && !self.is_gone()
    }

    fn is_gone(&self) -> bool {
        self.leaves.is_some_and(|leaves| leaves <= env::now())
    }
}

/// A source, if it is one and has not left.
pub fn source_of(account: &Address) -> Result<Source, Error> {
    SOURCES.get(account).filter(|source| !source.is_gone()).ok_or(Error::NotASource)
}

/// Never more than the limit, which `admit` keeps. Without those that have left.
pub fn sources() -> List<(Address, Source), SOURCES_MAX> {
    let mut all = List::new();
    for entry in &SOURCES.page::<SOURCES_MAX>(None) {
        if !entry.1.is_gone() {
            let _ = all.push(*entry);
        }
    }
    all
}

/// Adds a source that counts from a time on.
pub fn admit(source: &Address, counts_from: Timestamp) -> Result<(), Error> {
    if source.is_zero() {
        return Err(Error::BadSource);
    }
    // What has left makes room here; it was said before when it would.
    for (gone, entry) in &SOURCES.page::<SOURCES_MAX>(None) {
        if entry.is_gone() {
            SOURCES.remove(gone);
        }
    }
    if SOURCES.has(source) {
        return Err(Error::AlreadyASource);
    }
    if sources().len() >= SOURCES_MAX {
        return Err(Error::TooManySources);
    }
    SOURCES.set(source, &Source { counts_from, leaves: None, report: None });
    SourceAdded { source: *source, counts_from }.emit();
    Ok(())
}

/// Removes a source.
pub fn drop_source(source: &Address) {
    SOURCES.remove(source);
    SourceRemoved { source: *source }.emit();
}

/// What the fresh reports say together.
pub struct Tally {
    /// The median of the prices.
    pub median: u128,
    /// The median of their times.
    pub time: Timestamp,
    /// The median distance of the prices from their median.
    pub deviation: u128,
    /// How many there are.
    pub reports: u8,
}

/// What the fresh reports of sources that count say together. Refused below the quorum or a majority of the sources, and when
/// they are older together than the answer. Without an answer, every source must have a fresh report: among fewer, those who
/// lie could be a majority without being one of all, and nothing limits how far the first answer is from the truth.
pub fn tally(config: &Config, last: Option<&State>) -> Result<Tally, Error> {
    let now = env::now();
    let (mut counting, mut prices, mut times) = (0_usize, List::<u128, SOURCES_MAX>::new(), List::new());
    for (_, source) in sources().iter().filter(|(_, source)| source.counts()) {
        counting = counting.saturating_add(1);
        let Some(report) = source.report else { continue };
        if now.saturating_since(report.observed) <= config.max_age {
            let _ = prices.push(report.price);
            let _: Option<()> = List::<u128, SOURCES_MAX>::push(&mut times, report.observed.0.into());
        }
    }
    let (reports, majority) = (prices.len(), counting.saturating_add(2).checked_div(2).unwrap_or(counting));
    let needed = if last.is_some() { majority } else { counting };
    if reports < usize::from(config.quorum).max(needed) {
        return Err(Error::NoQuorum);
    }
    let (price, not_before) = last.map_or((0, Timestamp(0)), |last| (last.price, last.time));
    let median = middle::median(prices.as_slice(), price).ok_or(Error::NoQuorum)?;
    let time = middle::median(times.as_slice(), not_before.0.into()).and_then(|time| u64::try_from(time).ok());
    let time = time.map(Timestamp).filter(|time| *time >= not_before).ok_or(Error::NoQuorum)?;
    for price in prices.as_mut_slice() {
        *price = price.abs_diff(median);
    }
    let half = reports.checked_div(2).unwrap_or_default();
    let deviation = middle::ranked(prices.as_slice(), half).ok_or(Error::NoQuorum)?;
    Ok(Tally { median, time, deviation, reports: u8::try_from(reports).unwrap_or(u8::MAX) })
}
