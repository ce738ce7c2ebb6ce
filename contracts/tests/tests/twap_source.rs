//! The source that reports a pool's average price, with real pools and a real oracle: what it does, what it refuses, its
//! averages against a naive sum, and the ways in which prices of pools were bent elsewhere.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use borsh::BorshSerialize;
use proptest::prelude::*;
use tacit_contract_tests::code::NOT_PAYABLE;
use tacit_contract_tests::deploy;
use tacit_contract_tests::twin::{self, Twin, agrees};
use tacit_simulator::{Address, Amount, Chain, Failure, InstantiateOptions, Outcome};

const BAD_RULES: u32 = 1;
const POOL_REFUSED: u32 = 2;
const POOL_RETIRED: u32 = 3;
const TOO_EARLY: u32 = 4;
const ORACLE_REFUSED: u32 = 6;
/// Of the oracle.
const STALE: u32 = 15;
const NO_ANSWER: u32 = 14;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const FOREVER: u64 = u64::MAX;
/// A price of one, as the oracle counts.
const ONE: u128 = 1_000_000;
/// What lies in a pool, of each token.
const DEPTH: u128 = 1_000_000_000;
const LEAST: u128 = DEPTH / 2;
const SHORTEST: u64 = 5 * MINUTE;
const LONGEST: u64 = HOUR;
/// How far the oracle moves at once: five percent.
const CLAMP: u128 = 500;

/// Description, decimals, quorum, oldest report, heartbeat, interval, clamp, breaker, least volume, average, fallback.
type OracleRules = (String, u8, u8, u64, u64, u64, u32, u32, Amount, u64, u64);

/// Three pools of the same two tokens, each with its source; an oracle of those sources; an oracle of the first source and
/// two desks, which always say one. Alice filled the pools, Mallory is rich.
struct World {
    chain: Chain,
    tokens: [Address; 2],
    pools: [Address; 3],
    sources: [Address; 3],
    /// Whose sources are all pools.
    pooled: Address,
    /// One pool and two desks.
    mixed: Address,
    /// The first pool's source for the mixed oracle.
    single: Address,
    desks: [Address; 2],
    alice: Address,
    mallory: Address,
}

fn oracle_rules() -> OracleRules {
    let (max_age, heartbeat, interval) = (10 * MINUTE, 20 * MINUTE, MINUTE);
    ("one in another".into(), 6, 3, max_age, heartbeat, interval, 500, 5_000, Amount(LEAST), HOUR, HOUR)
}

impl World {
    fn new() -> Self {
        let mut chain = Chain::new();
        let [alice, mallory] = ["alice", "mallory"].map(|name| chain.account(name));
        let desks = ["desk", "other desk"].map(|name| chain.account(name));
        let token = deploy(&mut chain, "hostile_token");
        let tokens = [0; 2].map(|_| chain.instantiate(alice, token, &(Amount(0),)).unwrap());
        let amm = deploy(&mut chain, "amm");
        let pools = [0; 3].map(|_| {
            let arguments = (tokens[0], tokens[1], 0_u32, 0_u32, desks[0]);
            chain.instantiate(alice, amm, &arguments).unwrap()
        });
        for who in [alice, mallory] {
            for token in tokens {
                chain.call(alice, token, "set_balance", &(who, 1_000 * DEPTH)).ok();
                pools.iter().for_each(|pool| _ = chain.call(who, token, "approve", &(*pool, u128::MAX)).ok());
            }
        }
        for pool in pools {
            chain.call(alice, pool, "deposit", &(DEPTH, DEPTH, 0_u128, alice, FOREVER)).ok();
        }
        // An oracle names its sources and a source its oracle, so the sources' addresses are known before they are made.
        let (source, oracle) = (deploy(&mut chain, "twap_source"), deploy(&mut chain, "oracle"));
        let place = |salt: u8| Address::of_contract(&alice, &source, &[salt; 32]);
        let mut oracle_of = |sources: [Address; 3]| {
            chain.instantiate(alice, oracle, &(oracle_rules(), sources.to_vec(), alice)).unwrap()
        };
        let pooled = oracle_of([place(0), place(1), place(2)]);
        let mixed = oracle_of([place(3), desks[0], desks[1]]);
        let mut make = |pool: usize, oracle: Address, salt: u8| {
            let arguments = (pools[pool], oracle, tokens[0], ONE, SHORTEST, LONGEST, Amount(LEAST));
            chain.instantiate_with(alice, source, &arguments, InstantiateOptions::new().salt([salt; 32])).unwrap()
        };
        let sources = [make(0, pooled, 0), make(1, pooled, 1), make(2, pooled, 2)];
        let single = make(0, mixed, 3);
        Self { chain, tokens, pools, sources, pooled, mixed, single, desks, alice, mallory }
    }

