//! What each function does, and every error.

use crate::*;

#[test]
fn money_is_locked_here_minted_there_and_comes_back() {
    let mut world = World::new();
    let [alice, bob, _] = world.who;
    let message = world.sent(HOME, alice, bob, 100);
    assert_eq!((world.volume(HOME), world.chain.balance(world.ends[HOME])), (100, Amount(100)));
    let delivered = world.deliver(FAR, &message);
    delivered.ok().expect_event("MessageDelivered", &(ROUTE, 0u64, bob, 100u128));
    assert_eq!((world.volume(FAR), world.units(bob), world.fate(FAR, 0)), (100, 100, Fate::Delivered));
    let call = world.chain.call(bob, world.ends[FAR], "transfer_units", &(ROUTE, alice, 30u128));
    call.ok().expect_event("UnitsMoved", &(ROUTE, bob, alice, 30u128));
    let before = world.chain.balance(bob);
    let back = world.sent(FAR, alice, bob, 30);
    world.deliver(HOME, &back).ok();
    assert_eq!(world.chain.balance(bob), Amount(before.0 + 30));
    assert_eq!((world.volume(HOME), world.volume(FAR), world.units(alice)), (70, 70, 0));
}

#[test]
fn sending_needs_a_route_an_amount_its_money_and_a_time() {
    let mut world = World::new();
    let [alice, bob, _] = world.who;
    let soon = world.in_time(DAY);
    let (past, far) = (world.in_time(0), world.in_time(32 * DAY));
    world.send(HOME, alice, bob, 0, soon).expect_revert(code::BAD_AMOUNT);
    world.send(HOME, alice, bob, BURST + 1, soon).expect_revert(code::BAD_AMOUNT);
    world.send(HOME, alice, bob, 5, past).expect_revert(code::BAD_DEADLINE);
    world.send(HOME, alice, bob, 5, far).expect_revert(code::BAD_DEADLINE);
    let near = world.in_time(DEADLINE_MIN);
    world.send(HOME, alice, bob, 5, near - 1).expect_revert(code::BAD_DEADLINE);
    let near = world.in_time(DEADLINE_MIN);
    world.chain.attempt(|chain| {
        let arguments = (ROUTE, bob, 5_u128, near, None::<Address>);
        chain.call_paying(alice, world.ends[HOME], "send", &arguments, Amount(5)).ok();
    });
    world.send(FAR, alice, bob, 5, soon).expect_revert(code::INSUFFICIENT_UNITS);
    let ends = world.ends;
    let mut pay = |end: usize, route: u8, value: u128| {
        let arguments = (route, bob, 5u128, soon, None::<Address>);
        world.chain.call_paying(alice, ends[end], "send", &arguments, Amount(value))
    };
    pay(HOME, ROUTE, 4).expect_revert(code::WRONG_VALUE);
    pay(HOME, ROUTE, 6).expect_revert(code::WRONG_VALUE);
    pay(FAR, ROUTE, 5).expect_revert(code::WRONG_VALUE);
    pay(HOME, ROUTE + 1, 5).expect_revert(code::UNKNOWN_ROUTE);
    let call = world.chain.call(alice, ends[FAR], "transfer_units", &(ROUTE, bob, 1u128));
    call.expect_revert(code::INSUFFICIENT_UNITS);
}

#[test]
fn too_few_or_wrong_signatures_deliver_nothing() {
    let mut world = World::new();
    let [alice, bob, _] = world.who;
    let message = world.sent(HOME, alice, bob, 100);
    let bound = world.bound(DELIVER, FAR, &message);
    let strangers = keys(50, 4);
    let mut broken = bound.sign(&world.keys, [0, 1, 2]);
    broken[2].1[40] ^= 1;
    let mut misplaced = bound.sign(&world.keys, [0, 1, 2]);
    misplaced[2].0 = 9;
    let bad = [
        vec![],
        bound.sign(&world.keys, [0, 1]),
        bound.sign(&world.keys, [0, 1, 1]),
        bound.sign(&world.keys, [2, 1, 0]),
        bound.sign(&strangers, [0, 1, 2]),
        broken,
        misplaced,
    ];
    for signatures in bad {
        world.deliver_with(FAR, &message, &signatures).expect_revert(code::BAD_SIGNATURES);
    }
    assert_eq!((world.volume(FAR), world.fate(FAR, 0)), (0, Fate::Unseen));
    let all = bound.sign(&world.keys, [0, 1, 2, 3]);
    world.deliver_with(FAR, &message, &all).ok();
}

