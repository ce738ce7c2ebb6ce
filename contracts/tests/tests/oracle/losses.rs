//! What others lost money to, each named after the loss, and how it fails here.

use crate::world::{Config, DAY, ONE, SOURCES, World, code, config, make};
use proptest::prelude::*;
use std::cell::RefCell;
use tacit_contract_tests::{module, random};
use tacit_simulator::{Address, Amount, Chain};

/// What the bad source says, and what the honest ones do meanwhile.
fn attack() -> impl Strategy<Value = Vec<(u128, u64, Vec<u128>)>> {
    let lie = prop_oneof![1..ONE * 3, Just(1), Just((1 << 112) - 1)];
    let honest = prop::collection::vec(ONE * 99 / 100..=ONE * 101 / 100, SOURCES - 1);
    prop::collection::vec((lie, 0..30_000_u64, honest), 1..8)
}

#[test]
fn one_reporter_moves_the_price() {
    let (chain, world, memory) = World::settled_watched();
    let point = chain.snapshot();
    let chain = RefCell::new(chain);
    proptest!(random::config(60), |(rounds in attack())| {
        let chain = &mut *chain.borrow_mut();
        chain.revert(&point);
        memory.forget();
        for (lie, wait, honest) in rounds {
            chain.warp(wait + 1);
            for (source, price) in honest.iter().enumerate() {
                // The liar speaks after each.
                world.report(chain, source, *price).ok();
                world.report(chain, SOURCES - 1, lie).ok();
                let answer = world.price(chain).unwrap();
                prop_assert!((ONE * 99 / 100..=ONE * 101 / 100).contains(&answer), "{}", answer);
            }
        }
    });
}

#[test]
fn one_trade_moves_the_price() {
    // A market maker left, one trade of nearly nothing went through at a hundred times the price.
    let (mut chain, world) = World::with(&Config { least_volume: 50_000, ..config() });
    for source in 0..SOURCES {
        let now = chain.time().0;
        chain.call(world.sources[source], world.oracle, "report", &(ONE, now, Some(80_000_u128))).ok();
    }
    chain.warp(15_000);
    let now = chain.time().0;
    let thin = (ONE * 100, now, Some(1_u128));
    chain.call(world.sources[0], world.oracle, "report", &thin).expect_revert(code::THIN_MARKET);
    // A source that claims more volume than there was is still one of five.
    let now = chain.time().0;
    chain.call(world.sources[0], world.oracle, "report", &(ONE * 100, now, Some(u128::MAX))).ok();
    assert_eq!(world.price(&chain), Ok(ONE));
}

#[test]
fn a_colluding_majority_in_one_block() {
    let (mut chain, world) = World::settled();
    for source in 0..3 {
        world.report(&mut chain, source, ONE * 119 / 100).ok();
    }
    chain.warp(15_000);
    let now = chain.time().0;
    // Below the breaker, again and again in one block, and everybody updates.
    let outcomes = chain.block(|block| {
        for round in 0..4 {
            for source in 0..3 {
                let report = (ONE * 119 / 100, now - 10 + round, None::<u128>);
                block.call(world.sources[source], world.oracle, "report", &report);
            }
            block.call(world.sources[4], world.oracle, "update", &());
        }
    });
    assert!(outcomes.iter().any(|outcome| outcome.result.is_ok()));
    assert_eq!(world.price(&chain), Ok(ONE * 105 / 100));
    // Beyond it, there is no price at all.
    for source in 0..3 {
        world.report(&mut chain, source, ONE * 3).ok();
    }
    assert_eq!(world.price(&chain), Err(code::TRIPPED));
}

#[test]
fn stale_price() {
    let (mut chain, world) = World::settled();
    // Four sources die; the last one goes on alone.
    chain.warp(50_000);
    for _ in 0..4 {
        world.report(&mut chain, 0, ONE * 104 / 100).ok();
        chain.warp(25_000);
    }
    assert_eq!(world.price(&chain), Err(code::STALE));
    let average = world.quote(&chain, "price_or_average").unwrap();
    assert!(average.is_average && average.price == ONE);
}

