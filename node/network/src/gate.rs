//! Who may connect: bans, places, connections per address.
//!
//! A behaviour of its own, because only a behaviour is asked before a connection stands. It counts and refuses and
//! does nothing else.

use libp2p::core::{Endpoint, transport::PortUse};
use libp2p::swarm::{
    ConnectionClosed, ConnectionDenied, ConnectionId, FromSwarm, ListenFailure, NetworkBehaviour, THandler,
    THandlerInEvent, THandlerOutEvent, ToSwarm, dummy,
};
use libp2p::{Multiaddr, PeerId, multiaddr::Protocol};
use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::net::IpAddr;
use std::task::{Context, Poll};
use std::time::Instant;

/// Connections to one peer: two, because both sides may dial at the same moment; the service closes one.
const CONNECTIONS_PER_PEER_MAX: usize = 2;

/// Why a connection was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// The peer is banned.
    #[error("the peer is banned")]
    Banned,
    /// All places are taken.
    #[error("all places for peers are taken")]
    Full,
    /// The address has its share of connections.
    #[error("too many connections from this address")]
    AddressFull,
    /// Too many handshakes at once.
    #[error("too many unfinished handshakes")]
    Handshakes,
    /// The peer is connected already.
    #[error("the peer is connected already")]
    Connected,
}

/// The gate keeper.
#[derive(Debug)]
pub(crate) struct Gate {
    max_peers: usize,
    max_per_ip: usize,
    max_pending: usize,
    persistent: HashSet<PeerId>,
    banned: HashMap<PeerId, Instant>,
    pending: HashSet<ConnectionId>,
    inbound: HashMap<ConnectionId, IpAddr>,
    per_ip: HashMap<IpAddr, usize>,
    peers: HashMap<PeerId, HashSet<ConnectionId>>,
}

impl Gate {
    /// A gate with these many places.
    pub(crate) fn new(max_peers: usize, max_per_ip: usize, max_pending: usize) -> Self {
        Self {
            max_peers,
            max_per_ip,
            max_pending,
            persistent: HashSet::new(),
            banned: HashMap::new(),
            pending: HashSet::new(),
            inbound: HashMap::new(),
            per_ip: HashMap::new(),
            peers: HashMap::new(),
        }
    }

    /// `peer` always has a place.
    pub(crate) fn reserve(&mut self, peer: PeerId) {
        self.persistent.insert(peer);
    }

    /// `peer` may not connect before `until`.
    pub(crate) fn ban(&mut self, peer: PeerId, until: Instant) {
        self.banned.retain(|_, end| *end > Instant::now());
        self.banned.insert(peer, until);
    }

    /// Is `peer` banned now?
    pub(crate) fn is_banned(&self, peer: &PeerId) -> bool {
        self.banned.get(peer).is_some_and(|until| *until > Instant::now())
    }

    fn knock(&mut self, id: ConnectionId, from: &Multiaddr) -> Result<(), Refused> {
        if self.pending.len() >= self.max_pending {
            return Err(Refused::Handshakes);
        }
        if let Some(ip) = ip_of(from) {
            let count = self.per_ip.entry(ip).or_default();
            if *count >= self.max_per_ip {
                return Err(Refused::AddressFull);
            }
            *count += 1;
            self.inbound.insert(id, ip);
        }
        self.pending.insert(id);
        Ok(())
    }

    fn enter(&mut self, id: ConnectionId, peer: PeerId) -> Result<(), Refused> {
        self.pending.remove(&id);
        if self.is_banned(&peer) {
            return Err(Refused::Banned);
        }
        let connections = self.peers.get(&peer).map_or(0, HashSet::len);
        if connections >= CONNECTIONS_PER_PEER_MAX {
            return Err(Refused::Connected);
        }
        let others = self.peers.keys().filter(|other| !self.persistent.contains(other)).count();
        if connections == 0 && others >= self.max_peers && !self.persistent.contains(&peer) {
            return Err(Refused::Full);
        }
        Ok(())
    }

