//! The oracle against a naive one: the same random steps happen to both.

use crate::world::{DAY, ONE, Quote, SOURCES, State, World, code, config};
use proptest::prelude::*;
use std::collections::BTreeMap;
use tacit_contract_tests::twin::{self, Pair, Watched, agrees};
use tacit_simulator::{Chain, Outcome};

#[derive(Debug, Clone)]
pub enum Step {
    Report { who: usize, price: u128, age: u64 },
    AllReport { price: u128 },
    Update,
    Wait { milliseconds: u64 },
    Trip,
    Reset { around: u128 },
    Add { who: usize },
    Remove { who: usize },
    Reject { who: usize },
    Keep { who: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let who = || 0..SOURCES + 2;
    let near = || ONE * 9 / 10..ONE * 11 / 10;
    let price = prop_oneof![8 => near(), 2 => ONE / 2..ONE * 2, 1 => Just(0), 1 => Just(u128::MAX), 1 => 1..9_u128];
    let age = prop_oneof![6 => Just(0), 3 => 0..70_000_u64];
    let wait = prop_oneof![5 => 1..20_000_u64, 3 => 20_000..200_000_u64, 1 => Just(DAY)];
    prop_oneof![
        8 => (who(), price, age).prop_map(|(who, price, age)| Step::Report { who, price, age }),
        6 => near().prop_map(|price| Step::AllReport { price }),
        2 => Just(Step::Update),
        6 => wait.prop_map(|milliseconds| Step::Wait { milliseconds }),
        1 => Just(Step::Trip),
        2 => near().prop_map(|around| Step::Reset { around }),
        1 => who().prop_map(|who| Step::Add { who }),
        1 => who().prop_map(|who| Step::Remove { who }),
        1 => who().prop_map(|who| Step::Reject { who }),
        1 => who().prop_map(|who| Step::Keep { who }),
    ]
}

#[derive(Clone, Debug, PartialEq)]
struct Answer {
    price: u128,
    time: u64,
    updated: u64,
    deviation: u128,
    reports: usize,
    is_tripped: bool,
    /// How long which answer counted, since the last reset.
    history: Vec<(u128, u64)>,
    /// Lengths of the history when moments were kept.
    moments: Vec<usize>,
}

/// A source: since when it counts, until when if it leaves, price and time of its report.
#[derive(Clone, Copy, Debug)]
struct Source {
    from: u64,
    leaves: Option<u64>,
    report: Option<(u128, u64)>,
}

/// The oracle, naively. Sources by number.
#[derive(Clone, Debug)]
pub struct Model {
    sources: BTreeMap<usize, Source>,
    answer: Option<Answer>,
    now: u64,
}

fn middle(mut numbers: Vec<u128>, last: u128) -> u128 {
    numbers.sort_unstable();
    let half = numbers.len() / 2;
    if numbers.len() % 2 == 1 {
        return numbers[half];
    }
    let (low, high) = (numbers[half - 1], numbers[half]);
    if last < low {
        low
    } else if high < last {
        high
    } else {
        last
    }
}

fn milliseconds(history: &[(u128, u64)]) -> u64 {
    history.iter().map(|(_, milliseconds)| milliseconds).sum()
}

impl Answer {
    fn keep_moment(&mut self) {
        let since = self.moments.last().map(|kept| milliseconds(&self.history[*kept..]));
        if since.is_none_or(|since| since >= config().average_over / 8) {
            self.moments.push(self.history.len());
        }
    }

    fn average(&self) -> Option<u128> {
        let kept = self.moments.iter().rev().take(16);
        let long_enough = |kept: &&usize| milliseconds(&self.history[**kept..]) >= config().average_over;
        let recent = &self.history[*kept.clone().find(long_enough)?..];
        let sum: u128 = recent.iter().map(|(price, milliseconds)| price * u128::from(*milliseconds)).sum();
        Some(sum / u128::from(milliseconds(recent)))
    }
}

impl Model {
    fn act(&mut self, step: &Step) -> Result<(), u32> {
        let now = self.now;
        self.sources.retain(|_, source| source.leaves.is_none_or(|leaves| now < leaves));
        match *step {
            Step::Report { who, price, age } => self.report(who, price, self.now - age),
            Step::AllReport { .. } | Step::Wait { .. } => Ok(()),
            Step::Update => self.update(),
            Step::Trip => {
                let answer = self.answer.as_mut().ok_or(code::NO_ANSWER)?;
                if std::mem::replace(&mut answer.is_tripped, true) { Err(code::TRIPPED) } else { Ok(()) }
            }
            Step::Reset { around } => self.reset(around),
            Step::Add { who } => {
                if self.sources.contains_key(&who) {
                    return Err(code::ALREADY_A_SOURCE);
                }
                self.sources.insert(who, Source { from: self.now + DAY, leaves: None, report: None });
                Ok(())
            }
            Step::Remove { who } => {
                let staying = self.counting().filter(|source| source.leaves.is_none()).count();
                let source = self.sources.get_mut(&who).ok_or(code::NOT_A_SOURCE)?;
                if now < source.from {
                    self.sources.remove(&who);
                    return Ok(());
                }
                if source.leaves.is_some() {
                    return Err(code::LEAVES_ALREADY);
                }
                if staying <= 3 {
                    return Err(code::TOO_FEW_SOURCES);
                }
                source.leaves = Some(now + DAY);
                Ok(())
            }
            Step::Reject { who } => {
                if self.sources.get(&who).ok_or(code::NOT_A_SOURCE)?.from <= now {
                    return Err(code::COUNTS_ALREADY);
                }
                self.sources.remove(&who);
                Ok(())
            }
            Step::Keep { who } => {
                let source = self.sources.get_mut(&who).ok_or(code::NOT_A_SOURCE)?;
                source.leaves.take().map(|_| ()).ok_or(code::NOT_LEAVING)
            }
        }
    }