#[test]
fn an_old_answer_made_young_by_calls() {
    let (mut chain, world) = World::settled();
    let time = world.state(&chain).unwrap().time;
    // Updates without reports change when it was looked at, and never the time of the price.
    for _ in 0..4 {
        chain.warp(12_000);
        world.update(&mut chain).ok();
    }
    let newest = world.listed(&chain).iter().filter_map(|(.., report)| *report).map(|(_, time)| time).max().unwrap();
    let now = world.state(&chain).unwrap().time;
    assert!(time <= now && now <= newest);
    chain.warp(120_000);
    world.update(&mut chain).expect_revert(code::NO_QUORUM);
    assert_eq!(world.price(&chain), Err(code::STALE));
}

#[test]
fn a_source_counted_twice() {
    let (mut chain, world) = World::new();
    for _ in 0..SOURCES {
        world.report(&mut chain, 0, ONE).ok();
        world.report(&mut chain, 1, ONE).ok();
    }
    assert_eq!(world.price(&chain), Err(code::NO_ANSWER));
    let again = (world.sources[0],);
    chain.call(world.admin, world.oracle, "add_source", &again).expect_revert(code::ALREADY_A_SOURCE);
}

#[test]
fn a_report_replayed() {
    let (mut chain, world) = World::settled();
    let now = chain.time().0;
    world.report_of(&mut chain, 0, ONE * 102 / 100, now - 5_000).expect_revert(code::NOT_NEWER);
    chain.warp(10_000);
    let now = chain.time().0;
    world.report_of(&mut chain, 0, ONE, now).ok();
    for earlier in [0, 1, 5_000] {
        world.report_of(&mut chain, 0, ONE * 2, now - earlier).expect_revert(code::NOT_NEWER);
    }
}

#[test]
fn a_timestamp_from_the_future_keeps_a_price_young() {
    let (mut chain, world) = World::settled();
    for ahead in [1, 1_000, u64::MAX / 2] {
        let now = chain.time().0;
        world.report_of(&mut chain, 0, ONE, now.saturating_add(ahead)).expect_revert(code::FROM_THE_FUTURE);
    }
    world.report_of(&mut chain, 0, ONE, u64::MAX).expect_revert(code::FROM_THE_FUTURE);
}

#[test]
fn a_stolen_guardian_sets_the_price() {
    let (mut chain, world) = World::settled();
    let (guardian, oracle) = (world.guardian, world.oracle);
    chain.call(guardian, oracle, "trip", &()).ok();
    chain.call(guardian, oracle, "reset", &(ONE * 50, ONE * 60)).expect_revert(code::OUTSIDE_BOUNDS);
    chain.call(guardian, oracle, "reset", &(0_u128, u128::MAX)).ok();
    assert_eq!(world.price(&chain), Ok(ONE));
    // The administrator removes it, which takes two days.
    world.admin(&mut chain, "remove_guardian", guardian).ok();
    chain.warp(2 * DAY);
    chain.call(guardian, oracle, "trip", &()).expect_revert(code::NOT_A_GUARDIAN);
}

/// A price that the thieves report, from everybody who is theirs.
fn thieves_report(chain: &mut Chain, world: &World, thieves: &[Address]) {
    for thief in thieves {
        let report = (ONE * 3, chain.time().0, None::<u128>);
        let _ = chain.call(*thief, world.oracle, "report", &report);
    }
}

