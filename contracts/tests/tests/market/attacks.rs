//! Losses that marketplaces have had, each tried.

use crate::liar::{BROKEN, FAIL_IF_BROKEN, Liar, with_liar};
use crate::*;
use tacit_simulator::Gas;

/// A listing that was forgotten must not sell the token when it comes back later, for a price of long ago.
#[test]
fn stale_listing_after_the_token_came_back() {
    let mut world = World::new();
    let [alice, bob, carol] = world.who;
    let nonce = world.listed(alice, 0, 5);
    world.give(alice, carol, 0);
    world.buy(bob, 0, nonce, 5).expect_revert(code::LISTING_VOID);
    world.give(carol, alice, 0);
    world.buy(bob, 0, nonce, 5).expect_revert(code::LISTING_VOID);
    assert_eq!(world.owner_of(0), alice);
}

/// A second listing replaces the first: the lower price of before cannot be had any more.
#[test]
fn an_older_cheaper_listing() {
    let mut world = World::new();
    let [alice, bob, _] = world.who;
    let cheap = world.listed(alice, 0, 5);
    let dear = world.listed(alice, 0, 500);
    world.buy(bob, 0, cheap, 5).expect_revert(code::UNKNOWN_LISTING);
    world.buy(bob, 0, dear, 500).ok();
}

/// A seller who sees a purchase coming and raises the price gets nothing; neither does who lowers an offer.
#[test]
fn price_changed_in_front_of_a_purchase() {
    let mut world = World::new();
    let [alice, bob, carol] = world.who;
    let nonce = world.listed(alice, 0, 5);
    world.listed(alice, 0, 50);
    world.buy(bob, 0, nonce, 50).expect_revert(code::UNKNOWN_LISTING);
    let offer = world.offered(carol, 0, 100);
    world.by_id(carol, "cancel_offer", offer).ok();
    world.offered(carol, 0, 1);
    world.by_id(alice, "accept", offer).expect_revert(code::UNKNOWN_OFFER);
}

/// One payment must not buy twice, nor one sale pay twice.
#[test]
fn double_execution_of_a_sale() {
    let mut world = World::new();
    let [alice, bob, carol] = world.who;
    let nonce = world.listed(alice, 0, 100);
    let outcomes = world.chain.block(|block| {
        for buyer in [bob, carol] {
            block.call_paying(buyer, world.market, "buy", &(world.nft, 0u64, nonce), Amount(100));
        }
    });
    outcomes[0].ok();
    outcomes[1].expect_revert(code::UNKNOWN_LISTING);
    assert_eq!((world.credit(alice), world.owed()), (88, 100));
}

/// A collection that asks for more than everything gets the cap, and the seller the rest.
#[test]
fn royalty_of_more_than_the_price() {
    let mut world = World::new();
    let greedy = world.chain.account("greedy");
    for royalty in [101, 1_000, 1_001, u128::MAX] {
        let (mut world, _) = with_liar(Liar { royalty_to: greedy, royalty, ..Liar::default() });
        let [alice, bob, _] = world.who;
        let nonce = world.listed(alice, 0, 1_000);
        world.buy(bob, 0, nonce, 1_000).ok();
        assert_eq!((world.credit(greedy), world.credit(alice)), (100, 875), "{royalty}");
        assert_eq!(world.owed(), 1_000);
    }
}

/// A royalty for nobody stays with the seller instead of lying in the market for ever.
#[test]
fn royalty_for_the_zero_address() {
    let (mut world, _) = with_liar(Liar { royalty: 100, ..Liar::default() });
    let [alice, bob, _] = world.who;
    let nonce = world.listed(alice, 0, 1_000);
    world.buy(bob, 0, nonce, 1_000).ok();
    assert_eq!((world.credit(alice), world.credit(Address([0; 32]))), (975, 0));
}

/// Nor does a fee for nobody.
#[test]
fn fee_for_the_zero_address() {
    let mut world = World::new();
    let ([alice, bob, _], admin) = (world.who, world.admin);
    world.chain.call(admin, world.market, "grant_role", &(FEE_KEEPER, admin)).ok();
    world.chain.call(admin, world.market, "set_fee", &(FEE_POINTS * POINT, Address([0; 32]))).ok();
    let nonce = world.listed(alice, 0, 1_000);
    world.buy(bob, 0, nonce, 1_000).ok();
    assert_eq!((world.credit(alice), world.credit(Address([0; 32]))), (900, 0));
}