    fn update(&mut self, source: Address) -> Outcome {
        self.chain.call(self.mallory, source, "update", &())
    }

    /// Has all pools' sources report.
    fn update_all(&mut self) {
        for source in self.sources {
            self.update(source).ok();
        }
    }

    fn desks_report(&mut self) {
        for desk in self.desks {
            let report = (ONE, self.chain.time().0, Some(Amount(DEPTH)));
            self.chain.call(desk, self.mixed, "report", &report).ok();
        }
    }

    fn price(&self, oracle: Address) -> Result<u128, u32> {
        type Quote = (u128, u8, u64, u128, u8, bool);
        let quote = self.chain.view::<Quote>(oracle, "price", &());
        quote.map(|quote| quote.0).map_err(|failure| failure.contract_code().unwrap())
    }

    /// Sells an amount of a token to a pool; what came out.
    fn sell(&mut self, pool: usize, token: usize, amount: u128) -> u128 {
        let trade = (self.tokens[token], amount, 0_u128, self.mallory, FOREVER);
        self.chain.call(self.mallory, self.pools[pool], "swap_exact_in", &trade).returns()
    }

    fn make(&mut self, arguments: &impl BorshSerialize) -> Result<Address, Failure> {
        let code = deploy(&mut self.chain, "twap_source");
        self.chain.instantiate(self.alice, code, arguments)
    }

    fn witness(&mut self, source: Address) {
        self.chain.call(self.alice, source, "witness", &()).ok();
    }
}

#[test]
fn the_average_of_a_window_is_reported_and_becomes_the_answer() {
    let mut world = World::new();
    assert_eq!(world.price(world.pooled), Err(NO_ANSWER));
    world.chain.warp(SHORTEST);
    let (from, until) =
        (world.chain.view::<([u8; 32], u64, u128)>(world.sources[0], "mark", &()).unwrap().1, world.chain.time().0);
    let outcome = world.update(world.sources[0]);
    assert_eq!(outcome.returns::<Option<u128>>(), Some(ONE));
    outcome.expect_event_from(world.sources[0], "Averaged", &(ONE, from, until, Amount(DEPTH)));
    outcome.expect_event_from(world.pooled, "Reported", &(world.sources[0], ONE, until, Some(Amount(DEPTH))));
    world.update(world.sources[1]).ok();
    world.update(world.sources[2]).ok();
    assert_eq!(world.price(world.pooled), Ok(ONE));
}

#[test]
fn the_other_token_has_the_other_price() {
    let mut world = World::new();
    // Four for one in the first pool from now on.
    world.sell(0, 1, DEPTH);
    let rules = (world.pools[0], world.mixed, world.tokens[1], ONE, SHORTEST, LONGEST, Amount(1));
    let source = world.make(&rules).unwrap();
    world.chain.warp(SHORTEST);
    let other = world.chain.view::<u128>(source, "so_far", &()).unwrap();
    assert!((ONE / 4 - 1..=ONE / 4).contains(&other), "{other}");
    // The oracle does not know this source.
    world.update(source).expect_revert(ORACLE_REFUSED);
}