#[test]
fn a_stolen_administrator_removes_the_guardian_first() {
    let (mut chain, world) = World::settled();
    let (admin, oracle) = (world.admin, world.oracle);
    let bad: Vec<_> = (0..10).map(|number| chain.account(&format!("bad {number}"))).collect();
    // The SDK's roles give nobody any power here.
    for (role, to) in [("grant_role", admin), ("revoke_role", world.guardian)] {
        chain.call(admin, oracle, role, &(16_u8, to)).ok();
    }
    world.admin(&mut chain, "remove_guardian", world.guardian).ok();
    world.admin(&mut chain, "add_guardian", admin).ok();
    for source in &bad {
        world.admin(&mut chain, "add_source", *source).ok();
    }
    // The thief is no guardian before the sources count, and the guardian still is one.
    chain.warp(DAY - 60_000);
    chain.call(admin, oracle, "trip", &()).expect_revert(code::NOT_A_GUARDIAN);
    let point = chain.snapshot();
    for source in &bad {
        world.guard(&mut chain, "reject_source", *source).ok();
    }
    assert_eq!(world.listed(&chain).len(), SOURCES);
    chain.revert(&point);
    // Even if nobody rejects them: their jump trips the breaker, and the thief cannot reset it.
    chain.warp(60_000);
    thieves_report(&mut chain, &world, &bad);
    world.all_report(&mut chain, ONE);
    assert_eq!(world.price(&chain), Err(code::TRIPPED));
    chain.call(admin, oracle, "reset", &(0_u128, u128::MAX)).expect_revert(code::NOT_A_GUARDIAN);
    // What is announced in the guardian's last moment it can still reject in the day after.
    chain.revert(&point);
    for source in &bad {
        world.guard(&mut chain, "reject_source", *source).ok();
    }
    let (_, until): (u64, Option<u64>) =
        chain.view::<Option<_>>(oracle, "guardian", &(world.guardian,)).unwrap().unwrap();
    chain.warp_to(until.unwrap() - 1);
    world.admin(&mut chain, "add_source", bad[0]).ok();
    world.admin(&mut chain, "remove_source", world.sources[0]).ok();
    chain.warp(DAY - 10_000);
    chain.call(world.guardian, oracle, "trip", &()).expect_revert(code::NOT_A_GUARDIAN);
    world.guard(&mut chain, "reject_source", bad[0]).ok();
    // The removal was announced a block later: not under this guardian's eyes any more.
    world.guard(&mut chain, "keep_source", world.sources[0]).expect_revert(code::NOT_A_GUARDIAN);
}

#[test]
fn a_stolen_administrator_removes_honest_sources_first() {
    let (mut chain, world) = World::settled();
    // Two of five are the thief's; without two of the honest ones they are two of three.
    let thieves = [world.sources[3], world.sources[4]];
    for honest in &world.sources[..2] {
        world.admin(&mut chain, "remove_source", *honest).ok();
        world.admin(&mut chain, "remove_source", *honest).expect_revert(code::LEAVES_ALREADY);
    }
    chain.warp(10_000);
    // They count until they are gone.
    for source in 0..3 {
        world.report(&mut chain, source, ONE).ok();
    }
    thieves_report(&mut chain, &world, &thieves);
    assert_eq!(world.price(&chain), Ok(ONE));
    chain.warp(DAY / 2);
    // The guardian keeps them, also one that is being removed itself.
    world.admin(&mut chain, "remove_guardian", world.guardian).ok();
    for honest in &world.sources[..2] {
        world.guard(&mut chain, "keep_source", *honest).ok().expect_event("SourceKept", &(*honest,));
        world.guard(&mut chain, "keep_source", *honest).expect_revert(code::NOT_LEAVING);
    }
    chain.warp(DAY / 2);
    for source in 0..3 {
        world.report(&mut chain, source, ONE).ok();
    }
    thieves_report(&mut chain, &world, &thieves);
    assert_eq!(world.price(&chain), Ok(ONE));
}

#[test]
fn half_of_the_fresh_reports_which_are_a_minority_move_the_price() {
    let (mut chain, world) = World::settled();
    // One honest source is silent, two lie: they are half of what is fresh and two of five.
    chain.warp(61_000);
    for source in [0, 1] {
        world.report(&mut chain, source, ONE).ok();
    }
    for (source, lie) in [(3, ONE * 119 / 100), (4, ONE * 118 / 100)] {
        world.report(&mut chain, source, lie).ok();
    }
    for _ in 0..3 {
        chain.warp(10_000);
        let _ = world.update(&mut chain);
    }
    assert_eq!(world.price(&chain), Ok(ONE));
    // Nor far below, nor beyond the breaker.
    for (source, lie) in [(3, ONE / 10), (4, ONE / 20)] {
        world.report(&mut chain, source, lie).ok();
    }
    assert_eq!(world.price(&chain), Ok(ONE));
}

