//! Starting and stopping the engine: our settings in its terms.

use crate::codec::TacitCodec;
use crate::config::{Config, Keys, PubSub};
use crate::context::{CtxAddress, TacitContext};
use crate::error::ConsensusError;
use crate::malachite::{
    Channels, Codec, ConsensusConfig, ConsensusContext, EngineHandle, Keypair, Multiaddr, NetworkContext,
    NetworkIdentity, NodeConfig, P2pConfig, PubSubProtocol, RequestContext, SyncContext, ValuePayload, ValueSyncConfig,
    WalContext, start_engine,
};
use crate::signing::{GuardedSigner, TacitVerifier};
use std::time::Duration;
use tacit_types::{Address, GenesisId};

/// Room for state dumps and peer changes that wait for the engine.
const REQUESTS_MAX: usize = 64;
/// A peer's tip is at most this old. Announcing every block at once makes peers fetch blocks that are about to be
/// decided anyway (measured: more than one whole block per height).
const STATUS_INTERVAL: Duration = Duration::from_secs(1);
const SYNC_REQUEST_TIMEOUT: Duration = Duration::from_secs(2);
/// Blocks asked for in one sync request.
const SYNC_BATCH: usize = 20;
/// How long the engine's actors may take to stop.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// The engine's view of a node's settings.
struct EngineConfig {
    moniker: String,
    consensus: ConsensusConfig,
    value_sync: ValueSyncConfig,
}

impl NodeConfig for EngineConfig {
    fn moniker(&self) -> &str {
        &self.moniker
    }

    fn consensus(&self) -> &ConsensusConfig {
        &self.consensus
    }

    fn consensus_mut(&mut self) -> &mut ConsensusConfig {
        &mut self.consensus
    }

    fn value_sync(&self) -> &ValueSyncConfig {
        &self.value_sync
    }

    fn value_sync_mut(&mut self) -> &mut ValueSyncConfig {
        &mut self.value_sync
    }
}

/// Starts the engine; a node without `signer` follows and serves but never votes.
pub(crate) async fn start(
    config: &Config,
    keys: &Keys,
    genesis_id: GenesisId,
    me: Address,
    signer: Option<GuardedSigner>,
) -> Result<(Channels<TacitContext>, EngineHandle), ConsensusError> {
    let refuse = |error: eyre::Report| ConsensusError::Start(format!("{error:#}"));
    let settings = engine_config(config, &genesis_id)?;
    let keypair = Keypair::ed25519_from_bytes(keys.node)
        .map_err(|error| ConsensusError::Config(format!("the node key is not an Ed25519 seed: {error}")))?;
    let identity = identity(config, keypair, signer.as_ref())?;
    let verifier = Box::new(TacitVerifier { genesis_id });
    let consensus = match signer {
        Some(signer) => ConsensusContext::new_validator(CtxAddress(me), verifier, Box::new(signer)),
        None => ConsensusContext::new_full_node(CtxAddress(me), verifier),
    };
    start_engine(
        TacitContext,
        settings,
        WalContext::new(config.wal_path.clone(), TacitCodec),
        NetworkContext::new(identity, TacitCodec),
        consensus,
        SyncContext::new(TacitCodec),
        RequestContext::new(REQUESTS_MAX),
    )
    .await
    .map_err(refuse)
}

/// Stops all actors and waits for them, so that port and log file are free afterwards.
pub(crate) async fn stop(engine: EngineHandle) {
    let why = || Some("the node is stopping".to_owned());
    let cell = engine.actor.get_cell();
    cell.stop_children_and_wait(why(), Some(STOP_TIMEOUT)).await;
    engine.actor.stop(why());
    if tokio::time::timeout(STOP_TIMEOUT, engine.handle).await.is_err() {
        tracing::warn!("the consensus engine took too long to stop");
    }
}

