//! Collections that keep the words of their interface and not its sense, and callers who put other calls around a sale. Each
//! may spoil a sale of its own token; none may cost anybody else a token or a unit.

use crate::liar::{Liar, with_liar};
use crate::*;
use tacit_contract_tests::guest::{escaped, guest};
use tacit_simulator::{Gas, RejectCode};

/// Somebody bids for a token of the collection, and the auction ends: whether it was sold, and who has what then. What
/// cannot be delivered is tried again after the grace.
fn settled(world: &mut World) -> bool {
    let [alice, bob, carol] = world.who;
    let id = world.auctioned(alice, 0, 10, 10);
    world.bid(bob, id, 30).ok();
    world.chain.warp(DAY);
    let outcome = world.by_id(carol, "settle", id);
    if outcome.result.is_ok() {
        return outcome.returns();
    }
    outcome.expect_revert(code::NOT_DELIVERED);
    assert_eq!((world.credit(bob), world.owed()), (0, 30));
    world.chain.warp(DAY);
    world.by_id(carol, "settle", id).ok().returns()
}

/// The bid is with its bidder or with the seller, and never with both or with nobody.
#[track_caller]
fn paid_once(world: &World, sold: bool) {
    let [alice, bob, _] = world.who;
    let seller = world.credit(alice) + world.credit(world.artist) + world.credit(world.fee_to);
    assert_eq!((seller, world.credit(bob)), if sold { (30, 0) } else { (0, 30) });
    assert_eq!((world.owed(), world.chain.balance(world.market).0), (30, 30));
}

#[test]
fn a_transfer_that_returns_something_is_a_transfer_where_the_token_arrived() {
    for length in [1, 16, 1_000] {
        let transfer = format!("(call $arrive) (call $return_data (i32.const 0) (i32.const {length}))");
        let (mut world, _) = with_liar(Liar { transfer, ..Liar::default() });
        assert!(settled(&mut world), "{length} bytes");
        assert_eq!(world.owner_of(0), world.who[1]);
        paid_once(&world, true);
    }
}

#[test]
fn a_transfer_that_returns_something_and_moves_nothing_is_none() {
    let transfer = "(call $return_data (i32.const 0) (i32.const 1))".to_string();
    let (mut world, _) = with_liar(Liar { transfer, ..Liar::default() });
    assert!(!settled(&mut world));
    assert_eq!(world.owner_of(0), world.who[0]);
    paid_once(&world, false);
}

#[test]
fn a_transfer_that_moves_the_token_and_then_fails_moves_nothing() {
    for end in ["unreachable", "(call $revert (i32.const 7) (i32.const 0) (i32.const 0))", "(loop $again (br $again))"]
    {
        let (mut world, _) = with_liar(Liar { transfer: format!("(call $arrive) {end}"), ..Liar::default() });
        assert!(!settled(&mut world), "{end}");
        assert_eq!(world.owner_of(0), world.who[0]);
        paid_once(&world, false);
    }
}

#[test]
fn a_transfer_that_gives_the_token_to_somebody_else_is_none() {
    // The arguments lie at 1024: from whom, to whom, which. The seller is made the holder again.
    let transfer = "(call $input_copy (i32.const 1056) (i32.const 0) (i32.const 32)) (call $arrive)".to_string();
    let (mut world, _) = with_liar(Liar { transfer, ..Liar::default() });
    assert!(!settled(&mut world));
    paid_once(&world, false);
}

#[test]
fn a_transfer_that_eats_all_gas_leaves_enough_to_pay_back() {
    let (mut world, _) = with_liar(Liar { transfer: "(loop $again (br $again))".into(), ..Liar::default() });
    let [alice, bob, carol] = world.who;
    let id = world.auctioned(alice, 0, 10, 10);
    world.bid(bob, id, 30).ok();
    world.chain.warp(2 * DAY);
    // Whatever gas the settlement gets, it ends with the bid paid back, or leaves everything as it was.
    for gas in (800_000..14_000_000).step_by(400_000) {
        world.chain.set_gas_limit(Gas(gas));
        if world.by_id(carol, "settle", id).result.is_ok() {
            return paid_once(&world, false);
        }
        assert_eq!((world.credit(bob), world.owed()), (0, 30));
    }
    panic!("no gas was enough");
}

