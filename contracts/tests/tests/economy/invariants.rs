//! What holds of every contract whatever anybody does, as named predicates. None of them trusts `evil`.

use crate::world::{CAP, CLAMP, HEARTBEAT, HOUR, INTERVAL, Places, ROUTE};
use borsh::BorshDeserialize;
use tacit_contract_tests::twin::Memory;
use tacit_simulator::{Address, Chain};

/// What the last step left of what may move in one direction only.
#[derive(Clone, PartialEq)]
pub struct Before {
    /// Gold and votes of the router.
    router: [u128; 2],
    /// Product of the first pool's reserves, and its shares.
    pool: (u128, u128),
    /// Price, time, when it was changed, whether it is stopped.
    answer: Option<(u128, u64, u64, bool)>,
}

type Book = (Address, u128, u128, u128, [u8; 32]);
type Books = (Book, Book, u64, u32, u32, Address, bool);
type State = (u128, u64, u64, u128, u8, bool, [u8; 32], u64, u64);

fn must(holds: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why()) }
}

fn see<T: BorshDeserialize>(
    chain: &Chain,
    contract: Address,
    function: &str,
    arguments: &impl borsh::BorshSerialize,
) -> T {
    chain.view(contract, function, arguments).unwrap_or_else(|failure| panic!("{function}: {failure}"))
}

fn held(chain: &Chain, token: Address, holder: Address) -> u128 {
    see(chain, token, "balance_of", &(holder,))
}

fn all_held(chain: &Chain, token: Address, holders: &[Address]) -> u128 {
    holders.iter().map(|holder| held(chain, token, *holder)).sum()
}

/// Registers all of them.
pub fn register(chain: &mut Chain, at: Places) -> Memory<Before> {
    chain.invariant("no money is made or lost", |chain| chain.check_money());
    tokens(chain, at);
    pools(chain, at);
    custody(chain, at);
    trade(chain, at);
    government(chain, at);
    bridge(chain, at);
    over_time(chain, at)
}

fn tokens(chain: &mut Chain, at: Places) {
    let everybody = at.everybody();
    let holders = everybody.clone();
    chain.invariant("token: the balances add up to what was made", move |chain| {
        let sum = all_held(chain, at.gold, &holders);
        must(sum == CAP / 2, || format!("{sum}"))
    });
    chain.invariant("token_plus: balances and votes add up to the supply, within the cap", move |chain| {
        let (sum, supply): (u128, u128) =
            (all_held(chain, at.vote, &everybody), see(chain, at.vote, "total_supply", &()));
        let votes: u128 = everybody.iter().map(|who| see::<u128>(chain, at.vote, "votes", &(*who,))).sum();
        must(sum == supply && votes == supply && supply <= CAP, || format!("{sum}, {votes} of {supply}"))
    });
    let holders = at.everybody();
    chain.invariant("nft: every token has one holder", move |chain| {
        let supply: u64 = see(chain, at.nft, "total_supply", &());
        let sum: u64 = holders.iter().map(|who| see::<u64>(chain, at.nft, "balance_of", &(*who,))).sum();
        must(sum == supply, || format!("{sum} of {supply}"))
    });
}

fn pools(chain: &mut Chain, at: Places) {
    let everybody = at.everybody();
    chain.invariant("amm: balances cover the books, and shares add up", move |chain| {
        for pool in at.pools {
            let (first, second, .., is_retired): Books = see(chain, pool, "pool", &());
            for (token, reserve, fees, credits, _) in [first, second] {
                let (has, owes) = (held(chain, token, pool), reserve + fees + credits);
                // Of a token that takes balances away, nobody can promise anything.
                must(token == at.evil || owes <= has, || format!("{has} for {owes}, retired: {is_retired}"))?;
            }
            let (sum, supply) = (all_held(chain, pool, &everybody), see::<u128>(chain, pool, "total_supply", &()));
            must(sum == supply, || format!("{sum} shares of {supply}"))?;
        }
        Ok(())
    });
}

fn custody(chain: &mut Chain, at: Places) {
    chain.invariant("staking: money covers what is held for others, shares no more than is staked", move |chain| {
        let (staked, shares, unbonding, slashed, rewards): (u128, u128, u128, u128, u128) =
            see(chain, at.staking, "pool", &());
        let (money, worth) = (chain.balance(at.staking).0, see::<u128>(chain, at.staking, "worth_of", &(shares,)));
        let sum = staked + unbonding + slashed + rewards;
        must(sum <= money && worth <= staked, || format!("{sum} with {money}, {worth} of {staked}"))
    });
    chain.invariant("vesting: it has what it owes", move |chain| {
        let owes = |token: Option<Address>| see::<u128>(chain, at.vesting, "owed", &(token,));
        must(owes(None) <= chain.balance(at.vesting).0, || "money".into())?;
        [at.gold, at.vote].iter().try_for_each(|token| {
            let (owes, has) = (owes(Some(*token)), held(chain, *token, at.vesting));
            must(owes <= has, || format!("{has} for {owes}"))
        })
    });
    chain.invariant("multisig: as many owners as must confirm, each once", move |chain| {
        let (owners, threshold, _): (Vec<Address>, u8, u64) = see(chain, at.council, "council", &());
        let ascending = owners.windows(2).all(|pair| pair[0] < pair[1]);
        must(ascending && (1..=owners.len()).contains(&usize::from(threshold)), || format!("{threshold} of {owners:?}"))
    });
}

