//! What each function does and says, and every refusal.

use crate::world::{Config, DAY, ONE, SOURCES, World, code, config, make};
use tacit_simulator::{Address, Amount, Chain};

#[test]
fn all_sources_make_the_first_answer_and_three_of_five_the_next() {
    let (mut chain, world) = World::new();
    assert_eq!(world.price(&chain), Err(code::NO_ANSWER));
    assert_eq!(world.quote(&chain, "price_or_average"), Err(code::NO_ANSWER));
    world.report(&mut chain, 0, ONE).ok();
    for (source, price) in [(1, ONE + 30), (2, ONE + 10), (3, ONE)] {
        world.report(&mut chain, source, price).ok();
    }
    assert_eq!(world.price(&chain), Err(code::NO_ANSWER));
    world.update(&mut chain).expect_revert(code::NO_QUORUM);
    let now = chain.time().0;
    let outcome = world.report(&mut chain, 4, ONE + 30);
    outcome.expect_event("Reported", &(world.sources[4], ONE + 30, now, None::<u128>));
    // The middle of the prices and of the times; the middle distance is ten.
    outcome.expect_event("AnswerUpdated", &(ONE + 10, ONE + 10, now - 3_000, 10_u128, 5_u8));
    let quote = world.quote(&chain, "price").unwrap();
    assert_eq!((quote.price, quote.time, quote.deviation, quote.reports), (ONE + 10, now - 3_000, 10, 5));
    assert_eq!((quote.decimals, quote.is_average), (6, false));
    chain.warp(61_000);
    for source in 0..2 {
        world.report(&mut chain, source, ONE + 20).ok();
    }
    world.update(&mut chain).expect_revert(code::NO_QUORUM);
    let now = chain.time().0;
    let outcome = world.report(&mut chain, 2, ONE + 25);
    outcome.expect_event("AnswerUpdated", &(ONE + 20, ONE + 20, now - 2_000, 0_u128, 3_u8));
}

#[test]
fn of_an_even_number_what_is_nearest_to_the_answer_counts() {
    let (mut chain, world) = World::settled();
    // Three reports are enough; with the fourth, the nearer of the middle two still is what the answer was.
    for prices in [[1_010_000, 1_020_000, 1_030_000, 1_040_000], [990_000, 980_000, 970_000, 960_000]] {
        chain.warp(61_000);
        for (source, price) in prices.into_iter().enumerate() {
            world.report(&mut chain, source, price).ok();
        }
        chain.warp(10_000);
        world.update(&mut chain).ok();
        assert_eq!(world.price(&chain), Ok(prices[1]));
    }
    // From below and from above it comes to the nearer one, and between the two it stays.
    chain.warp(61_000);
    for (source, price) in [(0, 950_000), (1, 980_000), (2, 1_000_000), (1, 960_000), (3, 1_020_000)] {
        world.report(&mut chain, source, price).ok();
    }
    chain.warp(10_000);
    world.update(&mut chain).ok();
    assert_eq!(world.price(&chain), Ok(980_000));
    for (prices, nearer) in
        [([990_000, 1_000_000, 1_010_000, 1_020_000], 1_000_000), ([970_000, 960_000, 950_000, 980_000], 970_000)]
    {
        for (source, price) in prices.into_iter().enumerate() {
            world.report(&mut chain, source, price).ok();
        }
        chain.warp(10_000);
        let _ = world.update(&mut chain);
        chain.warp(10_000);
        world.update(&mut chain).ok();
        assert_eq!(world.price(&chain), Ok(nearer));
    }
}

#[test]
fn a_majority_is_needed_where_it_is_more_than_the_quorum() {
    let (mut chain, world) = World::new();
    let oracle = make(&mut chain, world.admin, &config(), &world.sources, world.guardian).unwrap();
    let world = World { oracle, ..world };
    for source in 0..SOURCES + 2 {
        world.report(&mut chain, source, ONE).ok();
    }
    chain.warp(61_000);
    for source in 0..3 {
        world.report(&mut chain, source, ONE).ok();
    }
    world.update(&mut chain).expect_revert(code::NO_QUORUM);
    // Of four times the older of the middle two, because the answer is older than both.
    let now = chain.time().0;
    world.report(&mut chain, 3, ONE).ok().expect_event("AnswerUpdated", &(ONE, ONE, now - 3_000, 0_u128, 4_u8));
}

