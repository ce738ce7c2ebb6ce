//! What each function does and says, and every refusal.

use crate::world::{FEE, FOREVER, PROTOCOL_SHARE, WEALTH, World, code, mode};
use tacit_contract_tests::module;
use tacit_simulator::{Address, Amount, Chain};

const RESERVE_MAX: u128 = (1 << 112) - 1;

#[test]
fn a_pool_begins_empty_with_the_rules_it_was_made_with() {
    let (chain, world) = World::empty();
    let pool = world.books(&chain);
    assert_eq!((pool.fee, pool.protocol_share, pool.fee_receiver), (FEE, PROTOCOL_SHARE, world.treasury));
    assert_eq!(pool.books.map(|book| (book.token, book.reserve)), world.tokens.map(|token| (token, 0)));
    assert_eq!((world.supply(&chain), pool.is_retired), (0, false));
}

#[test]
fn a_pool_is_not_made_of_bad_tokens_or_high_fees() {
    let (mut chain, world) = World::empty();
    let code = chain.deploy(&module("amm")).unwrap();
    let [first, second] = world.tokens;
    let mut made = |first: Address, second: Address, fee: u32, share: u32, to: Address| {
        chain.instantiate(world.alice, code, &(first, second, fee, share, to)).map_err(|error| error.contract_code())
    };
    let refused = |code| Err(Some(code));
    assert_eq!(made(first, first, 30, 0, world.treasury), refused(code::BAD_TOKENS));
    assert_eq!(made(first, world.alice, 30, 0, world.treasury), refused(code::BAD_TOKENS));
    assert_eq!(made(world.pool, first, 101, 0, world.treasury), refused(code::FEE_TOO_HIGH));
    assert_eq!(made(first, second, 30, 2_501, world.treasury), refused(code::FEE_TOO_HIGH));
    assert_eq!(made(first, second, 30, 0, Address([0; 32])), refused(code::BAD_RECIPIENT));
    assert_eq!(made(first, second, 30, 0, first), refused(code::BAD_RECIPIENT));
    assert!(made(first, second, 0, 0, world.treasury).is_ok());
    // The shares of a pool are a token like others.
    assert!(made(first, world.pool, 100, 2_500, world.treasury).is_ok());
}

#[test]
fn the_first_deposit_sets_the_price_and_locks_the_least_shares() {
    let (mut chain, world) = World::empty();
    let outcome = world.deposit(&mut chain, world.alice, 10_000, 40_000);
    assert_eq!(outcome.returns::<(u128, u128, u128)>(), (10_000, 40_000, 19_000));
    let event = (world.alice, world.alice, 10_000_u128, 40_000_u128, 19_000_u128);
    outcome.expect_event_from(world.pool, "Deposited", &event);
    outcome.expect_event("Transferred", &(Address([0; 32]), Address([0; 32]), 1_000_u128));
    outcome.expect_event("Transferred", &(Address([0; 32]), world.alice, 19_000_u128));
    outcome.expect_event("ReservesChanged", &(10_000_u128, 40_000_u128));
    assert_eq!((world.supply(&chain), world.reserves(&chain)), (20_000, (10_000, 40_000)));
    assert_eq!(world.held(&chain, world.alice), [WEALTH - 10_000, WEALTH - 40_000]);
}

#[test]
fn a_further_deposit_takes_the_ratio_and_no_more() {
    let (mut chain, world) = World::with(10_000, 40_000);
    let outcome = world.deposit(&mut chain, world.bob, 1_000, 900_000);
    assert_eq!(outcome.returns::<(u128, u128, u128)>(), (1_000, 4_000, 2_000));
    assert_eq!(world.held(&chain, world.bob), [WEALTH - 1_000, WEALTH - 4_000]);
}

