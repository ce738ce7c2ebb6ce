//! Settings of consensus, their defaults for a LAN, and the checks that refuse combinations that cannot work.

use crate::error::ConsensusError;
use std::path::PathBuf;
use std::time::Duration;

/// Everything consensus needs to know before it starts.
#[derive(Debug, Clone)]
pub struct Config {
    /// Name of the node in peers' displays and in the label of the engine's metrics.
    pub moniker: String,
    /// Where to listen, as a multiaddress: `/ip4/0.0.0.0/tcp/26600`. TCP or QUIC.
    pub listen: String,
    /// Multiaddresses of the peers to stay connected to; for validators, all others.
    pub persistent_peers: Vec<String>,
    /// How consensus messages travel.
    pub pub_sub: PubSub,
    /// Most inbound connections from one IP address.
    pub connections_per_ip: usize,
    /// How long an IP address waits between inbound connections.
    pub ip_throttle: Duration,
    /// How long to wait at start for validators with more than two thirds of the power.
    pub start_wait: Duration,
    /// Block pace.
    pub pacing: Pacing,
    /// Round timeouts.
    pub timeouts: Timeouts,
    /// Native stack of the thread that runs the chain, in bytes.
    pub chain_stack_bytes: usize,
    /// File of the engine's write-ahead log.
    pub wal_path: PathBuf,
    /// File of the last-signed guard; used by validators only.
    pub guard_path: PathBuf,
}

/// The two secrets of a node. Neither is ever printed.
#[derive(Clone)]
pub struct Keys {
    /// Ed25519 seed of the network identity.
    pub node: [u8; 32],
    /// Ed25519 seed of the validator key; none for a full node.
    pub validator: Option<[u8; 32]>,
}

/// How consensus messages travel between peers.
///
/// Measured with four validators on one machine: `Broadcast` halves the time of 1-4 MB blocks and takes a tenth of the
/// memory, but nothing is relayed, so it needs a full mesh of persistent peers. Gossip suits validators behind sentries
/// and meshes with holes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PubSub {
    /// Directly to every connected peer, nothing relayed.
    #[default]
    Broadcast,
    /// libp2p's gossipsub.
    Gossip,
}

/// How fast blocks follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pacing {
    /// Least time from the start of one height to the start of the next while there are transactions.
    pub min_block_time: Duration,
    /// The same while there are none.
    pub idle_interval: Duration,
}

/// Timeouts of a round; good rounds never wait for one. Each grows by its delta per round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For a proposal with its parts, while the network is busy.
    pub propose: Duration,
    /// For a proposal while the network idles; its proposer may start a whole idle interval later.
    pub propose_idle: Duration,
    /// Growth per round.
    pub propose_delta: Duration,
    /// For two thirds of the prevotes to agree.
    pub prevote: Duration,
    /// Growth per round.
    pub prevote_delta: Duration,
    /// For two thirds of the precommits to agree.
    pub precommit: Duration,
    /// Growth per round.
    pub precommit_delta: Duration,
    /// Between repetitions of own votes.
    pub rebroadcast: Duration,
    /// No timeout grows beyond this.
    pub max: Duration,
}

/// What a proposal timeout must exceed the pace by, so that a proposer that starts late is still in time.
pub const PROPOSE_MARGIN: Duration = Duration::from_millis(300);

/// Default native stack of the thread that runs the chain, in bytes: what contracts that call each other need.
const CHAIN_STACK_BYTES: usize = 8 * 1024 * 1024;

/// Shortest block time that may be configured.
pub const MIN_BLOCK_TIME_FLOOR: Duration = Duration::from_millis(20);

impl Default for Pacing {
    fn default() -> Self {
        Self { min_block_time: Duration::from_millis(100), idle_interval: Duration::from_secs(1) }
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            propose: Duration::from_millis(500),
            propose_idle: Duration::from_secs(2),
            propose_delta: Duration::from_millis(200),
            prevote: Duration::from_millis(200),
            prevote_delta: Duration::from_millis(100),
            precommit: Duration::from_millis(200),
            precommit_delta: Duration::from_millis(100),
            rebroadcast: Duration::from_secs(1),
            max: Duration::from_secs(10),
        }
    }
}

