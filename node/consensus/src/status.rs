//! What the rest of the node may know about consensus while it runs: for RPC, health checks and metrics.

use crate::malachite::NetworkRequest;
use std::time::Duration;
use tacit_types::{Height, Round};
use tokio::sync::{mpsc, watch};

/// A snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Status {
    /// Height that is being decided; the tip's plus one.
    pub height: Height,
    /// Its round.
    pub round: Round,
    /// Connected peers.
    pub peers: usize,
    /// Whether this node is in the validator set of `height`.
    pub validator: bool,
    /// Whether the last block came by value sync instead of being decided live.
    pub syncing: bool,
}

/// How often the number of peers is asked for.
const PEERS_INTERVAL: Duration = Duration::from_secs(1);

/// Keeps `peers` fresh until the engine is gone.
pub(crate) async fn watch_peers(requests: mpsc::Sender<NetworkRequest>, status: watch::Sender<Status>) {
    loop {
        // Any failure but a closed channel is a moment of overload; the next tick asks again.
        if let Ok(Some(dump)) = NetworkRequest::dump_state(&requests).await {
            let peers = dump.peers.len();
            status.send_if_modified(|status| std::mem::replace(&mut status.peers, peers) != peers);
            metrics::gauge!("tacit_consensus_peers").set(peers as f64);
        }
        if requests.is_closed() {
            return;
        }
        tokio::time::sleep(PEERS_INTERVAL).await;
    }
}
