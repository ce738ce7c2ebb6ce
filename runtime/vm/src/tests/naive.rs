//! Metering again, as plainly as can be, to hold the real pass against: each operator is charged by itself, right before it executes,
//! in the global and with a check, by the prices of the document. No runs, no analysis, no stack. Where a call returns, what it gives
//! and all the units it uses must be those of the real pass, which charges whole runs when they are entered (`docs/spec/gas.md`).

use super::support::{ALICE, MemoryWorld};
use crate::access::Access;
use crate::frame::{Budget, Frame, Machine, Ran, Runnable};
use crate::meter;
use crate::tests::oracle::WasmiMachine;
use crate::vm::{Mode, outermost};
use crate::world::{Fault, World};
use crate::{CallOutcome, CallParams, VmReject};
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use tacit_types::{Address, Amount, CodeHash, Gas};
use wasm_encoder::{BlockType, Encode, Instruction, ValType};
use wasmparser::{FunctionBody, Operator, Parser, Payload};

/// The rows of the document's table, word by word, with what they cost in units.
const ROWS: [(&str, u32); 18] = [
    ("`block`, `else`, `end`", 0),
    ("constants, `local.get`, `nop`, `drop`", 1),
    ("`local.set`, `local.tee`", 4),
    ("integer addition, subtraction, bit operations, shifts, rotations, conversions", 5),
    ("`loop`, `unreachable`, `memory.size`, `br`, `return`", 8),
    ("`select`", 10),
    ("comparisons", 14),
    ("`global.*`, multiplication", 16),
    ("`clz`, `ctz`", 18),
    ("stores of one byte", 24),
    ("32-bit division and remainder", 44),
    ("`br_if`, `if`, `call`, 64-bit division and remainder", 64),
    ("`popcnt`", 76),
    ("loads", 100),
    ("`br_table`", 120),
    ("`call_indirect`", 160),
    ("`memory.copy`, `memory.fill`", 160),
    ("stores of more than one byte", 260),
];
/// `memory.grow`, before its pages, and each page.
const GROW: u32 = 400;
const GROW_PAGE: i64 = 80_000;
/// Each parameter and local on entering a function, and each round of a loop.
const LOCAL: u32 = 2;
const ROUND: u32 = 8;

/// The place in [`ROWS`] of an operator that is called so, without its operands' type in front.
fn row(name: &str, is_long: bool) -> usize {
    match name {
        "Block" | "Else" | "End" => 0,
        "Const" | "LocalGet" | "Nop" | "Drop" => 1,
        "LocalSet" | "LocalTee" => 2,
        "Add" | "Sub" | "And" | "Or" | "Xor" | "Shl" | "ShrS" | "ShrU" | "Rotl" | "Rotr" | "WrapI64" | "ExtendI32S"
        | "ExtendI32U" | "Extend8S" | "Extend16S" | "Extend32S" => 3,
        "Loop" | "Unreachable" | "MemorySize" | "Br" | "Return" => 4,
        "Select" => 5,
        "Eqz" | "Eq" | "Ne" | "LtS" | "LtU" | "GtS" | "GtU" | "LeS" | "LeU" | "GeS" | "GeU" => 6,
        "GlobalGet" | "GlobalSet" | "Mul" => 7,
        "Clz" | "Ctz" => 8,
        "Store8" => 9,
        "DivS" | "DivU" | "RemS" | "RemU" if !is_long => 10,
        "BrIf" | "If" | "Call" | "DivS" | "DivU" | "RemS" | "RemU" => 11,
        "Popcnt" => 12,
        "Load" | "Load8S" | "Load8U" | "Load16S" | "Load16U" | "Load32S" | "Load32U" => 13,
        "BrTable" => 14,
        "CallIndirect" => 15,
        "MemoryCopy" | "MemoryFill" => 16,
        "Store" | "Store16" | "Store32" => 17,
        other => panic!("the document has no price for {other}"),
    }
}

fn price(operator: &Operator<'_>) -> u32 {
    if matches!(operator, Operator::MemoryGrow { .. }) {
        return GROW;
    }
    let text = format!("{operator:?}");
    let name = text.split([' ', '{', '(']).next().unwrap();
    let short = name.strip_prefix("I32").or_else(|| name.strip_prefix("I64")).unwrap_or(name);
    ROWS[row(short, name.starts_with("I64"))].1
}

