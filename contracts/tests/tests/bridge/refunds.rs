//! Refunds: that they wait for their turn and always get one, and that a stolen committee gets no more by them than anybody.

use crate::*;

/// Sends from home and has it refused at the far end when its deadline is over.
fn refused(world: &mut World, by: Address, amount: u128, time: u64) -> Message {
    let deadline = world.in_time(time);
    let nonce: u64 = world.send(HOME, by, by, amount, deadline).ok().returns();
    let message = (ROUTE, nonce, by.0, by.0, amount, deadline);
    world.chain.warp_to(deadline.max(world.in_time(0)));
    world.refuse(FAR, &message).ok();
    message
}

#[test]
fn a_refund_waits_for_room_and_is_paid_once_then() {
    let mut world = World::new();
    let [alice, bob, _] = world.who;
    let messages = [BURST, 60, 30].map(|amount| world.sent(HOME, alice, bob, amount));
    world.chain.warp(DAY);
    for message in &messages {
        world.refuse(FAR, message).ok();
    }
    let start = world.in_time(0);
    world.refund(HOME, &messages[0]).ok();
    // An hour's worth comes after an hour, and half of it half an hour later.
    world.refund(HOME, &messages[1]).ok().expect_event("RefundWaits", &(ROUTE, 1_u64, start + HOUR));
    world.refund(HOME, &messages[2]).ok().expect_event("RefundWaits", &(ROUTE, 2_u64, start + HOUR * 3 / 2));
    assert_eq!(world.refund_of(HOME, 1), Refund::Waiting { ready: start + HOUR, version: 1 });
    world.refund(HOME, &messages[1]).expect_revert(code::REFUNDED_ALREADY);
    for (nonce, refusal) in [(0, code::NOT_WAITING), (1, code::TOO_EARLY), (9, code::UNKNOWN_MESSAGE)] {
        world.finish_refund(HOME, nonce).expect_revert(refusal);
    }
    world.chain.warp_to(start + HOUR - 1);
    world.finish_refund(HOME, 1).expect_revert(code::TOO_EARLY);
    let before = world.chain.balance(alice).0;
    world.finish_refund(HOME, 1).ok().expect_event("MessageRefunded", &(ROUTE, 1_u64, alice, 60_u128));
    assert_eq!((world.chain.balance(alice).0 - before, world.refund_of(HOME, 1)), (60, Refund::Paid));
    world.finish_refund(HOME, 1).expect_revert(code::NOT_WAITING);
    // What waits is not too late for anything.
    world.chain.warp(REFUND_TIME);
    world.finish_refund(HOME, 2).ok();
    assert_eq!(world.volume(HOME), 0);
}

/// A stranger who sends to itself and has that refunded, again and again, must not hold back a large refund until it expires.
#[test]
fn large_refund_held_back_by_small_ones() {
    let mut world = World::new();
    let [victim, _, attacker] = world.who;
    let half = BURST / 2;
    let message = world.sent(HOME, victim, victim, BURST);
    world.chain.warp(DAY);
    world.refuse(FAR, &message).ok();
    // The attacker's capital is more than half of what is refunded at once.
    let first = refused(&mut world, attacker, half + 1, DEADLINE_MIN);
    world.refund(HOME, &first).ok();
    let ready = world.in_time(BURST as u64 * HOUR / PER_HOUR as u64);
    world.refund(HOME, &message).ok();
    let Refund::Waiting { ready: place, .. } = world.refund_of(HOME, message.1) else { panic!("it waits") };
    assert!(place <= ready, "{place} after {ready}");
    while world.in_time(0) < place {
        let again = refused(&mut world, attacker, half + 1, DEADLINE_MIN);
        world.refund(HOME, &again).ok();
        world.finish_refund(HOME, message.1).expect_revert(code::TOO_EARLY);
        world.chain.warp(HOUR);
    }
    let before = world.chain.balance(victim).0;
    world.finish_refund(HOME, message.1).ok();
    assert_eq!(world.chain.balance(victim).0 - before, BURST);
}

/// Two full refunds of a route with the slowest flow back there can be are both paid.
#[test]
fn full_refunds_on_the_slowest_route() {
    let mut world = World::new();
    let ([alice, bob, _], slow) = (world.who, (720_u128, 1_u128, 720_u128, 0_u64));
    let (home, far) = (world.ends[HOME], world.ends[FAR]);
    world.open(HOME, 8, far, slow).ok();
    world.open(FAR, 8, home, slow).ok();
    let deadline = world.in_time(DAY);
    let messages: Vec<Message> = (0..2)
        .map(|nonce| {
            let arguments = (8_u8, bob, 720_u128, deadline, None::<Address>);
            world.chain.call_paying(alice, home, "send", &arguments, Amount(720)).ok();
            (8, nonce, alice.0, bob.0, 720, deadline)
        })
        .collect();
    world.chain.warp(DAY);
    for message in &messages {
        world.refuse(FAR, message).ok();
        let signatures = world.signed(REFUND, HOME, message);
        world.chain.call(bob, home, "refund", &(8_u8, message.1, signatures)).ok();
    }
    world.chain.warp(30 * DAY);
    world.chain.call(bob, home, "finish_refund", &(8_u8, 1_u64)).ok();
    assert_eq!(world.chain.view::<u128>(home, "volume", &(8_u8,)), Ok(0));
}

/// What carol sent to and fro, which left a record each time, while others have locked money.
fn records(world: &mut World, count: usize) -> Vec<Message> {
    let [alice, bob, carol] = world.who;
    for _ in 0..10 {
        world.sent(HOME, alice, bob, BURST);
    }
    (0..count)
        .map(|_| {
            let there = world.sent(HOME, carol, carol, 150);
            world.deliver(FAR, &there).ok();
            let back = world.sent(FAR, carol, carol, 150);
            world.deliver(HOME, &back).ok();
            world.chain.warp(DAY);
            there
        })
        .collect()
}

