//! The configuration of a node: one commented TOML file, environment variables on top, nothing secret in it.
//!
//! Unknown keys are refused. An error names file, line and key, and never repeats a value. A variable
//! `TACIT_SECTION__KEY` overrides `key` in `[section]`.

use serde::{Deserialize, Serialize};
use std::path::Path;

/// Longest configuration file in bytes.
const CONFIG_BYTES_MAX: u64 = 256 * 1024;

/// Separates section and key in the name of an environment variable.
const ENVIRONMENT_SEPARATOR: &str = "__";

/// The configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Who this node is.
    pub node: NodeSection,
    /// Agreeing on blocks.
    pub consensus: ConsensusSection,
    /// Passing transactions on.
    pub network: NetworkSection,
    /// Waiting transactions.
    pub mempool: MempoolSection,
    /// JSON-RPC, `/healthy`, `/ready`.
    pub rpc: RpcSection,
    /// `/metrics`.
    pub metrics: MetricsSection,
    /// The database.
    pub storage: StorageSection,
    /// What is logged.
    pub log: LogSection,
}

/// `[node]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeSection {
    /// A name for logs and peers.
    pub moniker: String,
    /// Threads that verify and hash; 0 means one per core.
    pub threads: usize,
}

/// `[consensus]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsensusSection {
    /// Multiaddress to listen on.
    pub listen: String,
    /// Multiaddresses of the other validators.
    pub peers: Vec<String>,
    /// Shortest time between blocks while there are transactions, in milliseconds.
    pub min_block_time_ms: u64,
    /// Time between blocks while there are none, in milliseconds.
    pub idle_interval_ms: u64,
    /// How long to wait for a proposal when there are transactions, in milliseconds.
    pub propose_timeout_ms: u64,
    /// How long to wait for a proposal when there are none, in milliseconds.
    pub idle_propose_timeout_ms: u64,
    /// How long to wait for votes, in milliseconds.
    pub vote_timeout_ms: u64,
    /// How often votes are sent again in a round that stands still, in milliseconds.
    pub rebroadcast_ms: u64,
    /// `broadcast` for a full mesh of validators, `gossipsub` otherwise.
    pub pubsub: String,
}

/// `[network]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkSection {
    /// Multiaddress to listen on.
    pub listen: String,
    /// Multiaddresses of other nodes.
    pub peers: Vec<String>,
    /// Most connected peers.
    pub max_peers: usize,
}

/// `[mempool]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MempoolSection {
    /// Most bytes of waiting transactions, in MiB.
    pub max_mib: usize,
    /// Most waiting transactions.
    pub max_transactions: usize,
    /// Most waiting transactions of one account.
    pub max_per_account: usize,
}

/// `[rpc]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RpcSection {
    /// Address and port to listen on.
    pub listen: String,
    /// Most open connections.
    pub max_connections: u32,
    /// Most open connections from one address.
    #[serde(default = "max_connections_per_ip")]
    pub max_connections_per_ip: u32,
    /// Most calls in one batch.
    pub max_batch: u32,
    /// Most gas for one simulation or view.
    pub simulation_gas: u64,
}

/// One address takes an eighth of the connections at most: each may hold a request of megabytes.
const fn max_connections_per_ip() -> u32 {
    128
}

/// `[metrics]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricsSection {
    /// Address and port to listen on; empty turns metrics off.
    pub listen: String,
}

/// `[storage]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StorageSection {
    /// Cache for blocks and state, in MiB.
    pub cache_mib: usize,
    /// Keep the write-sets of all heights.
    pub archive: bool,
}

/// `[log]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogSection {
    /// Level, or a filter by target.
    pub filter: String,
    /// One JSON object per line instead of text.
    pub json: bool,
}

/// Why a configuration was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{file}: cannot be read ({reason}); `tacit init` writes a new one")]
    Unreadable {
        /// The file.
        file: String,
        /// What the system said.
        reason: String,
    },
    /// Not TOML, an unknown or missing key, or a value of the wrong type.
    #[error("{file}:{line}: {}{reason}", if key.is_empty() { String::new() } else { format!("`{key}`: ") })]
    Syntax {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// The key on that line, if there is one.
        key: String,
        /// What was expected.
        reason: String,
    },
    /// An environment variable names no key, or holds what the key cannot.
    #[error("environment variable {variable}: {reason}")]
    Environment {
        /// The variable.
        variable: String,
        /// What was expected.
        reason: String,
    },
    /// A value that the node cannot work with.
    #[error("{file}: `{key}`: {reason}")]
    Value {
        /// The file.
        file: String,
        /// Section and key.
        key: &'static str,
        /// What it must be.
        reason: String,
    },
}

