//! What each function does, and every error.

use crate::scene::*;
use tacit_contract_tests::module;
use tacit_simulator::{Address, Amount, Chain};

#[test]
fn stake_leave_wait_claim_gives_the_money_back() {
    let mut scene = Scene::new();
    let [alice, ..] = scene.stakers;
    let before = scene.money(alice);
    let shares: u128 = scene.stake(alice, 5_000).returns();
    assert_eq!((shares, scene.position(alice)), (5_000_000, (5_000_000, 5_000, 0)));
    let due = scene.chain.time().0 + UNBONDING;
    let outcome = scene.unstake(alice, shares);
    outcome.expect_event("UnstakeRequested", &(alice, 0_u64, shares, Amount(5_000), due));
    assert_eq!(scene.held(), (0, 0, 5_000, 0, 0));
    scene.chain.warp_to(due);
    let outcome = scene.call(alice, "claim", &(alice, 0_u64));
    outcome.expect_event("Claimed", &(alice, 0_u64, Amount(5_000), Amount(0)));
    assert_eq!((scene.money(alice), scene.held()), (before, (0, 0, 0, 0, 0)));
    assert!(scene.chain.view::<Vec<u8>>(scene.pool, "stakers", &(None::<[u8; 32]>,)).unwrap().is_empty());
}

#[test]
fn rules_outside_of_the_bounds_are_refused() {
    let mut chain = Chain::new();
    let admin = chain.account("admin");
    let code = chain.deploy(&module("staking")).unwrap();
    let spoil: [fn(&mut Config); 8] = [
        |config| config.2 = Amount(0),
        |config| config.3 = 0,
        |config| config.3 = 90 * DAY + 1,
        |config| config.4 = HOUR - 1,
        |config| config.4 = 366 * DAY + 1,
        |config| config.5 = 50 * PERCENT + 1,
        |config| config.6 = HOUR - 1,
        |config| config.6 = 0,
    ];
    for spoil in spoil {
        let mut bad = config(admin);
        spoil(&mut bad);
        let failure = chain.instantiate(admin, code, &(bad,)).unwrap_err();
        assert_eq!(failure.contract_code(), Some(BAD_CONFIG), "{bad:?}");
    }
    chain.instantiate(admin, code, &(config(admin),)).unwrap();
}

#[test]
fn a_stake_keeps_to_minimum_cap_and_account_cap() {
    let mut scene = Scene::new();
    let [alice, bob, carol] = scene.stakers;
    scene.stake(alice, MINIMUM - 1).expect_revert(BELOW_MINIMUM);
    scene.stake(alice, ACCOUNT_CAP + 1).expect_revert(ACCOUNT_CAP_REACHED);
    scene.stake(alice, ACCOUNT_CAP).ok();
    scene.stake(alice, MINIMUM).expect_revert(ACCOUNT_CAP_REACHED);
    scene.stake(bob, CAP - ACCOUNT_CAP + 1).expect_revert(CAP_REACHED);
    scene.stake(bob, CAP - ACCOUNT_CAP).ok();
    scene.stake(carol, MINIMUM).expect_revert(CAP_REACHED);
}

#[test]
fn limits_change_by_their_role_and_never_hold_money_back() {
    let mut scene = Scene::new();
    let [alice, bob, _] = scene.stakers;
    let shares: u128 = scene.stake(alice, 1_000).returns();
    scene.call(alice, "set_limits", &(0_u128, 0_u128, 1_u128)).expect_revert(MISSING_ROLE);
    scene.call(scene.admin, "set_limits", &(0_u128, 0_u128, 0_u128)).expect_revert(BAD_CONFIG);
    scene
        .call(scene.admin, "set_limits", &(0_u128, 0_u128, 5_000_u128))
        .expect_event("LimitsSet", &(0_u128, 0_u128, 5_000_u128));
    scene.stake(bob, 6_000).expect_revert(CAP_REACHED);
    scene.unstake(alice, shares).ok();
}

#[test]
fn a_stake_and_a_request_keep_to_what_the_caller_asks_at_least() {
    let mut scene = Scene::new();
    let (alice, pool) = (scene.stakers[0], scene.pool);
    scene.chain.call_paying(alice, pool, "stake", &(1_000_001_u128,), Amount(1_000)).expect_revert(SLIPPAGE);
    scene.chain.call_paying(alice, pool, "stake", &(1_000_000_u128,), Amount(1_000)).ok();
    scene.call(alice, "request_unstake", &(500_000_u128, Amount(501))).expect_revert(SLIPPAGE);
    scene.call(alice, "request_unstake", &(500_000_u128, Amount(500))).ok();
}

#[test]
fn a_request_needs_shares_that_are_worth_something() {
    let mut scene = Scene::new();
    let [alice, bob, _] = scene.stakers;
    let shares: u128 = scene.stake(alice, 1_000).returns();
    scene.unstake(alice, shares + 1).expect_revert(INSUFFICIENT_SHARES);
    scene.unstake(bob, 1).expect_revert(INSUFFICIENT_SHARES);
    scene.unstake(alice, 0).expect_revert(TOO_SMALL);
    scene.unstake(alice, 999).expect_revert(TOO_SMALL);
    scene.unstake(alice, shares - 99_000).expect_revert(BELOW_MINIMUM);
    scene.unstake(alice, shares - 100_000).ok();
    scene.unstake(alice, 100_000).ok();
}

