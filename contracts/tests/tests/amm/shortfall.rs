//! Tokens that lose the pool's balance, or do not tell it: what is missing is borne by all, nobody leaves with the part of
//! others, and nobody can make a sound token look broken.

use crate::world::{FOREVER, WEALTH, World, code, mode, seen};
use tacit_contract_tests::module;
use tacit_simulator::{Address, Amount, Chain, Gas, Outcome, encode};

/// The token does not answer.
const MUTE: u8 = 8;
const TOO_LITTLE_GAS: u32 = 19;

/// A pool with 200,000 of both tokens, half of it bob's.
fn start() -> (Chain, World) {
    let (mut chain, world) = World::with(100_000, 100_000);
    world.deposit(&mut chain, world.bob, 100_000, 100_000).ok();
    (chain, world)
}

fn lose(chain: &mut Chain, world: &World, side: usize, left: u128) {
    chain.call(world.bob, world.tokens[side], "set_balance", &(world.pool, left)).ok();
}

fn leave(chain: &mut Chain, world: &World, who: Address, shares: u128) -> Outcome {
    chain.call(who, world.pool, "withdraw_as_credit", &(shares, 0_u128, 0_u128, FOREVER))
}

fn collect(chain: &mut Chain, world: &World, who: Address, side: usize) -> Outcome {
    chain.call(who, world.pool, "collect_credit", &(world.tokens[side], who))
}

#[test]
fn who_leaves_first_as_credit_takes_no_part_of_those_who_stay() {
    let (mut chain, world) = start();
    lose(&mut chain, &world, 0, 100_000);
    let outcome = leave(&mut chain, &world, world.alice, 99_000);
    outcome.expect_event("PoolRetired", &(100_000_u128, 0_u128));
    assert_eq!(outcome.returns::<(u128, u128)>(), (49_500, 99_000));
    assert_eq!(leave(&mut chain, &world, world.bob, 100_000).returns::<(u128, u128)>(), (50_000, 100_000));
    for (who, parts) in [(world.alice, [49_500, 99_000]), (world.bob, [50_000, 100_000])] {
        for side in [0, 1] {
            assert_eq!(collect(&mut chain, &world, who, side).returns::<u128>(), parts[side]);
        }
    }
    assert_eq!(world.held(&chain, world.pool), [500, 1_000], "what the locked shares are worth");
}

#[test]
fn a_limit_holds_for_what_is_left_after_the_loss() {
    let (mut chain, world) = start();
    lose(&mut chain, &world, 0, 100_000);
    let all = (99_000_u128, 99_000_u128, 99_000_u128, FOREVER);
    chain.call(world.alice, world.pool, "withdraw_as_credit", &all).expect_revert(code::SLIPPAGE);
}

#[test]
fn a_token_locked_by_its_caller_is_not_taken_for_broken() {
    let (mut chain, world) = start();
    lose(&mut chain, &world, 0, 100_000);
    // The token itself holds shares, and leaves while it is locked, so that it cannot be asked what is missing.
    chain.call(world.alice, world.pool, "transfer", &(world.tokens[0], 50_000_u128)).ok();
    let input = encode(&(50_000_u128, 0_u128, 0_u128, FOREVER));
    let back = (world.pool, "withdraw_as_credit", input, false);
    chain.call(world.alice, world.tokens[0], "call_back", &back).ok();
    chain.call(world.bob, world.tokens[0], "transfer", &(world.alice, 1_u128)).ok();
    assert_eq!(chain.view::<u8>(world.tokens[0], "seen", &()), Ok(2), "the pool refused");
    assert_eq!(world.shares(&chain, world.tokens[0]), 50_000);
}

#[test]
fn a_token_with_too_little_gas_is_not_taken_for_broken() {
    let (mut chain, world) = start();
    lose(&mut chain, &world, 0, 100_000);
    chain.set_gas_limit(Gas(2_500_000));
    leave(&mut chain, &world, world.alice, 99_000).expect_revert(TOO_LITTLE_GAS);
    chain.call(world.alice, world.pool, "sync", &()).expect_revert(TOO_LITTLE_GAS);
}

