//! The task that owns the swarm: connections, timers, bans. What peers say to each other is in `exchange`.
//!
//! Everything that waits is elsewhere: checking runs in tasks of its own, answers come back as events. The pure parts
//! (`fetch`, `outbox`, `score`, `dial`) decide; this task carries out.

mod exchange;

use crate::behaviour::{Behaviour, BehaviourEvent, build_swarm};
use crate::bucket::TokenBucket;
use crate::config::NetworkConfig;
use crate::dial::Dialer;
use crate::error::NetworkError;
use crate::fetch::Fetcher;
use crate::handle::{Command, PeerStatus, Status};
use crate::limits::{IDENTIFY_TIMEOUT, REANNOUNCE_MAX, REFUSED_FOR, REFUSED_MAX};
use crate::outbox::Outbox;
use crate::recent::RecentSet;
use crate::score::{Offence, Scores};
use crate::tx_pool::TxPool;
use crate::wire;
use exchange::{Checked, Sent};
use futures::StreamExt;
use libp2p::identity::Keypair;
use libp2p::request_response::OutboundRequestId;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{ConnectionId, DialError, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Swarm, core::ConnectedPoint, identify, multiaddr::Protocol};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tacit_types::GenesisId;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, sleep_until};

const TICK: Duration = Duration::from_millis(500);

/// The service's state.
pub(crate) struct Service {
    swarm: Swarm<Behaviour>,
    protocol: String,
    config: NetworkConfig,
    pool: Arc<dyn TxPool>,
    inbox: mpsc::Receiver<Command>,
    outlook: watch::Sender<Arc<Status>>,
    peers: HashMap<PeerId, Peer>,
    scores: Scores,
    dialer: Dialer,
    fetcher: Fetcher,
    outbox: Outbox,
    refused: RecentSet,
    sent: HashMap<OutboundRequestId, Sent>,
    checks: JoinSet<Checked>,
    deal_at: Option<Instant>,
    reannounce_at: Instant,
}

/// A connected peer.
struct Peer {
    connections: HashMap<ConnectionId, ConnectedPoint>,
    since: Instant,
    on_our_chain: bool,
    agent: String,
    requests: TokenBucket,
    request_bytes: TokenBucket,
    served_bytes: TokenBucket,
}

impl Service {
    /// Binds the addresses and dials nobody yet.
    pub(crate) fn new(
        keypair: Keypair,
        genesis: GenesisId,
        config: NetworkConfig,
        pool: Arc<dyn TxPool>,
        inbox: mpsc::Receiver<Command>,
        outlook: watch::Sender<Arc<Status>>,
    ) -> Result<Self, NetworkError> {
        let now = Instant::now();
        let mut swarm = build_swarm(keypair, &genesis, &config)?;
        for address in &config.listen {
            listen(&mut swarm, address)
                .map_err(|reason| NetworkError::Listen { address: address.to_string(), reason })?;
        }
        let dialer = Dialer::new(config.persistent_peers.clone(), now);
        dialer.peers().for_each(|peer| swarm.behaviour_mut().gate.reserve(peer));
        Ok(Self {
            swarm,
            protocol: wire::protocol_name(&genesis),
            pool,
            inbox,
            outlook,
            peers: HashMap::new(),
            scores: Scores::new(config.ban_for),
            dialer,
            fetcher: Fetcher::default(),
            outbox: Outbox::default(),
            refused: RecentSet::new(REFUSED_MAX, REFUSED_FOR),
            sent: HashMap::new(),
            checks: JoinSet::new(),
            deal_at: None,
            reannounce_at: now + config.reannounce_every,
            config,
        })
    }

