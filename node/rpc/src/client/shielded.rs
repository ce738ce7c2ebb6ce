//! The client's methods about the shielded pool and assets.

use super::{Client, ClientError};
use crate::json::Hex32;
use crate::types::{
    AccountAssetsParams, AccountAssetsView, AnchorView, AssetParams, AssetView, CompactBlocksView, NoParams,
    NullifierParams, NullifierView, ShieldedBlocksParams, SubtreeRootsParams, SubtreeRootsView,
};

impl Client {
    /// `shielded_getAnchor`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn anchor(&self) -> Result<AnchorView, ClientError> {
        self.call("shielded_getAnchor", NoParams {}).await
    }

    /// `shielded_getBlocks`, one page.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn compact_blocks(
        &self,
        from: u64,
        limit: Option<u32>,
        memos: bool,
    ) -> Result<CompactBlocksView, ClientError> {
        self.call("shielded_getBlocks", ShieldedBlocksParams { from, limit, memos }).await
    }

    /// `shielded_getSubtreeRoots`, one page.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn subtree_roots(&self, start: u32, limit: Option<u32>) -> Result<SubtreeRootsView, ClientError> {
        self.call("shielded_getSubtreeRoots", SubtreeRootsParams { start, limit }).await
    }

    /// `shielded_getNullifier`. Tells the node which note is asked for.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn nullifier(&self, nullifier: Hex32) -> Result<NullifierView, ClientError> {
        self.call("shielded_getNullifier", NullifierParams { nullifier }).await
    }

    /// `asset_get`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn asset(&self, asset: Hex32) -> Result<AssetView, ClientError> {
        self.call("asset_get", AssetParams { asset }).await
    }

    /// `account_assets`, one page.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn account_assets(&self, address: &str, from: Option<Hex32>) -> Result<AccountAssetsView, ClientError> {
        self.call("account_assets", AccountAssetsParams { address: address.to_owned(), from, limit: None }).await
    }
}