#[test]
fn rules_that_make_no_sense_are_refused() {
    let mut world = World::new();
    let (pool, oracle, [first, second]) = (world.pools[0], world.mixed, world.tokens);
    let good = (pool, oracle, first, ONE, SHORTEST, LONGEST, Amount(1));
    assert!(world.make(&good).is_ok());
    let mut code = |arguments: (Address, Address, Address, u128, u64, u64, Amount)| {
        world.make(&arguments).unwrap_err().contract_code().unwrap()
    };
    assert_eq!(code((pool, oracle, pool, ONE, SHORTEST, LONGEST, Amount(1))), BAD_RULES);
    assert_eq!(code((pool, oracle, second, 0, SHORTEST, LONGEST, Amount(1))), BAD_RULES);
    assert_eq!(code((pool, oracle, first, ONE, SHORTEST - 1, LONGEST, Amount(1))), BAD_RULES);
    assert_eq!(code((pool, oracle, first, ONE, SHORTEST, SHORTEST, Amount(1))), BAD_RULES);
    assert_eq!(code((pool, oracle, first, ONE, SHORTEST, DAY + 1, Amount(1))), BAD_RULES);
    assert_eq!(code((pool, oracle, first, ONE, SHORTEST, LONGEST, Amount(0))), BAD_RULES);
    assert_eq!(code((first, oracle, first, ONE, SHORTEST, LONGEST, Amount(1))), POOL_REFUSED);
    let single = world.single;
    world.chain.call_paying(world.alice, single, "update", &(), Amount(1)).expect_revert(NOT_PAYABLE);
}

#[test]
fn a_window_is_reported_once_and_not_before_it_is_over() {
    let mut world = World::new();
    let source = world.sources[0];
    let from: ([u8; 32], u64, u128) = world.chain.view(source, "mark", &()).unwrap();
    world.chain.warp_to(from.1 + SHORTEST - 1);
    world.update(source).expect_revert(TOO_EARLY);
    world.chain.warp_to(from.1 + SHORTEST);
    let mallory = world.mallory;
    let outcomes = world.chain.block(|block| {
        block.call(mallory, source, "update", &());
        block.call(mallory, source, "update", &());
    });
    outcomes[0].ok();
    outcomes[1].expect_revert(TOO_EARLY);
}

#[test]
fn single_block_spike_that_is_gone_by_the_end_of_the_block_does_not_count() {
    let mut world = World::new();
    world.chain.warp(SHORTEST - 10_000);
    let (mallory, pool, [first, second]) = (world.mallory, world.pools[0], world.tokens);
    let out: u128 = world.chain.view(pool, "quote_exact_in", &(second, 100 * DEPTH)).unwrap();
    let outcomes = world.chain.block(|block| {
        block.call(mallory, pool, "swap_exact_in", &(second, 100 * DEPTH, 0_u128, mallory, FOREVER));
        block.call(mallory, pool, "swap_exact_in", &(first, out, 0_u128, mallory, FOREVER));
    });
    outcomes.iter().for_each(|outcome| _ = outcome.ok());
    world.chain.warp(20_000);
    let average = world.update(world.sources[0]).returns::<Option<u128>>().unwrap();
    assert!(average.abs_diff(ONE) <= 1, "{average}");
}

#[test]
fn single_block_spike_across_a_block_moves_the_oracle_no_more_than_the_clamp() {
    let mut world = World::new();
    world.chain.warp(SHORTEST);
    world.update_all();
    world.chain.warp(SHORTEST - 5_000);
    // All pools at once, to a price of ten thousand, for one block: worth more than anything honest.
    let bought = [0, 1, 2].map(|pool| world.sell(pool, 1, 99 * DEPTH));
    for (pool, bought) in bought.into_iter().enumerate() {
        world.sell(pool, 0, bought);
    }
    world.chain.warp(10_000);
    let mut before = world.price(world.pooled).unwrap();
    for source in world.sources {
        let average = world.update(source).returns::<Option<u128>>().unwrap();
        assert!(average > 2 * ONE, "the average itself is bent: {average}");
        let now = world.price(world.pooled).map_or(before, |price| price);
        assert!(now.abs_diff(before) <= before * CLAMP / 10_000, "{now} after {before}");
        before = now;
    }
    // So far beyond, that the breaker stops everything until somebody looks.
    assert!(world.price(world.pooled).is_err());
}

