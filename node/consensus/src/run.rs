//! Running consensus: start everything, handle messages until told to stop or something stops us.

use crate::adapter::{Adapter, Parts};
use crate::chain::Chain;
use crate::config::{Config, Keys};
use crate::context::TacitContext;
use crate::engine;
use crate::error::ConsensusError;
use crate::fault::FaultLine;
use crate::guard::{Guard, GuardCounts, GuardFile};
use crate::malachite::{AppMsg, EngineHandle};
use crate::signing::GuardedSigner;
use crate::status::{Status, watch_peers};
use crate::worker::Worker;
use ed25519_consensus::SigningKey;
use std::sync::Arc;
use tacit_types::{Address, GenesisId, Height, PublicKey};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Running consensus. Dropping it does not stop anything; the shutdown token does.
#[derive(Debug)]
pub struct Handle {
    status: watch::Receiver<Status>,
    counts: Option<Arc<GuardCounts>>,
    task: JoinHandle<Result<(), ConsensusError>>,
}

impl Handle {
    /// Height, round, peers and so on, always current.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.clone()
    }

    /// The guard's counters; none on a full node.
    #[must_use]
    pub fn guard_counts(&self) -> Option<Arc<GuardCounts>> {
        self.counts.clone()
    }

    /// Waits until consensus ended: `Ok` after a shutdown, else the reason. Port and files are free then. May be
    /// used in `select!`, but not again after it returned.
    ///
    /// # Errors
    /// [`ConsensusError`]: the node must stop with it.
    pub async fn finished(&mut self) -> Result<(), ConsensusError> {
        match (&mut self.task).await {
            Ok(result) => result,
            Err(error) => Err(ConsensusError::Panic(error.to_string())),
        }
    }
}

/// Starts consensus on the current tokio runtime, which must be multi-threaded. Blocks and votes have threads of their own.
///
/// `work` is true while the pool holds transactions. Cancelling `shutdown` lets the message in hand finish and then
/// stops.
///
/// # Errors
/// [`ConsensusError`] when the configuration, the guard, the chain or the engine refuse.
pub async fn run(
    config: Config,
    keys: Keys,
    chain: Arc<dyn Chain>,
    work: watch::Receiver<bool>,
    shutdown: CancellationToken,
) -> Result<Handle, ConsensusError> {
    config.check()?;
    let genesis_id = chain.genesis_id();
    let worker = Worker::start("chain", config.chain_stack_bytes)?;
    let tip = tip_of(&chain, &worker).await?;
    let faults = FaultLine::default();
    let signer = signer(&config, &keys, genesis_id, tip, &faults)?;
    let me = signer.as_ref().map_or_else(|| stranger(&keys), GuardedSigner::address);
    let counts = signer.as_ref().map(GuardedSigner::counts);
    let (channels, engine) = engine::start(&config, &keys, genesis_id, me, signer.clone()).await?;
    let (status, receiver) = watch::channel(Status { height: tip.next(), ..Status::default() });
    tokio::spawn(watch_peers(channels.net_requests.clone(), status.clone()));
    let moniker = config.moniker.clone();
    let adapter = Adapter::new(Parts {
        chain,
        worker,
        config,
        me,
        signer,
        network: channels.network,
        net_requests: channels.net_requests,
        work,
        status,
        tip,
    });
    let task = tokio::spawn(serve(adapter, channels.consensus, engine, faults, shutdown, moniker));
    Ok(Handle { status: receiver, counts, task })
}

async fn serve(
    mut adapter: Adapter,
    mut messages: mpsc::Receiver<AppMsg<TacitContext>>,
    mut engine: EngineHandle,
    faults: FaultLine,
    shutdown: CancellationToken,
    moniker: String,
) -> Result<(), ConsensusError> {
    let result = loop {
        let message = tokio::select! {
            biased;
            () = shutdown.cancelled() => break Ok(()),
            () = faults.raised() => break Err(ConsensusError::Stopped),
            message = messages.recv() => message,
            _ = &mut engine.handle => break Err(ConsensusError::Stopped),
        };
        // The engine drops its sender when its actors stop, also when it stops them to stay safe.
        let Some(message) = message else { break Err(stop_reason(&moniker)) };
        if let Err(error) = adapter.handle(message).await {
            break Err(error);
        }
    };
    drop(messages);
    if !engine.handle.is_finished() {
        engine::stop(engine).await;
    }
    // The first fault is the cause; what the loop saw may be a consequence.
    result.map_err(|error| faults.first().unwrap_or(error))
}

async fn tip_of(chain: &Arc<dyn Chain>, worker: &Worker) -> Result<Height, ConsensusError> {
    let chain = Arc::clone(chain);
    Ok(worker.run(move || chain.tip()).await??)
}

/// Opens the guard and refuses to start when it has signed beyond the height after the tip: then committed blocks are
/// missing, and starting lower would wipe the log that keeps us from signing twice.
fn signer(
    config: &Config,
    keys: &Keys,
    genesis_id: GenesisId,
    tip: Height,
    faults: &FaultLine,
) -> Result<Option<GuardedSigner>, ConsensusError> {
    let Some(seed) = keys.validator else { return Ok(None) };
    let key = SigningKey::from(seed);
    let public_key = PublicKey(key.verification_key().to_bytes());
    let guard = Guard::open(GuardFile::open(&config.guard_path)?, &genesis_id, &public_key)?;
    let (signed, _) = guard.last();
    if signed > tip.next() {
        return Err(ConsensusError::BlocksMissing { signed, tip });
    }
    Ok(Some(GuardedSigner::new(key, genesis_id, guard, faults.clone())?))
}

/// An address for a node without a validator key: that of its network key, which no validator set holds.
fn stranger(keys: &Keys) -> Address {
    Address::of_key(&PublicKey(SigningKey::from(keys.node).verification_key().to_bytes()))
}

/// Why the engine closed its channel, as far as it says.
fn stop_reason(moniker: &str) -> ConsensusError {
    let label = format!("moniker=\"{moniker}\"");
    let halted = |line: &str| {
        line.contains("node_safety_failure") && !line.starts_with('#') && line.contains(&label) && line.ends_with(" 1")
    };
    if crate::metrics_text().lines().any(halted) { ConsensusError::SafetyHalt } else { ConsensusError::Stopped }
}
