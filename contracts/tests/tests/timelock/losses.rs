//! The ways in which calls that should wait were made early, twice, otherwise, or by the wrong people; the name says which.

use crate::scene::*;
use tacit_contract_tests::guest::{careless, row};
use tacit_simulator::{Amount, Gas, RejectCode};

#[test]
fn execution_before_its_time_is_refused_up_to_the_last_millisecond() {
    let mut scene = Scene::new();
    let calls = scene.add(1);
    let ready = scene.chain.time().0 + DELAY;
    scene.schedule(&calls, 1).ok();
    scene.execute(&calls, 1).expect_revert(TOO_EARLY);
    scene.chain.warp_to(ready - 1);
    scene.execute(&calls, 1).expect_revert(TOO_EARLY);
    assert_eq!(scene.counted(), 0);
}

#[test]
fn execution_after_expiry_is_refused_from_the_first_millisecond() {
    let mut scene = Scene::new();
    let calls = scene.add(1);
    let expires = scene.chain.time().0 + DELAY + GRACE;
    let operation: Hash = scene.schedule(&calls, 1).returns();
    scene.chain.warp_to(expires);
    assert_eq!(scene.state(operation), OVERDUE);
    scene.execute(&calls, 1).expect_revert(EXPIRED);
    scene.schedule(&calls, 1).expect_revert(SCHEDULED_BEFORE);
}

#[test]
fn double_execution_is_refused_also_within_a_block() {
    let mut scene = Scene::new();
    let (calls, timelock, executor) = (scene.add(1), scene.timelock, scene.executor);
    scene.ripen(&calls, 1);
    let outcomes = scene.chain.block(|block| {
        block.call(executor, timelock, "execute", &(calls.clone(), [1_u8; 32]));
        block.call(executor, timelock, "execute", &(calls.clone(), [1_u8; 32]));
    });
    outcomes[0].ok();
    outcomes[1].expect_revert(EXECUTED_BEFORE);
    assert_eq!(scene.counted(), 1);
}

#[test]
fn double_execution_by_reentrancy_is_refused() {
    let mut scene = Scene::with(true);
    let first = scene.timelock;
    let proposer = scene.proposer;
    let second = make(&mut scene.chain, &[proposer], &[], &[], true);
    // The first runs the second, which runs what the first has ready.
    let prize = scene.add(7);
    let back = vec![action(first, "execute", &(prize.clone(), [2_u8; 32]))];
    let there = vec![action(second, "execute", &(back.clone(), [3_u8; 32]))];
    scene.schedule(&prize, 2).ok();
    scene.chain.call(proposer, second, "schedule", &(back, [3_u8; 32], DELAY)).ok();
    scene.ripen(&there, 4);
    scene.execute(&there, 4).expect_reject(RejectCode::Reentrancy);
    assert_eq!(scene.counted(), 0);
    scene.execute(&prize, 2).ok();
    assert_eq!(scene.counted(), 7);
}

#[test]
fn other_calls_than_those_scheduled_are_refused() {
    let mut scene = Scene::new();
    let calls = [scene.add(1), scene.add(2)].concat();
    scene.ripen(&calls, 1);
    let mut spoiled: Vec<Vec<Action>> = vec![calls[..1].to_vec(), vec![calls[1].clone(), calls[0].clone()]];
    let mut change = |change: &dyn Fn(&mut Action)| {
        let mut other = calls.clone();
        change(&mut other[1]);
        spoiled.push(other);
    };
    change(&|action| action.0 = tacit_simulator::Address([3; 32]));
    change(&|action| action.1 = "raise".into());
    change(&|action| action.2[0] ^= 1);
    change(&|action| action.3 = Amount(1));
    change(&|action| action.4 = 1);
    // Bytes moved from the function's name to the arguments.
    change(&|action| (action.1, action.2) = ("ad".into(), [b"d".to_vec(), action.2.clone()].concat()));
    for other in spoiled {
        scene.execute(&other, 1).expect_revert(NOT_SCHEDULED);
    }
    scene.execute(&calls, 2).expect_revert(NOT_SCHEDULED);
    scene.execute(&calls, 1).ok();
}

