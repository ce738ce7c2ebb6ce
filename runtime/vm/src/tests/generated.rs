//! Generated contracts: metered and run on two engines, and a share of them on the third, which must agree about result, gas, storage
//! and events. Every case follows from its number alone, so a number repeats it and a range of numbers says what was run:
//! `TACIT_FROM` and `TACIT_CASES` choose one, and `docs/spec/generated-runs.md` records the ranges that the long tier has run.

use super::generate::{Random, generate, with_a_large_stack};
use super::recording::Recording;
use super::script;
use super::support::{Chain, Engines};
use crate::{INSTRUMENTATION_VERSION, gas};
use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// One case in so many runs on the third engine too. Compiling once more costs half of what a case costs.
const ONE_IN_ON_THREE: u64 = 5;
/// Threads of the long tier, at most: as many calls as the engines of the tests run at once.
const THREADS_MAX: usize = 4;
/// How often the long tier says how far it is, in cases.
const NEWS: u64 = 50_000;

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
    on_three: usize,
    untranslated: usize,
    outcomes: Outcomes,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.modules += other.modules;
        self.scripts += other.scripts;
        self.calls += other.calls;
        self.succeeded += other.succeeded;
        self.frames += other.frames;
        self.on_three += other.on_three;
        self.untranslated += other.untranslated;
        self.outcomes.add(other.outcomes.0);
    }
}

/// What all cases gave, in any order: two machines that ran the same cases show the same number.
#[derive(Default, Clone, Copy)]
struct Outcomes(u128);

impl Outcomes {
    fn add(&mut self, other: u128) {
        self.0 = self.0.wrapping_add(other);
    }

    fn add_case(&mut self, recording: &Recording) {
        let first: [u8; 16] = std::array::from_fn(|index| recording.outcome().as_bytes()[index]);
        self.add(u128::from_le_bytes(first));
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap())
}

/// Runs the cases with these numbers, on so many threads. One in four is a family of contracts that call the host and each other;
/// the others are whatever the generator of modules makes.
fn agree_on(from: u64, cases: u64, threads: usize) {
    let (from, cases) = (number("TACIT_FROM").unwrap_or(from), number("TACIT_CASES").unwrap_or(cases));
    println!(
        "cases {from} to {}, instrumentation {INSTRUMENTATION_VERSION}, gas schedule {}",
        from + cases - 1,
        gas::SCHEDULE_VERSION
    );
    let (next, sum) = (AtomicU64::new(0), Mutex::new(Tally::default()));
    let work = || {
        let mut tally = Tally::default();
        loop {
            let done = next.fetch_add(1, Ordering::Relaxed);
            if done >= cases {
                break;
            }
            if done > 0 && done.is_multiple_of(NEWS) {
                println!("{done} cases");
            }
            // Shown with the panic if this case fails.
            let number = Number { case: from + done, next: &next };
            run(number.case, &mut tally);
        }
        sum.lock().unwrap().add(&tally);
    };
    std::thread::scope(|scope| {
        (0..threads).for_each(|_| drop(scope.spawn(|| with_a_large_stack(work))));
    });
    let Tally { modules, scripts, calls, succeeded, frames, on_three, untranslated, outcomes } =
        sum.into_inner().unwrap();
    println!("{modules} modules, {scripts} families; {succeeded} of {calls} calls succeeded in {frames} frames");
    println!("{on_three} of them on three engines; outcomes {:032x}", outcomes.0);
    println!("{untranslated} modules that wasmi could not translate, on portable bytecode instead");
    assert_eq!((modules + scripts) as u64, cases);
    if cases >= 1_000 {
        assert!(succeeded * 10 > calls, "nearly every call failed: the cases test too little");
        assert!(untranslated as u64 <= cases / 10_000, "the second engine fails too often to be one");
        assert!(frames > calls, "nothing called anything");
    }
}

fn run(case: u64, tally: &mut Tally) {
    let is_on_three = case.is_multiple_of(ONE_IN_ON_THREE);
    let engines = if is_on_three { Engines::Three } else { Engines::Two };
    tally.on_three += usize::from(is_on_three);
    if case.is_multiple_of(4) { family(case, engines, tally) } else { module(case, engines, tally) }
}

/// Says which case it was, and lets no other begin.
struct Number<'a> {
    case: u64,
    next: &'a AtomicU64,
}

impl Drop for Number<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.next.store(u64::MAX / 2, Ordering::Relaxed);
            eprintln!("case {0}: TACIT_FROM={0} TACIT_CASES=1 repeats it", self.case);
        }
    }
}

/// The first module that the number's generator makes and that may be deployed.
fn module(case: u64, engines: Engines, tally: &mut Tally) {
    let mut random = Random(case);
    let made = (0..100).find_map(|_| generate(&mut random));
    let (code, info) = made.expect("the generator makes nothing that may be deployed");
    let mut chain = Chain::tolerant(engines);
    let contract = chain.place_checked(&code, info);
    tally.modules += 1;
    let mut recording = Recording::new();
    for function in ["run", "other"] {
        let gas = 20_000 + random.next() % 1_000_000;
        let input: Vec<u8> = (0..random.below(40)).map(|index| index as u8).collect();
        // `Chain` compares the engines.
        let outcome = chain.call_with_gas(contract, function, &input, gas);
        recording.call(&outcome);
        tally.calls += 1;
        tally.frames += outcome.frames.len();
        tally.succeeded += usize::from(outcome.result.is_ok());
    }
    tally.untranslated += usize::from(chain.untranslated > 0);
    recording.world(&chain.world);
    tally.outcomes.add_case(&recording);
}

fn family(case: u64, engines: Engines, tally: &mut Tally) {
    let mut random = Random(case);
    let mut family = script::Family::new(&random.bytes(200, 3_000), engines);
    tally.scripts += 1;
    let mut recording = Recording::new();
    for outcome in family.run() {
        recording.call(&outcome);
        tally.calls += 1;
        tally.frames += outcome.frames.len();
        tally.succeeded += usize::from(outcome.result.is_ok());
    }
    recording.world(family.world());
    tally.outcomes.add_case(&recording);
}

#[test]
fn engines_agree_on_generated_contracts() {
    agree_on(0, 2_000, 1);
}

mod long {
    #[test]
    #[ignore = "long tier: run with --ignored"]
    fn engines_agree_on_many_generated_contracts() {
        let processors = std::thread::available_parallelism().map_or(1, super::NonZero::get);
        super::agree_on(1_000_000, 50_000, processors.min(super::THREADS_MAX));
    }
}
