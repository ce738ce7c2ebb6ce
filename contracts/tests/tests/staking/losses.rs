//! The ways in which pools of this kind lost money, each tried; the name says which.

use crate::scene::*;
use tacit_contract_tests::module;
use tacit_simulator::Amount;

#[test]
fn inflation_by_the_first_depositor_and_a_donation_takes_nothing_from_the_next() {
    let mut scene =
        Scene::with(|config| (config.0, config.1, Amount(1), config.3, config.4, config.5, config.6, config.7));
    let [mallory, victim, _] = scene.stakers;
    scene.stake(mallory, 1).ok();
    scene.chain.transfer(mallory, scene.pool, Amount(500_000)).ok();
    scene.stake(victim, 100_000).ok();
    assert_eq!((scene.position(victim).1, scene.position(mallory).1), (100_000, 1));
}

#[test]
fn inflation_by_leaving_a_single_share_does_not_move_the_price() {
    let mut scene =
        Scene::with(|config| (config.0, config.1, Amount(1), config.3, config.4, config.5, config.6, config.7));
    let [mallory, victim, _] = scene.stakers;
    let shares: u128 = scene.stake(mallory, 600_000).returns();
    // Rounding leaves at most a base unit per step behind.
    (0..20).for_each(|_| {
        scene.unstake(mallory, shares / 30 + 1).ok();
    });
    let left = scene.position(mallory).0;
    scene.unstake(mallory, left - 1_000).ok();
    scene.stake(victim, 100_000).ok();
    assert!(scene.position(victim).1 >= 99_999, "{:?}", scene.position(victim));
}

#[test]
fn rounding_never_pays_who_goes_in_and_out() {
    let mut scene = Scene::new();
    let [alice, mallory, _] = scene.stakers;
    scene.stake(alice, 333_333).ok();
    scene.slash(7 * PERCENT + 3).ok();
    for amount in [100, 101, 333, 777, 9_999] {
        let shares: u128 = scene.stake(mallory, amount).returns();
        let number: u64 = scene.unstake(mallory, shares).returns();
        let (got, ..): (u128, u128, u64) = scene.chain.view(scene.pool, "request", &(mallory, number)).unwrap();
        assert!(got <= amount, "{got} for {amount}");
    }
}

#[test]
fn rewards_are_not_taken_by_who_stakes_just_before_a_funding() {
    let mut scene = Scene::new();
    let [alice, mallory, _] = scene.stakers;
    scene.stake(alice, 1_000).ok();
    let (pool, funder) = (scene.pool, scene.funder);
    let outcomes = scene.chain.block(|block| {
        block.call_paying(mallory, pool, "stake", &(0_u128,), Amount(500_000));
        block.call_paying(funder, pool, "fund", &(), Amount(10_000));
        block.call(mallory, pool, "request_unstake", &(500_000_000_u128, Amount(0)));
    });
    outcomes.iter().for_each(|outcome| {
        outcome.ok();
    });
    assert_eq!(scene.position(mallory).2, 0);
    scene.chain.warp(DAY);
    assert_eq!(scene.position(mallory).2, 0);
    about(scene.position(alice).2, 10_000);
}

#[test]
fn rewards_by_a_new_stake_do_not_reach_back() {
    let mut scene = Scene::new();
    let [alice, mallory, _] = scene.stakers;
    scene.stake(alice, 1_000).ok();
    scene.fund(10_000).ok();
    scene.chain.warp(DAY);
    scene.stake(mallory, 500_000).ok();
    assert_eq!(scene.position(mallory).2, 0);
    about(scene.position(alice).2, 10_000);
}