    fn counting(&self) -> impl Iterator<Item = &Source> {
        self.sources.values().filter(|source| source.from <= self.now)
    }

    fn report(&mut self, who: usize, price: u128, observed: u64) -> Result<(), u32> {
        let now = self.now;
        let source = self.sources.get_mut(&who).ok_or(code::NOT_A_SOURCE)?;
        if now < source.from {
            return Err(code::NOT_COUNTING_YET);
        }
        if price == 0 || price >= 1 << 112 {
            return Err(code::BAD_PRICE);
        }
        if now - observed > config().max_age {
            return Err(code::TOO_OLD);
        }
        if source.report.is_some_and(|(_, before)| observed <= before) {
            return Err(code::NOT_NEWER);
        }
        source.report = Some((price, observed));
        let _ = self.update();
        Ok(())
    }

    /// Prices and median time of what is fresh, if enough is.
    fn fresh(&self) -> Result<(Vec<u128>, u64), u32> {
        let fresh: Vec<(u128, u64)> = self
            .counting()
            .filter_map(|source| source.report)
            .filter(|(_, observed)| self.now - observed <= config().max_age)
            .collect();
        let counting = self.counting().count();
        let enough = if self.answer.is_some() { fresh.len() * 2 > counting } else { fresh.len() == counting };
        if fresh.len() < 3 || !enough {
            return Err(code::NO_QUORUM);
        }
        let last = self.answer.as_ref().map_or(0, |answer| answer.time);
        let time = middle(fresh.iter().map(|(_, observed)| u128::from(*observed)).collect(), last.into()) as u64;
        if time < last {
            return Err(code::NO_QUORUM);
        }
        Ok((fresh.iter().map(|(price, _)| *price).collect(), time))
    }

    fn update(&mut self) -> Result<(), u32> {
        if self.answer.as_ref().is_some_and(|answer| answer.is_tripped) {
            return Err(code::TRIPPED);
        }
        let (prices, time) = self.fresh()?;
        let median = middle(prices.clone(), self.answer.as_ref().map_or(0, |answer| answer.price));
        let Some(answer) = &mut self.answer else {
            self.set(median, median, &prices, time, Vec::new(), Vec::new());
            return Ok(());
        };
        if median.abs_diff(answer.price) > (answer.price * 2_000 / 10_000).max(1) {
            answer.is_tripped = true;
            return Ok(());
        }
        if self.now - answer.updated < config().interval {
            return Err(code::TOO_EARLY);
        }
        let most = (answer.price * 500 / 10_000).max(1);
        let price = median.clamp(answer.price.saturating_sub(most), answer.price + most);
        let mut history = answer.history.clone();
        history.push((answer.price, (self.now - answer.updated).min(config().heartbeat)));
        let moments = answer.moments.clone();
        self.set(price, median, &prices, time, history, moments);
        Ok(())
    }

    fn set(
        &mut self,
        price: u128,
        median: u128,
        prices: &[u128],
        time: u64,
        history: Vec<(u128, u64)>,
        moments: Vec<usize>,
    ) {
        let mut distances: Vec<u128> = prices.iter().map(|price| price.abs_diff(median)).collect();
        distances.sort_unstable();
        let deviation = distances[distances.len() / 2].max(price.abs_diff(median));
        let (updated, reports, is_tripped) = (self.now, prices.len(), false);
        let mut answer = Answer { price, time, updated, deviation, reports, is_tripped, history, moments };
        answer.keep_moment();
        self.answer = Some(answer);
    }

    fn reset(&mut self, around: u128) -> Result<(), u32> {
        let answer = self.answer.as_ref().ok_or(code::NO_ANSWER)?;
        if !answer.is_tripped {
            return Err(code::NOT_TRIPPED);
        }
        let last = answer.price;
        let (prices, time) = self.fresh()?;
        let median = middle(prices.clone(), last);
        if !bounds(around).contains(&median) {
            return Err(code::OUTSIDE_BOUNDS);
        }
        self.set(median, median, &prices, time, Vec::new(), Vec::new());
        Ok(())
    }