#[test]
fn a_late_message_is_refused_there_and_refunded_here() {
    let mut world = World::new();
    let [alice, bob, _] = world.who;
    let before = world.chain.balance(alice);
    let message = world.sent(HOME, alice, bob, 100);
    world.refuse(FAR, &message).expect_revert(code::NOT_EXPIRED);
    world.refund(HOME, &message).expect_revert(code::NOT_EXPIRED);
    world.chain.warp(DAY);
    world.deliver(FAR, &message).expect_revert(code::EXPIRED);
    world.refuse(FAR, &message).ok().expect_event("MessageRefused", &(ROUTE, 0u64));
    world.refuse(FAR, &message).expect_revert(code::REFUSED_ALREADY);
    world.refund(HOME, &message).ok().expect_event("MessageRefunded", &(ROUTE, 0u64, alice, 100u128));
    world.refund(HOME, &message).expect_revert(code::REFUNDED_ALREADY);
    world.refund(HOME, &(ROUTE, 5, alice.0, bob.0, 1, 1)).expect_revert(code::UNKNOWN_MESSAGE);
    assert_eq!((world.chain.balance(alice), world.volume(HOME)), (before, 0));
    let sent: Option<(Message, Address, Refund)> = world.chain.view(world.ends[HOME], "sent", &(ROUTE, 0u64)).unwrap();
    assert_eq!(sent, Some((message, alice, Refund::Paid)));
}

#[test]
fn a_refund_goes_where_the_sender_said() {
    let mut world = World::new();
    let [alice, bob, carol] = world.who;
    let (deadline, before) = (world.in_time(DAY), world.chain.balance(carol).0);
    world.send_for(HOME, alice, bob, 100, deadline, Some(carol), Amount(100)).ok();
    // The message itself names the caller, as ever.
    let message = (ROUTE, 0, alice.0, bob.0, 100, deadline);
    world.chain.last().expect_event("MessageSent", &message);
    world.chain.warp(DAY);
    world.refuse(FAR, &message).ok();
    world.refund(HOME, &message).ok().expect_event("MessageRefunded", &(ROUTE, 0u64, carol, 100u128));
    assert_eq!(world.chain.balance(carol).0 - before, 100);
}

#[test]
fn a_refund_is_asked_for_in_half_a_year_after_the_deadline() {
    for late in [0, 1] {
        let mut world = World::new();
        let [alice, bob, _] = world.who;
        let message = world.sent(HOME, alice, bob, 100);
        world.chain.warp(DAY);
        world.refuse(FAR, &message).ok();
        world.chain.warp_to(message.5 + REFUND_TIME + late);
        let refund = world.refund(HOME, &message);
        if late == 0 {
            refund.ok()
        } else {
            refund.expect_revert(code::EXPIRED)
        };
    }
}

#[test]
fn units_that_never_arrive_come_back_as_units() {
    let mut world = World::new();
    let [alice, bob, _] = world.who;
    world.fund(alice, 100);
    let message = world.sent(FAR, alice, bob, 60);
    assert_eq!(world.volume(FAR), 40);
    world.chain.warp(DAY);
    world.refuse(HOME, &message).ok();
    world.refund(FAR, &message).ok();
    assert_eq!((world.units(alice), world.volume(FAR), world.volume(HOME)), (100, 100, 100));
}

#[test]
fn a_large_amount_waits_and_can_be_stopped() {
    let mut world = World::new();
    let ([alice, bob, _], admin) = (world.who, world.admin);
    let message = world.sent(HOME, alice, bob, LARGE);
    let ready = world.in_time(DELAY);
    world.deliver(FAR, &message).ok().expect_event("MessageWaits", &(message, ready));
    assert_eq!((world.units(bob), world.fate(FAR, 0)), (0, Fate::Waiting));
    world.finish(FAR, 0).expect_revert(code::TOO_EARLY);
    world.finish(FAR, 1).expect_revert(code::NOT_WAITING);
    world.deliver(FAR, &message).expect_revert(code::DELIVERED_ALREADY);
    world.chain.warp(DELAY);
    world.finish(FAR, 0).ok();
    assert_eq!(world.units(bob), LARGE);
    world.finish(FAR, 0).expect_revert(code::NOT_WAITING);
    world.veto(admin, FAR, 0).expect_revert(code::NOT_WAITING);

    world.chain.warp(6 * HOUR);
    let message = world.sent(HOME, alice, bob, LARGE);
    world.deliver(FAR, &message).ok();
    world.veto(alice, FAR, 1).expect_revert(code::MISSING_ROLE);
    world.veto(admin, FAR, 1).ok().expect_event("MessageRefused", &(ROUTE, 1u64));
    world.chain.warp(DELAY);
    world.finish(FAR, 1).expect_revert(code::NOT_WAITING);
    world.deliver(FAR, &message).expect_revert(code::REFUSED_ALREADY);
}

