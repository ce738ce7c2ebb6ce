//! The treasury beside a naive one: random proposals, confirmations and executions, and what must hold after every step.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;
use tacit_contract_tests::twin::{self, Twin, agrees};

#[derive(Debug, Clone)]
enum Step {
    Pay { by: usize, amount: u128, hours: u64 },
    Change { by: usize, owners: Vec<usize>, threshold: u8, hours: u64 },
    Confirm { by: usize, id: u64 },
    Revoke { by: usize, id: u64 },
    Execute { by: usize, id: u64 },
    Hour,
}

fn step() -> impl Strategy<Value = Step> {
    let (who, id, hours) = (|| prop_oneof![0..3usize, 0..4usize], || 0..3u64, || 0..4u64);
    let owners =
        |least| prop::collection::btree_set(0..4usize, least..5).prop_map(|owners| owners.into_iter().collect());
    let change = |(by, owners, threshold, hours)| Step::Change { by, owners, threshold, hours };
    prop_oneof![
        2 => (who(), 0..700u128, hours()).prop_map(|(by, amount, hours)| Step::Pay { by, amount, hours }),
        1 => (who(), owners(0), 0..4u8, hours()).prop_map(change),
        1 => (who(), owners(2), 1..3u8, hours()).prop_map(change),
        4 => (who(), id()).prop_map(|(by, id)| Step::Confirm { by, id }),
        1 => (who(), id()).prop_map(|(by, id)| Step::Revoke { by, id }),
        4 => (who(), id()).prop_map(|(by, id)| Step::Execute { by, id }),
        1 => Just(Step::Hour),
    ]
}

#[derive(Clone)]
enum Deed {
    Pay(u128),
    Change(Vec<usize>, u8),
}

/// A proposal, naively: who confirms it stands in a set.
#[derive(Clone)]
struct Open {
    deed: Deed,
    version: u64,
    until: u64,
    confirmed: BTreeSet<usize>,
    executed: bool,
}

#[derive(Clone)]
struct Model {
    owners: Vec<usize>,
    threshold: u8,
    version: u64,
    money: u128,
    hour: u64,
    proposals: Vec<Open>,
}

impl Model {
    fn propose(&mut self, by: usize, deed: Deed, hours: u64) -> Result<(), u32> {
        if !self.owners.contains(&by) {
            return Err(NOT_OWNER);
        }
        match &deed {
            Deed::Change(owners, _) if owners.is_empty() => return Err(BAD_OWNERS),
            Deed::Change(owners, threshold) if !(1..=owners.len()).contains(&usize::from(*threshold)) => {
                return Err(BAD_THRESHOLD);
            }
            _ => {}
        }
        let confirmed = BTreeSet::from([by]);
        let until = self.hour + hours;
        self.proposals.push(Open { deed, version: self.version, until, confirmed, executed: false });
        Ok(())
    }

    fn open(&mut self, by: usize, id: u64) -> Result<&mut Open, u32> {
        if !self.owners.contains(&by) {
            return Err(NOT_OWNER);
        }
        let open = self.proposals.get_mut(usize::try_from(id).unwrap()).ok_or(UNKNOWN)?;
        match open {
            open if open.executed => Err(EXECUTED),
            open if open.version != self.version => Err(OWNERS_CHANGED),
            open if open.until < self.hour => Err(EXPIRED),
            open => Ok(open),
        }
    }

    fn step(&mut self, step: &Step) -> Result<(), u32> {
        match step {
            Step::Pay { by, amount, hours } => self.propose(*by, Deed::Pay(*amount), *hours),
            Step::Change { by, owners, threshold, hours } => {
                self.propose(*by, Deed::Change(owners.clone(), *threshold), *hours)
            }
            Step::Confirm { by, id } => {
                self.open(*by, *id)?.confirmed.insert(*by).then_some(()).ok_or(ALREADY_CONFIRMED)
            }
            Step::Revoke { by, id } => self.open(*by, *id)?.confirmed.remove(by).then_some(()).ok_or(NOT_CONFIRMED),
            Step::Execute { by, id } => self.execute(*by, *id),
            Step::Hour => {
                self.hour += 1;
                Ok(())
            }
        }
    }

    fn execute(&mut self, by: usize, id: u64) -> Result<(), u32> {
        let (threshold, money) = (usize::from(self.threshold), self.money);
        let open = self.open(by, id)?;
        if open.confirmed.len() < threshold {
            return Err(TOO_FEW);
        }
        match open.deed.clone() {
            Deed::Pay(amount) if amount > money => return Err(INSUFFICIENT_BALANCE),
            Deed::Pay(amount) => {
                open.executed = true;
                self.money -= amount;
            }
            Deed::Change(owners, threshold) => {
                open.executed = true;
                (self.owners, self.threshold, self.version) = (owners, threshold, self.version + 1);
            }
        }
        Ok(())
    }
}

/// Owners, threshold, version.
type Council = (Vec<Address>, u8, u64);
/// Action, proposer, version, end, confirmations, executed.
type Proposal = (Action, Address, u64, u64, u16, bool);

const PAYEE: Address = Address([0x77; 32]);

/// A treasury and when its first hour began.
struct Pair {
    chain: Chain,
    /// In ascending order, the outsider too, so that ascending numbers are ascending addresses.
    who: [Address; 4],
    treasury: Address,
    base: u64,
}

