//! Losses that bridges have had, each tried.

use crate::*;

/// A signature for one chain, contract, way, number, amount or purpose must be worth nothing for another.
#[test]
fn replay_of_signatures_elsewhere() {
    let mut world = World::new();
    let [alice, bob, carol] = world.who;
    let message = world.sent(HOME, alice, bob, 100);
    let right = world.bound(DELIVER, FAR, &message);
    let subject = |ends: ([u8; 32], Address), message: Message| encode(&(ends, message));
    let (genesis, home) = (world.genesis(), world.ends[HOME]);
    let (route, nonce, from, to, amount, deadline) = message;
    let wrong = [
        Bound { genesis: [9; 32], ..right.clone() },
        Bound { contract: world.ends[HOME], ..right.clone() },
        Bound { version: 2, ..right.clone() },
        Bound { purpose: REFUSE, ..right.clone() },
        Bound { purpose: REFUND, ..right.clone() },
        Bound { subject: subject(([9; 32], home), message), ..right.clone() },
        Bound { subject: subject((genesis, carol), message), ..right.clone() },
        Bound { subject: subject((genesis, home), (route + 1, nonce, from, to, amount, deadline)), ..right.clone() },
        Bound { subject: subject((genesis, home), (route, nonce + 1, from, to, amount, deadline)), ..right.clone() },
        Bound { subject: subject((genesis, home), (route, nonce, from, carol.0, amount, deadline)), ..right.clone() },
        Bound { subject: subject((genesis, home), (route, nonce, from, to, amount + 1, deadline)), ..right.clone() },
        Bound { subject: subject((genesis, home), (route, nonce, from, to, amount, deadline + 1)), ..right.clone() },
    ];
    for bound in wrong {
        let signatures = bound.sign(&world.keys, [0, 1, 3]);
        world.deliver_with(FAR, &message, &signatures).expect_revert(code::BAD_SIGNATURES);
    }
    let signatures = right.sign(&world.keys, [0, 1, 3]);
    world.deliver_with(FAR, &message, &signatures).ok();
}

/// A message must be delivered once, whoever signed it and in which block.
#[test]
fn double_delivery() {
    let mut world = World::new();
    let [alice, bob, _] = world.who;
    let message = world.sent(HOME, alice, bob, 100);
    let (first, second) = (world.bound(DELIVER, FAR, &message), world.bound(DELIVER, FAR, &message));
    let signatures = [first.sign(&world.keys, [0, 1, 2]), second.sign(&world.keys, [1, 2, 3])];
    let outcomes = world.chain.block(|block| {
        for signatures in &signatures {
            block.call(alice, world.ends[FAR], "deliver", &(message, signatures.clone()));
        }
    });
    outcomes[0].ok();
    outcomes[1].expect_revert(code::DELIVERED_ALREADY);
    assert_eq!(world.units(bob), 100);
}

/// What was delivered must not be refused to be refunded too, nor the other way round.
#[test]
fn delivery_and_refund_of_one_message() {
    let mut world = World::new();
    let [alice, bob, _] = world.who;
    let (paid, late) = (world.sent(HOME, alice, bob, 100), world.sent(HOME, alice, bob, 50));
    let large = world.sent(HOME, alice, bob, LARGE);
    world.deliver(FAR, &paid).ok();
    world.deliver(FAR, &large).ok();
    world.chain.warp(DAY);
    // Delivered, or waiting: never refused again, so an honest committee signs no refund.
    world.refuse(FAR, &paid).expect_revert(code::DELIVERED_ALREADY);
    world.refuse(FAR, &large).expect_revert(code::DELIVERED_ALREADY);
    world.refuse(FAR, &late).ok();
    world.deliver(FAR, &late).expect_revert(code::REFUSED_ALREADY);
    world.refund(HOME, &late).ok();
    assert_eq!((world.volume(HOME), world.units(bob)), (300, 100));
}

/// A refund pays once, however often it is asked for.
#[test]
fn refund_drained_by_repetition() {
    let mut world = World::new();
    let [alice, bob, _] = world.who;
    let (message, _other) = (world.sent(HOME, alice, bob, 100), world.sent(HOME, bob, bob, 100));
    world.chain.warp(DAY);
    world.refuse(FAR, &message).ok();
    let signatures = world.signed(REFUND, HOME, &message);
    world.refund_with(HOME, message.1, &signatures).ok();
    world.refund_with(HOME, message.1, &signatures).expect_revert(code::REFUNDED_ALREADY);
    world.refund_with(HOME, 1, &signatures).expect_revert(code::BAD_SIGNATURES);
    assert_eq!(world.volume(HOME), 100);
}