#[test]
fn a_route_carries_so_much_at_once_and_so_much_an_hour() {
    let mut world = World::new();
    let [alice, bob, _] = world.who;
    assert_eq!(world.room(FAR), BURST);
    let messages: Vec<Message> = (0..3).map(|_| world.sent(HOME, alice, bob, 150)).collect();
    // What is too much now waits for its turn.
    let ready = world.in_time(5 * HOUR / 2);
    world.deliver(FAR, &messages[0]).ok();
    world.deliver(FAR, &messages[1]).ok();
    world.deliver(FAR, &messages[2]).ok().expect_event("MessageWaits", &(messages[2], ready));
    assert_eq!((world.room(FAR), world.fate(FAR, 2)), (0, Fate::Waiting));
    world.chain.warp_to(ready - 1);
    world.finish(FAR, 2).expect_revert(code::TOO_EARLY);
    world.finish(FAR, 2).ok();
    assert_eq!((world.units(bob), world.room(FAR)), (450, 0));
    world.chain.warp(2 * HOUR);
    assert_eq!(world.room(FAR), 120);
    // A message above the burst, which no honest end sends, never fits.
    let above = (ROUTE, 9, alice.0, bob.0, BURST + 1, world.in_time(DAY));
    world.chain.warp(DAY);
    let above = (above.0, above.1, above.2, above.3, above.4, world.in_time(DAY));
    world.deliver(FAR, &above).expect_revert(code::BAD_AMOUNT);
}

#[test]
fn limits_become_tighter_and_never_looser() {
    let mut world = World::new();
    let (admin, end) = (world.admin, world.ends[FAR]);
    let mut tighten = |by: Address, id: u8, limits: Limits| world.chain.call(by, end, "tighten", &(id, limits));
    tighten(world.who[0], ROUTE, LIMITS).expect_revert(code::MISSING_ROLE);
    tighten(admin, ROUTE + 1, LIMITS).expect_revert(code::UNKNOWN_ROUTE);
    let looser = [
        (BURST + 1, PER_HOUR, LARGE, DELAY),
        (BURST, PER_HOUR + 1, LARGE, DELAY),
        (BURST, PER_HOUR, LARGE + 1, DELAY),
        (BURST, PER_HOUR, LARGE, DELAY - 1),
        (BURST, PER_HOUR, LARGE, 8 * DAY),
        (0, PER_HOUR, LARGE, DELAY),
        (BURST, 0, LARGE, DELAY),
    ];
    for limits in looser {
        tighten(admin, ROUTE, limits).expect_revert(code::BAD_LIMITS);
    }
    let tight = (BURST - 1, PER_HOUR - 1, LARGE - 1, DELAY + 1);
    tighten(admin, ROUTE, tight).ok().expect_event("LimitsTightened", &(ROUTE, tight));
    tighten(admin, ROUTE, LIMITS).expect_revert(code::BAD_LIMITS);
    assert_eq!(world.room(FAR), BURST - 1);
}

#[test]
fn a_route_is_opened_once_by_its_role_with_sound_limits() {
    let mut world = World::new();
    let remote = world.ends[FAR];
    world.open(HOME, ROUTE, remote, LIMITS).expect_revert(code::ROUTE_EXISTS);
    for limits in [(0, 0, 0, 0), (5, 0, 0, 0), (5, 6, 0, 0), (u128::MAX, 6, 0, 0), (5, 5, 0, 8 * DAY), (721, 1, 0, 0)] {
        world.open(HOME, 8, remote, limits).expect_revert(code::BAD_LIMITS);
    }
    let route = (0u8, world.genesis(), remote, LIMITS);
    let call = world.chain.call(world.who[0], world.ends[HOME], "open_route", &(8u8, route));
    call.expect_revert(code::MISSING_ROLE);
    world.open(HOME, 8, remote, LIMITS).ok().expect_event("RouteOpened", &(8u8, route));
    let seen = world.chain.view(world.ends[HOME], "route", &(8u8,));
    assert_eq!(seen, Ok(Some(route)));
}

