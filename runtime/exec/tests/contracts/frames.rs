//! Contracts that call contracts: what a failed frame did is gone, what the others did stays, and nobody is entered
//! twice.

use crate::life::{make, start};
use crate::support::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use std::collections::BTreeSet;
use tacit_exec::testing::{MemoryChain, TestKey};
use tacit_types::*;

const INSUFFICIENT_BALANCE: i32 = -3;
const CONTRACT_UNKNOWN: i32 = -5;
const REENTRY_DENIED: i32 = -7;
const DEPTH_EXCEEDED: i32 = -8;
const CALLEE_REVERTED: i32 = -9;
const CALLEE_FAILED: i32 = -11;
const NOT_FOUND: i32 = -1;

pub fn numbers(output: &[u8]) -> Vec<i32> {
    output.chunks(4).map(|word| i32::from_le_bytes(word.try_into().unwrap())).collect()
}

#[test]
fn a_contract_that_enters_itself_is_refused_by_call_and_by_view() {
    let (mut chain, alice, _) = start();
    let contract = make(&mut chain, &alice, &hostile("reentrancy"), &[]);
    for function in ["by_call", "by_view"] {
        let receipt = succeeds(&mut chain, &alice, vec![call(contract, function, &[], 0)]);
        assert_eq!(numbers(&receipt.output), [REENTRY_DENIED], "{function}");
    }
    succeeds(&mut chain, &alice, vec![call(contract, "victim", &[], 0)]);
}

/// Calls `FUNCTION` of the first address of its input with the other addresses as input; returns the code it got and
/// what the callee returned.
pub fn relay() -> Vec<u8> {
    let function = |name: &str, call: &str| {
        format!(
            r#"(func (export "{name}")
                (if (i32.eqz (call $input_len)) (then return))
                (call $input_copy (i32.const 64) (i32.const 0) (call $input_len))
                (i32.store (i32.const 2048) {call})
                (call $ret_copy (i32.const 2052) (i32.const 0) (call $ret_len))
                (call $return_data (i32.const 2048) (i32.add (i32.const 4) (call $ret_len))))"#
        )
    };
    let arguments = |name: u32| {
        format!(
            "(i32.const 64) (i32.const {name}) (i32.const 2)
             (i32.const 96) (i32.sub (call $input_len) (i32.const 32))"
        )
    };
    module(&format!(
        r#"(module
            (import "v1" "input_len" (func $input_len (result i32)))
            (import "v1" "input_copy" (func $input_copy (param i32 i32 i32)))
            (import "v1" "ret_len" (func $ret_len (result i32)))
            (import "v1" "ret_copy" (func $ret_copy (param i32 i32 i32)))
            (import "v1" "try_call" (func $call (param i32 i32 i32 i32 i32 i32 i64 i32) (result i32)))
            (import "v1" "static_call" (func $static_call (param i32 i32 i32 i32 i32 i64 i32) (result i32)))
            (import "v1" "return_data" (func $return_data (param i32 i32)))
            (memory 1) (data (i32.const 32) "go") (data (i32.const 36) "at")
            {} {})"#,
        function("go", &format!("(call $call {} (i32.const 0) (i64.const -1) (i32.const 0))", arguments(32))),
        function("at", &format!("(call $static_call {} (i64.const -1) (i32.const 0))", arguments(36))),
    ))
}

fn relays(chain: &mut MemoryChain, key: &TestKey, count: u8) -> Vec<Address> {
    let code = relay();
    let makes = (0..count).map(|salt| instantiate(&code, salt, &[], 0));
    succeeds(chain, key, std::iter::once(deploy(&code)).chain(makes).collect());
    (0..count).map(|salt| contract_at(key, &code, salt)).collect()
}

#[test]
fn a_contract_on_the_stack_is_not_entered_through_others_either() {
    let (mut chain, alice, _) = start();
    let all = relays(&mut chain, &alice, 3);
    let [a, b, c] = [all[0], all[1], all[2]];
    let nobody = alice.address();
    let paths: [(&[Address], &[i32]); 7] = [
        (&[b], &[0]),
        (&[b, c], &[4, 0]),
        (&[a], &[REENTRY_DENIED]),
        (&[b, a], &[4, REENTRY_DENIED]),
        (&[b, b], &[4, REENTRY_DENIED]),
        (&[b, c, a], &[8, 4, REENTRY_DENIED]),
        (&[b, nobody], &[4, CONTRACT_UNKNOWN]),
    ];
    for (path, codes) in paths {
        let input: Vec<u8> = path.iter().flat_map(|address| address.0).collect();
        for function in ["go", "at"] {
            let receipt = succeeds(&mut chain, &alice, vec![call(a, function, &input, 0)]);
            assert_eq!(numbers(&receipt.output), codes, "{function} along {} contracts", path.len());
        }
        assert_eq!(numbers(&view(&chain, a, "at", &input).result.unwrap()), codes);
    }
}

