//! Wiring a node. Reads as a list: what exists first stands first, and what stops first stands last.

use super::admit::{Accounts, Admission};
use super::backend::{Liveness, NodeBackend};
use super::chain::NodeChain;
use super::core::{Core, CoreFault};
use super::{artifacts, files, keys, params, shielded};
use crate::config::Config;
use crate::home::Home;
use crate::telemetry;
use eyre::{Context, eyre};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tacit_consensus::{ConsensusError, Handle, Keys, PubSub};
use tacit_exec::Rules;
use tacit_exec::tip::NextBlock;
use tacit_genesis::Genesis;
use tacit_mempool::{Intake, Mempool, PoolConfig};
use tacit_network::{Keypair, Multiaddr, Network, NetworkConfig};
use tacit_rpc::backend::ChainIdentity;
use tacit_rpc::{RpcConfig, RpcServer, serve_metrics};
use tacit_storage::{Database, GenesisBatch, Options};
use tacit_types::{Address, Gas, PublicKey, RawTx};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Memory for the contract engine's threads: it needs deep native stacks.
pub const THREAD_STACK_BYTES: usize = tacit_vm::THREAD_STACK_BYTES;

/// Most bytes of saved transactions that are read back after a clean stop.
const SAVED_POOL_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Runs the node in `home` until `shutdown` or until it cannot go on.
pub async fn run(home: &Home, config: Config, shutdown: CancellationToken) -> eyre::Result<()> {
    files::raise_limit(config.rpc.max_connections)?;
    let (genesis, document) = read_genesis(home)?;
    let seeds = NodeSeeds::read(home)?;
    let core = Arc::new(open_core(home, &config, &genesis, &document)?);
    let (intake, intake_task) =
        Intake::start(core.rules.clone(), core.pool.clone(), Arc::new(Accounts(core.database.clone())), core.threads);
    let admission = Admission::new(Arc::clone(&core), intake);
    restore_pool(&core, &admission).await?;
    let stop_compiling = shutdown.child_token();
    let compiling = tokio::task::spawn_blocking({
        let (core, stop) = (Arc::clone(&core), stop_compiling.clone());
        move || artifacts::compile_missing(&core, &stop)
    });
    let (network, network_task) = start_network(&config, &genesis, &seeds, &admission)?;
    admission.announce_through(network.clone());
    let mut consensus = start_consensus(home, &config, &core, &seeds, shutdown.child_token()).await?;
    let liveness = follow_liveness(&consensus, &network);
    let backend = backend(&core, &admission, &genesis, document, &seeds, &network, liveness);
    let rpc = RpcServer::start(rpc_config(&config)?, Arc::new(backend)).await.wrap_err("JSON-RPC cannot start")?;
    start_metrics_page(&config, shutdown.clone()).await?;
    tracing::info!(
        chain_id = genesis.params.chain_id.as_str(),
        genesis_id = %genesis.id,
        rpc = %rpc.address(),
        peer_id = %network.local_peer(),
        "node runs"
    );

    let ended = tokio::select! {
        () = shutdown.cancelled() => consensus.finished().await,
        ended = consensus.finished() => ended,
    };

    tracing::info!("node stops");
    rpc.stop().await;
    network.shutdown().await;
    // The tasks end by themselves now; a slow one must not keep the node from saving its pool.
    let _ = tokio::time::timeout(Duration::from_secs(2), network_task).await;
    intake_task.abort();
    stop_compiling.cancel();
    let _ = tokio::time::timeout(Duration::from_secs(2), compiling).await;
    save(&core)?;
    ended.map_err(explain)
}

/// The chain spec of this home, checked, and its text.
pub fn read_genesis(home: &Home) -> eyre::Result<(Genesis, String)> {
    let path = home.genesis();
    let file = path.display().to_string();
    let text = std::fs::read_to_string(&path)
        .wrap_err_with(|| format!("{file} cannot be read; `tacit testnet` or `tacit init` writes one"))?;
    Ok((Genesis::from_toml(&file, &text)?, text))
}

/// How the database of this home is opened.
pub fn storage_options(config: &Config, genesis: &Genesis) -> Options {
    let bytes = config.storage.cache_mib.saturating_mul(1024 * 1024);
    Options {
        block_cache_bytes: bytes / 2,
        write_buffer_bytes: bytes / 2,
        archive: config.storage.archive,
        genesis_id: Some(genesis.id),
        ..Options::default()
    }
}

