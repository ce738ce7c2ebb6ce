//! Random runs that can be repeated: one seed for every test that draws its steps.

use proptest::test_runner::{Config, RngSeed};
use std::hash::{BuildHasher, RandomState};

/// The variable that sets the seed of a run.
pub const SEED: &str = "TACIT_SEED";

/// The seed of this run: what `TACIT_SEED` says, else another each time. It is printed, and a test that fails shows what it
/// printed.
///
/// # Panics
/// When the variable holds no number.
#[must_use]
pub fn seed() -> u64 {
    let seed = match std::env::var(SEED) {
        Ok(seed) => seed.parse().unwrap_or_else(|_| panic!("{SEED} must be a number below 2^64, not {seed:?}")),
        Err(_) => RandomState::new().hash_one(0_u8),
    };
    println!("{SEED}={seed} repeats this run");
    seed
}

/// A random test of so many cases, with [`seed`].
#[must_use]
pub fn config(cases: u32) -> Config {
    let rng_seed = RngSeed::Fixed(seed());
    Config { cases, rng_seed, failure_persistence: None, ..Config::default() }
}
