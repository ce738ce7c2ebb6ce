//! The swarm: TCP, noise, yamux, and the three behaviours on top.
//!
//! Yamux is used as its default configuration gives it: any setter of its `Config` would switch to an older,
//! vulnerable implementation.

use crate::codec::Codec;
use crate::config::NetworkConfig;
use crate::error::NetworkError;
use crate::gate::Gate;
use crate::limits::{HANDSHAKE_TIMEOUT, REQUEST_TIMEOUT, STREAMS_PER_CONNECTION_MAX};
use crate::wire;
use libp2p::identity::Keypair;
use libp2p::swarm::NetworkBehaviour;
use libp2p::{StreamProtocol, Swarm, SwarmBuilder, identify, noise, request_response, tcp, yamux};
use std::time::Duration;
use tacit_types::GenesisId;

/// Peers stay connected when there is nothing to say.
const IDLE_CONNECTION_TIMEOUT: Duration = Duration::from_secs(365 * 24 * 3_600);

/// What runs on every connection.
#[derive(NetworkBehaviour)]
pub(crate) struct Behaviour {
    /// Refuses connections; first, so that nothing else hears of refused ones.
    pub(crate) gate: Gate,
    /// Tells the other side which chain we are on, and us its chain.
    pub(crate) identify: identify::Behaviour,
    /// Announcements and bodies.
    pub(crate) exchange: request_response::Behaviour<Codec>,
}

/// A swarm of `keypair` on the chain `genesis`, not listening yet.
///
/// # Errors
/// [`NetworkError::Transport`].
pub(crate) fn build_swarm(
    keypair: Keypair,
    genesis: &GenesisId,
    config: &NetworkConfig,
) -> Result<Swarm<Behaviour>, NetworkError> {
    let name = wire::protocol_name(genesis);
    let protocol = StreamProtocol::try_from_owned(name.clone()).map_err(transport)?;
    let gate = Gate::new(config.max_peers, config.max_connections_per_ip, config.max_pending_inbound);
    let swarm = SwarmBuilder::with_existing_identity(keypair)
        .with_tokio()
        .with_tcp(tcp::Config::default().nodelay(true), noise::Config::new, yamux::Config::default)
        .map_err(transport)?
        .with_behaviour(|key| Behaviour { gate, identify: identify(name, key), exchange: exchange(protocol) })
        .map_err(transport)?
        .with_swarm_config(|config| config.with_idle_connection_timeout(IDLE_CONNECTION_TIMEOUT))
        .with_connection_timeout(HANDSHAKE_TIMEOUT)
        .build();
    Ok(swarm)
}

fn identify(protocol: String, key: &Keypair) -> identify::Behaviour {
    let config = identify::Config::new(protocol, key.public())
        .with_agent_version(concat!("tacit/", env!("CARGO_PKG_VERSION")).to_owned())
        .with_hide_listen_addrs(true)
        .with_cache_size(0);
    identify::Behaviour::new(config)
}

fn exchange(protocol: StreamProtocol) -> request_response::Behaviour<Codec> {
    let config = request_response::Config::default()
        .with_request_timeout(REQUEST_TIMEOUT)
        .with_max_concurrent_streams(STREAMS_PER_CONNECTION_MAX);
    request_response::Behaviour::with_codec(Codec, [(protocol, request_response::ProtocolSupport::Full)], config)
}

fn transport(error: impl std::fmt::Display) -> NetworkError {
    NetworkError::Transport(error.to_string())
}
