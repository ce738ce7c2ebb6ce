//! What each function does, and every error.

use crate::scene::*;
use tacit_contract_tests::module;
use tacit_simulator::{Address, Amount};

#[test]
fn a_proposal_goes_from_pending_to_executed() {
    let mut scene = Scene::new();
    let [alice, bob, carol, _] = scene.holders;
    let (calls, height) = (scene.add(5), scene.chain.height().0);
    let (snapshot, deadline) = (height + VOTING_DELAY, height + VOTING_DELAY + VOTING_PERIOD);
    let outcome = scene.propose(alice, &calls);
    outcome.expect_event("Proposed", &(0_u64, alice, snapshot, deadline, DESCRIPTION, calls.clone()));
    assert_eq!(scene.state(0), PENDING);
    scene.roll_to(snapshot + 1);
    assert_eq!(scene.state(0), ACTIVE);
    scene.vote(alice, 0, IN_FAVOUR).expect_event("Voted", &(0_u64, alice, IN_FAVOUR, Amount(400)));
    scene.vote(bob, 0, AGAINST).ok();
    scene.vote(carol, 0, ABSTAIN).ok();
    scene.roll_to(deadline);
    assert_eq!(scene.state(0), ACTIVE);
    scene.roll_to(deadline + 1);
    assert_eq!(scene.state(0), SUCCEEDED);
    let outcome = scene.queue(0, &calls);
    let operation: Hash = outcome.returns();
    outcome.expect_event("Queued", &(0_u64, operation));
    assert_eq!(scene.state(0), QUEUED);
    scene.chain.warp(DELAY);
    scene.execute(0, &calls).ok();
    assert_eq!((scene.state(0), scene.counted()), (EXECUTED, 5));
}

#[test]
fn settings_outside_of_the_bounds_are_refused() {
    let mut scene = Scene::new();
    let code = scene.chain.deploy(&module("governor")).unwrap();
    let spoil: [fn(&mut Settings); 10] = [
        |settings| settings.0 = 0,
        |settings| settings.0 = 10_000_001,
        |settings| settings.1 = 9,
        |settings| settings.1 = u64::MAX,
        |settings| settings.2 = settings.1 + 1,
        |settings| settings.3 = 9,
        |settings| settings.3 = 10_000_001,
        |settings| settings.4 = 0,
        |settings| settings.4 = ONE + 1,
        |settings| settings.5 = Amount(0),
    ];
    for spoil in spoil {
        let mut bad = SETTINGS;
        spoil(&mut bad);
        let arguments = (scene.token, scene.timelock, scene.guardian, bad);
        let failure = scene.chain.instantiate(scene.stranger, code, &arguments).unwrap_err();
        assert_eq!(failure.contract_code(), Some(BAD_SETTINGS), "{bad:?}");
    }
}

#[test]
fn proposals_need_calls_and_votes_and_come_one_at_a_time() {
    let mut scene = Scene::new();
    let [alice, bob, _, dave] = scene.holders;
    let calls = scene.add(1);
    scene.propose(alice, &[]).expect_revert(NO_CALLS);
    scene.propose(dave, &calls).expect_revert(BELOW_THRESHOLD);
    scene.propose(scene.stranger, &calls).expect_revert(BELOW_THRESHOLD);
    let (proposal, deadline) = scene.open(alice, &calls);
    scene.propose(alice, &calls).expect_revert(ONE_AT_A_TIME);
    scene.propose(bob, &calls).ok();
    scene.roll_to(deadline + 1);
    assert_eq!(scene.state(proposal), DEFEATED);
    scene.propose(alice, &calls).ok();
}