fn identity(
    config: &Config,
    keypair: Keypair,
    signer: Option<&GuardedSigner>,
) -> Result<NetworkIdentity, ConsensusError> {
    let Some(signer) = signer else { return Ok(NetworkIdentity::new(config.moniker.clone(), keypair, None)) };
    let proof = signer.proof_of_identity(keypair.public().to_peer_id().to_bytes());
    let proof = TacitCodec.encode(&proof).map_err(|error| ConsensusError::Start(error.to_string()))?;
    let address = CtxAddress(signer.address()).to_string();
    Ok(NetworkIdentity::new_validator(config.moniker.clone(), keypair, address, proof))
}

fn engine_config(config: &Config, genesis_id: &GenesisId) -> Result<EngineConfig, ConsensusError> {
    let mut p2p = P2pConfig {
        listen_addr: listen_address(&config.listen)?,
        persistent_peers: config.persistent_peers.iter().map(|text| address(text)).collect::<Result<_, _>>()?,
        protocol: match config.pub_sub {
            PubSub::Broadcast => PubSubProtocol::Broadcast,
            PubSub::Gossip => PubSubProtocol::default(),
        },
        ..P2pConfig::default()
    };
    p2p.discovery.max_connections_per_ip = config.connections_per_ip;
    p2p.discovery.ip_throttle_duration = config.ip_throttle;
    // Peers of another chain announce another name and are disconnected.
    p2p.protocol_names.consensus = format!("/tacit/{genesis_id}/consensus/1");
    Ok(EngineConfig {
        moniker: config.moniker.clone(),
        consensus: ConsensusConfig {
            enabled: true,
            p2p,
            value_payload: ValuePayload::ProposalAndParts,
            ..ConsensusConfig::default()
        },
        value_sync: ValueSyncConfig {
            enabled: true,
            status_update_interval: STATUS_INTERVAL,
            request_timeout: SYNC_REQUEST_TIMEOUT,
            batch_size: SYNC_BATCH,
            ..ValueSyncConfig::default()
        },
    })
}

fn address(text: &str) -> Result<Multiaddr, ConsensusError> {
    let refuse = |error| {
        ConsensusError::Config(format!(
            "'{text}' is not a multiaddress ({error}); write it like /ip4/10.0.0.1/tcp/26600"
        ))
    };
    text.parse().map_err(refuse)
}

/// A listen address must say TCP or QUIC, else the engine panics.
fn listen_address(text: &str) -> Result<Multiaddr, ConsensusError> {
    if !text.contains("/tcp/") && !text.ends_with("/quic-v1") {
        return Err(ConsensusError::Config(format!(
            "the listen address '{text}' names no transport; write it like /ip4/0.0.0.0/tcp/26600"
        )));
    }
    address(text)
}

#[cfg(test)]
mod unit {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn config(listen: &str, peers: &[&str]) -> Config {
        let peers = peers.iter().map(|peer| (*peer).to_owned()).collect();
        Config::new("test", listen, peers, "wal".into(), "guard".into())
    }

    #[test]
    fn a_bad_address_is_refused_with_an_example() {
        for (listen, peers) in
            [("tcp:1", &[][..]), ("/ip4/127.0.0.1", &[][..]), ("/ip4/127.0.0.1/tcp/1", &["host:1"][..])]
        {
            let error = engine_config(&config(listen, peers), &GenesisId([0; 32])).err().unwrap().to_string();
            assert!(error.contains("write it like"), "{error}");
        }
    }

    #[test]
    fn blocks_travel_in_parts_and_every_chain_has_its_own_protocol_name() {
        let one = engine_config(&config("/ip4/127.0.0.1/tcp/1", &[]), &GenesisId([1; 32])).unwrap();
        let two = engine_config(&config("/ip4/127.0.0.1/tcp/1", &[]), &GenesisId([2; 32])).unwrap();
        assert_eq!(one.consensus.value_payload, ValuePayload::ProposalAndParts);
        assert_ne!(one.consensus.p2p.protocol_names.consensus, two.consensus.p2p.protocol_names.consensus);
    }
}