/// A collection that says it moved the token, and did not, gets no money out of anybody.
#[test]
fn fake_delivery() {
    let (mut world, _) = with_liar(Liar { transfer: String::new(), ..Liar::default() });
    let [alice, bob, carol] = world.who;
    let nonce = world.listed(alice, 0, 100);
    world.buy(bob, 0, nonce, 100).expect_revert(code::NOT_DELIVERED);
    let offer = world.offered(bob, 0, 100);
    world.by_id(alice, "accept", offer).expect_revert(code::NOT_DELIVERED);
    let auction = world.auctioned(alice, 0, 10, 10);
    world.bid(carol, auction, 30).ok();
    world.chain.warp(DAY);
    world.by_id(alice, "settle", auction).expect_revert(code::NOT_DELIVERED);
    world.chain.warp(DAY);
    assert!(!world.by_id(alice, "settle", auction).ok().returns::<bool>());
    assert_eq!((world.credit(alice), world.credit(carol)), (0, 30));
}

/// A collection that fails, or burns all gas, holds up nobody's money.
#[test]
fn griefing_by_a_collection_that_fails() {
    for transfer in ["unreachable", "(loop $again (br $again))"] {
        let (mut world, honest) = with_liar(Liar { transfer: transfer.into(), ..Liar::default() });
        let [alice, bob, carol] = world.who;
        let nonce = world.listed(alice, 0, 100);
        world.buy(bob, 0, nonce, 100).expect_revert(code::NOT_DELIVERED);
        let auction = world.auctioned(alice, 0, 10, 10);
        world.bid(carol, auction, 30).ok();
        world.chain.warp(2 * DAY);
        assert!(!world.by_id(bob, "settle", auction).ok().returns::<bool>());
        assert_eq!(world.withdraw(carol).ok().returns::<u128>(), 30);
        world.nft = honest;
        let nonce = world.listed(alice, 0, 100);
        world.buy(bob, 0, nonce, 100).ok();
    }
}

/// A collection that succeeds and has taken all events of the whole call would end the market with its own next
/// event, every time: the auction would never be settled and the winner's bid be locked.
#[test]
fn a_collection_that_uses_up_the_events_of_the_sale() {
    // All of them, one less than all, all bytes; and as many as a callee may have, with which the sale goes through.
    for (events, bytes, sold) in
        [(256, 0, false), (255, 0, false), (4, 16_384, false), (192, 0, true), (3, 16_384, true)]
    {
        let more = format!(
            "(func $flood (local $left i32) (local.set $left (i32.const {events}))
                (loop (drop (call $emit (i32.const 0) (i32.const 0) (i32.const 0) (i32.const {bytes})))
                    (br_if 0 (local.tee $left (i32.sub (local.get $left) (i32.const 1))))))"
        );
        let (mut world, _) =
            with_liar(Liar { transfer: "(call $flood) (call $arrive)".into(), more, ..Liar::default() });
        let [alice, bob, carol] = world.who;
        let auction = world.auctioned(alice, 0, 10, 10);
        world.bid(carol, auction, 1_000).ok();
        // A delivery that fails ends an auction only a day later.
        world.chain.warp(2 * DAY);
        assert_eq!(world.by_id(bob, "settle", auction).ok().returns::<bool>(), sold);
        let (winner, seller) = if sold { (0, 975) } else { (1_000, 0) };
        assert_eq!((world.credit(carol), world.credit(alice)), (winner, seller));
        if !sold {
            assert_eq!(world.withdraw(carol).ok().returns::<u128>(), 1_000, "the bid comes back");
        }
    }
}

/// A collection that does not say who gets royalties is not sold without: the sale fails.
#[test]
fn royalty_avoided_by_a_question_that_fails() {
    let (mut world, _) = with_liar(Liar { before_royalty: "(loop $again (br $again))", ..Liar::default() });
    let [alice, bob, _] = world.who;
    let nonce = world.listed(alice, 0, 100);
    world.buy(bob, 0, nonce, 100).expect_revert(code::NOT_DELIVERED);
}

