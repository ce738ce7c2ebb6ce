//! Artifacts: restored instead of compiled, and never believed when anything about them is wrong.

use super::oracle::portable_engine;
use super::support::{ALICE, MemoryWorld, load_bytes, module};
use crate::engine::WasmtimeMachine;
use crate::gas;
use crate::{ArtifactName, ArtifactRefused, ArtifactStore, Artifacts, CallParams, Lane, Seal, Vm, VmConfig, VmReject};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tacit_types::{Address, Amount, CodeHash, Gas};

const CONTRACT: Address = Address([1; 32]);
const BODY: &str = "(func (export \"run\") (i64.store (i32.const 0) (i64.const 77))
    (call $return_data (i32.const 0) (i32.const 8)))";

/// A store in memory, which loses everything or fails if a test wants it.
#[derive(Default)]
pub(super) struct Shelf {
    pub kept: Mutex<BTreeMap<ArtifactName, Vec<u8>>>,
    refused: Mutex<Vec<ArtifactRefused>>,
    is_broken: AtomicBool,
}

impl ArtifactStore for Shelf {
    fn get(&self, name: &ArtifactName) -> Option<Vec<u8>> {
        if self.is_broken.load(Ordering::Relaxed) {
            return None;
        }
        self.kept.lock().unwrap().get(name).cloned()
    }

    fn has(&self, name: &ArtifactName) -> bool {
        self.kept.lock().unwrap().contains_key(name)
    }

    fn put(&self, name: &ArtifactName, sealed: &[u8]) {
        if !self.is_broken.load(Ordering::Relaxed) {
            self.kept.lock().unwrap().insert(*name, sealed.to_vec());
        }
    }

    fn refused(&self, _name: &ArtifactName, reason: &ArtifactRefused) {
        self.refused.lock().unwrap().push(reason.clone());
    }
}

impl Shelf {
    /// The one artifact.
    fn only(&self) -> (ArtifactName, Vec<u8>) {
        let kept = self.kept.lock().unwrap();
        assert_eq!(kept.len(), 1);
        let (name, sealed) = kept.iter().next().unwrap();
        (*name, sealed.clone())
    }

    fn replace(&self, sealed: Vec<u8>) {
        let (name, _) = self.only();
        self.kept.lock().unwrap().insert(name, sealed);
    }
}

/// A process: its VM with this store and secret.
pub(super) fn process(shelf: &Arc<Shelf>, secret: u8) -> Vm {
    let store: Arc<dyn ArtifactStore> = Arc::clone(shelf) as _;
    let artifacts = Artifacts { store, seal: Seal::new(&[secret; 32]) };
    Vm::with_artifacts(VmConfig { execution_calls: 1, view_calls: 1 }, artifacts).unwrap()
}

pub(super) fn world(code: &[u8]) -> MemoryWorld {
    let mut world = MemoryWorld::default();
    let hash = CodeHash::of(&[code]);
    world.codes.insert(hash, code.to_vec());
    world.contracts.insert(CONTRACT, hash);
    world
}

pub(super) fn params() -> CallParams<'static> {
    let (caller, contract, function) = (ALICE, CONTRACT, "run");
    let (input, value, gas_limit) = (&[][..], Amount::ZERO, Gas(1 << 40));
    CallParams { caller, contract, function, input, value, gas_limit, record: false }
}

/// Runs the contract and gives what it used; its result must be right.
fn run(vm: &Vm) -> u64 {
    let outcome = vm.call(&mut world(&module(BODY)), params()).unwrap();
    assert_eq!(outcome.result, Ok(77_u64.to_le_bytes().to_vec()));
    outcome.gas_used.0
}

#[test]
fn a_restart_restores_what_was_compiled_before_for_the_same_gas() {
    let shelf = Arc::new(Shelf::default());
    let first = process(&shelf, 1);
    let gas = run(&first);
    assert_eq!((run(&first), first.compilations()), (gas, 1));
    let second = process(&shelf, 1);
    assert_eq!((run(&second), second.compilations()), (gas, 0));
    let without = Vm::new(VmConfig { execution_calls: 1, view_calls: 1 }).unwrap();
    assert_eq!((run(&without), without.compilations()), (gas, 1));
}