#[test]
fn a_request_is_paid_once_and_not_before_its_time() {
    let mut scene = Scene::new();
    let [alice, bob, _] = scene.stakers;
    let shares: u128 = scene.stake(alice, 1_000).returns();
    scene.call(alice, "claim", &(alice, 0_u64)).expect_revert(REQUEST_UNKNOWN);
    let due = scene.chain.time().0 + UNBONDING;
    scene.unstake(alice, shares).ok();
    scene.chain.warp_to(due - 1);
    scene.call(alice, "claim", &(alice, 0_u64)).expect_revert(TOO_EARLY);
    scene.call(bob, "claim", &(bob, 0_u64)).expect_revert(REQUEST_UNKNOWN);
    scene.call(bob, "claim", &(alice, 0_u64)).ok();
    scene.call(bob, "claim", &(alice, 0_u64)).expect_revert(REQUEST_UNKNOWN);
}

#[test]
fn rewards_flow_evenly_and_by_shares() {
    let mut scene = Scene::new();
    let [alice, bob, _] = scene.stakers;
    scene.stake(alice, 3_000).ok();
    scene.stake(bob, 1_000).ok();
    let until = scene.chain.time().0 + PERIOD;
    scene.fund(8_000).expect_event("RewardsFunded", &(scene.funder, Amount(8_000), until));
    scene.chain.warp_to(until - PERIOD / 2);
    about(scene.position(alice).2, 3_000);
    about(scene.position(bob).2, 1_000);
    scene.chain.warp_to(until + DAY);
    about(scene.position(alice).2, 6_000);
    about(scene.position(bob).2, 2_000);
    about(scene.call(alice, "claim_rewards", &()).returns(), 6_000);
    scene.call(alice, "claim_rewards", &()).expect_revert(NOTHING_TO_PAY);
    about(scene.call(bob, "claim_rewards", &()).returns(), 2_000);
    assert!(scene.held().4 <= 2);
}

#[test]
fn rewards_that_nobody_could_earn_wait_for_somebody() {
    let mut scene = Scene::new();
    let alice = scene.stakers[0];
    scene.fund(7_200).ok();
    scene.chain.warp(5 * PERIOD);
    scene.stake(alice, 1_000).ok();
    let start = scene.chain.time().0 - 1_000;
    scene.chain.warp_to(start + PERIOD / 4);
    about(scene.position(alice).2, 1_800);
    scene.chain.warp(PERIOD);
    about(scene.position(alice).2, 7_200);
}

#[test]
fn only_funders_fund_and_only_slashers_slash() {
    let mut scene = Scene::new();
    let (alice, pool) = (scene.stakers[0], scene.pool);
    scene.chain.call_paying(alice, pool, "fund", &(), Amount(5)).expect_revert(MISSING_ROLE);
    scene.call(alice, "slash", &(PERCENT,)).expect_revert(MISSING_ROLE);
    scene.call(scene.admin, "slash", &(PERCENT,)).expect_revert(MISSING_ROLE);
    scene.fund(0).expect_revert(TOO_SMALL);
}

#[test]
fn a_slash_keeps_to_its_cap_and_interval() {
    let mut scene = Scene::new();
    scene.stake(scene.stakers[0], 10_000).ok();
    scene.slash(0).expect_revert(SLASH_OUT_OF_RANGE);
    scene.slash(SLASH_CAP + 1).expect_revert(SLASH_OUT_OF_RANGE);
    let again = scene.chain.time().0 + INTERVAL;
    scene.slash(SLASH_CAP).expect_event("Slashed", &(SLASH_CAP, Amount(2_000)));
    scene.chain.warp_to(again - 1);
    scene.slash(PERCENT).expect_revert(SLASH_TOO_SOON);
    scene.chain.warp_to(again);
    scene.slash(PERCENT).ok();
    assert_eq!(scene.held().0, 7_920);
}

#[test]
fn what_was_slashed_goes_to_the_beneficiary_alone() {
    let mut scene = Scene::new();
    let [alice, bob, _] = scene.stakers;
    scene.stake(alice, 10_000).ok();
    scene.call(bob, "collect_slashed", &()).expect_revert(NOTHING_TO_PAY);
    scene.slash(10 * PERCENT).ok();
    let before = scene.money(scene.treasury);
    scene.call(bob, "collect_slashed", &()).expect_event("SlashedCollected", &(scene.treasury, Amount(1_000)));
    assert_eq!(scene.money(scene.treasury), before + 1_000);
}

#[test]
fn pages_show_everything_once() {
    let mut scene = Scene::new();
    let [alice, bob, carol] = scene.stakers;
    for staker in [alice, bob, carol] {
        scene.stake(staker, 20_000).ok();
    }
    (0..20).for_each(|_| {
        scene.unstake(alice, 200_000).ok();
    });
    scene.unstake(bob, 200_000).ok();
    let numbers: Vec<u64> = requests(&scene.chain, scene.pool, alice).iter().map(|request| request.0).collect();
    assert_eq!(numbers, (0..20).collect::<Vec<_>>());
    let mut expected = [alice, bob, carol];
    expected.sort();
    /// Shares, the reward index up to which it was credited, rewards.
    type Position = (u128, [u8; 32], u128);
    let page: Vec<(Address, Position)> = scene.chain.view(scene.pool, "stakers", &(Some(expected[0]),)).unwrap();
    assert_eq!(page.iter().map(|(account, _)| *account).collect::<Vec<_>>(), expected[1..]);
}

#[test]
fn the_rules_can_be_read() {
    let scene = Scene::new();
    let rules: Config = scene.chain.view(scene.pool, "rules", &()).unwrap();
    assert_eq!(rules, config(scene.treasury));
    assert_eq!(scene.chain.view::<u128>(scene.pool, "shares_for", &(5_u128,)).unwrap(), 5_000);
}
