//! How many nanoseconds a gas buys: the worst input of every class of instruction and of every host function that
//! computes, in one run on one thread.
//!
//!     cargo run --release -p tacit-benches --example gas_table [-- [--check BOUND] [--only WORD] [--passes NUMBER]]
//!
//! A loop in a contract does the work many times; what the same loop costs without the work is taken off. A class has one
//! row, that of the input that takes most time for its gas; all inputs are listed below. With `--check 1.5` it ends with 1
//! if any row is above 1.5 times the median of the rows, or a block of deployments takes more than a second. What has no row is named
//! with the reason.

mod case;
mod deploying;
mod hosts;
mod instructions;
mod vectors;

use case::{Case, Cost, whole_call};
use std::collections::BTreeMap;
use tacit_vm::{Lane, Vm, VmConfig};

/// Each measurement is the least of so many in each pass.
const RUNS: usize = 5;
/// Passes over everything unless said otherwise: what disturbs one does not disturb the next.
const PASSES: usize = 4;

/// One input and the least it took.
struct Line {
    class: &'static str,
    input: &'static str,
    cost: Cost,
}

impl Line {
    fn per_gas(&self) -> f64 {
        self.cost.nanoseconds / self.cost.gas
    }
}

struct Options {
    bound: Option<f64>,
    only: String,
    passes: usize,
}

fn options() -> Options {
    let arguments: Vec<String> = std::env::args().collect();
    let after = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        Some(arguments.get(at + 1).unwrap_or_else(|| panic!("{name} takes a value")).clone())
    };
    let number = |name: &str| {
        after(name).map(|text| text.parse::<f64>().unwrap_or_else(|_| panic!("{name} takes a number, not {text}")))
    };
    Options {
        bound: number("--check"),
        only: after("--only").unwrap_or_default(),
        passes: number("--passes").map_or(PASSES, |passes| passes as usize),
    }
}

fn main() {
    let options = options();
    let vm = Vm::new(VmConfig::default()).expect("an engine").on(Lane::Execution);
    // The first use of Poseidon derives its constants.
    tacit_circuits::prepare_poseidon();
    let cases: Vec<Case> = instructions::all().into_iter().chain(hosts::all()).collect();
    every_function_has_a_row_or_a_reason(&cases);
    let (deployments, lines): (Vec<Line>, Vec<Line>) =
        measure(&vm, &cases, &options).into_iter().partition(|line| line.class == deploying::CLASS);
    let rows = worst(&lines);
    let median = median(&rows);
    println!("| class | its worst input | ns a gas | of the median | ns | gas |\n|---|---|---|---|---|---|");
    rows.iter().for_each(|row| print(row, median));
    println!("\nmedian of {} classes: {median:.3} ns a gas\n\nall inputs:\n", rows.len());
    lines.iter().for_each(|line| print(line, median));
    println!("\ndeploying, at most {:.2} ns a gas, which is a block in a second:\n", deploying::BOUND);
    deployments.iter().for_each(|line| print(line, median));
    println!();
    for (functions, reason) in hosts::WITHOUT_A_ROW {
        println!("no row: {}: {reason}", functions.join(", "));
    }
    let Some(bound) = options.bound else { return };
    let above = rows.iter().filter(|row| row.per_gas() > bound * median).count();
    let slow = deployments.iter().filter(|line| line.per_gas() > deploying::BOUND).count();
    if above + slow > 0 {
        println!("\n{above} rows are above {bound} times the median, {slow} deployments above their bound");
        std::process::exit(1);
    }
}

fn print(line: &Line, median: f64) {
    let Line { class, input, cost } = line;
    let per_gas = line.per_gas();
    println!(
        "| {class} | {input} | {per_gas:.3} | {:.2} | {:.1} | {:.2} |",
        per_gas / median,
        cost.nanoseconds,
        cost.gas
    );
}

