//! The ways in which governors were taken over or got stuck; the name says which.

use crate::scene::*;
use tacit_simulator::{Amount, InstantiateOptions};

#[test]
fn flash_value_borrowed_for_a_block_neither_proposes_nor_votes() {
    let mut scene = Scene::new();
    let (alice, mallory) = (scene.holders[0], scene.stranger);
    let (governor, token, calls) = (scene.governor, scene.token, scene.add(1));
    let outcomes = scene.chain.block(|block| {
        block.call(alice, token, "transfer", &(mallory, Amount(400)));
        block.call(mallory, governor, "propose", &(calls.clone(), DESCRIPTION));
        block.call(mallory, token, "transfer", &(alice, Amount(400)));
    });
    outcomes[0].ok();
    outcomes[1].expect_revert(BELOW_THRESHOLD);
    let (proposal, _) = scene.open(alice, &calls);
    let outcomes = scene.chain.block(|block| {
        block.call(alice, token, "transfer", &(mallory, Amount(400)));
        block.call(mallory, governor, "vote", &(proposal, AGAINST));
        block.call(mallory, token, "transfer", &(alice, Amount(400)));
    });
    outcomes[1].expect_revert(NO_VOTES);
}

#[test]
fn votes_acquired_after_the_snapshot_do_not_count() {
    let mut scene = Scene::new();
    let [alice, bob, carol, _] = scene.holders;
    let (token, calls) = (scene.token, scene.add(1));
    let snapshot = scene.chain.height().0 + VOTING_DELAY;
    let proposal: u64 = scene.propose(alice, &calls).returns();
    // At the height of the snapshot it counts, a height later not any more.
    scene.roll_to(snapshot);
    scene.chain.call(bob, token, "transfer", &(carol, Amount(100))).ok();
    scene.chain.call(alice, token, "transfer", &(carol, Amount(400))).ok();
    assert_eq!(scene.vote(carol, proposal, AGAINST).returns::<u128>(), 350);
    assert_eq!(scene.vote(alice, proposal, IN_FAVOUR).returns::<u128>(), 400);
    assert_eq!(scene.vote(bob, proposal, IN_FAVOUR).returns::<u128>(), 200);
}

#[test]
fn votes_moved_to_another_account_do_not_count_twice() {
    let mut scene = Scene::new();
    let (alice, mallory) = (scene.holders[0], scene.stranger);
    let calls = scene.add(1);
    let (proposal, _) = scene.open(alice, &calls);
    scene.vote(alice, proposal, IN_FAVOUR).ok();
    scene.chain.call(alice, scene.token, "transfer", &(mallory, Amount(400))).ok();
    scene.chain.roll(1);
    scene.vote(mallory, proposal, IN_FAVOUR).expect_revert(NO_VOTES);
}

#[test]
fn a_quorum_reached_at_the_last_moment_leaves_time_to_answer() {
    let mut scene = Scene::new();
    let [alice, bob, carol, dave] = scene.holders;
    let calls = scene.add(1);
    let (proposal, deadline) = scene.open(bob, &calls);
    scene.vote(dave, proposal, IN_FAVOUR).expect_no_event("Extended");
    scene.roll_to(deadline);
    scene.vote(carol, proposal, IN_FAVOUR).expect_event("Extended", &(proposal, deadline + LATE_EXTENSION));
    assert_eq!(scene.state(proposal), ACTIVE);
    // Once: what comes then does not lengthen it again.
    scene.roll_to(deadline + LATE_EXTENSION);
    scene.vote(alice, proposal, AGAINST).expect_no_event("Extended");
    assert_eq!(scene.state(proposal), DEFEATED);
    scene.vote(bob, proposal, IN_FAVOUR).expect_revert(NOT_ACTIVE);
}

#[test]
fn a_quorum_reached_early_extends_nothing() {
    let mut scene = Scene::new();
    let calls = scene.add(1);
    let (proposal, deadline) = scene.open(scene.holders[0], &calls);
    scene.vote(scene.holders[0], proposal, IN_FAVOUR).expect_no_event("Extended");
    scene.roll_to(deadline + 1);
    assert_eq!(scene.state(proposal), SUCCEEDED);
}

#[test]
fn other_calls_than_those_proposed_are_not_queued() {
    let mut scene = Scene::new();
    let calls = scene.add(1);
    let proposal = scene.pass(&calls);
    let mut bad = vec![scene.add(2), [calls.clone(), calls.clone()].concat(), Vec::new()];
    let mut paying = calls.clone();
    paying[0].3 = Amount(1);
    bad.push(paying);
    for other in bad {
        scene.queue(proposal, &other).expect_revert(CALLS_DIFFER);
    }
    let outcome = scene.chain.call(scene.stranger, scene.governor, "queue", &(proposal, calls.clone(), [8_u8; 32]));
    outcome.expect_revert(CALLS_DIFFER);
    scene.queue(proposal, &calls).ok();
}

