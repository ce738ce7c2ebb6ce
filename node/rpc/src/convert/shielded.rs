//! The shielded pool and assets: from the chain's types to the JSON shapes.

use super::{Converter, public_value_view};
use crate::backend::{AccountAssets, AssetState, PoolState, SubtreeRoot};
use crate::json::{Decimal, Hex32, HexArray};
use crate::types::{
    AccountAssetsView, AnchorView, AssetBalanceView, AssetView, JoinSplitView, SubtreeRootView, SubtreeRootsView,
};
use tacit_types::shielded::{JoinSplit, NoteOutput};
use tacit_types::{Address, AssetId, FieldBytes};

/// The node answers for the native token too, which is nobody's to name.
const NATIVE_SYMBOL: &str = "native";

impl Converter {
    /// Answer of `asset_get`.
    #[must_use]
    pub fn asset(&self, id: &AssetId, asset: &AssetState) -> AssetView {
        let issued = asset.issued.as_ref();
        AssetView {
            asset: HexArray(id.0),
            height: asset.height.0,
            issuer: issued.map(|issued| self.address(&issued.issuer)),
            symbol: issued.map_or(NATIVE_SYMBOL, |issued| issued.symbol.as_str()).to_owned(),
            decimals: asset.decimals,
            supply: Decimal(asset.supply.0),
            cap: issued.map(|issued| Decimal(issued.cap.0)),
            shielded: Decimal(asset.shielded.0),
        }
    }

    /// Answer of `account_assets`.
    #[must_use]
    pub fn account_assets(&self, address: &Address, found: &AccountAssets) -> AccountAssetsView {
        let balance = |(asset, amount): &(AssetId, tacit_types::Amount)| AssetBalanceView {
            asset: HexArray(asset.0),
            balance: Decimal(amount.0),
        };
        AccountAssetsView {
            address: self.address(address),
            height: found.height.0,
            assets: found.balances.iter().map(balance).collect(),
            next: found.next.map(|asset| HexArray(asset.0)),
        }
    }
}

/// Answer of `shielded_getAnchor`.
#[must_use]
pub fn anchor_view(pool: &PoolState) -> AnchorView {
    AnchorView {
        height: pool.height.0,
        root: HexArray(pool.root.0),
        notes: pool.notes,
        paused_until: pool.paused_until.filter(|until| *until > pool.height).map(|until| until.0),
    }
}

/// Answer of `shielded_getSubtreeRoots`.
#[must_use]
pub fn subtree_roots_view(roots: &[SubtreeRoot]) -> SubtreeRootsView {
    let view = |found: &SubtreeRoot| SubtreeRootView {
        index: found.index,
        root: HexArray(found.root.0),
        height: found.height.0,
    };
    SubtreeRootsView { roots: roots.iter().map(view).collect() }
}

/// One join-split of a transaction, without its ciphertexts.
#[must_use]
pub fn join_split_view(action: u16, join_split: &JoinSplit) -> JoinSplitView {
    let hex = |field: &FieldBytes| -> Hex32 { HexArray(field.0) };
    JoinSplitView {
        action,
        anchor: hex(&join_split.anchor),
        nullifiers: join_split.nullifiers.as_slice().iter().map(hex).collect(),
        commitments: join_split.outputs.iter().map(|output: &NoteOutput| hex(&output.commitment)).collect(),
        public: public_value_view(&join_split.public_value),
    }
}