/// The chain's rules with the verifying keys that it pins; `params` is the folder of a ceremony's files.
pub fn rules(genesis: &Genesis, params: &Path) -> eyre::Result<Rules> {
    Ok(Rules::new(genesis.id, genesis.params.clone(), Arc::new(params::verifying_keys(genesis, params)?))?)
}

struct NodeSeeds {
    node: keys::Seed,
    validator: Option<keys::Seed>,
}

impl NodeSeeds {
    fn read(home: &Home) -> eyre::Result<Self> {
        let validator = if home.validator_key().exists() { Some(keys::read(&home.validator_key())?) } else { None };
        Ok(Self { node: keys::read(&home.node_key())?, validator })
    }

    fn validator_address(&self) -> Option<Address> {
        self.validator.as_ref().map(|seed| {
            let key = ed25519_consensus::SigningKey::from(**seed);
            Address::of_key(&PublicKey(key.verification_key().to_bytes()))
        })
    }

    fn keypair(&self) -> eyre::Result<Keypair> {
        Keypair::ed25519_from_bytes(*self.node).map_err(|_| eyre!("the node key is no Ed25519 seed"))
    }
}

fn open_core(home: &Home, config: &Config, genesis: &Genesis, document: &str) -> eyre::Result<Core> {
    std::fs::create_dir_all(home.data())?;
    let database = Database::open(&home.database(), storage_options(config, genesis))?;
    if database.genesis()?.is_none() {
        database.init_genesis(GenesisBatch {
            id: genesis.id,
            bytes: document.as_bytes().to_vec(),
            time_ms: genesis.time_ms,
            write_set: genesis.writes.clone(),
        })?;
    }
    let tip = database.tip()?;
    let snapshot = database.snapshot()?;
    let next = NextBlock::read(&snapshot, tip.height).map_err(CoreFault::from)?;
    let pool = Mempool::new(pool_config(config), tip.height, next.base_fee);
    pool.set_notes_paused(shielded::is_paused(&snapshot)?);
    shielded::measure(&snapshot, None)?;
    let vm = artifacts::start_vm(home).map_err(|fault| eyre!("the contract engine does not start: {fault}"))?;
    let threads = match config.node.threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        threads => threads,
    };
    Ok(Core::new(rules(genesis, &home.params())?, vm, database, pool, threads)?)
}

fn pool_config(config: &Config) -> PoolConfig {
    let max_bytes = config.mempool.max_mib.saturating_mul(1024 * 1024);
    PoolConfig {
        max_txs_per_account: config.mempool.max_per_account as u64,
        ..PoolConfig::sized(max_bytes, config.mempool.max_transactions)
    }
}

/// What the last clean stop saved waits again, after it has been checked again.
async fn restore_pool(core: &Arc<Core>, admission: &Admission) -> eyre::Result<()> {
    let saved = core.database.take_pool(SAVED_POOL_BYTES_MAX)?;
    let mut raws: Vec<RawTx> = Vec::new();
    for bytes in &saved {
        match tacit_mempool::saved::decode(bytes) {
            Ok(txs) => raws.extend(txs),
            Err(error) => tracing::warn!(%error, "the saved transactions are lost"),
        }
    }
    if !raws.is_empty() {
        let count = raws.len();
        let restored = admission.restore(raws).await;
        tracing::info!(saved = count, restored, "waiting transactions restored");
    }
    Ok(())
}

fn start_network(
    config: &Config,
    genesis: &Genesis,
    seeds: &NodeSeeds,
    admission: &Admission,
) -> eyre::Result<(Network, tokio::task::JoinHandle<Result<(), tacit_network::NetworkError>>)> {
    let address = |text: &String| -> eyre::Result<Multiaddr> {
        text.parse().map_err(|error| eyre!("`network`: {text} is not a multiaddress: {error}"))
    };
    let settings = NetworkConfig {
        listen: vec![address(&config.network.listen)?],
        persistent_peers: config.network.peers.iter().map(address).collect::<eyre::Result<_>>()?,
        max_peers: config.network.max_peers,
        ..NetworkConfig::default()
    };
    Network::start(seeds.keypair()?, genesis.id, settings, Arc::new(admission.clone()))
        .wrap_err("the transaction network cannot start")
}