#[test]
fn unsound_rules_are_refused() {
    let (mut chain, world) = World::new();
    let sound = config();
    let unsound = [
        Config { quorum: 2, ..sound.clone() },
        Config { quorum: 6, ..sound.clone() },
        Config { max_age: 0, ..sound.clone() },
        Config { max_age: 120_001, ..sound.clone() },
        Config { heartbeat: 240_001, ..sound.clone() },
        Config { interval: 0, ..sound.clone() },
        Config { clamp: 0, ..sound.clone() },
        Config { clamp: 2_001, ..sound.clone() },
        Config { breaker: 5_001, ..sound.clone() },
        Config { average_over: 31 * 86_400_000, ..sound.clone() },
        Config { fallback_for: 86_400_001, ..sound.clone() },
        Config { decimals: 31, ..sound.clone() },
    ];
    for config in unsound {
        let refused = make(&mut chain, world.admin, &config, &world.sources[..SOURCES], world.guardian).unwrap_err();
        assert_eq!(refused.contract_code(), Some(code::BAD_CONFIG), "{config:?}");
    }
    let mut with = |sources: &[Address], guardian: Address| {
        make(&mut chain, world.admin, &sound, sources, guardian).map_err(|failure| failure.contract_code().unwrap())
    };
    let [first, second, ..] = world.sources;
    assert_eq!(with(&[first, second], world.guardian), Err(code::BAD_CONFIG));
    assert_eq!(with(&[first, second, first], world.guardian), Err(code::ALREADY_A_SOURCE));
    assert_eq!(with(&[first, second, Address([0; 32])], world.guardian), Err(code::BAD_SOURCE));
    assert_eq!(with(&world.sources, Address([0; 32])), Err(code::BAD_CONFIG));
}

#[test]
fn a_report_is_looked_at_before_it_counts() {
    let (mut chain, world) = World::new();
    let stranger = chain.account("stranger");
    let now = chain.time().0;
    chain.call(stranger, world.oracle, "report", &(ONE, now, None::<u128>)).expect_revert(code::NOT_A_SOURCE);
    world.report(&mut chain, SOURCES, ONE).expect_revert(code::NOT_A_SOURCE);
    world.report(&mut chain, 0, 0).expect_revert(code::BAD_PRICE);
    world.report(&mut chain, 0, 1 << 112).expect_revert(code::BAD_PRICE);
    world.report(&mut chain, 0, (1 << 112) - 1).ok();
    let now = chain.time().0;
    world.report_of(&mut chain, 1, ONE, now + 1).expect_revert(code::FROM_THE_FUTURE);
    let now = chain.time().0;
    world.report_of(&mut chain, 1, ONE, now - 60_001).expect_revert(code::TOO_OLD);
    let now = chain.time().0;
    world.report_of(&mut chain, 1, ONE, now - 60_000).ok();
    world.report_of(&mut chain, 1, ONE, now - 50_000).ok();
    world.report_of(&mut chain, 1, ONE, now - 50_000).expect_revert(code::NOT_NEWER);
    world.report_of(&mut chain, 1, ONE, now - 30_000).ok();
}

#[test]
fn the_answer_follows_by_the_clamp_and_no_faster_than_the_interval() {
    let (mut chain, world) = World::settled();
    chain.warp(10_000);
    // The first of the reports uses up the interval, with the median that still is.
    world.all_report(&mut chain, ONE * 115 / 100);
    assert_eq!(world.price(&chain), Ok(ONE));
    let mut observed: Vec<u64> = world.listed(&chain).iter().map(|(.., report)| report.unwrap().1).collect();
    observed.sort_unstable();
    let steps = [(1_050_000_u128, 100_000_u128), (1_102_500, 47_500), (1_150_000, 0), (1_150_000, 0)];
    for (price, deviation) in steps {
        world.update(&mut chain).expect_revert(code::TOO_EARLY);
        chain.warp(10_000);
        // The distance to the median is part of what the answer may be off.
        let event = (price, ONE * 115 / 100, observed[2], deviation, 5_u8);
        world.update(&mut chain).expect_event("AnswerUpdated", &event);
        assert_eq!(world.quote(&chain, "price").unwrap().deviation, deviation);
    }
}

