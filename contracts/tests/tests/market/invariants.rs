//! What always holds of a market, as named predicates. Of listings and offers that must not be taken any more it tries whether
//! they can be, and takes that back.

use std::collections::{BTreeMap, BTreeSet};
use tacit_simulator::{Address, Amount, Chain, GAS_LIMIT, encode};

/// Seller, price, until when, number, how often the token had moved.
type Listing = (Address, u128, u64, u64, u64);
/// Collection, token, buyer, amount, until when.
type Offer = (Address, u64, Address, u128, u64);
/// Collection, token, seller, start, reserve, end, how often the token had moved, bidder, bid.
type Auction = (Address, u64, Address, u128, u128, u64, u64, Option<Address>, u128);
/// Collection, token and price.
type Deal = (Address, u64, u128);

fn says(holds: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why()) }
}

fn listing(chain: &Chain, market: Address, collection: Address, token: u64) -> Option<Listing> {
    chain.view(market, "listing_of", &(collection, token)).unwrap()
}

/// Everything the market has said, by what it was.
#[derive(Default)]
struct Said {
    listed: BTreeMap<u64, (Address, u64, u128)>,
    offered: BTreeMap<u64, Offer>,
    auctioned: BTreeMap<u64, (Deal, Option<Address>)>,
    /// Numbers of listings and offers that were cancelled, and of auctions that failed.
    ended: BTreeSet<u64>,
    sold: BTreeMap<Deal, usize>,
}

impl Said {
    fn by(chain: &Chain, market: Address) -> Self {
        let mut said = Self::default();
        for event in chain.events().iter().filter(|event| event.contract == market) {
            match event.name() {
                Some("Listed") => {
                    let (collection, token, (_, price, _, nonce, _)): (Address, u64, Listing) = event.fields().unwrap();
                    said.listed.insert(nonce, (collection, token, price));
                }
                Some("ListingCancelled") => {
                    said.ended.insert(event.fields::<(Address, u64, u64)>().unwrap().2);
                }
                Some("OfferMade") => {
                    let (id, offer): (u64, Offer) = event.fields().unwrap();
                    said.offered.insert(id, offer);
                }
                Some("OfferCancelled" | "AuctionFailed") => {
                    said.ended.insert(event.fields::<(u64,)>().unwrap().0);
                }
                Some("AuctionOpened") => {
                    let (id, auction): (u64, Auction) = event.fields().unwrap();
                    said.auctioned.insert(id, ((auction.0, auction.1, 0), None));
                }
                Some("BidPlaced") => {
                    let (id, bidder, bid, _): (u64, Address, u128, u64) = event.fields().unwrap();
                    if let Some(((_, _, price), highest)) = said.auctioned.get_mut(&id) {
                        (*price, *highest) = (bid, Some(bidder));
                    }
                }
                Some("Sold") => {
                    type Sale = (Address, u64, Address, Address, u128, u128, Address, u128);
                    let (collection, token, _, _, price, ..): Sale = event.fields().unwrap();
                    *said.sold.entry((collection, token, price)).or_default() += 1;
                }
                _ => {}
            }
        }
        said
    }

    /// What is gone and was not cancelled: only that can have been sold.
    fn filled(&self, chain: &Chain, market: Address) -> BTreeMap<Deal, usize> {
        let is_kept = |view: &str, id: u64| chain.view_bytes(market, view, &encode(&id)).unwrap() != [0];
        let listings = self.listed.iter().filter(|(nonce, (collection, token, _))| {
            listing(chain, market, *collection, *token).is_none_or(|now| now.3 != **nonce)
        });
        let offers = self.offered.iter().filter(|(id, _)| !is_kept("offer_of", **id));
        let auctions = self.auctioned.iter().filter(|(id, _)| !is_kept("auction_of", **id));
        let gone = listings
            .map(|(nonce, deal)| (nonce, *deal))
            .chain(offers.map(|(id, offer)| (id, (offer.0, offer.1, offer.3))))
            .chain(auctions.map(|(id, (deal, _))| (id, *deal)));
        let mut filled = BTreeMap::new();
        for (_, deal) in gone.filter(|(number, _)| !self.ended.contains(number)) {
            *filled.entry(deal).or_default() += 1;
        }
        filled
    }

