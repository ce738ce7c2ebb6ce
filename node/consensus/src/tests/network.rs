//! Whole nodes over loopback, each in a tokio runtime of its own so that it can be killed like a process.

use super::chain::{TestChain, public_key, seed, validators};
use crate::guard::{GuardCounts, GuardError};
use crate::{Config, ConsensusError, Keys, PubSub, Status, run};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tacit_types::{Address, Height, ValidatorSet};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// One node; running or not.
pub(crate) struct Node {
    pub(crate) chain: Arc<TestChain>,
    pub(crate) config: Config,
    keys: Keys,
    work: watch::Sender<bool>,
    running: Option<Running>,
}

struct Running {
    runtime: Runtime,
    handle: crate::Handle,
    shutdown: CancellationToken,
}

/// Some nodes that know each other's addresses.
pub(crate) struct Network {
    pub(crate) nodes: Vec<Node>,
    _folder: TempDir,
}

/// Ports that were free a moment ago.
fn free_ports(count: usize) -> Vec<u16> {
    let listeners: Vec<_> = (0..count).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    listeners.iter().map(|listener| listener.local_addr().unwrap().port()).collect()
}

impl Network {
    /// `count` validators and `followers` full nodes, none started.
    pub(crate) fn new(count: u8, followers: u8, pub_sub: PubSub) -> Self {
        Self::with_keys(count, followers, pub_sub, |index| (index < count).then_some(index))
    }

    /// Four validators and a fifth node that runs with the key of the fourth.
    pub(crate) fn with_twin() -> Self {
        Self::with_keys(4, 1, PubSub::Broadcast, |index| Some(index.min(3)))
    }

    fn with_keys(count: u8, followers: u8, pub_sub: PubSub, key_of: impl Fn(u8) -> Option<u8>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let set = validators(count);
        let ports = free_ports(usize::from(count + followers));
        let address = |port: &u16| format!("/ip4/127.0.0.1/tcp/{port}");
        let node = |index: u8| {
            let own = ports[usize::from(index)];
            let peers = ports.iter().filter(|port| **port != own).map(address).collect();
            let home = folder.path().join(format!("node{index}"));
            let moniker = format!("{}-{index}", folder.path().display());
            let mut config = Config::new(&moniker, &address(&own), peers, home.join("wal"), home.join("guard"));
            config.pub_sub = pub_sub;
            config.pacing.min_block_time = Duration::from_millis(20);
            let key = key_of(index);
            let keys = Keys { node: [index + 100; 32], validator: key.map(seed) };
            Node::new(key.unwrap_or(index), Arc::clone(&set), config, keys)
        };
        Self { nodes: (0..count + followers).map(node).collect(), _folder: folder }
    }

    pub(crate) fn start_all(&mut self) {
        self.nodes.iter_mut().for_each(Node::start);
    }

    /// Waits until every running node has `height`.
    pub(crate) fn reach(&self, height: u64) {
        let give_up = Instant::now() + Duration::from_secs(90);
        while self.nodes.iter().any(|node| node.running.is_some() && node.chain.height() < Height(height)) {
            let heights: Vec<_> = self.nodes.iter().map(|node| node.chain.height().0).collect();
            assert!(Instant::now() < give_up, "heights {heights:?}, wanted {height}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Every node that has a height has the same block there, and each block names its parent.
    pub(crate) fn assert_one_chain(&self, to: u64) {
        let mut parent = Default::default();
        for height in (1..=to).map(Height) {
            let blocks: Vec<_> = self.nodes.iter().filter(|node| node.chain.height() >= height).collect();
            let (first, _) = blocks[0].chain.block(height);
            assert!(blocks.iter().all(|node| node.chain.block(height).0 == first), "fork at {height}");
            assert_eq!(first.header.parent, parent);
            parent = first.header.id();
        }
    }
}

impl Node {
    fn new(proposer: u8, set: Arc<ValidatorSet>, config: Config, keys: Keys) -> Self {
        let chain = TestChain::new(Address::of_key(&public_key(proposer)), set);
        Self { chain, config, keys, work: watch::Sender::new(true), running: None }
    }

    /// Says whether the pool holds transactions.
    pub(crate) fn set_work(&self, work: bool) {
        self.work.send_replace(work);
    }

    /// Starts the node. Unlike a process, a killed runtime may hold its files locked for a moment longer.
    pub(crate) fn start(&mut self) {
        let give_up = Instant::now() + Duration::from_secs(20);
        while let Err(error) = self.try_start() {
            let locked = matches!(&error, ConsensusError::Start(reason) if reason.contains("already locked"))
                || matches!(&error, ConsensusError::Guard(GuardError::InUse(_)));
            assert!(locked && Instant::now() < give_up, "{error}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn try_start(&mut self) -> Result<(), ConsensusError> {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let shutdown = CancellationToken::new();
        let chain = Arc::clone(&self.chain);
        let start = run(self.config.clone(), self.keys.clone(), chain, self.work.subscribe(), shutdown.clone());
        match runtime.block_on(start) {
            Ok(handle) => self.running = Some(Running { runtime, handle, shutdown }),
            Err(error) => {
                runtime.shutdown_background();
                return Err(error);
            }
        }
        Ok(())
    }

    pub(crate) fn status(&self) -> Status {
        *self.running.as_ref().unwrap().handle.status().borrow()
    }

    pub(crate) fn guard_counts(&self) -> Arc<GuardCounts> {
        self.running.as_ref().unwrap().handle.guard_counts().unwrap()
    }

    /// Asks the node to stop, and waits for it.
    pub(crate) fn stop(&mut self) -> Result<(), ConsensusError> {
        let running = self.running.take().unwrap();
        running.shutdown.cancel();
        Self::end(running)
    }

    /// Waits for the node to stop by itself.
    pub(crate) fn stopped(&mut self) -> Result<(), ConsensusError> {
        Self::end(self.running.take().unwrap())
    }

    fn end(mut running: Running) -> Result<(), ConsensusError> {
        let finish = async { tokio::time::timeout(Duration::from_secs(30), running.handle.finished()).await };
        let result = running.runtime.block_on(finish).unwrap();
        running.runtime.shutdown_timeout(Duration::from_secs(5));
        result
    }

    /// Drops every task where it stands, as `kill -9` does.
    pub(crate) fn kill(&mut self) {
        let running = self.running.take().unwrap();
        running.runtime.shutdown_timeout(Duration::from_secs(5));
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.runtime.shutdown_background();
        }
    }
}
