//! How much the server gives to whom. Every number here protects the node from its callers; the defaults are those of
//! `docs/spec/rpc.md`.

use std::net::SocketAddr;
use std::time::Duration;
use tacit_types::Gas;

/// Configuration of the RPC server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RpcConfig {
    /// Where to listen; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Longest request body or WebSocket message in bytes.
    pub request_bytes_max: u32,
    /// Longest response in bytes.
    pub response_bytes_max: u32,
    /// Most requests in a batch.
    pub batch_max: u32,
    /// Most TCP connections.
    pub connections_max: usize,
    /// Most TCP connections from one client address.
    pub connections_per_ip_max: usize,
    /// Most subscriptions on one connection.
    pub subscriptions_max: u32,
    /// Most subscriptions of the whole node.
    pub all_subscriptions_max: usize,
    /// Most subscriptions of one client address, over all of its connections.
    pub subscriptions_per_ip_max: usize,
    /// Pages of events read at once for all subscriptions.
    pub event_pages_max: usize,
    /// How long a subscriber may take nothing before it is dropped.
    pub slow_subscriber: Duration,
    /// How long a client may take nothing of its answers before its connection is closed.
    pub slow_client: Duration,
    /// Most gas of a simulation or view.
    pub simulation_gas_max: Gas,
    /// Simulations and views at once.
    pub simulations: GateConfig,
    /// Other expensive reads at once.
    pub reads: GateConfig,
    /// Looks at transactions at once: each may read and decode 64 receipts with all their events. Wallets ask again and again, so
    /// these have a gate of their own, with much room to wait.
    pub receipts: GateConfig,
    /// Proofs of the state at once. A proof may wait for the block whose header holds its root, so these have a gate of
    /// their own: other reads need not wait with them.
    pub proofs: GateConfig,
    /// Submissions at once.
    pub submissions_max: usize,
    /// Web origins that may call; `*` allows all. Requests without an `Origin` header are always allowed.
    pub allowed_origins: Vec<String>,
}

/// How many may run and how many may wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GateConfig {
    /// Running at once.
    pub running: usize,
    /// Waiting at once; more are refused.
    pub waiting: usize,
}

impl RpcConfig {
    /// The defaults, listening on `listen`.
    #[must_use]
    pub const fn new(listen: SocketAddr) -> Self {
        Self {
            listen,
            request_bytes_max: 4 * 1024 * 1024,
            response_bytes_max: 16 * 1024 * 1024,
            batch_max: 128,
            connections_max: 1_024,
            connections_per_ip_max: 128,
            subscriptions_max: 16,
            all_subscriptions_max: 4_096,
            subscriptions_per_ip_max: 256,
            event_pages_max: 2,
            slow_subscriber: Duration::from_secs(10),
            slow_client: Duration::from_secs(20),
            simulation_gas_max: Gas(100_000_000),
            simulations: GateConfig { running: 2, waiting: 32 },
            reads: GateConfig { running: 4, waiting: 64 },
            receipts: GateConfig { running: 4, waiting: 1_024 },
            proofs: GateConfig { running: 16, waiting: 64 },
            submissions_max: 8_192,
            allowed_origins: Vec::new(),
        }
    }
}