impl Pair {
    fn act(&mut self, model: &Model, step: &Step) -> Option<Outcome> {
        // Blocks are a second apart, so that half an hour is after every block of the same hour.
        let until = |hours: u64| self.base + (model.hour + hours) * HOUR + HOUR / 2;
        let (by, function, args) = match step {
            Step::Pay { by, amount, hours } => {
                let action = Action::Transfer { to: PAYEE, amount: Amount(*amount) };
                (by, "propose", encode(&(action, until(*hours))))
            }
            Step::Change { by, owners, threshold, hours } => {
                let owners = owners.iter().map(|owner| self.who[*owner]).collect();
                let action = Action::ChangeOwners { owners, threshold: *threshold };
                (by, "propose", encode(&(action, until(*hours))))
            }
            Step::Confirm { by, id } => (by, "confirm", encode(id)),
            Step::Revoke { by, id } => (by, "revoke", encode(id)),
            Step::Execute { by, id } => (by, "execute", encode(id)),
            Step::Hour => {
                self.chain.warp_to(self.base + (model.hour + 1) * HOUR);
                return None;
            }
        };
        Some(self.chain.call(self.who[*by], self.treasury, function, &Encoded(args)))
    }
}

impl Twin for Pair {
    type Step = Step;
    type Model = Model;

    fn chain(&mut self) -> &mut Chain {
        &mut self.chain
    }

    fn step(&mut self, model: &mut Model, step: &Step) -> Result<bool, TestCaseError> {
        let outcome = self.act(model, step);
        let expected = model.step(step);
        let succeeded = outcome.is_none_or(|outcome| agrees(&outcome, &expected));
        let council: Council = self.chain.view(self.treasury, "council", &()).unwrap();
        let owners: Vec<_> = model.owners.iter().map(|owner| self.who[*owner]).collect();
        prop_assert_eq!(council, (owners, model.threshold, model.version));
        prop_assert_eq!(self.chain.balance(self.treasury).0, model.money, "after {:?}", step);
        for (id, open) in (0u64..).zip(&model.proposals) {
            let count = self.chain.view::<u32>(self.treasury, "confirmations", &(id,)).unwrap();
            prop_assert_eq!(usize::try_from(count).unwrap(), open.confirmed.len(), "after {:?}", step);
        }
        Ok(succeeded)
    }
}

pub(crate) fn register_invariants(chain: &mut Chain, treasury: Address) {
    chain.invariant("there are as many owners as the threshold, each once", move |chain| {
        let (owners, threshold, _): Council = chain.view(treasury, "council", &()).unwrap();
        let each: BTreeSet<_> = owners.iter().collect();
        let good = each.len() == owners.len() && (1..=owners.len()).contains(&usize::from(threshold));
        if good { Ok(()) } else { Err(format!("{threshold} of {owners:?}")) }
    });
    chain.invariant("nothing left but what was executed", move |chain| {
        let count: u64 = chain.view(treasury, "count", &()).unwrap();
        let paid: u128 = (0..count)
            .map(|id| chain.view::<Option<Proposal>>(treasury, "proposal", &(id,)).unwrap().unwrap())
            .map(|(action, _, _, _, _, executed)| match action {
                Action::Transfer { amount, .. } if executed => amount.0,
                Action::Call { value, .. } if executed => value.0,
                _ => 0,
            })
            .sum();
        // Anybody may put money in.
        let left = chain.balance(treasury).0;
        if left + paid >= MONEY { Ok(()) } else { Err(format!("{left} left, {paid} paid")) }
    });
    chain.invariant("a proposal is executed once, after enough owners confirmed it", move |chain| {
        let mut executed = BTreeSet::new();
        for event in chain.events().iter().filter(|event| event.contract == treasury) {
            if event.name() != Some("ProposalExecuted") {
                continue;
            }
            let (id, _): (u64, Address) = event.fields().unwrap();
            if !executed.insert(id) {
                return Err(format!("proposal {id} twice"));
            }
        }
        let count: u64 = chain.view(treasury, "count", &()).unwrap();
        let (_, threshold, now): Council = chain.view(treasury, "council", &()).unwrap();
        for id in 0..count {
            let (_, _, version, _, confirmed, is_executed): Proposal =
                chain.view::<Option<_>>(treasury, "proposal", &(id,)).unwrap().unwrap();
            let enough = version != now || confirmed.count_ones() >= u32::from(threshold);
            if is_executed != executed.contains(&id) || (is_executed && !enough) {
                return Err(format!("proposal {id} with {confirmed:b}"));
            }
        }
        Ok(())
    });
}

#[test]
fn the_treasury_does_what_the_naive_one_does() {
    let World { mut chain, mut who, treasury } = World::new();
    let owners = [who[0], who[1], who[2]];
    who.sort();
    let owners: Vec<usize> = (0..4).filter(|index| owners.contains(&who[*index])).collect();
    let base = chain.time().0 + HOUR;
    chain.warp_to(base);
    chain.roll(1);
    let start = Model { owners, threshold: 2, version: 1, money: MONEY, hour: 0, proposals: Vec::new() };
    let steps = prop::collection::vec(step(), 1..30);
    let reached = ["Pay", "Change", "Confirm", "Revoke", "Execute"];
    twin::run(Pair { chain, who, treasury, base }, &start, 250, &steps, &reached);
}
