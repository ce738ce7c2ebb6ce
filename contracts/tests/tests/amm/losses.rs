//! What others lost money to, each named after the loss, and how it fails here.

use crate::world::{FEE, FOREVER, WEALTH, World, code, mode, seen};
use tacit_contract_tests::module;
use tacit_simulator::{Address, Chain, encode};

fn sums(chain: &Chain, world: &World) -> [u128; 2] {
    let (first, second, _): ([u8; 32], [u8; 32], u64) = chain.view(world.pool, "price_sums", &()).unwrap();
    [first, second].map(|sum| u128::from_le_bytes(sum[..16].try_into().unwrap()))
}

#[test]
fn first_depositor_inflation() {
    let (mut chain, world) = World::empty();
    // Bob owns all shares that can be owned, and donates what carol is about to bring, so that her shares round to none.
    world.deposit(&mut chain, world.bob, 1_001, 1_001).ok();
    for token in world.tokens {
        chain.call(world.bob, token, "transfer", &(world.pool, 500_000_u128)).ok();
    }
    let (first, second, shares) =
        world.deposit(&mut chain, world.carol, 400_000, 400_000).returns::<(u128, u128, u128)>();
    assert_eq!((first, second, shares), (400_000, 400_000, 400_000));
    world.withdraw(&mut chain, world.carol, shares).ok();
    assert_eq!(world.held(&chain, world.carol), [WEALTH, WEALTH]);
    // Neither did the donation become bob's.
    world.withdraw(&mut chain, world.bob, 1).ok();
    assert!(world.held(&chain, world.bob)[0] < WEALTH - 400_000);
}

#[test]
fn donation_moves_no_price() {
    let (mut chain, world) = World::with(100_000, 100_000);
    let quote =
        |chain: &Chain| -> u128 { chain.view(world.pool, "quote_exact_in", &(world.tokens[0], 10_000_u128)).unwrap() };
    let (before, reserves) = (quote(&chain), world.reserves(&chain));
    chain.call(world.bob, world.tokens[1], "transfer", &(world.pool, WEALTH)).ok();
    chain.call(world.bob, world.pool, "sync", &()).expect_revert(code::NOTHING_TO_SYNC);
    assert_eq!((quote(&chain), world.reserves(&chain)), (before, reserves));
}

#[test]
fn tokens_burnt_in_the_pool_then_sync() {
    let (mut chain, world) = World::with(100_000, 100_000);
    // A token that lets anybody burn the pool's balance: with one unit left it would buy out the other side.
    chain.call(world.bob, world.tokens[0], "set_balance", &(world.pool, 1_u128)).ok();
    chain.call(world.bob, world.pool, "sync", &()).ok();
    world.swap_in(&mut chain, world.bob, 0, 100_000).expect_revert(code::RETIRED);
    world.withdraw(&mut chain, world.alice, 99_000).ok();
    assert_eq!(world.held(&chain, world.alice)[1], WEALTH - 1_000);
}

/// Has the token look at or enter `target` while the pool moves it, in every function that moves tokens.
fn calls_back_everywhere(target: impl Fn(&World) -> Address, functions: &[(&str, Vec<u8>, bool)], expected: u8) {
    let (mut chain, world) = World::with(100_000, 100_000);
    world.swap_in(&mut chain, world.bob, 0, 10_000).ok();
    world.swap_in(&mut chain, world.bob, 1, 10_000).ok();
    let target = target(&world);
    let leave = (1_000_u128, 0_u128, 0_u128, FOREVER);
    chain.call(world.alice, world.pool, "withdraw_as_credit", &leave).ok();
    let point = chain.snapshot();
    for (function, input, is_view) in functions {
        for way in 0..6 {
            chain.revert(&point);
            chain.call(world.alice, world.tokens[0], "call_back", &(target, *function, input.clone(), *is_view)).ok();
            let outcome = match way {
                0 => world.swap_in(&mut chain, world.bob, 0, 1_000),
                1 => world.swap_out(&mut chain, world.bob, 1, 1_000),
                2 => world.deposit(&mut chain, world.bob, 1_000, 1_000),
                3 => world.withdraw(&mut chain, world.alice, 1_000),
                4 => chain.call(world.alice, world.pool, "collect_credit", &(world.tokens[0], world.alice)),
                _ => chain.call(world.alice, world.pool, "collect_fees", &(world.tokens[0],)),
            };
            outcome.ok();
            let saw: u8 = chain.view(world.tokens[0], "seen", &()).unwrap();
            assert_eq!(saw, expected, "{function} in way {way}");
        }
    }
}