#[test]
fn the_seventeenth_contract_on_the_stack_is_refused() {
    let (mut chain, alice, _) = start();
    let all = relays(&mut chain, &alice, 17);
    let go = |chain: &mut MemoryChain, others: &[Address]| {
        let input: Vec<u8> = others.iter().flat_map(|address| address.0).collect();
        let receipt = succeeds(chain, &alice, vec![call(all[0], "go", &input, 0)]);
        numbers(&receipt.output)
    };
    assert_eq!(go(&mut chain, &all[1..16]).last(), Some(&0), "sixteen fit");
    assert_eq!(go(&mut chain, &all[1..17]).last(), Some(&DEPTH_EXCEEDED));
}

/// How many contracts a random tree is made of.
const PARTS: usize = 6;

/// Enough gas for a contract, what it defers, and two calls of those behind it. A trap uses up all that a callee was given, so that
/// what it is given decides whether its caller can go on.
fn gas_for(index: usize) -> u64 {
    (index + 1..PARTS).fold(230_000, |next, _| 650_000 + 2 * (400_000 + next))
}

/// Enough gas for a deferred call of a part.
const GAS_DEFERRED: u64 = 250_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Return,
    Revert,
    Trap,
}

/// A call of another part: with which money, and whether it may leave calls behind.
#[derive(Clone, Copy, Debug)]
struct PartCall {
    callee: usize,
    value: u128,
    may_defer: bool,
}

/// A contract that writes an entry, emits an event, looks whether it ran before in this transaction, defers a call of another,
/// calls others with money, and ends.
#[derive(Clone, Debug)]
struct Part {
    calls: Vec<PartCall>,
    /// Whose `late` it defers.
    defers: Option<usize>,
    ending: Ending,
    /// Whether its own `late` reverts.
    fails_late: bool,
    endowment: u128,
}

impl Part {
    fn random(rng: &mut ChaCha20Rng, index: usize) -> Self {
        let mut below = |limit: usize| usize::try_from(rng.next_u64() % limit as u64).unwrap();
        let later = PARTS - index - 1;
        let number = if later == 0 { 0 } else { below(3) };
        let calls = (0..number).map(|_| PartCall {
            callee: index + 1 + below(later),
            value: [0, 1, 30, 90][below(4)],
            may_defer: below(3) > 0,
        });
        let calls = calls.collect();
        let defers = (later > 0 && below(3) > 0).then(|| index + 1 + below(later));
        let ending = [Ending::Return, Ending::Return, Ending::Return, Ending::Revert, Ending::Trap][below(5)];
        Self { calls, defers, ending, fails_late: below(12) == 0, endowment: below(100) as u128 }
    }

    fn code(&self, addresses: &[Option<Address>]) -> Vec<u8> {
        let (mut data, mut steps) = (String::new(), String::new());
        if let Some(callee) = self.defers {
            data += &format!("(data (i32.const 992) \"{}\")", escaped(&addresses[callee].unwrap()));
            steps += &format!(
                "(i32.store (i32.const 516) (call $defer (i32.const 992) (i32.const 4) (i32.const 4) (i32.const 0)
                    (i32.const 0) (i32.const 256) (i64.const {GAS_DEFERRED})))"
            );
        }
        for (number, PartCall { callee, value, may_defer }) in self.calls.iter().enumerate() {
            let at = 1_024 + 64 * number;
            let value: String = value.to_le_bytes().iter().map(|byte| format!("\\{byte:02x}")).collect();
            data += &format!("(data (i32.const {at}) \"{}{value}\")", escaped(&addresses[*callee].unwrap()));
            steps += &format!(
                "(i32.store (i32.const {}) (call $call (i32.const {at}) (i32.const 0) (i32.const 3) (i32.const 0)
                    (i32.const 0) (i32.const {}) (i64.const {}) (i32.const {})))",
                520 + 4 * number,
                at + 32,
                gas_for(*callee),
                if *may_defer { tacit_abi::CALL_ALLOW_DEFER } else { 0 },
            );
        }
        let ending = match self.ending {
            Ending::Return => "",
            Ending::Revert => "(call $revert (i32.const 5) (i32.const 0) (i32.const 0))",
            Ending::Trap => "unreachable",
        };
        let late = if self.fails_late { "(call $revert (i32.const 6) (i32.const 0) (i32.const 0))" } else { "" };
        module(&format!(
            r#"(module
                (import "v1" "storage_set" (func $set (param i32 i32 i32 i32) (result i32)))
                (import "v1" "transient_set" (func $keep (param i32 i32 i32 i32) (result i32)))
                (import "v1" "transient_get" (func $kept (param i32 i32 i32 i32) (result i32)))
                (import "v1" "defer_call" (func $defer (param i32 i32 i32 i32 i32 i32 i64) (result i32)))
                (import "v1" "emit" (func $emit (param i32 i32 i32 i32) (result i32)))
                (import "v1" "try_call" (func $call (param i32 i32 i32 i32 i32 i32 i64 i32) (result i32)))
                (import "v1" "return_data" (func $return_data (param i32 i32)))
                (import "v1" "revert" (func $revert (param i32 i32 i32)))
                (memory 1) (data (i32.const 0) "run") (data (i32.const 4) "late") {data}
                (func (export "late")
                    (drop (call $set (i32.const 4) (i32.const 4) (i32.const 0) (i32.const 3)))
                    (drop (call $emit (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1)))
                    {late})
                (func (export "run")
                    (i32.store (i32.const 512) (call $kept (i32.const 0) (i32.const 3) (i32.const 600) (i32.const 1)))
                    (drop (call $keep (i32.const 0) (i32.const 3) (i32.const 0) (i32.const 1)))
                    (drop (call $set (i32.const 0) (i32.const 3) (i32.const 0) (i32.const 3)))
                    (drop (call $emit (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 0)))
                    {steps}
                    (call $return_data (i32.const 512) (i32.const {}))
                    {ending}))"#,
            8 + 4 * self.calls.len(),
        ))
    }
}

