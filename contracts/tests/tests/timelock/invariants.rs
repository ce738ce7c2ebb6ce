//! What always holds of a timelock, as named predicates. They believe what was scheduled, as its event says, and look at what
//! came of it.

use crate::scene::{Action, DELAY, Hash};
use std::collections::BTreeMap;
use tacit_simulator::{Address, Chain, encode};

/// What was scheduled: the operation, its salt, from when on and up to when it is ready, its calls.
type Scheduled = (Hash, Hash, u64, u64, Vec<Action>);

/// The calls of all operations of any timelock that were executed, each operation once.
fn executed(chain: &Chain) -> Result<Vec<(Address, Vec<Action>)>, String> {
    let (mut open, mut calls) = (BTreeMap::new(), Vec::new());
    for event in chain.events() {
        match event.name() {
            Some("Scheduled") => {
                let (operation, .., actions): Scheduled = event.fields().unwrap();
                open.insert((event.contract, operation), actions);
            }
            Some("Cancelled") => {
                let (operation, _): (Hash, Address) = event.fields().unwrap();
                open.remove(&(event.contract, operation));
            }
            Some("Executed") => {
                let operation: Hash = event.fields().unwrap();
                let actions = open.remove(&(event.contract, operation));
                calls.push((event.contract, actions.ok_or(format!("{operation:?} was not open"))?));
            }
            _ => {}
        }
    }
    Ok(calls)
}

/// Registers all of them, of a timelock that begins with an amount of money.
pub fn register(chain: &mut Chain, timelock: Address, counter: Address, money: u128) {
    chain.invariant("what was counted is what was executed", move |chain| {
        let all = executed(chain)?;
        let adds = all.iter().flat_map(|(_, calls)| calls).filter(|call| call.0 == counter && call.1 == "add");
        let sum: u64 = adds.map(|call| borsh::from_slice::<u64>(&call.2).unwrap()).sum();
        let counted: u64 = chain.view(counter, "get", &()).unwrap();
        if counted == sum { Ok(()) } else { Err(format!("{counted}, but {sum} was executed")) }
    });
    chain.invariant("the delay and the money change by execution only", move |chain| {
        let all = executed(chain)?;
        let own = || all.iter().filter(|(by, _)| *by == timelock).flat_map(|(_, calls)| calls);
        let set = own().filter(|call| call.0 == timelock && call.1 == "set_minimum_delay").last();
        let delay = set.map_or_else(|| encode(&DELAY), |call| call.2.clone());
        let is = chain.view_bytes(timelock, "minimum_delay", &[]).unwrap();
        let (spent, left) = (own().map(|call| call.3.0).sum::<u128>(), chain.balance(timelock).0);
        let holds = is == delay && left + spent >= money;
        if holds { Ok(()) } else { Err(format!("{is:?} for {delay:?}, {left} left and {spent} spent")) }
    });
}