/// The module with every operator charged by itself.
pub(super) fn meter_naively(code: &[u8]) -> Vec<u8> {
    let (mut types, mut functions, mut globals) = (Vec::new(), Vec::new(), 0);
    let mut bodies = Vec::new();
    for payload in Parser::new(0).parse_all(code) {
        match payload.unwrap() {
            Payload::TypeSection(section) => {
                types = section.into_iter_err_on_gc_types().map(|kind| kind.unwrap().params().len() as u32).collect();
            }
            Payload::FunctionSection(section) => functions = section.into_iter().map(Result::unwrap).collect(),
            Payload::GlobalSection(section) => globals = section.count(),
            Payload::CodeSectionEntry(body) => bodies.push(body),
            _ => {}
        }
    }
    let parameters = functions.iter().map(|kind: &u32| types[*kind as usize]);
    let bodies =
        bodies.iter().zip(parameters).map(|(body, parameters)| charge(code, body, parameters, globals)).collect();
    meter::with_bodies(code, bodies).unwrap()
}

/// One function's body.
fn charge(code: &[u8], body: &FunctionBody<'_>, parameters: u32, gas: u32) -> Vec<u8> {
    let groups: Vec<(u32, wasmparser::ValType)> =
        body.get_locals_reader().unwrap().into_iter().map(Result::unwrap).collect();
    let locals = parameters + groups.iter().map(|(count, _)| count).sum::<u32>();
    let mut out = Vec::new();
    (groups.len() as u32 + 1).encode(&mut out);
    for (count, kind) in &groups {
        count.encode(&mut out);
        if *kind == wasmparser::ValType::I64 { ValType::I64 } else { ValType::I32 }.encode(&mut out);
    }
    1_u32.encode(&mut out);
    ValType::I32.encode(&mut out);
    let mut naive = Naive { out, gas, word: locals };
    naive.constant(LOCAL * locals);
    let operators: Vec<_> = body.get_operators_reader().unwrap().into_iter_with_offsets().map(Result::unwrap).collect();
    let ends = operators.iter().skip(1).map(|(_, at)| *at).chain([body.range().end]);
    for ((operator, at), end) in operators.iter().zip(ends) {
        naive.constant(price(operator));
        match operator {
            Operator::MemoryGrow { .. } => naive.operand(&[Instruction::I64Const(GROW_PAGE), Instruction::I64Mul]),
            Operator::MemoryCopy { .. } | Operator::MemoryFill { .. } => {
                naive.operand(&[Instruction::I64Const(2), Instruction::I64DivU]);
            }
            _ => {}
        }
        naive.out.extend_from_slice(&code[*at..end]);
        if matches!(operator, Operator::Loop { .. }) {
            naive.constant(ROUND);
        }
    }
    naive.out
}

struct Naive {
    out: Vec<u8>,
    /// The global that holds the gas.
    gas: u32,
    /// A local for an operand that is looked at.
    word: u32,
}

impl Naive {
    fn put(&mut self, instructions: &[Instruction<'_>]) {
        instructions.iter().for_each(|instruction| instruction.encode(&mut self.out));
    }

    fn constant(&mut self, units: u32) {
        if units > 0 {
            self.put(&[Instruction::GlobalGet(self.gas), Instruction::I64Const(units.into())]);
            self.take();
        }
    }

    /// The operand on top of the stack stays there, and as many units are taken as `units` makes of it.
    fn operand(&mut self, units: &[Instruction<'_>]) {
        self.put(&[Instruction::LocalTee(self.word), Instruction::GlobalGet(self.gas)]);
        self.put(&[Instruction::LocalGet(self.word), Instruction::I64ExtendI32U]);
        self.put(units);
        self.take();
    }

    fn take(&mut self) {
        self.put(&[Instruction::I64Sub, Instruction::GlobalSet(self.gas), Instruction::GlobalGet(self.gas)]);
        self.put(&[Instruction::I64Const(0), Instruction::I64LtS, Instruction::If(BlockType::Empty)]);
        self.put(&[Instruction::Unreachable, Instruction::End]);
    }
}

/// A machine that notes how many units the last frame to end had left.
struct Noting<'a> {
    machine: &'a WasmiMachine,
    left: Rc<Cell<i64>>,
}

struct Noted {
    module: Arc<dyn Runnable>,
    left: Rc<Cell<i64>>,
}

impl Machine for Noting<'_> {
    fn load(&self, hash: &CodeHash, world: &mut dyn World) -> Result<Arc<dyn Runnable>, Fault> {
        Ok(Arc::new(Noted { module: self.machine.load(hash, world)?, left: self.left.clone() }))
    }
}

