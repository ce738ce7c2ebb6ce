//! A marketplace for tokens that are each their own: fixed prices, offers and auctions. Nothing but money lies here:
//! a token stays with its holder, who lets the market move it, and whether it still may is found out at the sale.
//!
//! Invariants: the market has at least what it owes, to the unit; a sale pays its price once, split into fee, royalty
//! and the rest, of which the fee is at most 5 % and the royalty at most 10 %, whatever the token's contract says; what
//! a holder asked for ends when the token changes hands, also if it comes back; an expired or cancelled listing or offer
//! is never filled. Every payment is fetched by who gets it, so nobody's payment can stop another's. Nobody has a
//! power over money of others: the fee only falls, and a pause, which ends by itself, never stops who takes money out, nor
//! an auction that goes on.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod events;
mod money;
mod sale;

/// A marketplace for tokens that are each their own.
#[tacit_sdk::contract(modules(roles, pause))]
mod market {
    use crate::events::{
        AuctionFailed, AuctionOpened, BidPlaced, FeeSet, Listed, ListingCancelled, OfferCancelled, OfferMade, Withdrawn,
    };
    use crate::money::{credit, credit_if_any, owe_more};
    use crate::sale::{Sale, require_owner, stands};
    use tacit_sdk::prelude::*;

    /// The largest fee of the market, in hundredths of a percent: 5 %.
    const FEE_MAX_POINTS: u32 = 500;
    /// By how much a bid must be above the one before, in hundredths of a percent: 5 %.
    const STEP_POINTS: u32 = 500;
    /// The longest time that a listing or an offer stands.
    const STANDS_MAX: Duration = Duration::days(180);
    /// The longest auction, extensions not counted.
    const AUCTION_MAX: Duration = Duration::days(30);
    /// How long after an auction's end the token can still be delivered, when it could not at once.
    const DELIVERY_GRACE: Duration = Duration::days(1);
    /// A bid leaves at least this much time for another.
    const EXTENSION: Duration = Duration::minutes(10);
    /// The group of functions that a pause stops.
    const TRADING: u8 = 0;

    storage! {
        version = 1;
        /// The part of a price that the market keeps.
        FEE: Item<Rate> = 0;
        /// Who gets the fees.
        FEE_TO: Item<Address> = 1;
        /// The next nonce of a listing, offer or auction.
        NEXT: Item<u64> = 2;
        /// Fixed prices, by collection and token.
        LISTINGS: Map<(Address, u64), Listing> = 3;
        /// Offers by number.
        OFFERS: Map<u64, Offer> = 4;
        /// Auctions by number.
        AUCTIONS: Map<u64, Auction> = 5;
        /// What everybody can take out.
        CREDITS: Map<Address, Amount> = 6;
        /// Credits, offers and bids together.
        OWED: Item<Amount> = 7;
    }

    roles! {
        /// May lower the fee and say who gets it.
        FEE_KEEPER = 16;
    }

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

    /// Why a call fails.
    #[error]
    pub enum Error {
        /// The fee is above 5 %, or above what it was.
        FeeTooHigh = 1,
        /// Nothing is no price.
        NoPrice = 2,
        /// The time is over, or further away than is allowed.
        BadTime = 3,
        /// The token is not the caller's.
        NotOwner = 4,
        /// The token's contract does not answer as it must.
        CollectionFailed = 5,
        /// There is no such listing, or another one by now.
        UnknownListing = 6,
        /// There is no such offer.
        UnknownOffer = 7,
        /// There is no such auction.
        UnknownAuction = 8,
        /// It has expired or ended.
        Expired = 9,
        /// The token changed hands since: list it again.
        ListingVoid = 10,
        /// The money sent is not the price.
        WrongValue = 11,
        /// Nobody buys its own token.
        OwnToken = 12,
        /// The token could not be moved: its holder does not let the market, or its contract failed.
        NotDelivered = 13,
        /// It is somebody else's.
        NotYours = 14,
        /// The bid is below the least that is taken.
        BidTooLow = 15,
        /// The auction has a bid: it goes on to its end.
        HasBid = 16,
        /// The auction has not ended.
        NotEnded = 17,
        /// The token's contract must not be short of gas: give the call more.
        TooLittleGas = 18,
        /// Accounts settle auctions, not contracts.
        DirectOnly = 19,
        /// The market owes the caller nothing.
        NothingOwed = 20,
        /// The receiver cannot take the money.
        NotPaid = 21,
        /// The reserve is below the lowest first bid.
        ReserveTooLow = 22,
    }