#[test]
fn a_jump_trips_and_a_guardian_resets_within_bounds() {
    let (mut chain, world) = World::settled();
    chain.warp(10_000);
    let outcomes: Vec<_> = (0..3).map(|source| world.report(&mut chain, source, ONE * 13 / 10)).collect();
    outcomes[2].expect_event("BreakerTripped", &(ONE, ONE * 13 / 10));
    for view in ["price", "price_or_average"] {
        assert_eq!(world.quote(&chain, view), Err(code::TRIPPED));
    }
    world.update(&mut chain).expect_revert(code::TRIPPED);
    let (guardian, oracle) = (world.guardian, world.oracle);
    chain.call(guardian, oracle, "trip", &()).expect_revert(code::TRIPPED);
    chain.call(world.admin, oracle, "reset", &(0_u128, u128::MAX)).expect_revert(code::NOT_A_GUARDIAN);
    chain.call(guardian, oracle, "reset", &(ONE, ONE * 12 / 10)).expect_revert(code::OUTSIDE_BOUNDS);
    chain.call(guardian, oracle, "reset", &(ONE * 14 / 10, ONE * 15 / 10)).expect_revert(code::OUTSIDE_BOUNDS);
    let point = chain.snapshot();
    chain.warp(61_000);
    chain.call(guardian, oracle, "reset", &(ONE, ONE * 14 / 10)).expect_revert(code::NO_QUORUM);
    chain.revert(&point);
    let outcome = chain.call(guardian, oracle, "reset", &(ONE * 13 / 10, ONE * 13 / 10));
    outcome.expect_event("BreakerReset", &(guardian, ONE * 13 / 10));
    assert_eq!(world.price(&chain), Ok(ONE * 13 / 10));
    chain.call(guardian, oracle, "reset", &(0_u128, u128::MAX)).expect_revert(code::NOT_TRIPPED);
    // Averages of before the jump are forgotten.
    chain.warp(125_000);
    assert_eq!(world.quote(&chain, "price_or_average"), Err(code::NO_AVERAGE));
}

#[test]
fn a_guardian_can_stop_it() {
    let (mut chain, world) = World::new();
    chain.call(world.guardian, world.oracle, "trip", &()).expect_revert(code::NO_ANSWER);
    chain.call(world.guardian, world.oracle, "reset", &(0_u128, ONE)).expect_revert(code::NO_ANSWER);
    world.all_report(&mut chain, ONE);
    chain.call(world.admin, world.oracle, "trip", &()).expect_revert(code::NOT_A_GUARDIAN);
    chain.call(world.guardian, world.oracle, "trip", &()).expect_event("BreakerTripped", &(ONE, 0_u128));
    assert_eq!(world.price(&chain), Err(code::TRIPPED));
}

#[test]
fn old_answers_are_refused_and_averages_stand_in_for_a_while() {
    let (mut chain, world) = World::settled();
    let time = world.state(&chain).unwrap().time;
    let within = |chain: &Chain, age: u64| chain.view::<crate::world::Quote>(world.oracle, "price_within", &(age,));
    chain.warp_to(time + 120_000);
    assert_eq!(world.price(&chain), Ok(ONE));
    assert!(within(&chain, u64::MAX).is_ok() && within(&chain, 120_000).is_ok());
    assert_eq!(within(&chain, 119_999).unwrap_err().contract_code(), Some(code::STALE));
    assert!(!world.quote(&chain, "price_or_average").unwrap().is_average);
    chain.warp(1);
    assert_eq!(world.price(&chain), Err(code::STALE));
    assert_eq!(within(&chain, u64::MAX).unwrap_err().contract_code(), Some(code::STALE));
    let average = world.quote(&chain, "price_or_average").unwrap();
    assert_eq!((average.price, average.is_average, average.time), (ONE, true, time));
    chain.warp_to(time + 720_000);
    assert!(world.quote(&chain, "price_or_average").is_ok());
    chain.warp(1);
    assert_eq!(world.quote(&chain, "price_or_average"), Err(code::STALE));
    // It goes on with fresh reports.
    world.all_report(&mut chain, ONE);
    assert_eq!(world.price(&chain), Ok(ONE));
}

#[test]
fn an_answer_is_never_replaced_by_an_older_one() {
    let (mut chain, world) = World::new();
    for source in 0..2 {
        world.admin(&mut chain, "remove_source", world.sources[source]).ok();
    }
    let gone = chain.time().0 + DAY;
    let old = gone - 55_000;
    chain.warp_to(old + 40_000);
    for source in 0..3 {
        world.report(&mut chain, source, ONE).ok();
    }
    for source in 3..5 {
        world.report_of(&mut chain, source, ONE * 102 / 100, old).ok();
    }
    let time = world.state(&chain).unwrap().time;
    assert_eq!(time, old + 40_000);
    // What is left is fresh enough each, but together it is of before the answer.
    chain.warp_to(gone + 1_000);
    world.update(&mut chain).expect_revert(code::NO_QUORUM);
    assert_eq!((world.state(&chain).unwrap().time, world.price(&chain)), (time, Ok(ONE)));
    world.report(&mut chain, 3, ONE * 102 / 100).ok();
    assert_eq!(world.price(&chain), Ok(ONE * 102 / 100));
}