#[test]
fn a_transfer_that_enters_the_market_through_somebody_else_is_refused() {
    let mut world = World::new();
    let market = escaped(&world.market.0);
    // The collection calls a friend, the friend calls the market: it is on the stack all the same.
    let friend = guest(
        &mut world.chain,
        "friend",
        &format!(
            r#"(data (i32.const 512) "{market}") (data (i32.const 544) "withdraw") (data (i32.const 576) "Tried")
            (func (export "go") (call $self (i32.const 0))
                (i32.store (i32.const 128) (call $call (i32.const 512) (i32.const 544) (i32.const 8)
                    (i32.const 0) (i32.const 32) (i32.const 64) (i64.const -1) (i32.const 3)))
                (drop (call $emit (i32.const 576) (i32.const 1) (i32.const 128) (i32.const 4))))"#
        ),
    );
    let transfer = "(drop (call $try_call (i32.const 2048) (i32.const 2080) (i32.const 2) (i32.const 0) (i32.const 0)
        (i32.const 700) (i64.const -1) (i32.const 3))) (call $arrive)";
    let more = format!(r#"(data (i32.const 2048) "{}") (data (i32.const 2080) "go")"#, escaped(&friend.0));
    world.nft = Liar { transfer: transfer.into(), more, ..Liar::default() }.deploy(&mut world);
    let [alice, bob, carol] = world.who;
    let id = world.auctioned(alice, 0, 10, 10);
    world.bid(bob, id, 30).ok();
    world.chain.warp(2 * DAY);
    let outcome = world.by_id(carol, "settle", id);
    outcome.ok().expect_event_from(friend, "Tried", &(-7_i32,));
    paid_once(&world, outcome.returns());
}

/// A contract that defers `settle`, with or without other calls before it.
fn deferring(world: &mut World, calls_before: u32) -> Address {
    let (market, nft) = (escaped(&world.market.0), escaped(&world.nft.0));
    let before =
        "(drop (call $view (i32.const 544) (i32.const 600) (i32.const 5) (i32.const 0) (i32.const 0) (i64.const -1)
        (i32.const 0)))"
            .repeat(usize::try_from(calls_before).unwrap());
    let body = format!(
        r#"(data (i32.const 512) "{market}") (data (i32.const 544) "{nft}") (data (i32.const 576) "settle")
        (data (i32.const 600) "owner")
        (func (export "go") (call $input_copy (i32.const 0) (i32.const 0) (i32.const 16)) {before}
            (drop (call $defer (i32.const 512) (i32.const 576) (i32.const 6) (i32.const 0) (i32.const 8)
                (i32.const 64) (i64.load (i32.const 8)))))"#
    );
    guest(&mut world.chain, "deferring", &body)
}

#[test]
fn a_deferred_settlement_takes_neither_the_token_nor_the_bid() {
    let mut world = World::new();
    let [alice, bob, carol] = world.who;
    let id = world.auctioned(alice, 0, 10, 10);
    world.bid(bob, id, 30).ok();
    world.chain.warp(DAY);
    for calls_before in [0, 1, 40] {
        let proxy = deferring(&mut world, calls_before);
        // From far too little gas to more than enough.
        for gas in [100_000_u64, 3_000_000, 9_000_000, 40_000_000] {
            assert!(world.chain.call(carol, proxy, "go", &(id, gas)).result.is_err(), "{calls_before}, {gas}");
            assert_eq!((world.owner_of(0), world.credit(bob), world.owed()), (alice, 0, 30));
        }
        world.chain.call(carol, proxy, "go", &(id, 40_000_000_u64)).expect_revert(code::DIRECT_ONLY);
    }
    assert!(world.by_id(carol, "settle", id).ok().returns::<bool>());
    assert_eq!(world.owner_of(0), bob);
    let paid = [alice, world.artist, world.fee_to].map(|who| world.credit(who));
    assert_eq!((paid.iter().sum::<u128>(), world.credit(bob), world.owed()), (30, 0, 30));
}

/// A deferred call that fails takes the whole transaction with it: a collection that defers one in its transfer could stop
/// every settlement, and with it hold the bid for ever.
#[test]
fn a_transfer_that_defers_a_call_which_fails_holds_no_bid() {
    let transfer = "(drop (call $defer (i32.const 64) (i32.const 2048) (i32.const 7) (i32.const 0) (i32.const 0)
        (i32.const 700) (i64.const 1000000))) (call $arrive)";
    let more = r#"(data (i32.const 2048) "nowhere")"#.into();
    let (mut world, _) = with_liar(Liar { transfer: transfer.into(), more, ..Liar::default() });
    let [alice, bob, carol] = world.who;
    let id = world.auctioned(alice, 0, 10, 10);
    world.bid(bob, id, 30).ok();
    world.chain.warp(2 * DAY);
    let sold: bool = world.by_id(carol, "settle", id).ok().returns();
    paid_once(&world, sold);
}

#[test]
fn a_collection_that_says_nothing_about_its_tokens_cannot_be_offered_for_sale() {
    let mut world = World::new();
    let [alice, bob, _] = world.who;
    world.nft = guest(&mut world.chain, "mute", "");
    let soon = world.in_time(DAY);
    world.list(alice, 0, 5, soon).expect_revert(code::COLLECTION_FAILED);
    world.auction(alice, 0, 5, 5, soon).expect_revert(code::COLLECTION_FAILED);
    // An offer for it can be made, since nobody is asked, and taken back.
    let offer = world.offered(bob, 0, 9);
    assert!(world.by_id(alice, "accept", offer).result.is_err());
    world.by_id(bob, "cancel_offer", offer).ok();
    assert_eq!((world.credit(bob), world.owed()), (9, 9));
    let nowhere = world.chain.account("nowhere");
    world.nft = nowhere;
    world.list(alice, 0, 5, soon).expect_revert(code::COLLECTION_FAILED).expect_reject(RejectCode::ContractReverted);
}
