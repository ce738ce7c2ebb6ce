//! What the oracle says in receipts. Every change of what it keeps is in one of these.

use tacit_sdk::prelude::*;

/// A source said something.
#[event]
pub struct Reported {
    /// Who.
    pub source: Address,
    /// The price.
    pub price: u128,
    /// When it was so.
    pub observed: Timestamp,
    /// The volume behind it, if said.
    pub volume: Option<Amount>,
}

/// The answer changed, or its time did.
#[event]
pub struct AnswerUpdated {
    /// The answer.
    pub price: u128,
    /// The median of the reports.
    pub median: u128,
    /// Its time.
    pub time: Timestamp,
    /// How far it may be off.
    pub deviation: u128,
    /// How many reports were behind it.
    pub reports: u8,
}

/// The oracle gives no price until a guardian resets it.
#[event]
pub struct BreakerTripped {
    /// The last answer.
    pub price: u128,
    /// The median that jumped; nothing if a guardian did it.
    pub median: u128,
}

/// A guardian set the oracle going again.
#[event]
pub struct BreakerReset {
    /// Who.
    pub by: Address,
    /// The answer from now on.
    pub price: u128,
}

/// A source was added.
#[event]
pub struct SourceAdded {
    /// Who.
    pub source: Address,
    /// From when on it counts.
    pub counts_from: Timestamp,
}

/// A source that did not count yet was removed or rejected.
#[event]
pub struct SourceRemoved {
    /// Who.
    pub source: Address,
}

/// A source that counts was removed.
#[event]
pub struct SourceLeaves {
    /// Who.
    pub source: Address,
    /// From when on it counts no more.
    pub leaves: Timestamp,
}

/// A guardian kept a source that was leaving.
#[event]
pub struct SourceKept {
    /// Who.
    pub source: Address,
}

/// Somebody becomes a guardian.
#[event]
pub struct GuardianAdded {
    /// Who.
    pub guardian: Address,
    /// From when on.
    pub from: Timestamp,
}

/// A guardian was removed.
#[event]
pub struct GuardianLeaves {
    /// Who.
    pub guardian: Address,
    /// From when on it is none.
    pub until: Timestamp,
}