/// What a run of the parts must do, as told by the specification and nothing else.
#[derive(Clone, Debug)]
struct Model {
    balances: Vec<u128>,
    written: BTreeSet<usize>,
    written_late: BTreeSet<usize>,
    /// Which parts keep something until the transaction ends.
    kept: BTreeSet<usize>,
    /// Whose `late` waits.
    waiting: Vec<usize>,
    /// The parts that emitted; from `late`, so many more.
    events: Vec<usize>,
}

/// Marks an event of `late`.
const LATE: usize = 100;

impl Model {
    fn new(parts: &[Part]) -> Self {
        let balances = parts.iter().map(|part| part.endowment).collect();
        let (written, written_late, kept) = Default::default();
        Self { balances, written, written_late, kept, waiting: Vec::new(), events: Vec::new() }
    }

    /// A whole transaction.
    fn transaction(&mut self, parts: &[Part]) -> Result<Vec<i32>, Failed> {
        let before = self.clone();
        let mut result = self.run(parts, 0, true).map_err(|code| match code {
            CALLEE_REVERTED => Failed::Reverted(5),
            _ => Failed::Trapped,
        });
        for index in std::mem::take(&mut self.waiting) {
            self.written_late.insert(index);
            self.events.push(LATE + index);
            if result.is_ok() && parts[index].fails_late {
                result = Err(Failed::Reverted(6));
            }
        }
        if result.is_err() {
            *self = before;
        }
        result
    }

    fn run(&mut self, parts: &[Part], index: usize, may_defer: bool) -> Result<Vec<i32>, i32> {
        let before = self.clone();
        let mut codes = vec![if self.kept.insert(index) { NOT_FOUND } else { 1 }];
        self.written.insert(index);
        self.events.push(index);
        codes.push(parts[index].defers.map_or(0, |callee| self.defer(callee, may_defer)));
        for call in &parts[index].calls {
            codes.push(self.call(parts, index, *call, may_defer && call.may_defer));
        }
        let failure = match parts[index].ending {
            Ending::Return => return Ok(codes),
            Ending::Revert => CALLEE_REVERTED,
            Ending::Trap => CALLEE_FAILED,
        };
        *self = before;
        Err(failure)
    }

    fn defer(&mut self, callee: usize, may_defer: bool) -> i32 {
        if !may_defer {
            return tacit_abi::DEFER_DENIED;
        }
        if self.waiting.len() == tacit_abi::DEFERRED_CALLS_MAX as usize {
            return tacit_abi::TOO_MANY;
        }
        self.waiting.push(callee);
        0
    }

    fn call(
        &mut self,
        parts: &[Part],
        caller: usize,
        PartCall { callee, value, .. }: PartCall,
        may_defer: bool,
    ) -> i32 {
        let Some(left) = self.balances[caller].checked_sub(value) else { return INSUFFICIENT_BALANCE };
        let before = self.clone();
        self.balances[caller] = left;
        self.balances[callee] += value;
        match self.run(parts, callee, may_defer) {
            Ok(codes) => 4 * i32::try_from(codes.len()).unwrap(),
            Err(code) => {
                *self = before;
                code
            }
        }
    }
}