#[test]
fn a_committee_follows_the_one_before_after_a_delay() {
    let mut world = World::new();
    let [alice, bob, _] = world.who;
    let message = world.sent(HOME, alice, bob, 10);
    let old = world.signed(DELIVER, FAR, &message);
    world.far(alice, "rotate").expect_revert(code::NO_ROTATION);
    let (next, strangers) = (keys(20, 3), keys(40, 4));
    let until = world.in_time(DAY);
    let forged = world.rotation(2, &public(&next), 0, until).sign(&strangers, [0, 1, 2]);
    world.announce_with(2, &public(&next), until, &forged).expect_revert(code::BAD_SIGNATURES);
    world.announce(2, &public(&next), 0).ok();
    /// Version, threshold, keys.
    type Committee = (u64, u8, Vec<[u8; 32]>);
    let seen: Option<(Committee, u64)> = world.chain.view(world.ends[FAR], "next_committee", &()).unwrap();
    assert_eq!(seen.map(|(committee, _)| committee), Some((2, 2, public(&next))));
    world.far(alice, "rotate").expect_revert(code::TOO_EARLY);
    world.chain.warp(2 * DAY);
    world.far(alice, "rotate").ok().expect_event("Rotated", &(2u64,));
    world.far(alice, "rotate").expect_revert(code::NO_ROTATION);
    // What the old committee signed counts no more.
    world.deliver_with(FAR, &message, &old).expect_revert(code::BAD_SIGNATURES);
    (world.keys, world.version) = (next, 2);
    let committee: (u64, u8, Vec<[u8; 32]>) = world.chain.view(world.ends[FAR], "committee", &()).unwrap();
    assert_eq!(committee, (2, 2, public(&world.keys)));
    let fresh = world.bound(REFUSE, FAR, &message).sign(&world.keys, [0, 2]);
    world.chain.call(bob, world.ends[FAR], "refuse", &(message, fresh)).ok();
}

#[test]
fn a_guardian_stops_a_new_committee() {
    let mut world = World::new();
    let ([alice, ..], admin) = (world.who, world.admin);
    world.far(admin, "stop_rotation").expect_revert(code::NO_ROTATION);
    world.announce(2, &public(&keys(20, 3)), 0).ok();
    world.far(alice, "stop_rotation").expect_revert(code::MISSING_ROLE);
    world.far(admin, "stop_rotation").ok().expect_event("RotationStopped", &(2u64,));
    world.chain.warp(2 * DAY);
    world.far(alice, "rotate").expect_revert(code::NO_ROTATION);
    assert_eq!(world.chain.view::<u64>(world.ends[FAR], "announced", &()), Ok(1));
}

#[test]
fn a_committee_has_distinct_sound_keys_and_a_majority() {
    let mut world = World::new();
    let four = public(&keys(20, 4));
    let mut unsorted = four.clone();
    unsorted.swap(0, 1);
    let twice = vec![four[0], four[0], four[1]];
    let bad: [(u8, Vec<[u8; 32]>); 6] =
        [(0, vec![]), (0, four.clone()), (2, four.clone()), (5, four.clone()), (3, unsorted), (2, twice)];
    for (threshold, keys) in bad {
        world.announce(threshold, &keys, 0).expect_revert(code::BAD_COMMITTEE);
    }
    world.announce(3, &four, 0).ok();
}

#[test]
fn a_pause_stops_one_route() {
    let mut world = World::new();
    let ([alice, bob, _], admin) = (world.who, world.admin);
    let (small, large) = (world.sent(HOME, alice, bob, 10), world.sent(HOME, alice, bob, LARGE));
    world.deliver(FAR, &large).ok();
    let other = ROUTE + 1;
    let home = world.ends[HOME];
    world.open(FAR, other, home, LIMITS).ok();
    world.chain.call(admin, world.ends[FAR], "grant_role", &(1u8, admin)).ok();
    world.chain.call(admin, world.ends[FAR], "pause", &(ROUTE, 2 * HOUR)).ok();
    world.chain.warp(HOUR);
    let soon = world.in_time(HOUR);
    world.send(FAR, alice, bob, 10, soon).expect_revert(code::PAUSED);
    world.deliver(FAR, &small).expect_revert(code::PAUSED);
    world.finish(FAR, 1).expect_revert(code::PAUSED);
    world.refund_with(FAR, 0, &[]).expect_revert(code::PAUSED);
    world.finish_refund(FAR, 0).expect_revert(code::PAUSED);
    let call = world.chain.call(alice, world.ends[FAR], "send", &(other, bob, 10u128, soon, None::<Address>));
    call.expect_revert(code::INSUFFICIENT_UNITS);
    world.veto(admin, FAR, 1).ok();
    world.chain.warp(HOUR);
    world.deliver(FAR, &small).ok();
}