#[test]
fn rewards_more_than_funded_are_never_promised() {
    let mut scene = Scene::new();
    let [alice, bob, carol] = scene.stakers;
    for (staker, amount) in [(alice, 101), (bob, 997), (carol, 31_337)] {
        scene.stake(staker, amount).ok();
        scene.fund(1_001).ok();
        scene.chain.warp(37 * MINUTE + 1);
    }
    // Donated money is no reward.
    scene.chain.transfer(alice, scene.pool, Amount(1_000_000)).ok();
    scene.chain.warp(DAY);
    let paid: u128 =
        [alice, bob, carol].map(|staker| scene.call(staker, "claim_rewards", &()).returns::<u128>()).iter().sum();
    assert!((3_000..=3_003).contains(&paid), "{paid}");
}

#[test]
fn griefing_by_fundings_of_dust_cannot_stretch_rewards() {
    let mut scene = Scene::new();
    let (mallory, pool) = (scene.stakers[1], scene.pool);
    scene.stake(scene.stakers[0], 1_000).ok();
    scene.fund(7_200).ok();
    let before: (u128, u64) = scene.chain.view(pool, "rewards_left", &()).unwrap();
    scene.chain.call_paying(mallory, pool, "fund", &(), Amount(1)).expect_revert(MISSING_ROLE);
    scene.chain.transfer(mallory, pool, Amount(1)).ok();
    let after: (u128, u64) = scene.chain.view(pool, "rewards_left", &()).unwrap();
    assert_eq!(before.1, after.1);
}

#[test]
fn front_running_a_slash_by_leaving_does_not_evade_it() {
    let mut scene = Scene::new();
    let [alice, mallory, _] = scene.stakers;
    scene.stake(alice, 10_000).ok();
    let shares: u128 = scene.stake(mallory, 10_000).returns();
    let (pool, slasher) = (scene.pool, scene.slasher);
    let outcomes = scene.chain.block(|block| {
        block.call(mallory, pool, "request_unstake", &(shares, Amount(0)));
        block.call(slasher, pool, "slash", &(10 * PERCENT,));
    });
    outcomes.iter().for_each(|outcome| {
        outcome.ok();
    });
    scene.chain.warp(UNBONDING);
    let paid: u128 = scene.call(mallory, "claim", &(mallory, 0_u64)).returns();
    about(paid, 9_000);
    about(scene.position(alice).1, 9_000);
    assert_eq!(scene.held().3, 20_000 - 9_000 - paid);
}

#[test]
fn a_slash_reaches_no_request_that_was_due_or_made_later() {
    let mut scene = Scene::new();
    let [alice, bob, carol] = scene.stakers;
    let shares: u128 = scene.stake(alice, 10_000).returns();
    scene.stake(bob, 10_000).ok();
    scene.stake(carol, 10_000).ok();
    let due = scene.chain.time().0 + UNBONDING;
    scene.unstake(alice, shares).ok();
    // At the very moment it is due, a slash comes too late.
    scene.chain.warp_to(due);
    scene.slash(20 * PERCENT).ok();
    scene.unstake(bob, shares).ok();
    assert_eq!(scene.call(alice, "claim", &(alice, 0_u64)).returns::<u128>(), 10_000);
    scene.chain.warp(UNBONDING - 10_000);
    scene.slash(10 * PERCENT).ok();
    scene.chain.warp(DAY);
    scene.slash(20 * PERCENT).ok();
    about(scene.call(bob, "claim", &(bob, 1_u64)).returns(), 7_200);
}

#[test]
fn a_stake_front_run_by_a_slash_still_gets_what_it_asked_for_or_nothing() {
    let mut scene = Scene::new();
    let [alice, bob, _] = scene.stakers;
    scene.stake(alice, 10_000).ok();
    scene.slash(20 * PERCENT).ok();
    // Bob meant to leave nothing to chance; a slash makes shares cheaper, so he gets more of them, never less worth.
    scene.stake(bob, 10_000).ok();
    about(scene.position(bob).1, 10_000);
}

