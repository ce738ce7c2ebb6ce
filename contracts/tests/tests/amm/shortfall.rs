//! Tokens that lose the pool's balance, or do not tell it: what is missing is borne by all, nobody leaves with the part of
//! others, and nobody can make a sound token look broken.

use crate::world::{FOREVER, WEALTH, World, code, mode, seen};
use tacit_contract_tests::{guest::guest, module};
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

#[test]
fn who_leaves_while_a_token_is_silent_bears_its_loss_with_those_who_stay() {
    let (mut chain, world) = start();
    world.behave(&mut chain, 0, MUTE);
    // Half of it is gone, which nobody can see.
    lose(&mut chain, &world, 0, 100_000);
    assert_eq!(leave(&mut chain, &world, world.alice, 99_000).returns::<(u128, u128)>(), (99_000, 99_000));
    world.behave(&mut chain, 0, mode::HONEST);
    collect(&mut chain, &world, world.alice, 0).expect_revert(code::SHORTFALL);
    chain.call(world.carol, world.pool, "sync", &()).expect_event("PoolRetired", &(100_000_u128, 0_u128));
    assert_eq!(collect(&mut chain, &world, world.alice, 0).returns::<u128>(), 49_500);
    world.withdraw(&mut chain, world.bob, 100_000).ok();
    assert_eq!(world.held(&chain, world.bob)[0], WEALTH - 100_000 + 50_000);
    assert_eq!(world.held(&chain, world.pool)[0], 500, "what the locked shares are worth");
}

#[test]
fn a_loss_found_after_a_silence_leaves_every_part_payable() {
    for left in [0, 1, 2, 3, 7, 199_999] {
        let (mut chain, world) = start();
        // One unit of fees, one of alice's credits, in odd amounts beside the reserve.
        world.swap_in(&mut chain, world.carol, 0, 1_667).ok();
        leave(&mut chain, &world, world.alice, 1).ok();
        world.behave(&mut chain, 0, MUTE);
        leave(&mut chain, &world, world.alice, 70_001).ok();
        lose(&mut chain, &world, 0, left);
        world.behave(&mut chain, 0, mode::HONEST);
        chain.call(world.carol, world.pool, "sync", &()).ok();
        let book = &world.books(&chain).books[0];
        assert_eq!(book.reserve + book.fees + book.credits, left, "{book:?}");
        leave(&mut chain, &world, world.bob, 100_000).ok();
        for who in [world.alice, world.bob] {
            let credit: u128 = chain.view(world.pool, "credit_of", &(who, world.tokens[0])).unwrap();
            let outcome = collect(&mut chain, &world, who, 0);
            if credit == 0 {
                outcome.expect_revert(code::TOO_SMALL);
            } else {
                assert_eq!(outcome.returns::<u128>(), credit);
            }
        }
    }
}

#[test]
fn a_silence_that_a_payment_has_ended_says_nothing_of_a_later_loss() {
    let (mut chain, world) = start();
    leave(&mut chain, &world, world.alice, 60_000).ok();
    leave(&mut chain, &world, world.bob, 10_000).ok();
    world.behave(&mut chain, 0, MUTE);
    chain.call(world.carol, world.pool, "sync", &()).expect_event("TokenSilent", &(world.tokens[0],));
    world.behave(&mut chain, 0, mode::HONEST);
    // Nothing was missing when this was paid, so what is lost later is the reserve's first.
    collect(&mut chain, &world, world.bob, 0).ok();
    lose(&mut chain, &world, 0, 100_000);
    chain.call(world.carol, world.pool, "sync", &()).expect_event("PoolRetired", &(90_000_u128, 0_u128));
    assert_eq!(collect(&mut chain, &world, world.alice, 0).returns::<u128>(), 60_000);
}

#[test]
fn what_comes_back_to_a_retired_pool_is_given_to_nobody() {
    let (mut chain, world) = start();
    lose(&mut chain, &world, 0, 100_000);
    chain.call(world.carol, world.pool, "sync", &()).ok();
    lose(&mut chain, &world, 0, 200_000);
    for side in [0, 1] {
        chain.call(world.carol, world.pool, "skim", &(world.tokens[side], world.carol)).expect_revert(code::RETIRED);
    }
    assert_eq!(world.held(&chain, world.pool)[0], 200_000);
}

#[test]
fn a_retired_pool_quotes_nothing() {
    let (mut chain, world) = start();
    lose(&mut chain, &world, 0, 199_999);
    chain.call(world.carol, world.pool, "sync", &()).ok();
    for function in ["quote_exact_in", "quote_exact_out"] {
        let quote = chain.view::<u128>(world.pool, function, &(world.tokens[0], 1_000_u128));
        assert_eq!(quote.unwrap_err().contract_code(), Some(code::RETIRED), "{function}");
    }
}

#[test]
fn a_token_that_burns_all_gas_makes_no_pool_and_leaves_gas_to_say_so() {
    let (mut chain, world) = start();
    let endless = guest(&mut chain, "endless", "(func (export \"balance_of\") (loop (br 0)))");
    let code = chain.deploy(&module("amm")).unwrap();
    let arguments = (world.tokens[0], endless, 30_u32, 0_u32, world.treasury);
    let refused = |chain: &mut Chain| chain.instantiate(world.alice, code, &arguments).unwrap_err().contract_code();
    assert_eq!(refused(&mut chain), Some(code::BAD_TOKENS));
    // With little gas, a failure would say nothing of the token.
    chain.set_gas_limit(Gas(2_500_000));
    assert_eq!(refused(&mut chain), Some(TOO_LITTLE_GAS));
}
