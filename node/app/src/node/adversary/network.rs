//! Four whole nodes but for RPC and transaction gossip: database, pool, engine, chain and consensus, over loopback.

use super::mallory::{Ledger, Tapped, address_of};
use super::tricks::accounts::{self, FEEDER};
use crate::node::admit::Accounts;
use crate::node::chain::NodeChain;
use crate::node::core::Core;
use crate::node::start::rules;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tacit_consensus::{Config, Handle, Keys, PubSub};
use tacit_exec::tip::NextBlock;
use tacit_genesis::Genesis;
use tacit_genesis::spec::{ChainSpec, NetworkName, ParamsSpec, ProofsSpec, ValidatorSpec};
use tacit_mempool::{Intake, Mempool, PoolConfig};
use tacit_storage::{Database, GenesisBatch, Options};
use tacit_types::{ChainParams, Height, RawTx};
use tacit_vm::{Vm, VmConfig};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// Small limits, so that each can be broken with little.
fn small_limits() -> ParamsSpec {
    ParamsSpec {
        block_gas_limit: accounts::BLOCK_GAS,
        block_bytes_max: accounts::BLOCK_BYTES,
        block_txs_max: accounts::BLOCK_TXS,
        ..ParamsSpec::default()
    }
}

fn seed(node: usize) -> [u8; 32] {
    [node as u8 + 1; 32]
}

fn genesis(nodes: usize) -> Genesis {
    let public_key = |node| {
        let key = ed25519_consensus::SigningKey::from(seed(node)).verification_key();
        format!("0x{}", hex::encode(key.to_bytes()))
    };
    let spec = ChainSpec {
        format: 1,
        chain_id: "tacit-adversary".into(),
        network: NetworkName::Dev,
        production: false,
        time_ms: 1_000,
        params: small_limits(),
        proofs: ProofsSpec { development: true, ..ProofsSpec::default() },
        guardian: None,
        validators: (0..nodes).map(|node| ValidatorSpec { public_key: public_key(node), power: 10 }).collect(),
        accounts: accounts::balances(),
    };
    Genesis::build("test", &spec).unwrap()
}

/// One node.
pub struct Node {
    /// Its shared parts.
    pub core: Arc<Core>,
    /// Its consensus.
    pub consensus: Handle,
    intake: Intake,
}

/// Nodes that run.
pub struct Network {
    /// The nodes.
    pub nodes: Vec<Node>,
    /// What they refused.
    pub ledger: Arc<Ledger>,
    genesis: Genesis,
    fed: u64,
    stop: CancellationToken,
    _folder: TempDir,
}

/// How a network differs from an honest one.
#[derive(Clone, Copy)]
pub struct Setup {
    /// How many validators.
    pub nodes: usize,
    /// Which of them breaks its blocks.
    pub adversary: Option<usize>,
    /// When the last node's clock is behind.
    pub clock_behind_at: &'static [Height],
    /// What each node believes the chain's parameters to be.
    pub believes: fn(usize, &mut ChainParams),
    /// What happens to each node's database before it starts.
    pub prepare: fn(&Core),
}

impl Setup {
    /// `nodes` honest nodes of one mind.
    pub fn honest(nodes: usize) -> Self {
        Self { nodes, adversary: None, clock_behind_at: &[], believes: |_, _| (), prepare: |_| () }
    }
}