async fn start_consensus(
    home: &Home,
    config: &Config,
    core: &Arc<Core>,
    seeds: &NodeSeeds,
    shutdown: CancellationToken,
) -> eyre::Result<Handle> {
    let section = &config.consensus;
    let mut settings = tacit_consensus::Config::new(
        &config.node.moniker,
        &section.listen,
        section.peers.clone(),
        home.consensus_log(),
        home.signer_guard(),
    );
    let ms = Duration::from_millis;
    settings.pub_sub = if section.pubsub == "gossipsub" { PubSub::Gossip } else { PubSub::Broadcast };
    settings.chain_stack_bytes = THREAD_STACK_BYTES;
    settings.pacing.min_block_time = ms(section.min_block_time_ms);
    settings.pacing.idle_interval = ms(section.idle_interval_ms);
    settings.timeouts.propose = ms(section.propose_timeout_ms);
    settings.timeouts.propose_idle = ms(section.idle_propose_timeout_ms);
    settings.timeouts.prevote = ms(section.vote_timeout_ms);
    settings.timeouts.precommit = ms(section.vote_timeout_ms);
    settings.timeouts.rebroadcast = ms(section.rebroadcast_ms);
    let keys = Keys { node: *seeds.node, validator: seeds.validator.as_ref().map(|seed| **seed) };
    let proposer = seeds.validator_address().unwrap_or(Address::SYSTEM);
    let chain = Arc::new(NodeChain::new(Arc::clone(core), proposer));
    let work = core.pool.executable();
    tacit_consensus::run(settings, keys, chain, work, shutdown).await.map_err(explain)
}

/// Joins what consensus and the transaction network say about themselves.
fn follow_liveness(consensus: &Handle, network: &Network) -> watch::Receiver<Liveness> {
    let mut consensus = consensus.status();
    let mut network = network.watch_status();
    let join = |consensus: &watch::Receiver<tacit_consensus::Status>,
                network: &watch::Receiver<Arc<tacit_network::Status>>| {
        let consensus = consensus.borrow();
        let peers = consensus.peers.max(network.borrow().peers.len());
        Liveness { peers: u32::try_from(peers).unwrap_or(u32::MAX), syncing: consensus.syncing }
    };
    let (sender, receiver) = watch::channel(join(&consensus, &network));
    tokio::spawn(async move {
        loop {
            let changed = tokio::select! {
                changed = consensus.changed() => changed,
                changed = network.changed() => changed,
            };
            if changed.is_err() || sender.is_closed() {
                return;
            }
            sender.send_replace(join(&consensus, &network));
        }
    });
    receiver
}

fn backend(
    core: &Arc<Core>,
    admission: &Admission,
    genesis: &Genesis,
    document: String,
    seeds: &NodeSeeds,
    network: &Network,
    liveness: watch::Receiver<Liveness>,
) -> NodeBackend {
    NodeBackend {
        core: Arc::clone(core),
        admission: admission.clone(),
        identity: ChainIdentity {
            chain_id: genesis.params.chain_id.as_str().into(),
            genesis_id: genesis.id,
            network: genesis.params.network,
            production: genesis.params.production,
            time: genesis.time_ms,
            document,
        },
        node_id: network.local_peer().to_string(),
        validator: seeds.validator_address(),
        liveness,
    }
}

fn rpc_config(config: &Config) -> eyre::Result<RpcConfig> {
    let mut settings = RpcConfig::new(config.rpc.listen.parse()?);
    settings.connections_max = usize::try_from(config.rpc.max_connections)?;
    settings.connections_per_ip_max = usize::try_from(config.rpc.max_connections_per_ip)?;
    // Behind a proxy everybody has one address: whoever allows more connections from one allows each of them a subscription.
    settings.subscriptions_per_ip_max = settings.subscriptions_per_ip_max.max(settings.connections_per_ip_max);
    settings.batch_max = config.rpc.max_batch;
    settings.simulation_gas_max = Gas(config.rpc.simulation_gas);
    Ok(settings)
}

async fn start_metrics_page(config: &Config, shutdown: CancellationToken) -> eyre::Result<()> {
    if config.metrics.listen.is_empty() {
        return Ok(());
    }
    let handle = telemetry::start_metrics()?;
    let process = metrics_process::Collector::default();
    process.describe();
    let render = move || telemetry::render(&handle, &process);
    let stopped = async move { shutdown.cancelled().await };
    serve_metrics(config.metrics.listen.parse()?, render, stopped).await.wrap_err("the metrics page cannot start")?;
    Ok(())
}

/// A clean stop: waiting transactions and trie pages go to the disk.
fn save(core: &Core) -> eyre::Result<()> {
    let waiting = core.pool.stats().txs;
    core.database.save_pool([core.pool.save()])?;
    core.database.close()?;
    tracing::info!(transactions = waiting, "waiting transactions saved");
    Ok(())
}

/// What stopped consensus, and what a person can do about it.
fn explain(error: ConsensusError) -> eyre::Report {
    eyre!("consensus stopped: {error}")
}