#[test]
fn the_first_answer_comes_of_a_minority() {
    let (mut chain, world) = World::new();
    // Two liars and one honest source are quorum and majority, and two of five.
    for (source, price) in [(3, ONE * 50), (4, ONE * 50), (0, ONE), (1, ONE)] {
        world.report(&mut chain, source, price).ok();
        assert_eq!(world.price(&chain), Err(code::NO_ANSWER));
    }
    world.report(&mut chain, 2, ONE).ok();
    assert_eq!(world.price(&chain), Ok(ONE));
    // A source that never speaks keeps the first answer away until it is removed.
    let oracle = make(&mut chain, world.admin, &config(), &world.sources[..SOURCES], world.guardian).unwrap();
    let other = World { oracle, ..world };
    other.admin(&mut chain, "remove_source", world.sources[4]).ok();
    chain.warp(DAY);
    for source in 0..4 {
        assert_eq!(other.price(&chain), Err(code::NO_ANSWER));
        other.report(&mut chain, source, ONE).ok();
    }
    assert_eq!(other.price(&chain), Ok(ONE));
}

#[test]
fn a_stolen_administrator_brings_sources() {
    let (mut chain, world) = World::settled();
    let bad: Vec<_> = (0..9).map(|number| chain.account(&format!("bad {number}"))).collect();
    for source in &bad {
        chain.call(world.admin, world.oracle, "add_source", &(*source,)).ok();
        let now = chain.time().0;
        let report = (ONE * 119 / 100, now, None::<u128>);
        chain.call(*source, world.oracle, "report", &report).expect_revert(code::NOT_COUNTING_YET);
    }
    // A day is time to see and stop it.
    for source in &bad {
        chain.call(world.guardian, world.oracle, "reject_source", &(*source,)).ok();
    }
    assert_eq!(world.listed(&chain).len(), SOURCES);
    chain.call(bad[0], world.oracle, "set_price", &(ONE,)).result.unwrap_err();
}

#[test]
fn the_last_price_before_silence_becomes_the_average() {
    let (mut chain, world) = World::settled();
    // A majority moves the answer to the clamp just before everybody falls silent: it had no time to count.
    chain.warp(15_000);
    for source in 0..3 {
        world.report(&mut chain, source, ONE * 119 / 100).ok();
    }
    chain.warp(10_000);
    world.update(&mut chain).ok();
    assert_eq!(world.price(&chain), Ok(ONE * 105 / 100));
    chain.warp(300_000);
    let average = world.quote(&chain, "price_or_average").unwrap();
    assert_eq!((average.price, average.is_average), (ONE, true));
    assert!(average.deviation >= ONE * 5 / 100);
}

#[test]
fn a_price_read_in_the_middle_of_a_trade() {
    let (mut chain, world) = World::settled();
    // A pool and a token of the oracle's creator; the token asks the oracle while it is traded.
    let admin = world.admin;
    let token_code = chain.deploy(&module("hostile_token")).unwrap();
    let tokens = [0, 1].map(|_| chain.instantiate(admin, token_code, &(Amount(1_000_000),)).unwrap());
    let pool_code = chain.deploy(&module("amm")).unwrap();
    let arguments = (tokens[0], tokens[1], 30_u32, 0_u32, admin);
    let pool = chain.instantiate(admin, pool_code, &arguments).unwrap();
    for token in tokens {
        chain.call(admin, token, "approve", &(pool, u128::MAX)).ok();
    }
    chain.call(admin, pool, "deposit", &(10_000_u128, 10_000_u128, 0_u128, admin, u64::MAX)).ok();
    let looks = |chain: &mut Chain, oracle| {
        chain.call(admin, tokens[0], "call_back", &(oracle, "price", Vec::<u8>::new(), true)).ok();
        let trade = (tokens[0], 100_u128, 0_u128, admin, u64::MAX);
        chain.call(admin, pool, "swap_exact_in", &trade).ok();
        chain.view::<u8>(tokens[0], "seen", &()).unwrap()
    };
    const LOCKED: u8 = 1;
    assert_eq!(looks(&mut chain, world.oracle), LOCKED);
    // An oracle of somebody else is not of the family; it answers.
    let stranger = chain.account("stranger");
    let other = make(&mut chain, stranger, &config(), &world.sources, world.guardian).unwrap();
    assert_ne!(looks(&mut chain, other), LOCKED);
}
