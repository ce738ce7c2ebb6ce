//! The pool against a naive one: the same random steps happen to both.

use crate::invariants::{self, Seen};
use crate::world::{FEE, PROTOCOL_SHARE, WEALTH, World, code};
use proptest::prelude::*;
use tacit_contract_tests::twin::{self, Pair, Watched, agrees};
use tacit_simulator::{Chain, Outcome, encode};

const PEOPLE: usize = 3;
const LOCKED: u128 = 1_000;

#[derive(Debug, Clone)]
pub enum Step {
    Deposit { who: usize, first: u128, second: u128 },
    Withdraw { who: usize, shares: u128, as_credit: bool },
    SwapIn { who: usize, side: usize, amount: u128 },
    SwapOut { who: usize, side: usize, amount: u128 },
    Collect { who: usize, side: usize },
    CollectFees { side: usize },
    Donate { who: usize, side: usize, amount: u128 },
    Skim { who: usize, side: usize },
    Give { from: usize, to: usize, shares: u128 },
    Sync,
    Wait { milliseconds: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    let (who, side) = (|| 0..PEOPLE, || 0..2_usize);
    // From dust over what moves the price to more than anybody has.
    let amount = || prop_oneof![2 => 0..30_u128, 4 => 0..5_000_u128, 2 => 0..80_000_u128, 1 => WEALTH..2 * WEALTH];
    let shares = || prop_oneof![3 => 0..3_000_u128, 2 => 0..40_000_u128];
    prop_oneof![
        3 => (who(), amount(), amount()).prop_map(|(who, first, second)| Step::Deposit { who, first, second }),
        3 => (who(), shares(), any::<bool>())
            .prop_map(|(who, shares, as_credit)| Step::Withdraw { who, shares, as_credit }),
        5 => (who(), side(), amount()).prop_map(|(who, side, amount)| Step::SwapIn { who, side, amount }),
        5 => (who(), side(), amount()).prop_map(|(who, side, amount)| Step::SwapOut { who, side, amount }),
        2 => (who(), side()).prop_map(|(who, side)| Step::Collect { who, side }),
        1 => side().prop_map(|side| Step::CollectFees { side }),
        1 => (who(), side(), 0..9_000_u128).prop_map(|(who, side, amount)| Step::Donate { who, side, amount }),
        1 => (who(), side()).prop_map(|(who, side)| Step::Skim { who, side }),
        1 => (who(), who(), shares()).prop_map(|(from, to, shares)| Step::Give { from, to, shares }),
        1 => Just(Step::Sync),
        1 => (1..100_000_u64).prop_map(|milliseconds| Step::Wait { milliseconds }),
    ]
}

/// The pool, naively.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    reserves: [u128; 2],
    fees: [u128; 2],
    credits: [[u128; 2]; PEOPLE],
    gifts: [u128; 2],
    held: [[u128; 2]; PEOPLE],
    treasury: [u128; 2],
    shares: [u128; PEOPLE],
    locked: u128,
    price_sums: [u128; 2],
    updated: u64,
    now: u64,
}

/// The largest number below a bound of which something is true; it is true up to there and false from there on.
fn most(mut bound: u128, is_true: impl Fn(u128) -> bool) -> u128 {
    let mut known = 0;
    while known + 1 < bound {
        let middle = known + (bound - known) / 2;
        if is_true(middle) { known = middle } else { bound = middle }
    }
    known
}

fn fee_of(amount: u128) -> u128 {
    (amount * u128::from(FEE)).div_ceil(10_000)
}

impl Model {
    fn new(updated: u64) -> Self {
        Self {
            reserves: [0; 2],
            fees: [0; 2],
            credits: [[0; 2]; PEOPLE],
            gifts: [0; 2],
            held: [[WEALTH; 2]; PEOPLE],
            treasury: [0; 2],
            shares: [0; PEOPLE],
            locked: 0,
            price_sums: [0; 2],
            updated,
            now: updated,
        }
    }

    fn supply(&self) -> u128 {
        self.locked + self.shares.iter().sum::<u128>()
    }

    /// The whole effect, or nothing and the code.
    fn step(&mut self, step: &Step) -> Result<Vec<u8>, u32> {
        let mut next = self.clone();
        let result = next.act(step)?;
        *self = next;
        Ok(result)
    }