#[test]
fn reentrancy() {
    let nobody = Address([9; 32]);
    let calls = [
        ("swap_exact_in", encode(&(nobody, 1_u128, 0_u128, nobody, FOREVER)), false),
        ("deposit", encode(&(1_u128, 1_u128, 0_u128, nobody, FOREVER)), false),
        ("withdraw", encode(&(1_u128, 0_u128, 0_u128, nobody, FOREVER)), false),
        ("sync", Vec::new(), false),
        ("transfer", encode(&(nobody, 0_u128)), false),
    ];
    calls_back_everywhere(|world| world.pool, &calls, seen::LOCKED);
}

#[test]
fn read_only_reentrancy() {
    let views = ["reserves", "pool", "price_sums", "total_supply"].map(|view| (view, Vec::new(), true));
    calls_back_everywhere(|world| world.pool, &views, seen::LOCKED);
}

#[test]
fn reentrancy_through_a_sister_pool() {
    let (mut chain, world) = World::with(100_000, 100_000);
    let code = chain.deploy(&module("amm")).unwrap();
    let arguments = (world.tokens[0], world.tokens[1], FEE, 0_u32, world.treasury);
    let sister = chain.instantiate(world.alice, code, &arguments).unwrap();
    let stranger = chain.instantiate(world.bob, code, &arguments).unwrap();
    for (target, expected) in [(sister, seen::LOCKED), (stranger, seen::WENT_THROUGH)] {
        let back = (target, "reserves", Vec::<u8>::new(), true);
        chain.call(world.alice, world.tokens[0], "call_back", &back).ok();
        world.swap_in(&mut chain, world.bob, 0, 1_000).ok();
        assert_eq!(chain.view::<u8>(world.tokens[0], "seen", &()), Ok(expected));
    }
}

#[test]
fn tokens_that_take_a_fee() {
    let (mut chain, world) = World::with(100_000, 100_000);
    let (alice, bob) = (world.alice, world.bob);
    chain.call(alice, world.pool, "withdraw_as_credit", &(1_000_u128, 0_u128, 0_u128, FOREVER)).ok();
    for fee in [mode::RECEIVER_PAYS, mode::GIVER_PAYS] {
        world.behave(&mut chain, 0, fee);
        let before = (world.held(&chain, world.pool), world.books(&chain));
        // A giver who pays more than asked is the trader's affair when it comes in.
        if fee == mode::RECEIVER_PAYS {
            world.swap_in(&mut chain, bob, 0, 1_000).expect_revert(code::TOKEN_MISBEHAVED);
            world.deposit(&mut chain, bob, 1_000, 1_000).expect_revert(code::TOKEN_MISBEHAVED);
        }
        world.swap_in(&mut chain, bob, 1, 1_000).expect_revert(code::TOKEN_MISBEHAVED);
        world.withdraw(&mut chain, alice, 1_000).expect_revert(code::TOKEN_MISBEHAVED);
        let collect = (world.tokens[0], alice);
        chain.call(alice, world.pool, "collect_credit", &collect).expect_revert(code::TOKEN_MISBEHAVED);
        assert_eq!((world.held(&chain, world.pool), world.books(&chain)), before);
    }
}

#[test]
fn tokens_that_lie() {
    let (mut chain, world) = World::with(100_000, 100_000);
    world.behave(&mut chain, 0, mode::LIES);
    world.swap_in(&mut chain, world.bob, 0, 10_000).expect_revert(code::TOKEN_MISBEHAVED);
    world.swap_in(&mut chain, world.bob, 1, 10_000).expect_revert(code::TOKEN_MISBEHAVED);
    world.deposit(&mut chain, world.bob, 10_000, 10_000).expect_revert(code::TOKEN_MISBEHAVED);
    assert_eq!(world.held(&chain, world.bob), [WEALTH, WEALTH]);
}

#[test]
fn tokens_that_move_more_than_they_are_told() {
    let (mut chain, world) = World::with(100_000, 100_000);
    // What seems a gift is a sign that balances mean something else than the pool thinks.
    world.behave(&mut chain, 0, mode::RECEIVER_GAINS);
    world.swap_in(&mut chain, world.bob, 0, 10_000).expect_revert(code::TOKEN_MISBEHAVED);
    world.swap_in(&mut chain, world.bob, 1, 10_000).expect_revert(code::TOKEN_MISBEHAVED);
    world.deposit(&mut chain, world.bob, 10_000, 10_000).expect_revert(code::TOKEN_MISBEHAVED);
    world.behave(&mut chain, 0, mode::GIVER_GAINS);
    world.swap_in(&mut chain, world.bob, 1, 10_000).expect_revert(code::TOKEN_MISBEHAVED);
    world.withdraw(&mut chain, world.alice, 1_000).expect_revert(code::TOKEN_MISBEHAVED);
}