/// Refunds by a stolen committee of what was delivered long ago: no more than the route lets through, and nothing old.
#[test]
fn drain_by_forged_refunds() {
    let mut world = World::of_anybody();
    let carol = world.who[2];
    let mut records = records(&mut world, 6);
    let last = records.pop().unwrap();
    let (before, start) = (world.chain.balance(carol).0, world.in_time(0));
    for record in &records {
        world.refund(HOME, record).ok();
    }
    for _ in 0..40 {
        for record in &records {
            // Whatever of it is possible.
            let _ = world.finish_refund(HOME, record.1);
        }
        world.chain.warp(HOUR / 10);
        let (stolen, passed) = (world.chain.balance(carol).0 - before, u128::from(world.in_time(0) - start));
        assert!(stolen * u128::from(HOUR) <= BURST * u128::from(HOUR) + PER_HOUR * passed, "{stolen} in {passed}");
    }
    assert!(world.chain.balance(carol).0 - before >= BURST);
    world.chain.warp(REFUND_TIME);
    world.refund(HOME, &last).expect_revert(code::EXPIRED);
}

/// What a stolen committee has put in the queue must not be paid after it was replaced, nor stand before others.
#[test]
fn forged_refunds_that_outlive_their_committee() {
    let mut world = World::of_anybody();
    let [alice, _, carol] = world.who;
    let records = records(&mut world, 8);
    for record in &records {
        world.refund(HOME, record).ok();
    }
    let honest = refused(&mut world, alice, 100, DEADLINE_MIN);
    world.refund(HOME, &honest).ok();
    let Refund::Waiting { ready, version: 1 } = world.refund_of(HOME, honest.1) else { panic!("it waits") };
    // The next committee, at both ends.
    let next = keys(20, 4);
    let until = world.in_time(DAY);
    for end in world.ends {
        let subject = encode(&(0_u64, (2_u64, 3_u8, public(&next)), until));
        let bound = Bound { contract: end, subject, ..world.rotation(3, &public(&next), 0, until) };
        let arguments = (3_u8, public(&next), until, bound.sign(&world.keys, [0, 1, 3]));
        world.chain.call(alice, end, "announce_rotation", &arguments).ok();
    }
    world.chain.warp(2 * DAY);
    for end in world.ends {
        world.chain.call(alice, end, "rotate", &()).ok();
    }
    let forged = world.signed(REFUND, HOME, &records[7]);
    (world.keys, world.version) = (next, 2);
    world.chain.warp_to(ready.max(world.in_time(0)));
    let before = world.chain.balance(carol).0;
    // The first two were paid at once.
    for record in records.iter().filter(|record| !matches!(record.1, 10 | 11)) {
        world.finish_refund(HOME, record.1).expect_revert(code::SIGN_ANEW);
    }
    world.refund_with(HOME, records[7].1, &forged).expect_revert(code::BAD_SIGNATURES);
    assert_eq!(world.chain.balance(carol).0, before);
    // What was refunded in truth is signed anew, late as it may be, and has nobody before it.
    world.finish_refund(HOME, honest.1).expect_revert(code::SIGN_ANEW);
    world.chain.warp(REFUND_TIME);
    world.refund(HOME, &honest).ok().expect_event("MessageRefunded", &(ROUTE, honest.1, alice, 100_u128));
}

/// A change of the committee makes no room for refunds.
#[test]
fn room_for_refunds_by_a_change_of_the_committee() {
    let mut world = World::of_anybody();
    let [alice, ..] = world.who;
    let first = refused(&mut world, alice, BURST, DEADLINE_MIN);
    let more: Vec<Message> = (0..14).map(|_| refused(&mut world, alice, BURST, DEADLINE_MIN)).collect();
    world.refund(HOME, &first).ok();
    for message in &more[..13] {
        world.refund(HOME, message).ok();
    }
    let (next, until) = (keys(20, 4), world.in_time(DAY));
    let subject = encode(&(0_u64, (2_u64, 3_u8, public(&next)), until));
    let bound = Bound { contract: world.ends[HOME], subject, ..world.rotation(3, &public(&next), 0, until) };
    let arguments = (3_u8, public(&next), until, bound.sign(&world.keys, [0, 1, 3]));
    world.chain.call(alice, world.ends[HOME], "announce_rotation", &arguments).ok();
    world.chain.warp(2 * DAY);
    world.chain.call(alice, world.ends[HOME], "rotate", &()).ok();
    (world.keys, world.version) = (next, 2);
    // Nothing has flown off under what was waiting: the route is as full as it was.
    let full = world.in_time(BURST as u64 * HOUR / PER_HOUR as u64);
    world.refund(HOME, &more[13]).ok().expect_event("RefundWaits", &(ROUTE, more[13].1, full));
}

/// Refunds are not slowed by who makes the limits of deliveries tighter.
#[test]
fn refunds_held_back_by_a_stolen_limiter() {
    let mut world = World::new();
    let ([alice, bob, _], admin) = (world.who, world.admin);
    let message = world.sent(HOME, alice, bob, BURST);
    let tight: Limits = (BURST / 10, PER_HOUR / 10, 0, DELAY);
    world.chain.call(admin, world.ends[HOME], "tighten", &(ROUTE, tight)).ok();
    world.chain.warp(DAY);
    world.refuse(FAR, &message).ok();
    world.refund(HOME, &message).ok();
}
