//! Which hashes are still to be announced to whom.
//!
//! Pure: new hashes come in, batches per peer come out. A slow peer holds up nobody: its backlog is bounded, its
//! oldest entries are dropped, and the next re-announcement repairs that.

use crate::limits::{ANNOUNCE_BACKLOG_MAX, ANNOUNCE_HASHES_MAX, ANNOUNCES_PER_PEER_MAX};
use libp2p::PeerId;
use std::collections::{HashMap, VecDeque};
use tacit_types::FullHash;

/// Announcements on their way.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    fresh: Vec<(FullHash, Vec<PeerId>)>,
    lanes: HashMap<PeerId, Lane>,
}

#[derive(Debug, Default)]
struct Lane {
    backlog: VecDeque<FullHash>,
    outstanding: usize,
}

impl Outbox {
    /// `hash` is to be announced to all but `announcers`, who have it. True when it is the first of a batch.
    pub(crate) fn add(&mut self, hash: FullHash, announcers: Vec<PeerId>) -> bool {
        if self.fresh.len() < ANNOUNCE_BACKLOG_MAX {
            self.fresh.push((hash, announcers));
        }
        self.fresh.len() == 1
    }

    /// The batch is complete: deals it out.
    pub(crate) fn deal(&mut self) {
        for (hash, announcers) in self.fresh.drain(..) {
            for (peer, lane) in &mut self.lanes {
                if !announcers.contains(peer) {
                    lane.push(hash);
                }
            }
        }
    }

    /// `peer` can be announced to, and has everything in `hashes` still to hear.
    pub(crate) fn connected(&mut self, peer: PeerId, hashes: Vec<FullHash>) {
        let lane = self.lanes.entry(peer).or_default();
        hashes.into_iter().for_each(|hash| lane.push(hash));
    }

    /// `peer` is gone.
    pub(crate) fn disconnected(&mut self, peer: &PeerId) {
        self.lanes.remove(peer);
    }

    /// What to announce to `peer` now, if anything.
    pub(crate) fn next(&mut self, peer: &PeerId) -> Option<Vec<FullHash>> {
        let lane = self.lanes.get_mut(peer)?;
        if lane.outstanding >= ANNOUNCES_PER_PEER_MAX || lane.backlog.is_empty() {
            return None;
        }
        lane.outstanding += 1;
        let count = lane.backlog.len().min(ANNOUNCE_HASHES_MAX);
        Some(lane.backlog.drain(..count).collect())
    }

    /// One announcement to `peer` was answered or failed.
    pub(crate) fn done(&mut self, peer: &PeerId) {
        if let Some(lane) = self.lanes.get_mut(peer) {
            lane.outstanding = lane.outstanding.saturating_sub(1);
        }
    }
}

impl Lane {
    fn push(&mut self, hash: FullHash) {
        if self.backlog.len() >= ANNOUNCE_BACKLOG_MAX {
            self.backlog.pop_front();
        }
        self.backlog.push_back(hash);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn hash(n: usize) -> FullHash {
        FullHash::of(&[&n.to_le_bytes()])
    }

    #[test]
    fn a_hash_goes_to_everybody_but_those_who_announced_it() {
        let (a, b) = (PeerId::random(), PeerId::random());
        let mut outbox = Outbox::default();
        outbox.connected(a, vec![]);
        outbox.connected(b, vec![hash(9)]);
        assert!(outbox.add(hash(1), vec![a]));
        assert!(!outbox.add(hash(2), vec![]));
        outbox.deal();
        assert_eq!(outbox.next(&a), Some(vec![hash(2)]));
        assert_eq!(outbox.next(&b), Some(vec![hash(9), hash(1), hash(2)]));
        assert!(outbox.add(hash(3), vec![]));
    }

    #[test]
    fn a_peer_that_never_answers_costs_a_bounded_backlog() {
        let slow = PeerId::random();
        let mut outbox = Outbox::default();
        outbox.connected(slow, (0..ANNOUNCE_BACKLOG_MAX * 2).map(hash).collect());
        let sent: Vec<_> = std::iter::from_fn(|| outbox.next(&slow)).collect();
        assert_eq!(sent.len(), ANNOUNCES_PER_PEER_MAX);
        assert!(sent.iter().all(|batch| batch.len() == ANNOUNCE_HASHES_MAX));
        assert_eq!(sent[0][0], hash(ANNOUNCE_BACKLOG_MAX));
        assert!(outbox.lanes[&slow].backlog.len() <= ANNOUNCE_BACKLOG_MAX);
        outbox.done(&slow);
        assert!(outbox.next(&slow).is_some());
    }
}