#[test]
fn a_swap_gives_what_was_quoted_and_splits_the_fee() {
    let (mut chain, world) = World::with(100_000, 100_000);
    let quote: u128 = chain.view(world.pool, "quote_exact_in", &(world.tokens[0], 10_000_u128)).unwrap();
    // 10,000 - 30 of fee, against 100,000 each; a fifth of the fee is the protocol's.
    assert_eq!(quote, 9_970 * 100_000 / 109_970);
    let outcome = world.swap_in(&mut chain, world.bob, 0, 10_000);
    assert_eq!(outcome.returns::<u128>(), quote);
    outcome.expect_event("Swapped", &(world.bob, world.bob, world.tokens[0], 10_000_u128, quote, 6_u128));
    assert_eq!(world.reserves(&chain), (109_994, 100_000 - quote));
    assert_eq!(world.books(&chain).books[0].fees, 6);

    let collected = chain.call(world.carol, world.pool, "collect_fees", &(world.tokens[0],));
    collected.expect_event("FeesCollected", &(world.tokens[0], world.treasury, 6_u128));
    assert_eq!(world.held(&chain, world.treasury), [6, 0]);
    chain.call(world.carol, world.pool, "collect_fees", &(world.tokens[0],)).expect_revert(code::TOO_SMALL);
}

#[test]
fn exact_out_takes_what_was_quoted_and_pays_somebody_else() {
    let (mut chain, world) = World::with(100_000, 50_000);
    let quote: u128 = chain.view(world.pool, "quote_exact_out", &(world.tokens[1], 1_000_u128)).unwrap();
    let arguments = (world.tokens[1], 1_000_u128, quote, world.carol, FOREVER);
    let paid = chain.call(world.bob, world.pool, "swap_exact_out", &arguments).returns::<u128>();
    assert_eq!(paid, quote);
    assert_eq!(world.held(&chain, world.bob), [WEALTH, WEALTH - quote]);
    assert_eq!(world.held(&chain, world.carol), [WEALTH + 1_000, WEALTH]);
}

#[test]
fn limits_and_deadlines_stop_every_trade() {
    let (mut chain, world) = World::with(100_000, 100_000);
    let (bob, pool, token) = (world.bob, world.pool, world.tokens[0]);
    let now = chain.time().0;
    let mut call = |function: &str, arguments: (Address, u128, u128, Address, u64)| {
        chain.attempt(|chain| chain.call(bob, pool, function, &arguments))
    };
    call("swap_exact_in", (token, 1_000, 987, bob, now)).ok();
    call("swap_exact_in", (token, 1_000, 988, bob, now)).expect_revert(code::SLIPPAGE);
    call("swap_exact_in", (token, 1_000, 987, bob, now - 1)).expect_revert(code::EXPIRED);
    call("swap_exact_out", (token, 987, 1_000, bob, now)).ok();
    call("swap_exact_out", (token, 987, 999, bob, now)).expect_revert(code::SLIPPAGE);
    call("swap_exact_out", (token, 987, 1_000, bob, now - 1)).expect_revert(code::EXPIRED);
    let mut deposit = |shares: u128, until: u64| {
        chain.attempt(|chain| chain.call(bob, pool, "deposit", &(1_000_u128, 1_000_u128, shares, bob, until)))
    };
    deposit(1_000, now).ok();
    deposit(1_001, now).expect_revert(code::SLIPPAGE);
    deposit(1_000, now - 1).expect_revert(code::EXPIRED);
    let mut leave = |first: u128, second: u128, until: u64| {
        let least = (1_000_u128, first, second, until);
        let credit = chain.attempt(|chain| chain.call(world.alice, pool, "withdraw_as_credit", &least));
        let least = (1_000_u128, first, second, bob, until);
        let plain = chain.attempt(|chain| chain.call(world.alice, pool, "withdraw", &least));
        assert_eq!(credit.result, plain.result);
        plain
    };
    leave(1_000, 1_000, now).ok();
    leave(1_001, 1_000, now).expect_revert(code::SLIPPAGE);
    leave(1_000, 1_001, now).expect_revert(code::SLIPPAGE);
    leave(1_000, 1_000, now - 1).expect_revert(code::EXPIRED);
}

