//! Cases of `docs/spec/contract-attacks.md` about gas and memory: long chains of dear instructions, gas that ends anywhere, what an
//! earlier instance left behind, and entries that must not be free.

use super::artifacts;
use super::gas::{BRANCH, CALL, LOCAL, NOP, PLAIN, ROUND, SET, STORE, units};
use super::nested::{SETS, Site, access, bytes_at, changes, layout, maker, next, runs};
use super::support::{BOB, Chain, GAS, MemoryWorld, load_bytes, module};
use crate::engine::WasmtimeMachine;
use crate::vm::{Mode, outermost};
use crate::{CallOutcome, Lane, Trap, VmReject, gas};
use tacit_abi::{ACCESS_LAYOUT, CALL_ALLOW_DEFER, CALLEE_FAILED, CALLEE_OUT_OF_GAS};
use tacit_types::{Address, AssetId, CodeHash};

// Prices of instructions in units, as docs/spec/gas.md gives them.
const LOAD: i64 = 100;
const DIVISION: i64 = 64;
const INDIRECT: i64 = 160;
const TABLE: i64 = 120;

/// What a loop of so many rounds takes beside its body: counter, jump and round.
const TURN: i64 = ROUND + 2 * NOP + PLAIN + SET + BRANCH;

/// A function that repeats `body` so many times.
fn repeats(rounds: u32, body: &str, more: &str) -> String {
    format!(
        "{more} (func (export \"run\") (local $n i32) (local $i i32) (local $x i64) (local.set $n (i32.const {rounds}))
            (loop {body} (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))"
    )
}

/// Holds that each round costs exactly this, whatever the rounds do, and that every engine charges it.
fn each_round_costs(body: &str, more: &str, price: i64) {
    const ROUNDS: u32 = 5_000;
    let (one, many) = (units(&repeats(1, body, more)), units(&repeats(ROUNDS, body, more)));
    assert_eq!(many - one, i64::from(ROUNDS - 1) * (TURN + price), "{body}");
    let mut chain = Chain::new();
    let contract = chain.text(&repeats(ROUNDS, body, more));
    let outcome = chain.call(contract, "run", &[]);
    assert_eq!(outcome.result, Ok(Vec::new()), "{body}");
    let entering = gas::enter(load_bytes(chain.world.codes.values().next().unwrap()), 1);
    assert_eq!(outcome.gas_used.0, entering + many.unsigned_abs().div_ceil(8), "{body}");
}

#[test]
fn case_26_every_load_division_and_indirect_call_of_a_long_chain_is_paid() {
    let pointers = "(data (i32.const 0) \"\\01\\80\\00\\00\") (data (i32.const 32769) \"\\ff\\3f\\00\\00\")";
    each_round_costs("(local.set $i (i32.load (local.get $i)))", pointers, NOP + LOAD + SET);
    // Over two pages of the machine, and not aligned.
    each_round_costs("(local.set $x (i64.load (i32.const 4093)))", "", NOP + LOAD + SET);
    let divides = "(local.set $x (i64.div_u (local.get $x) (i64.const 3)))";
    each_round_costs(divides, "", 2 * NOP + DIVISION + SET);
    let rest = "(local.set $x (i64.rem_s (i64.const -9) (i64.const 7)))";
    each_round_costs(rest, "", 2 * NOP + DIVISION + SET);
    let two = "(table 2 2 funcref) (func $ping nop) (func $pong nop) (elem (i32.const 0) $ping $pong)";
    let calls = "(call_indirect (i32.const 0)) (call_indirect (i32.const 1))";
    each_round_costs(calls, two, 2 * (NOP + INDIRECT + NOP));
}

#[test]
fn case_31_every_branch_is_paid_taken_or_not() {
    let both = "(block (br_if 0 (i32.const 1))) (block (br_if 0 (i32.const 0)))";
    each_round_costs(both, "", 2 * (NOP + BRANCH));
    let alternating = "(if (i32.and (local.get $n) (i32.const 1)) (then nop) (else nop))";
    each_round_costs(alternating, "", 2 * NOP + PLAIN + BRANCH + NOP);
    let table = "(block (block (block (br_table 0 1 2 (i32.and (local.get $n) (i32.const 3))))))";
    each_round_costs(table, "", 2 * NOP + PLAIN + TABLE);
    each_round_costs(&"(block (br_if 0 (local.get $n)))".repeat(50), "", 50 * (NOP + BRANCH));
}

