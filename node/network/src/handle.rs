//! The owner's end of the network: start it, announce through it, look at it, stop it.

use crate::config::NetworkConfig;
use crate::error::NetworkError;
use crate::limits::COMMANDS_MAX;
use crate::score::Ban;
use crate::service::Service;
use crate::tx_pool::TxPool;
use libp2p::identity::Keypair;
use libp2p::{Multiaddr, PeerId};
use std::sync::Arc;
use std::time::Instant;
use tacit_types::{FullHash, GenesisId};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

/// What the network looks like; refreshed whenever connections or bans change, and once a second.
#[derive(Debug, Clone, Default)]
pub struct Status {
    /// Addresses that are listened on.
    pub listening: Vec<Multiaddr>,
    /// Connected peers.
    pub peers: Vec<PeerStatus>,
    /// Peers that are not talked to.
    pub bans: Vec<Ban>,
    /// Transactions being fetched or checked.
    pub wanted: usize,
}

/// One connected peer.
#[derive(Debug, Clone)]
pub struct PeerStatus {
    /// Who.
    pub peer: PeerId,
    /// Where.
    pub address: Multiaddr,
    /// True when we dialled.
    pub outbound: bool,
    /// True when it has said that it is on our chain.
    pub on_our_chain: bool,
    /// Points of its offences; at [`crate::BAN_SCORE`] it is banned.
    pub score: u32,
    /// Since when.
    pub since: Instant,
    /// Software that it says it runs.
    pub agent: String,
}

/// What the owner tells the service.
#[derive(Debug)]
pub(crate) enum Command {
    /// Announce these.
    Announce(Vec<FullHash>),
    /// End.
    Shutdown,
}

/// A running transaction network. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Network {
    local: PeerId,
    commands: mpsc::Sender<Command>,
    status: watch::Receiver<Arc<Status>>,
}

impl Network {
    /// Starts the network of the chain `genesis` with the node's key, on the current tokio runtime. The task ends
    /// after [`Network::shutdown`], when every handle is dropped, or with an error.
    ///
    /// # Errors
    /// [`NetworkError`] when the transport cannot be set up or an address cannot be listened on.
    pub fn start(
        keypair: Keypair,
        genesis: GenesisId,
        config: NetworkConfig,
        pool: Arc<dyn TxPool>,
    ) -> Result<(Self, JoinHandle<Result<(), NetworkError>>), NetworkError> {
        let local = keypair.public().to_peer_id();
        let (commands, inbox) = mpsc::channel(COMMANDS_MAX);
        let (outlook, status) = watch::channel(Arc::new(Status::default()));
        let service = Service::new(keypair, genesis, config, pool, inbox, outlook)?;
        let task = tokio::spawn(service.run());
        Ok((Self { local, commands, status }, task))
    }

    /// Our own id.
    #[must_use]
    pub const fn local_peer(&self) -> PeerId {
        self.local
    }

    /// Tells the peers that these transactions are in the pool. Never waits: when the service is behind, the
    /// hashes are left to the next re-announcement.
    pub fn announce(&self, hashes: Vec<FullHash>) {
        if !hashes.is_empty() && self.commands.try_send(Command::Announce(hashes)).is_err() {
            metrics::counter!("tacit_network_announcements_dropped_total").increment(1);
        }
    }

    /// What the network looks like.
    #[must_use]
    pub fn status(&self) -> Arc<Status> {
        self.status.borrow().clone()
    }

    /// The connected peers.
    #[must_use]
    pub fn peers(&self) -> Vec<PeerStatus> {
        self.status().peers.clone()
    }

    /// Follows [`Network::status`].
    #[must_use]
    pub fn watch_status(&self) -> watch::Receiver<Arc<Status>> {
        self.status.clone()
    }

    /// Asks the service to end; await the task that [`Network::start`] returned to see it ended.
    pub async fn shutdown(&self) {
        // An error means that the service has ended already.
        let _ = self.commands.send(Command::Shutdown).await;
    }
}