    /// Runs until told to end, until every handle is dropped, or until the pool fails.
    pub(crate) async fn run(mut self) -> Result<(), NetworkError> {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let deal_at = self.deal_at;
            tokio::select! {
                event = self.swarm.select_next_some() => self.on_event(event),
                command = self.inbox.recv() => match command {
                    Some(Command::Announce(hashes)) => self.announce_all(hashes),
                    Some(Command::Shutdown) | None => break,
                },
                Some(checked) = self.checks.join_next() => match checked {
                    Ok(checked) => self.on_checked(checked),
                    Err(error) => return Err(NetworkError::PoolFailed(error.to_string())),
                },
                () = sleep_until(deal_at.unwrap_or_else(Instant::now).into()), if deal_at.is_some() => self.deal(),
                _ = tick.tick() => self.on_tick(),
            }
        }
        self.disconnect_all();
        Ok(())
    }

    fn on_event(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::Behaviour(BehaviourEvent::Exchange(event)) => self.on_exchange(event),
            SwarmEvent::Behaviour(BehaviourEvent::Identify(identify::Event::Received { peer_id, info, .. })) => {
                self.on_identified(peer_id, &info);
            }
            SwarmEvent::ConnectionEstablished { peer_id, connection_id, endpoint, .. } => {
                self.on_connected(peer_id, connection_id, endpoint);
            }
            SwarmEvent::ConnectionClosed { peer_id, connection_id, .. } => self.on_closed(peer_id, connection_id),
            SwarmEvent::OutgoingConnectionError { connection_id, error, .. } => {
                let ourselves = matches!(error, DialError::LocalPeerId { .. });
                tracing::debug!(%error, "a dial failed");
                self.dialer.failed(connection_id, ourselves, Instant::now());
            }
            SwarmEvent::IncomingConnectionError { error, send_back_addr, .. } => {
                metrics::counter!("tacit_network_refused_connections_total").increment(1);
                tracing::debug!(%error, from = %send_back_addr, "an inbound connection was refused");
            }
            SwarmEvent::NewListenAddr { address, .. } => {
                tracing::info!(%address, "listening for transactions");
                self.refresh_status();
            }
            SwarmEvent::ListenerClosed { reason: Err(error), .. } | SwarmEvent::ListenerError { error, .. } => {
                tracing::warn!(%error, "a listener of the transaction network failed");
            }
            _ => {}
        }
    }

    fn on_connected(&mut self, peer: PeerId, connection: ConnectionId, endpoint: ConnectedPoint) {
        let now = Instant::now();
        if self.dialer.succeeded(connection, peer, now) {
            self.swarm.behaviour_mut().gate.reserve(peer);
        }
        let entry = self.peers.entry(peer).or_insert_with(|| Peer::new(&self.config, now));
        entry.connections.insert(connection, endpoint);
        let surplus = entry.surplus(self.swarm.local_peer_id(), &peer);
        for connection in surplus {
            self.swarm.close_connection(connection);
        }
        tracing::debug!(%peer, "connected");
        self.refresh_status();
    }

    fn on_closed(&mut self, peer: PeerId, connection: ConnectionId) {
        let Some(entry) = self.peers.get_mut(&peer) else { return };
        entry.connections.remove(&connection);
        if entry.connections.is_empty() {
            self.peers.remove(&peer);
            self.outbox.disconnected(&peer);
            self.fetcher.disconnected(&peer);
            tracing::debug!(%peer, "disconnected");
        }
        self.refresh_status();
    }

    fn on_identified(&mut self, peer: PeerId, info: &identify::Info) {
        if info.protocol_version != self.protocol {
            self.punish(peer, Offence::WrongChain);
            return;
        }
        let Some(entry) = self.peers.get_mut(&peer) else { return };
        entry.agent = info.agent_version.chars().filter(char::is_ascii_graphic).take(64).collect();
        if !std::mem::replace(&mut entry.on_our_chain, true) {
            let waiting = self.pool.pending(Duration::ZERO, REANNOUNCE_MAX);
            self.outbox.connected(peer, waiting);
            self.send_announcements(peer);
            self.refresh_status();
        }
    }

    /// Writes down an offence; a peer that has filled its score is banned and cut off.
    fn punish(&mut self, peer: PeerId, offence: Offence) {
        let now = Instant::now();
        metrics::counter!("tacit_network_offences_total", "reason" => offence.name()).increment(1);
        tracing::debug!(%peer, %offence, "a peer misbehaved");
        if !self.scores.record(peer, offence, now) {
            return;
        }
        metrics::counter!("tacit_network_bans_total", "reason" => offence.name()).increment(1);
        tracing::warn!(%peer, %offence, seconds = self.config.ban_for.as_secs(), "banned a peer");
        self.swarm.behaviour_mut().gate.ban(peer, now + self.config.ban_for);
        self.disconnect(peer);
        self.refresh_status();
    }

    fn disconnect(&mut self, peer: PeerId) {
        // An error means that it is not connected, which is what is wanted.
        let _ = self.swarm.disconnect_peer_id(peer);
    }

    fn on_tick(&mut self) {
        let now = Instant::now();
        self.dial_due(now);
        self.scores.tidy(now);
        let silent = |peer: &Peer| !peer.on_our_chain && now.saturating_duration_since(peer.since) > IDENTIFY_TIMEOUT;
        let silent: Vec<PeerId> = self.peers.iter().filter(|(_, peer)| silent(peer)).map(|(id, _)| *id).collect();
        for peer in silent {
            self.punish(peer, Offence::Unidentified);
            self.disconnect(peer);
        }
        if now >= self.reannounce_at {
            self.reannounce_at = now + self.config.reannounce_every;
            let waiting = self.pool.pending(self.config.reannounce_every, REANNOUNCE_MAX);
            self.announce_all(waiting);
        }
        self.refresh_status();
    }

    fn dial_due(&mut self, now: Instant) {
        let gate = &self.swarm.behaviour().gate;
        let due = self.dialer.due(now, |peer| self.peers.contains_key(peer) || gate.is_banned(peer));
        for dial in due {
            let options = match dial.peer {
                Some(peer) => DialOpts::peer_id(peer)
                    .addresses(vec![dial.address])
                    .condition(PeerCondition::DisconnectedAndNotDialing)
                    .build(),
                None => DialOpts::unknown_peer_id().address(dial.address).build(),
            };
            let attempt = options.connection_id();
            match self.swarm.dial(options) {
                Ok(()) => self.dialer.started(dial.index, attempt),
                Err(_) => self.dialer.refused(dial.index, now),
            }
        }
    }

    fn refresh_status(&mut self) {
        let now = Instant::now();
        let peers: Vec<PeerStatus> =
            self.peers.iter().filter_map(|(id, peer)| peer.status(*id, &self.scores, now)).collect();
        metrics::gauge!("tacit_network_peers").set(peers.len() as f64);
        metrics::gauge!("tacit_network_wanted").set(self.fetcher.len() as f64);
        let listening: Vec<Multiaddr> = self.swarm.listeners().cloned().collect();
        let status = Status { listening, peers, bans: self.scores.bans(now), wanted: self.fetcher.len() };
        self.outlook.send_replace(Arc::new(status));
    }

    fn disconnect_all(&mut self) {
        let peers: Vec<PeerId> = self.peers.keys().copied().collect();
        peers.into_iter().for_each(|peer| self.disconnect(peer));
        tracing::debug!("the transaction network has ended");
    }
}