#[test]
fn slashing_again_and_again_stops_before_numbers_lose_their_meaning() {
    let mut scene =
        Scene::with(|config| (config.0, config.1, config.2, config.3, config.4, 50 * PERCENT, config.6, config.7));
    let [alice, bob, carol] = scene.stakers;
    let first: u128 = scene.stake(alice, 100_000).returns();
    scene.unstake(alice, first / 2).ok();
    // Of 2^250, 122 halves leave 2^128, which is the least.
    for _ in 0..120 {
        scene.slash(50 * PERCENT).ok();
        scene.chain.warp(INTERVAL);
    }
    let shares: u128 = scene.stake(carol, 10_000).returns();
    scene.unstake(carol, shares).ok();
    for _ in 0..2 {
        scene.slash(50 * PERCENT).ok();
        scene.chain.warp(INTERVAL);
    }
    let before = scene.held();
    for rate in [50 * PERCENT, 20 * PERCENT, PERCENT] {
        scene.slash(rate).expect_revert(EXHAUSTED);
    }
    assert_eq!(scene.held(), before);
    // Whoever asked before the last slashes is paid what they left, and whoever asks now is paid too.
    let shares: u128 = scene.stake(bob, 10_000).returns();
    assert!((9_990..=10_000).contains(&scene.position(bob).1), "{:?}", scene.position(bob));
    scene.unstake(bob, shares).ok();
    scene.chain.warp(UNBONDING);
    // Due after three of the slashes.
    about(scene.call(alice, "claim", &(alice, 0_u64)).returns(), 50_000 / 8);
    let asked: u128 = scene.call(carol, "claim", &(carol, 1_u64)).returns();
    assert!((2_497..=2_500).contains(&asked), "{asked}");
    let asked: u128 = scene.call(bob, "claim", &(bob, 2_u64)).returns();
    assert!((9_990..=10_000).contains(&asked), "{asked}");
}

#[test]
fn griefing_by_unbounded_requests_is_bounded_by_the_owner_alone() {
    let mut scene = Scene::new();
    let [alice, bob, _] = scene.stakers;
    scene.stake(alice, 100_000).ok();
    let shares: u128 = scene.stake(bob, 1_000).returns();
    (0..32).for_each(|_| {
        scene.unstake(alice, 1_000_000).ok();
    });
    scene.unstake(alice, 1_000_000).expect_revert(TOO_MANY_REQUESTS);
    scene.unstake(bob, shares).ok();
    scene.chain.warp(UNBONDING);
    scene.call(bob, "claim", &(alice, 7_u64)).ok();
    scene.unstake(alice, 1_000_000).ok();
}

#[test]
fn reentrancy_from_a_payout_is_impossible_because_it_runs_no_code() {
    let mut scene = Scene::new();
    let alice = scene.stakers[0];
    let code = scene.chain.deploy(&module("counter")).unwrap();
    let contract = scene.chain.instantiate(alice, code, &(0_u64,)).unwrap();
    scene.chain.deal(contract, Amount(1_000));
    // The shares are the contract's: the invariants that count alice, bob and carol do not apply.
    let outcome = scene.chain.attempt(|chain| {
        let pool = scene.pool;
        chain.prank(contract).call_paying(contract, pool, "stake", &(0_u128,), Amount(1_000)).ok();
        chain.prank(contract).call(contract, pool, "request_unstake", &(1_000_000_u128, Amount(0))).ok();
        chain.warp(UNBONDING);
        let before = chain.storage_of(contract);
        chain.call(alice, pool, "claim", &(contract, 0_u64)).ok();
        (chain.balance(contract).0, chain.storage_of(contract) == before)
    });
    assert_eq!(outcome, (1_000, true));
}

#[test]
fn double_execution_of_claims_in_one_block_pays_once() {
    let mut scene = Scene::new();
    let (alice, pool) = (scene.stakers[0], scene.pool);
    let shares: u128 = scene.stake(alice, 1_000).returns();
    scene.unstake(alice, shares).ok();
    scene.chain.warp(UNBONDING);
    let outcomes = scene.chain.block(|block| {
        block.call(alice, pool, "claim", &(alice, 0_u64));
        block.call(alice, pool, "claim", &(alice, 0_u64));
    });
    outcomes[0].ok();
    outcomes[1].expect_revert(REQUEST_UNKNOWN);
}