impl Network {
    /// Starts everything.
    pub async fn start(setup: Setup) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let genesis = genesis(setup.nodes);
        let vm = Vm::new(VmConfig::default()).unwrap();
        let ledger = Arc::new(Ledger::default());
        let stop = CancellationToken::new();
        let ports = free_ports(setup.nodes);
        let mut nodes = Vec::new();
        for node in 0..setup.nodes {
            let home = folder.path().join(format!("node{node}"));
            std::fs::create_dir_all(&home).unwrap();
            let core = Arc::new(core(&home, &genesis, vm.clone(), |params| (setup.believes)(node, params)));
            (setup.prepare)(&core);
            let chain = Arc::new(Tapped {
                inner: NodeChain::new(Arc::clone(&core), address_of(seed(node))),
                core: Arc::clone(&core),
                node,
                ledger: Arc::clone(&ledger),
                adversary_among: (setup.adversary == Some(node)).then_some(setup.nodes - 1),
                clock_behind_at: if node + 1 == setup.nodes { setup.clock_behind_at } else { &[] },
            });
            let keys = Keys { node: [node as u8 + 101; 32], validator: Some(seed(node)) };
            let work = core.pool.executable();
            let consensus = tacit_consensus::run(config(&home, node, &ports), keys, chain, work, stop.child_token());
            let consensus = consensus.await.unwrap();
            let view = Arc::new(Accounts(core.database.clone()));
            let (intake, _) = Intake::start(core.rules.clone(), core.pool.clone(), view, 1);
            nodes.push(Node { core, consensus, intake });
        }
        Self { nodes, ledger, genesis, fed: 0, stop, _folder: folder }
    }

    /// Height of the node that is furthest behind among the first `count`.
    pub fn height(&self, count: usize) -> Height {
        self.nodes.iter().take(count).map(|node| node.core.database.tip().unwrap().height).min().unwrap()
    }

    /// Gives `count` new transfers to every node.
    pub async fn feed(&mut self, count: u64) {
        let transfer = |sequence| accounts::transfer(&self.genesis.id, FEEDER, sequence);
        let raws: Vec<RawTx> = (self.fed..self.fed + count).map(transfer).collect();
        for node in &self.nodes {
            let verdicts = node.intake.submit(raws.clone(), tacit_mempool::Source::shared(&"test")).await;
            assert!(verdicts.iter().all(Result::is_ok), "{verdicts:?}");
        }
        self.fed += count;
    }

    /// How many transfers were given to the nodes.
    pub const fn fed(&self) -> u64 {
        self.fed
    }

    /// Keeps the nodes busy with one transfer per height until `done`.
    pub async fn run_until(&mut self, patience: Duration, done: impl Fn(&Self) -> bool) {
        let give_up = Instant::now() + patience;
        let mut fed_at = Height(0);
        while !done(self) {
            let height = self.height(self.nodes.len());
            let state = self.ledger.progress(self.nodes.len() - 1);
            assert!(Instant::now() < give_up, "height {height}; {state}; {:?}", self.ledger.surprises());
            if height > fed_at {
                self.feed(1).await;
                fed_at = height;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Stops every node, each of which must have run until now.
    pub async fn stop(&mut self) {
        self.stop.cancel();
        for node in &mut self.nodes {
            node.consensus.finished().await.unwrap();
        }
    }
}

/// Ports that were free a moment ago.
fn free_ports(count: usize) -> Vec<u16> {
    let listeners: Vec<_> = (0..count).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    listeners.iter().map(|listener| listener.local_addr().unwrap().port()).collect()
}

fn core(home: &std::path::Path, genesis: &Genesis, vm: Vm, believes: impl Fn(&mut ChainParams)) -> Core {
    let options = Options { trie_cache_bytes: 8 << 20, genesis_id: Some(genesis.id), ..Options::default() };
    let database = Database::open(&home.join("db"), options).unwrap();
    let write_set = genesis.writes.clone();
    let batch = GenesisBatch { id: genesis.id, bytes: Vec::new(), time_ms: genesis.time_ms, write_set };
    database.init_genesis(batch).unwrap();
    let next = NextBlock::read(&database.snapshot().unwrap(), Height(0)).unwrap();
    let pool = Mempool::new(PoolConfig::default(), Height(0), next.base_fee);
    let mut rules = rules(genesis, std::path::Path::new("params")).unwrap();
    believes(&mut rules.params);
    Core::new(rules, vm, database, pool, 1).unwrap()
}

fn config(home: &std::path::Path, node: usize, ports: &[u16]) -> Config {
    let address = |port: &u16| format!("/ip4/127.0.0.1/tcp/{port}");
    let peers = ports.iter().filter(|port| **port != ports[node]).map(address).collect();
    // The label of the engine's metrics, which all nodes of the process share, must differ between networks.
    let moniker = home.display().to_string();
    let mut config = Config::new(&moniker, &address(&ports[node]), peers, home.join("log"), home.join("guard"));
    let ms = Duration::from_millis;
    config.pub_sub = PubSub::Gossip;
    config.pacing.min_block_time = ms(20);
    config.pacing.idle_interval = ms(20);
    config.timeouts.propose = ms(400);
    config.timeouts.propose_idle = ms(400);
    config.timeouts.prevote = ms(50);
    config.timeouts.precommit = ms(50);
    config
}