    fn leave(&mut self, id: ConnectionId) {
        self.pending.remove(&id);
        let Some(ip) = self.inbound.remove(&id) else { return };
        if let Some(count) = self.per_ip.get_mut(&ip) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.per_ip.remove(&ip);
            }
        }
    }
}

fn ip_of(address: &Multiaddr) -> Option<IpAddr> {
    address.iter().find_map(|part| match part {
        Protocol::Ip4(ip) => Some(IpAddr::V4(ip)),
        Protocol::Ip6(ip) => Some(IpAddr::V6(ip)),
        _ => None,
    })
}

impl NetworkBehaviour for Gate {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_pending_inbound_connection(
        &mut self,
        id: ConnectionId,
        _: &Multiaddr,
        from: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        self.knock(id, from).map_err(ConnectionDenied::new)
    }

    fn handle_established_inbound_connection(
        &mut self,
        id: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.enter(id, peer).map_err(ConnectionDenied::new)?;
        Ok(dummy::ConnectionHandler)
    }

    fn handle_established_outbound_connection(
        &mut self,
        id: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.enter(id, peer).map_err(ConnectionDenied::new)?;
        Ok(dummy::ConnectionHandler)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        match event {
            FromSwarm::ConnectionEstablished(established) => {
                self.peers.entry(established.peer_id).or_default().insert(established.connection_id);
            }
            FromSwarm::ConnectionClosed(ConnectionClosed { peer_id, connection_id, .. }) => {
                self.leave(connection_id);
                if let Some(connections) = self.peers.get_mut(&peer_id) {
                    connections.remove(&connection_id);
                    if connections.is_empty() {
                        self.peers.remove(&peer_id);
                    }
                }
            }
            FromSwarm::ListenFailure(ListenFailure { connection_id, .. }) => self.leave(connection_id),
            _ => {}
        }
    }

    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::time::Duration;

    fn id(n: usize) -> ConnectionId {
        ConnectionId::new_unchecked(n)
    }

    fn from(ip: &str) -> Multiaddr {
        format!("/ip4/{ip}/tcp/4000").parse().unwrap()
    }

    #[test]
    fn one_address_gets_its_share_and_others_theirs() {
        let mut gate = Gate::new(100, 3, 100);
        for n in 0..3 {
            gate.knock(id(n), &from("10.0.0.1")).unwrap();
        }
        assert_eq!(gate.knock(id(3), &from("10.0.0.1")), Err(Refused::AddressFull));
        gate.knock(id(4), &from("10.0.0.2")).unwrap();
        gate.leave(id(0));
        gate.knock(id(5), &from("10.0.0.1")).unwrap();
        (0..10).for_each(|n| gate.leave(id(n)));
        assert!(gate.per_ip.is_empty() && gate.inbound.is_empty() && gate.pending.is_empty());
    }

    #[test]
    fn unfinished_handshakes_are_bounded() {
        let mut gate = Gate::new(100, 100, 2);
        gate.knock(id(0), &from("10.0.0.1")).unwrap();
        gate.knock(id(1), &from("10.0.0.2")).unwrap();
        assert_eq!(gate.knock(id(2), &from("10.0.0.3")), Err(Refused::Handshakes));
        gate.enter(id(0), PeerId::random()).unwrap();
        gate.knock(id(3), &from("10.0.0.3")).unwrap();
    }

    #[test]
    fn persistent_peers_have_a_place_when_all_are_taken() {
        let mut gate = Gate::new(1, 10, 10);
        gate.peers.insert(PeerId::random(), HashSet::from([id(0)]));
        let (stranger, friend) = (PeerId::random(), PeerId::random());
        gate.reserve(friend);
        assert_eq!(gate.enter(id(1), stranger), Err(Refused::Full));
        gate.enter(id(2), friend).unwrap();
    }

    #[test]
    fn a_banned_peer_stays_out_until_the_ban_ends() {
        let mut gate = Gate::new(10, 10, 10);
        let peer = PeerId::random();
        gate.ban(peer, Instant::now() + Duration::from_secs(60));
        assert_eq!(gate.enter(id(0), peer), Err(Refused::Banned));
        gate.ban(peer, Instant::now());
        gate.enter(id(1), peer).unwrap();
    }
}