#[test]
fn case_57_a_flipped_bit_in_any_part_of_an_artifact_is_noticed_and_the_code_compiled_again() {
    let shelf = Arc::new(Shelf::default());
    let gas = run(&process(&shelf, 1));
    let (name, honest) = shelf.only();
    let seal = Seal::new(&[1; 32]);
    assert!(seal.open(&name, &honest).is_ok());
    // Every byte, under the seal alone.
    for at in 0..honest.len() {
        let mut changed = honest.clone();
        changed[at] ^= 1 << (at % 8);
        assert!(seal.open(&name, &changed).is_err(), "byte {at} of {} may change", honest.len());
    }
    // Length, seal, facts, headers and machine code, through the whole VM.
    for at in [0, 7, 8, 39, 40, 44, 60, 400, honest.len() / 2, honest.len() - 1] {
        let mut changed = honest.clone();
        changed[at] ^= 0x10;
        shelf.replace(changed);
        let vm = process(&shelf, 1);
        assert_eq!((run(&vm), vm.compilations()), (gas, 1), "byte {at}");
        assert_eq!(shelf.only().1, honest, "the damaged artifact was not replaced");
    }
    assert_eq!(shelf.refused.lock().unwrap().len(), 10);
}

#[test]
fn cut_extended_empty_and_foreign_artifacts_are_compiled_again() {
    let shelf = Arc::new(Shelf::default());
    let gas = run(&process(&shelf, 1));
    let (_, honest) = shelf.only();
    let other_shelf = Arc::new(Shelf::default());
    let other = module("(func (export \"run\"))");
    process(&other_shelf, 1).call(&mut world(&other), params()).unwrap().result.unwrap();
    let (_, of_other_code) = other_shelf.only();
    let foreign_shelf = Arc::new(Shelf::default());
    run(&process(&foreign_shelf, 2));
    let (_, of_other_node) = foreign_shelf.only();
    let longer = [honest.as_slice(), &[0]].concat();
    for wrong in
        [honest[..honest.len() - 1].to_vec(), honest[..20].to_vec(), Vec::new(), longer, of_other_code, of_other_node]
    {
        shelf.replace(wrong);
        let vm = process(&shelf, 1);
        assert_eq!((run(&vm), vm.compilations()), (gas, 1));
        assert_eq!(shelf.only().1, honest);
    }
    assert_eq!(shelf.refused.lock().unwrap().len(), 6);
}

#[test]
fn what_is_sealed_well_and_still_no_module_is_refused_before_it_runs() {
    let shelf = Arc::new(Shelf::default());
    run(&process(&shelf, 1));
    let (name, honest) = shelf.only();
    let seal = Seal::new(&[1; 32]);
    let facts = u32::from_le_bytes(honest[40..44].try_into().unwrap()) as usize;
    let no_module = honest[40..44 + facts].to_vec();
    for bytes in [Vec::new(), vec![1, 0], vec![255; 8], vec![0; 4], no_module] {
        shelf.replace(seal.close(&name, &bytes));
        let vm = process(&shelf, 1);
        run(&vm);
        assert_eq!(vm.compilations(), 1);
        let refused = shelf.refused.lock().unwrap().pop().unwrap();
        assert!(matches!(refused, ArtifactRefused::Unusable(_)), "{refused:?}");
    }
}

#[test]
fn bytecode_of_the_engine_that_only_tests_have_is_no_artifact_of_the_node() {
    let size = VmConfig { execution_calls: 1, view_calls: 1 };
    let other_shelf = Arc::new(Shelf::default());
    let artifacts = Artifacts { store: Arc::clone(&other_shelf) as _, seal: Seal::new(&[1; 32]) };
    let machine = WasmtimeMachine::over(portable_engine(size.slots()), Some(artifacts)).unwrap();
    let gas = run(&Vm::over(machine, size));
    let (other_name, bytecode) = other_shelf.only();

    let shelf = Arc::new(Shelf::default());
    assert_eq!(run(&process(&shelf, 1)), gas);
    let (name, _) = shelf.only();
    assert_ne!(name, other_name, "two code generators share their artifacts");
    // Even with a good seal and under the right name.
    let seal = Seal::new(&[1; 32]);
    shelf.replace(seal.close(&name, seal.open(&other_name, &bytecode).unwrap()));
    let vm = process(&shelf, 1);
    assert_eq!((run(&vm), vm.compilations()), (gas, 1));
    let refused = shelf.refused.lock().unwrap().pop().unwrap();
    assert!(matches!(&refused, ArtifactRefused::Unusable(_)), "{refused:?}");
}

