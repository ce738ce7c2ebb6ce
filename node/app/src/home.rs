//! The folder of one node: where its files are. Nothing else in the binary spells a path inside it.

use std::path::{Path, PathBuf};

/// A node's home folder.
#[derive(Debug, Clone)]
pub struct Home(PathBuf);

impl Home {
    /// The home at `path`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The commented configuration.
    pub fn config(&self) -> PathBuf {
        self.0.join("config.toml")
    }

    /// The chain spec.
    pub fn genesis(&self) -> PathBuf {
        self.0.join("genesis.toml")
    }

    /// Secret key of the peer id.
    pub fn node_key(&self) -> PathBuf {
        self.0.join("keys/node.key")
    }

    /// Secret key that signs votes; absent on a node that only follows.
    pub fn validator_key(&self) -> PathBuf {
        self.0.join("keys/validator.key")
    }

    /// Keys and transcripts of the ceremony of a chain that does not use the development keys.
    pub fn params(&self) -> PathBuf {
        self.0.join("params")
    }

    /// Everything the node can rebuild from peers.
    pub fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    /// RocksDB.
    pub fn database(&self) -> PathBuf {
        self.0.join("data/db")
    }

    /// Compiled contracts, for this node only. Can be removed while the node is stopped.
    pub fn artifacts(&self) -> PathBuf {
        self.0.join("data/artifacts")
    }

    /// Malachite's write-ahead log of the current height.
    pub fn consensus_log(&self) -> PathBuf {
        self.0.join("data/consensus.wal")
    }

    /// The signer's last-signed guard. Losing it can mean signing twice.
    pub fn signer_guard(&self) -> PathBuf {
        self.0.join("data/last-signed")
    }
}
