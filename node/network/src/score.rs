//! What peers have done wrong, added up by name, and who is banned for it until when.
//!
//! Pure: offences and the time come in, verdicts go out. Scores fade with time and survive a disconnect, so that
//! reconnecting does not wash anything off. An offence that no honest node can commit bans at once.

use crate::limits::SCORES_MAX;
use libp2p::PeerId;
use std::collections::HashMap;
use std::fmt;
use std::time::{Duration, Instant};

/// Points at which a peer is banned.
pub const BAN_SCORE: u32 = 1_000;
/// Points forgiven per second.
pub const FORGIVEN_PER_SECOND: u32 = 20;

/// What a peer did wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Offence {
    /// Sent bytes that are no message.
    Malformed,
    /// Sent a message longer than its limit.
    Oversized,
    /// Answered with a message of the wrong kind.
    UnexpectedResponse,
    /// Sent a body that it was not asked for, or one twice.
    UnrequestedBody,
    /// Sent a transaction that can never be valid; an honest node checks before it forwards.
    InvalidTransaction,
    /// Is on another chain.
    WrongChain,
    /// Did not say which chain it is on in time.
    Unidentified,
    /// Sent or asked for more than its share.
    RateExceeded,
    /// Did not answer in time.
    Timeout,
    /// Announced transactions and then had none of them.
    Withheld,
}

impl Offence {
    /// Points that one offence costs.
    #[must_use]
    pub const fn points(self) -> u32 {
        match self {
            Self::Malformed | Self::Oversized | Self::UnexpectedResponse | Self::UnrequestedBody | Self::WrongChain => {
                BAN_SCORE
            }
            Self::InvalidTransaction => 250,
            Self::Unidentified | Self::Timeout => 100,
            Self::RateExceeded => 20,
            // A block can include what was announced a moment ago, so honest nodes do this now and then.
            Self::Withheld => 10,
        }
    }

    /// The name that logs and metrics use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Oversized => "oversized",
            Self::UnexpectedResponse => "unexpected_response",
            Self::UnrequestedBody => "unrequested_body",
            Self::InvalidTransaction => "invalid_transaction",
            Self::WrongChain => "wrong_chain",
            Self::Unidentified => "unidentified",
            Self::RateExceeded => "rate_exceeded",
            Self::Timeout => "timeout",
            Self::Withheld => "withheld",
        }
    }
}

impl fmt::Display for Offence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A peer that is not talked to for a while, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ban {
    /// Who.
    pub peer: PeerId,
    /// The offence that filled the score.
    pub reason: Offence,
    /// When it ends.
    pub until: Instant,
}

#[derive(Debug, Clone, Copy)]
struct Record {
    score: u32,
    faded_at: Instant,
    ban: Option<(Offence, Instant)>,
}

/// The scores of all peers.
#[derive(Debug)]
pub(crate) struct Scores {
    records: HashMap<PeerId, Record>,
    ban_for: Duration,
}

impl Scores {
    /// No offences yet; a ban lasts `ban_for`.
    pub(crate) fn new(ban_for: Duration) -> Self {
        Self { records: HashMap::new(), ban_for }
    }

    /// Writes down that `peer` committed `offence`, and says whether it is banned from now on.
    pub(crate) fn record(&mut self, peer: PeerId, offence: Offence, now: Instant) -> bool {
        if !self.records.contains_key(&peer) {
            self.make_room(now);
        }
        let record = self.records.entry(peer).or_insert(Record { score: 0, faded_at: now, ban: None });
        record.fade(now);
        record.score = record.score.saturating_add(offence.points());
        if record.score < BAN_SCORE {
            return false;
        }
        record.ban = Some((offence, now + self.ban_for));
        record.score = 0;
        true
    }

    /// The points of `peer` now.
    pub(crate) fn score(&self, peer: &PeerId, now: Instant) -> u32 {
        self.records.get(peer).map_or(0, |record| {
            let mut record = *record;
            record.fade(now);
            record.score
        })
    }

    /// The bans that have not ended.
    pub(crate) fn bans(&self, now: Instant) -> Vec<Ban> {
        self.records
            .iter()
            .filter_map(|(peer, record)| {
                let (reason, until) = record.ban?;
                (until > now).then_some(Ban { peer: *peer, reason, until })
            })
            .collect()
    }

    /// Forgets ended bans and faded scores.
    pub(crate) fn tidy(&mut self, now: Instant) {
        self.records.retain(|_, record| {
            record.fade(now);
            record.ban = record.ban.filter(|(_, until)| *until > now);
            record.ban.is_some() || record.score > 0
        });
    }

    /// Forgets the least of all records when the list is full, so that peer ids made up by the thousand cost nothing.
    fn make_room(&mut self, now: Instant) {
        if self.records.len() < SCORES_MAX {
            return;
        }
        self.tidy(now);
        if self.records.len() < SCORES_MAX {
            return;
        }
        let least = self.records.iter().min_by_key(|(_, record)| (record.ban.map(|(_, until)| until), record.score));
        if let Some(peer) = least.map(|(peer, _)| *peer) {
            self.records.remove(&peer);
        }
    }
}

impl Record {
    fn fade(&mut self, now: Instant) {
        let seconds = now.saturating_duration_since(self.faded_at).as_secs();
        if seconds > 0 {
            let forgiven = u32::try_from(seconds).unwrap_or(u32::MAX).saturating_mul(FORGIVEN_PER_SECOND);
            self.score = self.score.saturating_sub(forgiven);
            self.faded_at += Duration::from_secs(seconds);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BAN: Duration = Duration::from_secs(60);

    #[test]
    fn garbage_bans_at_once_and_the_ban_ends() {
        let now = Instant::now();
        let mut scores = Scores::new(BAN);
        let peer = PeerId::random();
        assert!(scores.record(peer, Offence::Malformed, now));
        assert_eq!(scores.bans(now), vec![Ban { peer, reason: Offence::Malformed, until: now + BAN }]);
        assert!(scores.bans(now + BAN).is_empty());
        scores.tidy(now + BAN);
        assert!(scores.records.is_empty());
    }

    #[test]
    fn small_offences_add_up_but_fade() {
        let now = Instant::now();
        let mut scores = Scores::new(BAN);
        let (hasty, patient) = (PeerId::random(), PeerId::random());
        assert!((0..3).all(|_| !scores.record(hasty, Offence::InvalidTransaction, now)));
        assert!(scores.record(hasty, Offence::InvalidTransaction, now));
        for n in 0..1_000 {
            assert!(!scores.record(patient, Offence::Withheld, now + Duration::from_secs(n)));
        }
    }

    #[test]
    fn a_thousand_made_up_peers_do_not_push_out_a_ban() {
        let now = Instant::now();
        let mut scores = Scores::new(BAN);
        let banned = PeerId::random();
        scores.record(banned, Offence::Oversized, now);
        for _ in 0..SCORES_MAX + 100 {
            scores.record(PeerId::random(), Offence::Withheld, now);
        }
        assert_eq!(scores.records.len(), SCORES_MAX);
        assert_eq!(scores.bans(now).len(), 1);
    }
}
