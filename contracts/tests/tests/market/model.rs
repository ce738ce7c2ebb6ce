//! Random calls, against a market so naive that it is obviously right.

use crate::*;
use proptest::prelude::*;
use std::collections::BTreeMap;
use tacit_contract_tests::twin::{self, Twin};

/// Times in the steps are counted in this, so that they meet the extension of ten minutes.
const UNIT: u64 = 4 * MINUTE;
const FEE_TO: usize = 3;
const ARTIST: usize = 4;

#[derive(Debug, Clone)]
pub enum Step {
    List { by: usize, token: u64, price: u128, time: u64 },
    CancelListing { by: usize, token: u64 },
    Buy { by: usize, token: u64, price: Option<u128> },
    Offer { by: usize, token: u64, amount: u128, time: u64 },
    CancelOffer { by: usize, id: u64 },
    Accept { by: usize, id: u64 },
    Auction { by: usize, token: u64, start: u128, more: u128, time: u64 },
    Bid { by: usize, id: u64, bid: u128 },
    CancelAuction { by: usize, id: u64 },
    Settle { by: usize, id: u64 },
    Withdraw { by: usize },
    Give { from: usize, to: usize, token: u64 },
    Allow { by: usize, allowed: bool },
    Donate { amount: u128 },
    Wait { time: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    let by = 0..3usize;
    let token = 0..2u64;
    let id = 0..5u64;
    let price = 0..300u128;
    let time = 0..5u64;
    prop_oneof![
        4 => (by.clone(), token.clone(), price.clone(), time.clone())
            .prop_map(|(by, token, price, time)| Step::List { by, token, price, time }),
        1 => (by.clone(), token.clone()).prop_map(|(by, token)| Step::CancelListing { by, token }),
        4 => (by.clone(), token.clone(), prop::option::weighted(0.1, price.clone()))
            .prop_map(|(by, token, price)| Step::Buy { by, token, price }),
        3 => (by.clone(), token.clone(), price.clone(), time.clone())
            .prop_map(|(by, token, amount, time)| Step::Offer { by, token, amount, time }),
        1 => (by.clone(), id.clone()).prop_map(|(by, id)| Step::CancelOffer { by, id }),
        3 => (by.clone(), id.clone()).prop_map(|(by, id)| Step::Accept { by, id }),
        4 => (by.clone(), token.clone(), price.clone(), 0..100u128, time.clone())
            .prop_map(|(by, token, start, more, time)| Step::Auction { by, token, start, more, time }),
        8 => (by.clone(), id.clone(), price).prop_map(|(by, id, bid)| Step::Bid { by, id, bid }),
        1 => (by.clone(), id.clone()).prop_map(|(by, id)| Step::CancelAuction { by, id }),
        6 => (by.clone(), id).prop_map(|(by, id)| Step::Settle { by, id }),
        2 => by.clone().prop_map(|by| Step::Withdraw { by }),
        1 => (by.clone(), by.clone(), token).prop_map(|(from, to, token)| Step::Give { from, to, token }),
        1 => (by, prop::bool::weighted(0.7)).prop_map(|(by, allowed)| Step::Allow { by, allowed }),
        1 => (1..50u128).prop_map(|amount| Step::Donate { amount }),
        3 => time.prop_map(|time| Step::Wait { time }),
    ]
}

#[derive(Clone, Copy)]
struct Listing {
    seller: usize,
    price: u128,
    expires: u64,
    nonce: u64,
    moves: u64,
}

#[derive(Clone, Copy)]
struct Offer {
    token: u64,
    buyer: usize,
    amount: u128,
    expires: u64,
}

#[derive(Clone, Copy)]
struct Auction {
    token: u64,
    seller: usize,
    start: u128,
    reserve: u128,
    ends: u64,
    moves: u64,
    best: Option<(usize, u128)>,
}

#[derive(Clone)]
pub struct Model {
    next: u64,
    /// By token: who holds it, how often it moved.
    tokens: [(usize, u64); 2],
    allowed: [bool; 3],
    listings: BTreeMap<u64, Listing>,
    offers: BTreeMap<u64, Offer>,
    auctions: BTreeMap<u64, Auction>,
    credits: [u128; 5],
    donated: u128,
}

impl Model {
    fn new() -> Self {
        Self {
            next: 0,
            tokens: [(0, 0), (1, 0)],
            allowed: [true; 3],
            listings: BTreeMap::new(),
            offers: BTreeMap::new(),
            auctions: BTreeMap::new(),
            credits: [0; 5],
            donated: 0,
        }
    }