impl Config {
    /// Defaults for a node whose ports start at `base_port`.
    pub fn new(moniker: &str, base_port: u16) -> Self {
        let port = |offset: u16| base_port.saturating_add(offset);
        Self {
            node: NodeSection { moniker: moniker.into(), threads: 0 },
            consensus: ConsensusSection {
                listen: format!("/ip4/127.0.0.1/tcp/{}", port(0)),
                peers: Vec::new(),
                min_block_time_ms: 100,
                idle_interval_ms: 1_000,
                propose_timeout_ms: 500,
                idle_propose_timeout_ms: 2_000,
                vote_timeout_ms: 200,
                rebroadcast_ms: 1_000,
                pubsub: "gossipsub".into(),
            },
            network: NetworkSection {
                listen: format!("/ip4/127.0.0.1/tcp/{}", port(1)),
                peers: Vec::new(),
                max_peers: 50,
            },
            mempool: MempoolSection { max_mib: 64, max_transactions: 100_000, max_per_account: 1_024 },
            rpc: RpcSection {
                listen: format!("127.0.0.1:{}", port(2)),
                max_connections: 1_024,
                max_connections_per_ip: max_connections_per_ip(),
                max_batch: 200,
                simulation_gas: 300_000_000,
            },
            metrics: MetricsSection { listen: format!("127.0.0.1:{}", port(3)) },
            storage: StorageSection { cache_mib: 64, archive: false },
            log: LogSection { filter: "info".into(), json: false },
        }
    }