#[test]
fn single_pool_bent_for_a_whole_window_is_outvoted() {
    let mut world = World::new();
    world.chain.warp(SHORTEST);
    world.desks_report();
    world.update(world.single).ok();
    assert_eq!(world.price(world.mixed), Ok(ONE));
    for _ in 0..5 {
        world.sell(0, 1, DEPTH);
        world.chain.warp(SHORTEST);
        world.desks_report();
        world.update(world.single).ok();
        assert_eq!(world.price(world.mixed), Ok(ONE));
    }
}

#[test]
fn a_price_that_stays_is_followed_step_by_step() {
    let mut world = World::new();
    world.chain.warp(SHORTEST);
    world.update_all();
    // A fifth more, in every pool, for good: whoever moves the price there pays for it the whole time.
    for pool in 0..3 {
        world.sell(pool, 1, DEPTH * 954 / 10_000);
    }
    let mut before = world.price(world.pooled).unwrap();
    for _ in 0..8 {
        world.chain.warp(SHORTEST);
        world.update_all();
        let now = world.price(world.pooled).unwrap();
        assert!(before <= now && now - before <= before * CLAMP / 10_000, "{now} after {before}");
        before = now;
    }
    assert!((ONE * 119 / 100..=ONE * 121 / 100).contains(&before), "{before}");
}

#[test]
fn thin_pool_is_silent() {
    let mut world = World::new();
    let (alice, pool, source) = (world.alice, world.pools[0], world.sources[0]);
    world.chain.warp(SHORTEST);
    world.update(source).ok();
    let leave = (DEPTH * 6 / 10, 0_u128, 0_u128, alice, FOREVER);
    world.chain.call(alice, pool, "withdraw", &leave).ok();
    world.chain.warp(SHORTEST);
    let outcome = world.update(source);
    assert_eq!(outcome.returns::<Option<u128>>(), None);
    outcome.expect_no_event("Reported");
    // Also in the window that began thin, whatever came back meanwhile.
    world.chain.call(alice, pool, "deposit", &(DEPTH, DEPTH, 0_u128, alice, FOREVER)).ok();
    world.chain.warp(SHORTEST);
    assert_eq!(world.update(source).returns::<Option<u128>>(), None);
    world.chain.warp(SHORTEST);
    assert_eq!(world.update(source).returns::<Option<u128>>(), Some(ONE));
}

#[test]
fn thin_pool_that_is_thick_while_it_reports_is_seen_by_whoever_looks() {
    let mut world = World::new();
    let (alice, mallory, pool, source) = (world.alice, world.mallory, world.pools[0], world.sources[0]);
    let leave = (DEPTH * 9 / 10, 0_u128, 0_u128, alice, FOREVER);
    world.chain.call(alice, pool, "withdraw", &leave).ok();
    world.chain.warp(SHORTEST);
    // Mallory fills the pool for the block in which a window ends and another begins, and takes all back at once.
    let lend = |world: &mut World| {
        let before: u128 = world.chain.view(pool, "balance_of", &(mallory,)).unwrap();
        let deposit = (100 * DEPTH, 100 * DEPTH, 0_u128, mallory, FOREVER);
        let mut shares = 0;
        world.chain.attempt(|chain| {
            chain.call(mallory, pool, "deposit", &deposit).ok();
            shares = chain.view::<u128>(pool, "balance_of", &(mallory,)).unwrap() - before;
        });
        let outcomes = world.chain.block(|block| {
            block.call(mallory, pool, "deposit", &deposit);
            block.call(mallory, source, "update", &());
            block.call(mallory, pool, "withdraw", &(shares, 0_u128, 0_u128, mallory, FOREVER));
        });
        outcomes.iter().for_each(|outcome| _ = outcome.ok());
        outcomes[1].returns::<Option<u128>>()
    };
    let point = world.chain.snapshot();
    assert!(lend(&mut world).is_some(), "nobody looked in between: this is why an oracle has other sources");
    world.chain.revert(&point);
    world.witness(source);
    assert_eq!(lend(&mut world), None);
}