    fn owed(&self) -> u128 {
        let offers: u128 = self.offers.values().map(|offer| offer.amount).sum();
        let bids: u128 = self.auctions.values().filter_map(|auction| auction.best).map(|(_, bid)| bid).sum();
        offers + bids + self.credits.iter().sum::<u128>()
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    fn token(&mut self, token: u64) -> &mut (usize, u64) {
        &mut self.tokens[usize::try_from(token).unwrap()]
    }

    fn give(&mut self, to: usize, token: u64) {
        let (owner, moves) = self.token(token);
        *owner = to;
        *moves += 1;
    }

    fn sell(&mut self, seller: usize, buyer: usize, token: u64, price: u128) -> Result<(), u32> {
        if seller == buyer {
            return Err(code::OWN_TOKEN);
        }
        if !self.allowed[seller] {
            return Err(code::NOT_DELIVERED);
        }
        self.give(buyer, token);
        let fee = price * FEE_POINTS / 10_000;
        let royalty = if token == 0 { price / 10 } else { 0 };
        self.credits[FEE_TO] += fee;
        self.credits[ARTIST] += royalty;
        self.credits[seller] += price - fee - royalty;
        Ok(())
    }

    /// Turns a random step into one that is likely to succeed: by whoever may do it, with something that is there.
    fn aim(&self, step: Step, now: u64) -> Step {
        let owner = |token: u64| self.tokens[usize::try_from(token).unwrap()].0;
        let nth = |keys: Vec<u64>, id: u64| {
            let count = u64::try_from(keys.len()).unwrap();
            if count == 0 { id } else { keys[usize::try_from(id % count).unwrap()] }
        };
        let offer = |id| nth(self.offers.keys().copied().collect(), id);
        let auctions = |fits: &dyn Fn(&Auction) -> bool, id: u64| {
            nth(self.auctions.iter().filter(|(_, auction)| fits(auction)).map(|(id, _)| *id).collect(), id)
        };
        let other_than = |seller: usize, by: usize| (seller + 1 + by % 2) % 3;
        match step {
            Step::List { token, price, time, .. } => {
                Step::List { by: owner(token), token, price: price + 1, time: time + 1 }
            }
            Step::CancelListing { by, token } => {
                Step::CancelListing { by: self.listings.get(&token).map_or(by, |listing| listing.seller), token }
            }
            Step::Buy { by, token, .. } => {
                let seller = self.listings.get(&token).map_or(by, |listing| listing.seller);
                Step::Buy { by: other_than(seller, by), token, price: None }
            }
            Step::Offer { by, token, amount, time } => {
                Step::Offer { by: other_than(owner(token), by), token, amount: amount + 1, time: time + 1 }
            }
            Step::CancelOffer { by, id } => {
                let id = offer(id);
                Step::CancelOffer { by: self.offers.get(&id).map_or(by, |offer| offer.buyer), id }
            }
            Step::Accept { by, id } => {
                let id = offer(id);
                Step::Accept { by: self.offers.get(&id).map_or(by, |offer| owner(offer.token)), id }
            }
            Step::Auction { token, start, more, time, .. } => {
                Step::Auction { by: owner(token), token, start: start + 1, more, time: time + 2 }
            }
            Step::Bid { by, id, bid } => {
                let id = auctions(&|auction| now < auction.ends, id);
                let Some(found) = self.auctions.get(&id) else { return Step::Bid { by, id, bid } };
                let least = found.best.map_or(found.start, |(_, best)| best + best.div_ceil(20));
                Step::Bid { by: other_than(found.seller, by), id, bid: least + bid / 4 }
            }
            Step::CancelAuction { by, id } => {
                let id = auctions(&|auction| auction.best.is_none(), id);
                Step::CancelAuction { by: self.auctions.get(&id).map_or(by, |auction| auction.seller), id }
            }
            Step::Settle { by, id } => {
                Step::Settle { by, id: auctions(&|auction| auction.ends <= now && auction.best.is_some(), id) }
            }
            Step::Withdraw { by } => {
                Step::Withdraw { by: (0..3).map(|at| (by + at) % 3).find(|at| self.credits[*at] > 0).unwrap_or(by) }
            }
            Step::Give { to, token, .. } => Step::Give { from: owner(token), to, token },
            Step::Wait { time: 2.. } => {
                // Until the next auction with a bid has ended, so that it can be settled.
                let running = self.auctions.values().filter(|auction| auction.best.is_some() && now < auction.ends);
                let next = running.map(|auction| auction.ends).min().unwrap_or(now);
                Step::Wait { time: (next - now).div_ceil(UNIT) }
            }
            other => other,
        }
    }

    fn apply(&mut self, step: &Step, now: u64) -> Result<(), u32> {
        let check_time = |time: u64| if time == 0 { Err(code::BAD_TIME) } else { Ok(now + time * UNIT) };
        let check_price = |price: u128| if price == 0 { Err(code::NO_PRICE) } else { Ok(()) };
        match *step {
            Step::List { by, token, price, time } => {
                check_price(price)?;
                let expires = check_time(time)?;
                let (owner, moves) = *self.token(token);
                if owner != by {
                    return Err(code::NOT_OWNER);
                }
                let nonce = self.number();
                self.listings.insert(token, Listing { seller: by, price, expires, nonce, moves });
            }
            Step::CancelListing { by, token } => {
                let listing = self.listings.get(&token).ok_or(code::UNKNOWN_LISTING)?;
                if listing.seller != by {
                    return Err(code::NOT_YOURS);
                }
                self.listings.remove(&token);
            }
            Step::Buy { by, token, price } => {
                let listing = *self.listings.get(&token).ok_or(code::UNKNOWN_LISTING)?;
                if listing.expires <= now {
                    return Err(code::EXPIRED);
                }
                if price.is_some_and(|price| price != listing.price) {
                    return Err(code::WRONG_VALUE);
                }
                if *self.token(token) != (listing.seller, listing.moves) {
                    return Err(code::LISTING_VOID);
                }
                self.sell(listing.seller, by, token, listing.price)?;
                self.listings.remove(&token);
            }
            Step::Offer { by, token, amount, time } => {
                check_price(amount)?;
                let expires = check_time(time)?;
                let id = self.number();
                self.offers.insert(id, Offer { token, buyer: by, amount, expires });
            }
            Step::CancelOffer { by, id } => {
                let offer = *self.offers.get(&id).ok_or(code::UNKNOWN_OFFER)?;
                if offer.buyer != by {
                    return Err(code::NOT_YOURS);
                }
                self.offers.remove(&id);
                self.credits[by] += offer.amount;
            }
            Step::Accept { by, id } => {
                let offer = *self.offers.get(&id).ok_or(code::UNKNOWN_OFFER)?;
                if offer.expires <= now {
                    return Err(code::EXPIRED);
                }
                if self.token(offer.token).0 != by {
                    return Err(code::NOT_OWNER);
                }
                self.sell(by, offer.buyer, offer.token, offer.amount)?;
                self.offers.remove(&id);
            }
            Step::Auction { by, token, start, more, time } => {
                check_price(start)?;
                let ends = check_time(time)?;
                let (owner, moves) = *self.token(token);
                if owner != by {
                    return Err(code::NOT_OWNER);
                }
                let id = self.number();
                let auction = Auction { token, seller: by, start, reserve: start + more, ends, moves, best: None };
                self.auctions.insert(id, auction);
            }
            Step::Bid { by, id, bid } => {
                let auction = self.auctions.get_mut(&id).ok_or(code::UNKNOWN_AUCTION)?;
                if auction.ends <= now {
                    return Err(code::EXPIRED);
                }
                if auction.seller == by {
                    return Err(code::OWN_TOKEN);
                }
                if bid < auction.best.map_or(auction.start, |(_, best)| best + best.div_ceil(20)) {
                    return Err(code::BID_TOO_LOW);
                }
                if let Some((before, best)) = auction.best {
                    self.credits[before] += best;
                }
                auction.best = Some((by, bid));
                auction.ends = auction.ends.max(now + 10 * MINUTE);
            }
            Step::CancelAuction { by, id } => {
                let auction = self.auctions.get(&id).ok_or(code::UNKNOWN_AUCTION)?;
                if auction.seller != by {
                    return Err(code::NOT_YOURS);
                }
                if auction.best.is_some() {
                    return Err(code::HAS_BID);
                }
                self.auctions.remove(&id);
            }
            Step::Settle { id, .. } => {
                let auction = *self.auctions.get(&id).ok_or(code::UNKNOWN_AUCTION)?;
                let stands = *self.token(auction.token) == (auction.seller, auction.moves);
                if now < auction.ends && stands {
                    return Err(code::NOT_ENDED);
                }
                self.auctions.remove(&id);
                if let Some((bidder, bid)) = auction.best {
                    let wanted = stands && auction.reserve <= bid;
                    let sold = wanted && self.sell(auction.seller, bidder, auction.token, bid).is_ok();
                    if wanted && !sold && now < auction.ends + DAY {
                        return Err(code::NOT_DELIVERED);
                    }
                    if !sold {
                        self.credits[bidder] += bid;
                    }
                }
            }
            Step::Withdraw { by } => {
                if std::mem::take(&mut self.credits[by]) == 0 {
                    return Err(code::NOTHING_OWED);
                }
            }
            Step::Give { from, to, token } => {
                if self.token(token).0 != from {
                    return Err(2);
                }
                self.give(to, token);
            }
            Step::Allow { by, allowed } => self.allowed[by] = allowed,
            Step::Donate { amount } => self.donated += amount,
            Step::Wait { .. } => {}
        }
        Ok(())
    }
}

/// Does a step on the chain; none if it is no transaction.
fn act(world: &mut World, model: &Model, step: &Step) -> Option<Outcome> {
    let who = world.who;
    Some(match *step {
        Step::List { by, token, price, time } => {
            let expires = world.in_time(time * UNIT);
            world.list(who[by], token, price, expires)
        }
        Step::CancelListing { by, token } => {
            world.chain.call(who[by], world.market, "cancel_listing", &(world.nft, token))
        }
        Step::Buy { by, token, price } => {
            let (nonce, asked) = model.listings.get(&token).map_or((0, 1), |listing| (listing.nonce, listing.price));
            world.buy(who[by], token, nonce, price.unwrap_or(asked))
        }
        Step::Offer { by, token, amount, time } => {
            let expires = world.in_time(time * UNIT);
            world.offer(who[by], token, amount, expires)
        }
        Step::CancelOffer { by, id } => world.by_id(who[by], "cancel_offer", id),
        Step::Accept { by, id } => world.by_id(who[by], "accept", id),
        Step::Auction { by, token, start, more, time } => {
            let ends = world.in_time(time * UNIT);
            world.auction(who[by], token, start, start + more, ends)
        }
        Step::Bid { by, id, bid } => world.bid(who[by], id, bid),
        Step::CancelAuction { by, id } => world.by_id(who[by], "cancel_auction", id),
        Step::Settle { by, id } => world.by_id(who[by], "settle", id),
        Step::Withdraw { by } => world.withdraw(who[by]),
        Step::Give { from, to, token } => world.chain.call(who[from], world.nft, "transfer", &(who[to], token)),
        Step::Allow { by, allowed } => world.chain.call(who[by], world.nft, "set_operator", &(world.market, allowed)),
        Step::Donate { amount } => world.chain.transfer(who[2], world.market, Amount(amount)),
        Step::Wait { time } => {
            world.chain.warp(time * UNIT);
            return None;
        }
    })
}

impl Twin for World {
    type Step = (Step, bool);
    type Model = Model;

