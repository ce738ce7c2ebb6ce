//! What peers say to each other: announce, ask, answer, check, announce on.
//!
//! A transaction's way through here: a peer announces its hash; if it is new, its body is asked for; the body must
//! hash to what was asked; the pool checks it; only if the pool admits it, it is announced to the others.

use super::Service;
use crate::score::Offence;
use crate::tx_pool::SubmitVerdict;
use crate::wire::{BodiesBuilder, Request, Response};
use bytes::Bytes;
use libp2p::PeerId;
use libp2p::request_response::{Event, Message, OutboundFailure, OutboundRequestId, ResponseChannel};
use std::collections::HashSet;
use std::time::Instant;
use tacit_types::{DecodeError, FullHash, List, RawTx};

/// A request of ours that is not answered yet.
#[derive(Debug)]
pub(super) enum Sent {
    /// An announcement.
    Announce,
    /// A fetch of these.
    Fetch(Vec<FullHash>),
}

/// The verdicts on one answer of a peer.
#[derive(Debug)]
pub(super) struct Checked {
    from: PeerId,
    hashes: Vec<FullHash>,
    verdicts: Vec<SubmitVerdict>,
}

impl Service {
    pub(super) fn on_exchange(&mut self, event: Event<Bytes, Bytes>) {
        match event {
            Event::Message { peer, message: Message::Request { request, channel, .. }, .. } => {
                self.on_request(peer, &request, channel);
            }
            Event::Message { peer, message: Message::Response { request_id, response }, .. } => {
                self.on_response(peer, request_id, &response);
            }
            Event::OutboundFailure { peer, request_id, error, .. } => self.on_failure(peer, request_id, &error),
            Event::InboundFailure { .. } | Event::ResponseSent { .. } => {}
        }
    }

    fn on_request(&mut self, peer: PeerId, bytes: &Bytes, channel: ResponseChannel<Bytes>) {
        let now = Instant::now();
        let Some(entry) = self.peers.get_mut(&peer) else { return };
        metrics::counter!("tacit_network_received_bytes_total").increment(bytes.len() as u64);
        if !entry.requests.take(1, now) || !entry.request_bytes.take(bytes.len(), now) {
            self.punish(peer, Offence::RateExceeded);
            return;
        }
        match Request::decode(bytes) {
            Ok(Request::Announce(hashes)) => {
                self.respond(channel, &Response::Noted);
                self.on_announced(peer, &hashes, now);
            }
            Ok(Request::Fetch(hashes)) => self.serve(peer, &hashes, channel, now),
            Err(error) => self.punish_undecodable(peer, &error),
        }
    }

    fn on_announced(&mut self, peer: PeerId, hashes: &[FullHash], now: Instant) {
        if hashes.is_empty() {
            self.punish(peer, Offence::Malformed);
            return;
        }
        let mut dropped = 0_u64;
        for hash in hashes {
            let uninteresting = self.refused.contains(hash, now) || self.pool.known(hash);
            if !uninteresting && !self.fetcher.announced(peer, *hash) {
                dropped += 1;
            }
        }
        metrics::counter!("tacit_network_wants_dropped_total").increment(dropped);
        self.send_fetches(peer);
    }

    fn serve(&mut self, peer: PeerId, hashes: &[FullHash], channel: ResponseChannel<Bytes>, now: Instant) {
        if hashes.is_empty() {
            self.punish(peer, Offence::Malformed);
            return;
        }
        let mut bodies = BodiesBuilder::default();
        for hash in hashes {
            if let Some(body) = self.pool.body(hash)
                && !bodies.push(body)
            {
                break;
            }
        }
        let response = bodies.finish().encode();
        let within = self.peers.get_mut(&peer).is_some_and(|entry| entry.served_bytes.take(response.len(), now));
        if within {
            metrics::counter!("tacit_network_served_bytes_total").increment(response.len() as u64);
            // An error means that the peer is gone.
            let _ = self.swarm.behaviour_mut().exchange.send_response(channel, response);
        } else {
            self.punish(peer, Offence::RateExceeded);
        }
    }

    fn on_response(&mut self, peer: PeerId, request: OutboundRequestId, bytes: &Bytes) {
        metrics::counter!("tacit_network_received_bytes_total").increment(bytes.len() as u64);
        let Some(sent) = self.sent.remove(&request) else { return };
        let response = match Response::decode(bytes) {
            Ok(response) => response,
            Err(error) => {
                self.give_up(peer, sent);
                self.punish_undecodable(peer, &error);
                return;
            }
        };
        match (sent, response) {
            (Sent::Announce, Response::Noted) => {
                self.outbox.done(&peer);
                self.send_announcements(peer);
            }
            (Sent::Fetch(asked), Response::Bodies(bodies)) => self.on_bodies(peer, asked, bodies.into_vec()),
            (sent, _) => {
                self.give_up(peer, sent);
                self.punish(peer, Offence::UnexpectedResponse);
            }
        }
    }