    fn act(&mut self, step: &Step) -> Result<Vec<u8>, u32> {
        match *step {
            Step::Deposit { who, first, second } => self.deposit(who, [first, second]),
            Step::Withdraw { who, shares, as_credit } => self.withdraw(who, shares, as_credit),
            Step::SwapIn { who, side, amount } => {
                if self.supply() == 0 {
                    return Err(code::INSUFFICIENT_LIQUIDITY);
                }
                let out = self.out_for(side, amount);
                self.trade(who, side, amount, out)?;
                Ok(encode(&out))
            }
            Step::SwapOut { who, side, amount } => {
                if self.supply() == 0 || amount >= self.reserves[1 - side] {
                    return Err(code::INSUFFICIENT_LIQUIDITY);
                }
                // One more than the most that is not enough.
                let paid = if amount == 0 { 0 } else { most(1 << 50, |paid| self.out_for(side, paid) < amount) + 1 };
                self.trade(who, side, paid, amount)?;
                Ok(encode(&paid))
            }
            Step::Collect { who, side } => self.collect(who, side),
            Step::CollectFees { side } => {
                let amount = std::mem::take(&mut self.fees[side]);
                self.treasury[side] += amount;
                if amount == 0 { Err(code::TOO_SMALL) } else { Ok(encode(&amount)) }
            }
            Step::Donate { who, side, amount } => {
                // The token's own code.
                self.held[who][side] = self.held[who][side].checked_sub(amount).ok_or(1_u32)?;
                self.gifts[side] += amount;
                Ok(Vec::new())
            }
            Step::Skim { who, side } => {
                let amount = std::mem::take(&mut self.gifts[side]);
                self.held[who][side] += amount;
                if amount == 0 { Err(code::TOO_SMALL) } else { Ok(encode(&amount)) }
            }
            Step::Give { from, to, shares } => {
                self.shares[from] = self.shares[from].checked_sub(shares).ok_or(code::INSUFFICIENT_BALANCE)?;
                self.shares[to] += shares;
                Ok(Vec::new())
            }
            Step::Sync => Err(code::NOTHING_TO_SYNC),
            Step::Wait { .. } => Ok(Vec::new()),
        }
    }

    fn tick(&mut self) {
        let passed = u128::from(self.now - self.updated);
        if self.supply() > 0 {
            for side in 0..2 {
                self.price_sums[side] += ((self.reserves[1 - side] << 80) / self.reserves[side]) * passed;
            }
        }
        self.updated = self.now;
    }

    /// The most that can go out while the product stays.
    fn out_for(&self, side: usize, amount: u128) -> u128 {
        let [reserve_in, reserve_out] = [self.reserves[side], self.reserves[1 - side]];
        let filled = reserve_in + amount - fee_of(amount);
        most(reserve_out + 1, |out| filled * (reserve_out - out) >= reserve_in * reserve_out)
    }

    fn trade(&mut self, who: usize, side: usize, paid: u128, got: u128) -> Result<(), u32> {
        if paid == 0 || got == 0 {
            return Err(code::TOO_SMALL);
        }
        self.tick();
        let protocol = fee_of(paid) * u128::from(PROTOCOL_SHARE) / 10_000;
        self.take(who, side, paid)?;
        self.reserves[side] += paid - protocol;
        self.fees[side] += protocol;
        self.reserves[1 - side] -= got;
        self.held[who][1 - side] += got;
        Ok(())
    }

    fn take(&mut self, who: usize, side: usize, amount: u128) -> Result<(), u32> {
        self.held[who][side] = self.held[who][side].checked_sub(amount).ok_or(code::TOKEN_REFUSED)?;
        Ok(())
    }

    fn deposit(&mut self, who: usize, offered: [u128; 2]) -> Result<Vec<u8>, u32> {
        self.tick();
        let supply = self.supply();
        let (shares, cost) = if supply == 0 {
            let all = most(1 << 40, |root| root * root <= offered[0] * offered[1]);
            (all.checked_sub(LOCKED).ok_or(code::TOO_SMALL)?, offered)
        } else {
            let affordable = |shares: u128| (0..2).all(|side| shares * self.reserves[side] <= offered[side] * supply);
            let shares = most(1 << 60, affordable);
            (shares, self.reserves.map(|reserve| (reserve * shares).div_ceil(supply)))
        };
        if shares == 0 {
            return Err(code::TOO_SMALL);
        }
        for (side, cost) in cost.into_iter().enumerate() {
            self.take(who, side, cost)?;
            self.reserves[side] += cost;
        }
        self.locked = LOCKED;
        self.shares[who] += shares;
        Ok(encode(&(cost[0], cost[1], shares)))
    }

    fn withdraw(&mut self, who: usize, shares: u128, as_credit: bool) -> Result<Vec<u8>, u32> {
        if shares == 0 {
            return Err(code::TOO_SMALL);
        }
        let left = self.shares[who].checked_sub(shares).ok_or(code::INSUFFICIENT_BALANCE)?;
        self.tick();
        let worth = self.reserves.map(|reserve| reserve * shares / self.supply());
        self.shares[who] = left;
        let to = if as_credit { &mut self.credits[who] } else { &mut self.held[who] };
        for side in 0..2 {
            self.reserves[side] -= worth[side];
            to[side] += worth[side];
        }
        Ok(encode(&(worth[0], worth[1])))
    }

    fn collect(&mut self, who: usize, side: usize) -> Result<Vec<u8>, u32> {
        let amount = std::mem::take(&mut self.credits[who][side]);
        self.held[who][side] += amount;
        if amount == 0 { Err(code::TOO_SMALL) } else { Ok(encode(&amount)) }
    }
}