    fn quote(&self, average: bool) -> Result<Quote, u32> {
        let answer = self.answer.as_ref().ok_or(code::NO_ANSWER)?;
        if answer.is_tripped {
            return Err(code::TRIPPED);
        }
        let age = self.now - answer.time;
        let (price, deviation) = (answer.price, answer.deviation);
        let is_average = age > config().heartbeat;
        let quote =
            Quote { price, decimals: 6, time: answer.time, deviation, reports: answer.reports as u8, is_average };
        if !is_average {
            return Ok(quote);
        }
        if !average || age > config().heartbeat + config().fallback_for {
            return Err(code::STALE);
        }
        let price = answer.average().ok_or(code::NO_AVERAGE)?;
        Ok(Quote { price, deviation: deviation.max(answer.price.abs_diff(price)), ..quote })
    }
}

fn bounds(around: u128) -> std::ops::RangeInclusive<u128> {
    around * 19 / 20..=around * 21 / 20
}

fn act(chain: &mut Chain, world: &World, step: &Step) -> Option<Outcome> {
    let (admin, guardian, oracle) = (world.admin, world.guardian, world.oracle);
    Some(match *step {
        Step::Report { who, price, age } => world.report_of(chain, who, price, chain.time().0 - age),
        Step::AllReport { .. } => return None,
        Step::Update => world.update(chain),
        Step::Wait { milliseconds } => {
            chain.warp(milliseconds);
            return None;
        }
        Step::Trip => chain.call(guardian, oracle, "trip", &()),
        Step::Reset { around } => {
            chain.call(guardian, oracle, "reset", &(*bounds(around).start(), *bounds(around).end()))
        }
        Step::Add { who } => chain.call(admin, oracle, "add_source", &(world.sources[who],)),
        Step::Remove { who } => chain.call(admin, oracle, "remove_source", &(world.sources[who],)),
        Step::Reject { who } => chain.call(guardian, oracle, "reject_source", &(world.sources[who],)),
        Step::Keep { who } => chain.call(guardian, oracle, "keep_source", &(world.sources[who],)),
    })
}

/// One step to both, and everything that can be seen compared. Says whether it succeeded.
fn both(chain: &mut Chain, world: &World, model: &mut Model, step: &Step) -> Result<bool, TestCaseError> {
    model.now = chain.time().0;
    let outcome = act(chain, world, step);
    let expected = model.act(step);
    let succeeded = outcome.is_none_or(|outcome| agrees(&outcome, &expected));
    model.now = chain.time().0;
    let state = world.state(chain);
    let seen = state.map(|state| (state.price, state.time, state.updated, state.deviation, state.is_tripped));
    let wanted = model.answer.as_ref().map(|a| (a.price, a.time, a.updated, a.deviation, a.is_tripped));
    prop_assert_eq!(seen, wanted, "after {:?}", step);
    prop_assert_eq!(world.quote(chain, "price"), model.quote(false), "after {:?}", step);
    prop_assert_eq!(world.quote(chain, "price_or_average"), model.quote(true), "after {:?}", step);
    let here = model.sources.iter().filter(|(_, source)| source.leaves.is_none_or(|leaves| model.now < leaves));
    let mut listed: Vec<_> =
        here.map(|(who, Source { from, leaves, report })| (world.sources[*who], *from, *leaves, *report)).collect();
    listed.sort_unstable_by_key(|(address, ..)| *address);
    prop_assert_eq!(world.listed(chain), listed, "after {:?}", step);
    Ok(succeeded)
}

impl Watched for World {
    type Step = Step;
    type Model = Model;
    type Seen = State;

    fn step(&self, chain: &mut Chain, model: &mut Model, step: &Step) -> Result<bool, TestCaseError> {
        let Step::AllReport { price } = *step else { return both(chain, self, model, step) };
        for who in 0..SOURCES {
            // Not quite the same from everybody.
            let step = Step::Report { who, price: price + who as u128 * 777, age: 0 };
            both(chain, self, model, &step)?;
        }
        Ok(true)
    }
}

#[test]
fn the_oracle_does_what_the_naive_one_does() {
    let (chain, world, memory) = World::watched(&config());
    let sources = world.listed(&chain).into_iter().map(|(address, from, leaves, report)| {
        let number = world.sources.iter().position(|source| *source == address).unwrap();
        (number, Source { from, leaves, report })
    });
    let start = Model { sources: sources.collect(), answer: None, now: 0 };
    let steps = prop::collection::vec(step(), 1..24).prop_map(|mut steps| {
        steps.insert(0, Step::AllReport { price: ONE });
        steps
    });
    let reached = ["Report", "Update", "Trip", "Reset", "Add", "Remove", "Reject", "Keep"];
    twin::run(Pair { chain, world, memory }, &start, 250, &steps, &reached);
}
