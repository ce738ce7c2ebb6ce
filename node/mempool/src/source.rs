//! Who sent transactions, and who of them forges.
//!
//! A transaction whose signature or proof does not verify costs a checker more than a good one, and makes the whole batch
//! that it stands in dearer. The sender of one is *suspect* for a while: what it sends is checked apart from the others', so
//! that it spoils no further batch. Who goes on is not heard at all until the while is over. Nothing here decides whether a
//! transaction is valid, only whose are checked, and together with whose.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use tacit_types::RejectCode;

/// Forgeries after which a source is not heard.
pub const FORGERIES_MAX: u32 = 16;
/// How long a source stays suspect, or is not heard, after its last forgery.
pub const SUSPECT_FOR: Duration = Duration::from_secs(60);
/// Most suspects that are remembered.
pub const SUSPECTS_MAX: usize = 4_096;

/// Where transactions come from, as far as that can be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Source {
    name: u64,
    silenceable: bool,
}

impl Source {
    /// A sender with a name of its own: a peer, a client's address.
    #[must_use]
    pub fn remote(name: &impl Hash) -> Self {
        Self { name: hash(name), silenceable: true }
    }

    /// A name that many may share, such as the loopback behind which a proxy may stand. It becomes suspect like any other, but is
    /// always heard: one of them could silence the others.
    #[must_use]
    pub fn shared(name: &impl Hash) -> Self {
        Self { name: hash(name), silenceable: false }
    }
}

/// Nobody outside knows the key, so nobody finds a name that counts as another's.
fn hash(name: &impl Hash) -> u64 {
    static STATE: OnceLock<RandomState> = OnceLock::new();
    STATE.get_or_init(RandomState::new).hash_one(name)
}

/// Whether a refusal means that somebody made up a witness. Everything else is found out cheaply, or can happen to honest
/// senders.
#[must_use]
pub const fn is_forgery(code: RejectCode) -> bool {
    matches!(code, RejectCode::SignatureInvalid | RejectCode::ProofInvalid | RejectCode::SpendSignatureInvalid)
}

/// The sources that forged not long ago.
#[derive(Debug, Default)]
pub(crate) struct Suspects {
    records: HashMap<Source, Record>,
}

#[derive(Debug, Clone, Copy)]
struct Record {
    forgeries: u32,
    until: Instant,
}

impl Suspects {
    /// Writes down that `source` sent a forgery.
    pub(crate) fn record(&mut self, source: Source, now: Instant) {
        if !self.records.contains_key(&source) {
            self.make_room(now);
        }
        let record = self.records.entry(source).or_insert(Record { forgeries: 0, until: now });
        // What is over is forgotten.
        let before = if record.until > now { record.forgeries } else { 0 };
        *record = Record { forgeries: before.saturating_add(1), until: now + SUSPECT_FOR };
    }

    /// Whether what `source` sends is to be checked apart.
    pub(crate) fn is_suspect(&self, source: &Source, now: Instant) -> bool {
        self.records.get(source).is_some_and(|record| record.until > now)
    }

    /// How long `source` will not be heard; `None` when it is.
    pub(crate) fn silenced(&self, source: &Source, now: Instant) -> Option<Duration> {
        let record = self.records.get(source).filter(|record| record.forgeries >= FORGERIES_MAX)?;
        let left = record.until.checked_duration_since(now).filter(|left| !left.is_zero())?;
        source.silenceable.then_some(left)
    }

    /// Names can be made up by the thousand; the one whose time is over first goes first.
    fn make_room(&mut self, now: Instant) {
        if self.records.len() < SUSPECTS_MAX {
            return;
        }
        self.records.retain(|_, record| record.until > now);
        let least = self.records.iter().min_by_key(|(_, record)| (record.forgeries, record.until));
        if let Some(source) = least.map(|(source, _)| *source).filter(|_| self.records.len() >= SUSPECTS_MAX) {
            self.records.remove(&source);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_forgery_makes_a_suspect_for_a_while_and_many_silence_it() {
        let now = Instant::now();
        let mut suspects = Suspects::default();
        let (forger, other) = (Source::remote(&"forger"), Source::remote(&"other"));
        suspects.record(forger, now);
        assert!(suspects.is_suspect(&forger, now) && !suspects.is_suspect(&other, now));
        assert_eq!(suspects.silenced(&forger, now), None);
        (1..FORGERIES_MAX).for_each(|_| suspects.record(forger, now));
        assert_eq!(suspects.silenced(&forger, now), Some(SUSPECT_FOR));
        assert_eq!(suspects.silenced(&other, now), None);
        let later = now + SUSPECT_FOR;
        assert!(!suspects.is_suspect(&forger, later) && suspects.silenced(&forger, later).is_none());
        // It begins anew: what is over does not count twice.
        suspects.record(forger, later);
        assert_eq!(suspects.silenced(&forger, later), None);
    }

    #[test]
    fn a_shared_name_is_suspect_but_always_heard() {
        let now = Instant::now();
        let mut suspects = Suspects::default();
        let proxy = Source::shared(&"loopback");
        (0..FORGERIES_MAX * 2).for_each(|_| suspects.record(proxy, now));
        assert!(suspects.is_suspect(&proxy, now));
        assert_eq!(suspects.silenced(&proxy, now), None);
    }

    #[test]
    fn made_up_names_neither_grow_the_list_nor_wash_a_silenced_one_clean() {
        let now = Instant::now();
        let mut suspects = Suspects::default();
        let forger = Source::remote(&"forger");
        (0..FORGERIES_MAX).for_each(|_| suspects.record(forger, now));
        for name in 0..SUSPECTS_MAX * 2 {
            suspects.record(Source::remote(&name), now);
        }
        assert_eq!(suspects.records.len(), SUSPECTS_MAX);
        assert!(suspects.silenced(&forger, now).is_some());
    }

    #[test]
    fn only_made_up_witnesses_are_forgeries() {
        let forged: Vec<RejectCode> = RejectCode::ALL.iter().copied().filter(|code| is_forgery(*code)).collect();
        let expected = [RejectCode::SignatureInvalid, RejectCode::ProofInvalid, RejectCode::SpendSignatureInvalid];
        assert_eq!(forged, expected);
    }
}
