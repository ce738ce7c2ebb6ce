//! What each function does, and every error.

use crate::scene::*;
use tacit_contract_tests::module;
use tacit_simulator::{Address, Amount};

#[test]
fn what_was_scheduled_is_executed_after_the_delay() {
    let mut scene = Scene::new();
    let calls = scene.add(5);
    let ready = scene.chain.time().0 + DELAY;
    let outcome = scene.schedule(&calls, 1);
    let operation: Hash = outcome.returns();
    outcome.expect_event("Scheduled", &(operation, [1_u8; 32], ready, ready + GRACE, calls.clone()));
    assert_eq!((operation, scene.state(operation)), (scene.hash(&calls, 1), WAITING));
    assert_eq!(
        scene.chain.view::<Option<(u64, u64)>>(scene.timelock, "times", &(operation,)).unwrap(),
        Some((ready, ready + GRACE))
    );
    scene.chain.warp_to(ready);
    assert_eq!(scene.state(operation), READY);
    scene.execute(&calls, 1).expect_event("Executed", &(operation,));
    assert_eq!((scene.counted(), scene.state(operation)), (5, EXECUTED));
}

#[test]
fn only_proposers_schedule_executors_execute_and_cancellers_cancel() {
    let mut scene = Scene::new();
    let (calls, timelock) = (scene.add(1), scene.timelock);
    for other in [scene.executor, scene.canceller, scene.stranger] {
        scene.chain.call(other, timelock, "schedule", &(calls.clone(), [1_u8; 32], DELAY)).expect_revert(MISSING_ROLE);
    }
    let operation = scene.ripen(&calls, 1);
    for other in [scene.proposer, scene.canceller, scene.stranger] {
        scene.chain.call(other, timelock, "execute", &(calls.clone(), [1_u8; 32])).expect_revert(MISSING_ROLE);
    }
    for other in [scene.proposer, scene.executor, scene.stranger] {
        scene.chain.call(other, timelock, "cancel", &(operation,)).expect_revert(MISSING_ROLE);
    }
    scene.cancel(operation).expect_event("Cancelled", &(operation, scene.canceller));
    assert_eq!(scene.state(operation), CANCELLED);
}

#[test]
fn an_open_timelock_lets_everybody_execute() {
    let mut scene = Scene::with(true);
    let calls = scene.add(3);
    scene.ripen(&calls, 1);
    scene.chain.call(scene.stranger, scene.timelock, "execute", &(calls, [1_u8; 32])).ok();
    assert_eq!(scene.counted(), 3);
}

#[test]
fn a_delay_below_the_minimum_or_above_the_longest_is_refused() {
    let mut scene = Scene::new();
    let calls = scene.add(1);
    for delay in [0, DELAY - 1, 60 * DAY + 1, u64::MAX] {
        let outcome = scene.chain.call(scene.proposer, scene.timelock, "schedule", &(calls.clone(), [1_u8; 32], delay));
        outcome.expect_revert(DELAY_OUT_OF_RANGE);
    }
    let code = scene.chain.deploy(&module("timelock")).unwrap();
    let nobody: Vec<Address> = Vec::new();
    for delay in [0, HOUR - 1, 60 * DAY + 1] {
        let arguments = (nobody.clone(), nobody.clone(), nobody.clone(), true, delay);
        let failure = scene.chain.instantiate(scene.stranger, code, &arguments).unwrap_err();
        assert_eq!(failure.contract_code(), Some(DELAY_OUT_OF_RANGE));
    }
}