#[test]
fn withdrawing_gives_the_part_of_the_reserves() {
    let (mut chain, world) = World::with(10_000, 40_000);
    let outcome = chain.call(world.alice, world.pool, "withdraw", &(5_000_u128, 0_u128, 0_u128, world.bob, FOREVER));
    assert_eq!(outcome.returns::<(u128, u128)>(), (2_500, 10_000));
    outcome.expect_event("Withdrawn", &(world.alice, world.bob, 2_500_u128, 10_000_u128, 5_000_u128, false));
    assert_eq!(world.held(&chain, world.bob), [WEALTH + 2_500, WEALTH + 10_000]);
    assert_eq!((world.supply(&chain), world.shares(&chain, world.alice)), (15_000, 14_000));
    world.withdraw(&mut chain, world.alice, 14_001).expect_revert(code::INSUFFICIENT_BALANCE);
    world.withdraw(&mut chain, world.alice, 0).expect_revert(code::TOO_SMALL);
    world.withdraw(&mut chain, world.alice, 14_000).ok();
    assert_eq!(world.reserves(&chain), (500, 2_000));
}

#[test]
fn a_credit_waits_for_its_owner_and_is_paid_once() {
    let (mut chain, world) = World::with(10_000, 40_000);
    let (alice, bob, pool) = (world.alice, world.bob, world.pool);
    let outcome = chain.call(alice, pool, "withdraw_as_credit", &(5_000_u128, 0_u128, 0_u128, FOREVER));
    outcome.expect_event("Withdrawn", &(alice, alice, 2_500_u128, 10_000_u128, 5_000_u128, true));
    let credit =
        |chain: &Chain, who: Address| -> u128 { chain.view(world.pool, "credit_of", &(who, world.tokens[1])).unwrap() };
    assert_eq!((credit(&chain, alice), credit(&chain, bob)), (10_000, 0));
    chain.call(bob, pool, "collect_credit", &(world.tokens[1], bob)).expect_revert(code::TOO_SMALL);
    chain.call(alice, pool, "collect_credit", &(world.tokens[1], pool)).expect_revert(code::BAD_RECIPIENT);
    let paid = chain.call(alice, pool, "collect_credit", &(world.tokens[1], bob));
    paid.expect_event("CreditCollected", &(alice, world.tokens[1], bob, 10_000_u128));
    assert_eq!(world.held(&chain, bob), [WEALTH, WEALTH + 10_000]);
    chain.call(alice, pool, "collect_credit", &(world.tokens[1], bob)).expect_revert(code::TOO_SMALL);
}

#[test]
fn strange_tokens_and_receivers_are_refused() {
    let (mut chain, world) = World::with(100_000, 100_000);
    let (bob, pool) = (world.bob, world.pool);
    let swap = |chain: &mut Chain, token: Address, to: Address| {
        chain.call(bob, pool, "swap_exact_in", &(token, 1_000_u128, 0_u128, to, FOREVER))
    };
    swap(&mut chain, pool, bob).expect_revert(code::UNKNOWN_TOKEN);
    for to in [Address([0; 32]), pool, world.tokens[0], world.tokens[1]] {
        swap(&mut chain, world.tokens[0], to).expect_revert(code::BAD_RECIPIENT);
        chain.call(bob, pool, "deposit", &(1_u128, 1_u128, 0_u128, to, FOREVER)).expect_revert(code::BAD_RECIPIENT);
        chain.call(bob, pool, "withdraw", &(1_u128, 0_u128, 0_u128, to, FOREVER)).expect_revert(code::BAD_RECIPIENT);
        chain.call(bob, pool, "skim", &(world.tokens[0], to)).expect_revert(code::BAD_RECIPIENT);
    }
    for function in ["quote_exact_in", "quote_exact_out"] {
        let refused = chain.view::<u128>(pool, function, &(pool, 5_u128)).unwrap_err();
        assert_eq!(refused.contract_code(), Some(code::UNKNOWN_TOKEN));
    }
    chain.call(bob, pool, "collect_fees", &(pool,)).expect_revert(code::UNKNOWN_TOKEN);
    chain.call(bob, pool, "skim", &(bob, bob)).expect_revert(code::UNKNOWN_TOKEN);
}