#[test]
fn a_young_oracle_has_no_average() {
    let (mut chain, world) = World::new();
    world.all_report(&mut chain, ONE);
    chain.warp(130_000);
    assert_eq!(world.quote(&chain, "price_or_average"), Err(code::NO_AVERAGE));
}

#[test]
fn the_average_weighs_by_time() {
    let (mut chain, world) = World::settled();
    // Four minutes end with one at 1.05: a quarter of the time.
    chain.warp(20_000);
    world.all_report(&mut chain, ONE * 105 / 100);
    chain.warp(10_000);
    world.update(&mut chain).ok();
    chain.warp(50_000);
    world.all_report(&mut chain, ONE * 105 / 100);
    chain.warp(140_000);
    let average = world.quote(&chain, "price_or_average").unwrap();
    assert!((1_009_000..1_012_500).contains(&average.price), "{average:?}");
    assert!(average.deviation >= 1_050_000 - average.price);
}

#[test]
fn volumes_are_asked_for_when_a_least_one_is_set() {
    let (mut chain, world) = World::with(&Config { least_volume: 1_000, ..config() });
    let mut report = |volume: Option<u128>| {
        let now = chain.time().0;
        chain.call(world.sources[0], world.oracle, "report", &(ONE, now, volume))
    };
    report(None).expect_revert(code::THIN_MARKET);
    report(Some(999)).expect_revert(code::THIN_MARKET);
    report(Some(1_000)).ok();
}

#[test]
fn sources_come_and_go_slowly() {
    let (mut chain, world) = World::settled();
    let (admin, guardian, oracle) = (world.admin, world.guardian, world.oracle);
    let [first, .., sixth, seventh] = world.sources;
    world.guard(&mut chain, "add_source", sixth).expect_revert(code::MISSING_ROLE);
    chain.call(admin, oracle, "add_source", &(Address([0; 32]),)).expect_revert(code::BAD_SOURCE);
    chain.call(admin, oracle, "add_source", &(first,)).expect_revert(code::ALREADY_A_SOURCE);
    let from = chain.time().0 + DAY;
    chain.call(admin, oracle, "add_source", &(sixth,)).expect_event("SourceAdded", &(sixth, from));
    chain.call(admin, oracle, "add_source", &(sixth,)).expect_revert(code::ALREADY_A_SOURCE);
    world.report(&mut chain, SOURCES, ONE).expect_revert(code::NOT_COUNTING_YET);
    chain.call(admin, oracle, "add_source", &(seventh,)).ok();
    chain.call(admin, oracle, "reject_source", &(seventh,)).expect_revert(code::NOT_A_GUARDIAN);
    chain.call(guardian, oracle, "reject_source", &(seventh,)).expect_event("SourceRemoved", &(seventh,));
    chain.call(guardian, oracle, "reject_source", &(seventh,)).expect_revert(code::NOT_A_SOURCE);
    chain.call(guardian, oracle, "reject_source", &(first,)).expect_revert(code::COUNTS_ALREADY);
    chain.warp_to(from);
    world.report(&mut chain, SOURCES, ONE).ok();
    chain.call(guardian, oracle, "remove_source", &(first,)).expect_revert(code::MISSING_ROLE);
    let leaves = chain.time().0 + DAY;
    world.admin(&mut chain, "remove_source", first).ok().expect_event("SourceLeaves", &(first, leaves));
    for gone in &world.sources[1..3] {
        world.admin(&mut chain, "remove_source", *gone).ok();
    }
    // Who leaves is not one of those that must be left, though it still counts.
    world.admin(&mut chain, "remove_source", sixth).expect_revert(code::TOO_FEW_SOURCES);
    world.admin(&mut chain, "keep_source", first).expect_revert(code::NOT_A_GUARDIAN);
    world.guard(&mut chain, "keep_source", sixth).expect_revert(code::NOT_LEAVING);
    world.guard(&mut chain, "keep_source", seventh).expect_revert(code::NOT_A_SOURCE);
    chain.warp_to(leaves - 1);
    world.report(&mut chain, 0, ONE).ok();
    world.report(&mut chain, 0, ONE).expect_revert(code::NOT_A_SOURCE);
    world.admin(&mut chain, "remove_source", first).expect_revert(code::NOT_A_SOURCE);
    world.guard(&mut chain, "keep_source", first).expect_revert(code::NOT_A_SOURCE);
    chain.warp(10_000);
    assert_eq!(world.listed(&chain).len(), 3);
    // It can come back like any other; and one that does not count yet goes at once.
    world.admin(&mut chain, "add_source", first).ok();
    world.admin(&mut chain, "remove_source", first).ok().expect_event("SourceRemoved", &(first,));
}