impl Runnable for Noted {
    fn memory_pages(&self) -> u64 {
        self.module.memory_pages()
    }

    fn access(&self) -> &Access {
        self.module.access()
    }

    fn has_function(&self, name: &str) -> bool {
        self.module.has_function(name)
    }

    fn run(&self, function: &str, frame: Frame, budget: Budget) -> Result<Ran, Fault> {
        let ran = self.module.run(function, frame, budget)?;
        self.left.set(ran.units);
        Ok(ran)
    }
}

/// The call of a contract that is alone with its code, on this machine: how it ended, the units left, and the world behind it.
fn run(machine: &WasmiMachine, code: &[u8], function: &str, input: &[u8], gas: u64) -> (CallOutcome, i64, MemoryWorld) {
    let (hash, contract) = (CodeHash::of(&[code]), Address([1; 32]));
    let mut world = MemoryWorld::default();
    world.codes.insert(hash, code.to_vec());
    world.contracts.insert(contract, hash);
    let (caller, value, gas_limit) = (ALICE, Amount::ZERO, Gas(gas));
    let params = CallParams { caller, contract, function, input, value, gas_limit, record: false };
    let left = Rc::new(Cell::new(0));
    let outcome = outermost(&Noting { machine, left: left.clone() }, &mut world, params, Mode::Call).unwrap();
    world.commit();
    (outcome, left.get(), world)
}

/// A machine for each pass.
pub(super) struct Passes {
    real: WasmiMachine,
    naive: WasmiMachine,
}

impl Passes {
    pub(super) fn new() -> Self {
        Self { real: WasmiMachine::new(), naive: WasmiMachine::naive() }
    }