    /// Reads `path`, applies the environment, and checks every value.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let file = path.display().to_string();
        let unreadable = |reason: String| ConfigError::Unreadable { file: file.clone(), reason };
        let length = std::fs::metadata(path).map_err(|error| unreadable(error.to_string()))?.len();
        if length > CONFIG_BYTES_MAX {
            return Err(unreadable(format!("{length} bytes, at most {CONFIG_BYTES_MAX} are allowed")));
        }
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
        Self::parse(&file, &text, std::env::vars())
    }

    /// As [`Config::load`], from text and given variables.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn parse(
        file: &str,
        text: &str,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        // The file alone must be right, so that its errors carry its lines.
        let from_file: Self = toml::from_str(text).map_err(|error| syntax(file, text, &error))?;
        let mut table = toml::Table::try_from(&from_file)
            .map_err(|error| ConfigError::Unreadable { file: file.into(), reason: error.to_string() })?;
        for (variable, value) in environment {
            override_key(&mut table, &variable, &value)?;
        }
        let config: Self = table.try_into().map_err(|error: toml::de::Error| ConfigError::Environment {
            variable: "TACIT_*".into(),
            reason: without_values(error.message()),
        })?;
        config.check(file)?;
        Ok(config)
    }

    fn check(&self, file: &str) -> Result<(), ConfigError> {
        let refuse = |key, reason: &str| Err(ConfigError::Value { file: file.into(), key, reason: reason.into() });
        if self.consensus.min_block_time_ms < 20 {
            return refuse("consensus.min_block_time_ms", "must be at least 20");
        }
        if self.consensus.idle_interval_ms < self.consensus.min_block_time_ms {
            return refuse("consensus.idle_interval_ms", "must not be below min_block_time_ms");
        }
        if self.consensus.idle_interval_ms.saturating_add(300) > self.consensus.idle_propose_timeout_ms {
            return refuse("consensus.idle_propose_timeout_ms", "must be at least idle_interval_ms + 300");
        }
        if !matches!(self.consensus.pubsub.as_str(), "broadcast" | "gossipsub") {
            return refuse("consensus.pubsub", "must be \"broadcast\" or \"gossipsub\"");
        }
        if self.rpc.listen.parse::<std::net::SocketAddr>().is_err() {
            return refuse("rpc.listen", "must be an address and a port, for example 127.0.0.1:26602");
        }
        if self.rpc.max_connections == 0 || self.rpc.max_connections_per_ip == 0 {
            return refuse("rpc", "limits of connections must be above zero");
        }
        if !self.metrics.listen.is_empty() && self.metrics.listen.parse::<std::net::SocketAddr>().is_err() {
            return refuse("metrics.listen", "must be an address and a port, or empty");
        }
        if self.mempool.max_mib == 0 || self.mempool.max_transactions == 0 || self.mempool.max_per_account == 0 {
            return refuse("mempool", "limits must be above zero");
        }
        if self.storage.cache_mib < 8 {
            return refuse("storage.cache_mib", "must be at least 8");
        }
        Ok(())
    }

    /// The file that `tacit init` writes: every key with a comment.
    pub fn to_commented_toml(&self) -> String {
        let list = |items: &[String]| {
            let quoted: Vec<String> = items.iter().map(|item| format!("\n    \"{item}\",")).collect();
            if quoted.is_empty() { "[]".to_string() } else { format!("[{}\n]", quoted.concat()) }
        };
        let Self { node, consensus, network, mempool, rpc, metrics, storage, log } = self;
        format!(
            r#"# Configuration of a Tacit node. Nothing in here is secret. `tacit config check` judges it.
# A variable TACIT_SECTION__KEY overrides a key, for example TACIT_RPC__LISTEN=127.0.0.1:9000.

[node]
# A name for logs and peers.
moniker = "{}"
# Threads that verify and hash; 0 means one per core.
threads = {}

[consensus]
# Where validators reach this node.
listen = "{}"
# The other validators.
peers = {}
# Shortest time between blocks while there are transactions, at least 20.
min_block_time_ms = {}
# Time between blocks while there are none.
idle_interval_ms = {}
# How long to wait for a proposal, with and without transactions. The second must exceed idle_interval_ms by 300.
propose_timeout_ms = {}
idle_propose_timeout_ms = {}
# How long to wait for votes.
vote_timeout_ms = {}
# How often votes are sent again in a round that stands still.
rebroadcast_ms = {}
# "broadcast" for a full mesh of validators, "gossipsub" otherwise.
pubsub = "{}"

[network]
# Where nodes exchange transactions.
listen = "{}"
# Other nodes.
peers = {}
# Most connected peers.
max_peers = {}

[mempool]
# Most memory for waiting transactions, in MiB.
max_mib = {}
# Most waiting transactions, in all and of one account.
max_transactions = {}
max_per_account = {}

[rpc]
# JSON-RPC over HTTP and WebSocket, /healthy and /ready.
listen = "{}"
# Most open connections, in all and from one address; behind a proxy, all come from its address.
max_connections = {}
max_connections_per_ip = {}
# Most calls in one batch.
max_batch = {}
# Most gas for one simulation or view.
simulation_gas = {}

[metrics]
# Prometheus metrics at /metrics; empty turns them off.
listen = "{}"

[storage]
# Cache for blocks and state, in MiB.
cache_mib = {}
# Keep the write-sets of all heights.
archive = {}

[log]
# Level (error, warn, info, debug, trace), or a filter by target.
filter = "{}"
# One JSON object per line instead of text.
json = {}
"#,
            node.moniker,
            node.threads,
            consensus.listen,
            list(&consensus.peers),
            consensus.min_block_time_ms,
            consensus.idle_interval_ms,
            consensus.propose_timeout_ms,
            consensus.idle_propose_timeout_ms,
            consensus.vote_timeout_ms,
            consensus.rebroadcast_ms,
            consensus.pubsub,
            network.listen,
            list(&network.peers),
            network.max_peers,
            mempool.max_mib,
            mempool.max_transactions,
            mempool.max_per_account,
            rpc.listen,
            rpc.max_connections,
            rpc.max_connections_per_ip,
            rpc.max_batch,
            rpc.simulation_gas,
            metrics.listen,
            storage.cache_mib,
            storage.archive,
            log.filter,
            log.json,
        )
    }
}