#[test]
fn double_execution_by_queueing_twice_is_refused() {
    let mut scene = Scene::new();
    let calls = scene.add(1);
    let proposal = scene.pass(&calls);
    scene.queue(proposal, &calls).ok();
    scene.queue(proposal, &calls).expect_revert(NOT_SUCCEEDED);
    scene.chain.warp(DELAY);
    scene.execute(proposal, &calls).ok();
    scene.queue(proposal, &calls).expect_revert(NOT_SUCCEEDED);
    scene.execute(proposal, &calls).expect_revert(EXECUTED_BEFORE);
    assert_eq!(scene.counted(), 1);
    // The same calls, decided again, are something else.
    scene.enact(&calls).ok();
    assert_eq!(scene.counted(), 2);
}

#[test]
fn execution_before_its_time_or_without_a_decision_is_refused() {
    let mut scene = Scene::new();
    let calls = scene.add(1);
    let proposal = scene.pass(&calls);
    scene.execute(proposal, &calls).expect_revert(NOT_SCHEDULED);
    scene.queue(proposal, &calls).ok();
    scene.chain.warp(DELAY - 2_000);
    scene.execute(proposal, &calls).expect_revert(TOO_EARLY);
    let timelock = scene.timelock;
    let outcome = scene.chain.call(scene.holders[0], timelock, "schedule", &(calls, [1_u8; 32], DELAY));
    outcome.expect_revert(MISSING_ROLE);
}

#[test]
fn replay_on_another_governor_is_another_proposal() {
    let mut scene = Scene::new();
    let calls = scene.add(1);
    let code = scene.chain.code_of(scene.governor).unwrap();
    let arguments = (scene.token, scene.timelock, scene.guardian, SETTINGS);
    let options = InstantiateOptions::new();
    let other = scene.chain.instantiate_with(scene.stranger, code, &arguments, options).unwrap();
    let hash = |governor| scene.chain.view::<Hash>(governor, "hash", &(0_u64, calls.clone(), DESCRIPTION)).unwrap();
    assert_ne!(hash(scene.governor), hash(other));
}

#[test]
fn front_running_a_proposal_with_the_same_calls_does_not_take_it_away() {
    let mut scene = Scene::new();
    let [alice, mallory, ..] = scene.holders;
    let calls = scene.add(1);
    let copied: u64 = scene.propose(mallory, &calls).returns();
    let own: u64 = scene.propose(alice, &calls).returns();
    scene.cancel(mallory, copied).ok();
    assert_eq!((scene.state(copied), scene.state(own)), (CANCELLED, PENDING));
}

#[test]
fn a_guardian_cannot_cancel_its_own_removal() {
    let mut scene = Scene::new();
    let (governor, guardian) = (scene.governor, scene.guardian);
    let revoke = action(governor, "revoke_role", &(GUARDIAN, guardian));
    // Together with something else it can, so that nothing hides behind it.
    let mixed = [revoke.clone(), scene.add(1)[0].clone()];
    let proposal = scene.pass(&mixed);
    scene.cancel(guardian, proposal).ok();
    let proposal = scene.pass(std::slice::from_ref(&revoke));
    scene.cancel(guardian, proposal).expect_revert(MAY_NOT_CANCEL);
    scene.queue(proposal, std::slice::from_ref(&revoke)).ok();
    scene.cancel(guardian, proposal).expect_revert(MAY_NOT_CANCEL);
    scene.chain.warp(DELAY);
    scene.execute(proposal, &[revoke]).ok();
    assert!(!scene.chain.view::<bool>(governor, "has_role", &(GUARDIAN, guardian)).unwrap());
}

#[test]
fn griefing_by_many_proposals_is_bounded_by_the_threshold_and_one_at_a_time() {
    let mut scene = Scene::new();
    let calls = scene.add(1);
    let outcomes: Vec<_> = (0..3).map(|_| scene.propose(scene.holders[2], &calls)).collect();
    outcomes[0].ok();
    outcomes[1..].iter().for_each(|outcome| {
        outcome.expect_revert(ONE_AT_A_TIME);
    });
}

#[test]
fn a_rule_changed_while_voting_goes_on_changes_nothing_for_it() {
    let mut scene = Scene::new();
    let (governor, timelock) = (scene.governor, scene.timelock);
    let calls = scene.add(1);
    let (proposal, deadline) = scene.open(scene.holders[0], &calls);
    scene.vote(scene.holders[2], proposal, IN_FAVOUR).ok();
    let hard: Settings = (5, 50, 0, 10, ONE, Amount(1));
    scene.chain.prank(timelock).call(timelock, governor, "set_settings", &(hard,)).ok();
    scene.roll_to(deadline + 1);
    assert_eq!(scene.state(proposal), SUCCEEDED);
}