#[test]
fn dust_and_giants_are_refused() {
    let (mut chain, world) = World::empty();
    let bob = world.bob;
    world.swap_in(&mut chain, bob, 0, 5).expect_revert(code::INSUFFICIENT_LIQUIDITY);
    world.swap_out(&mut chain, bob, 0, 5).expect_revert(code::INSUFFICIENT_LIQUIDITY);
    world.deposit(&mut chain, bob, 1_000, 1_000).expect_revert(code::TOO_SMALL);
    world.deposit(&mut chain, bob, 0, 10_000).expect_revert(code::TOO_SMALL);
    world.deposit(&mut chain, bob, RESERVE_MAX + 1, 1).expect_revert(code::TOO_LARGE);
    world.deposit(&mut chain, bob, u128::MAX, u128::MAX).expect_revert(code::TOO_LARGE);
    world.deposit(&mut chain, bob, 1_001_000, 1_001_000).expect_revert(code::TOKEN_REFUSED);
    world.deposit(&mut chain, bob, 100_000, 10_000).ok();
    // One unit in buys a tenth of one.
    world.swap_in(&mut chain, bob, 0, 8).expect_revert(code::TOO_SMALL);
    world.swap_in(&mut chain, bob, 0, 0).expect_revert(code::TOO_SMALL);
    world.swap_out(&mut chain, bob, 0, 0).expect_revert(code::TOO_SMALL);
    world.swap_out(&mut chain, bob, 0, 10_000).expect_revert(code::INSUFFICIENT_LIQUIDITY);
    world.swap_in(&mut chain, bob, 0, RESERVE_MAX + 1).expect_revert(code::TOO_LARGE);
    world.deposit(&mut chain, bob, 9, 0).expect_revert(code::TOO_SMALL);
}

#[test]
fn the_largest_reserves_can_be_traded_with_and_left() {
    let (mut chain, world) = World::empty();
    for token in world.tokens {
        chain.call(world.alice, token, "set_balance", &(world.alice, u128::MAX)).ok();
    }
    world.deposit(&mut chain, world.alice, RESERVE_MAX, RESERVE_MAX).ok();
    world.swap_in(&mut chain, world.alice, 0, 1).expect_revert(code::TOO_SMALL);
    world.swap_in(&mut chain, world.alice, 0, 1_000).expect_revert(code::TOO_LARGE);
    chain.warp(1_000_000_000_000);
    let shares = world.shares(&chain, world.alice);
    world.withdraw(&mut chain, world.alice, shares / 2).ok();
    world.swap_in(&mut chain, world.alice, 0, RESERVE_MAX / 4).ok();
}

#[test]
fn skim_pays_what_was_sent_by_mistake_and_nothing_else() {
    let (mut chain, world) = World::with(100_000, 100_000);
    let arguments = (world.tokens[1], world.bob);
    chain.call(world.bob, world.pool, "skim", &arguments).expect_revert(code::TOO_SMALL);
    chain.call(world.carol, world.tokens[1], "transfer", &(world.pool, 77_u128)).ok();
    let outcome = chain.call(world.bob, world.pool, "skim", &arguments);
    outcome.expect_event("Skimmed", &(world.tokens[1], world.bob, 77_u128));
    assert_eq!(world.held(&chain, world.bob), [WEALTH, WEALTH + 77]);
    assert_eq!(world.reserves(&chain), (100_000, 100_000));
}

