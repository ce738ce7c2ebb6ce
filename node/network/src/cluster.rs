//! Whole networks in one process: honest nodes over loopback, and peers that misbehave.

#![allow(clippy::unwrap_used)]

mod honest;
mod rogue;

use crate::{Keypair, Multiaddr, Network, NetworkConfig, NetworkError, PeerId, Status, SubmitVerdict, TxPool};
use async_trait::async_trait;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tacit_types::{FullHash, GenesisId, RawTx};
use tokio::task::JoinHandle;

const CHAIN: GenesisId = GenesisId([1; 32]);
const NEVER_VALID: u8 = 0xbb;
const NOT_NOW: u8 = 0xcc;

/// A pool that judges a transaction by its first byte.
#[derive(Default)]
struct FakePool {
    waiting: Mutex<HashMap<FullHash, RawTx>>,
    submitted: Mutex<Vec<FullHash>>,
}

impl FakePool {
    fn add(&self, tx: &RawTx) -> FullHash {
        self.waiting.lock().unwrap().insert(tx.full_hash(), tx.clone());
        tx.full_hash()
    }

    fn has(&self, hash: &FullHash) -> bool {
        self.waiting.lock().unwrap().contains_key(hash)
    }

    fn submitted(&self) -> usize {
        self.submitted.lock().unwrap().len()
    }
}

#[async_trait]
impl TxPool for FakePool {
    fn known(&self, hash: &FullHash) -> bool {
        self.has(hash)
    }

    fn body(&self, hash: &FullHash) -> Option<RawTx> {
        self.waiting.lock().unwrap().get(hash).cloned()
    }

    fn pending(&self, _: Duration, max: usize) -> Vec<FullHash> {
        self.waiting.lock().unwrap().keys().take(max).copied().collect()
    }

    async fn submit(&self, txs: Vec<RawTx>, _: PeerId) -> Vec<SubmitVerdict> {
        let mut waiting = self.waiting.lock().unwrap();
        let mut submitted = self.submitted.lock().unwrap();
        txs.into_iter()
            .map(|tx| {
                submitted.push(tx.full_hash());
                match tx.as_bytes().first().copied() {
                    Some(NEVER_VALID) => SubmitVerdict::Rejected { punish: true },
                    Some(NOT_NOW) => SubmitVerdict::Rejected { punish: false },
                    _ if waiting.insert(tx.full_hash(), tx).is_some() => SubmitVerdict::Known,
                    _ => SubmitVerdict::Accepted,
                }
            })
            .collect()
    }
}

/// A running node.
struct Node {
    network: Network,
    pool: Arc<FakePool>,
    task: JoinHandle<Result<(), NetworkError>>,
    key: Keypair,
    address: Multiaddr,
}

impl Node {
    async fn start(dial: &[&Self]) -> Self {
        let config = NetworkConfig { persistent_peers: dial.iter().map(|node| node.dialable()).collect(), ..config() };
        Self::start_with(Keypair::generate_ed25519(), CHAIN, config).await
    }

    async fn start_with(key: Keypair, chain: GenesisId, config: NetworkConfig) -> Self {
        let pool = Arc::new(FakePool::default());
        let (network, task) = Network::start(key.clone(), chain, config, pool.clone()).unwrap();
        wait_for(&network, "a listening address", |status| !status.listening.is_empty()).await;
        let address = network.status().listening[0].clone();
        Self { network, pool, task, key, address }
    }

    fn id(&self) -> PeerId {
        self.network.local_peer()
    }

    fn dialable(&self) -> Multiaddr {
        format!("{}/p2p/{}", self.address, self.id()).parse().unwrap()
    }

    fn submit(&self, tx: &RawTx) -> FullHash {
        let hash = self.pool.add(tx);
        self.network.announce(vec![hash]);
        hash
    }

    async fn connected_to(&self, others: &[&Self]) {
        let ids: HashSet<PeerId> = others.iter().map(|node| node.id()).collect();
        wait_for(&self.network, "connections", |status| {
            let ready = status.peers.iter().filter(|peer| peer.on_our_chain).map(|peer| peer.peer);
            ids.is_subset(&ready.collect())
        })
        .await;
    }

    async fn receives(&self, hash: &FullHash) {
        eventually("the transaction", || self.pool.has(hash)).await;
    }

    async fn stop(self) {
        self.network.shutdown().await;
        tokio::time::timeout(Duration::from_secs(5), self.task).await.unwrap().unwrap().unwrap();
    }
}

fn config() -> NetworkConfig {
    NetworkConfig { listen: vec!["/ip4/127.0.0.1/tcp/0".parse().unwrap()], ..NetworkConfig::default() }
}

fn tx(first: u8, name: &str) -> RawTx {
    RawTx::new([&[first], name.as_bytes()].concat()).unwrap()
}

async fn wait_for(network: &Network, what: &str, ready: impl Fn(&Status) -> bool) {
    eventually(what, || ready(&network.status())).await;
}

async fn eventually(what: &str, ready: impl Fn() -> bool) {
    for _ in 0..2_000 {
        if ready() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{what} did not come within 20 s");
}
