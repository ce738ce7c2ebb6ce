//! `token_plus`, governor, timelock and multisig, from a proposal to what it does.

use crate::assembly::*;
use tacit_contract_tests::code::MISSING_ROLE;
use tacit_contract_tests::{Encoded, deploy};
use tacit_simulator::{Amount, Height, InstantiateOptions};

#[test]
fn what_the_holders_decide_is_done_by_the_timelock_and_by_nobody_else() {
    let mut all = Assembly::new();
    let [alice, bob, carol, dave] = all.holders;
    let calls = all.mint(dave, 70);
    for anybody in [alice, all.mallory, all.owners[0]] {
        all.chain.call(anybody, all.token, "mint", &(anybody, Amount(1))).expect_revert(MISSING_ROLE);
        all.chain
            .call(anybody, all.timelock, "schedule", &(calls.clone(), [1_u8; 32], DELAY))
            .expect_revert(MISSING_ROLE);
    }
    let (proposal, _) = all.open(alice, &calls);
    all.vote(alice, proposal, IN_FAVOUR).ok();
    all.vote(bob, proposal, AGAINST).ok();
    all.vote(carol, proposal, IN_FAVOUR).ok();
    all.queue(proposal, &calls).expect_revert(NOT_SUCCEEDED);
    all.close();
    assert_eq!(all.state(proposal), SUCCEEDED);
    all.queue(proposal, &calls).ok();
    all.execute(proposal, &calls).expect_revert(TOO_EARLY);
    all.chain.warp(DELAY);
    all.execute(proposal, &calls).ok().expect_event_from(all.token, "VotesChanged", &(dave, Amount(120)));
    assert_eq!((all.state(proposal), all.held(dave)), (EXECUTED, 120));
    all.execute(proposal, &calls).expect_revert(EXECUTED_BEFORE);
    assert_eq!(all.held(dave), 120);
}

#[test]
fn the_treasury_pays_money_and_tokens_together_or_not_at_all() {
    let mut all = Assembly::new();
    let [alice, .., dave] = all.holders;
    let (token, timelock, before) = (all.token, all.timelock, all.chain.balance(dave).0);
    all.give(alice, timelock, 30);
    let pay = |money: u128, tokens: u128| {
        vec![(dave, String::new(), Vec::new(), Amount(money), 0), action(token, "transfer", &(dave, Amount(tokens)))]
    };
    // One token more than there is: the money stays too.
    assert!(all.enact(&pay(1_000, 31)).result.is_err());
    assert_eq!((all.chain.balance(dave).0, all.chain.balance(timelock).0), (before, TREASURY));
    all.enact(&pay(1_000, 30)).ok();
    assert_eq!((all.chain.balance(dave).0, all.chain.balance(timelock).0), (before + 1_000, TREASURY - 1_000));
    assert_eq!(all.held(dave), 80);
}

#[test]
fn votes_are_those_of_the_snapshot_with_what_was_delegated_then() {
    let mut all = Assembly::new();
    let [alice, bob, carol, dave] = all.holders;
    let (token, calls) = (all.token, all.mint(alice, 1));
    all.chain.call(bob, token, "delegate", &(carol,)).ok();
    let (proposal, _) = all.open(alice, &calls);
    // What is delegated, given or made after the snapshot changes nothing.
    all.chain.call(alice, token, "delegate", &(dave,)).ok();
    all.chain.call(bob, token, "delegate", &(bob,)).ok();
    all.give(carol, dave, 250);
    all.chain.roll(1);
    assert_eq!(all.vote(carol, proposal, AGAINST).returns::<u128>(), 550);
    assert_eq!(all.vote(alice, proposal, IN_FAVOUR).returns::<u128>(), 400);
    assert_eq!(all.vote(dave, proposal, IN_FAVOUR).returns::<u128>(), 50);
    all.vote(bob, proposal, IN_FAVOUR).expect_revert(NO_VOTES);
    all.close();
    assert_eq!(all.state(proposal), DEFEATED);
}