#[test]
fn one_failing_token_holds_the_other_hostage() {
    let (mut chain, world) = World::with(100_000, 100_000);
    world.behave(&mut chain, 0, mode::FAILS);
    world.withdraw(&mut chain, world.alice, 50_000).expect_revert(code::TOKEN_REFUSED);
    let leave = (50_000_u128, 0_u128, 0_u128, FOREVER);
    chain.call(world.alice, world.pool, "withdraw_as_credit", &leave).ok();
    chain.call(world.alice, world.pool, "collect_credit", &(world.tokens[1], world.alice)).ok();
    assert_eq!(world.held(&chain, world.alice)[1], WEALTH - 50_000);
    let stuck = (world.tokens[0], world.alice);
    chain.call(world.alice, world.pool, "collect_credit", &stuck).expect_revert(code::TOKEN_REFUSED);
    // The credit is still there when the token works again.
    world.behave(&mut chain, 0, mode::HONEST);
    chain.call(world.alice, world.pool, "collect_credit", &stuck).ok();
}

#[test]
fn sandwich() {
    let (mut chain, world) = World::with(100_000, 100_000);
    let quote: u128 = chain.view(world.pool, "quote_exact_in", &(world.tokens[0], 5_000_u128)).unwrap();
    // Bob trades ahead of carol, whose limit is what she saw, and back after her.
    let bought = world.swap_in(&mut chain, world.bob, 0, 50_000).returns::<u128>();
    let trade = (world.tokens[0], 5_000_u128, quote, world.carol, FOREVER);
    chain.call(world.carol, world.pool, "swap_exact_in", &trade).expect_revert(code::SLIPPAGE);
    world.swap_in(&mut chain, world.bob, 1, bought).ok();
    assert!(world.held(&chain, world.bob)[0] < WEALTH);
    assert_eq!(world.held(&chain, world.carol), [WEALTH, WEALTH]);
}

#[test]
fn a_deposit_into_a_moved_price() {
    let (mut chain, world) = World::with(100_000, 100_000);
    let before = chain.snapshot();
    let wanted = world.deposit(&mut chain, world.carol, 10_000, 10_000).returns::<(u128, u128, u128)>().2;
    chain.revert(&before);
    world.swap_in(&mut chain, world.bob, 0, 50_000).ok();
    let deposit = (10_000_u128, 10_000_u128, wanted, world.carol, FOREVER);
    chain.call(world.carol, world.pool, "deposit", &deposit).expect_revert(code::SLIPPAGE);
}

#[test]
fn a_transaction_held_back() {
    let (mut chain, world) = World::with(100_000, 100_000);
    let deadline = chain.time().0 + 10_000;
    chain.warp(10_001);
    let trade = (world.tokens[0], 5_000_u128, 0_u128, world.carol, deadline);
    chain.call(world.carol, world.pool, "swap_exact_in", &trade).expect_revert(code::EXPIRED);
}

#[test]
fn rounding_direction() {
    let (mut chain, world) = World::with(3_000, 7_001);
    let (held, product) = (world.held(&chain, world.bob), world.product(&chain));
    // Back and forth with the smallest amounts, and in and out of the pool.
    for round in 0..40 {
        let side = round % 2;
        let _ = world.swap_out(&mut chain, world.bob, side, 1);
        let _ = world.swap_in(&mut chain, world.bob, 1 - side, 5);
        let _ = world.deposit(&mut chain, world.bob, 3, 7);
        let shares = world.shares(&chain, world.bob);
        let _ = world.withdraw(&mut chain, world.bob, shares);
    }
    let now = world.held(&chain, world.bob);
    let value = |held: [u128; 2]| held[0] * 7_001 + held[1] * 3_000;
    assert!(value(now) < value(held), "{now:?} after {held:?}");
    assert!(world.product(&chain) > product);
}

#[test]
fn a_price_moved_within_one_block() {
    let (mut chain, world) = World::with(100_000, 100_000);
    chain.warp(10_000);
    let trade = |side: usize, amount: u128| (world.tokens[side], amount, 0_u128, world.bob, FOREVER);
    let [first, second] = sums(&chain, &world);
    let out: u128 = chain.view(world.pool, "quote_exact_in", &(world.tokens[0], 900_000_u128)).unwrap();
    // There and back in one block, at a price eighty times off in between.
    let outcomes = chain.block(|block| {
        block.call(world.bob, world.pool, "swap_exact_in", &trade(0, 900_000));
        block.call(world.bob, world.pool, "swap_exact_in", &trade(1, out));
    });
    outcomes.iter().for_each(|outcome| {
        outcome.ok();
    });
    // The sums count the prices before the block, and none of the block.
    let pool = world.books(&chain);
    let low = |side: usize| u128::from_le_bytes(pool.books[side].price_sum[..16].try_into().unwrap());
    assert_eq!([low(0), low(1)], [first, second]);
}