/// A failed execution must neither finish a message nor use up anything: it can be delivered when it can be paid.
#[test]
fn failed_execution_that_finishes_a_message() {
    let mut world = World::of_anybody();
    let [alice, bob, _] = world.who;
    // The far end's committee went mad and signs what was never sent: more than is locked.
    world.sent(HOME, alice, bob, 40);
    let forged = (ROUTE, 0, alice.0, bob.0, 50, world.in_time(DAY));
    let room = world.room(HOME);
    world.deliver(HOME, &forged).expect_revert(code::NOT_LOCKED);
    assert_eq!((world.fate(HOME, 0), world.room(HOME), world.volume(HOME)), (Fate::Unseen, room, 40));
    // No call can bring this about: the state is written, and what always holds does not.
    let forged = (ROUTE, 0, alice.0, bob.0, 40, world.in_time(DAY));
    let (signatures, home) = (world.signed(DELIVER, HOME, &forged), world.ends[HOME]);
    let point = world.chain.snapshot();
    world.chain.attempt(|chain| {
        chain.deal(home, Amount(39));
        chain.call(alice, home, "deliver", &(forged, signatures)).expect_revert(code::NOT_PAID);
        assert_eq!(chain.view_bytes(home, "received", &encode(&(ROUTE, 0_u64))), Ok(vec![0]));
        assert_eq!(chain.view::<u128>(home, "volume", &(ROUTE,)), Ok(40));
    });
    world.chain.revert(&point);
    world.deliver(HOME, &forged).ok();
}

/// One route must not pay with what another has locked.
#[test]
fn money_of_another_route() {
    let mut world = World::new();
    let [alice, bob, _] = world.who;
    world.sent(HOME, alice, bob, 200);
    let far = world.ends[FAR];
    world.open(HOME, 8, far, LIMITS).ok();
    let forged = (8, 0, alice.0, bob.0, 10, world.in_time(DAY));
    world.deliver(HOME, &forged).expect_revert(code::NOT_LOCKED);
}

/// A stolen committee gets the burst and what flows back, not everything.
#[test]
fn drain_by_a_stolen_committee() {
    let mut world = World::of_anybody();
    let [alice, bob, carol] = world.who;
    for _ in 0..10 {
        world.sent(HOME, alice, bob, BURST);
    }
    let before = world.chain.balance(carol);
    for nonce in 0..40 {
        let forged = (ROUTE, nonce, alice.0, carol.0, 50, world.in_time(DAY));
        // Whatever of it is possible.
        let _ = world.deliver(HOME, &forged);
        for waiting in 0..=nonce {
            let _ = world.finish(HOME, waiting);
        }
        world.chain.warp(HOUR / 10);
    }
    let stolen = world.chain.balance(carol).0 - before.0;
    assert!((BURST..=BURST + 4 * PER_HOUR).contains(&stolen), "{stolen}");
    // More than what flows off in a day is not even let wait.
    assert_eq!(world.volume(HOME), 10 * BURST - stolen);
    let mut queued = 0;
    for nonce in 40..80 {
        let forged = (ROUTE, nonce, alice.0, carol.0, 50, world.in_time(DAY));
        let outcome = world.deliver(HOME, &forged);
        queued += u128::from(outcome.result.is_ok()) * 50;
        if outcome.result.is_err() {
            outcome.expect_revert(code::LIMIT_REACHED);
        }
    }
    assert!(queued <= 24 * PER_HOUR, "{queued}");
}

/// A route that somebody fills up again and again must still carry what others send.
#[test]
fn route_held_up_by_one_sender() {
    let mut world = World::new();
    let [alice, bob, carol] = world.who;
    let mine = world.sent(HOME, alice, alice, BURST);
    let message = world.sent(HOME, bob, bob, 100);
    world.deliver(FAR, &mine).ok();
    let ready = world.in_time(100 * HOUR / u64::try_from(PER_HOUR).unwrap()) + 1;
    world.deliver(FAR, &message).ok();
    // Who comes later stands behind, however much and often.
    for _ in 0..10 {
        let more = world.sent(HOME, carol, carol, PER_HOUR);
        world.deliver(FAR, &more).ok();
        world.chain.warp(HOUR / 10);
    }
    world.chain.warp_to(ready);
    world.finish(FAR, message.1).ok();
    assert_eq!(world.units(bob), 100);
}

/// Many small deliveries must not round the limit away, nor stop it from flowing back.
#[test]
fn limit_rounded_away_by_dust() {
    let mut world = World::new();
    let [alice, bob, _] = world.who;
    let first = world.sent(HOME, alice, alice, 150);
    let full = world.in_time(0);
    world.deliver(FAR, &first).ok();
    world.fund(alice, 150);
    assert_eq!(world.room(FAR), 0);
    // One unit flows back a minute. Who comes every few seconds gets exactly that: nothing hastens or hinders it.
    let minute = HOUR / u64::try_from(PER_HOUR).unwrap();
    for place in 1..=40 {
        world.chain.warp(7_000);
        let message = world.sent(HOME, alice, bob, 1);
        world.deliver(FAR, &message).ok().expect_event("MessageWaits", &(message, full + place * minute));
    }
}