#[test]
fn case_32_locals_are_paid_at_every_entry_and_not_only_once() {
    let many = format!("(func $many (local {}))", "i64 ".repeat(512));
    let padded = format!("{many} (data (i32.const 0) \"{}\")", "x".repeat(1_200));
    each_round_costs("(call $many)", &padded, CALL + 512 * LOCAL);
    let passed = format!("(func $passed (param {}))", "i64 ".repeat(24));
    let call = format!("(call $passed {})", "(i64.const 1) ".repeat(24));
    each_round_costs(&call, &passed, CALL + 24 * (NOP + LOCAL));
}

const ASSET: AssetId = AssetId([0xaa; 32]);
/// Gas that the parent gives its child when it means enough.
const ENOUGH: u64 = 10_000_000;

/// A parent that calls a child with the gas of its input, and says what came of it; the child changes everything that a contract
/// can change, calls, makes and defers, and gives up if anything is refused.
struct Worker {
    chain: Chain,
    parent: Address,
    before: MemoryWorld,
}

impl Worker {
    fn new() -> Self {
        let mut chain = Chain::new();
        let other = chain.text(SETS);
        let made = module(
            "(func (export \"init\") (drop (call $storage_set (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 9))))",
        );
        let hash = CodeHash::of(&[&made]);
        chain.world.codes.insert(hash, made);
        let must = |call: &str, answer: i32| format!("(call $must {call} (i32.const {answer}))");
        let steps = [
            must("(call $storage_set (i32.const 0) (i32.const 7) (i32.const 0) (i32.const 64))", 0),
            must("(call $transient_set (i32.const 0) (i32.const 7) (i32.const 0) (i32.const 64))", 0),
            must("(call $emit (i32.const 0) (i32.const 2) (i32.const 0) (i32.const 9))", 0),
            must("(call $transfer (i32.const 128) (i32.const 160))", 0),
            must("(call $asset_transfer (i32.const 176) (i32.const 128) (i32.const 160))", 0),
            must(
                "(call $create (i32.const 64) (i32.const 96) (i32.const 800) (i32.const 0) (i32.const 800) (i32.const 0)
                    (i32.const 160) (i64.const -1) (i32.const 704))",
                0,
            ),
            must(&Site::new(0, other, "set", "defer_call").gas(300_000).call(), 0),
            must(&Site::new(0, other, "set", "try_call").call(), 1),
        ];
        let mark = |number: usize| format!("(i64.store (i32.const {}) (call $gas_left))", 1_000 + 8 * number);
        let marked: String = steps.iter().enumerate().map(|(number, step)| mark(number) + step).collect();
        let data = Site::new(0, other, "set", "call").data()
            + &bytes_at(64, &hash.0)
            + &bytes_at(128, &BOB.0)
            + &bytes_at(160, &5_u128.to_le_bytes())
            + &bytes_at(176, &ASSET.0);
        let child = chain.text(&format!(
            "{data} (func $must (param i32 i32) (if (i32.ne (local.get 0) (local.get 1)) (then unreachable)))
             (func (export \"run\") {marked} {} (call $return_data (i32.const 1000) (i32.const 72)))",
            mark(8)
        ));
        chain.world.balances.insert(child, 100);
        chain.world.assets.insert((ASSET, child), 100);
        let site = Site::new(0, child, "run", "try_call").flags(CALL_ALLOW_DEFER);
        let call = site.call().replace("(i64.const -1)", "(i64.load (i32.const 600))");
        let parent = chain.text(&format!(
            "{} (func $say (param i32)
                (drop (call $storage_set (local.get 0) (i32.const 4) (local.get 0) (i32.const 4)))
                (drop (call $emit (i32.const 0) (i32.const 0) (local.get 0) (i32.const 4))))
             (data (i32.const 640) \"before\") (data (i32.const 650) \"after\")
             (func (export \"run\") (call $input_copy (i32.const 600) (i32.const 0) (i32.const 8))
                (call $say (i32.const 640)) (i32.store (i32.const 700) {call}) (call $say (i32.const 650))
                (call $ret_copy (i32.const 704) (i32.const 0) (call $ret_len))
                (call $return_data (i32.const 700) (i32.add (i32.const 4) (call $ret_len))))",
            site.data()
        ));
        let before = chain.world.clone();
        Self { chain, parent, before }
    }

    /// Runs with so much gas for the child: its answer, what everything used beside the child's gas, what the child gave.
    fn run(&mut self, gas: u64) -> (i32, u64, Vec<u8>) {
        self.chain.world = self.before.clone();
        let outcome = self.chain.call(self.parent, "run", &gas.to_le_bytes());
        let output = outcome.result.unwrap();
        let answer = i32::from_le_bytes(output[..4].try_into().unwrap());
        (answer, outcome.gas_used.0 - if answer < 0 { gas } else { 0 }, output[4..].to_vec())
    }
}

/// Whatever gas a child is given, it does all it means to or nothing, its parent goes on, and exactly its gas is gone.
#[test]
fn case_28_and_34_gas_that_ends_anywhere_leaves_all_of_a_callee_or_nothing_of_it() {
    let mut worker = Worker::new();
    let (answer, used, marks) = worker.run(ENOUGH);
    assert_eq!(answer, 72);
    let all = worker.chain.world.clone();
    let Worker { before, .. } = &worker;
    assert_eq!((all.contracts.len(), all.storage.len(), all.events.len()), (before.contracts.len() + 1, 5, 5));
    assert_eq!((all.balances[&BOB], all.assets[&(ASSET, BOB)]), (5, 5));

    // With no gas at all nothing of the child runs: what is left is the parent's.
    let (answer, parents_own, _) = worker.run(0);
    assert_eq!(answer, CALLEE_OUT_OF_GAS);
    let none = worker.chain.world.clone();
    assert_eq!((none.contracts.len(), none.storage.len(), none.events.len()), (worker.before.contracts.len(), 2, 2));
    assert_eq!((&none.balances, &none.assets), (&worker.before.balances, &worker.before.assets));

    // The least gas that suffices.
    let (mut short, mut enough) = (0, ENOUGH);
    while enough - short > 1 {
        let middle = (short + enough) / 2;
        if worker.run(middle).0 < 0 { short = middle } else { enough = middle }
    }
    // Around the beginning and end of every host call, and everywhere between.
    let taken = marks.as_chunks::<8>().0.iter().map(|left| ENOUGH - u64::from_le_bytes(*left));
    let windows = taken.chain([enough]).flat_map(|at| at.saturating_sub(9)..at + 9);
    let mut amounts: Vec<u64> = windows.chain((0..enough).step_by(1_733)).collect();
    amounts.sort_unstable();
    amounts.dedup();
    for gas in amounts {
        let (answer, beside, _) = worker.run(gas);
        if gas < enough {
            assert!([CALLEE_OUT_OF_GAS, CALLEE_FAILED].contains(&answer), "{answer} with {gas} of {enough}");
            assert_eq!(worker.chain.world, none, "with {gas} of {enough} a part is left");
            assert_eq!(beside, parents_own, "with {gas} of {enough} not exactly the child's gas is gone");
        } else {
            assert_eq!((answer, beside), (72, used), "with {gas} of {enough}");
            assert_eq!(worker.chain.world, all, "with {gas} of {enough}");
        }
    }
}

/// Calls on a machine with one place for an instance, so that each runs where the one before it did.
struct OnePlace(WasmtimeMachine);

impl OnePlace {
    fn call(&self, code: &[u8]) -> CallOutcome {
        let machine = self.0.on(Lane::Execution);
        outermost(&machine, &mut artifacts::world(code), artifacts::params(), Mode::Call).unwrap()
    }
}

/// A module that ors the whole memory, before and after it grows, and returns the two. `number` makes it another one.
fn looks(pages: u32, number: usize) -> Vec<u8> {
    let text = format!(
        "(module (import \"v1\" \"return_data\" (func $return_data (param i32 i32))) (memory {pages})
            (func $look (result i64) (local $at i32) (local $sum i64)
                (loop (local.set $sum (i64.or (local.get $sum) (i64.load (local.get $at))))
                    (br_if 0 (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8)))
                        (i32.mul (memory.size) (i32.const 65536)))))
                (local.get $sum))
            (func (export \"run\") (local $first i64) (drop (i32.const {number}))
                (local.set $first (call $look))
                (drop (memory.grow (i32.sub (i32.const 8) (memory.size))))
                (i64.store (i32.const 8) (call $look)) (i64.store (i32.const 0) (local.get $first))
                (call $return_data (i32.const 0) (i32.const 16))))"
    );
    wat::parse_str(text).unwrap()
}

