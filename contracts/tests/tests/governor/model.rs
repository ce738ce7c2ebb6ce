//! Random steps on the three contracts and on a naive model, which remembers everybody's balance at every height and
//! counts all votes anew whenever it is asked. Results, errors and states must agree.

use crate::scene::*;
use proptest::prelude::*;
use tacit_contract_tests::twin::{self, Twin, agrees};
use tacit_simulator::{Amount, Chain};

#[derive(Debug, Clone)]
pub enum Step {
    Propose { who: usize },
    Vote { who: usize, proposal: u64, choice: u8 },
    Queue { proposal: u64, forged: bool },
    Execute { proposal: u64 },
    Cancel { who: usize, proposal: u64 },
    Transfer { from: usize, to: usize, amount: u128 },
    Roll { heights: u64 },
    Wait { days: u64 },
}

/// Alice, Bob, Carol, Dave; in cancellations 4 is the guardian.
fn step() -> impl Strategy<Value = Step> {
    let who = || 0..4usize;
    let proposal = || 0..3u64;
    let choice = prop_oneof![1 => Just(AGAINST), 4 => Just(IN_FAVOUR), 1 => Just(ABSTAIN)];
    prop_oneof![
        3 => who().prop_map(|who| Step::Propose { who }),
        9 => (who(), proposal(), choice).prop_map(|(who, proposal, choice)| Step::Vote { who, proposal, choice }),
        8 => (proposal(), prop::bool::weighted(0.2)).prop_map(|(proposal, forged)| Step::Queue { proposal, forged }),
        6 => proposal().prop_map(|proposal| Step::Execute { proposal }),
        2 => (0..5usize, proposal()).prop_map(|(who, proposal)| Step::Cancel { who, proposal }),
        3 => (who(), who(), 0..300u128).prop_map(|(from, to, amount)| Step::Transfer { from, to, amount }),
        6 => (1..9u64).prop_map(|heights| Step::Roll { heights }),
        2 => (1..4u64).prop_map(|days| Step::Wait { days }),
        1 => Just(Step::Wait { days: 15 }),
    ]
}

#[derive(Clone)]
struct Proposal {
    proposer: usize,
    snapshot: u64,
    deadline: u64,
    ballots: Vec<(usize, u8)>,
    extended: bool,
    cancelled: bool,
    /// When it was queued, as a time of the timelock.
    queued: Option<u64>,
    executed: bool,
}

#[derive(Clone, Default)]
pub struct Model {
    /// Balances after each height at which they changed, in order.
    balances: Vec<(u64, [u128; 4])>,
    proposals: Vec<Proposal>,
    counted: u64,
}

impl Model {
    fn votes(&self, who: usize, height: u64) -> u128 {
        self.balances.iter().rev().find(|(at, _)| *at <= height).map_or(0, |(_, balances)| balances[who])
    }

    fn count(&self, proposal: &Proposal, choice: u8) -> u128 {
        let of_choice = proposal.ballots.iter().filter(|(_, other)| *other == choice);
        of_choice.map(|(who, _)| self.votes(*who, proposal.snapshot)).sum()
    }

    fn has_quorum(&self, proposal: &Proposal) -> bool {
        self.count(proposal, IN_FAVOUR) + self.count(proposal, ABSTAIN) >= QUORUM
    }

    fn state(&self, number: u64, height: u64, now: u64) -> Option<u8> {
        let proposal = self.proposals.get(number as usize)?;
        let has_passed = self.has_quorum(proposal) && self.count(proposal, IN_FAVOUR) > self.count(proposal, AGAINST);
        Some(match proposal.queued {
            _ if proposal.cancelled => CANCELLED,
            _ if proposal.executed => EXECUTED,
            Some(queued) if now >= queued + DELAY + GRACE => EXPIRED,
            Some(_) => QUEUED,
            None if height <= proposal.snapshot => PENDING,
            None if height <= proposal.deadline => ACTIVE,
            None if !has_passed => DEFEATED,
            None if height <= proposal.deadline + QUEUE_WINDOW => SUCCEEDED,
            None => EXPIRED,
        })
    }

    fn propose(&mut self, who: usize, height: u64, now: u64) -> Result<(), u32> {
        if self.votes(who, height - 1) < THRESHOLD {
            return Err(BELOW_THRESHOLD);
        }
        let open = |number: usize| matches!(self.state(number as u64, height, now), Some(PENDING | ACTIVE));
        if (0..self.proposals.len()).any(|number| self.proposals[number].proposer == who && open(number)) {
            return Err(ONE_AT_A_TIME);
        }
        self.proposals.push(Proposal {
            proposer: who,
            snapshot: height + VOTING_DELAY,
            deadline: height + VOTING_DELAY + VOTING_PERIOD,
            ballots: Vec::new(),
            extended: false,
            cancelled: false,
            queued: None,
            executed: false,
        });
        Ok(())
    }

    fn vote(&mut self, who: usize, number: u64, choice: u8, height: u64, now: u64) -> Result<u128, u32> {
        if self.state(number, height, now).ok_or(PROPOSAL_UNKNOWN)? != ACTIVE {
            return Err(NOT_ACTIVE);
        }
        let mut proposal = self.proposals[number as usize].clone();
        if proposal.ballots.iter().any(|(voter, _)| *voter == who) {
            return Err(VOTED_BEFORE);
        }
        let votes = self.votes(who, proposal.snapshot);
        if votes == 0 {
            return Err(NO_VOTES);
        }
        let was_reached = self.has_quorum(&proposal);
        proposal.ballots.push((who, choice));
        if !was_reached && self.has_quorum(&proposal) && height + LATE_EXTENSION > proposal.deadline {
            assert!(!proposal.extended);
            (proposal.deadline, proposal.extended) = (height + LATE_EXTENSION, true);
        }
        self.proposals[number as usize] = proposal;
        Ok(votes)
    }