/// A collection that calls back while a sale runs is refused by the chain, also to look (read-only reentrancy).
#[test]
fn reentrancy_from_the_collection() {
    let call = |function: u32, length: u32, input: u32| {
        format!(
            "(call $try_call (i32.const 64) (i32.const {function}) (i32.const {length}) (i32.const 1056)
                 (i32.const {input}) (i32.const 700) (i64.const -1) (i32.const 0))"
        )
    };
    let look = "(call $static_call (i32.const 64) (i32.const 168) (i32.const 4) (i32.const 0) (i32.const 0)
                (i64.const -1) (i32.const 0))";
    for attempt in [call(144, 8, 32), call(160, 6, 8), look.into()] {
        let keep = "(drop (call $set (i32.const 136) (i32.const 4) (i32.const 800) (i32.const 4)))";
        let transfer = format!("(i32.store (i32.const 800) {attempt}) {keep} (call $arrive)");
        let (mut world, _) = with_liar(Liar { transfer, ..Liar::default() });
        let [alice, bob, _] = world.who;
        let id = world.offered(alice, 0, 7);
        world.by_id(alice, "cancel_offer", id).ok();
        let nonce = world.listed(alice, 0, 100);
        world.buy(bob, 0, nonce, 100).ok();
        // What the host answered to the collection: it is on the stack already.
        let answer = world.chain.storage(world.nft, b"seen").unwrap();
        assert_eq!(i32::from_le_bytes(answer.try_into().unwrap()), REENTRY_DENIED);
        assert_eq!((world.credit(alice), world.owed()), (7 + 98, 107));
    }
}

/// The host's answer to who enters a contract that runs.
const REENTRY_DENIED: i32 = -7;

/// Who settles with too little gas must not make the collection fail, and so take a sale from buyer and seller.
#[test]
fn gas_starved_settlement() {
    let mut world = World::new();
    let [alice, bob, carol] = world.who;
    let id = world.auctioned(alice, 0, 10, 10);
    world.bid(bob, id, 50).ok();
    world.chain.warp(DAY);
    let mut refused = 0;
    for gas in (100_000..12_000_000).step_by(100_000) {
        world.chain.set_gas_limit(Gas(gas));
        let outcome = world.by_id(carol, "settle", id);
        if outcome.result.is_ok() {
            assert!(outcome.returns::<bool>(), "with {gas} gas the sale was lost");
            assert_eq!(world.owner_of(0), bob);
            assert!(refused > 10, "{refused}");
            return;
        }
        refused += u32::from(outcome.result.unwrap_err().contract_code() == Some(code::TOO_LITTLE_GAS));
    }
    panic!("no gas was enough");
}

/// Nor with a stack so deep that the collection cannot be called: contracts do not settle.
#[test]
fn call_depth_settlement() {
    let mut world = World::new();
    let [alice, bob, carol] = world.who;
    let id = world.auctioned(alice, 0, 10, 10);
    world.bid(bob, id, 50).ok();
    world.chain.warp(DAY);
    let market: String = world.market.0.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let proxy = format!(
        r#"(module
        (import "v1" "input_copy" (func $input_copy (param i32 i32 i32)))
        (import "v1" "call" (func $call (param i32 i32 i32 i32 i32 i32 i64 i32) (result i32)))
        (memory 1) (data (i32.const 0) "{market}") (data (i32.const 32) "settle")
        (func (export "init"))
        (func (export "go") (call $input_copy (i32.const 64) (i32.const 0) (i32.const 8))
            (drop (call $call (i32.const 0) (i32.const 32) (i32.const 6) (i32.const 64) (i32.const 8) (i32.const 96)
                (i64.const -1) (i32.const 0)))))"#
    );
    let code = world.chain.deploy(&wat::parse_str(proxy).unwrap()).unwrap();
    let proxy = world.chain.instantiate(carol, code, &()).unwrap();
    world.chain.call(carol, proxy, "go", &(id,)).expect_revert(code::DIRECT_ONLY);
    assert!(world.by_id(carol, "settle", id).ok().returns::<bool>());
}

/// Nor by whatever lets the delivery, or the question whether the token is still there, fail for a while: a bidder who
/// would rather not buy must not get out, nor a seller be robbed of the sale.
#[test]
fn delivery_made_to_fail_for_a_while() {
    for liar in [
        Liar { transfer: format!("{FAIL_IF_BROKEN} (call $arrive)"), ..Liar::default() },
        Liar { before_royalty: FAIL_IF_BROKEN, ..Liar::default() },
        Liar { before_owner: FAIL_IF_BROKEN, ..Liar::default() },
    ] {
        let (mut world, _) = with_liar(liar);
        let [alice, bob, carol] = world.who;
        let id = world.auctioned(alice, 0, 10, 10);
        world.bid(bob, id, 50).ok();
        world.chain.warp(DAY);
        world.chain.set_storage(world.nft, BROKEN, Some(vec![1]));
        world.by_id(bob, "settle", id).expect_revert(code::NOT_DELIVERED);
        assert_eq!((world.credit(bob), world.owed()), (0, 50));
        world.chain.set_storage(world.nft, BROKEN, None);
        assert!(world.by_id(carol, "settle", id).ok().returns::<bool>());
        assert_eq!((world.owner_of(0), world.credit(alice), world.credit(bob)), (bob, 49, 0));
    }
}