#[test]
fn case_29_an_instance_sees_zeros_where_another_filled_the_whole_memory() {
    let place = OnePlace(WasmtimeMachine::new(1, None).unwrap());
    for (number, pages) in [1, 8, 3, 1, 8].into_iter().enumerate() {
        for end in ["", "unreachable"] {
            let fills = module(&format!(
                "(func (export \"run\") (drop (i32.const {number})) (drop (memory.grow (i32.const 7)))
                    (memory.fill (i32.const 0) (i32.const 0xaa) (i32.const 524288)) {end})"
            ));
            let filled = place.call(&fills);
            assert_eq!(filled.result.is_ok(), end.is_empty());
            let looked = place.call(&looks(pages, number));
            assert_eq!(looked.result, Ok(vec![0; 16]), "{pages} pages after an end by `{end}`");
        }
    }
    let mut chain = Chain::new();
    let contract = chain.place(&looks(1, 99));
    assert_eq!(chain.call(contract, "run", &[]).result, Ok(vec![0; 16]));
}

#[test]
fn case_29_an_instance_sees_neither_table_nor_globals_of_another() {
    let place = OnePlace(WasmtimeMachine::new(1, None).unwrap());
    let full = module(&format!(
        "(table 64 64 funcref) (func $f) (elem (i32.const 0) {}) (global $g (mut i64) (i64.const 1))
         (func (export \"run\") (global.set $g (i64.const -1)) (call_indirect (i32.const 63)))",
        "$f ".repeat(64)
    ));
    for index in [0, 1, 31, 63] {
        assert_eq!(place.call(&full).result, Ok(Vec::new()));
        let empty = module(&format!(
            "(table 64 64 funcref) (func $f) (global $g (mut i64) (i64.const 0))
             (func (export \"run\") (if (i64.ne (global.get $g) (i64.const 0)) (then (drop (i32.div_u (i32.const 1) (i32.const 0)))))
                (call_indirect (i32.const {index})))"
        ));
        assert_eq!(place.call(&empty).result, Err(VmReject::Trapped(Trap::IndirectCallToNull)), "element {index}");
    }
}

/// What entering a contract of the world costs.
fn entering(chain: &Chain, contract: Address) -> u64 {
    gas::enter(load_bytes(&chain.world.codes[&chain.world.contracts[&contract]]), 1)
}

/// Whole gas of so many units beside host calls.
fn whole(units: i64) -> u64 {
    units.unsigned_abs().div_ceil(8)
}

/// Units of a `run` that makes one host call with so many constants, stores the answer and returns it.
fn one_call(constants: i64) -> i64 {
    NOP + constants * NOP + CALL + STORE + 2 * NOP + CALL
}

#[test]
fn case_63_every_frame_below_another_pays_for_entering() {
    for (host, constants) in [("call", 8), ("try_call", 8), ("static_call", 7)] {
        let mut chain = Chain::new();
        let other = chain.text(SETS);
        let caller = chain.text(&runs(&[Site::new(0, other, "nothing", host)], ""));
        let outcome = chain.call(caller, "run", &[]);
        let callee = entering(&chain, other);
        assert_eq!(outcome.frames[1].gas_used, callee, "{host}");
        let asked = gas::copy(7) + gas::copy(0) + gas::STORAGE_READ + callee;
        let own = entering(&chain, caller) + whole(one_call(constants)) + 2 * gas::HOST_CALL + gas::copy(4);
        assert_eq!(outcome.gas_used.0, own + asked, "{host}");
    }
}

#[test]
fn case_63_a_deferred_call_pays_for_entering_out_of_its_own_gas() {
    const GIVEN: u64 = 500_000;
    let mut chain = Chain::new();
    let other = chain.text(SETS);
    let caller = chain.text(&runs(&[Site::new(0, other, "nothing", "defer_call").gas(GIVEN as i64)], ""));
    let outcome = chain.call(caller, "run", &[]);
    let own = entering(&chain, caller) + whole(one_call(7)) + 2 * gas::HOST_CALL + gas::copy(4);
    let asked = gas::copy(7) + gas::copy(0) + gas::STORAGE_READ;
    let used: Vec<u64> = outcome.frames.iter().map(|frame| frame.gas_used).collect();
    assert_eq!(used, [own + asked + GIVEN, entering(&chain, other)]);
    assert_eq!(outcome.gas_used.0, own + asked + entering(&chain, other), "what it left is given back");

    // With the gas for entering it runs; with one less nothing of the whole call does.
    for (given, ends_well) in [(entering(&chain, other), true), (entering(&chain, other) - 1, false)] {
        let caller = chain.text(&runs(&[Site::new(0, other, "nothing", "defer_call").gas(given as i64)], ""));
        let result = chain.call(caller, "run", &[]).result;
        assert_eq!(result, if ends_well { Ok(vec![0; 4]) } else { Err(VmReject::OutOfGas) });
    }
}

#[test]
fn case_63_a_contract_that_is_made_pays_for_entering_its_constructor_even_if_it_has_none() {
    for code in ["(func (export \"init\"))", "(func (export \"something\"))"] {
        let mut chain = Chain::new();
        let code = module(code);
        let (hash, entering_it) = (CodeHash::of(&[&code]), gas::enter(load_bytes(&code), 1));
        chain.world.codes.insert(hash, code);
        let creator = chain.text(&maker(&hash, &[]));
        let outcome = chain.call(creator, "run", &[]);
        assert_eq!(outcome.frames[1].gas_used, entering_it);
        let own = entering(&chain, creator) + whole(one_call(9)) + 2 * gas::HOST_CALL + gas::copy(36);
        let asked = 2 * gas::copy(0) + gas::CREATE + entering_it;
        assert_eq!(outcome.gas_used.0, own + asked);
    }
}

#[test]
fn case_63_a_migration_pays_for_both_codes_and_for_entering() {
    let mut chain = Chain::new();
    let new = module(&format!("(func (export \"migrate\")) {}", access(&[(ACCESS_LAYOUT, &layout(2, 1, 6))])));
    let (hash, load) = (CodeHash::of(&[&new]), load_bytes(&new));
    chain.world.codes.insert(hash, new);
    let governed = chain.text(&changes(&hash, &access(&[(ACCESS_LAYOUT, &layout(1, 0, 5))])));
    chain.world.governed.insert(governed);
    let old = load_bytes(&chain.world.codes[&chain.world.contracts[&governed]]);
    let outcome = chain.call(governed, "run", &[]);
    assert_eq!(chain.world.contracts[&governed], hash);
    let own = gas::enter(old, 1) + whole(one_call(4)) + 2 * gas::HOST_CALL + gas::copy(4);
    let asked = gas::copy(0) + gas::SET_CODE + gas::load(old) + gas::load(load);
    let used: Vec<u64> = outcome.frames.iter().map(|frame| frame.gas_used).collect();
    assert_eq!(used, [own + asked + 1_000_000, gas::enter(load, 1)]);
    assert_eq!(outcome.gas_used.0, own + asked + gas::enter(load, 1));
}

#[test]
fn case_63_calls_from_outside_pay_for_entering_also_when_there_is_nothing_to_run() {
    let mut chain = Chain::new();
    let contract = chain.text("(func (export \"run\"))");
    let price = entering(&chain, contract);
    assert_eq!(chain.call(contract, "run", &[]).gas_used.0, price);
    assert_eq!(chain.view(contract, "run", &[]).gas_used.0, price);
    assert_eq!(chain.try_create(contract, &[]).gas_used.0, price, "no `init`");
    for function in ["missing", "init", "migrate"] {
        let outcome = chain.call(contract, function, &[]);
        assert_eq!((outcome.result, outcome.gas_used.0), (Err(VmReject::FunctionUnknown), price), "{function}");
    }
    let short = chain.call_with_gas(contract, "run", &[], price - 1);
    assert_eq!((short.result, short.gas_used.0), (Err(VmReject::OutOfGas), price - 1));
    assert_eq!(chain.call_with_gas(contract, "run", &[], price).result, Ok(Vec::new()));
}

#[test]
fn case_63_a_call_back_that_fails_stops_the_action_that_made_it() {
    let mut chain = Chain::new();
    let hook = chain.text(SETS);
    let this = next(&chain);
    let site = Site::new(0, hook, "traps", "call");
    let contract = chain.text(&format!(
        "{} (func (export \"run\") (drop (call $storage_set (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 4))) (drop {}))",
        site.data(),
        site.call()
    ));
    assert_eq!(contract, this);
    let outcome = chain.call(contract, "run", &[]);
    assert_eq!(outcome.result, Err(VmReject::Trapped(Trap::Unreachable)));
    assert!(chain.world.storage.is_empty());
    // The callee's share is gone, the caller's sixty-fourth is not.
    assert!(outcome.gas_used.0 < GAS && outcome.gas_used.0 > GAS / 64 * 62);
}