/// How a transaction fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failed {
    Reverted(u32),
    Trapped,
}

/// Deploys the parts, the last first, because each names those behind it.
fn build(chain: &mut MemoryChain, key: &TestKey, parts: &[Part], salt: u8) -> Vec<Address> {
    let mut addresses = vec![None; parts.len()];
    let mut actions = Vec::new();
    for (index, part) in parts.iter().enumerate().rev() {
        let (code, salt) = (part.code(&addresses), salt + u8::try_from(index).unwrap());
        addresses[index] = Some(contract_at(key, &code, salt));
        actions.extend([deploy(&code), instantiate(&code, salt, &[], part.endowment)]);
    }
    succeeds(chain, key, actions);
    addresses.into_iter().flatten().collect()
}

fn hold_against_the_model(
    chain: &mut MemoryChain,
    key: &TestKey,
    parts: &[Part],
    salt: u8,
) -> (Ending, Result<Vec<i32>, Failed>) {
    let addresses = build(chain, key, parts, salt);
    let mut model = Model::new(parts);
    let expected = model.transaction(parts);
    let action = vec![call(addresses[0], "run", &[], 0)];
    let ending = match expected {
        Ok(ref codes) => {
            let receipt = succeeds(chain, key, action);
            assert_eq!(numbers(&receipt.output), *codes, "{parts:?}");
            let from = |event: &Event| match event {
                Event::Contract { contract, topics, .. } => {
                    let index = addresses.iter().position(|address| address == contract).unwrap();
                    if topics.is_empty() { LATE + index } else { index }
                }
                other => panic!("{other:?}"),
            };
            assert_eq!(receipt.events.iter().map(from).collect::<Vec<_>>(), model.events, "{parts:?}");
            Ending::Return
        }
        Err(Failed::Reverted(code)) => {
            assert_eq!(fails(chain, key, action, RejectCode::ContractReverted).contract_code, code, "{parts:?}");
            Ending::Revert
        }
        Err(Failed::Trapped) => {
            fails(chain, key, action, RejectCode::ContractTrapped);
            Ending::Trap
        }
    };
    for (index, address) in addresses.iter().enumerate() {
        assert_eq!(chain.account(address).balance.0, model.balances[index], "money of {index} in {parts:?}");
        let stored = storage(chain, address);
        let by = |key: &[u8]| stored.contains_key(key);
        let expected = (model.written.contains(&index), model.written_late.contains(&index));
        assert_eq!((by(b"run"), by(b"late")), expected, "{index} in {parts:?}");
    }
    (ending, expected)
}

#[test]
fn a_failed_callee_leaves_nothing_and_its_caller_goes_on() {
    let (mut chain, alice, _) = start();
    let part = |calls: &[(usize, u128)], defers, ending, endowment| {
        let calls = calls.iter().map(|(callee, value)| PartCall { callee: *callee, value: *value, may_defer: true });
        Part { calls: calls.collect(), defers, ending, fails_late: false, endowment }
    };
    let parts = [
        part(&[(1, 100), (2, 50), (1, 3), (2, 5_000)], Some(2), Ending::Return, 1_000),
        // What it keeps and defers is gone with it.
        part(&[(3, 1), (2, 1)], Some(4), Ending::Trap, 0),
        part(&[(3, 10), (4, 10)], Some(3), Ending::Return, 0),
        part(&[], None, Ending::Return, 0),
        part(&[], None, Ending::Revert, 0),
    ];
    let (ending, _) = hold_against_the_model(&mut chain, &alice, &parts, 0);
    assert_eq!(ending, Ending::Return);
}

#[test]
fn random_trees_of_calls_do_what_the_model_says() {
    let seed = seed_of_this_run();
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let (mut chain, alice, _) = start();
    let (mut endings, mut results) = (Vec::new(), Vec::new());
    for round in 0..30u8 {
        let parts: Vec<Part> = (0..PARTS).map(|index| Part::random(&mut rng, index)).collect();
        let (ending, result) = hold_against_the_model(&mut chain, &alice, &parts, round * 8);
        endings.push(ending);
        results.push(result);
    }
    for ending in [Ending::Return, Ending::Revert, Ending::Trap] {
        assert!(endings.contains(&ending), "seed {seed}: no tree ended with {ending:?}");
    }
    assert!(results.contains(&Err(Failed::Reverted(6))), "seed {seed}: no deferred call failed");
}

/// The seed of this run: `TACIT_TEST_SEED`, else a fixed one. Printed, so that a failure can be run again.
pub fn seed_of_this_run() -> u64 {
    let seed = std::env::var("TACIT_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_120);
    println!("TACIT_TEST_SEED={seed}");
    seed
}
