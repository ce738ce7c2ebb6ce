//! What always holds of an oracle, as named predicates.

use crate::world::{State, World, config};
use tacit_contract_tests::twin::Memory;
use tacit_simulator::Chain;

fn says(holds: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why()) }
}

/// Registers all of them, for an oracle with the rules of `world::config`, but for the least volume. What they remember is the
/// state that the last step left.
pub fn register(chain: &mut Chain, world: World) -> Memory<State> {
    let (memory, rules) = (Memory::<State>::default(), config());
    let before = memory.clone();
    chain.invariant("the answer moves by at most the clamp, once per interval", move |chain| {
        let now = world.state(chain);
        let Some(is) = now else {
            before.forget();
            return Ok(());
        };
        let Some(was) = before.replace(is) else { return Ok(()) };
        // The test went back in time.
        if chain.time().0 <= was.updated {
            return Ok(());
        }
        let was_reset = was.is_tripped && !is.is_tripped;
        let most = (was.price * u128::from(rules.clamp) / 10_000).max(1);
        let moved = was.price.abs_diff(is.price);
        let rested = is.updated >= was.updated + rules.interval;
        let forward = is.time >= was.time && is.updated >= was.updated;
        let still = was.price == is.price && was.updated == is.updated;
        says(forward && (was_reset || still || (moved <= most && rested)), || format!("{is:?} after {was:?}"))
    });
    let rules = config();
    chain.invariant("no price is given that is stale, tripped or from the future", move |chain| {
        let (now, state) = (chain.time().0, world.state(chain));
        let Ok(quote) = world.quote(chain, "price") else { return Ok(()) };
        let fresh = quote.time <= now && now - quote.time <= rules.heartbeat;
        says(fresh && !quote.is_average && state.is_some_and(|state| !state.is_tripped), || {
            format!("{quote:?} at {now}")
        })
    });
    let rules = config();
    chain.invariant("an average says that it is one, and ends with the fallback's time", move |chain| {
        let now = chain.time().0;
        let Ok(quote) = world.quote(chain, "price_or_average") else { return Ok(()) };
        let limit = if quote.is_average { rules.heartbeat + rules.fallback_for } else { rules.heartbeat };
        let strict = world.quote(chain, "price");
        says(now - quote.time <= limit && strict.is_ok() != quote.is_average, || format!("{quote:?} at {now}"))
    });
    let rules = config();
    chain.invariant(
        "every answer comes of the fresh reports of a majority of the sources and of the quorum",
        move |chain| {
            let Some(state) = world.state(chain) else { return Ok(()) };
            // Who leaves only makes them fewer.
            let counting = world.listed(chain).iter().filter(|(_, from, ..)| *from <= state.updated).count();
            let enough = state.reports >= rules.quorum && usize::from(state.reports) * 2 > counting;
            says(enough, || format!("{} reports of {counting}", state.reports))
        },
    );
    let (rules, of_price) = (config(), Memory::<State>::default());
    let before = of_price.clone();
    chain.invariant("the answer moves no further than more than half of the fresh reports are", move |chain| {
        let Some(is) = world.state(chain) else {
            before.forget();
            return Ok(());
        };
        let Some(was) = before.replace(is) else { return Ok(()) };
        // Nothing moved, or the test went back in time.
        if was.price == is.price || is.updated <= was.updated {
            return Ok(());
        }
        let listed = world.listed(chain);
        let reports = listed.iter().filter(|(_, from, ..)| *from <= is.updated).filter_map(|(.., report)| *report);
        let fresh: Vec<u128> =
            reports.filter(|(_, time)| is.updated - time <= rules.max_age).map(|(price, _)| price).collect();
        let as_far = |price: &&u128| if was.price < is.price { is.price <= **price } else { **price <= is.price };
        let half = fresh.iter().filter(as_far).count() * 2;
        says(half > fresh.len(), || format!("{} to {} by {fresh:?}", was.price, is.price))
    });
    chain.invariant("sources are distinct, at most fifteen, and a quorum of them counts", move |chain| {
        let (listed, now) = (world.listed(chain), chain.time().0);
        let distinct = listed.windows(2).all(|pair| pair[0].0 < pair[1].0);
        let counting = listed.iter().filter(|(_, from, ..)| *from <= now).count();
        says(distinct && listed.len() <= 15 && counting >= 3, || format!("{listed:?}"))
    });
    memory
}
