//! What each function does, and every error.

use crate::*;

#[test]
fn a_price_is_split_into_fee_royalty_and_the_rest() {
    let mut world = World::new();
    let [alice, bob, _] = world.who;
    let nonce = world.listed(alice, 0, 1_003);
    let sold = world.buy(bob, 0, nonce, 1_003);
    let (fee, royalty) = (25u128, 100u128);
    sold.ok().expect_event("Sold", &(world.nft, 0u64, alice, bob, 1_003u128, fee, world.artist, royalty));
    assert_eq!(world.owner_of(0), bob);
    assert_eq!([world.fee_to, world.artist, alice].map(|who| world.credit(who)), [25, 100, 878]);
    assert_eq!(world.owed(), 1_003);
    let before = world.chain.balance(alice);
    assert_eq!(world.withdraw(alice).ok().returns::<u128>(), 878);
    assert_eq!(world.chain.balance(alice), Amount(before.0 + 878));
    world.withdraw(alice).expect_revert(code::NOTHING_OWED);
}

#[test]
fn a_listing_needs_a_price_a_time_and_a_holder() {
    let mut world = World::new();
    let [alice, bob, _] = world.who;
    let soon = world.in_time(DAY);
    let (past, far) = (world.in_time(0), world.in_time(181 * DAY));
    world.list(alice, 0, 0, soon).expect_revert(code::NO_PRICE);
    world.list(alice, 0, 1, past - 1).expect_revert(code::BAD_TIME);
    world.list(alice, 0, 1, far).expect_revert(code::BAD_TIME);
    world.list(bob, 0, 1, soon).expect_revert(code::NOT_OWNER);
    world.list(bob, 9, 1, soon).expect_revert(code::NOT_OWNER);
    let nobody = world.chain.account("nobody");
    let call = world.chain.call(alice, world.market, "list", &(nobody, 0u64, 1u128, soon));
    call.expect_revert(code::COLLECTION_FAILED);
}

#[test]
fn a_listing_is_bought_as_it_was_seen_or_not_at_all() {
    let mut world = World::new();
    let [alice, bob, _] = world.who;
    let nonce = world.listed(alice, 0, 100);
    world.buy(bob, 0, nonce, 99).expect_revert(code::WRONG_VALUE);
    world.buy(bob, 0, nonce, 101).expect_revert(code::WRONG_VALUE);
    world.buy(bob, 0, nonce + 1, 100).expect_revert(code::UNKNOWN_LISTING);
    world.buy(alice, 0, nonce, 100).expect_revert(code::OWN_TOKEN);
    world.chain.warp(DAY);
    world.buy(bob, 0, nonce, 100).expect_revert(code::EXPIRED);
    let nonce = world.listed(alice, 0, 100);
    world.chain.call(bob, world.market, "cancel_listing", &(world.nft, 0u64)).expect_revert(code::NOT_YOURS);
    let cancelled = world.chain.call(alice, world.market, "cancel_listing", &(world.nft, 0u64));
    cancelled.ok().expect_event("ListingCancelled", &(world.nft, 0u64, nonce));
    world.chain.call(alice, world.market, "cancel_listing", &(world.nft, 0u64)).expect_revert(code::UNKNOWN_LISTING);
    world.buy(bob, 0, nonce, 100).expect_revert(code::UNKNOWN_LISTING);
    assert_eq!(world.owed(), 0);
}

#[test]
fn approvals_are_checked_at_the_sale() {
    let mut world = World::new();
    let [alice, bob, _] = world.who;
    let nonce = world.listed(alice, 0, 100);
    world.chain.call(alice, world.nft, "set_operator", &(world.market, false)).ok();
    world.buy(bob, 0, nonce, 100).expect_revert(code::NOT_DELIVERED);
    // For one token is enough.
    world.chain.call(alice, world.nft, "approve", &(0u64, Some(world.market))).ok();
    world.buy(bob, 0, nonce, 100).ok();
    assert_eq!(world.owner_of(0), bob);
}

