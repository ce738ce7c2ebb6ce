//! Generated contracts: metered and run on both engines, which must agree about result, gas, storage and events. Every case
//! follows from its number alone, so a number repeats it and a range of numbers says what was run: `TACIT_FROM` and
//! `TACIT_CASES` choose one, and `docs/spec/generated-runs.md` records the ranges that the long tier has run.

use super::generate::{Random, generate, with_a_large_stack};
use super::script;
use super::support::Chain;
use crate::{INSTRUMENTATION_VERSION, gas};

/// The seed of this run.
pub(super) fn seed() -> u64 {
    match std::env::var("TACIT_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as u64,
    }
}

/// How many cases ran, and how many calls of them succeeded.
#[derive(Default)]
struct Tally {
    modules: usize,
    scripts: usize,
    calls: usize,
    succeeded: usize,
    frames: usize,
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap())
}

/// Runs the cases with these numbers. One in four is a family of contracts that call the host and each other; the others are
/// whatever the generator of modules makes.
fn agree_on(from: u64, cases: u64) {
    let (from, cases) = (number("TACIT_FROM").unwrap_or(from), number("TACIT_CASES").unwrap_or(cases));
    println!(
        "cases {from} to {}, instrumentation {INSTRUMENTATION_VERSION}, gas schedule {}",
        from + cases - 1,
        gas::SCHEDULE_VERSION
    );
    let mut tally = Tally::default();
    for case in from..from + cases {
        // Shown with the panic if this case fails.
        let _number = Number(case);
        if case % 4 == 0 { family(case, &mut tally) } else { module(case, &mut tally) }
    }
    let Tally { modules, scripts, calls, succeeded, frames } = tally;
    println!("{modules} modules, {scripts} families; {succeeded} of {calls} calls succeeded in {frames} frames");
    if cases >= 1_000 {
        assert!(succeeded * 10 > calls, "nearly every call failed: the cases test too little");
        assert!(frames > calls, "nothing called anything");
    }
}

/// Says which case it was.
struct Number(u64);

impl Drop for Number {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("case {}: TACIT_FROM={} TACIT_CASES=1 repeats it", self.0, self.0);
        }
    }
}

/// The first module that the number's generator makes and that may be deployed.
fn module(case: u64, tally: &mut Tally) {
    let mut random = Random(case);
    let code = (0..100).find_map(|_| generate(&mut random)).expect("the generator makes nothing that may be deployed");
    let mut chain = Chain::new();
    let contract = chain.place(&code);
    tally.modules += 1;
    for function in ["run", "other"] {
        let gas = 20_000 + random.next() % 1_000_000;
        let input: Vec<u8> = (0..random.below(40)).map(|index| index as u8).collect();
        // `Chain` compares both engines.
        let outcome = chain.call_with_gas(contract, function, &input, gas);
        tally.calls += 1;
        tally.frames += outcome.frames.len();
        tally.succeeded += usize::from(outcome.result.is_ok());
    }
}

fn family(case: u64, tally: &mut Tally) {
    let mut random = Random(case);
    let mut family = script::Family::new(&random.bytes(200, 3_000));
    tally.scripts += 1;
    for outcome in family.run() {
        tally.calls += 1;
        tally.frames += outcome.frames.len();
        tally.succeeded += usize::from(outcome.result.is_ok());
    }
}

#[test]
fn two_engines_agree_on_generated_contracts() {
    with_a_large_stack(|| agree_on(0, 2_000));
}

mod long {
    #[test]
    #[ignore = "long tier: run with --ignored"]
    fn two_engines_agree_on_many_generated_contracts() {
        super::with_a_large_stack(|| super::agree_on(1_000_000, 50_000));
    }
}
