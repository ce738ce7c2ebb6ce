//! What always holds of a collection, as named predicates.

use crate::TEN_PERCENT;
use std::collections::{BTreeMap, BTreeSet};
use tacit_simulator::{Address, Chain};

fn says(holds: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why()) }
}

/// Every token with its holder, page after page.
fn tokens(chain: &Chain, nft: Address) -> Vec<(u64, Address)> {
    let mut all: Vec<(u64, Address)> = Vec::new();
    loop {
        let page: Vec<(u64, Address)> = chain.view(nft, "tokens", &(all.last().map(|last| last.0),)).unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

fn tokens_of(chain: &Chain, nft: Address, holder: Address) -> Vec<(u64, Address)> {
    let mut all: Vec<(u64, Address)> = Vec::new();
    loop {
        let page: Vec<u64> = chain.view(nft, "tokens_of", &(holder, all.last().map(|last| last.0))).unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page.into_iter().map(|token| (token, holder)));
    }
}

/// Registers all of them; `who` are people who may hold nothing.
pub fn register(chain: &mut Chain, nft: Address, who: [Address; 3]) {
    let holders = move |all: &[(u64, Address)]| -> BTreeSet<Address> {
        all.iter().map(|(_, holder)| *holder).chain(who).collect()
    };
    chain.invariant("what the holders have adds up to the supply", move |chain| {
        let all = tokens(chain, nft);
        let supply = chain.view::<u64>(nft, "total_supply", &()).unwrap();
        let balance = |holder: &Address| chain.view::<u64>(nft, "balance_of", &(*holder,)).unwrap();
        let counted: u64 = holders(&all).iter().map(balance).sum();
        says(counted == supply && all.len() as u64 == supply, || format!("{counted} are held of {supply}"))
    });
    chain.invariant("a token is in the list of its one holder", move |chain| {
        let all = tokens(chain, nft);
        let mut listed: Vec<_> = holders(&all).iter().flat_map(|holder| tokens_of(chain, nft, *holder)).collect();
        listed.sort_unstable();
        says(listed == all, || format!("{listed:?} and {all:?}"))
    });
    chain.invariant("no more are made than the cap", move |chain| {
        let [minted, cap] = ["minted", "cap"].map(|view| chain.view::<u64>(nft, view, &()).unwrap());
        says(minted <= cap, || format!("{minted} of {cap}"))
    });
    chain.invariant("a royalty is at most ten percent and never rises", move |chain| {
        let whole = 10 * TEN_PERCENT;
        let rate_of = |token: u64| chain.view::<(Address, u128)>(nft, "royalty_of", &(token, whole)).unwrap().1;
        let rates: BTreeMap<u64, u128> =
            tokens(chain, nft).iter().map(|(token, _)| (*token, rate_of(*token))).collect();
        says(rates.values().all(|rate| *rate <= TEN_PERCENT), || format!("{rates:?}"))?;
        let mut said = BTreeMap::new();
        let lowered =
            chain.events().iter().filter(|event| event.contract == nft && event.name() == Some("RoyaltyLowered"));
        for (token, rate) in lowered.map(|event| event.fields::<(u64, u128)>().unwrap()) {
            let before = said.insert(token, rate).unwrap_or(TEN_PERCENT);
            says(rate <= before, || format!("token {token} from {before} to {rate}"))?;
        }
        let stands = |(token, rate): (&u64, &u128)| rates.get(token).is_none_or(|is| is == rate);
        says(said.iter().all(stands), || format!("{said:?}, but {rates:?}"))
    });
}