#[test]
fn votes_count_once_and_while_voting_goes_on() {
    let mut scene = Scene::new();
    let [alice, bob, carol, _] = scene.holders;
    let calls = scene.add(1);
    scene.vote(alice, 0, IN_FAVOUR).expect_revert(PROPOSAL_UNKNOWN);
    let proposal: u64 = scene.propose(alice, &calls).returns();
    scene.vote(alice, proposal, IN_FAVOUR).expect_revert(NOT_ACTIVE);
    scene.chain.roll(VOTING_DELAY);
    assert_eq!(scene.vote(alice, proposal, IN_FAVOUR).returns::<u128>(), 400);
    scene.vote(alice, proposal, IN_FAVOUR).expect_revert(VOTED_BEFORE);
    scene.vote(alice, proposal, AGAINST).expect_revert(VOTED_BEFORE);
    scene.vote(scene.stranger, proposal, AGAINST).expect_revert(NO_VOTES);
    scene.vote(bob, proposal, 3).expect_revert(BAD_INPUT);
    assert_eq!(scene.vote(bob, proposal, ABSTAIN).returns::<u128>(), 300);
    let ballot: Option<(u8, u128)> = scene.chain.view(scene.governor, "ballot", &(proposal, bob)).unwrap();
    assert_eq!(ballot, Some((ABSTAIN, 300)));
    scene.chain.roll(VOTING_PERIOD + LATE_EXTENSION);
    scene.vote(carol, proposal, AGAINST).expect_revert(NOT_ACTIVE);
}

#[test]
fn a_quorum_and_a_majority_are_needed() {
    // Who votes what, and what comes of it. The quorum is 200 of 1,000.
    let cases: [(&[(usize, u8)], u8); 6] = [
        (&[], DEFEATED),
        (&[(3, IN_FAVOUR)], DEFEATED),
        (&[(2, IN_FAVOUR)], SUCCEEDED),
        (&[(0, AGAINST), (3, IN_FAVOUR)], DEFEATED),
        (&[(3, IN_FAVOUR), (2, ABSTAIN)], SUCCEEDED),
        (&[(2, IN_FAVOUR), (3, IN_FAVOUR), (1, AGAINST)], DEFEATED),
    ];
    for (votes, expected) in cases {
        let mut scene = Scene::new();
        let calls = scene.add(1);
        let (proposal, deadline) = scene.open(scene.holders[0], &calls);
        for (who, choice) in votes {
            scene.vote(scene.holders[*who], proposal, *choice).ok();
        }
        scene.roll_to(deadline + 1);
        assert_eq!(scene.state(proposal), expected, "{votes:?}");
        if expected == DEFEATED {
            scene.queue(proposal, &calls).expect_revert(NOT_SUCCEEDED);
        }
    }
}

#[test]
fn what_was_not_queued_in_time_expires() {
    let mut scene = Scene::new();
    let calls = scene.add(1);
    let proposal = scene.pass(&calls);
    scene.chain.roll(QUEUE_WINDOW - 1);
    assert_eq!(scene.state(proposal), SUCCEEDED);
    scene.chain.roll(1);
    assert_eq!(scene.state(proposal), EXPIRED);
    scene.queue(proposal, &calls).expect_revert(NOT_SUCCEEDED);
}

#[test]
fn what_was_not_executed_in_time_expires() {
    let mut scene = Scene::new();
    let calls = scene.add(1);
    let proposal = scene.pass(&calls);
    scene.queue(proposal, &calls).ok();
    scene.chain.warp(DELAY + GRACE);
    assert_eq!(scene.state(proposal), EXPIRED);
}

