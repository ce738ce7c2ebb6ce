//! Which bodies are wanted, who has them, and whom to ask next.
//!
//! Pure: announcements, answers and failures come in, lists of hashes to ask for come out. A hash is asked of one
//! peer at a time; when that fails it is asked of the next announcer, and when there is none it is forgotten until
//! somebody announces it again.

use crate::limits::{ANNOUNCERS_MAX, FETCH_HASHES_MAX, FETCHES_PER_PEER_MAX, WANTED_MAX, WANTED_PER_PEER_MAX};
use libp2p::PeerId;
use std::collections::{HashMap, HashSet, VecDeque};
use tacit_types::FullHash;

/// Everything wanted from everybody.
#[derive(Debug, Default)]
pub(crate) struct Fetcher {
    wants: HashMap<FullHash, Want>,
    lanes: HashMap<PeerId, Lane>,
}

#[derive(Debug)]
struct Want {
    announcers: Vec<PeerId>,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nobody is being asked.
    Waiting,
    /// One peer is being asked.
    Fetching,
    /// The body is here and being checked.
    Checking,
}

/// What is to be asked of one peer. A queued hash may meanwhile have been asked of another; it is then skipped.
#[derive(Debug, Default)]
struct Lane {
    queue: VecDeque<FullHash>,
    outstanding: usize,
}

impl Fetcher {
    /// `peer` says that it has `hash`. False when there is no room to remember it.
    pub(crate) fn announced(&mut self, peer: PeerId, hash: FullHash) -> bool {
        let full = self.wants.len() >= WANTED_MAX;
        let lane = self.lanes.entry(peer).or_default();
        let lane_full = lane.queue.len() >= WANTED_PER_PEER_MAX;
        let Some(want) = self.wants.get_mut(&hash) else {
            if full || lane_full {
                return false;
            }
            self.wants.insert(hash, Want { announcers: vec![peer], stage: Stage::Waiting });
            lane.queue.push_back(hash);
            return true;
        };
        if want.announcers.len() < ANNOUNCERS_MAX && !want.announcers.contains(&peer) && !lane_full {
            want.announcers.push(peer);
            lane.queue.push_back(hash);
        }
        true
    }

    /// What to ask of `peer` now, if anything.
    pub(crate) fn next(&mut self, peer: &PeerId) -> Option<Vec<FullHash>> {
        let lane = self.lanes.get_mut(peer)?;
        if lane.outstanding >= FETCHES_PER_PEER_MAX {
            return None;
        }
        let mut asked = Vec::new();
        while asked.len() < FETCH_HASHES_MAX {
            let Some(hash) = lane.queue.pop_front() else { break };
            let Some(want) = self.wants.get_mut(&hash) else { continue };
            if want.stage == Stage::Waiting && want.announcers.contains(peer) {
                want.stage = Stage::Fetching;
                asked.push(hash);
            }
        }
        if asked.is_empty() {
            return None;
        }
        lane.outstanding += 1;
        Some(asked)
    }

    /// `peer` answered `asked` with the bodies of `got`, at least one. The fetch stays outstanding until
    /// [`Fetcher::release`]; the rest, which did not fit, is asked of it again.
    pub(crate) fn delivered(&mut self, peer: PeerId, asked: &[FullHash], got: &HashSet<FullHash>) {
        for hash in asked {
            let Some(want) = self.wants.get_mut(hash) else { continue };
            if got.contains(hash) {
                want.stage = Stage::Checking;
            } else if let Some(lane) = self.lanes.get_mut(&peer) {
                want.stage = Stage::Waiting;
                lane.queue.push_front(*hash);
            } else {
                self.ask_another(&peer, hash);
            }
        }
    }

    /// `peer` did not answer `asked`, or had none of it.
    pub(crate) fn failed(&mut self, peer: PeerId, asked: &[FullHash]) {
        self.release(&peer);
        for hash in asked {
            self.ask_another(&peer, hash);
        }
    }

    /// The bodies of one fetch from `peer` are checked: it may be asked again.
    pub(crate) fn release(&mut self, peer: &PeerId) {
        if let Some(lane) = self.lanes.get_mut(peer) {
            lane.outstanding = lane.outstanding.saturating_sub(1);
        }
    }

    /// `hash` is no longer wanted; returns who announced it.
    pub(crate) fn finish(&mut self, hash: &FullHash) -> Vec<PeerId> {
        self.wants.remove(hash).map(|want| want.announcers).unwrap_or_default()
    }

    /// `peer` is gone. What is being fetched from it fails by itself, through [`Fetcher::failed`].
    pub(crate) fn disconnected(&mut self, peer: &PeerId) {
        self.lanes.remove(peer);
        self.wants.retain(|_, want| {
            if want.stage == Stage::Waiting {
                want.announcers.retain(|announcer| announcer != peer);
            }
            !want.announcers.is_empty()
        });
    }

    /// Hashes wanted.
    pub(crate) fn len(&self) -> usize {
        self.wants.len()
    }