#[test]
fn a_mute_token_does_not_hide_the_loss_of_the_other() {
    let (mut chain, world) = start();
    world.behave(&mut chain, 0, MUTE);
    chain.call(world.carol, world.pool, "sync", &()).expect_event("TokenSilent", &(world.tokens[0],));
    chain.call(world.carol, world.pool, "sync", &()).expect_revert(code::NOTHING_TO_SYNC);
    assert!(!world.books(&chain).is_retired, "it may answer again");
    lose(&mut chain, &world, 1, 20_000);
    chain.call(world.carol, world.pool, "sync", &()).expect_event("PoolRetired", &(0_u128, 180_000_u128));
    assert_eq!(world.reserves(&chain), (200_000, 20_000));
    assert_eq!(leave(&mut chain, &world, world.alice, 99_000).returns::<(u128, u128)>(), (99_000, 9_900));
    collect(&mut chain, &world, world.alice, 1).ok();
    collect(&mut chain, &world, world.alice, 0).expect_revert(code::TOKEN_REFUSED);
    world.behave(&mut chain, 0, mode::HONEST);
    chain.call(world.carol, world.pool, "sync", &()).ok();
    collect(&mut chain, &world, world.alice, 0).ok();
    assert_eq!(world.held(&chain, world.alice), [WEALTH - 1_000, WEALTH - 100_000 + 9_900]);
}

#[test]
fn a_contract_with_shares_leaves_a_mute_token_once_an_account_has_found_it() {
    let (mut chain, world) = start();
    let code = chain.deploy(&module("hostile_token")).unwrap();
    let holder = chain.instantiate(world.carol, code, &(Amount(10),)).unwrap();
    chain.call(world.alice, world.pool, "transfer", &(holder, 50_000_u128)).ok();
    let input = encode(&(20_000_u128, 0_u128, 0_u128, FOREVER));
    chain.call(world.carol, holder, "call_back", &(world.pool, "withdraw_as_credit", input, false)).ok();
    world.behave(&mut chain, 0, MUTE);
    let tries = |chain: &mut Chain| {
        chain.call(world.carol, holder, "transfer", &(world.bob, 1_u128)).ok();
        chain.view::<u8>(holder, "seen", &()).unwrap()
    };
    assert_eq!(tries(&mut chain), 2, "the pool refused");
    chain.call(world.bob, world.pool, "sync", &()).ok();
    assert_eq!(tries(&mut chain), seen::WENT_THROUGH);
    assert_eq!(world.shares(&chain, holder), 30_000);
}

#[test]
fn a_loss_beyond_the_reserve_is_shared_by_those_who_wait() {
    let (mut chain, world) = start();
    leave(&mut chain, &world, world.alice, 50_000).ok();
    leave(&mut chain, &world, world.bob, 50_000).ok();
    lose(&mut chain, &world, 0, 50_000);
    chain.call(world.carol, world.pool, "sync", &()).expect_event("PoolRetired", &(150_000_u128, 0_u128));
    assert_eq!(world.reserves(&chain), (0, 100_000));
    // Who comes later has no part in what was lost before, nor takes one.
    assert_eq!(leave(&mut chain, &world, world.bob, 50_000).returns::<(u128, u128)>(), (0, 50_000));
    for (who, first, second) in [(world.alice, 25_000, 50_000), (world.bob, 25_000, 100_000)] {
        let credit = |side: usize| chain.view::<u128>(world.pool, "credit_of", &(who, world.tokens[side])).unwrap();
        assert_eq!((credit(0), credit(1)), (first, second));
        assert_eq!(collect(&mut chain, &world, who, 0).returns::<u128>(), first);
        assert_eq!(collect(&mut chain, &world, who, 1).returns::<u128>(), second);
    }
    assert_eq!(world.held(&chain, world.pool), [0, 50_000]);
}

#[test]
fn a_retired_pool_has_no_price() {
    let (mut chain, world) = start();
    lose(&mut chain, &world, 0, 199_999);
    chain.call(world.carol, world.pool, "sync", &()).ok();
    let price = chain.view::<([u8; 32], [u8; 32], u64)>(world.pool, "price_sums", &());
    assert!(price.is_err(), "{price:?}");
}
