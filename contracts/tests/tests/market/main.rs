//! The marketplace in the simulator: what it does, what it refuses, a model, and known attacks.
#![allow(clippy::unwrap_used)]

mod attacks;
mod behaviour;
mod invariants;
mod liar;
mod model;
mod strange;

use tacit_contract_tests::{deploy, module};
use tacit_simulator::{Address, Amount, Chain, Outcome};

pub(crate) const MINUTE: u64 = 60_000;
pub(crate) const HOUR: u64 = 60 * MINUTE;
pub(crate) const DAY: u64 = 24 * HOUR;
/// One hundredth of a percent, in units of 10^-18.
pub(crate) const POINT: u128 = 100_000_000_000_000;
/// The market's fee in the tests.
pub(crate) const FEE_POINTS: u128 = 250;
pub(crate) const FEE_KEEPER: u8 = 16;

/// Errors of the contract.
pub(crate) mod code {
    pub(crate) const FEE_TOO_HIGH: u32 = 1;
    pub(crate) const NO_PRICE: u32 = 2;
    pub(crate) const BAD_TIME: u32 = 3;
    pub(crate) const NOT_OWNER: u32 = 4;
    pub(crate) const COLLECTION_FAILED: u32 = 5;
    pub(crate) const UNKNOWN_LISTING: u32 = 6;
    pub(crate) const UNKNOWN_OFFER: u32 = 7;
    pub(crate) const UNKNOWN_AUCTION: u32 = 8;
    pub(crate) const EXPIRED: u32 = 9;
    pub(crate) const LISTING_VOID: u32 = 10;
    pub(crate) const WRONG_VALUE: u32 = 11;
    pub(crate) const OWN_TOKEN: u32 = 12;
    pub(crate) const NOT_DELIVERED: u32 = 13;
    pub(crate) const NOT_YOURS: u32 = 14;
    pub(crate) const BID_TOO_LOW: u32 = 15;
    pub(crate) const HAS_BID: u32 = 16;
    pub(crate) const NOT_ENDED: u32 = 17;
    pub(crate) const TOO_LITTLE_GAS: u32 = 18;
    pub(crate) const DIRECT_ONLY: u32 = 19;
    pub(crate) const NOTHING_OWED: u32 = 20;
    pub(crate) const NOT_PAID: u32 = 21;
    pub(crate) const RESERVE_TOO_LOW: u32 = 22;
    pub(crate) use tacit_contract_tests::code::{IS_PAUSED as PAUSED, MISSING_ROLE};
}

/// A market and an honest collection: Alice has token 0, with a royalty of 10 %, and Bob token 1, with none.
/// All three let the market move their tokens.
pub(crate) struct World {
    pub(crate) chain: Chain,
    pub(crate) market: Address,
    pub(crate) nft: Address,
    pub(crate) admin: Address,
    pub(crate) fee_to: Address,
    pub(crate) artist: Address,
    pub(crate) who: [Address; 3],
}

impl World {
    pub(crate) fn new() -> Self {
        let mut chain = Chain::new();
        let [admin, fee_to, artist] = ["admin", "treasury", "artist"].map(|name| chain.account(name));
        let who = ["alice", "bob", "carol"].map(|name| chain.account(name));
        let code = deploy(&mut chain, "nft");
        let nft = chain.instantiate(admin, code, &("Stones", 100u64)).unwrap();
        chain.call(admin, nft, "grant_role", &(16u8, admin)).ok();
        for (holder, royalty) in [(who[0], 1_000 * POINT), (who[1], 0)] {
            chain.call(admin, nft, "mint", &(holder, "stone", artist, royalty)).ok();
        }
        let code = deploy(&mut chain, "market");
        let market = chain.instantiate(admin, code, &(FEE_POINTS * POINT, fee_to)).unwrap();
        for holder in who {
            chain.call(holder, nft, "set_operator", &(market, true)).ok();
        }
        invariants::register(&mut chain, market, nft, admin);
        Self { chain, market, nft, admin, fee_to, artist, who }
    }

    pub(crate) fn in_time(&self, milliseconds: u64) -> u64 {
        self.chain.time().0 + milliseconds
    }

    pub(crate) fn list(&mut self, seller: Address, token: u64, price: u128, expires: u64) -> Outcome {
        self.chain.call(seller, self.market, "list", &(self.nft, token, price, expires))
    }

    /// Lists for a day; the listing's nonce.
    pub(crate) fn listed(&mut self, seller: Address, token: u64, price: u128) -> u64 {
        let expires = self.in_time(DAY);
        self.list(seller, token, price, expires).ok().returns()
    }

    pub(crate) fn buy(&mut self, buyer: Address, token: u64, nonce: u64, value: u128) -> Outcome {
        self.chain.call_paying(buyer, self.market, "buy", &(self.nft, token, nonce), Amount(value))
    }

    pub(crate) fn offer(&mut self, buyer: Address, token: u64, amount: u128, expires: u64) -> Outcome {
        let arguments = (self.nft, token, expires, None::<Address>);
        self.chain.call_paying(buyer, self.market, "offer", &arguments, Amount(amount))
    }

    /// Offers for a day; the offer's number.
    pub(crate) fn offered(&mut self, buyer: Address, token: u64, amount: u128) -> u64 {
        let expires = self.in_time(DAY);
        self.offer(buyer, token, amount, expires).ok().returns()
    }

    pub(crate) fn auction(&mut self, seller: Address, token: u64, start: u128, reserve: u128, ends: u64) -> Outcome {
        self.chain.call(seller, self.market, "auction", &(self.nft, token, start, reserve, ends))
    }

    /// Opens an auction of a day; its number.
    pub(crate) fn auctioned(&mut self, seller: Address, token: u64, start: u128, reserve: u128) -> u64 {
        let ends = self.in_time(DAY);
        self.auction(seller, token, start, reserve, ends).ok().returns()
    }

    pub(crate) fn bid(&mut self, bidder: Address, id: u64, bid: u128) -> Outcome {
        self.chain.call_paying(bidder, self.market, "bid", &(id, None::<Address>), Amount(bid))
    }

    /// Calls a function whose only argument is a number.
    pub(crate) fn by_id(&mut self, caller: Address, function: &str, id: u64) -> Outcome {
        self.chain.call(caller, self.market, function, &(id,))
    }

    pub(crate) fn withdraw(&mut self, account: Address) -> Outcome {
        self.chain.call(account, self.market, "withdraw", &(account,))
    }

    pub(crate) fn give(&mut self, from: Address, to: Address, token: u64) {
        self.chain.call(from, self.nft, "transfer", &(to, token)).ok();
    }

    pub(crate) fn owner_of(&self, token: u64) -> Address {
        self.chain.view::<Option<Address>>(self.nft, "owner_of", &(token,)).unwrap().unwrap()
    }

    pub(crate) fn credit(&self, account: Address) -> u128 {
        self.chain.view::<Amount>(self.market, "credit_of", &(account,)).unwrap().0
    }

    pub(crate) fn owed(&self) -> u128 {
        self.chain.view::<Amount>(self.market, "owed", &()).unwrap().0
    }
}