fn act(chain: &mut Chain, world: &World, step: &Step) -> Option<Outcome> {
    let (who, pool, later) = (world.people(), world.pool, crate::world::FOREVER);
    let token = |side: usize| world.tokens[side];
    Some(match *step {
        Step::Deposit { who: by, first, second } => world.deposit(chain, who[by], first, second),
        Step::Withdraw { who: by, shares, as_credit: false } => world.withdraw(chain, who[by], shares),
        Step::Withdraw { who: by, shares, as_credit: true } => {
            chain.call(who[by], pool, "withdraw_as_credit", &(shares, 0_u128, 0_u128, later))
        }
        Step::SwapIn { who: by, side, amount } => world.swap_in(chain, who[by], side, amount),
        Step::SwapOut { who: by, side, amount } => world.swap_out(chain, who[by], side, amount),
        Step::Collect { who: by, side } => chain.call(who[by], pool, "collect_credit", &(token(side), who[by])),
        Step::CollectFees { side } => chain.call(who[0], pool, "collect_fees", &(token(side),)),
        Step::Donate { who: by, side, amount } => chain.call(who[by], token(side), "transfer", &(pool, amount)),
        Step::Skim { who: by, side } => chain.call(who[by], pool, "skim", &(token(side), who[by])),
        Step::Give { from, to, shares } => chain.call(who[from], pool, "transfer", &(who[to], shares)),
        Step::Sync => chain.call(who[0], pool, "sync", &()),
        Step::Wait { milliseconds } => {
            chain.warp(milliseconds);
            return None;
        }
    })
}

/// What can be seen of the pool, in the model's words.
fn look(chain: &Chain, world: &World, model: &Model) -> Model {
    let (books, who) = (world.books(chain), world.people());
    let book = |side: usize| &books.books[side];
    let sum = |side: usize| {
        let (low, high) = book(side).price_sum.split_at(16);
        assert_eq!(high, [0; 16]);
        u128::from_le_bytes(low.try_into().unwrap())
    };
    let credit = |who, token| chain.view::<u128>(world.pool, "credit_of", &(who, token)).unwrap();
    let held = world.held(chain, world.pool);
    Model {
        reserves: [0, 1].map(|side| book(side).reserve),
        fees: [0, 1].map(|side| book(side).fees),
        credits: who.map(|who| world.tokens.map(|token| credit(who, token))),
        gifts: [0, 1].map(|side| held[side] - book(side).reserve - book(side).fees - book(side).credits),
        held: who.map(|who| world.held(chain, who)),
        treasury: world.held(chain, world.treasury),
        shares: who.map(|who| world.shares(chain, who)),
        locked: world.supply(chain) - who.iter().map(|who| world.shares(chain, *who)).sum::<u128>(),
        price_sums: [sum(0), sum(1)],
        updated: books.updated,
        now: model.now,
    }
}

/// Everybody takes out all they have, and it is there.
fn everybody_can_leave(chain: &mut Chain, world: &World) {
    for who in world.people() {
        match world.shares(chain, who) {
            0 => {}
            shares => {
                world.withdraw(chain, who, shares).ok();
            }
        }
        for side in 0..2 {
            let credit: u128 = chain.view(world.pool, "credit_of", &(who, world.tokens[side])).unwrap();
            if credit > 0 {
                chain.call(who, world.pool, "collect_credit", &(world.tokens[side], who)).ok();
            }
        }
    }
}

impl Watched for World {
    type Step = Step;
    type Model = Model;
    type Seen = Seen;

    fn step(&self, chain: &mut Chain, model: &mut Model, step: &Step) -> Result<bool, TestCaseError> {
        model.now = chain.time().0;
        let outcome = act(chain, self, step);
        let expected = model.step(step);
        let succeeded = outcome.as_ref().is_none_or(|outcome| agrees(outcome, &expected));
        if let (Some(outcome), Ok(output)) = (outcome, expected) {
            prop_assert_eq!(outcome.result, Ok(output), "at {:?}", step);
        }
        prop_assert_eq!(&look(chain, self, model), &*model, "after {:?}", step);
        Ok(succeeded)
    }

    fn end(&self, chain: &mut Chain, _model: &Model) -> Result<(), TestCaseError> {
        everybody_can_leave(chain, self);
        Ok(())
    }
}

#[test]
fn the_pool_does_what_the_naive_one_does() {
    let (mut chain, world) = World::empty();
    let memory = invariants::register(&mut chain, world);
    let start = Model::new(world.books(&chain).updated);
    let first = (2_000..60_000_u128, 2_000..60_000_u128);
    let steps = (first, prop::collection::vec(step(), 1..14)).prop_map(|((first, second), mut steps)| {
        steps.insert(0, Step::Deposit { who: 0, first, second });
        steps
    });
    let reached = ["Deposit", "Withdraw", "SwapIn", "SwapOut", "Collect", "CollectFees", "Donate", "Skim", "Give"];
    twin::run(Pair { chain, world, memory }, &start, 300, &steps, &reached);
}