#[test]
fn replay_on_another_timelock_is_another_operation() {
    let mut scene = Scene::new();
    let calls = scene.add(1);
    let (proposer, executor) = (scene.proposer, scene.executor);
    let other = make(&mut scene.chain, &[proposer], &[executor], &[], false);
    let operation = scene.ripen(&calls, 1);
    assert_ne!(scene.chain.view::<Hash>(other, "hash", &(calls.clone(), [1_u8; 32])).unwrap(), operation);
    scene.chain.call(executor, other, "execute", &(calls, [1_u8; 32])).expect_revert(NOT_SCHEDULED);
}

#[test]
fn what_was_cancelled_never_comes_back() {
    let mut scene = Scene::new();
    let calls = scene.add(1);
    let operation: Hash = scene.schedule(&calls, 1).returns();
    scene.cancel(operation).ok();
    scene.chain.warp(DELAY);
    scene.execute(&calls, 1).expect_revert(WAS_CANCELLED);
    scene.schedule(&calls, 1).expect_revert(SCHEDULED_BEFORE);
}

#[test]
fn nobody_gets_around_the_delay_by_changing_it() {
    let mut scene = Scene::new();
    let timelock = scene.timelock;
    for anybody in [scene.proposer, scene.executor, scene.canceller, scene.stranger] {
        scene.chain.call(anybody, timelock, "set_minimum_delay", &(HOUR,)).expect_revert(NOT_SELF);
        scene.chain.call(anybody, timelock, "grant_role", &(PROPOSER, anybody)).expect_revert(MISSING_ROLE);
    }
    // What waits already keeps its time when the delay falls, and the delay never falls below an hour.
    let calls = [action(timelock, "set_minimum_delay", &(HOUR,))];
    scene.ripen(&calls, 1);
    let waiting = scene.add(1);
    scene.schedule(&waiting, 2).ok();
    scene.execute(&calls, 1).ok();
    scene.chain.warp(HOUR);
    scene.execute(&waiting, 2).expect_revert(TOO_EARLY);
    let none = [action(timelock, "set_minimum_delay", &(HOUR - 1,))];
    scene.ripen(&none, 3);
    scene.execute(&none, 3).expect_revert(DELAY_OUT_OF_RANGE);
}

#[test]
fn a_half_executed_operation_leaves_nothing_behind() {
    let mut scene = Scene::new();
    let calls = [scene.add(1), vec![action(scene.counter, "no_such_function", &())]].concat();
    let operation = scene.ripen(&calls, 1);
    assert!(scene.execute(&calls, 1).result.is_err());
    assert_eq!((scene.counted(), scene.state(operation)), (0, READY));
    // Also when the call that fails is one to the timelock itself, which is made last.
    let calls = [vec![action(scene.timelock, "no_such_function", &())], scene.add(1)].concat();
    let operation = scene.ripen(&calls, 2);
    assert!(scene.execute(&calls, 2).result.is_err());
    assert_eq!((scene.counted(), scene.state(operation)), (0, READY));
}

#[test]
fn money_of_the_timelock_moves_by_execution_only() {
    let mut scene = Scene::new();
    let (timelock, stranger) = (scene.timelock, scene.stranger);
    for function in ["execute", "schedule", "cancel"] {
        assert!(scene.chain.call_paying(stranger, timelock, function, &(), Amount(1)).result.is_err());
    }
    assert_eq!(scene.chain.balance(timelock), Amount(1_000));
}

#[test]
fn a_stolen_canceller_does_not_stop_its_own_removal() {
    let mut scene = Scene::new();
    let (timelock, canceller) = (scene.timelock, scene.canceller);
    let removal = [action(timelock, "revoke_role", &(CANCELLER, canceller))];
    let operation = scene.ripen(&removal, 1);
    scene.cancel(operation).expect_revert(MAY_NOT_CANCEL);
    scene.execute(&removal, 1).ok();
    let waiting: Hash = scene.schedule(&scene.add(1), 2).returns();
    scene.cancel(waiting).expect_revert(MISSING_ROLE);
}

#[test]
fn nothing_else_hides_behind_a_removal() {
    let mut scene = Scene::new();
    let (timelock, canceller, counter) = (scene.timelock, scene.canceller, scene.counter);
    let removal = action(timelock, "revoke_role", &(CANCELLER, canceller));
    let others = [
        vec![removal.clone(), scene.add(1).remove(0)],
        vec![scene.add(1).remove(0), removal],
        vec![action(timelock, "revoke_role", &(PROPOSER, scene.proposer))],
        vec![action(timelock, "revoke_role", &())],
        vec![action(timelock, "grant_role", &(CANCELLER, scene.stranger))],
        vec![action(counter, "revoke_role", &(CANCELLER, canceller))],
    ];
    for (salt, calls) in (0..).zip(others) {
        let operation = scene.ripen(&calls, salt);
        scene.cancel(operation).ok();
    }
}

