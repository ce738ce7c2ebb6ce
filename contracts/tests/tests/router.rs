//! The router in the simulator: what it does, what it refuses, random trades, and what bad pools and tokens try with it.
//! After every step of every test it holds exactly what was thrown at it, and no pool may take anything of it.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use proptest::prelude::*;
use tacit_contract_tests::code::NOT_PAYABLE;
use tacit_contract_tests::deploy;
use tacit_contract_tests::guest::{escaped, guest};
use tacit_contract_tests::twin::{self, Twin};
use tacit_simulator::{Address, Amount, Chain, Outcome};

const EXPIRED: u32 = 1;
const BAD_PATH: u32 = 2;
const BAD_RECIPIENT: u32 = 3;
const TOO_SMALL: u32 = 4;
const SLIPPAGE: u32 = 5;
const TOKEN_REFUSED: u32 = 6;
const TOKEN_MISBEHAVED: u32 = 7;
const POOL_REFUSED: u32 = 8;
const POOL_MISBEHAVED: u32 = 9;

const FOREVER: u64 = u64::MAX;
const WEALTH: u128 = 10_000_000;
const DEPTH: u128 = 1_000_000;
/// What lies in the router because somebody threw it there, of every token.
const DONATED: u128 = 777;
const ZERO: Address = Address([0; 32]);

/// A pool and what comes out of it.
type Hop = (Address, Address);

/// Three tokens, a pool of each two, and people who let the router take what it wants. Alice fills the pools.
struct World {
    chain: Chain,
    router: Address,
    tokens: [Address; 3],
    /// Of tokens 0 and 1, 1 and 2, 2 and 0.
    pools: [Address; 3],
    alice: Address,
    bob: Address,
    carol: Address,
}

impl World {
    fn new() -> Self {
        let mut chain = Chain::new();
        let [alice, bob, carol] = ["alice", "bob", "carol"].map(|name| chain.account(name));
        let token = deploy(&mut chain, "hostile_token");
        let tokens = [0; 3].map(|_| chain.instantiate(alice, token, &(Amount(0),)).unwrap());
        let code = deploy(&mut chain, "router");
        let router = chain.instantiate(alice, code, &()).unwrap();
        let amm = deploy(&mut chain, "amm");
        let pools = [0, 1, 2].map(|at| {
            let arguments = (tokens[at], tokens[(at + 1) % 3], 30_u32, 0_u32, carol);
            chain.instantiate(alice, amm, &arguments).unwrap()
        });
        for token in tokens {
            for who in [alice, bob, carol] {
                chain.call(alice, token, "set_balance", &(who, WEALTH)).ok();
                chain.call(who, token, "approve", &(router, u128::MAX)).ok();
            }
            chain.call(alice, token, "set_balance", &(router, DONATED)).ok();
        }
        for (at, pool) in pools.iter().enumerate() {
            for token in [tokens[at], tokens[(at + 1) % 3]] {
                chain.call(alice, token, "approve", &(*pool, u128::MAX)).ok();
            }
            chain.call(alice, *pool, "deposit", &(DEPTH, DEPTH * 2, 0_u128, alice, FOREVER)).ok();
        }
        chain.invariant("the router has what was thrown at it, to the unit", move |chain| {
            let held = tokens.map(|token| chain.view::<u128>(token, "balance_of", &(router,)).unwrap());
            if held == [DONATED; 3] { Ok(()) } else { Err(format!("{held:?}")) }
        });
        Self { chain, router, tokens, pools, alice, bob, carol }
    }

    fn held(&self, who: Address) -> [u128; 3] {
        self.tokens.map(|token| self.chain.view(token, "balance_of", &(who,)).unwrap())
    }

    /// The pool of two tokens, and the second of them.
    fn hop(&self, from: usize, to: usize) -> Hop {
        (self.pools[if (from + 1) % 3 == to { from } else { to }], self.tokens[to])
    }

    /// Along tokens by their numbers.
    fn path(&self, tokens: &[usize]) -> Vec<Hop> {
        tokens.windows(2).map(|pair| self.hop(pair[0], pair[1])).collect()
    }

    fn swap_in(&mut self, token: usize, amount: u128, path: &[Hop], least: u128) -> Outcome {
        let arguments = (self.tokens[token], amount, path.to_vec(), least, self.bob, FOREVER);
        self.chain.call(self.bob, self.router, "swap_exact_in", &arguments)
    }

