//! What always holds of a governor, as named predicates.

use crate::scene::{HELD, Hash, Parts};
use tacit_simulator::Chain;

/// Votes in favour, against and abstaining, and all votes, of each proposal; by the voters' ballots and as they are kept.
fn tallies(chain: &Chain, parts: &Parts, proposal: u64) -> Option<([u128; 3], [u128; 3])> {
    type Kept = ([u8; 32], Hash, u64, u64, u64, u64, u128, u128, u128, u128, u128);
    let bytes = chain.view_bytes(parts.governor, "proposal", &tacit_simulator::encode(&proposal)).unwrap();
    let kept: Kept = borsh::from_slice(bytes.get(1..1 + 32 + 32 + 4 * 8 + 5 * 16)?).unwrap();
    let mut sums = [0; 3];
    for holder in parts.holders {
        let ballot: Option<(u8, u128)> = chain.view(parts.governor, "ballot", &(proposal, holder)).unwrap();
        if let Some((choice, votes)) = ballot {
            sums[usize::from(choice)] += votes;
        }
    }
    Some(([kept.9, kept.8, kept.10], sums))
}

/// Registers all of them.
pub fn register(chain: &mut Chain, parts: Parts) {
    let Parts { timelock, counter, .. } = parts;
    chain.invariant("every tally is the sum of its ballots and no more than there is", move |chain| {
        for proposal in 0..3 {
            let Some((kept, sums)) = tallies(chain, &parts, proposal) else { continue };
            if kept != sums || sums.iter().sum::<u128>() > HELD.iter().sum() {
                return Err(format!("proposal {proposal}: {kept:?} and {sums:?}"));
            }
        }
        Ok(())
    });
    chain.invariant("what was counted is what was executed, each once", move |chain| {
        let executed =
            chain.events().iter().filter(|event| event.contract == timelock && event.name() == Some("Executed"));
        let mut operations: Vec<Hash> = executed.map(|event| event.fields::<Hash>().unwrap()).collect();
        let count = operations.len();
        operations.sort();
        operations.dedup();
        let counted: u64 = chain.view(counter, "get", &()).unwrap();
        // What is executed need not count.
        let fits = operations.len() == count && (counted == 0 || count > 0);
        if fits { Ok(()) } else { Err(format!("{counted} by {count} of {}", operations.len())) }
    });
}