/// A key that verifies what nobody signed must not become a member.
#[test]
fn weak_keys_in_a_committee() {
    let mut world = World::new();
    let mut identity = [0; 32];
    identity[0] = 1;
    for weak in [identity, [0; 32]] {
        let mut members = public(&keys(20, 2));
        members.insert(0, weak);
        world.announce(2, &members, 0).expect_revert(code::BAD_COMMITTEE);
        let code = world.chain.code_of(world.ends[FAR]).unwrap();
        let made = world.chain.instantiate(world.admin, code, &(2u8, members));
        assert_eq!(made.unwrap_err().contract_code(), Some(code::BAD_COMMITTEE));
    }
}

/// A stopped announcement must not come back by itself, nor be repeated to put off a rotation.
#[test]
fn replay_of_a_stopped_rotation() {
    let mut world = World::new();
    let (admin, next, until) = (world.admin, public(&keys(20, 3)), world.in_time(DAY));
    let signatures = world.rotation(2, &next, 0, until).sign(&world.keys, [0, 1, 2]);
    world.announce_with(2, &next, until, &signatures).ok();
    world.announce_with(2, &next, until, &signatures).expect_revert(code::BAD_SIGNATURES);
    world.far(admin, "stop_rotation").ok();
    world.announce_with(2, &next, until, &signatures).expect_revert(code::BAD_SIGNATURES);
    world.announce(2, &next, 1).ok();
}

/// Signatures for a committee that was given up must not be found and used years later, nor an announcement that nobody
/// took up.
#[test]
fn rotation_kept_for_later() {
    let mut world = World::new();
    let ([alice, ..], next) = (world.who, public(&keys(20, 3)));
    let until = world.in_time(HOUR);
    let signatures = world.rotation(2, &next, 0, until).sign(&world.keys, [0, 1, 2]);
    // The time is signed as well.
    world.announce_with(2, &next, until + DAY, &signatures).expect_revert(code::BAD_SIGNATURES);
    world.chain.warp_to(until);
    world.announce_with(2, &next, until, &signatures).expect_revert(code::BAD_DEADLINE);
    let far = world.in_time(32 * DAY);
    let signatures = world.rotation(2, &next, 0, far).sign(&world.keys, [0, 1, 2]);
    world.announce_with(2, &next, far, &signatures).expect_revert(code::BAD_DEADLINE);
    let from = world.in_time(2 * DAY);
    world.announce(2, &next, 0).ok();
    world.chain.warp_to(from + 14 * DAY + 1);
    world.far(alice, "rotate").expect_revert(code::EXPIRED);
    let from = world.in_time(2 * DAY);
    world.announce(2, &next, 1).ok();
    world.chain.warp_to(from + 14 * DAY);
    world.far(alice, "rotate").ok();
}

/// All roles together, without the committee, move nobody's money.
#[test]
fn an_administrator_who_takes_money() {
    let mut world = World::new();
    let ([alice, bob, _], admin) = (world.who, world.admin);
    let message = world.sent(HOME, alice, bob, 100);
    let forged: Message = (ROUTE, 3, admin.0, admin.0, 100, world.in_time(DAY));
    world.deliver_with(HOME, &forged, &[]).expect_revert(code::BAD_SIGNATURES);
    world.refund_with(HOME, message.1, &[]).expect_revert(code::BAD_SIGNATURES);
    let soon = world.in_time(DAY);
    world.announce_with(1, &public(&keys(9, 1)), soon, &[]).expect_revert(code::BAD_SIGNATURES);
    // A route of its own begins with nothing.
    world.open(HOME, 9, admin, LIMITS).ok();
    assert_eq!(world.chain.view::<u128>(world.ends[HOME], "volume", &(9u8,)), Ok(0));
    assert_eq!(world.volume(HOME), 100);
}

/// A contract that gets money must not run while the bridge does: receiving runs no code.
#[test]
fn callback_before_the_state_is_final() {
    let mut world = World::new();
    let [alice, bob, _] = world.who;
    let trap = wat::parse_str(r#"(module (memory 1) (func (export "init")) (func (export "receive") unreachable))"#);
    let code = world.chain.deploy(&trap.unwrap()).unwrap();
    let receiver = world.chain.instantiate(bob, code, &()).unwrap();
    world.fund(alice, 100);
    let message = world.sent(FAR, alice, receiver, 100);
    world.deliver(HOME, &message).ok();
    assert_eq!((world.chain.balance(receiver), world.volume(HOME)), (Amount(100), 0));
}

/// Money thrown at an end counts as nothing locked.
#[test]
fn donation() {
    let mut world = World::new();
    let [alice, bob, _] = world.who;
    world.chain.transfer(alice, world.ends[HOME], Amount(1_000)).ok();
    let forged = (ROUTE, 0, alice.0, bob.0, 10, world.in_time(DAY));
    world.deliver(HOME, &forged).expect_revert(code::NOT_LOCKED);
}