#[test]
fn a_price_moved_for_one_second_counts_for_one_second() {
    let (mut chain, world) = World::with(100_000, 100_000);
    chain.warp(998_000);
    world.swap_in(&mut chain, world.bob, 1, 100_000).ok();
    // A block later, the price of the first token is about four times what it was for 999 of 1,000 seconds.
    let [first, _] = sums(&chain, &world);
    let average = ((first / 1_000_000) * 10_000) >> 80;
    assert!((10_000..10_040).contains(&average), "{average}");
}

#[test]
fn an_accumulator_overflows_and_locks_the_pool() {
    const RESERVE_MAX: u128 = (1 << 112) - 1;
    let (mut chain, world) = World::empty();
    chain.call(world.alice, world.tokens[1], "set_balance", &(world.alice, RESERVE_MAX)).ok();
    // The highest price that there can be, for three hundred thousand years.
    world.deposit(&mut chain, world.alice, 1, RESERVE_MAX).ok();
    chain.warp(10_000_000_000_000_000);
    let (first, second, _): ([u8; 32], [u8; 32], u64) = chain.view(world.pool, "price_sums", &()).unwrap();
    assert!(first[30] > 0 && second == [0; 32]);
    let shares = world.shares(&chain, world.alice);
    world.swap_in(&mut chain, world.alice, 0, 3).ok();
    world.withdraw(&mut chain, world.alice, shares).ok();
}

#[test]
fn front_run_allowance() {
    let (mut chain, world) = World::with(100_000, 100_000);
    let (alice, bob, pool) = (world.alice, world.bob, world.pool);
    chain.call(alice, pool, "approve", &(bob, 100_u128)).ok();
    // Alice wants 50 instead of 100; bob, who sees it coming, takes 100 first, and must not get 50 more.
    chain.call(bob, pool, "transfer_from", &(alice, bob, 100_u128)).ok();
    chain.call(alice, pool, "change_allowance", &(bob, 100_u128, 50_u128)).expect_revert(code::ALLOWANCE_DIFFERS);
    chain.call(bob, pool, "transfer_from", &(alice, bob, 1_u128)).expect_revert(code::INSUFFICIENT_ALLOWANCE);
}

#[test]
fn flash_value() {
    let (mut chain, world) = World::with(100_000, 100_000);
    let poor = chain.account("poor");
    chain.call(poor, world.tokens[0], "approve", &(world.pool, u128::MAX)).ok();
    // Who gets the tokens only by the trade cannot pay for it with them: the pool is paid before it pays.
    let trade = (world.tokens[0], 50_000_u128, u128::MAX, poor, FOREVER);
    chain.call(poor, world.pool, "swap_exact_out", &trade).expect_revert(code::TOKEN_REFUSED);
    assert_eq!(world.held(&chain, poor), [0, 0]);
    // Nor if what is bought, as soon as it moves, gets its buyer what has to be paid.
    let windfall = encode(&(poor, WEALTH));
    chain.call(poor, world.tokens[1], "call_back", &(world.tokens[0], "set_balance", windfall, false)).ok();
    chain.call(poor, world.pool, "swap_exact_out", &trade).expect_revert(code::TOKEN_REFUSED);
    assert_eq!(world.held(&chain, poor), [0, 0]);
    // It would, if it moved first: whoever has the money already is served, and the call back happens.
    world.swap_out(&mut chain, world.bob, 0, 50_000).ok();
    assert_eq!(world.held(&chain, poor), [WEALTH, 0]);
}

#[test]
fn shares_of_the_fees_of_others() {
    let (mut chain, world) = World::with(100_000, 100_000);
    for side in [0, 1, 0, 1] {
        world.swap_in(&mut chain, world.bob, side, 90_000).ok();
    }
    // Carol comes after the fees were earned and leaves at once: she takes none of them.
    let (_, _, shares) = world.deposit(&mut chain, world.carol, 50_000, 50_000).returns::<(u128, u128, u128)>();
    world.withdraw(&mut chain, world.carol, shares).ok();
    let held = world.held(&chain, world.carol);
    assert!(held[0] <= WEALTH && held[1] <= WEALTH);
}

#[test]
fn a_stolen_administrator() {
    let (mut chain, world) = World::with(100_000, 100_000);
    // There is nobody who could: no administrator, no pauser, no upgrader.
    for function in ["pause", "grant_role", "apply_upgrade", "set_fee", "mint"] {
        let refused = chain.call(world.alice, world.pool, function, &()).result.unwrap_err();
        assert_eq!(refused.reject_code(), Some(tacit_simulator::RejectCode::FunctionUnknown), "{function}");
    }
}
