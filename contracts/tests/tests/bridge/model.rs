//! Random steps of two ends, a relayer who submits anything, and a committee that keeps its rule: a refund is signed when the
//! other end has refused. Against a bridge so naive that it is obviously right.

use crate::*;
use proptest::prelude::*;
use std::collections::BTreeMap;
use tacit_contract_tests::twin::{self, Twin};

/// Times in the steps are counted in this.
const UNIT: u64 = HOUR / 2;

#[derive(Debug, Clone)]
pub enum Step {
    Send { end: usize, by: usize, to: usize, amount: u128, time: u64 },
    Deliver { end: usize, nonce: u64 },
    Finish { end: usize, nonce: u64 },
    Veto { end: usize, nonce: u64 },
    Refuse { end: usize, nonce: u64 },
    Refund { end: usize, nonce: u64 },
    FinishRefund { end: usize, nonce: u64 },
    Move { from: usize, to: usize, amount: u128 },
    Wait { time: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    let (end, who, nonce) = (0..2usize, 0..3usize, 0..4u64);
    prop_oneof![
        5 => (end.clone(), who.clone(), who.clone(), 0..310u128, 0..5u64)
            .prop_map(|(end, by, to, amount, time)| Step::Send { end, by, to, amount, time }),
        8 => (end.clone(), nonce.clone()).prop_map(|(end, nonce)| Step::Deliver { end, nonce }),
        5 => (end.clone(), nonce.clone()).prop_map(|(end, nonce)| Step::Finish { end, nonce }),
        1 => (end.clone(), nonce.clone()).prop_map(|(end, nonce)| Step::Veto { end, nonce }),
        3 => (end.clone(), nonce.clone()).prop_map(|(end, nonce)| Step::Refuse { end, nonce }),
        5 => (end.clone(), nonce.clone()).prop_map(|(end, nonce)| Step::Refund { end, nonce }),
        3 => (end, nonce).prop_map(|(end, nonce)| Step::FinishRefund { end, nonce }),
        1 => (who.clone(), who, 0..200u128).prop_map(|(from, to, amount)| Step::Move { from, to, amount }),
        4 => (0..4u64).prop_map(|time| Step::Wait { time }),
    ]
}

#[derive(Clone, Copy)]
struct Sent {
    by: usize,
    to: usize,
    amount: u128,
    deadline: u64,
    back: Back,
}

/// What became of a refund.
#[derive(Clone, Copy, PartialEq)]
enum Back {
    Unasked,
    Waiting { ready: u64 },
    Paid,
}

#[derive(Clone, Copy)]
enum Arrived {
    Waiting { ready: u64 },
    Delivered,
    Refused,
}

#[derive(Clone, Default)]
struct End {
    volume: u128,
    sent: Vec<Sent>,
    arrived: BTreeMap<u64, Arrived>,
    used: u128,
    counted: u64,
    /// What was refunded, counted as what comes in.
    back: u128,
    back_counted: u64,
}

#[derive(Clone, Default)]
pub struct Model {
    ends: [End; 2],
    units: [u128; 3],
    /// What everybody has of native money.
    money: [u128; 3],
}

impl Model {
    /// The message that should arrive at an end.
    fn coming(&self, end: usize, nonce: u64) -> Option<Sent> {
        self.ends[1 - end].sent.get(usize::try_from(nonce).unwrap()).copied()
    }

    fn message(&self, from: usize, nonce: u64, who: [Address; 3]) -> Message {
        let sent = self.ends[from].sent.get(usize::try_from(nonce).unwrap());
        let absent = Sent { by: 0, to: 0, amount: 1, deadline: 0, back: Back::Unasked };
        let Sent { by, to, amount, deadline, .. } = sent.copied().unwrap_or(absent);
        (ROUTE, nonce, who[by].0, who[to].0, amount, deadline)
    }

    fn in_flight(&self) -> u128 {
        let of = |end: usize| {
            let open = |(nonce, sent): &(usize, &Sent)| {
                let arrived = self.ends[1 - end].arrived.get(&u64::try_from(*nonce).unwrap());
                sent.back != Back::Paid && !matches!(arrived, Some(Arrived::Delivered))
            };
            self.ends[end].sent.iter().enumerate().filter(open).map(|(_, sent)| sent.amount).sum::<u128>()
        };
        of(HOME) + of(FAR)
    }