    fn chain(&mut self) -> &mut Chain {
        &mut self.chain
    }

    fn step(&mut self, model: &mut Model, (step, aimed): &(Step, bool)) -> Result<bool, TestCaseError> {
        let now = self.in_time(0);
        let step = if *aimed { model.aim(step.clone(), now) } else { step.clone() };
        let succeeded = twin::both(model, |model| act(self, model, &step), |model| model.apply(&step, now));
        let accounts = [self.who[0], self.who[1], self.who[2], self.fee_to, self.artist];
        prop_assert_eq!(accounts.map(|account| self.credit(account)), model.credits);
        prop_assert_eq!([0, 1].map(|token| self.owner_of(token)), model.tokens.map(|(owner, _)| self.who[owner]));
        prop_assert_eq!(self.owed(), model.owed());
        prop_assert_eq!(self.chain.balance(self.market).0, model.owed() + model.donated);
        Ok(succeeded)
    }
}

#[test]
fn the_market_does_what_a_naive_one_does() {
    let world = World::new();
    let steps = prop::collection::vec((step(), prop::bool::weighted(0.85)), 10..36);
    let reached = ["List", "Buy", "Offer", "Accept", "Auction", "Bid", "Settle", "Withdraw"];
    twin::run(world, &Model::new(), 250, &steps, &reached);
}