    fn swap_out(&mut self, token: usize, most: u128, path: &[Hop], amount: u128) -> Outcome {
        let arguments = (self.tokens[token], most, path.to_vec(), amount, self.bob, FOREVER);
        self.chain.call(self.bob, self.router, "swap_exact_out", &arguments)
    }

    fn quote_in(&self, token: usize, amount: u128, path: &[Hop]) -> u128 {
        self.chain.view(self.router, "quote_exact_in", &(self.tokens[token], amount, path.to_vec())).unwrap()
    }

    fn quote_out(&self, token: usize, path: &[Hop], amount: u128) -> u128 {
        self.chain.view(self.router, "quote_exact_out", &(self.tokens[token], path.to_vec(), amount)).unwrap()
    }

    /// Whether an owner lets somebody take anything: the token tells nobody, so its storage is looked at.
    fn allows(&self, token: usize, owner: Address, spender: Address) -> bool {
        let key = [&[1_u8][..], &owner.0, &spender.0].concat();
        self.chain.storage(self.tokens[token], key).is_some()
    }

    fn behave(&mut self, token: usize, mode: u8) {
        self.chain.call(self.alice, self.tokens[token], "behave", &(mode,)).ok();
    }
}

#[test]
fn a_path_gives_what_the_pools_quote_one_after_the_other() {
    let mut world = World::new();
    let (bob, path) = (world.bob, world.path(&[0, 1, 2]));
    let first: u128 = world.chain.view(world.pools[0], "quote_exact_in", &(world.tokens[0], 10_000_u128)).unwrap();
    let second: u128 = world.chain.view(world.pools[1], "quote_exact_in", &(world.tokens[1], first)).unwrap();
    assert_eq!(world.quote_in(0, 10_000, &path), second);
    let outcome = world.swap_in(0, 10_000, &path, second);
    assert_eq!(outcome.returns::<u128>(), second);
    let [token_in, _, token_out] = world.tokens;
    outcome.expect_event_from(world.router, "Routed", &(bob, bob, token_in, 10_000_u128, token_out, second));
    assert_eq!(world.held(bob), [WEALTH - 10_000, WEALTH, WEALTH + second]);
}

#[test]
fn exactly_what_is_wanted_comes_out_and_no_more_goes_in_than_is_needed() {
    let mut world = World::new();
    let (bob, path) = (world.bob, world.path(&[0, 1, 2]));
    let needed = world.quote_out(0, &path, 5_000);
    world.swap_out(0, needed - 1, &path, 5_000).expect_revert(SLIPPAGE);
    assert_eq!(world.swap_out(0, needed, &path, 5_000).returns::<u128>(), needed);
    assert_eq!(world.held(bob), [WEALTH - needed, WEALTH, WEALTH + 5_000]);
}

#[test]
fn a_path_may_come_back_to_the_token_it_began_with() {
    let mut world = World::new();
    let path = world.path(&[0, 1, 2, 0]);
    let expected = world.quote_in(0, 10_000, &path);
    assert_eq!(world.swap_in(0, 10_000, &path, 0).returns::<u128>(), expected);
    assert_eq!(world.held(world.bob), [WEALTH - 10_000 + expected, WEALTH, WEALTH]);
}

#[test]
fn somebody_else_can_get_what_comes_out() {
    let mut world = World::new();
    let arguments = (world.tokens[0], 1_000_u128, world.path(&[0, 1]), 0_u128, world.carol, FOREVER);
    let out: u128 = world.chain.call(world.bob, world.router, "swap_exact_in", &arguments).returns();
    assert_eq!(world.held(world.carol), [WEALTH, WEALTH + out, WEALTH]);
}

#[test]
fn limits_and_deadlines_stop_a_trade_as_a_whole() {
    let mut world = World::new();
    let (bob, router, path) = (world.bob, world.router, world.path(&[0, 1, 2]));
    let least = world.quote_in(0, 10_000, &path);
    let reserves = world.pools.map(|pool| world.chain.view::<(u128, u128)>(pool, "reserves", &()).unwrap());
    world.swap_in(0, 10_000, &path, least + 1).expect_revert(SLIPPAGE);
    let late = world.chain.time().0 - 1;
    for function in ["swap_exact_in", "swap_exact_out"] {
        let arguments = (world.tokens[0], 1_000_u128, path.clone(), 1_u128, bob, late);
        world.chain.call(bob, router, function, &arguments).expect_revert(EXPIRED);
    }
    assert_eq!(world.held(bob), [WEALTH; 3]);
    let after = world.pools.map(|pool| world.chain.view::<(u128, u128)>(pool, "reserves", &()).unwrap());
    assert_eq!(after, reserves, "a trade that fails leaves the pools as they were");
}