fn trade(chain: &mut Chain, at: Places) {
    chain.invariant("market: it has what it owes", move |chain| {
        let (has, owes) = (chain.balance(at.market).0, see::<u128>(chain, at.market, "owed", &()));
        must(owes <= has, || format!("{has} for {owes}"))
    });
    chain.invariant("router: no pool may take anything of it", move |chain| {
        at.pools.iter().try_for_each(|pool| {
            let allowed: u128 = see(chain, at.vote, "allowance", &(at.router, *pool));
            must(allowed == 0, || format!("{allowed}"))
        })
    });
}

fn government(chain: &mut Chain, at: Places) {
    chain.invariant("timelock: what waits, waits at least an hour", move |chain| {
        let delay: u64 = see(chain, at.timelock, "minimum_delay", &());
        must(HOUR <= delay, || format!("{delay}"))
    });
    chain.invariant("governor: no proposal has more votes than there were", move |chain| {
        type Kept = (Address, [u8; 32], u64, u64, u64, u64, u128, u128, u128, u128, u128);
        let count: u64 = see(chain, at.governor, "count", &());
        (0..count).try_for_each(|proposal| {
            let bytes = chain.view_bytes(at.governor, "proposal", &tacit_simulator::encode(&proposal)).unwrap();
            let kept: Kept = borsh::from_slice(&bytes[1..1 + 32 + 32 + 4 * 8 + 5 * 16]).unwrap();
            let (all, cast) = (kept.7, kept.8 + kept.9 + kept.10);
            must(cast <= all, || format!("{cast} of {all} for proposal {proposal}"))
        })
    });
}

fn bridge(chain: &mut Chain, at: Places) {
    let everybody = at.everybody();
    chain.invariant("bridge: what was made at one end lies at the other", move |chain| {
        let [locked, made] = at.ends.map(|end| see::<u128>(chain, end, "volume", &(ROUTE,)));
        let units: u128 = everybody.iter().map(|who| see::<u128>(chain, at.ends[1], "units_of", &(ROUTE, *who))).sum();
        let money = chain.balance(at.ends[0]).0;
        must(units == made && made <= locked && locked <= money, || format!("{units}, {made}, {locked}, {money}"))
    });
}

fn over_time(chain: &mut Chain, at: Places) -> Memory<Before> {
    let memory = Memory::default();
    let before = memory.clone();
    chain.invariant("what may only move one way does so", move |chain| {
        let (first, second): (u128, u128) = see(chain, at.pools[0], "reserves", &());
        let state: Option<State> = see(chain, at.oracle, "state", &());
        let now = Before {
            router: [at.gold, at.vote].map(|token| held(chain, token, at.router)),
            pool: (first * second, see(chain, at.pools[0], "total_supply", &())),
            answer: state.map(|(price, time, updated, .., is_tripped, _, _, _)| (price, time, updated, is_tripped)),
        };
        let Some(was) = before.replace(now.clone()) else { return Ok(()) };
        let kept = was.router.iter().zip(now.router).all(|(was, is)| *was <= is);
        must(kept, || format!("router: {:?} of {:?}", now.router, was.router))?;
        let ((was_product, was_shares), (product, shares)) = (was.pool, now.pool);
        // Per squared share: a deposit and a withdrawal keep it, a trade never lowers it. Without dividing, and with room.
        let (now_worth, was_worth) = (wide(product, was_shares), wide(was_product, shares));
        must(now_worth >= was_worth, || format!("amm: {product} for {shares} after {was_product} for {was_shares}"))?;
        let (Some(was), Some(is)) = (was.answer, now.answer) else { return Ok(()) };
        let moved = was.0.abs_diff(is.0);
        let rested = was.0 == is.0 || (is.2 >= was.2 + INTERVAL && moved <= (was.0 * CLAMP / 10_000).max(1));
        must(is.1 >= was.1 && (rested || (was.3 && !is.3)), || format!("oracle: {is:?} after {was:?}"))
    });
    chain.invariant("oracle: what it gives is fresh", move |chain| {
        type Quote = (u128, u8, u64, u128, u8, bool);
        let Ok(quote) = chain.view::<Quote>(at.oracle, "price", &()) else { return Ok(()) };
        let now = chain.time().0;
        must(quote.2 <= now && now - quote.2 <= HEARTBEAT && quote.4 >= 3, || format!("{quote:?} at {now}"))
    });
    memory
}

/// A product of reserves by a squared number of shares: both are small enough here.
fn wide(product: u128, shares: u128) -> u128 {
    product.checked_mul(shares).and_then(|product| product.checked_mul(shares)).expect("the numbers are small here")
}
