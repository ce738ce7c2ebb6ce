//! The loop in which the same random steps happen to a contract and to a naive one, so simple that it is obviously right.
//! A test says what a step does to both and what must be equal afterwards; the loop begins every case at the same point,
//! has failing lists of steps shrunk, and makes sure that the steps get somewhere.

use crate::random;
use proptest::strategy::Strategy;
use proptest::test_runner::{TestCaseError, TestRunner};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Debug;
use tacit_simulator::{Chain, Outcome};

/// A contract on a chain, beside a naive one.
pub trait Twin {
    /// What can happen.
    type Step: Debug;
    /// The naive contract.
    type Model: Clone;

    /// Where the contract lives.
    fn chain(&mut self) -> &mut Chain;

    /// Begins a case: the chain and the model are as at the start.
    fn begin(&mut self, _model: &mut Self::Model) {}

    /// Does a step to both, and compares what came of it and everything that can be seen. Says whether it succeeded.
    ///
    /// # Errors
    /// They differ.
    fn step(&mut self, model: &mut Self::Model, step: &Self::Step) -> Result<bool, TestCaseError>;

    /// What a step is counted as: the name of its kind, without its fields.
    fn kind(step: &Self::Step) -> String {
        let text = format!("{step:?}");
        // A step with more about it in a tuple is the step.
        let name = text.trim_start_matches('(').split(|end: char| !end.is_alphanumeric()).next();
        name.unwrap_or_default().to_string()
    }

    /// Ends a case.
    ///
    /// # Errors
    /// Something does not hold at the end.
    fn end(&mut self, _model: &Self::Model) -> Result<(), TestCaseError> {
        Ok(())
    }
}

/// Runs random lists of steps. Every kind of step that `reached` names must have succeeded at least once: what is never
/// reached proves nothing.
///
/// # Panics
/// When the two differ, with the shortest list of steps that shows it, or when a kind was not reached.
pub fn run<T: Twin>(
    twin: T,
    start: &T::Model,
    cases: u32,
    steps: &impl Strategy<Value = Vec<T::Step>>,
    reached: &[&str],
) {
    let (twin, counts) = (RefCell::new(twin), RefCell::new(BTreeMap::<String, u32>::new()));
    let point = twin.borrow_mut().chain().snapshot();
    let case = |steps: Vec<T::Step>| {
        let (twin, mut model) = (&mut *twin.borrow_mut(), start.clone());
        twin.chain().revert(&point);
        twin.begin(&mut model);
        for step in &steps {
            if twin.step(&mut model, step)? {
                *counts.borrow_mut().entry(T::kind(step)).or_default() += 1;
            }
        }
        twin.end(&model)
    };
    if let Err(error) = TestRunner::new(random::config(cases)).run(steps, case) {
        panic!("{error}");
    }
    let counts = counts.into_inner();
    println!("steps that succeeded: {counts:?}");
    for kind in reached {
        assert!(counts.contains_key(*kind), "{kind} never succeeded: {counts:?}");
    }
}

/// Asserts that a call did what the naive contract did: succeed, or revert with the code. Says whether it succeeded.
///
/// # Panics
/// When it did something else.
#[track_caller]
pub fn agrees<T>(outcome: &Outcome, expected: &Result<T, u32>) -> bool {
    match expected {
        Ok(_) => outcome.ok(),
        Err(code) => outcome.expect_revert(*code),
    };
    expected.is_ok()
}