    fn queue(&mut self, number: u64, forged: bool, height: u64, now: u64) -> Result<(), u32> {
        if self.state(number, height, now).ok_or(PROPOSAL_UNKNOWN)? != SUCCEEDED {
            return Err(NOT_SUCCEEDED);
        }
        if forged {
            return Err(CALLS_DIFFER);
        }
        self.proposals[number as usize].queued = Some(now);
        Ok(())
    }

    /// What the timelock says.
    fn execute(&mut self, number: u64, now: u64) -> Result<(), u32> {
        let proposal = self.proposals.get_mut(number as usize).ok_or(NOT_SCHEDULED)?;
        match proposal.queued {
            None => Err(NOT_SCHEDULED),
            Some(_) if proposal.cancelled => Err(WAS_CANCELLED),
            Some(_) if proposal.executed => Err(EXECUTED_BEFORE),
            Some(queued) if now < queued + DELAY => Err(TOO_EARLY),
            Some(queued) if now >= queued + DELAY + GRACE => Err(6),
            Some(_) => {
                proposal.executed = true;
                self.counted += number + 1;
                Ok(())
            }
        }
    }

    fn cancel(&mut self, who: usize, number: u64, height: u64, now: u64) -> Result<(), u32> {
        let state = self.state(number, height, now).ok_or(PROPOSAL_UNKNOWN)?;
        let own = self.proposals[number as usize].proposer == who && state == PENDING;
        if !own && (who != 4 || !matches!(state, PENDING | ACTIVE | SUCCEEDED | QUEUED)) {
            return Err(MAY_NOT_CANCEL);
        }
        self.proposals[number as usize].cancelled = true;
        Ok(())
    }

    fn transfer(&mut self, from: usize, to: usize, amount: u128, height: u64) -> Result<(), u32> {
        let mut balances = self.balances.last().map(|(_, balances)| *balances).unwrap_or_default();
        balances[from] = balances[from].checked_sub(amount).ok_or(1_u32)?;
        balances[to] += amount;
        self.balances.push((height, balances));
        Ok(())
    }
}

/// Runs a step on both and compares what became of it. Says whether it succeeded.
fn both(scene: &mut Scene, model: &mut Model, step: &Step) -> Result<bool, TestCaseError> {
    let (height, now) = (scene.chain.height().0, scene.chain.time().0);
    let (outcome, expected) = match *step {
        Step::Propose { who } => {
            // Each proposal adds its number and one, so that the counter tells which were executed.
            let calls = scene.add(model.proposals.len() as u64 + 1);
            (scene.propose(scene.holders[who], &calls), model.propose(who, height, now))
        }
        Step::Vote { who, proposal, choice } => {
            let outcome = scene.vote(scene.holders[who], proposal, choice);
            let expected = model.vote(who, proposal, choice, height, now);
            if let Ok(votes) = expected {
                prop_assert_eq!(outcome.returns::<u128>(), votes);
            }
            (outcome, expected.map(|_| ()))
        }
        Step::Queue { proposal, forged } => {
            let calls = scene.add(proposal + 1 + u64::from(forged));
            (scene.queue(proposal, &calls), model.queue(proposal, forged, height, now))
        }
        Step::Execute { proposal } => {
            let calls = scene.add(proposal + 1);
            (scene.execute(proposal, &calls), model.execute(proposal, now))
        }
        Step::Cancel { who, proposal } => {
            let by = scene.holders.get(who).copied().unwrap_or(scene.guardian);
            (scene.cancel(by, proposal), model.cancel(who, proposal, height, now))
        }
        Step::Transfer { from, to, amount } => {
            let (by, to_whom, token) = (scene.holders[from], scene.holders[to], scene.token);
            let outcome = scene.chain.call(by, token, "transfer", &(to_whom, Amount(amount)));
            (outcome, model.transfer(from, to, amount, height))
        }
        Step::Roll { heights } => {
            scene.chain.roll(heights);
            return Ok(true);
        }
        Step::Wait { days } => {
            scene.chain.warp(days * DAY);
            return Ok(true);
        }
    };
    Ok(agrees(&outcome, &expected))
}

impl Twin for Scene {
    type Step = Step;
    type Model = Model;

    fn chain(&mut self) -> &mut Chain {
        &mut self.chain
    }

    fn begin(&mut self, model: &mut Model) {
        // The first proposal is there already, so that most cases get somewhere.
        assert!(both(self, model, &Step::Propose { who: 0 }).unwrap());
    }

    fn step(&mut self, model: &mut Model, step: &Step) -> Result<bool, TestCaseError> {
        let succeeded = both(self, model, step)?;
        prop_assert_eq!(self.counted(), model.counted);
        let (height, now) = (self.chain.height().0, self.chain.time().0);
        for proposal in 0..model.proposals.len() as u64 {
            prop_assert_eq!(Some(self.state(proposal)), model.state(proposal, height, now), "after {:?}", step);
        }
        Ok(succeeded)
    }
}

#[test]
fn the_governor_does_what_the_naive_one_does() {
    let scene = Scene::new();
    let start = Model { balances: vec![(scene.chain.height().0 - 1, HELD)], ..Model::default() };
    let steps = prop::collection::vec(step(), 20..70);
    twin::run(scene, &start, 250, &steps, &["Propose", "Vote", "Queue", "Execute", "Cancel", "Transfer"]);
}