/// Says where the file is wrong without repeating what stands there.
fn syntax(file: &str, text: &str, error: &toml::de::Error) -> ConfigError {
    let start = error.span().map_or(0, |span| span.start.min(text.len()));
    let before = text.get(..start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let on_line = text.lines().nth(line - 1).unwrap_or_default();
    let key = on_line.split_once('=').map(|(key, _)| key.trim().to_string()).unwrap_or_default();
    ConfigError::Syntax { file: file.into(), line, key, reason: without_values(error.message()) }
}

/// `invalid type: string "secret", expected u64` becomes `expected u64`; messages about keys stay whole.
fn without_values(message: &str) -> String {
    let message = message.trim();
    if message.starts_with("unknown field") || message.starts_with("missing field") {
        return message.to_string();
    }
    match message.rfind(", expected ") {
        Some(at) => message.get(at + 2..).unwrap_or_default().to_string(),
        None if message.starts_with("invalid") => "the value is invalid".to_string(),
        None => message.lines().next().unwrap_or_default().to_string(),
    }
}

/// Applies one environment variable, if it is one of ours.
fn override_key(table: &mut toml::Table, variable: &str, value: &str) -> Result<(), ConfigError> {
    let Some(name) = variable.strip_prefix("TACIT_") else { return Ok(()) };
    let Some((section, key)) = name.split_once(ENVIRONMENT_SEPARATOR) else { return Ok(()) };
    let refuse = |reason: &str| ConfigError::Environment { variable: variable.into(), reason: reason.into() };
    let slot = table
        .get_mut(&section.to_lowercase())
        .and_then(toml::Value::as_table_mut)
        .and_then(|section| section.get_mut(&key.to_lowercase()))
        .ok_or_else(|| refuse("names no key of the configuration"))?;
    *slot = match slot {
        toml::Value::String(_) => toml::Value::String(value.into()),
        toml::Value::Integer(_) => toml::Value::Integer(value.parse().map_err(|_| refuse("must be a whole number"))?),
        toml::Value::Boolean(_) => toml::Value::Boolean(value.parse().map_err(|_| refuse("must be true or false"))?),
        toml::Value::Array(_) => toml::Value::Array(
            value
                .split(',')
                .filter(|part| !part.is_empty())
                .map(|part| toml::Value::String(part.trim().into()))
                .collect(),
        ),
        _ => return Err(refuse("cannot be set from the environment")),
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn nothing() -> Vec<(String, String)> {
        Vec::new()
    }

    #[test]
    fn the_commented_file_reads_back_as_the_same_configuration() {
        let mut config = Config::new("node0", 26_600);
        config.consensus.peers = vec!["/ip4/127.0.0.1/tcp/26610".into(), "/ip4/127.0.0.1/tcp/26620".into()];
        let read = Config::parse("config.toml", &config.to_commented_toml(), nothing()).unwrap();
        assert_eq!(read, config);
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        let text = Config::new("n", 1).to_commented_toml().replace("max_batch", "max_bacth");
        let error = Config::parse("c.toml", &text, nothing()).unwrap_err().to_string();
        assert!(error.contains("max_bacth"), "{error}");
        assert!(error.starts_with("c.toml:"), "{error}");
    }

    #[test]
    fn a_wrong_type_names_line_and_key_but_never_the_value() {
        let text = Config::new("n", 1).to_commented_toml().replace("max_batch = 200", "max_batch = \"hunter2\"");
        let error = Config::parse("c.toml", &text, nothing()).unwrap_err();
        assert!(matches!(&error, ConfigError::Syntax { key, .. } if key == "max_batch"), "{error:?}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }

    #[test]
    fn the_environment_overrides_the_file_and_is_judged_like_it() {
        let text = Config::new("n", 1).to_commented_toml();
        let with = |variable: &str, value: &str| {
            Config::parse("c.toml", &text, vec![(variable.to_string(), value.to_string())])
        };
        assert_eq!(with("TACIT_RPC__MAX_BATCH", "7").unwrap().rpc.max_batch, 7);
        assert!(with("TACIT_RPC__MAX_BATCH", "many").is_err());
        assert!(with("TACIT_RPC__NO_SUCH_KEY", "1").is_err());
        assert!(with("TACIT_TARGET_DIR", "/elsewhere").is_ok(), "other variables are none of its business");
    }

    #[test]
    fn timings_that_cannot_work_are_refused() {
        for (key, value) in [
            ("min_block_time_ms = 100", "min_block_time_ms = 19"),
            ("idle_interval_ms = 1000", "idle_interval_ms = 1701"),
            ("pubsub = \"gossipsub\"", "pubsub = \"carrier pigeon\""),
            ("cache_mib = 64", "cache_mib = 1"),
            ("max_connections_per_ip = 128", "max_connections_per_ip = 0"),
        ] {
            let text = Config::new("n", 1).to_commented_toml();
            assert!(text.contains(key), "{key}");
            let error = Config::parse("c.toml", &text.replace(key, value), nothing()).unwrap_err();
            assert!(matches!(error, ConfigError::Value { .. }), "{error}");
        }
    }

    #[test]
    fn one_address_takes_a_part_of_the_connections_also_where_the_file_does_not_say_so() {
        let text = Config::new("n", 1).to_commented_toml().replace("max_connections_per_ip = 128\n", "");
        let rpc = Config::parse("c.toml", &text, nothing()).unwrap().rpc;
        assert!(rpc.max_connections_per_ip < rpc.max_connections, "{rpc:?}");
    }

    #[test]
    fn garbage_is_refused() {
        for text in ["", "[", "node = 3", "\u{0}\u{1}", "[node]\nmoniker = \"a\"\nmoniker = \"b\"\n"] {
            assert!(Config::parse("c.toml", text, nothing()).is_err(), "{text:?}");
        }
    }
}