    /// Starts with a fee, which can only fall.
    #[init]
    fn init(fee: Rate, fee_to: Address) -> Result<(), Error> {
        if fee > Rate::basis_points(FEE_MAX_POINTS) {
            return Err(Error::FeeTooHigh);
        }
        roles::start(&env::caller());
        set_fee_to(fee, fee_to);
        Ok(())
    }

    /// Lowers the fee, or keeps it, and says who gets it.
    #[call]
    #[only_role(FEE_KEEPER)]
    fn set_fee(fee: Rate, to: Address) -> Result<(), Error> {
        if fee > FEE.get_or_default() {
            return Err(Error::FeeTooHigh);
        }
        set_fee_to(fee, to);
        Ok(())
    }

    /// Gives a token of the caller a price, instead of the one it had; returns the listing's nonce. The market must be
    /// let move the token by the time of the sale.
    #[call]
    #[when_not_paused(TRADING)]
    fn list(collection: Address, token: u64, price: Amount, expires: Timestamp) -> Result<u64, Error> {
        require_price(price)?;
        require_time(expires, STANDS_MAX)?;
        let seller = env::caller();
        let moves = require_owner(collection, token, &seller)?;
        let nonce = next_nonce();
        let listing = Listing { seller, price, expires, nonce, moves };
        LISTINGS.set(&(collection, token), &listing);
        Listed { collection, token, listing }.emit();
        Ok(nonce)
    }

    /// Takes the price of a token back.
    #[call]
    fn cancel_listing(collection: Address, token: u64) -> Result<(), Error> {
        let Listing { seller, nonce, .. } = LISTINGS.get(&(collection, token)).ok_or(Error::UnknownListing)?;
        require_caller(&seller)?;
        LISTINGS.remove(&(collection, token));
        ListingCancelled { collection, token, nonce }.emit();
        Ok(())
    }

    /// Buys a token at its price, which is sent along. The nonce says which listing the buyer has seen.
    #[call]
    #[payable]
    #[when_not_paused(TRADING)]
    fn buy(collection: Address, token: u64, nonce: u64) -> Result<(), Error> {
        let listing = LISTINGS.get(&(collection, token)).filter(|listing| listing.nonce == nonce);
        let Listing { seller, price, expires, moves, .. } = listing.ok_or(Error::UnknownListing)?;
        if expires <= env::now() {
            return Err(Error::Expired);
        }
        if env::value() != price {
            return Err(Error::WrongValue);
        }
        let sale = Sale { collection, token, seller, buyer: env::caller(), price };
        LISTINGS.remove(&(collection, token));
        owe_more(price);
        if !stands(&sale, moves)? {
            return Err(Error::ListingVoid);
        }
        sale.execute()
    }

    /// Offers the money that is sent along for a token, to whoever holds it; returns the offer's number. The offer is
    /// `buyer`'s, or else the caller's: name an address where the caller never acts again, as that of a shielded
    /// transaction.
    #[call]
    #[payable]
    #[when_not_paused(TRADING)]
    fn offer(collection: Address, token: u64, expires: Timestamp, buyer: Option<Address>) -> Result<u64, Error> {
        let (buyer, amount) = (buyer.unwrap_or_else(env::caller), env::value());
        require_price(amount)?;
        require_time(expires, STANDS_MAX)?;
        let id = next_nonce();
        let offer = Offer { collection, token, buyer, amount, expires };
        OFFERS.set(&id, &offer);
        owe_more(amount);
        OfferMade { id, offer }.emit();
        Ok(id)
    }