#[test]
fn an_offer_is_taken_by_whoever_holds_the_token() {
    let mut world = World::new();
    let [alice, bob, carol] = world.who;
    let id = world.offered(carol, 1, 400);
    assert_eq!(world.owed(), 400);
    world.by_id(alice, "accept", id).expect_revert(code::NOT_OWNER);
    world.by_id(alice, "accept", id + 1).expect_revert(code::UNKNOWN_OFFER);
    world.give(bob, alice, 1);
    world.by_id(alice, "accept", id).ok();
    assert_eq!((world.owner_of(1), world.credit(alice), world.credit(world.fee_to)), (carol, 390, 10));
    world.by_id(carol, "accept", id).expect_revert(code::UNKNOWN_OFFER);
}

#[test]
fn an_offer_comes_back_before_and_after_its_time() {
    let mut world = World::new();
    let [alice, bob, _] = world.who;
    let past = world.in_time(0) - 1;
    world.offer(alice, 1, 5, past).expect_revert(code::BAD_TIME);
    world.offer(alice, 1, 0, past + DAY).expect_revert(code::NO_PRICE);
    let (first, second) = (world.offered(alice, 1, 5), world.offered(alice, 1, 7));
    world.by_id(bob, "cancel_offer", first).expect_revert(code::NOT_YOURS);
    world.by_id(alice, "cancel_offer", first).ok().expect_event("OfferCancelled", &(first,));
    world.by_id(alice, "cancel_offer", first).expect_revert(code::UNKNOWN_OFFER);
    world.chain.warp(2 * DAY);
    world.by_id(bob, "accept", second).expect_revert(code::EXPIRED);
    world.by_id(alice, "cancel_offer", second).ok();
    assert_eq!(world.withdraw(alice).ok().returns::<u128>(), 12);
    assert_eq!((world.owed(), world.chain.balance(world.market)), (0, Amount(0)));
}

#[test]
fn nobody_takes_its_own_offer() {
    let mut world = World::new();
    let [alice, ..] = world.who;
    let id = world.offered(alice, 0, 5);
    world.by_id(alice, "accept", id).expect_revert(code::OWN_TOKEN);
}

#[test]
fn an_auction_goes_to_the_highest_bid() {
    let mut world = World::new();
    let [alice, bob, carol] = world.who;
    let id = world.auctioned(alice, 0, 100, 200);
    world.bid(alice, id, 100).expect_revert(code::OWN_TOKEN);
    world.bid(bob, id, 99).expect_revert(code::BID_TOO_LOW);
    world.bid(bob, id + 1, 99).expect_revert(code::UNKNOWN_AUCTION);
    world.bid(bob, id, 101).ok();
    // 5 % of 101, rounded up.
    assert_eq!(world.chain.view::<u128>(world.market, "next_bid", &(id,)), Ok(107));
    world.bid(carol, id, 106).expect_revert(code::BID_TOO_LOW);
    world.bid(carol, id, 1_000).ok();
    assert_eq!((world.credit(bob), world.owed()), (101, 1_101));
    world.by_id(alice, "cancel_auction", id).expect_revert(code::HAS_BID);
    world.by_id(bob, "settle", id).expect_revert(code::NOT_ENDED);
    world.chain.warp(DAY);
    world.bid(bob, id, 2_000).expect_revert(code::EXPIRED);
    assert!(world.by_id(bob, "settle", id).ok().returns::<bool>());
    assert_eq!(world.owner_of(0), carol);
    assert_eq!([world.fee_to, world.artist, alice].map(|who| world.credit(who)), [25, 100, 875]);
    world.by_id(bob, "settle", id).expect_revert(code::UNKNOWN_AUCTION);
}

#[test]
fn a_bid_near_the_end_leaves_time_for_another() {
    let mut world = World::new();
    let [alice, bob, carol] = world.who;
    let id = world.auctioned(alice, 0, 100, 100);
    world.chain.warp(DAY - 2 * MINUTE);
    let now = world.in_time(0);
    let placed = world.bid(bob, id, 100);
    placed.ok().expect_event("BidPlaced", &(id, bob, 100u128, now + 10 * MINUTE));
    world.chain.warp(9 * MINUTE);
    world.bid(carol, id, 105).ok();
    world.chain.warp(9 * MINUTE);
    world.by_id(bob, "settle", id).expect_revert(code::NOT_ENDED);
    world.chain.warp(MINUTE);
    assert!(world.by_id(bob, "settle", id).ok().returns::<bool>());
    assert_eq!(world.owner_of(0), carol);
}