    /// What was cancelled, or failed, is kept no more.
    fn forgotten(&self, chain: &Chain, market: Address) -> Result<(), String> {
        for number in &self.ended {
            let kept = ["offer_of", "auction_of"]
                .iter()
                .any(|view| chain.view_bytes(market, view, &encode(number)).unwrap() != [0]);
            let stands = self.listed.get(number).is_some_and(|(collection, token, _)| {
                listing(chain, market, *collection, *token).is_some_and(|now| now.3 == *number)
            });
            says(!kept && !stands, || format!("number {number} came back"))?;
        }
        Ok(())
    }
}

/// Whether a call by somebody, without its key, would succeed now.
fn would(chain: &mut Chain, by: Address, market: Address, function: &str, input: Vec<u8>, value: u128) -> bool {
    chain.attempt(|chain| {
        let input = tacit_contract_tests::Encoded(input);
        chain.prank(by).call_paying(by, market, function, &input, Amount(value)).result.is_ok()
    })
}

/// No listing of a token is taken after the token moved.
fn moved(chain: &mut Chain, market: Address, nft: Address, rich: Address) -> Result<(), String> {
    let tokens: Vec<(u64, Address)> = chain.view(nft, "tokens", &(None::<u64>,)).unwrap();
    for (token, owner) in tokens {
        let Some((seller, price, _, nonce, moves)) = listing(chain, market, nft, token) else { continue };
        let now: u64 = chain.view(nft, "moves_of", &(token,)).unwrap();
        let is_void = owner != seller || now != moves;
        let can = is_void && would(chain, rich, market, "buy", encode(&(nft, token, nonce)), price);
        says(!can, || format!("token {token} was listed by {seller:?} before it moved, and can be bought"))?;
    }
    Ok(())
}

/// Nothing is sold that nobody stands for any more.
fn ended(chain: &mut Chain, market: Address, nft: Address, rich: Address) -> Result<(), String> {
    let said = Said::by(chain, market);
    said.forgotten(chain, market)?;
    let filled = said.filled(chain, market);
    let unexplained = said.sold.iter().find(|(deal, count)| filled.get(*deal).is_none_or(|filled| filled < *count));
    says(unexplained.is_none(), || format!("nobody agreed to {unexplained:?}"))?;
    let now = chain.time().0;
    for (collection, token) in said.listed.values().map(|(collection, token, _)| (*collection, *token)) {
        let Some((_, price, expires, nonce, _)) = listing(chain, market, collection, token) else { continue };
        let input = encode(&(collection, token, nonce));
        let can = expires <= now && would(chain, rich, market, "buy", input, price);
        says(!can, || format!("listing {nonce} expired at {expires} and can be bought"))?;
    }
    for (id, offer) in &said.offered {
        let is_kept = chain.view_bytes(market, "offer_of", &encode(id)).unwrap() != [0];
        if !is_kept || offer.4 > now || offer.0 != nft {
            continue;
        }
        let owner: Option<Address> = chain.view(nft, "owner_of", &(offer.1,)).unwrap();
        let can = owner.is_some_and(|owner| would(chain, owner, market, "accept", encode(id), 0));
        says(!can, || format!("offer {id} expired at {} and can be taken", offer.4))?;
    }
    Ok(())
}

/// With all gas there is, whatever a test leaves others.
fn with_gas(chain: &mut Chain, look: impl FnOnce(&mut Chain) -> Result<(), String>) -> Result<(), String> {
    chain.attempt(|chain| {
        chain.set_gas_limit(GAS_LIMIT);
        look(chain)
    })
}

/// Registers all of them, of a market with an honest collection. `rich` could pay for anything.
pub fn register(chain: &mut Chain, market: Address, nft: Address, rich: Address) {
    chain.invariant("the market has what it owes", move |chain| {
        with_gas(chain, |chain| {
            let (has, owes) = (chain.balance(market).0, chain.view::<u128>(market, "owed", &()).unwrap());
            says(owes <= has, || format!("{has} for {owes}"))
        })
    });
    chain.invariant("no money is made or lost", |chain| chain.check_money());
    chain.invariant("no listing survives a change of holder", move |chain| {
        with_gas(chain, |chain| moved(chain, market, nft, rich))
    });
    chain.invariant("what was cancelled or is expired never fills", move |chain| {
        with_gas(chain, |chain| ended(chain, market, nft, rich))
    });
}