#[test]
fn stale_window_is_given_up_and_the_oracle_goes_stale() {
    let mut world = World::new();
    world.chain.warp(SHORTEST);
    world.update_all();
    world.chain.warp(LONGEST + 10_000);
    for source in world.sources {
        let outcome = world.update(source);
        assert_eq!(outcome.returns::<Option<u128>>(), None);
        assert_eq!(outcome.events_named("Restarted").len(), 1);
    }
    assert_eq!(world.price(world.pooled), Err(STALE));
    world.chain.warp(SHORTEST);
    world.update_all();
    assert_eq!(world.price(world.pooled), Ok(ONE));
}

#[test]
fn stale_price_of_a_retired_pool_is_not_reported() {
    let mut world = World::new();
    let (pool, token) = (world.pools[0], world.tokens[0]);
    world.chain.warp(SHORTEST);
    world.chain.call(world.alice, token, "set_balance", &(pool, DEPTH - 1)).ok();
    world.chain.call(world.alice, pool, "sync", &()).ok();
    world.update(world.sources[0]).expect_revert(POOL_RETIRED);
    world.update(world.sources[1]).ok();
    let rules = (pool, world.mixed, token, ONE, SHORTEST, LONGEST, Amount(1));
    assert_eq!(world.make(&rules).unwrap_err().contract_code(), Some(POOL_RETIRED));
}

#[test]
fn read_only_reentrancy_while_a_pool_trades_nobody_reports() {
    let mut world = World::new();
    world.chain.warp(SHORTEST);
    let back = (world.sources[0], "update", Vec::<u8>::new(), false);
    world.chain.call(world.alice, world.tokens[0], "call_back", &back).ok();
    world.sell(0, 0, 1_000);
    // The source itself refused, because it may not look.
    assert_eq!(world.chain.view::<u8>(world.tokens[0], "seen", &()), Ok(2));
    world.sell(1, 0, 1_000);
    assert_eq!(world.chain.view::<u8>(world.tokens[0], "seen", &()), Ok(2), "one family of pools and oracles");
    world.update(world.sources[0]).ok();
}

#[test]
fn an_oracle_that_does_not_count_the_source_yet_costs_no_window() {
    let mut world = World::new();
    let rules = (world.pools[1], world.mixed, world.tokens[0], ONE, SHORTEST, LONGEST, Amount(LEAST));
    let source = world.make(&rules).unwrap();
    world.chain.call(world.alice, world.mixed, "add_source", &(source,)).ok();
    world.chain.warp(SHORTEST);
    let mark: ([u8; 32], u64, u128) = world.chain.view(source, "mark", &()).unwrap();
    world.update(source).expect_revert(ORACLE_REFUSED);
    assert_eq!(world.chain.view::<([u8; 32], u64, u128)>(source, "mark", &()), Ok(mark));
    world.chain.warp(DAY);
    assert_eq!(world.update(source).returns::<Option<u128>>(), None);
    world.chain.warp(SHORTEST);
    world.update(source).ok();
}

/// What happens to the first pool and its source.
#[derive(Debug, Clone)]
enum Step {
    Sell { token: usize, amount: u128 },
    Deposit { amount: u128 },
    Withdraw { part: u128 },
    Wait { milliseconds: u64 },
    Update,
    Witness,
}