#[test]
fn a_proposer_cancels_before_voting_and_a_guardian_until_execution() {
    let mut scene = Scene::new();
    let [alice, bob, ..] = scene.holders;
    let (guardian, calls) = (scene.guardian, scene.add(1));
    let proposal: u64 = scene.propose(alice, &calls).returns();
    scene.cancel(bob, proposal).expect_revert(MAY_NOT_CANCEL);
    scene.cancel(alice, proposal).expect_event("Cancelled", &(proposal, alice));
    scene.cancel(guardian, proposal).expect_revert(MAY_NOT_CANCEL);
    let (proposal, _) = scene.open(alice, &calls);
    scene.cancel(alice, proposal).expect_revert(MAY_NOT_CANCEL);
    scene.cancel(guardian, proposal).ok();
    scene.vote(alice, proposal, IN_FAVOUR).expect_revert(NOT_ACTIVE);
    let proposal = scene.pass(&calls);
    scene.cancel(guardian, proposal).ok();
    scene.queue(proposal, &calls).expect_revert(NOT_SUCCEEDED);
    let proposal = scene.pass(&calls);
    scene.queue(proposal, &calls).ok();
    scene.chain.warp(DELAY);
    scene.cancel(guardian, proposal).ok();
    scene.execute(proposal, &calls).expect_revert(WAS_CANCELLED);
    scene.enact(&calls).ok();
    scene.cancel(guardian, 4).expect_revert(MAY_NOT_CANCEL);
    assert_eq!((scene.counted(), scene.state(proposal)), (1, CANCELLED));
}

#[test]
fn settings_change_by_a_proposal_and_only_for_the_next() {
    let mut scene = Scene::new();
    let (governor, timelock, bob) = (scene.governor, scene.timelock, scene.holders[1]);
    let new: Settings = (5, 20, 0, 10, ONE, Amount(1));
    for anybody in [scene.stranger, scene.guardian, bob] {
        scene.chain.call(anybody, governor, "set_settings", &(new,)).expect_revert(MISSING_ROLE);
    }
    let calls = [action(governor, "set_settings", &(new,))];
    scene.enact(&calls).expect_event_from(governor, "SettingsChanged", &new);
    assert_eq!(scene.chain.view::<Settings>(governor, "rules", &()).unwrap(), new);
    assert_eq!(
        scene.chain.view::<Option<(Address, Address)>>(governor, "parts", &()).unwrap(),
        Some((scene.token, timelock))
    );
    let bad: Settings = (0, 20, 0, 10, ONE, Amount(1));
    scene.chain.prank(timelock).call(timelock, governor, "set_settings", &(bad,)).expect_revert(BAD_SETTINGS);
}

#[test]
fn parts_that_give_no_answer_stop_the_call_and_nothing_else() {
    let mut scene = Scene::new();
    let creator = scene.stranger;
    let code = scene.chain.deploy(&module("governor")).unwrap();
    // A counter knows nothing of votes.
    let arguments = (scene.counter, scene.timelock, Address::default(), SETTINGS);
    let broken = scene.chain.instantiate(creator, code, &arguments).unwrap_err();
    assert_eq!(broken.contract_code(), Some(TOKEN_FAILED));
    let calls = scene.add(1);
    // A timelock in which the governor may not schedule.
    let arguments = (scene.token, scene.timelock, Address::default(), SETTINGS);
    scene.governor = scene.chain.instantiate(creator, code, &arguments).unwrap();
    let proposal = scene.pass(&calls);
    scene.queue(proposal, &calls).expect_revert(TIMELOCK_FAILED);
    assert_eq!(scene.state(proposal), SUCCEEDED);
}

#[test]
fn pages_show_every_proposal_and_ballot() {
    let mut scene = Scene::new();
    let calls = scene.add(1);
    let (proposal, _) = scene.open(scene.holders[0], &calls);
    for holder in scene.holders {
        scene.vote(holder, proposal, IN_FAVOUR).ok();
    }
    let mut holders = scene.holders;
    holders.sort();
    let after = Some(holders[0]);
    let page: Vec<((u64, Address), (u8, u128))> =
        scene.chain.view(scene.governor, "ballots", &(proposal, after)).unwrap();
    let voters: Vec<Address> = page.iter().map(|((_, voter), _)| *voter).collect();
    assert_eq!(voters, holders[1..]);
    scene.propose(scene.holders[1], &calls).ok();
    assert_eq!(scene.chain.view::<u64>(scene.governor, "count", &()).unwrap(), 2);
}