#[test]
fn paths_and_receivers_that_make_no_sense_are_refused() {
    let mut world = World::new();
    let (bob, router, tokens) = (world.bob, world.router, world.tokens);
    world.swap_in(0, 1_000, &[], 0).expect_revert(BAD_PATH);
    world.swap_in(0, 1_000, &[(world.pools[0], tokens[0])], 0).expect_revert(BAD_PATH);
    world.swap_in(0, 0, &world.path(&[0, 1]), 0).expect_revert(TOO_SMALL);
    let long = world.path(&[0, 1, 2, 0, 1, 2]);
    assert!(world.swap_in(0, 1_000, &long, 0).result.is_err());
    // A pool that has none of the two tokens, and what is no pool.
    world.swap_in(2, 1_000, &[(world.pools[0], tokens[1])], 0).expect_revert(POOL_REFUSED);
    world.swap_in(0, 1_000, &[(tokens[2], tokens[1])], 0).expect_revert(POOL_REFUSED);
    world.swap_in(0, 1_000, &[(bob, tokens[1])], 0).expect_revert(POOL_REFUSED);
    // A pool that gives another token than the path says.
    world.swap_in(0, 1_000, &[(world.pools[0], tokens[2])], 0).expect_revert(TOO_SMALL);
    for nobody in [ZERO, router] {
        let arguments = (tokens[0], 1_000_u128, world.path(&[0, 1]), 0_u128, nobody, FOREVER);
        world.chain.call(bob, router, "swap_exact_in", &arguments).expect_revert(BAD_RECIPIENT);
    }
    let arguments = (tokens[0], 1_000_u128, world.path(&[0, 1]), 0_u128, bob, FOREVER);
    world.chain.call_paying(bob, router, "swap_exact_in", &arguments, Amount(1)).expect_revert(NOT_PAYABLE);
    let empty = world.chain.view::<u128>(router, "quote_exact_in", &(tokens[0], 1_u128, Vec::<Hop>::new()));
    assert_eq!(empty.unwrap_err().contract_code(), Some(BAD_PATH));
}

#[test]
fn nobody_pays_who_does_not_call() {
    let mut world = World::new();
    let poor = world.chain.account("poor");
    let arguments = (world.tokens[0], 1_000_u128, world.path(&[0, 1]), 0_u128, poor, FOREVER);
    // Bob lets the router take everything; that helps nobody else.
    world.chain.call(poor, world.router, "swap_exact_in", &arguments).expect_revert(TOKEN_REFUSED);
    assert_eq!(world.held(world.bob), [WEALTH; 3]);
}

/// A pool whose `swap_exact_in` and `swap_exact_out` are a script: `$take` and `$give` move units of what goes in and of
/// `token_out`. It quotes ten for everything, and `steal` takes of somebody what it is let.
fn evil_pool(world: &mut World, token_out: usize, script: &str) -> Address {
    let (out, router) = (escaped(&world.tokens[token_out].0), escaped(&world.router.0));
    let body = format!(
        r#"(data (i32.const 512) "transfer_from") (data (i32.const 528) "transfer") (data (i32.const 544) "{out}")
        (data (i32.const 576) "{router}") (data (i32.const 608) "swap_exact_in") (data (i32.const 640) "Tried")
        (func $take (param $amount i64)
            (call $caller (i32.const 1200)) (call $self (i32.const 1232))
            (i64.store (i32.const 1264) (local.get $amount))
            (drop (call $must_call (i32.const 1024) (i32.const 512) (i32.const 13) (i32.const 1200) (i32.const 80)
                (i32.const 1400) (i64.const -1) (i32.const 0))))
        (func $give (param $amount i64)
            (call $caller (i32.const 1300)) (i64.store (i32.const 1332) (local.get $amount))
            (drop (call $must_call (i32.const 544) (i32.const 528) (i32.const 8) (i32.const 1300) (i32.const 48)
                (i32.const 1400) (i64.const -1) (i32.const 0))))
        (func $swap (call $input_copy (i32.const 1024) (i32.const 0) (i32.const 104)) {script}
            (i64.store (i32.const 1500) (i64.const 1000000)) (call $return_data (i32.const 1500) (i32.const 16)))
        (func (export "swap_exact_in") (call $swap))
        (func (export "swap_exact_out") (call $swap))
        (func (export "quote_exact_out")
            (i64.store (i32.const 1500) (i64.const 10)) (call $return_data (i32.const 1500) (i32.const 16)))
        (func (export "steal")
            (call $input_copy (i32.const 1024) (i32.const 0) (i32.const 32))
            (call $input_copy (i32.const 1200) (i32.const 32) (i32.const 32)) (call $self (i32.const 1232))
            (call $input_copy (i32.const 1264) (i32.const 64) (i32.const 16))
            (drop (call $must_call (i32.const 1024) (i32.const 512) (i32.const 13) (i32.const 1200) (i32.const 80)
                (i32.const 1400) (i64.const -1) (i32.const 0))))"#
    );
    let pool = guest(&mut world.chain, "evil pool", &body);
    world.chain.call(world.alice, world.tokens[token_out], "set_balance", &(pool, WEALTH)).ok();
    pool
}

