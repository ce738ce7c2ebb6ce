//! What always holds of the two ends of a route, as named predicates.

use crate::{FAR, HOME, ROUTE};
use std::collections::BTreeSet;
use tacit_simulator::{Address, Chain, encode};

fn says(holds: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why()) }
}

fn volume(chain: &Chain, end: Address) -> u128 {
    chain.view(end, "volume", &(ROUTE,)).unwrap()
}

/// The numbers of the messages of which an end has said this, in order.
fn said(chain: &Chain, end: Address, what: &str) -> Vec<(u8, u64)> {
    let of_end = chain.events().iter().filter(|event| event.contract == end && event.name() == Some(what));
    of_end.map(|event| (event.data[0], u64::from_le_bytes(event.data[1..9].try_into().unwrap()))).collect()
}

fn each_once(what: &str, messages: Vec<(u8, u64)>) -> Result<BTreeSet<(u8, u64)>, String> {
    let distinct: BTreeSet<_> = messages.iter().copied().collect();
    says(distinct.len() == messages.len(), || format!("{what} more than once: {messages:?}"))?;
    Ok(distinct)
}

/// Registers those that hold whatever the committee signs. Units are held by `who` alone.
pub fn register(chain: &mut Chain, ends: [Address; 2], who: [Address; 3]) {
    let [home, far] = ends;
    chain.invariant("the home end has what is locked", move |chain| {
        let (locked, has) = (volume(chain, home), chain.balance(home).0);
        says(locked <= has, || format!("{has} for {locked}"))
    });
    chain.invariant("what the holders have is what was minted", move |chain| {
        let held: u128 = who.map(|who| chain.view::<u128>(far, "units_of", &(ROUTE, who)).unwrap()).iter().sum();
        let minted = volume(chain, far);
        says(held == minted, || format!("{held} of {minted}"))
    });
    chain.invariant("each message has one fate", move |chain| {
        ends.iter().try_for_each(|end| {
            let delivered = each_once("delivered", said(chain, *end, "MessageDelivered"))?;
            let refused = each_once("refused", said(chain, *end, "MessageRefused"))?;
            each_once("refunded", said(chain, *end, "MessageRefunded"))?;
            let both: Vec<_> = delivered.intersection(&refused).collect();
            says(both.is_empty(), || format!("delivered and refused: {both:?}"))?;
            // What is said is what is stored.
            let stands = |messages: &BTreeSet<(u8, u64)>, fate: u8| {
                let fate_of = |message: &(u8, u64)| chain.view_bytes(*end, "received", &encode(message)).unwrap();
                messages.iter().find(|message| fate_of(message).get(1) != Some(&fate)).copied()
            };
            let lost = stands(&delivered, 1).or(stands(&refused, 2));
            says(lost.is_none(), || format!("its fate changed: {lost:?}"))
        })
    });
}

/// Registers those that hold as long as the committee keeps its rule.
pub fn register_honest(chain: &mut Chain, ends: [Address; 2]) {
    let [home, far] = ends;
    chain.invariant("locked is at least minted", move |chain| {
        let (locked, minted) = (volume(chain, home), volume(chain, far));
        says(minted <= locked, || format!("{minted} for {locked}"))
    });
    chain.invariant("what is refunded was refused at the other end", move |chain| {
        [HOME, FAR].iter().try_for_each(|end| {
            let refused: BTreeSet<_> = said(chain, ends[1 - end], "MessageRefused").into_iter().collect();
            let refunded = said(chain, ends[*end], "MessageRefunded");
            says(refunded.iter().all(|message| refused.contains(message)), || format!("{refunded:?} of {refused:?}"))
        })
    });
    chain.invariant("no money is made or lost", |chain| chain.check_money());
}