/// Listens on `address`. libp2p shares ports between processes (`SO_REUSEPORT`), so that a second node on the same
/// port would get half of our connections without anybody saying so; a plain bind first finds out.
fn listen(swarm: &mut Swarm<Behaviour>, address: &Multiaddr) -> Result<(), String> {
    if let Some(socket) = socket_of(address) {
        std::net::TcpListener::bind(socket).map_err(|error| error.to_string())?;
    }
    swarm.listen_on(address.clone()).map(drop).map_err(|error| error.to_string())
}

fn socket_of(address: &Multiaddr) -> Option<SocketAddr> {
    let mut parts = address.iter();
    let ip = match parts.next()? {
        Protocol::Ip4(ip) => IpAddr::V4(ip),
        Protocol::Ip6(ip) => IpAddr::V6(ip),
        _ => return None,
    };
    match parts.next()? {
        Protocol::Tcp(port) => Some(SocketAddr::new(ip, port)),
        _ => None,
    }
}

impl Peer {
    fn new(config: &NetworkConfig, now: Instant) -> Self {
        let bytes = |rate: u32| TokenBucket::new(rate, rate.saturating_mul(2), now);
        Self {
            connections: HashMap::new(),
            since: now,
            on_our_chain: false,
            agent: String::new(),
            requests: TokenBucket::new(config.requests_per_second, config.requests_burst, now),
            request_bytes: bytes(config.request_bytes_per_second),
            served_bytes: bytes(config.served_bytes_per_second),
        }
    }

    /// The connections to close when there is more than one. Both sides may have dialled at once; so that they do
    /// not close both, the side with the smaller id decides, for the one that it dialled itself, the newest of those.
    fn surplus(&self, local: &PeerId, peer: &PeerId) -> Vec<ConnectionId> {
        if self.connections.len() < 2 || local > peer {
            return Vec::new();
        }
        let best = self.connections.iter().max_by_key(|(id, endpoint)| (endpoint.is_dialer(), **id)).map(|(id, _)| *id);
        self.connections.keys().filter(|id| Some(**id) != best).copied().collect()
    }

    fn status(&self, peer: PeerId, scores: &Scores, now: Instant) -> Option<PeerStatus> {
        let endpoint = self.connections.values().next()?;
        Some(PeerStatus {
            peer,
            address: endpoint.get_remote_address().clone(),
            outbound: endpoint.is_dialer(),
            on_our_chain: self.on_our_chain,
            score: scores.score(&peer, now),
            since: self.since,
            agent: self.agent.clone(),
        })
    }
}