fn take(amount: u64) -> String {
    format!("(call $take (i64.const {amount}))")
}

fn give(amount: u64) -> String {
    format!("(call $give (i64.const {amount}))")
}

#[test]
fn malicious_pool_that_gives_nothing_and_says_it_gave_a_lot() {
    let mut world = World::new();
    let pool = evil_pool(&mut world, 1, &take(1_000));
    world.swap_in(0, 1_000, &[(pool, world.tokens[1])], 0).expect_revert(TOO_SMALL);
    // Nor is the caller paid out of the donation, or the next pool with it.
    let path = [vec![(pool, world.tokens[1])], world.path(&[1, 2])].concat();
    world.swap_in(0, 1_000, &path, 0).expect_revert(TOO_SMALL);
    assert_eq!(world.held(world.bob), [WEALTH; 3]);
}

#[test]
fn malicious_pool_that_takes_more_than_it_was_given() {
    let mut world = World::new();
    // The router has 777 besides; the pool may take a thousand and not one more.
    let pool = evil_pool(&mut world, 1, &[take(1_001), give(5_000)].concat());
    world.swap_in(0, 1_000, &[(pool, world.tokens[1])], 0).expect_revert(POOL_REFUSED);
    let twice = evil_pool(&mut world, 1, &[take(600), take(600), give(5_000)].concat());
    world.swap_in(0, 1_000, &[(twice, world.tokens[1])], 0).expect_revert(POOL_REFUSED);
}

#[test]
fn what_a_pool_does_not_take_goes_back_to_the_caller() {
    let mut world = World::new();
    let pool = evil_pool(&mut world, 1, &[take(400), give(300)].concat());
    assert_eq!(world.swap_in(0, 1_000, &[(pool, world.tokens[1])], 300).returns::<u128>(), 300);
    assert_eq!(world.held(world.bob), [WEALTH - 400, WEALTH + 300, WEALTH]);
    // In the middle of a path too: what is left of the middle's token is the caller's.
    let path =
        [world.path(&[0, 1]), vec![(evil_pool(&mut world, 2, &[take(100), give(90)].concat()), world.tokens[2])]];
    let middle = world.quote_in(0, 1_000, &path[0]);
    world.swap_in(0, 1_000, &path.concat(), 90).ok();
    assert_eq!(world.held(world.bob), [WEALTH - 1_400, WEALTH + 300 + middle - 100, WEALTH + 90]);
}

#[test]
fn malicious_pool_that_keeps_its_allowance_for_later() {
    let mut world = World::new();
    let pool = evil_pool(&mut world, 1, &[take(1), give(300)].concat());
    world.swap_in(0, 1_000, &[(pool, world.tokens[1])], 0).ok();
    // The donation lies there, and the pool was let take a thousand of which it took one.
    let steal = (world.tokens[0], world.router, 700_u128);
    world.chain.call(world.alice, pool, "steal", &steal).expect_revert(2);
    assert!(!world.allows(0, world.router, pool) && world.allows(0, world.bob, world.router));
}