fn step() -> impl Strategy<Value = Step> {
    let wait = prop_oneof![6 => 0..200_000_u64, 2 => 0..SHORTEST, 1 => Just(LONGEST)];
    prop_oneof![
        5 => (0..2_usize, 1_000..DEPTH / 3).prop_map(|(token, amount)| Step::Sell { token, amount }),
        1 => (1_000..DEPTH).prop_map(|amount| Step::Deposit { amount }),
        1 => (1..10_u128).prop_map(|part| Step::Withdraw { part }),
        6 => wait.prop_map(|milliseconds| Step::Wait { milliseconds }),
        5 => Just(Step::Update),
        1 => Just(Step::Witness),
    ]
}

/// The window, naively: each price with how long it stood.
#[derive(Clone)]
struct Model {
    from: u64,
    least: u128,
    prices: Vec<(u128, u64)>,
    reserves: (u128, u128),
    since: u64,
}

impl Model {
    /// Time goes on with the reserves as they are.
    fn count(&mut self, now: u64) {
        self.prices.push(((self.reserves.1 << 80) / self.reserves.0, now - self.since));
        self.since = now;
    }

    fn update(&mut self, now: u64) -> Result<Option<u128>, u32> {
        let passed = now - self.from;
        if passed < SHORTEST {
            return Err(TOO_EARLY);
        }
        let least = self.least.min(self.reserves.1);
        let sum: u128 = self.prices.iter().map(|(price, time)| price * u128::from(*time)).sum();
        // Divided in two parts, so that it fits into 128 bits.
        let whole = u128::from(passed) << 80;
        let price = sum / whole * ONE + sum % whole * ONE / whole;
        (self.from, self.least, self.prices) = (now, self.reserves.1, Vec::new());
        Ok((passed <= LONGEST && LEAST <= least).then_some(price))
    }
}

impl Twin for World {
    type Step = Step;
    type Model = Model;

    fn chain(&mut self) -> &mut Chain {
        &mut self.chain
    }

    fn step(&mut self, model: &mut Model, step: &Step) -> Result<bool, TestCaseError> {
        let (mallory, alice, pool, source) = (self.mallory, self.alice, self.pools[0], self.sources[0]);
        let now = self.chain.time().0;
        model.count(now);
        let succeeded = match *step {
            Step::Sell { token, amount } => {
                self.sell(0, token, amount);
                true
            }
            Step::Deposit { amount } => {
                self.chain.call(mallory, pool, "deposit", &(amount, amount, 0_u128, mallory, FOREVER)).ok();
                true
            }
            Step::Withdraw { part } => {
                let shares: u128 = self.chain.view(pool, "balance_of", &(alice,)).unwrap();
                let leave = (shares * part / 10, 0_u128, 0_u128, alice, FOREVER);
                self.chain.call(alice, pool, "withdraw", &leave).ok();
                true
            }
            Step::Wait { milliseconds } => {
                self.chain.warp(milliseconds);
                true
            }
            Step::Update => {
                let outcome = self.update(source);
                let expected = model.update(now);
                if let Ok(price) = expected {
                    prop_assert_eq!(outcome.returns::<Option<u128>>(), price);
                }
                agrees(&outcome, &expected) && expected != Ok(None)
            }
            Step::Witness => {
                self.witness(source);
                model.least = model.least.min(model.reserves.1);
                true
            }
        };
        model.reserves = self.chain.view(pool, "reserves", &()).unwrap();
        Ok(succeeded)
    }
}

#[test]
fn averages_are_those_of_a_naive_sum() {
    let world = World::new();
    let (_, from, least): ([u8; 32], u64, u128) = world.chain.view(world.sources[0], "mark", &()).unwrap();
    let start = Model { from, least, prices: Vec::new(), reserves: (DEPTH, DEPTH), since: from };
    let steps = prop::collection::vec(step(), 5..30);
    twin::run(world, &start, 120, &steps, &["Sell", "Deposit", "Withdraw", "Update", "Witness"]);
}
