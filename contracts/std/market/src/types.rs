//! What the market keeps and its events tell of: values only, which never decide anything.

use tacit_sdk::prelude::*;

/// A token at a fixed price.
#[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Listing {
    /// Who sells.
    pub seller: Address,
    /// For how much.
    pub price: Amount,
    /// From when on not any more.
    pub expires: Timestamp,
    /// Sets this listing apart from all others.
    pub nonce: u64,
    /// How often the token had changed hands.
    pub moves: u64,
}

/// Money that waits for a token.
#[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Offer {
    /// The token's contract.
    pub collection: Address,
    /// Which token.
    pub token: u64,
    /// Who buys.
    pub buyer: Address,
    /// For how much; it lies in the market.
    pub amount: Amount,
    /// From when on not any more.
    pub expires: Timestamp,
}

/// A token that goes to the highest bidder.
#[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Auction {
    /// The token's contract.
    pub collection: Address,
    /// Which token.
    pub token: u64,
    /// Who sells.
    pub seller: Address,
    /// The lowest first bid.
    pub start: Amount,
    /// Below this, nothing is sold.
    pub reserve: Amount,
    /// When bidding ends.
    pub ends: Timestamp,
    /// How often the token had changed hands.
    pub moves: u64,
    /// Who bids the most.
    pub bidder: Option<Address>,
    /// How much; it lies in the market.
    pub bid: Amount,
}