#[test]
fn a_failed_auction_gives_everything_back() {
    let mut world = World::new();
    let [alice, bob, carol] = world.who;
    let (low, taken) = (world.auctioned(alice, 0, 10, 100), world.auctioned(alice, 0, 10, 10));
    world.bid(bob, low, 99).ok();
    world.bid(carol, taken, 50).ok();
    world.chain.warp(DAY);
    assert!(!world.by_id(carol, "settle", low).ok().returns::<bool>());
    world.chain.last().expect_event("AuctionFailed", &(low,));
    world.chain.call(alice, world.nft, "set_operator", &(world.market, false)).ok();
    world.by_id(carol, "settle", taken).expect_revert(code::NOT_DELIVERED);
    world.chain.warp(DAY - HOUR);
    world.by_id(carol, "settle", taken).expect_revert(code::NOT_DELIVERED);
    world.chain.warp(HOUR);
    assert!(!world.by_id(carol, "settle", taken).ok().returns::<bool>());
    assert_eq!((world.credit(bob), world.credit(carol), world.owner_of(0)), (99, 50, alice));
    assert_eq!(world.credit(world.artist) + world.credit(world.fee_to), 0);
}

#[test]
fn an_auction_whose_token_is_gone_ends_early() {
    let mut world = World::new();
    let [alice, bob, carol] = world.who;
    let id = world.auctioned(alice, 0, 10, 10);
    world.bid(bob, id, 50).ok();
    world.give(alice, carol, 0);
    assert!(!world.by_id(carol, "settle", id).ok().returns::<bool>());
    assert_eq!(world.withdraw(bob).ok().returns::<u128>(), 50);
}

#[test]
fn an_auction_needs_a_start_a_reserve_a_time_and_a_holder() {
    let mut world = World::new();
    let [alice, bob, _] = world.who;
    let (soon, far) = (world.in_time(HOUR), world.in_time(32 * DAY));
    world.auction(alice, 0, 0, 5, soon).expect_revert(code::NO_PRICE);
    world.auction(alice, 0, 6, 5, soon).expect_revert(code::RESERVE_TOO_LOW);
    world.auction(alice, 0, 5, 5, far).expect_revert(code::BAD_TIME);
    world.auction(bob, 0, 5, 5, soon).expect_revert(code::NOT_OWNER);
    let id = world.auctioned(alice, 0, 5, 5);
    world.by_id(bob, "cancel_auction", id).expect_revert(code::NOT_YOURS);
    world.by_id(alice, "cancel_auction", id).ok();
    world.by_id(alice, "cancel_auction", id).expect_revert(code::UNKNOWN_AUCTION);
    world.bid(bob, id, 5).expect_revert(code::UNKNOWN_AUCTION);
}

#[test]
fn the_fee_falls_and_never_rises() {
    let mut world = World::new();
    let (admin, fee_to, market) = (world.admin, world.fee_to, world.market);
    let set = |world: &mut World, rate: u128| world.chain.call(admin, market, "set_fee", &(rate, fee_to));
    set(&mut world, 0).expect_revert(code::MISSING_ROLE);
    world.chain.call(admin, market, "grant_role", &(FEE_KEEPER, admin)).ok();
    set(&mut world, FEE_POINTS * POINT + 1).expect_revert(code::FEE_TOO_HIGH);
    set(&mut world, POINT).ok().expect_event("FeeSet", &(POINT, fee_to));
    set(&mut world, FEE_POINTS * POINT).expect_revert(code::FEE_TOO_HIGH);
    assert_eq!(world.chain.view::<(u128, Address)>(market, "fee", &()), Ok((POINT, fee_to)));
    let code = world.chain.deploy(&module("market")).unwrap();
    let greedy = world.chain.instantiate(admin, code, &(501 * POINT, fee_to));
    assert_eq!(greedy.unwrap_err().contract_code(), Some(code::FEE_TOO_HIGH));
}

