//! Actions about assets other than the native one, about what a transaction holds between its actions, and about the
//! pool as a whole.

use crate::bounded::Name;
use crate::{Address, Amount, AssetId, Sequence};
use borsh::{BorshDeserialize, BorshSerialize};

/// Makes an asset issued by the sender. Its id is derived from the sender, the sequence and the action's index.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct AssetCreate {
    /// A label for people; nothing depends on it and nothing makes it unique.
    pub symbol: Name,
    /// How many digits people see after the point.
    pub decimals: u8,
    /// Handed to the issuer at once; may be zero.
    pub supply: Amount,
    /// The supply never exceeds this; equal to `supply`, no more can be minted.
    pub cap: Amount,
}

/// Makes more of an asset that the sender issued.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct AssetMint {
    /// The asset.
    pub asset: AssetId,
    /// Who receives.
    pub to: Address,
    /// How much.
    pub amount: Amount,
}

/// Hands everything that the transaction holds of an asset between its actions to an account.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Sweep {
    /// The asset.
    pub asset: AssetId,
    /// Who receives.
    pub to: Address,
}

/// The guardian stops the shielded pool for some heights, or with zero lets it go on. Not while it is stopped, nor before it was
/// open for a seventh of the longest pause.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct PoolPause {
    /// For how many heights after this one; at most [`crate::limits::POOL_PAUSE_HEIGHTS_MAX`].
    pub heights: u64,
}

/// The id of the asset that action `index` of the transaction with `sequence` of `creator` makes.
#[must_use]
pub fn asset_id(creator: &Address, sequence: Sequence, index: u32) -> AssetId {
    AssetId::of(&[&creator.0, &sequence.0.to_le_bytes(), &index.to_le_bytes()])
}