/// Who may pause must not choose who wins: bidding goes on as time does.
#[test]
fn auction_decided_by_a_pause() {
    let mut world = World::new();
    let ([alice, bob, carol], admin) = (world.who, world.admin);
    world.chain.call(admin, world.market, "grant_role", &(1u8, admin)).ok();
    let id = world.auctioned(alice, 0, 10, 10);
    world.bid(bob, id, 10).ok();
    world.chain.call(admin, world.market, "pause", &(0u8, 2 * DAY)).ok();
    world.bid(carol, id, 1_000).ok();
    world.chain.warp(DAY);
    assert!(world.by_id(bob, "settle", id).ok().returns::<bool>());
    assert_eq!((world.owner_of(0), world.credit(bob)), (carol, 10));
}

/// A bidder that cannot be paid must not stop the next bid: nobody is paid while bidding.
#[test]
fn bidder_who_cannot_be_paid() {
    let mut world = World::new();
    let [alice, bob, carol] = world.who;
    // A contract without any function bids, and can never fetch its money.
    let silent = wat::parse_str(r#"(module (memory 1) (func (export "init")))"#).unwrap();
    let code = world.chain.deploy(&silent).unwrap();
    let stuck = world.chain.instantiate(bob, code, &()).unwrap();
    world.chain.deal(stuck, Amount(1_000));
    let id = world.auctioned(alice, 0, 10, 10);
    world.chain.prank(stuck).call_paying(stuck, world.market, "bid", &(id, None::<Address>), Amount(10)).ok();
    world.bid(carol, id, 20).ok();
    world.chain.warp(DAY);
    assert!(world.by_id(alice, "settle", id).ok().returns::<bool>());
    assert_eq!(world.owner_of(0), carol);
}

/// Who sells must not bid the price up, nor leave an auction when it has a bid.
#[test]
fn seller_who_bids_or_leaves() {
    let mut world = World::new();
    let [alice, bob, _] = world.who;
    let id = world.auctioned(alice, 0, 10, 10);
    world.bid(alice, id, 10).expect_revert(code::OWN_TOKEN);
    world.bid(bob, id, 10).ok();
    world.by_id(alice, "cancel_auction", id).expect_revert(code::HAS_BID);
}

/// Money that is thrown at the market belongs to nobody's account and changes no sale.
#[test]
fn donation() {
    let mut world = World::new();
    let [alice, bob, carol] = world.who;
    let id = world.auctioned(alice, 0, 10, 100);
    world.bid(bob, id, 10).ok();
    world.chain.transfer(carol, world.market, Amount(1_000)).ok();
    world.chain.warp(DAY);
    assert!(!world.by_id(bob, "settle", id).ok().returns::<bool>());
    assert_eq!((world.withdraw(bob).ok().returns::<u128>(), world.owed()), (10, 0));
    assert_eq!(world.chain.balance(world.market), Amount(1_000));
}

/// Dust prices must not round anybody into paying more than the price.
#[test]
fn rounding_of_dust() {
    for price in 1..60u128 {
        let mut world = World::new();
        let [alice, bob, _] = world.who;
        let nonce = world.listed(alice, 0, price);
        world.buy(bob, 0, nonce, price).ok();
        let parts = [alice, world.artist, world.fee_to].map(|who| world.credit(who));
        assert_eq!(parts.iter().sum::<u128>(), price);
        assert!(parts[1] * 10 <= price && parts[2] * 20 <= price, "{parts:?} of {price}");
    }
}

/// Whoever lets the market move tokens must not lose one to a stranger who names them.
#[test]
fn operator_rights_of_the_market_used_by_a_stranger() {
    let mut world = World::new();
    let [_, bob, carol] = world.who;
    let soon = world.in_time(DAY);
    world.list(carol, 0, 1, soon).expect_revert(code::NOT_OWNER);
    world.auction(carol, 0, 1, 1, soon).expect_revert(code::NOT_OWNER);
    let offer = world.offered(bob, 0, 1);
    world.by_id(carol, "accept", offer).expect_revert(code::NOT_OWNER);
}