#[test]
fn a_unit_votes_once_wherever_it_goes_after_its_vote() {
    let mut all = Assembly::new();
    let ([alice, bob, ..], mallory) = (all.holders, all.mallory);
    let (token, calls) = (all.token, all.mint(alice, 1));
    let (proposal, _) = all.open(alice, &calls);
    all.vote(alice, proposal, IN_FAVOUR).ok();
    all.vote(alice, proposal, IN_FAVOUR).expect_revert(VOTED_BEFORE);
    // By transfer and by delegation, on the way round and back.
    all.give(alice, mallory, 200);
    all.chain.call(alice, token, "delegate", &(mallory,)).ok();
    all.chain.roll(1);
    all.vote(mallory, proposal, IN_FAVOUR).expect_revert(NO_VOTES);
    all.chain.call(alice, token, "delegate", &(bob,)).ok();
    assert_eq!(all.vote(bob, proposal, AGAINST).returns::<u128>(), 300);
    all.give(mallory, alice, 200);
    all.vote(alice, proposal, IN_FAVOUR).expect_revert(VOTED_BEFORE);
}

#[test]
fn flash_borrowed_votes_neither_propose_nor_count() {
    let mut all = Assembly::new();
    let ([alice, ..], mallory) = (all.holders, all.mallory);
    let (token, governor, calls) = (all.token, all.governor, all.mint(mallory, 1_000));
    let borrow = |all: &mut Assembly, function: &str, arguments: Vec<u8>| {
        let outcomes = all.chain.block(|block| {
            block.call(alice, token, "transfer", &(mallory, Amount(400)));
            block.call(mallory, token, "delegate", &(mallory,));
            block.call(mallory, governor, function, &Encoded(arguments));
            block.call(mallory, token, "transfer", &(alice, Amount(400)));
        });
        outcomes[0].ok();
        outcomes[3].ok();
        outcomes[2].clone()
    };
    let propose = tacit_simulator::encode(&(calls.clone(), [7_u8; 32]));
    borrow(&mut all, "propose", propose).expect_revert(BELOW_THRESHOLD);
    // In every block around the snapshot, also in the snapshot's own: what counts is who has it when the block is over.
    let proposal: u64 = all.propose(alice, &calls).returns();
    for _ in 0..VOTING_DELAY {
        let _ = borrow(&mut all, "vote", tacit_simulator::encode(&(proposal, IN_FAVOUR)));
    }
    borrow(&mut all, "vote", tacit_simulator::encode(&(proposal, IN_FAVOUR))).expect_revert(NO_VOTES);
    assert_eq!(all.vote(alice, proposal, AGAINST).returns::<u128>(), 400);
    all.close();
    assert_eq!(all.state(proposal), DEFEATED);
}

/// Has Dave, who holds so much of the supply, vote for something alone, against so much of Carol's; how it ends.
fn alone(supply: u128, in_favour: u128, against: u128) -> u8 {
    let mut all = Assembly::new();
    let [alice, bob, carol, dave] = all.holders;
    let mint = all.mint(bob, supply - 1_000);
    if supply > 1_000 {
        all.enact(&mint).ok();
    }
    let move_to = |all: &mut Assembly, who, wanted: u128| {
        let has = all.held(who);
        if has < wanted { all.give(bob, who, wanted - has) } else { all.give(who, bob, has - wanted) }
    };
    move_to(&mut all, dave, in_favour);
    move_to(&mut all, carol, against);
    let calls = all.mint(bob, 1);
    let (proposal, _) = all.open(alice, &calls);
    all.vote(dave, proposal, IN_FAVOUR).ok();
    if against > 0 {
        all.vote(carol, proposal, AGAINST).ok();
    }
    // Made after the snapshot, by the administrator's word: it changes neither quorum nor votes.
    all.chain.prank(all.timelock).call(all.timelock, all.token, "mint", &(bob, Amount(5_000))).ok();
    all.close();
    all.state(proposal)
}

#[test]
fn the_quorum_is_a_fifth_of_all_votes_rounded_up_to_the_unit() {
    assert_eq!(alone(1_000, 199, 0), DEFEATED);
    assert_eq!(alone(1_000, 200, 0), SUCCEEDED);
    // A fifth of 1,001 is more than 200.
    assert_eq!(alone(1_001, 200, 0), DEFEATED);
    assert_eq!(alone(1_001, 201, 0), SUCCEEDED);
    assert_eq!(alone(1_005, 201, 0), SUCCEEDED);
    // A tie is no majority, and votes against reach no quorum for it.
    assert_eq!(alone(1_000, 200, 200), DEFEATED);
    assert_eq!(alone(1_000, 201, 200), SUCCEEDED);
    assert_eq!(alone(1_000, 150, 100), DEFEATED);
}