    /// Takes an offer of the caller back, expired or not; its money can be withdrawn.
    #[call]
    fn cancel_offer(id: u64) -> Result<(), Error> {
        let Offer { buyer, amount, .. } = OFFERS.get(&id).ok_or(Error::UnknownOffer)?;
        require_caller(&buyer)?;
        OFFERS.remove(&id);
        credit(&buyer, amount);
        OfferCancelled { id }.emit();
        Ok(())
    }

    /// Sells a token of the caller for an offer. An offer never changes, so its number is enough.
    #[call]
    #[when_not_paused(TRADING)]
    fn accept(id: u64) -> Result<(), Error> {
        let Offer { collection, token, buyer, amount, expires } = OFFERS.get(&id).ok_or(Error::UnknownOffer)?;
        if expires <= env::now() {
            return Err(Error::Expired);
        }
        let seller = env::caller();
        OFFERS.remove(&id);
        require_owner(collection, token, &seller)?;
        Sale { collection, token, seller, buyer, price: amount }.execute()
    }

    /// Begins an auction of a token of the caller; returns its number.
    #[call]
    #[when_not_paused(TRADING)]
    fn auction(collection: Address, token: u64, start: Amount, reserve: Amount, ends: Timestamp) -> Result<u64, Error> {
        require_price(start)?;
        if reserve < start {
            return Err(Error::ReserveTooLow);
        }
        require_time(ends, AUCTION_MAX)?;
        let seller = env::caller();
        let moves = require_owner(collection, token, &seller)?;
        let id = next_nonce();
        let bid = Amount::ZERO;
        let auction = Auction { collection, token, seller, start, reserve, ends, moves, bidder: None, bid };
        AUCTIONS.set(&id, &auction);
        AuctionOpened { id, auction }.emit();
        Ok(id)
    }

    // Time goes on in a pause, and so does bidding: else who pauses would choose who wins.
    /// Bids the money that is sent along. The bid before can be withdrawn by its bidder from now on. The bid is `bidder`'s,
    /// or else the caller's, as in `offer`.
    #[call]
    #[payable]
    fn bid(id: u64, bidder: Option<Address>) -> Result<(), Error> {
        let mut auction = AUCTIONS.get(&id).ok_or(Error::UnknownAuction)?;
        let (bidder, bid, now) = (bidder.unwrap_or_else(env::caller), env::value(), env::now());
        if auction.ends <= now {
            return Err(Error::Expired);
        }
        if bidder == auction.seller {
            return Err(Error::OwnToken);
        }
        if bid < least_bid(&auction) {
            return Err(Error::BidTooLow);
        }
        if let Some(before) = auction.bidder {
            credit(&before, auction.bid);
        }
        owe_more(bid);
        auction.bidder = Some(bidder);
        auction.bid = bid;
        auction.ends = auction.ends.max(now.checked_add(EXTENSION).ok_or(Error::BadTime)?);
        AUCTIONS.set(&id, &auction);
        BidPlaced { id, bidder, bid, ends: auction.ends }.emit();
        Ok(())
    }

    /// Takes an auction without bids back.
    #[call]
    fn cancel_auction(id: u64) -> Result<(), Error> {
        let auction = AUCTIONS.get(&id).ok_or(Error::UnknownAuction)?;
        require_caller(&auction.seller)?;
        if auction.bidder.is_some() {
            return Err(Error::HasBid);
        }
        AUCTIONS.remove(&id);
        AuctionFailed { id }.emit();
        Ok(())
    }