#[test]
fn guardians_come_and_go_slowly() {
    let (mut chain, world) = World::settled();
    let (guardian, oracle) = (world.guardian, world.oracle);
    let next = chain.account("next");
    let trip = |chain: &mut Chain, by: Address| chain.call(by, oracle, "trip", &());
    chain.call(guardian, oracle, "add_guardian", &(next,)).expect_revert(code::MISSING_ROLE);
    chain.call(guardian, oracle, "remove_guardian", &(guardian,)).expect_revert(code::MISSING_ROLE);
    world.admin(&mut chain, "add_guardian", Address([0; 32])).expect_revert(code::BAD_GUARDIAN);
    world.admin(&mut chain, "add_guardian", guardian).expect_revert(code::ALREADY_A_GUARDIAN);
    world.admin(&mut chain, "remove_guardian", next).expect_revert(code::NOT_A_GUARDIAN);
    let from = chain.time().0 + 2 * DAY;
    world.admin(&mut chain, "add_guardian", next).ok().expect_event("GuardianAdded", &(next, from));
    world.admin(&mut chain, "add_guardian", next).expect_revert(code::ALREADY_A_GUARDIAN);
    let until = chain.time().0 + 2 * DAY;
    world.admin(&mut chain, "remove_guardian", guardian).ok().expect_event("GuardianLeaves", &(guardian, until));
    world.admin(&mut chain, "remove_guardian", guardian).expect_revert(code::LEAVES_ALREADY);
    assert_eq!(chain.view(oracle, "guardian", &(next,)), Ok(Some((from, None::<u64>))));
    chain.warp_to(from - 1);
    trip(&mut chain, next).expect_revert(code::NOT_A_GUARDIAN);
    let point = chain.snapshot();
    trip(&mut chain, next).ok();
    chain.revert(&point);
    chain.warp_to(until - 1);
    let point = chain.snapshot();
    trip(&mut chain, guardian).ok();
    chain.revert(&point);
    chain.warp_to(until);
    trip(&mut chain, guardian).expect_revert(code::NOT_A_GUARDIAN);
    // For a day more it may stop what was announced before; until then it is not made anew.
    world.admin(&mut chain, "add_guardian", guardian).expect_revert(code::ALREADY_A_GUARDIAN);
    chain.warp_to(until + DAY);
    world.admin(&mut chain, "add_guardian", guardian).ok();
}

#[test]
fn there_are_at_most_fifteen_sources_and_they_are_affordable() {
    let (mut chain, world) = World::new();
    let more: Vec<Address> = (0..11).map(|number| chain.account(&format!("more {number}"))).collect();
    for source in &more[..10] {
        chain.call(world.admin, world.oracle, "add_source", &(*source,)).ok();
    }
    chain.call(world.admin, world.oracle, "add_source", &(more[10],)).expect_revert(code::TOO_MANY_SOURCES);
    chain.warp(DAY);
    let mut most = 0;
    for source in world.sources[..SOURCES].iter().chain(&more[..10]) {
        let now = chain.time().0;
        let outcome = chain.call(*source, world.oracle, "report", &(ONE, now, None::<u128>));
        most = most.max(outcome.ok().gas_used.0);
    }
    assert!(most < 10_000_000, "{most}");
    assert_eq!(world.quote(&chain, "price").unwrap().reports, 15);
}

#[test]
fn the_oracle_takes_no_native_money() {
    let (mut chain, world) = World::new();
    let now = chain.time().0;
    let arguments = (ONE, now, None::<u128>);
    chain
        .call_paying(world.sources[0], world.oracle, "report", &arguments, Amount(1))
        .expect_revert(tacit_contract_tests::code::NOT_PAYABLE);
}