#[test]
fn a_store_that_keeps_nothing_fails_no_call() {
    let shelf = Arc::new(Shelf::default());
    shelf.is_broken.store(true, Ordering::Relaxed);
    for _ in 0..2 {
        let vm = process(&shelf, 1);
        run(&vm);
        assert_eq!(vm.compilations(), 1);
    }
}

#[test]
fn case_59_many_threads_asking_for_one_code_compile_it_once() {
    let shelf = Arc::new(Shelf::default());
    let vm = process(&shelf, 1);
    std::thread::scope(|threads| {
        (0..64).for_each(|_| drop(threads.spawn(|| run(&vm))));
    });
    assert_eq!(vm.compilations(), 1);
    assert_eq!(shelf.kept.lock().unwrap().len(), 1);
}

#[test]
fn a_deployment_compiles_and_a_trial_of_one_leaves_nothing() {
    let shelf = Arc::new(Shelf::default());
    let vm = process(&shelf, 1);
    let code = module(BODY);
    let hash = CodeHash::of(&[&code]);
    vm.on(Lane::View).prepare(&hash, &code).unwrap();
    assert_eq!((vm.compilations(), vm.keeps(&hash)), (0, false));
    run(&process(&shelf, 1).on(Lane::View));
    assert!(!vm.keeps(&hash), "a trial left an artifact");
    vm.prepare(&hash, &code).unwrap();
    assert_eq!((vm.compilations(), vm.keeps(&hash)), (1, true));
    run(&vm);
    assert_eq!(vm.compilations(), 1);
}

#[test]
fn a_load_is_paid_before_it_happens_and_costs_the_same_wherever_it_comes_from() {
    let shelf = Arc::new(Shelf::default());
    let vm = process(&shelf, 1);
    let code = module(BODY);
    let price = gas::enter(load_bytes(&code), 0);
    // One gas too little for loading: nothing is compiled, nothing restored.
    let poor = CallParams { gas_limit: Gas(price - 1), ..params() };
    let outcome = vm.call(&mut world(&code), poor).unwrap();
    assert_eq!((outcome.result, outcome.gas_used), (Err(VmReject::OutOfGas), poor.gas_limit));
    assert_eq!((vm.compilations(), shelf.kept.lock().unwrap().len()), (0, 0));
    let compiled = run(&vm);
    let at_hand = run(&vm);
    let restored = run(&process(&shelf, 1));
    assert!(compiled == at_hand && at_hand == restored && compiled > price);
    assert_eq!(gas::load(1_000) - gas::load(999), gas::LOAD_BYTE);
}

#[test]
fn an_artifact_is_never_much_longer_than_its_code() {
    let ends = "(module (memory 8) (data (i32.const 0) \"x\") (data (i32.const 524287) \"y\") (func (export \"run\")))";
    let every_page: String = (0..127).map(|at| format!("(data (i32.const {}) \"x\")", at * 4096)).collect();
    let every_page = format!("(module (memory 8) {every_page} (func (export \"run\")))");
    for text in [ends, &every_page] {
        let shelf = Arc::new(Shelf::default());
        let code = wat::parse_str(text).unwrap();
        process(&shelf, 1).call(&mut world(&code), params()).unwrap().result.unwrap();
        let (_, sealed) = shelf.only();
        assert!(sealed.len() < 64 * 1024 + 16 * code.len(), "{} bytes from {}", sealed.len(), code.len());
    }
}

mod long {
    use super::*;
    use std::time::{Duration, Instant};

    fn least(mut work: impl FnMut()) -> Duration {
        let time = |_| {
            let started = Instant::now();
            work();
            started.elapsed()
        };
        (0..7).map(time).min().unwrap()
    }

