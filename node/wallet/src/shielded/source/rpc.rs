//! A node as a source of compact blocks.

use super::{BlockSource, Page, Tip};
use crate::error::WalletError;
use std::sync::OnceLock;
use tacit_circuits::FieldBytes;
use tacit_rpc::client::{Client, ClientError};
use tacit_rpc::json::HexBytes;
use tacit_types::GenesisId;
use tacit_types::shielded::CompactBlock;
use tokio::runtime::{Builder, Runtime};

/// Asks a node, from ordinary threads: it has an asynchronous runtime of its own and must not be used within another.
pub struct RpcSource {
    client: Client,
    runtime: Runtime,
    genesis_id: OnceLock<GenesisId>,
}

impl RpcSource {
    /// A source that asks the node at `url`. Nothing is asked yet.
    ///
    /// # Errors
    /// [`WalletError::Client`] for an address that makes no sense, [`WalletError::Io`] when no runtime can be had.
    pub fn new(url: &str) -> Result<Self, WalletError> {
        let fail = |source| WalletError::Io { path: "the asynchronous runtime".into(), source };
        let runtime = Builder::new_current_thread().enable_all().build().map_err(fail)?;
        Ok(Self { client: Client::new(url)?, runtime, genesis_id: OnceLock::new() })
    }
}

impl BlockSource for RpcSource {
    fn tip(&self) -> Result<Tip, WalletError> {
        let genesis_id = match self.genesis_id.get() {
            Some(genesis_id) => *genesis_id,
            None => {
                let status = self.runtime.block_on(self.client.status())?;
                *self.genesis_id.get_or_init(|| GenesisId(status.genesis_id.0))
            }
        };
        let anchor = self.runtime.block_on(self.client.anchor())?;
        Ok(Tip { genesis_id, height: anchor.height, root: FieldBytes(anchor.root.0), notes: anchor.notes })
    }

    fn blocks(&self, from: u64, limit: u32, memos: bool) -> Result<Page, WalletError> {
        let page = self.runtime.block_on(self.client.compact_blocks(from, Some(limit), memos))?;
        let read = |bytes: &HexBytes| {
            CompactBlock::decode(&bytes.0).map_err(|error| ClientError::BadAnswer(format!("compact block: {error}")))
        };
        let blocks = page.blocks.iter().map(read).collect::<Result<Vec<_>, ClientError>>()?;
        Ok(Page { blocks, next: page.next })
    }

    fn subtree_roots(&self, start: u32) -> Result<Vec<FieldBytes>, WalletError> {
        let mut roots = Vec::new();
        loop {
            // All of them, always: asking for single ones would tell where one's notes lie.
            let from = start.saturating_add(u32::try_from(roots.len()).unwrap_or(u32::MAX));
            let page = self.runtime.block_on(self.client.subtree_roots(from, None))?;
            if page.roots.is_empty() {
                return Ok(roots);
            }
            for (index, root) in (from..).zip(&page.roots) {
                if root.index != index {
                    return Err(ClientError::BadAnswer("subtree roots are out of order".to_owned()).into());
                }
                roots.push(FieldBytes(root.root.0));
            }
        }
    }
}
