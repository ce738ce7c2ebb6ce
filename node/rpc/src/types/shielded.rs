//! What `shielded_` methods and those about assets take and answer.

use super::{AddressText, PublicValueView};
use crate::json::{Decimal, Hex32, HexBytes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const fn yes() -> bool {
    true
}

params! {
    /// Compact blocks of a range.
    ShieldedBlocksParams {
        /// First height.
        from: u64,
        /// Most blocks to return.
        #[serde(default)]
        limit: Option<u32>,
        /// Whether to include memos and outgoing ciphertexts, which balances do not need.
        #[serde(default = "yes")]
        memos: bool,
    }
    /// Full subtrees of the note tree.
    SubtreeRootsParams {
        /// First index.
        #[serde(default)]
        start: u32,
        /// Most roots to return.
        #[serde(default)]
        limit: Option<u32>,
    }
    /// Which note.
    NullifierParams {
        /// The nullifier that spends it.
        nullifier: Hex32,
    }
    /// Which asset.
    AssetParams {
        /// Its id; all zero is the native token.
        asset: Hex32,
    }
    /// Whose assets.
    AccountAssetsParams {
        /// The account.
        address: AddressText,
        /// First asset id; the lowest when absent.
        #[serde(default)]
        from: Option<Hex32>,
        /// Most assets to return.
        #[serde(default)]
        limit: Option<u32>,
    }
}

answers! {
    /// Answer of `shielded_getAnchor`.
    AnchorView {
        /// Latest height.
        height: u64,
        /// Root of the note tree after it: what new proofs should name.
        root: Hex32,
        /// How many notes there are.
        notes: u64,
        /// Last height at which the pool stands still; null when it does not at the next height.
        paused_until: Option<u64>,
    }
    /// Answer of `shielded_getBlocks`.
    CompactBlocksView {
        /// The height that was asked for.
        from: u64,
        /// First height that this answer does not cover; null when it reaches the tip.
        next: Option<u64>,
        /// Latest height.
        tip: u64,
        /// Encoded compact blocks of the heights that have notes, ascending.
        blocks: Vec<HexBytes>,
    }
    /// One full subtree.
    SubtreeRootView {
        /// Its place among the subtrees.
        index: u32,
        /// Its root.
        root: Hex32,
        /// The height that filled it.
        height: u64,
    }
    /// Answer of `shielded_getSubtreeRoots`.
    SubtreeRootsView {
        /// The roots, by index.
        roots: Vec<SubtreeRootView>,
    }
    /// Answer of `shielded_getNullifier`.
    NullifierView {
        /// The height that spent the note; null when it is not spent.
        height: Option<u64>,
    }
    /// Answer of `asset_get`.
    AssetView {
        /// The asset.
        asset: Hex32,
        /// Latest height.
        height: u64,
        /// Who may mint; null for the native token.
        issuer: Option<AddressText>,
        /// A label, which nothing makes unique.
        symbol: String,
        /// Digits after the point.
        decimals: u8,
        /// All there is of it.
        supply: Decimal,
        /// The supply never exceeds this; null for the native token.
        cap: Option<Decimal>,
        /// How much of the supply lies in the shielded pool.
        shielded: Decimal,
    }
    /// What an account holds of an asset.
    AssetBalanceView {
        /// The asset.
        asset: Hex32,
        /// How much.
        balance: Decimal,
    }
    /// Answer of `account_assets`.
    AccountAssetsView {
        /// The account.
        address: AddressText,
        /// Latest height.
        height: u64,
        /// Assets other than the native token, by id.
        assets: Vec<AssetBalanceView>,
        /// Asset id to go on with.
        next: Option<Hex32>,
    }
    /// A join-split in a block.
    JoinSplitView {
        /// Index of the action.
        action: u16,
        /// Root of the note tree that it was proven under.
        anchor: Hex32,
        /// What it spends.
        nullifiers: Vec<Hex32>,
        /// What it makes.
        commitments: Vec<Hex32>,
        /// What leaves or enters the pool; null when nothing does.
        public: Option<PublicValueView>,
    }
}