#[test]
fn malicious_pool_that_gives_less_than_exactly_what_is_wanted() {
    let mut world = World::new();
    let less = evil_pool(&mut world, 1, &[take(10), give(49)].concat());
    world.swap_out(0, 1_000, &[(less, world.tokens[1])], 50).expect_revert(POOL_MISBEHAVED);
    // One that gives more makes the caller a present, and the receiver gets what was said.
    let more = evil_pool(&mut world, 1, &[take(7), give(60)].concat());
    let arguments = (world.tokens[0], 1_000_u128, vec![(more, world.tokens[1])], 50_u128, world.carol, FOREVER);
    world.chain.call(world.bob, world.router, "swap_exact_out", &arguments).ok();
    assert_eq!(world.held(world.carol), [WEALTH, WEALTH + 50, WEALTH]);
    assert_eq!(world.held(world.bob), [WEALTH - 7, WEALTH + 10, WEALTH]);
}

#[test]
fn reentrancy_by_a_pool_is_refused_by_the_chain() {
    let mut world = World::new();
    let again =
        "(i32.store (i32.const 1600) (call $call (i32.const 576) (i32.const 608) (i32.const 13) (i32.const 1024)
        (i32.const 104) (i32.const 1400) (i64.const -1) (i32.const 0)))
        (drop (call $emit (i32.const 640) (i32.const 1) (i32.const 1600) (i32.const 4)))";
    let pool = evil_pool(&mut world, 1, &[&take(1_000), again, &give(300)].concat());
    world.swap_in(0, 1_000, &[(pool, world.tokens[1])], 0).ok().expect_event("Tried", &(-7_i32,));
}

#[test]
fn reentrancy_by_a_token_is_refused_by_the_chain() {
    let mut world = World::new();
    for (function, is_view) in [("swap_exact_in", false), ("quote_exact_in", true)] {
        let back = (world.router, function, Vec::<u8>::new(), is_view);
        world.chain.call(world.alice, world.tokens[1], "call_back", &back).ok();
        world.swap_in(0, 1_000, &world.path(&[0, 1, 2]), 0).ok();
        assert_eq!(world.chain.view::<u8>(world.tokens[1], "seen", &()), Ok(1), "{function}");
    }
}

#[test]
fn malicious_tokens_that_take_fees_lie_or_fail_hurt_only_who_trades_them() {
    // Receiver pays, giver pays, lies, fails, receiver gains, giver gains.
    for mode in [1, 2, 3, 4, 6, 7] {
        for (token, bad) in [(0, 0), (0, 1), (0, 2)] {
            let mut world = World::new();
            world.behave(bad, mode);
            let outcome = world.swap_in(token, 1_000, &world.path(&[0, 1, 2]), 0);
            let code = outcome.result.clone().err().and_then(|failure| failure.contract_code());
            let expected = [TOKEN_REFUSED, TOKEN_MISBEHAVED, POOL_REFUSED, POOL_MISBEHAVED].map(Some);
            assert!(expected.contains(&code), "{mode} of {bad}: {outcome}");
            assert_eq!(world.held(world.bob), [WEALTH; 3]);
            world.behave(bad, 0);
            world.swap_in(token, 1_000, &world.path(&[0, 1, 2]), 0).ok();
        }
    }
}

#[test]
fn donation_to_the_router_moves_no_trade_and_is_nobodys() {
    let mut world = World::new();
    let path = world.path(&[0, 1, 2]);
    let expected = world.quote_in(0, 10_000, &path);
    assert_eq!(world.swap_in(0, 10_000, &path, 0).returns::<u128>(), expected);
    // There and back: whoever trades pays the fees, and gets nothing of what lies there.
    let back = world.path(&[2, 1, 0]);
    world.swap_in(2, expected, &back, 0).ok();
    assert!(world.held(world.bob)[0] < WEALTH);
}

#[test]
fn sandwich_a_limit_on_the_whole_path_holds() {
    let mut world = World::new();
    let path = world.path(&[0, 1, 2]);
    let least = world.quote_in(0, 5_000, &path);
    // Carol trades in front, in the second pool of the path.
    let front = (world.tokens[1], 200_000_u128, world.path(&[1, 2]), 0_u128, world.carol, FOREVER);
    world.chain.call(world.carol, world.router, "swap_exact_in", &front).ok();
    world.swap_in(0, 5_000, &path, least).expect_revert(SLIPPAGE);
    assert_eq!(world.held(world.bob), [WEALTH; 3]);
}