#[test]
fn nothing_and_too_much_cannot_be_scheduled() {
    let mut scene = Scene::new();
    scene.schedule(&[], 1).expect_revert(NO_CALLS);
    let many: Vec<Action> = (0..5).flat_map(|by| scene.add(by)).collect();
    scene.schedule(&many, 1).expect_revert(BAD_INPUT);
    let of = |lengths: &[usize]| -> Vec<Action> {
        lengths.iter().map(|length| (scene.counter, "a".repeat(64), vec![0; *length], Amount(0), 0)).collect()
    };
    // Each beside what leads it and its own 128 bytes.
    let [widest, longest, fullest] = [of(&[320; 4]), of(&[1_060]), of(&[1_060, 1_824 - 4 - 256 - 1_060])];
    let [longer, fuller] = [of(&[1_061]), of(&[1_060, 1_824 - 4 - 256 - 1_060 + 1])];
    scene.schedule(&widest, 1).ok();
    scene.schedule(&longest, 1).ok();
    scene.schedule(&fullest, 1).ok();
    scene.schedule(&longer, 1).expect_revert(BAD_INPUT);
    scene.schedule(&fuller, 1).expect_revert(BAD_INPUT);
}

#[test]
fn calls_are_scheduled_once_per_salt() {
    let mut scene = Scene::new();
    let calls = scene.add(1);
    scene.schedule(&calls, 1).ok();
    scene.schedule(&calls, 1).expect_revert(SCHEDULED_BEFORE);
    scene.schedule(&calls, 2).ok();
}

#[test]
fn money_goes_with_calls_but_not_to_the_timelock_itself() {
    let mut scene = Scene::new();
    let timelock = scene.timelock;
    let mut own = action(timelock, "set_minimum_delay", &(DELAY,));
    own.3 = Amount(1);
    scene.schedule(&[own], 1).expect_revert(PAYS_ITSELF);
    // The counter takes no money, so the whole operation fails and stays ready.
    let mut paying = scene.add(1);
    paying[0].3 = Amount(5);
    let operation = scene.ripen(&paying, 2);
    scene.execute(&paying, 2).expect_revert(NOT_PAYABLE);
    assert_eq!((scene.state(operation), scene.chain.balance(timelock)), (READY, Amount(1_000)));
}

#[test]
fn a_call_without_a_function_pays_an_account() {
    let mut scene = Scene::new();
    let (stranger, before) = (scene.stranger, scene.chain.balance(scene.stranger).0);
    let pay = |amount, input| vec![(stranger, String::new(), input, Amount(amount), 0)];
    scene.schedule(&pay(400, vec![0]), 1).expect_revert(TRANSFER_FAILED);
    scene.ripen(&pay(400, Vec::new()), 1);
    scene.execute(&pay(400, Vec::new()), 1).ok();
    assert_eq!(scene.chain.balance(stranger).0, before + 400);
    scene.ripen(&pay(601, Vec::new()), 2);
    scene.execute(&pay(601, Vec::new()), 2).expect_revert(TRANSFER_FAILED);
    assert_eq!(scene.chain.balance(scene.timelock).0, 600);
}

#[test]
fn what_is_over_cannot_be_cancelled_and_what_never_was_neither() {
    let mut scene = Scene::new();
    let calls = scene.add(1);
    scene.cancel([9; 32]).expect_revert(NOT_SCHEDULED);
    let operation = scene.ripen(&calls, 1);
    scene.execute(&calls, 1).ok();
    scene.cancel(operation).expect_revert(EXECUTED_BEFORE);
    let operation = scene.schedule(&calls, 2).returns();
    scene.cancel(operation).ok();
    scene.cancel(operation).expect_revert(WAS_CANCELLED);
    assert_eq!(scene.state([9; 32]), UNKNOWN);
}

#[test]
fn the_timelock_changes_its_delay_and_roles_by_what_waited() {
    let mut scene = Scene::new();
    let (timelock, stranger) = (scene.timelock, scene.stranger);
    let calls = [
        action(timelock, "set_minimum_delay", &(DAY,)),
        action(timelock, "grant_role", &(PROPOSER, stranger)),
        action(timelock, "revoke_role", &(PROPOSER, scene.proposer)),
    ];
    scene.ripen(&calls, 1);
    scene.execute(&calls, 1).expect_event("MinimumDelaySet", &(DAY,));
    assert_eq!(scene.chain.view::<u64>(timelock, "minimum_delay", &()).unwrap(), DAY);
    let next = scene.add(1);
    scene.schedule(&next, 2).expect_revert(MISSING_ROLE);
    scene.chain.call(stranger, timelock, "schedule", &(next, [2_u8; 32], DAY)).ok();
}