    fn ask_another(&mut self, failed: &PeerId, hash: &FullHash) {
        let Some(want) = self.wants.get_mut(hash) else { return };
        want.announcers.retain(|announcer| announcer != failed);
        if want.announcers.is_empty() {
            self.wants.remove(hash);
            return;
        }
        want.stage = Stage::Waiting;
        for announcer in &want.announcers {
            if let Some(lane) = self.lanes.get_mut(announcer) {
                lane.queue.push_back(*hash);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn hash(n: usize) -> FullHash {
        FullHash::of(&[&n.to_le_bytes()])
    }

    #[test]
    fn a_hash_is_asked_of_one_peer_at_a_time_and_then_of_the_next() {
        let (a, b) = (PeerId::random(), PeerId::random());
        let mut fetcher = Fetcher::default();
        fetcher.announced(a, hash(1));
        fetcher.announced(b, hash(1));
        assert_eq!(fetcher.next(&a), Some(vec![hash(1)]));
        assert_eq!(fetcher.next(&b), None);
        fetcher.failed(a, &[hash(1)]);
        assert_eq!(fetcher.next(&a), None);
        assert_eq!(fetcher.next(&b), Some(vec![hash(1)]));
        fetcher.failed(b, &[hash(1)]);
        assert_eq!(fetcher.len(), 0);
    }

    #[test]
    fn what_did_not_fit_is_asked_again_and_what_is_missing_is_given_up() {
        let peer = PeerId::random();
        let mut fetcher = Fetcher::default();
        (0..3).for_each(|n| assert!(fetcher.announced(peer, hash(n))));
        let asked = fetcher.next(&peer).unwrap();
        fetcher.delivered(peer, &asked, &HashSet::from([hash(0)]));
        fetcher.release(&peer);
        assert_eq!(fetcher.finish(&hash(0)), vec![peer]);
        let asked = fetcher.next(&peer).unwrap();
        assert_eq!(asked.len(), 2);
        fetcher.failed(peer, &asked);
        assert_eq!(fetcher.len(), 0);
    }

    #[test]
    fn one_peer_cannot_fill_more_than_its_share() {
        let (flooder, honest) = (PeerId::random(), PeerId::random());
        let mut fetcher = Fetcher::default();
        let taken = (0..100_000).filter(|n| fetcher.announced(flooder, hash(*n))).count();
        assert_eq!(taken, WANTED_PER_PEER_MAX);
        assert!(fetcher.announced(honest, hash(200_000)));
        assert_eq!(std::iter::from_fn(|| fetcher.next(&flooder)).count(), FETCHES_PER_PEER_MAX);
    }

    #[test]
    fn a_peer_that_leaves_takes_its_wants_with_it() {
        let (a, b) = (PeerId::random(), PeerId::random());
        let mut fetcher = Fetcher::default();
        fetcher.announced(a, hash(1));
        fetcher.announced(a, hash(2));
        fetcher.announced(b, hash(2));
        let asked = fetcher.next(&a).unwrap();
        assert_eq!(asked.len(), 2);
        fetcher.disconnected(&a);
        fetcher.failed(a, &asked);
        assert_eq!(fetcher.len(), 1);
        assert_eq!(fetcher.next(&b), Some(vec![hash(2)]));
    }

    proptest! {
        /// Whatever happens in whatever order: never two askers of one hash, and everything comes to an end.
        #[test]
        fn no_order_of_events_asks_twice_or_leaks(steps in proptest::collection::vec((0_usize..6, 0_usize..4, 0_usize..12), 1..200)) {
            let peers: Vec<PeerId> = (0..4).map(|_| PeerId::random()).collect();
            let mut fetcher = Fetcher::default();
            let mut open: Vec<(PeerId, Vec<FullHash>)> = Vec::new();
            for (step, p, n) in steps {
                let peer = peers[p];
                match step {
                    0 | 1 => { fetcher.announced(peer, hash(n)); }
                    2 => if let Some(asked) = fetcher.next(&peer) {
                        for (_, other) in &open {
                            prop_assert!(asked.iter().all(|hash| !other.contains(hash)));
                        }
                        open.push((peer, asked));
                    },
                    3 if !open.is_empty() => {
                        let (peer, asked) = open.swap_remove(n % open.len());
                        fetcher.failed(peer, &asked);
                    }
                    4 if !open.is_empty() => {
                        let (peer, asked) = open.swap_remove(n % open.len());
                        let got: HashSet<FullHash> = asked.iter().take(1 + n % 3).copied().collect();
                        fetcher.delivered(peer, &asked, &got);
                        fetcher.release(&peer);
                        for hash in got { fetcher.finish(&hash); }
                    }
                    5 => fetcher.disconnected(&peer),
                    _ => {}
                }
            }
            for (peer, asked) in open { fetcher.failed(peer, &asked); }
            for peer in peers { fetcher.disconnected(&peer); }
            prop_assert_eq!(fetcher.len(), 0);
        }
    }
}