#[test]
fn two_guards_of_three_cancel_what_waits_in_the_timelock() {
    let mut all = Assembly::new();
    let (mallory, calls) = (all.mallory, all.mint(all.mallory, 999));
    let proposal = all.pass(&calls);
    all.queue(proposal, &calls).ok();
    // One guard alone does nothing, neither in the multisig nor beside it.
    let id = all.guards_propose("cancel", &(proposal,));
    all.chain.call(all.owners[0], all.guards, "execute", &(id,)).expect_revert(11);
    all.chain.call(all.owners[0], all.governor, "cancel", &(proposal,)).expect_revert(MAY_NOT_CANCEL);
    all.chain.warp(DELAY);
    let outcome = all.guards_cancel(proposal);
    outcome.ok().expect_event_from(all.governor, "Cancelled", &(proposal, all.guards));
    assert_eq!(outcome.events_named("Cancelled").len(), 2, "governor and timelock");
    assert_eq!(all.state(proposal), CANCELLED);
    all.execute(proposal, &calls).expect_revert(WAS_CANCELLED);
    assert_eq!(all.held(mallory), 0);
    // The guards can cancel, and nothing else: no role of theirs does anything.
    let id = all.guards_propose("set_settings", &(1_u64, 10_u64, 0_u64, 10_u64, ONE, Amount(1)));
    all.chain.call(all.owners[1], all.guards, "confirm", &(id,)).ok();
    assert!(all.chain.call(all.owners[1], all.guards, "execute", &(id,)).result.is_err());
}

#[test]
fn the_holders_dismiss_guards_who_cancel_everything() {
    let mut all = Assembly::new();
    let (governor, guards) = (all.governor, all.guards);
    let dismiss = [action(governor, "revoke_role", &(GUARDIAN, guards))];
    let proposal = all.pass(&dismiss);
    assert!(all.guards_cancel(proposal).result.is_err());
    all.queue(proposal, &dismiss).ok();
    assert!(all.guards_cancel(proposal).result.is_err());
    all.chain.warp(DELAY);
    all.execute(proposal, &dismiss).ok();
    let calls = all.mint(all.mallory, 1);
    let proposal = all.pass(&calls);
    assert!(all.guards_cancel(proposal).result.is_err());
}

#[test]
fn a_governor_hands_over_to_its_successor_and_has_no_rights_left() {
    let mut all = Assembly::new();
    let (old, timelock, creator) = (all.governor, all.timelock, all.chain.account("creator"));
    let code = deploy(&mut all.chain, "governor");
    let settings = (VOTING_DELAY, VOTING_PERIOD, 6_u64, 20_u64, ONE / 2, Amount(100));
    let arguments = (all.token, timelock, all.guards, settings);
    let new = all.chain.instantiate_with(creator, code, &arguments, InstantiateOptions::new()).unwrap();
    all.enact(&[
        action(timelock, "grant_role", &(PROPOSER, new)),
        action(timelock, "grant_role", &(CANCELLER, new)),
        action(timelock, "revoke_role", &(PROPOSER, old)),
    ])
    .ok();
    let late = all.mint(all.mallory, 5);
    let proposal = all.pass(&late);
    all.queue(proposal, &late).expect_revert(TIMELOCK_FAILED);
    all.governor = new;
    let calls = all.mint(all.holders[3], 7);
    all.enact(&calls).ok();
    assert_eq!((all.held(all.holders[3]), all.held(all.mallory)), (57, 0));
}

#[test]
fn a_paused_token_still_votes_and_a_burnt_supply_lowers_the_next_quorum_only() {
    let mut all = Assembly::new();
    let [alice, bob, carol, _] = all.holders;
    let (token, creator) = (all.token, all.chain.account("creator"));
    let calls = all.mint(alice, 1);
    let (proposal, _) = all.open(alice, &calls);
    all.chain.call(creator, token, "grant_role", &(1_u8, creator)).ok();
    all.chain.call(creator, token, "pause", &(0_u8, 3_600_000_u64)).ok();
    assert!(all.chain.call(alice, token, "transfer", &(bob, Amount(1))).result.is_err());
    assert_eq!(all.vote(alice, proposal, IN_FAVOUR).returns::<u128>(), 400);
    all.chain.call(creator, token, "grant_role", &(17_u8, carol)).ok();
    all.chain.call(carol, token, "burn", &(carol, Amount(250))).ok();
    assert_eq!(all.vote(carol, proposal, AGAINST).returns::<u128>(), 250);
    let past = Height(all.chain.height().0 - 1);
    assert_eq!(all.chain.view::<u128>(token, "total_votes_at", &(past,)), Ok(750));
}