#[test]
fn half_of_an_operation_for_want_of_gas_is_refused_where_its_least_is_named() {
    let mut scene = Scene::new();
    let (careless, worker) = careless(&mut scene.chain);
    let mut calls = vec![action(careless, "go", &())];
    calls[0].4 = 12_000_000;
    scene.ripen(&calls, 1);
    let mut refused = 0;
    for gas in (500_000..30_000_000).step_by(500_000) {
        scene.chain.set_gas_limit(Gas(gas));
        let outcome = scene.execute(&calls, 1);
        if outcome.result.is_ok() {
            assert!(scene.chain.storage(worker, b"done").is_some(), "with {gas} gas half of it was done");
            assert!(refused > 10, "{refused}");
            return;
        }
        refused += u32::from(outcome.result.unwrap_err().contract_code() == Some(TOO_LITTLE_GAS));
    }
    panic!("no gas was enough");
}

/// Why a least is named: without one, whoever executes chooses how much of such a call comes about.
#[test]
fn without_a_least_gas_a_careless_callee_is_used_up() {
    let mut scene = Scene::new();
    let (careless, worker) = careless(&mut scene.chain);
    let calls = [action(careless, "go", &())];
    scene.ripen(&calls, 1);
    let limits = (500_000..30_000_000).step_by(500_000);
    let mut limits = limits.skip_while(|gas| {
        scene.chain.set_gas_limit(Gas(*gas));
        scene.execute(&calls, 1).result.is_err()
    });
    assert!(limits.next().is_some());
    assert!(scene.chain.storage(worker, b"done").is_none());
    scene.execute(&calls, 1).expect_revert(EXECUTED_BEFORE);
}

/// Executes by way of a row of contracts: once without a least gas, which shows that half of it is done, then with one.
fn half_of_it_by_way_of(length: usize, looks: u32) {
    let mut scene = Scene::with(true);
    let (careless, worker) = careless(&mut scene.chain);
    let (first, _) = row(&mut scene.chain, length, looks, "execute");
    let calls = |least_gas| vec![(careless, "go".to_string(), Vec::new(), Amount(0), least_gas)];
    let (without, with): (Vec<Action>, Vec<Action>) = (calls(0), calls(12_000_000));
    scene.schedule(&without, 1).ok();
    scene.ripen(&with, 1);
    let (stranger, timelock) = (scene.stranger, scene.timelock);
    let mut detour = |calls: &[Action]| scene.chain.call(stranger, first, "go", &(timelock, calls, [1_u8; 32]));
    detour(&without).ok();
    detour(&with).expect_revert(DIRECT_ONLY);
    assert!(scene.chain.storage(worker, b"done").is_none(), "the row is too short to do harm");
    scene.execute(&without, 1).expect_revert(EXECUTED_BEFORE);
    // An account does all of it.
    scene.execute(&with, 1).ok();
    assert!(scene.chain.storage(worker, b"done").is_some());
}

#[test]
fn half_of_an_operation_for_want_of_depth_is_refused_where_a_least_gas_is_named() {
    half_of_it_by_way_of(14, 0);
}

#[test]
fn half_of_an_operation_for_want_of_frames_is_refused_where_a_least_gas_is_named() {
    half_of_it_by_way_of(1, 253);
}

#[test]
fn half_of_an_operation_by_a_deferred_execution_is_refused_where_a_least_gas_is_named() {
    // A timelock that executes has calls to itself deferred: they come of a contract.
    let mut scene = Scene::with(true);
    let (careless, _) = careless(&mut scene.chain);
    let inner = vec![(careless, "go".to_string(), Vec::new(), Amount(0), 12_000_000)];
    let outer = vec![action(scene.timelock, "execute", &(inner.clone(), [1_u8; 32]))];
    scene.schedule(&inner, 1).ok();
    scene.ripen(&outer, 2);
    scene.execute(&outer, 2).expect_revert(DIRECT_ONLY);
    scene.execute(&inner, 1).ok();
}
