//! What the model tests of staking, timelock and governor share: a printed seed, and the proof that the random steps got
//! somewhere.

use proptest::test_runner::{Config, RngSeed};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Debug;

/// Cases of one run.
const CASES: u32 = 250;

/// A run whose seed is printed; `TACIT_SEED` repeats it.
pub fn config() -> Config {
    let seed = std::env::var("TACIT_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| u64::from(std::process::id()));
    println!("seed {seed}; TACIT_SEED repeats it");
    Config { cases: CASES, rng_seed: RngSeed::Fixed(seed), failure_persistence: None, ..Config::default() }
}

/// How often each kind of step succeeded.
#[derive(Default)]
pub struct Tally(RefCell<BTreeMap<String, u32>>);

impl Tally {
    /// Counts a step that succeeded, by the name of its kind.
    pub fn count(&self, step: &impl Debug) {
        let text = format!("{step:?}");
        let name = text.split([' ', '{']).next().unwrap_or_default();
        *self.0.borrow_mut().entry(name.to_string()).or_default() += 1;
    }

    /// Asserts that every kind of step succeeded: a model that is never reached proves nothing.
    #[track_caller]
    pub fn require(&self, names: &[&str]) {
        let counts = self.0.borrow();
        println!("steps that succeeded: {counts:?}");
        for name in names {
            assert!(counts.get(*name).is_some_and(|count| *count > 0), "{name} never succeeded: {counts:?}");
        }
    }
}
