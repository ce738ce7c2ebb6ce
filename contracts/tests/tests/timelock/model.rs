//! Random steps on a timelock and on a list of operations with their times, which must agree.

use crate::scene::*;
use proptest::prelude::*;
use std::collections::BTreeMap;
use tacit_contract_tests::twin::{self, Twin, agrees};
use tacit_simulator::Chain;

#[derive(Debug, Clone)]
pub enum Step {
    Schedule { by: u64, salt: u8, delay_hours: u64 },
    Execute { by: u64, salt: u8 },
    Cancel { by: u64, salt: u8 },
    Wait { hours: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    let what = || (1..3u64, 0..2u8);
    prop_oneof![
        3 => (what(), 40..72u64).prop_map(|((by, salt), delay_hours)| Step::Schedule { by, salt, delay_hours }),
        4 => what().prop_map(|(by, salt)| Step::Execute { by, salt }),
        1 => what().prop_map(|(by, salt)| Step::Cancel { by, salt }),
        3 => (1..60u64).prop_map(|hours| Step::Wait { hours }),
        1 => (300..400u64).prop_map(|hours| Step::Wait { hours }),
    ]
}

#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Open,
    Executed,
    Cancelled,
}

/// The timelock, naively: when each operation was ready and what became of it, and what the counter has to show.
#[derive(Clone, Default)]
pub struct Model {
    operations: BTreeMap<(u64, u8), (u64, Fate)>,
    counted: u64,
}

impl Model {
    fn schedule(&mut self, what: (u64, u8), delay: u64, now: u64) -> Result<(), u32> {
        if delay < DELAY {
            return Err(DELAY_OUT_OF_RANGE);
        }
        if self.operations.contains_key(&what) {
            return Err(SCHEDULED_BEFORE);
        }
        self.operations.insert(what, (now + delay, Fate::Open));
        Ok(())
    }

    fn execute(&mut self, what: (u64, u8), now: u64) -> Result<(), u32> {
        let (ready, fate) = self.operations.get_mut(&what).ok_or(NOT_SCHEDULED)?;
        match fate {
            Fate::Executed => return Err(EXECUTED_BEFORE),
            Fate::Cancelled => return Err(WAS_CANCELLED),
            Fate::Open if now < *ready => return Err(TOO_EARLY),
            Fate::Open if now >= *ready + GRACE => return Err(EXPIRED),
            Fate::Open => *fate = Fate::Executed,
        }
        self.counted += what.0;
        Ok(())
    }

    fn cancel(&mut self, what: (u64, u8)) -> Result<(), u32> {
        match self.operations.get_mut(&what).ok_or(NOT_SCHEDULED)? {
            (_, Fate::Executed) => Err(EXECUTED_BEFORE),
            (_, Fate::Cancelled) => Err(WAS_CANCELLED),
            (_, fate) => {
                *fate = Fate::Cancelled;
                Ok(())
            }
        }
    }

    fn state(&self, what: (u64, u8), now: u64) -> u8 {
        match self.operations.get(&what) {
            None => UNKNOWN,
            Some((_, Fate::Executed)) => EXECUTED,
            Some((_, Fate::Cancelled)) => CANCELLED,
            Some((ready, _)) if now < *ready => WAITING,
            Some((ready, _)) if now < *ready + GRACE => READY,
            Some(_) => OVERDUE,
        }
    }
}

/// Runs a step on both and compares what became of it. Says whether it succeeded.
fn both(scene: &mut Scene, model: &mut Model, step: &Step) -> bool {
    let now = scene.chain.time().0;
    let (outcome, expected) = match *step {
        Step::Schedule { by, salt, delay_hours } => {
            let (calls, delay) = (scene.add(by), delay_hours * HOUR);
            let (proposer, timelock) = (scene.proposer, scene.timelock);
            let outcome = scene.chain.call(proposer, timelock, "schedule", &(calls, [salt; 32], delay));
            (outcome, model.schedule((by, salt), delay, now))
        }
        Step::Execute { by, salt } => (scene.execute(&scene.add(by), salt), model.execute((by, salt), now)),
        Step::Cancel { by, salt } => {
            let operation = scene.hash(&scene.add(by), salt);
            (scene.cancel(operation), model.cancel((by, salt)))
        }
        Step::Wait { hours } => {
            scene.chain.warp(hours * HOUR);
            return true;
        }
    };
    agrees(&outcome, &expected)
}

impl Twin for Scene {
    type Step = Step;
    type Model = Model;

    fn chain(&mut self) -> &mut Chain {
        &mut self.chain
    }

    fn step(&mut self, model: &mut Model, step: &Step) -> Result<bool, TestCaseError> {
        let succeeded = both(self, model, step);
        prop_assert_eq!(self.counted(), model.counted);
        let now = self.chain.time().0;
        for what in [(1, 0), (1, 1), (2, 0), (2, 1)] {
            let operation = self.hash(&self.add(what.0), what.1);
            prop_assert_eq!(self.state(operation), model.state(what, now), "after {:?}", step);
        }
        Ok(succeeded)
    }
}

#[test]
fn the_timelock_does_what_the_naive_one_does() {
    let scene = Scene::new();
    let steps = prop::collection::vec(step(), 1..20);
    twin::run(scene, &Model::default(), 250, &steps, &["Schedule", "Execute", "Cancel"]);
}