    fn on_bodies(&mut self, peer: PeerId, asked: Vec<FullHash>, bodies: Vec<RawTx>) {
        let hashes: Vec<FullHash> = bodies.iter().map(RawTx::full_hash).collect();
        let got: HashSet<FullHash> = hashes.iter().copied().collect();
        let wanted: HashSet<FullHash> = asked.iter().copied().collect();
        if got.len() != hashes.len() || !got.is_subset(&wanted) {
            self.give_up(peer, Sent::Fetch(asked));
            self.punish(peer, Offence::UnrequestedBody);
            return;
        }
        if got.is_empty() {
            self.give_up(peer, Sent::Fetch(asked));
            self.punish(peer, Offence::Withheld);
            return;
        }
        self.fetcher.delivered(peer, &asked, &got);
        metrics::counter!("tacit_network_fetched_total").increment(hashes.len() as u64);
        let pool = self.pool.clone();
        self.checks.spawn(async move {
            let verdicts = pool.submit(bodies, peer).await;
            Checked { from: peer, hashes, verdicts }
        });
    }

    /// The pool has spoken: forward what it admitted, remember what it refused, punish what can never be valid.
    pub(super) fn on_checked(&mut self, checked: Checked) {
        let now = Instant::now();
        self.fetcher.release(&checked.from);
        let mut invalid = 0_usize;
        for (index, hash) in checked.hashes.iter().enumerate() {
            let announcers = self.fetcher.finish(hash);
            match checked.verdicts.get(index) {
                Some(SubmitVerdict::Accepted) => self.announce(*hash, announcers),
                Some(SubmitVerdict::Known) => {}
                Some(SubmitVerdict::Rejected { punish }) => {
                    self.refused.insert(*hash, now);
                    invalid += usize::from(*punish);
                }
                // A pool that gives too few verdicts admitted nothing that it did not name.
                None => tracing::error!(%hash, "the pool gave no verdict on a transaction; report this"),
            }
        }
        (0..invalid).for_each(|_| self.punish(checked.from, Offence::InvalidTransaction));
        self.send_all_fetches();
    }

    fn on_failure(&mut self, peer: PeerId, request: OutboundRequestId, error: &OutboundFailure) {
        tracing::debug!(%peer, %error, "a request failed");
        let Some(sent) = self.sent.remove(&request) else { return };
        let withheld = matches!((&sent, error), (Sent::Fetch(_), OutboundFailure::Io(_)));
        self.give_up(peer, sent);
        match error {
            OutboundFailure::UnsupportedProtocols => self.punish(peer, Offence::WrongChain),
            OutboundFailure::Io(_) if withheld => self.punish(peer, Offence::Withheld),
            // The connection may be dead without anybody having said so; a new one tells.
            OutboundFailure::Timeout => {
                self.punish(peer, Offence::Timeout);
                self.disconnect(peer);
            }
            OutboundFailure::DialFailure | OutboundFailure::ConnectionClosed | OutboundFailure::Io(_) => {}
        }
    }

    /// A request of ours came to nothing: what was announced waits for the re-announcement, what was asked for is
    /// asked of the next who has it.
    fn give_up(&mut self, peer: PeerId, sent: Sent) {
        match sent {
            Sent::Announce => {
                self.outbox.done(&peer);
                self.send_announcements(peer);
            }
            Sent::Fetch(asked) => {
                self.fetcher.failed(peer, &asked);
                self.send_all_fetches();
            }
        }
    }

    fn punish_undecodable(&mut self, peer: PeerId, error: &DecodeError) {
        tracing::debug!(%peer, %error, "a peer sent bytes that are no message");
        let offence = match error {
            DecodeError::TooLong { .. } => Offence::Oversized,
            DecodeError::Malformed { .. } | DecodeError::NotCanonical { .. } => Offence::Malformed,
        };
        self.punish(peer, offence);
    }

    fn respond(&mut self, channel: ResponseChannel<Bytes>, response: &Response) {
        // An error means that the peer is gone.
        let _ = self.swarm.behaviour_mut().exchange.send_response(channel, response.encode());
    }

    /// Queues transactions of our own for announcement.
    pub(super) fn announce_all(&mut self, hashes: Vec<FullHash>) {
        for hash in hashes {
            self.announce(hash, Vec::new());
        }
    }

    fn announce(&mut self, hash: FullHash, announcers: Vec<PeerId>) {
        if self.outbox.add(hash, announcers) {
            self.deal_at = Some(Instant::now() + self.config.announce_after);
        }
    }

    /// The collecting time is over: everybody is told.
    pub(super) fn deal(&mut self) {
        self.deal_at = None;
        self.outbox.deal();
        let peers: Vec<PeerId> = self.peers.keys().copied().collect();
        peers.into_iter().for_each(|peer| self.send_announcements(peer));
    }

    pub(super) fn send_announcements(&mut self, peer: PeerId) {
        while let Some(hashes) = self.outbox.next(&peer) {
            metrics::counter!("tacit_network_announced_total").increment(hashes.len() as u64);
            self.send(peer, &Request::Announce(List::new(hashes).unwrap_or_default()), Sent::Announce);
        }
    }

    fn send_fetches(&mut self, peer: PeerId) {
        while let Some(hashes) = self.fetcher.next(&peer) {
            let request = Request::Fetch(List::new(hashes.clone()).unwrap_or_default());
            self.send(peer, &request, Sent::Fetch(hashes));
        }
    }

    fn send_all_fetches(&mut self) {
        if self.fetcher.len() > 0 {
            let peers: Vec<PeerId> = self.peers.keys().copied().collect();
            peers.into_iter().for_each(|peer| self.send_fetches(peer));
        }
    }

    fn send(&mut self, peer: PeerId, request: &Request, sent: Sent) {
        let id = self.swarm.behaviour_mut().exchange.send_request(&peer, request.encode());
        self.sent.insert(id, sent);
    }
}