#[test]
fn shares_move_like_a_token() {
    let (mut chain, world) = World::with(10_000, 10_000);
    let (alice, bob, carol, pool) = (world.alice, world.bob, world.carol, world.pool);
    chain.call(alice, pool, "transfer", &(bob, 9_001_u128)).expect_revert(code::INSUFFICIENT_BALANCE);
    for nobody in [Address([0; 32]), pool] {
        chain.call(alice, pool, "transfer", &(nobody, 1_u128)).expect_revert(code::BAD_RECIPIENT);
    }
    chain.call(alice, pool, "transfer", &(alice, 9_000_u128)).ok();
    chain.call(alice, pool, "transfer", &(bob, 5_000_u128)).expect_event("Transferred", &(alice, bob, 5_000_u128));
    chain.call(bob, pool, "approve", &(carol, 300_u128)).expect_event("Approved", &(bob, carol, 300_u128));
    chain.call(carol, pool, "transfer_from", &(bob, carol, 301_u128)).expect_revert(code::INSUFFICIENT_ALLOWANCE);
    chain.call(carol, pool, "transfer_from", &(bob, carol, 200_u128)).ok();
    assert_eq!(chain.view::<u128>(pool, "allowance", &(bob, carol)), Ok(100));
    chain.call(bob, pool, "change_allowance", &(carol, 300_u128, 9_u128)).expect_revert(code::ALLOWANCE_DIFFERS);
    chain.call(bob, pool, "change_allowance", &(carol, 100_u128, 9_u128)).ok();
    chain.call(bob, pool, "approve", &(carol, 10_u128)).expect_revert(code::ALLOWANCE_DIFFERS);
    chain.call(bob, pool, "approve", &(carol, 0_u128)).ok();
    chain.call(carol, pool, "transfer_from", &(bob, carol, 1_u128)).expect_revert(code::INSUFFICIENT_ALLOWANCE);
    assert_eq!([alice, bob, carol].map(|who| world.shares(&chain, who)), [4_000, 4_800, 200]);
    world.withdraw(&mut chain, carol, 200).ok();
}

#[test]
fn a_shortfall_stops_all_but_credits_until_sync_writes_it_down() {
    let (mut chain, world) = World::with(10_000, 40_000);
    let (alice, bob, pool, [first, second]) = (world.alice, world.bob, world.pool, world.tokens);
    chain.call(alice, pool, "sync", &()).expect_revert(code::NOTHING_TO_SYNC);
    chain.call(alice, first, "set_balance", &(pool, 4_000_u128)).ok();
    world.swap_in(&mut chain, bob, 0, 1_000).expect_revert(code::SHORTFALL);
    world.swap_in(&mut chain, bob, 1, 1_000).expect_revert(code::SHORTFALL);
    world.deposit(&mut chain, bob, 1_000, 4_000).expect_revert(code::SHORTFALL);
    world.withdraw(&mut chain, alice, 1_000).expect_revert(code::SHORTFALL);
    chain.call(alice, pool, "skim", &(first, alice)).expect_revert(code::SHORTFALL);

    let outcome = chain.call(bob, pool, "sync", &());
    outcome
        .expect_event("PoolRetired", &(6_000_u128, 0_u128))
        .expect_event("ReservesChanged", &(4_000_u128, 40_000_u128));
    world.swap_in(&mut chain, bob, 0, 1_000).expect_revert(code::RETIRED);
    world.swap_out(&mut chain, bob, 1, 100).expect_revert(code::RETIRED);
    world.deposit(&mut chain, bob, 1_000, 4_000).expect_revert(code::RETIRED);
    assert_eq!(world.withdraw(&mut chain, alice, 10_000).returns::<(u128, u128)>(), (2_000, 20_000));
    chain.call(alice, pool, "withdraw_as_credit", &(9_000_u128, 0_u128, 0_u128, FOREVER)).ok();
    chain.call(alice, pool, "collect_credit", &(second, alice)).ok();
    // What comes later is a gift, and no reason to open again.
    chain.call(alice, first, "set_balance", &(pool, 50_000_u128)).ok();
    chain.call(alice, pool, "sync", &()).expect_revert(code::NOTHING_TO_SYNC);
    assert!(world.books(&chain).is_retired);
}