    /// Modules that are dear to load for their length, each in its own way.
    fn dear() -> Vec<(&'static str, Vec<u8>)> {
        let arithmetic =
            "(local.set 0 (i64.mul (i64.xor (local.get 0) (i64.const 77)) (i64.const 1234567)))".repeat(300);
        let straight = "(func (param i64) X (i64.store (i32.const 0) (local.get 0)))".replace('X', &arithmetic);
        let loads = "(local.set 0 (i32.load (i32.load (i32.load (local.get 0)))))".repeat(900);
        let sum = "(i32.add (local.get 0) (i32.const 1))";
        let branches = format!("(local.set 0 (i32.mul {sum} (i32.const 9)))(br_if 0 (local.get 0))").repeat(1000);
        let calls = format!("(call 0 {sum})").repeat(2000);
        let run = "(func (export \"run\"))";
        let func = |body: &str| format!("(func (param i32) {body})");
        vec![
            ("token", super::super::contracts::artifact("token")),
            ("amm", super::super::contracts::artifact("amm")),
            ("straight", module(&(straight.repeat(110) + run))),
            ("loads", module(&(func(&loads).repeat(40) + run))),
            ("branches", module(&(func(&branches).repeat(30) + run))),
            ("calls", module(&(func(&calls).repeat(30) + run))),
            ("functions", module(&("(func)".repeat(4000) + run))),
            ("stores", module(&(func(&"(i64.store (local.get 0) (i64.const 1))".repeat(1500)).repeat(40) + run))),
            ("one byte of data", module(&format!("(data (i32.const 65535) \"x\"){run}"))),
            ("data at both ends", {
                let text =
                    format!("(module (memory 8) (data (i32.const 0) \"x\") (data (i32.const 524287) \"y\") {run})");
                wat::parse_str(text).unwrap()
            }),
            ("data on every page", {
                let data: String = (0..127).map(|at| format!("(data (i32.const {}) \"x\")", at * 4096)).collect();
                wat::parse_str(format!("(module (memory 8) {data} {run})")).unwrap()
            }),
            ("table", {
                let items = "0 ".repeat(4095);
                wat::parse_str(format!(
                    "(module (memory 1) (table 4096 4096 funcref) {run} (elem (i32.const 0) func {items}))"
                ))
                .unwrap()
            }),
            ("nothing", module(run)),
        ]
    }

    /// Prints what loading costs where a module comes from an artifact.
    #[test]
    #[ignore = "a measurement: cargo test --release -p tacit-vm --lib -- --ignored --nocapture what_loading_costs"]
    fn what_loading_costs() {
        for (name, code) in dear() {
            if let Err(refused) = crate::validate(&code) {
                println!("{name}: {refused}");
                continue;
            }
            let shelf = Arc::new(Shelf::default());
            // The same code sixteen times, told apart by a section that never reaches the engine.
            let variants: Vec<Vec<u8>> = (0..16).map(|number| [&code[..], &[0, 3, 1, b'x', number]].concat()).collect();
            let started = Instant::now();
            let first = process(&shelf, 1);
            variants.iter().for_each(|code| drop(first.call(&mut world(code), params()).unwrap()));
            let compiled = started.elapsed() / 16;
            let (artifact, sealed) =
                shelf.kept.lock().unwrap().iter().next().map(|(name, it)| (*name, it.clone())).unwrap();
            let seal = Seal::new(&[1; 32]);
            let sealing = least(|| assert!(seal.open(&artifact, &sealed).is_ok()));
            let second = process(&shelf, 1);
            let timed = |code: &Vec<u8>| {
                let mut world = world(code);
                let started = Instant::now();
                second.call(&mut world, params()).unwrap();
                started.elapsed()
            };
            // The first call in a process also touches the pool for the first time.
            timed(&variants[0]);
            let warm = (0..16).map(|_| timed(&variants[0])).min().unwrap();
            let mut cold: Vec<Duration> = variants[1..].iter().map(timed).collect();
            cold.sort();
            let load = cold[cold.len() / 2].saturating_sub(warm);
            println!(
                "{name:20} code {:6} artifact {:8} compile {compiled:9.1?} ({:5} ns/B) load {load:9.1?} ({:6.2} ns/B of code, {:5.2} of artifact) seal {sealing:8.1?}",
                code.len(),
                sealed.len(),
                compiled.as_nanos() / code.len() as u128,
                load.as_nanos() as f64 / code.len() as f64,
                load.as_nanos() as f64 / sealed.len() as f64,
            );
        }
    }
}