impl Config {
    /// Settings for a small network: everything default but addresses and files.
    #[must_use]
    pub fn new(
        moniker: &str,
        listen: &str,
        persistent_peers: Vec<String>,
        wal_path: PathBuf,
        guard_path: PathBuf,
    ) -> Self {
        Self {
            moniker: moniker.to_owned(),
            listen: listen.to_owned(),
            persistent_peers,
            pub_sub: PubSub::default(),
            connections_per_ip: 100,
            ip_throttle: Duration::ZERO,
            start_wait: Duration::from_secs(2),
            pacing: Pacing::default(),
            timeouts: Timeouts::default(),
            chain_stack_bytes: CHAIN_STACK_BYTES,
            wal_path,
            guard_path,
        }
    }

    /// Refuses settings that cannot work together.
    ///
    /// # Errors
    /// [`ConsensusError::Config`], naming the setting and the bound.
    pub fn check(&self) -> Result<(), ConsensusError> {
        let Pacing { min_block_time, idle_interval } = self.pacing;
        let refuse = |text: String| Err(ConsensusError::Config(text));
        if min_block_time < MIN_BLOCK_TIME_FLOOR {
            return refuse(format!("min_block_time is {min_block_time:?}, the least is {MIN_BLOCK_TIME_FLOOR:?}"));
        }
        if idle_interval < min_block_time {
            return refuse(format!("idle_interval ({idle_interval:?}) is below min_block_time ({min_block_time:?})"));
        }
        self.check_propose("propose", self.timeouts.propose, "min_block_time", min_block_time)?;
        self.check_propose("propose_idle", self.timeouts.propose_idle, "idle_interval", idle_interval)?;
        let Timeouts { prevote, precommit, rebroadcast, max, .. } = self.timeouts;
        for (name, value) in [("prevote", prevote), ("precommit", precommit), ("rebroadcast", rebroadcast)] {
            if value.is_zero() {
                return refuse(format!("timeout {name} is zero"));
            }
        }
        if max < self.timeouts.propose_idle {
            return refuse(format!("timeout max ({max:?}) is below propose_idle ({:?})", self.timeouts.propose_idle));
        }
        Ok(())
    }

    fn check_propose(
        &self,
        name: &str,
        timeout: Duration,
        pace: &str,
        interval: Duration,
    ) -> Result<(), ConsensusError> {
        let least = interval.saturating_add(PROPOSE_MARGIN);
        if timeout >= least {
            return Ok(());
        }
        Err(ConsensusError::Config(format!(
            "timeout {name} is {timeout:?}; with {pace} {interval:?} it must be at least {least:?}"
        )))
    }
}

#[cfg(test)]
mod unit {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn config() -> Config {
        Config::new("test", "/ip4/127.0.0.1/tcp/0", vec![], "wal".into(), "guard".into())
    }

    #[test]
    fn the_defaults_are_accepted() {
        config().check().unwrap();
    }

    #[test]
    fn an_idle_interval_too_close_to_the_propose_timeout_is_refused() {
        let mut config = config();
        config.pacing.idle_interval = Duration::from_millis(1701);
        let error = config.check().unwrap_err().to_string();
        assert!(error.contains("propose_idle") && error.contains("2.001s"), "{error}");
        config.pacing.idle_interval = Duration::from_millis(1700);
        config.check().unwrap();
    }

    #[test]
    fn a_block_time_below_the_floor_or_above_the_idle_interval_is_refused() {
        let mut config = config();
        config.pacing.min_block_time = Duration::from_millis(19);
        assert!(config.check().unwrap_err().to_string().contains("min_block_time"));
        config.pacing.min_block_time = Duration::from_millis(200);
        config.pacing.idle_interval = Duration::from_millis(199);
        assert!(config.check().unwrap_err().to_string().contains("idle_interval"));
    }

    #[test]
    fn a_zero_timeout_is_refused() {
        let mut config = config();
        config.timeouts.prevote = Duration::ZERO;
        assert!(config.check().unwrap_err().to_string().contains("prevote"));
    }
}
