//! What the owner of the network decides: addresses, sizes, rates.

use libp2p::Multiaddr;
use std::time::Duration;

/// Settings of the transaction network. Every number has a sane default.
#[derive(Debug, Clone)]
pub struct NetworkConfig {
    /// Where to listen, such as `/ip4/127.0.0.1/tcp/26601`.
    pub listen: Vec<Multiaddr>,
    /// Peers that are dialled until they answer, whenever they are not connected. They have a place even when all
    /// others are taken. A trailing `/p2p/ID` says who should answer.
    pub persistent_peers: Vec<Multiaddr>,
    /// Most connected peers, persistent ones not counted.
    pub max_peers: usize,
    /// Most inbound connections from one IP address, unfinished handshakes included.
    pub max_connections_per_ip: usize,
    /// Most inbound handshakes at once.
    pub max_pending_inbound: usize,
    /// Requests per second and peer.
    pub requests_per_second: u32,
    /// Requests that a peer may send at once after a pause.
    pub requests_burst: u32,
    /// Request bytes per second and peer.
    pub request_bytes_per_second: u32,
    /// Body bytes per second that are sent to one peer.
    pub served_bytes_per_second: u32,
    /// New hashes are collected for this long before they are announced.
    pub announce_after: Duration,
    /// Transactions that have waited for this long are announced again, every so often.
    pub reannounce_every: Duration,
    /// How long a ban lasts.
    pub ban_for: Duration,
}

impl Default for NetworkConfig {
    fn default() -> Self {
        Self {
            listen: Vec::new(),
            persistent_peers: Vec::new(),
            max_peers: 64,
            max_connections_per_ip: 16,
            max_pending_inbound: 64,
            requests_per_second: 500,
            requests_burst: 1_000,
            request_bytes_per_second: 4 * 1024 * 1024,
            served_bytes_per_second: 32 * 1024 * 1024,
            announce_after: Duration::from_millis(25),
            reannounce_every: Duration::from_secs(30),
            ban_for: Duration::from_secs(600),
        }
    }
}
