//! When to dial the persistent peers again.
//!
//! Pure: outcomes and the time come in, entries to dial come out. Waiting doubles after each failure; our own
//! address in the list is dialled once, recognised, and left alone.

use libp2p::swarm::ConnectionId;
use libp2p::{Multiaddr, PeerId, multiaddr::Protocol};
use std::time::{Duration, Instant};

const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// The persistent peers.
#[derive(Debug)]
pub(crate) struct Dialer {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    address: Multiaddr,
    peer: Option<PeerId>,
    due_at: Instant,
    wait: Duration,
    attempt: Option<ConnectionId>,
    ourselves: bool,
}

/// One dial to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dial {
    /// Which entry, for [`Dialer::started`].
    pub(crate) index: usize,
    /// Where.
    pub(crate) address: Multiaddr,
    /// Who should answer, when known.
    pub(crate) peer: Option<PeerId>,
}

impl Dialer {
    /// All `addresses` are due at once; a trailing `/p2p/ID` says who should answer.
    pub(crate) fn new(addresses: Vec<Multiaddr>, now: Instant) -> Self {
        let entries = addresses.into_iter().map(|address| Entry::new(address, now)).collect();
        Self { entries }
    }

    /// The peers whose ids are known.
    pub(crate) fn peers(&self) -> impl Iterator<Item = PeerId> + '_ {
        self.entries.iter().filter_map(|entry| entry.peer)
    }

    /// The dials to make now; `skip` tells peers that are connected or banned.
    pub(crate) fn due(&self, now: Instant, skip: impl Fn(&PeerId) -> bool) -> Vec<Dial> {
        let waiting = |entry: &Entry| !entry.ourselves && entry.attempt.is_none() && entry.due_at <= now;
        self.entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| waiting(entry) && !entry.peer.as_ref().is_some_and(&skip))
            .map(|(index, entry)| Dial { index, address: entry.address.clone(), peer: entry.peer })
            .collect()
    }

    /// The dial of entry `index` is on its way.
    pub(crate) fn started(&mut self, index: usize, attempt: ConnectionId) {
        if let Some(entry) = self.entries.get_mut(index) {
            entry.attempt = Some(attempt);
        }
    }

    /// The dial of entry `index` could not even start.
    pub(crate) fn refused(&mut self, index: usize, now: Instant) {
        if let Some(entry) = self.entries.get_mut(index) {
            entry.back_off(now);
        }
    }

    /// A connection stands; returns true when it is that of an entry, which now knows its peer.
    pub(crate) fn succeeded(&mut self, attempt: ConnectionId, peer: PeerId, now: Instant) -> bool {
        let Some(entry) = self.entries.iter_mut().find(|entry| entry.attempt == Some(attempt)) else {
            return false;
        };
        entry.attempt = None;
        entry.peer = Some(peer);
        entry.wait = FIRST_WAIT;
        entry.due_at = now + FIRST_WAIT;
        true
    }

    /// A dial failed; `ourselves` when our own key answered.
    pub(crate) fn failed(&mut self, attempt: ConnectionId, ourselves: bool, now: Instant) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.attempt == Some(attempt)) {
            entry.attempt = None;
            entry.ourselves = ourselves;
            entry.back_off(now);
        }
    }
}

impl Entry {
    fn new(mut address: Multiaddr, now: Instant) -> Self {
        let peer = match address.iter().last() {
            Some(Protocol::P2p(peer)) => {
                address.pop();
                Some(peer)
            }
            _ => None,
        };
        Self { address, peer, due_at: now, wait: FIRST_WAIT, attempt: None, ourselves: false }
    }

    fn back_off(&mut self, now: Instant) {
        self.due_at = now + self.wait;
        self.wait = (self.wait * 2).min(LONGEST_WAIT);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn attempt(n: usize) -> ConnectionId {
        ConnectionId::new_unchecked(n)
    }

    #[test]
    fn waiting_doubles_up_to_the_longest_and_starts_again_after_success() {
        let mut now = Instant::now();
        let mut dialer = Dialer::new(vec!["/ip4/127.0.0.1/tcp/1".parse().unwrap()], now);
        let mut waits = Vec::new();
        for n in 0..8 {
            assert_eq!(dialer.due(now, |_| false).len(), 1);
            dialer.started(0, attempt(n));
            assert!(dialer.due(now, |_| false).is_empty());
            dialer.failed(attempt(n), false, now);
            waits.push(dialer.entries[0].due_at - now);
            now = dialer.entries[0].due_at;
        }
        assert_eq!(waits[0], FIRST_WAIT);
        assert_eq!(waits[1], FIRST_WAIT * 2);
        assert_eq!(waits[7], LONGEST_WAIT);
        dialer.started(0, attempt(9));
        let peer = PeerId::random();
        assert!(dialer.succeeded(attempt(9), peer, now));
        assert!(dialer.due(now + FIRST_WAIT, |connected| *connected == peer).is_empty());
        assert_eq!(dialer.due(now + FIRST_WAIT, |_| false)[0].peer, Some(peer));
    }

    #[test]
    fn our_own_address_is_dialled_once() {
        let now = Instant::now();
        let mut dialer = Dialer::new(vec!["/ip4/127.0.0.1/tcp/1".parse().unwrap()], now);
        dialer.started(0, attempt(0));
        dialer.failed(attempt(0), true, now);
        assert!(dialer.due(now + Duration::from_secs(3_600), |_| false).is_empty());
    }

    #[test]
    fn a_trailing_peer_id_is_taken_off_the_address() {
        let peer = PeerId::random();
        let address: Multiaddr = format!("/ip4/127.0.0.1/tcp/1/p2p/{peer}").parse().unwrap();
        let dialer = Dialer::new(vec![address], Instant::now());
        let dial = dialer.due(Instant::now(), |_| false).remove(0);
        assert_eq!(dial.peer, Some(peer));
        assert_eq!(dial.address.to_string(), "/ip4/127.0.0.1/tcp/1");
    }
}
