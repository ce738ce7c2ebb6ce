//! Deploying: checking, metering and compiling code of the shapes that take a compiler longest for what they cost
//! (docs/adr/0016-what-compiling-costs.md). These have a bound of their own: a block of nothing but the worst in a second.

use crate::case::Cost;
use std::time::Instant;
use tacit_types::CodeHash;
use tacit_types::limits::BLOCK_GAS_MAX;
use tacit_vm::Vm;

pub const CLASS: &str = "deploying";
/// Nanoseconds a gas at which a block takes a second.
pub const BOUND: f64 = 1e9 / BLOCK_GAS_MAX as f64;
/// Each measurement is the least of so many.
const RUNS: u64 = 3;

/// A pattern, and how often it stands in each of how many functions.
const SHAPES: [(&str, &str, usize, usize); 12] = [
    ("multiplications by a constant, in a chain", "(local.set 0 (i64.mul (local.get 0) (i64.const 5)))", 3_000, 1),
    ("additions of a constant, in chains", "(local.set 0 (i64.add (local.get 0) (i64.const 5)))", 100, 30),
    (
        "a word counted up in memory",
        "(i64.store (i32.const 8) (i64.add (i64.load (i32.const 8)) (i64.const 1)))",
        3_000,
        1,
    ),
    ("a global counted up", "(global.set $q (i64.add (global.get $q) (i64.const 1)))", 100, 30),
    ("rotations", "(local.set 0 (i64.rotl (local.get 0) (local.get 0)))", 100, 30),
    ("ones counted", "(local.set 0 (i64.popcnt (local.get 0)))", 100, 30),
    ("indirect calls", "(call_indirect (type $t) (i32.wrap_i64 (local.get 0)))", 100, 30),
    ("calls", "(call $f) nop nop", 100, 30),
    ("copies", "(memory.copy (i32.const 0) (i32.const 9) (i32.const 3))", 100, 30),
    ("returns", "(if (i32.wrap_i64 (local.get 0)) (then return))", 100, 30),
    ("loops", "(loop (br_if 0 (i32.wrap_i64 (local.get 0))))", 100, 30),
    ("two ways", "(if (i32.wrap_i64 (local.get 0)) (then nop) (else nop))", 300, 10),
];

/// What each shape takes, and the standard token's extended form as an ordinary contract.
pub fn all(vm: &Vm) -> Vec<(&'static str, Cost)> {
    let artifact = concat!(env!("CARGO_MANIFEST_DIR"), "/../contracts/artifacts/token_plus.wasm");
    let ordinary = ("an ordinary contract", std::fs::read(artifact).expect("a built contract"));
    let shapes = SHAPES.iter().map(|(name, pattern, times, functions)| (*name, code(pattern, *times, *functions)));
    shapes.chain([ordinary]).map(|(name, code)| (name, deploy(vm, &code))).collect()
}

fn code(pattern: &str, times: usize, functions: usize) -> Vec<u8> {
    let body = format!("{pattern} ").repeat(times);
    let function = format!(
        "(func (local i64) (local.set 0 (i64.load (i32.const 0))) {body} (i64.store (i32.const 0) (local.get 0)))"
    );
    let text = format!(
        "(module (memory 1) (type $t (func)) (table 1 1 funcref) (elem (i32.const 0) $f) (func $f)
            (global $q (mut i64) (i64.const 0)) {})",
        function.repeat(functions)
    );
    wat::parse_str(text).expect("a module")
}

/// The least of some deployments of this code, each made another code by a section that no compiler sees.
fn deploy(vm: &Vm, code: &[u8]) -> Cost {
    let gas = vm.check(code).expect("code that may be deployed").deploy_gas().0 as f64;
    let once = |round: u64| {
        let mut code = code.to_vec();
        // A custom section of the name `r` with the time in it: no run finds what another compiled.
        let unique = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(round, |now| now.as_nanos() as u64);
        code.extend([0, 10, 1, b'r']);
        code.extend(unique.wrapping_add(round).to_le_bytes());
        let started = Instant::now();
        vm.check(&code).expect("code that may be deployed");
        vm.prepare(&CodeHash::of(&[&code]), &code).expect("it compiles");
        started.elapsed().as_nanos() as f64
    };
    Cost { nanoseconds: (0..RUNS).map(once).fold(f64::MAX, f64::min), gas }
}