    /// Calls the function under both passes and holds one against the other. Whether it returned.
    ///
    /// # Panics
    /// When they differ in anything but what the document says.
    pub(super) fn agree(&self, code: &[u8], function: &str, input: &[u8], gas: u64) -> bool {
        let (real, real_left, real_world) = run(&self.real, code, function, input, gas);
        // Stack is nothing to the naive pass: it would recurse until its gas ends.
        if real.result == Err(VmReject::StackExhausted) {
            return false;
        }
        let (naive, naive_left, naive_world) = run(&self.naive, code, function, input, gas);
        if real.result == Err(VmReject::OutOfGas) {
            // Gas is taken later than by the real pass, so that a trap may come first.
            assert!(naive.result.is_err(), "{function} has gas enough, operator by operator");
            return false;
        }
        assert_eq!(naive.result, real.result, "{function} ends in another way when each operator is charged by itself");
        assert_eq!(naive_world, real_world, "{function} leaves another world");
        if real.result.is_ok() {
            assert_eq!(
                naive_left, real_left,
                "{function} has other units left when each operator is charged by itself"
            );
        }
        real.result.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::super::generate::{Random, generate, with_a_large_stack};
    use super::super::generated::seed;
    use super::super::support::module;
    use super::*;

    #[test]
    fn the_naive_prices_are_those_of_the_document() {
        let document = include_str!("../../../../docs/spec/gas.md");
        for (what, units) in ROWS {
            let units = if units == 160 && what.contains("copy") {
                "160 + length / 2 (rounded down)".into()
            } else {
                units.to_string()
            };
            assert!(
                document.contains(&format!("| {what} | {units} |")),
                "the document has no row `{what}` with {units}"
            );
        }
        for row in [
            "| `memory.grow` | 400 + 80,000 per page asked for |",
            "| entering a function | 2 per parameter and local |",
            "| each round of a loop | 8 more |",
        ] {
            assert!(document.contains(row), "{row}");
        }
        let rows = document.split("| instructions | units |").nth(1).unwrap().split("\n\n").next().unwrap();
        assert_eq!(rows.lines().filter(|line| line.starts_with('|')).count(), ROWS.len() + 3 + 1, "rows of the table");
    }

    /// All that generated modules seldom do: every operator with a share of its operand, tables, branches out of loops and blocks,
    /// early returns, code behind them, functions that are one run and those that are not.
    #[test]
    fn a_module_with_everything_costs_the_same_operator_by_operator() {
        let code = module(
            "(type $unary (func (param i32) (result i32))) (global $count (mut i32) (i32.const 0))
             (table 3 3 funcref) (elem (i32.const 0) $straight $early $sum)
             (func $straight (param i32) (result i32) (i32.add (local.get 0) (i32.const 3)))
             (func $early (param i32) (result i32) (local i64)
                (if (i32.gt_u (local.get 0) (i32.const 4)) (then (return (i32.const 7)) (drop (i32.const 1))))
                (block $out (br_if $out (i32.eqz (local.get 0))) (local.set 1 (i64.const 5)) (br $out) (drop (i32.const 1)))
                (i32.wrap_i64 (i64.popcnt (local.get 1))))
             (func $sum (param i32) (result i32) (local $sum i32)
                (block $done (loop $again
                    (br_if $done (i32.eqz (local.get 0)))
                    (local.set $sum (i32.add (local.get $sum) (local.get 0)))
                    (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
                    (br $again)))
                (local.get $sum))
             (func $choose (param i32) (result i32)
                (block $a (block $b (block $c (br_table $a $b $c (local.get 0)) unreachable)
                    (return (i32.const 30))) (return (i32.const 20))) (i32.const 10))
             (func (export \"run\") (local $i i32)
                (loop $each
                    (global.set $count (i32.add (global.get $count)
                        (call_indirect (type $unary) (local.get $i) (i32.rem_u (local.get $i) (i32.const 3)))))
                    (global.set $count (i32.add (global.get $count) (call $choose (local.get $i))))
                    (memory.fill (i32.const 1000) (local.get $i) (i32.mul (local.get $i) (i32.const 37)))
                    (memory.copy (i32.const 3000) (i32.const 1000) (i32.mul (local.get $i) (i32.const 11)))
                    (if (i32.and (local.get $i) (i32.const 1))
                        (then (i64.store8 (local.get $i) (i64.const 1))) (else (i64.store16 (local.get $i) (i64.const 2))))
                    (br_if $each (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 9))))
                (drop (memory.grow (i32.const 2))) (drop (memory.grow (i32.const 0)))
                (i32.store (i32.const 0) (i32.add (global.get $count) (select (memory.size) (i32.clz (i32.const 9)) (local.get $i))))
                (i64.store (i32.const 8) (i64.div_u (i64.const 100) (i64.load32_u (i32.const 0))))
                (drop (call $storage_set (i32.const 0) (i32.const 4) (i32.const 8) (i32.const 8)))
                (call $return_data (i32.const 0) (i32.const 4000)))",
        );
        let passes = Passes::new();
        assert!(passes.agree(&code, "run", &[], 2_000_000), "it ends before its end");
        // Gas that ends anywhere: never does one pass succeed where the other does not.
        let enough = run(&passes.real, &code, "run", &[], 2_000_000).0.gas_used.0;
        for gas in (enough - 12..enough + 2).chain((100_000..enough).step_by(9_973)) {
            assert_eq!(passes.agree(&code, "run", &[], gas), gas >= enough, "{gas} of {enough}");
        }
    }

    #[test]
    fn generated_modules_cost_the_same_operator_by_operator() {
        let seed = seed();
        println!("TACIT_SEED={seed}");
        with_a_large_stack(|| {
            let (mut random, passes) = (Random(seed), Passes::new());
            let (mut cases, mut returned) = (0, 0);
            while cases < 500 {
                let Some((code, _)) = generate(&mut random) else { continue };
                cases += 1;
                for function in ["run", "other"] {
                    let gas = 100_000 + random.next() % 1_000_000;
                    returned += usize::from(passes.agree(&code, function, &[1, 2, 3], gas));
                }
            }
            println!("{returned} calls of {cases} modules returned");
            assert!(returned > 100, "too few calls returned to say anything");
        });
    }
}