    fn put_out(&mut self, end: usize, to: usize, amount: u128) -> Result<(), u32> {
        if end == HOME {
            let left = self.ends[HOME].volume.checked_sub(amount).ok_or(code::NOT_LOCKED)?;
            self.ends[HOME].volume = left;
            self.money[to] += amount;
        } else {
            self.ends[FAR].volume += amount;
            self.units[to] += amount;
        }
        Ok(())
    }

    fn require_unseen(&self, end: usize, nonce: u64) -> Result<(), u32> {
        match self.ends[end].arrived.get(&nonce) {
            None => Ok(()),
            Some(Arrived::Refused) => Err(code::REFUSED_ALREADY),
            Some(_) => Err(code::DELIVERED_ALREADY),
        }
    }

    /// Turns a random step into one that is likely to succeed: with units that somebody has, of a message that is there.
    fn aim(&self, step: Step, now: u64) -> Step {
        let richest = (0..3).max_by_key(|who| self.units[*who]).unwrap();
        // Of the messages that should arrive at an end, one that fits; else any number.
        let pick = |end: usize, nonce: u64, fits: &dyn Fn(&Sent, Option<&Arrived>) -> bool| {
            let state = |at: usize| self.ends[end].arrived.get(&u64::try_from(at).unwrap());
            let sent = self.ends[1 - end].sent.iter().enumerate();
            let fitting: Vec<usize> = sent.filter(|(at, sent)| fits(sent, state(*at))).map(|(at, _)| at).collect();
            let chosen = usize::try_from(nonce).unwrap().checked_rem(fitting.len());
            chosen.map_or(nonce, |chosen| u64::try_from(fitting[chosen]).unwrap())
        };
        let is_waiting = |_: &Sent, state: Option<&Arrived>| matches!(state, Some(Arrived::Waiting { .. }));
        match step {
            Step::Send { end, by, to, amount, time } if end == HOME || self.units[richest] == 0 => {
                // One in three is large.
                let amount = if amount % 3 == 0 { LARGE + amount % 50 } else { 1 + amount % 90 };
                Step::Send { end: HOME, by, to, amount, time: time + 2 }
            }
            Step::Send { end, to, amount, time, .. } => {
                let amount = 1 + amount % self.units[richest].min(BURST);
                Step::Send { end, by: richest, to, amount, time: time + 1 }
            }
            Step::Deliver { end, nonce } => {
                Step::Deliver { end, nonce: pick(end, nonce, &|sent, state| state.is_none() && now < sent.deadline) }
            }
            Step::Finish { end, nonce } => {
                let is_ready = |_: &Sent, state: Option<&Arrived>| matches!(state, Some(Arrived::Waiting { ready }) if *ready <= now);
                Step::Finish { end, nonce: pick(end, nonce, &is_ready) }
            }
            Step::Veto { end, nonce } => Step::Veto { end, nonce: pick(end, nonce, &is_waiting) },
            Step::Refuse { end, nonce } => {
                Step::Refuse { end, nonce: pick(end, nonce, &|sent, state| state.is_none() && sent.deadline <= now) }
            }
            Step::Refund { end, nonce } => {
                let is_due = |sent: &Sent, state: Option<&Arrived>| {
                    matches!(state, Some(Arrived::Refused)) && sent.back == Back::Unasked
                };
                Step::Refund { end, nonce: pick(1 - end, nonce, &is_due) }
            }
            Step::FinishRefund { end, nonce } => {
                let is_ready =
                    |sent: &Sent, _: Option<&Arrived>| matches!(sent.back, Back::Waiting { ready } if ready <= now);
                Step::FinishRefund { end, nonce: pick(1 - end, nonce, &is_ready) }
            }
            Step::Move { to, amount, .. } => Step::Move { from: richest, to, amount: amount.min(self.units[richest]) },
            Step::Wait { time } => {
                let arrived = self.ends.iter().flat_map(|end| end.arrived.values());
                let ready = arrived.filter_map(|fate| match fate {
                    Arrived::Waiting { ready } => Some(*ready),
                    _ => None,
                });
                let back = self.ends.iter().flat_map(|end| &end.sent).filter_map(|sent| match sent.back {
                    Back::Waiting { ready } => Some(ready),
                    _ => None,
                });
                // Until what waits can be paid.
                Step::Wait { time: time.max(ready.chain(back).max().unwrap_or(0).saturating_sub(now).div_ceil(UNIT)) }
            }
        }
    }