    /// Ends an auction whose time is over, or whose token changed hands, for everybody: the token goes to the highest
    /// bidder and the money to the seller, or the bidder gets it all back. True if the token was sold.
    ///
    /// Only accounts call this, and with enough gas: otherwise a caller could make the token's contract fail, and with it
    /// the sale. A token that cannot be delivered ends nothing until a day after the auction's end, so that a failure that
    /// somebody brought about for one transaction, or a pause of the token's contract, lets nobody out.
    #[call]
    fn settle(id: u64) -> Result<bool, Error> {
        if !env::is_called_by_account() {
            return Err(Error::DirectOnly);
        }
        let auction = AUCTIONS.get(&id).ok_or(Error::UnknownAuction)?;
        let Auction { collection, token, seller, bid: price, moves, .. } = auction;
        let buyer = auction.bidder.unwrap_or_default();
        let sale = Sale { collection, token, seller, buyer, price };
        let stands = match stands(&sale, moves) {
            Err(Error::TooLittleGas) => return Err(Error::TooLittleGas),
            answer => answer,
        };
        // A contract that does not answer does not end an auction early, but never holds up its end.
        if env::now() < auction.ends && stands != Ok(false) {
            return Err(Error::NotEnded);
        }
        AUCTIONS.remove(&id);
        let wanted = auction.bidder.is_some() && auction.reserve <= price && stands != Ok(false);
        let sold = wanted && stands == Ok(true) && sale.attempt()?;
        if wanted && !sold && env::now().saturating_since(auction.ends) < DELIVERY_GRACE {
            return Err(Error::NotDelivered);
        }
        if !sold {
            credit_if_any(&buyer, price);
            AuctionFailed { id }.emit();
        }
        Ok(sold)
    }

    /// Takes out everything that the market owes the caller.
    #[call]
    fn withdraw(to: Address) -> Result<Amount, Error> {
        let account = env::caller();
        let amount = CREDITS.take(&account).ok_or(Error::NothingOwed)?;
        OWED.set(&OWED.get_or_default().checked_sub(amount).ok_or(Error::NothingOwed)?);
        env::transfer(&to, amount).map_err(|_| Error::NotPaid)?;
        Withdrawn { account, to, amount }.emit();
        Ok(amount)
    }

    /// The price of a token, if it was given one; it may have expired, or be void.
    #[view]
    fn listing_of(collection: Address, token: u64) -> Option<Listing> {
        LISTINGS.get(&(collection, token))
    }

    /// An offer.
    #[view]
    fn offer_of(id: u64) -> Option<Offer> {
        OFFERS.get(&id)
    }

    /// An auction.
    #[view]
    fn auction_of(id: u64) -> Option<Auction> {
        AUCTIONS.get(&id)
    }

    /// What the next bid must be at least.
    #[view]
    fn next_bid(id: u64) -> Result<Amount, Error> {
        AUCTIONS.get(&id).map(|auction| least_bid(&auction)).ok_or(Error::UnknownAuction)
    }

    /// What an account can take out.
    #[view]
    fn credit_of(account: Address) -> Amount {
        CREDITS.get_or_default(&account)
    }

    /// All credits, offers and bids together.
    #[view]
    fn owed() -> Amount {
        OWED.get_or_default()
    }

    /// The part of a price that the market keeps, and who gets it.
    #[view]
    fn fee() -> (Rate, Address) {
        (FEE.get_or_default(), FEE_TO.get_or_default())
    }

    fn require_caller(account: &Address) -> Result<(), Error> {
        if env::caller() == *account { Ok(()) } else { Err(Error::NotYours) }
    }

    fn require_price(price: Amount) -> Result<(), Error> {
        if price.is_zero() { Err(Error::NoPrice) } else { Ok(()) }
    }

    /// Refuses a moment that is past, or too far away.
    fn require_time(moment: Timestamp, most: Duration) -> Result<(), Error> {
        let now = env::now();
        let fits = now < moment && moment.saturating_since(now) <= most;
        if fits { Ok(()) } else { Err(Error::BadTime) }
    }

    /// Rounded against who bids.
    fn least_bid(auction: &Auction) -> Amount {
        if auction.bidder.is_none() {
            return auction.start;
        }
        let step = Rate::basis_points(STEP_POINTS).apply(auction.bid, Rounding::Up);
        auction.bid.checked_add(step).unwrap_or(Amount::MAX)
    }

    #[allow(clippy::arithmetic_side_effects)] // Checked by the profile; nobody can pay for 2^64 calls.
    fn next_nonce() -> u64 {
        let nonce = NEXT.get_or_default();
        NEXT.set(&(nonce + 1));
        nonce
    }

    fn set_fee_to(fee: Rate, to: Address) {
        FEE.set(&fee);
        FEE_TO.set(&to);
        FeeSet { fee, to }.emit();
    }
}
