//! The loop in which the same random steps happen to a contract and to a naive one, so simple that it is obviously right.
//! A test says what a step does to both and what must be equal afterwards; the loop begins every case at the same point,
//! has failing lists of steps shrunk, and makes sure that the steps get somewhere.

use crate::random;
use proptest::strategy::Strategy;
use proptest::test_runner::{TestCaseError, TestRunner};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::rc::Rc;
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

/// What an invariant remembers of the step before.
pub struct Memory<T>(Rc<RefCell<Option<T>>>);

impl<T> Memory<T> {
    /// Puts what is now into the place of what was before, which it returns; none, if nothing was.
    #[must_use]
    pub fn replace(&self, now: T) -> Option<T> {
        self.0.replace(Some(now))
    }

    /// Forgets what was before, when a test goes back in time.
    pub fn forget(&self) {
        *self.0.borrow_mut() = None;
    }
}

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Self(Rc::default())
    }
}

impl<T> Clone for Memory<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

/// Contracts whose invariants look at the step before; the addresses and people of a test.
pub trait Watched {
    /// What can happen.
    type Step: Debug;
    /// The naive contracts.
    type Model: Clone;
    /// What the invariants remember.
    type Seen;

    /// As [`Twin::step`].
    ///
    /// # Errors
    /// As there.
    fn step(&self, chain: &mut Chain, model: &mut Self::Model, step: &Self::Step) -> Result<bool, TestCaseError>;

    /// As [`Twin::end`].
    ///
    /// # Errors
    /// As there.
    fn end(&self, _chain: &mut Chain, _model: &Self::Model) -> Result<(), TestCaseError> {
        Ok(())
    }
}

/// Such contracts on their chain. Every case begins with nothing before it.
pub struct Pair<W: Watched> {
    /// The chain.
    pub chain: Chain,
    /// The contracts.
    pub world: W,
    /// What their invariants remember.
    pub memory: Memory<W::Seen>,
}

impl<W: Watched> Twin for Pair<W> {
    type Step = W::Step;
    type Model = W::Model;

    fn chain(&mut self) -> &mut Chain {
        &mut self.chain
    }

    fn begin(&mut self, _model: &mut W::Model) {
        self.memory.forget();
    }

    fn step(&mut self, model: &mut W::Model, step: &W::Step) -> Result<bool, TestCaseError> {
        self.world.step(&mut self.chain, model, step)
    }

    fn end(&mut self, model: &W::Model) -> Result<(), TestCaseError> {
        self.world.end(&mut self.chain, model)
    }
}

/// Most times that the cases are drawn until every kind of step has succeeded. A kind that is rare may be missed once by
/// chance; one that is missed so often cannot succeed.
const ROUNDS_MAX: u64 = 10;

/// Runs random lists of steps. Every kind of step that `reached` names must have succeeded at least once: what is never
/// reached proves nothing. As many cases are drawn again while one has not.
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
    let seed = random::seed();
    let missing = || reached.iter().find(|kind| !counts.borrow().contains_key(**kind));
    for round in 0..ROUNDS_MAX {
        if let Err(error) = TestRunner::new(random::config_of(seed.wrapping_add(round), cases)).run(steps, case) {
            panic!("{error}");
        }
        if missing().is_none() {
            break;
        }
    }
    println!("steps that succeeded: {:?}", counts.borrow());
    assert!(missing().is_none(), "{:?} never succeeded: {:?}", missing(), counts.borrow());
}

/// Does a step to a contract and to a naive one, which a refused step leaves as it was. `act` is told how the naive one stands
/// before, and says none if the step is no transaction. Says whether it succeeded.
///
/// # Panics
/// When they did not do the same.
#[track_caller]
pub fn both<M: Clone>(
    model: &mut M,
    act: impl FnOnce(&M) -> Option<Outcome>,
    apply: impl FnOnce(&mut M) -> Result<(), u32>,
) -> bool {
    let outcome = act(model);
    let mut next = model.clone();
    let expected = apply(&mut next);
    if expected.is_ok() {
        *model = next;
    }
    outcome.is_none_or(|outcome| agrees(&outcome, &expected))
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