#[test]
fn front_run_deposit_or_trade_cannot_make_it_use_more_than_was_allowed() {
    let mut world = World::new();
    let path = world.path(&[0, 1]);
    let most = world.quote_out(0, &path, 5_000);
    let front = (world.tokens[0], 200_000_u128, path.clone(), 0_u128, world.carol, FOREVER);
    world.chain.call(world.carol, world.router, "swap_exact_in", &front).ok();
    world.swap_out(0, most, &path, 5_000).expect_revert(SLIPPAGE);
}

/// Whoever trades, along which tokens, and how much; exactly in or exactly out.
#[derive(Debug, Clone)]
enum Step {
    In { tokens: Vec<usize>, amount: u128 },
    Out { tokens: Vec<usize>, amount: u128 },
    Wait { milliseconds: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    let tokens = || {
        (0..3_usize, prop::collection::vec(any::<bool>(), 1..5)).prop_map(|(first, turns)| {
            let next = |at: usize, turn: bool| if turn { (at + 1) % 3 } else { (at + 2) % 3 };
            turns.into_iter().fold(vec![first], |mut path, turn| {
                path.push(next(path[path.len() - 1], turn));
                path
            })
        })
    };
    let amount = || prop_oneof![0..20_u128, 0..50_000_u128, Just(3 * DEPTH)];
    prop_oneof![
        4 => (tokens(), amount()).prop_map(|(tokens, amount)| Step::In { tokens, amount }),
        4 => (tokens(), amount()).prop_map(|(tokens, amount)| Step::Out { tokens, amount }),
        1 => (1..100_000_u64).prop_map(|milliseconds| Step::Wait { milliseconds }),
    ]
}

/// The same trades made by hand, swap after swap, and taken back.
fn by_hand(world: &mut World, path: &[Hop], mut token: Address, mut amount: u128) -> Option<u128> {
    let carol = world.carol;
    world.chain.attempt(|chain| {
        for (pool, next) in path {
            chain.call(carol, token, "approve", &(*pool, u128::MAX)).ok();
            let outcome = chain.call(carol, *pool, "swap_exact_in", &(token, amount, 0_u128, carol, FOREVER));
            amount = outcome.result.is_ok().then(|| outcome.returns())?;
            token = *next;
        }
        Some(amount)
    })
}

impl Twin for World {
    type Step = Step;
    type Model = [u128; 3];

    fn chain(&mut self) -> &mut Chain {
        &mut self.chain
    }

    fn step(&mut self, held: &mut [u128; 3], step: &Step) -> Result<bool, TestCaseError> {
        let succeeded = match step {
            Step::Wait { milliseconds } => {
                self.chain.warp(*milliseconds);
                true
            }
            Step::In { tokens, amount } => {
                let (first, last, path) = (tokens[0], tokens[tokens.len() - 1], self.path(tokens));
                let expected = by_hand(self, &path, self.tokens[first], *amount);
                let outcome = self.swap_in(first, *amount, &path, 0);
                if let Some(expected) = expected {
                    prop_assert_eq!(outcome.returns::<u128>(), expected);
                    held[first] -= amount;
                    held[last] += expected;
                }
                prop_assert_eq!(outcome.result.is_ok(), expected.is_some(), "{}", outcome);
                expected.is_some()
            }
            Step::Out { tokens, amount } => {
                let (first, last, path) = (tokens[0], tokens[tokens.len() - 1], self.path(tokens));
                let outcome = self.swap_out(first, u128::MAX, &path, *amount);
                let is_ok = outcome.result.is_ok();
                if is_ok {
                    let paid: u128 = outcome.returns();
                    held[first] -= paid;
                    held[last] += amount;
                }
                is_ok
            }
        };
        // Pools that a path goes through twice give more than they quoted, or less than is needed: the rest comes back.
        let now = self.held(self.bob);
        let exact = !matches!(step, Step::Out { tokens, .. } if tokens.len() > 2);
        prop_assert!(if exact { now == *held } else { (0..3).all(|at| now[at] >= held[at]) }, "{:?}, {:?}", now, held);
        *held = now;
        for token in 0..3 {
            for pool in self.pools {
                prop_assert!(!self.allows(token, self.router, pool), "an allowance is left");
            }
        }
        Ok(succeeded)
    }
}

#[test]
fn random_trades_are_those_made_by_hand_and_leave_nothing_behind() {
    let steps = prop::collection::vec(step(), 1..10);
    twin::run(World::new(), &[WEALTH; 3], 120, &steps, &["In", "Out"]);
}