/// The least of all passes, in the order of the cases.
fn measure(vm: &Vm, cases: &[Case], options: &Options) -> Vec<Line> {
    let wanted = |class: &str| class.contains(options.only.as_str());
    let mut least: BTreeMap<(&str, &str), Cost> = BTreeMap::new();
    let mut note = |key: (&'static str, &'static str), cost: Cost| {
        let known = least.entry(key).or_insert(cost);
        known.nanoseconds = known.nanoseconds.min(cost.nanoseconds);
    };
    for _ in 0..options.passes {
        for case in cases.iter().filter(|case| wanted(case.class)) {
            note((case.class, case.input), case.measure(vm, RUNS));
        }
        if wanted(ENTERING) {
            entering(vm).into_iter().for_each(|(input, cost)| note((ENTERING, input), cost));
        }
        if wanted(deploying::CLASS) {
            deploying::all(vm).into_iter().for_each(|(input, cost)| note((deploying::CLASS, input), cost));
        }
        if wanted(GROWING) {
            note((GROWING, "and touched"), growing(vm));
        }
    }
    least.into_iter().map(|((class, input), cost)| Line { class, input, cost }).collect()
}

const ENTERING: &str = "entering a contract";
const GROWING: &str = "a page of memory grown";

/// Calls of contracts that do nothing, and of one that touches every page of the machine in the largest memory.
fn entering(vm: &Vm) -> [(&'static str, Cost); 5] {
    let touching = format!(
        "(module (memory 8) (func (export \"run\") (local $at i32) {}))",
        touch("(i32.const 0)", "(i32.const 524288)")
    );
    let full = touching.replace("(memory 8)", &format!("(memory 8) (data (i32.const 0) \"{}\")", "x".repeat(450_560)));
    let functions = "$f ".repeat(4_096);
    let table = format!(
        "(module (memory 1) (table 4096 4096 funcref) (elem (i32.const 0) {functions}) (func $f (export \"run\")))"
    );
    [
        ("a table of 4,096", whole_call(vm, &table, 1_000)),
        ("one page", whole_call(vm, "(module (memory 1) (func (export \"run\")))", 2_000)),
        ("eight pages", whole_call(vm, "(module (memory 8) (func (export \"run\")))", 2_000)),
        ("eight pages, touched", whole_call(vm, &touching, 1_000)),
        ("eight pages, 440 KiB of data, touched", whole_call(vm, &full, 300)),
    ]
}

/// Growing a memory from one page to the most, page by page, and touching what is new; the call without it is taken off.
fn growing(vm: &Vm) -> Cost {
    let module = |work: &str| format!("(module (memory 1) (func (export \"run\") (local $at i32) {work}))");
    let touched = touch("(i32.const 65536)", "(i32.const 524288)");
    let one_by_one = "(drop (memory.grow (i32.const 1)))".repeat(7);
    let with = whole_call(vm, &module(&format!("{one_by_one} {touched}")), 1_000);
    let bare = whole_call(vm, &module(""), 1_000);
    Cost { nanoseconds: (with.nanoseconds - bare.nanoseconds) / 7.0, gas: (with.gas - bare.gas) / 7.0 }
}

/// Writes to every 4 KiB between two places.
fn touch(from: &str, to: &str) -> String {
    format!(
        "(local.set $at {from})
        (loop $touch (i32.store (local.get $at) (i32.const 7))
            (br_if $touch (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 4096))) {to})))"
    )
}

/// The worst input of each class, the worst class first.
fn worst(lines: &[Line]) -> Vec<&Line> {
    let mut rows: BTreeMap<&str, &Line> = BTreeMap::new();
    for line in lines {
        let row = rows.entry(line.class).or_insert(line);
        if line.per_gas() > row.per_gas() {
            *row = line;
        }
    }
    let mut rows: Vec<&Line> = rows.into_values().collect();
    rows.sort_by(|left, right| right.per_gas().total_cmp(&left.per_gas()));
    rows
}

fn median(rows: &[&Line]) -> f64 {
    rows.get(rows.len() / 2).map_or(f64::NAN, |row| row.per_gas())
}

/// A host function that is added later must not be forgotten here.
fn every_function_has_a_row_or_a_reason(cases: &[Case]) {
    for function in tacit_abi::functions() {
        let has_row = cases.iter().any(|case| case.class == function.name);
        let has_reason = hosts::WITHOUT_A_ROW.iter().any(|(names, _)| names.contains(&function.name));
        assert!(has_row != has_reason, "{}: either a row or a reason for none", function.name);
    }
}