    fn apply(&mut self, step: &Step, now: u64) -> Result<(), u32> {
        match *step {
            Step::Send { end, by, to, amount, time } => {
                if amount == 0 || BURST < amount {
                    return Err(code::BAD_AMOUNT);
                }
                if time == 0 {
                    return Err(code::BAD_DEADLINE);
                }
                if end == HOME {
                    self.money[by] -= amount;
                    self.ends[HOME].volume += amount;
                } else {
                    self.units[by] = self.units[by].checked_sub(amount).ok_or(code::INSUFFICIENT_UNITS)?;
                    self.ends[FAR].volume -= amount;
                }
                let deadline = now + time * UNIT;
                self.ends[end].sent.push(Sent { by, to, amount, deadline, back: Back::Unasked });
            }
            Step::Deliver { end, nonce } => {
                let coming = self.coming(end, nonce).ok_or(code::BAD_SIGNATURES)?;
                self.require_unseen(end, nonce)?;
                if coming.deadline <= now {
                    return Err(code::EXPIRED);
                }
                let state = &mut self.ends[end];
                let used = state.used.saturating_sub(PER_HOUR * u128::from(now - state.counted));
                let used = used + coming.amount * u128::from(HOUR);
                let over = used.saturating_sub(BURST * u128::from(HOUR));
                let room = u64::try_from(over.div_ceil(PER_HOUR)).unwrap();
                if QUEUE_MAX < room {
                    return Err(code::LIMIT_REACHED);
                }
                (state.used, state.counted) = (used, now);
                let wait = if LARGE <= coming.amount { room.max(DELAY) } else { room };
                if wait > 0 {
                    state.arrived.insert(nonce, Arrived::Waiting { ready: now + wait });
                } else {
                    state.arrived.insert(nonce, Arrived::Delivered);
                    self.put_out(end, coming.to, coming.amount)?;
                }
            }
            Step::Finish { end, nonce } => {
                let Some(Arrived::Waiting { ready }) = self.ends[end].arrived.get(&nonce).copied() else {
                    return Err(code::NOT_WAITING);
                };
                if now < ready {
                    return Err(code::TOO_EARLY);
                }
                let coming = self.coming(end, nonce).unwrap();
                self.ends[end].arrived.insert(nonce, Arrived::Delivered);
                self.put_out(end, coming.to, coming.amount)?;
            }
            Step::Veto { end, nonce } => match self.ends[end].arrived.get(&nonce) {
                Some(Arrived::Waiting { .. }) => {
                    self.ends[end].arrived.insert(nonce, Arrived::Refused);
                }
                _ => return Err(code::NOT_WAITING),
            },
            Step::Refuse { end, nonce } => {
                let coming = self.coming(end, nonce).ok_or(code::BAD_SIGNATURES)?;
                self.require_unseen(end, nonce)?;
                if now < coming.deadline {
                    return Err(code::NOT_EXPIRED);
                }
                self.ends[end].arrived.insert(nonce, Arrived::Refused);
            }
            Step::Refund { end, nonce } => {
                let at = usize::try_from(nonce).unwrap();
                let sent = *self.ends[end].sent.get(at).ok_or(code::UNKNOWN_MESSAGE)?;
                if !matches!(self.ends[1 - end].arrived.get(&nonce), Some(Arrived::Refused)) {
                    return Err(code::BAD_SIGNATURES);
                }
                if sent.back != Back::Unasked {
                    return Err(code::REFUNDED_ALREADY);
                }
                if now < sent.deadline {
                    return Err(code::NOT_EXPIRED);
                }
                let state = &mut self.ends[end];
                let back = state.back.saturating_sub(PER_HOUR * u128::from(now - state.back_counted));
                let back = back + sent.amount * u128::from(HOUR);
                (state.back, state.back_counted) = (back, now);
                let over = back.saturating_sub(BURST * u128::from(HOUR));
                let wait = u64::try_from(over.div_ceil(PER_HOUR)).unwrap();
                if wait > 0 {
                    state.sent[at].back = Back::Waiting { ready: now + wait };
                } else {
                    state.sent[at].back = Back::Paid;
                    self.put_out(end, sent.by, sent.amount)?;
                }
            }
            Step::FinishRefund { end, nonce } => {
                let at = usize::try_from(nonce).unwrap();
                let sent = *self.ends[end].sent.get(at).ok_or(code::UNKNOWN_MESSAGE)?;
                let Back::Waiting { ready } = sent.back else { return Err(code::NOT_WAITING) };
                if now < ready {
                    return Err(code::TOO_EARLY);
                }
                self.ends[end].sent[at].back = Back::Paid;
                self.put_out(end, sent.by, sent.amount)?;
            }
            Step::Move { from, to, amount } => {
                self.units[from] = self.units[from].checked_sub(amount).ok_or(code::INSUFFICIENT_UNITS)?;
                self.units[to] += amount;
            }
            Step::Wait { .. } => {}
        }
        Ok(())
    }
}

/// The committee's rule: it signs what was sent, and a refund only of what the other end has refused.
fn signatures(world: &World, purpose: u8, end: usize, message: &Message, may: bool) -> Vec<Signature> {
    let bound = world.bound(purpose, end, message);
    if may { bound.sign(&world.keys, [1, 2, 3]) } else { bound.sign(&world.keys, [1, 2]) }
}

/// Does a step on the chain; none if it is no transaction.
fn act(world: &mut World, model: &Model, step: &Step) -> Option<Outcome> {
    let (who, admin) = (world.who, world.admin);
    Some(match *step {
        Step::Send { end, by, to, amount, time } => {
            let deadline = world.in_time(time * UNIT);
            world.send(end, who[by], who[to], amount, deadline)
        }
        Step::Deliver { end, nonce } => {
            let message = model.message(1 - end, nonce, who);
            let signed = signatures(world, DELIVER, end, &message, model.coming(end, nonce).is_some());
            world.deliver_with(end, &message, &signed)
        }
        Step::Finish { end, nonce } => world.finish(end, nonce),
        Step::Veto { end, nonce } => world.veto(admin, end, nonce),
        Step::Refuse { end, nonce } => {
            let message = model.message(1 - end, nonce, who);
            let signed = signatures(world, REFUSE, end, &message, model.coming(end, nonce).is_some());
            world.chain.call(who[2], world.ends[end], "refuse", &(message, signed))
        }
        Step::Refund { end, nonce } => {
            let message = model.message(end, nonce, who);
            // The committee looks at the other end itself.
            let may = world.fate(1 - end, nonce) == Fate::Refused;
            let signed = signatures(world, REFUND, end, &message, may);
            world.refund_with(end, nonce, &signed)
        }
        Step::FinishRefund { end, nonce } => world.finish_refund(end, nonce),
        Step::Move { from, to, amount } => {
            world.chain.call(who[from], world.ends[FAR], "transfer_units", &(ROUTE, who[to], amount))
        }
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
        prop_assert_eq!([HOME, FAR].map(|end| self.volume(end)), [HOME, FAR].map(|end| model.ends[end].volume));
        prop_assert_eq!(self.who.map(|who| self.units(who)), model.units);
        prop_assert_eq!(self.who.map(|who| self.chain.balance(who).0), model.money);
        prop_assert_eq!(model.ends[HOME].volume, model.ends[FAR].volume + model.in_flight());
        Ok(succeeded)
    }
}

#[test]
fn the_bridge_does_what_a_naive_one_does() {
    let mut world = World::new();
    // In the beginning there is more to refund than can be refunded at once.
    let (amount, deadline) = (BURST / 2, world.in_time(HOUR));
    let [by, ..] = world.who;
    let numbers: Vec<u64> = (0..4).map(|_| world.send(HOME, by, by, amount, deadline).ok().returns()).collect();
    world.chain.warp_to(deadline);
    for nonce in &numbers {
        world.refuse(FAR, &(ROUTE, *nonce, by.0, by.0, amount, deadline)).ok();
    }
    let sent = Sent { by: 0, to: 0, amount, deadline, back: Back::Unasked };
    let home = End { volume: 4 * amount, sent: vec![sent; 4], ..End::default() };
    let far = End { arrived: numbers.iter().map(|nonce| (*nonce, Arrived::Refused)).collect(), ..End::default() };
    let money = world.who.map(|who| world.chain.balance(who).0);
    let start = Model { ends: [home, far], money, ..Model::default() };
    let steps = prop::collection::vec((step(), prop::bool::weighted(0.85)), 5..40);
    let reached = ["Send", "Deliver", "Finish", "Veto", "Refuse", "Refund", "FinishRefund", "Move"];
    twin::run(world, &start, 300, &steps, &reached);
}
