//! What the market says in receipts. Every change of what it keeps is in one of these.

use crate::market::{Auction, Listing, Offer};
use tacit_sdk::prelude::*;

/// A token has a price.
#[event]
pub struct Listed {
    /// The token's contract.
    pub collection: Address,
    /// Which token.
    pub token: u64,
    /// The listing.
    pub listing: Listing,
}

/// A token has no price any more.
#[event]
pub struct ListingCancelled {
    /// The token's contract.
    pub collection: Address,
    /// Which token.
    pub token: u64,
    /// The listing's nonce.
    pub nonce: u64,
}

/// Somebody offers money for a token.
#[event]
pub struct OfferMade {
    /// The offer's number.
    pub id: u64,
    /// The offer.
    pub offer: Offer,
}

/// An offer was taken back; its money waits for the buyer.
#[event]
pub struct OfferCancelled {
    /// The offer's number.
    pub id: u64,
}

/// An auction began.
#[event]
pub struct AuctionOpened {
    /// The auction's number.
    pub id: u64,
    /// The auction.
    pub auction: Auction,
}

/// Somebody bids more.
#[event]
pub struct BidPlaced {
    /// The auction's number.
    pub id: u64,
    /// Who.
    pub bidder: Address,
    /// How much.
    pub bid: Amount,
    /// When the auction ends now.
    pub ends: Timestamp,
}

/// An auction ended without a sale; the highest bid waits for its bidder.
#[event]
pub struct AuctionFailed {
    /// The auction's number.
    pub id: u64,
}

/// A token was sold.
#[event]
pub struct Sold {
    /// The token's contract.
    pub collection: Address,
    /// Which token.
    pub token: u64,
    /// Who sold.
    pub seller: Address,
    /// Who bought.
    pub buyer: Address,
    /// For how much.
    pub price: Amount,
    /// What the market keeps of it.
    pub fee: Amount,
    /// Who gets the royalty.
    pub royalty_to: Address,
    /// The royalty.
    pub royalty: Amount,
}

/// Somebody took out what the market owed.
#[event]
pub struct Withdrawn {
    /// Whose money.
    pub account: Address,
    /// Where it went.
    pub to: Address,
    /// How much.
    pub amount: Amount,
}

/// The fee of later sales.
#[event]
pub struct FeeSet {
    /// The part of a price.
    pub fee: Rate,
    /// Who gets it.
    pub to: Address,
}