#[test]
fn a_pause_stops_trading_and_nobody_who_takes_money_out() {
    let mut world = World::new();
    let ([alice, bob, carol], admin) = (world.who, world.admin);
    let (nonce, offer) = (world.listed(alice, 0, 10), world.offered(carol, 1, 10));
    let auction = world.auctioned(bob, 1, 10, 10);
    world.bid(alice, auction, 20).ok();
    world.chain.call(admin, world.market, "grant_role", &(1u8, admin)).ok();
    world.chain.call(admin, world.market, "pause", &(0u8, 2 * DAY)).ok();
    let soon = world.in_time(DAY);
    world.list(alice, 0, 1, soon).expect_revert(code::PAUSED);
    world.buy(bob, 0, nonce, 10).expect_revert(code::PAUSED);
    world.offer(bob, 0, 10, soon).expect_revert(code::PAUSED);
    world.by_id(bob, "accept", offer).expect_revert(code::PAUSED);
    world.auction(alice, 0, 1, 1, soon).expect_revert(code::PAUSED);
    world.bid(carol, auction, 30).ok();
    world.by_id(carol, "cancel_offer", offer).ok();
    world.withdraw(carol).ok();
    world.withdraw(alice).ok();
    world.chain.warp(DAY);
    assert!(world.by_id(carol, "settle", auction).ok().returns::<bool>());
    assert_eq!(world.owner_of(1), carol);
    world.withdraw(bob).ok();
}

/// A shielded transaction calls from an address that never acts again.
#[test]
fn an_offer_and_a_bid_can_be_for_somebody_else() {
    let mut world = World::new();
    let ([alice, bob, carol], market) = (world.who, world.market);
    let once = world.chain.account("once");
    let soon = world.in_time(DAY);
    let mut offer = || {
        let arguments = (world.nft, 1u64, soon, Some(carol));
        world.chain.call_paying(once, market, "offer", &arguments, Amount(40)).ok().returns::<u64>()
    };
    let (taken, back) = (offer(), offer());
    world.by_id(once, "cancel_offer", back).expect_revert(code::NOT_YOURS);
    world.by_id(carol, "cancel_offer", back).ok();
    world.by_id(bob, "accept", taken).ok();
    assert_eq!((world.owner_of(1), world.credit(carol), world.credit(once)), (carol, 40, 0));
    let ends = world.in_time(DAY);
    let id = world.auctioned(alice, 0, 10, 10);
    let mut bid = |to: Address, bid: u128| world.chain.call_paying(once, market, "bid", &(id, Some(to)), Amount(bid));
    bid(alice, 10).expect_revert(code::OWN_TOKEN);
    bid(carol, 10).ok().expect_event("BidPlaced", &(id, carol, 10u128, ends));
    bid(bob, 20).ok();
    assert_eq!((world.credit(carol), world.credit(once)), (50, 0));
    world.chain.warp(DAY);
    assert!(world.by_id(alice, "settle", id).ok().returns::<bool>());
    assert_eq!(world.owner_of(0), bob);
}

#[test]
fn a_withdrawal_that_cannot_be_paid_stays_owed() {
    let mut world = World::new();
    let [alice, _, carol] = world.who;
    let id = world.offered(alice, 1, 12);
    world.by_id(alice, "cancel_offer", id).ok();
    // No call can bring this about: the state is written, and what always holds does not.
    let market = world.market;
    world.chain.attempt(|chain| {
        chain.deal(market, Amount(11));
        chain.call(alice, market, "withdraw", &(alice,)).expect_revert(code::NOT_PAID);
        let left = ["credit_of", "owed"].map(|view| {
            let input = if view == "owed" { Vec::new() } else { tacit_simulator::encode(&alice) };
            chain.view_bytes(market, view, &input).unwrap()
        });
        assert_eq!(left, [12_u128; 2].map(|amount| tacit_simulator::encode(&amount)));
    });
    let to = world.chain.call(alice, world.market, "withdraw", &(carol,));
    to.ok().expect_event("Withdrawn", &(alice, carol, 12u128));
}