#[test]
fn a_token_that_fails_when_asked_is_refused() {
    let (mut chain, world) = World::with(10_000, 40_000);
    world.behave(&mut chain, 0, mode::FAILS);
    world.swap_in(&mut chain, world.bob, 0, 1_000).expect_revert(code::TOKEN_REFUSED);
    world.swap_in(&mut chain, world.bob, 1, 1_000).expect_revert(code::TOKEN_REFUSED);
    world.behave(&mut chain, 0, mode::HONEST);
    world.swap_in(&mut chain, world.bob, 1, 1_000).ok();
}

#[test]
fn the_pool_takes_no_native_money() {
    let (mut chain, world) = World::with(10_000, 10_000);
    let arguments = (world.tokens[0], 100_u128, 0_u128, world.bob, FOREVER);
    let outcome = chain.call_paying(world.bob, world.pool, "swap_exact_in", &arguments, Amount(1));
    outcome.expect_revert(tacit_contract_tests::code::NOT_PAYABLE);
}

#[test]
fn the_shares_of_a_pool_trade_in_another() {
    let (mut chain, world) = World::empty();
    let code = chain.deploy(&module("amm")).unwrap();
    let shares = world.pool;
    // The shares of the first pool are one of its tokens: a contract that is no test's.
    world.deposit(&mut chain, world.alice, 100_000, 100_000).ok();
    let arguments = (world.tokens[0], shares, FEE, 0_u32, world.treasury);
    let outer = chain.instantiate(world.bob, code, &arguments).unwrap();
    chain.call(world.alice, shares, "approve", &(outer, u128::MAX)).ok();
    chain.call(world.alice, world.tokens[0], "approve", &(outer, u128::MAX)).ok();
    let deposit = (20_000_u128, 20_000_u128, 0_u128, world.alice, FOREVER);
    chain.call(world.alice, outer, "deposit", &deposit).ok();
    let swap = (shares, 1_000_u128, 0_u128, world.bob, FOREVER);
    chain.call(world.alice, outer, "swap_exact_in", &swap).ok();
    assert!(world.held(&chain, world.bob)[0] > WEALTH);
}

#[test]
fn the_standard_token_trades() {
    let (mut chain, world) = World::empty();
    let code = chain.deploy(&module("token")).unwrap();
    let token = chain.instantiate(world.alice, code, &(Amount(1_000_000),)).unwrap();
    let code = chain.deploy(&module("amm")).unwrap();
    let arguments = (token, world.tokens[1], FEE, PROTOCOL_SHARE, world.treasury);
    let pool = chain.instantiate(world.alice, code, &arguments).unwrap();
    for token in [token, world.tokens[1]] {
        chain.call(world.alice, token, "approve", &(pool, 1_000_000_u128)).ok();
    }
    let deposit = (500_000_u128, 500_000_u128, 0_u128, world.alice, FOREVER);
    chain.call(world.alice, pool, "deposit", &deposit).ok();
    let swap = (token, 100_000_u128, 0_u128, world.bob, FOREVER);
    let bought: u128 = chain.call(world.alice, pool, "swap_exact_in", &swap).returns();
    assert_eq!(world.held(&chain, world.bob)[1], WEALTH + bought);
    let swap = (world.tokens[1], 1_000_u128, 10_000_u128, world.bob, FOREVER);
    let paid: u128 = chain.call(world.alice, pool, "swap_exact_out", &swap).returns();
    assert_eq!(chain.view::<u128>(token, "balance_of", &(world.bob,)), Ok(1_000));
    chain.call(world.alice, pool, "collect_fees", &(token,)).ok();
    let leave = (499_000_u128, 0_u128, 0_u128, world.alice, FOREVER);
    let (first, second) = chain.call(world.alice, pool, "withdraw", &leave).returns::<(u128, u128)>();
    // All but the thousand locked shares of half a million, and the protocol's part.
    let all = (598_940, 500_000 - bought + paid);
    assert_eq!((first, second), (all.0 * 499 / 500, all.1 * 499 / 500));
}
