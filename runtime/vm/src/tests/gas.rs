//! Gas: exact, the same however a frame ends, and checked before anything is done.

use super::support::{Chain, GAS, load_bytes};
use crate::gas;
use crate::{VmReject, reject::Trap};

// Prices of instructions in units, as docs/spec/gas.md gives them.
pub(super) const NOP: i64 = 1;
pub(super) const SET: i64 = 4;
pub(super) const PLAIN: i64 = 5;
const JUMP: i64 = 8;
const LOOP: i64 = 8;
pub(super) const ROUND: i64 = 8;
pub(super) const LOCAL: i64 = 2;
pub(super) const BRANCH: i64 = 64;
pub(super) const CALL: i64 = 64;
pub(super) const STORE: i64 = 260;
const BULK: i64 = 160;
const GROW: i64 = 400;

/// Gas of a call beyond entering the contract, a part of a gas for a whole one.
fn used(body: &str) -> u64 {
    let mut chain = Chain::new();
    let contract = chain.text(body);
    let bytes = load_bytes(chain.world.codes.values().next().unwrap());
    chain.call(contract, "run", &[]).gas_used.0 - gas::enter(bytes, 1)
}

/// Units of gas that `run` of a module without host functions counts, exactly.
pub(super) fn units(body: &str) -> i64 {
    let engine = wasmi::Engine::default();
    let code = crate::meter::meter(&super::support::module(body)).unwrap();
    let module = wasmi::Module::new(&engine, &code).unwrap();
    let mut store = wasmi::Store::new(&engine, ());
    let instance = wasmi::Linker::new(&engine).instantiate_and_start(&mut store, &module).unwrap();
    let counter = instance.get_global(&store, "__gas").unwrap();
    counter.set(&mut store, wasmi::Val::I64(1 << 40)).unwrap();
    instance.get_global(&store, "__stack").unwrap().set(&mut store, wasmi::Val::I32(65_536)).unwrap();
    instance.get_typed_func::<(), ()>(&store, "run").unwrap().call(&mut store, ()).unwrap();
    (1 << 40) - counter.get(&store).i64().unwrap()
}

#[test]
fn straight_code_costs_the_sum_of_its_operators() {
    assert_eq!(units("(func (export \"run\"))"), 0);
    assert_eq!(units("(func (export \"run\") nop nop)"), 2 * NOP);
    assert_eq!(units("(func (export \"run\") (drop (i32.add (i32.const 1) (i32.const 2))))"), 3 * NOP + PLAIN);
    assert_eq!(units("(func (export \"run\") (local i32 i32 i64 i64))"), 4 * LOCAL);
}

#[test]
fn a_part_of_a_gas_that_was_begun_is_used() {
    for nops in [1, 7, 8, 9, 16, 17] {
        assert_eq!(
            used(&format!("(func (export \"run\") {})", "nop ".repeat(nops))),
            (nops as u64).div_ceil(8),
            "{nops}"
        );
    }
    // In each frame for itself, and never in favour of the contract: what is left is told in whole gas.
    let left = "(func (export \"run\") nop (i64.store (i32.const 0) (call $gas_left)) (call $return_data (i32.const 0) (i32.const 8)))";
    let mut chain = Chain::new();
    let contract = chain.text(left);
    let bytes = load_bytes(chain.world.codes.values().next().unwrap());
    let outcome = chain.call_with_gas(contract, "run", &[], 1_000_000);
    let told = u64::from_le_bytes(outcome.result.unwrap().try_into().unwrap());
    // Before the call ran: the whole run of operators, `CALL` twice among them.
    let run = (NOP + NOP + CALL + STORE + 2 * NOP + CALL) as u64;
    assert_eq!(told, (8 * (1_000_000 - gas::enter(bytes, 1) - gas::HOST_CALL) - run) / 8);
}

#[test]
fn only_the_branch_taken_is_paid() {
    let body = |condition: u32| {
        format!("(func (export \"run\") (if (i32.const {condition}) (then nop nop nop) (else nop)) nop)")
    };
    assert_eq!(units(&body(1)), NOP + BRANCH + 3 * NOP + NOP);
    assert_eq!(units(&body(0)), NOP + BRANCH + NOP + NOP);
    // A branch out of a block skips what follows in it.
    let taken = NOP + BRANCH + NOP;
    assert_eq!(units("(func (export \"run\") (block (br_if 0 (i32.const 1)) nop nop nop) nop)"), taken);
    assert_eq!(units("(func (export \"run\") (block (br_if 0 (i32.const 0)) nop nop nop) nop)"), taken + 3 * NOP);
    // Code behind a branch is never paid.
    assert_eq!(units("(func (export \"run\") (block (br 0) nop nop) nop)"), JUMP + NOP);
    assert_eq!(units("(func (export \"run\") return nop)"), JUMP);
}

#[test]
fn a_loop_is_paid_by_round() {
    let body = |rounds: u32| {
        format!(
            "(func (export \"run\") (local $i i32) (local.set $i (i32.const {rounds}))
                (loop (br_if 0 (local.tee $i (i32.sub (local.get $i) (i32.const 1))))))"
        )
    };
    let before = LOCAL + NOP + SET + LOOP;
    let round = ROUND + 2 * NOP + PLAIN + SET + BRANCH;
    assert_eq!(units(&body(1)), before + round);
    assert_eq!(units(&body(1_000)), before + 1_000 * round);
}

#[test]
fn calls_and_returns_within_a_contract_are_paid_once() {
    let body = "(func $two (result i32) (return (i32.const 2)))
        (func (export \"run\") (drop (call $two)) (drop (call $two)))";
    assert_eq!(units(body), 2 * (CALL + NOP) + 2 * (NOP + JUMP));
    let parameters =
        "(func $f (param i32 i64 i32)) (func (export \"run\") (call $f (i32.const 1) (i64.const 2) (i32.const 3)))";
    assert_eq!(units(parameters), 3 * NOP + CALL + 3 * LOCAL);
}

#[test]
fn case_25_bulk_operations_are_paid_by_length() {
    let fill =
        |bytes: u32| format!("(func (export \"run\") (memory.fill (i32.const 0) (i32.const 1) (i32.const {bytes})))");
    assert_eq!(units(&fill(0)), 3 * NOP + BULK);
    assert_eq!(units(&fill(64_000)), 3 * NOP + BULK + (64_000 >> gas::BULK_BYTES_PER_UNIT_LOG2));
    let pages = 3 * gas::UNITS_PER_GAS * gas::MEMORY_GROW_PAGE as i64;
    assert_eq!(units("(func (export \"run\") (drop (memory.grow (i32.const 3))))"), 2 * NOP + GROW + pages);
}

#[test]
fn the_most_gas_of_a_block_and_of_a_call_fits_the_counter() {
    let most = [tacit_types::limits::BLOCK_GAS_MAX, gas::CALL_GAS_MAX].map(|gas| i64::try_from(gas).unwrap());
    for gas in most {
        let units = gas.checked_mul(gas::UNITS_PER_GAS).unwrap();
        assert_eq!((gas::units(gas), gas::whole(units)), (units, gas));
        // What a call of the longest length takes at once cannot bring the counter round to the other end.
        assert!(units.checked_sub(i64::from(u32::MAX) * gas::units(gas::MEMORY_GROW_PAGE as i64)).is_some());
    }
    let mut chain = Chain::new();
    let contract = chain.text("(func (export \"run\") nop)");
    let with = |chain: &mut Chain, gas| chain.call_with_gas(contract, "run", &[], gas);
    assert_eq!(with(&mut chain, u64::MAX), with(&mut chain, 1_000_000), "more gas changes nothing");
    assert_eq!(with(&mut chain, gas::CALL_GAS_MAX).result, Ok(Vec::new()));
}

/// Whole gas of units of instructions and of a host call's own price.
fn with_host(units: i64, price: u64) -> u64 {
    units.unsigned_abs().div_ceil(8) + gas::HOST_CALL + price
}

#[test]
fn host_functions_cost_what_the_schedule_says() {
    let hash = "(func (export \"run\") (call $blake3 (i32.const 0) (i32.const 100) (i32.const 0)))";
    assert_eq!(used(hash), with_host(3 * NOP + CALL, gas::BLAKE3 + 100 * gas::BLAKE3_BYTE));
    let id = "(func (export \"run\") (call $proof_id (i32.const 0) (i32.const 0) (i32.const 100) (i32.const 0)))";
    assert_eq!(used(id), with_host(4 * NOP + CALL, gas::BLAKE3 + 132 * gas::BLAKE3_BYTE));
    let height = "(func (export \"run\") (drop (call $proof_height (i32.const 0))))";
    assert_eq!(used(height), with_host(2 * NOP + CALL, gas::copy(32) + gas::PROOF_HEIGHT));
    let read = "(func (export \"run\") (drop (call $storage_has (i32.const 0) (i32.const 4))))";
    assert_eq!(used(read), with_host(3 * NOP + CALL, gas::copy(4) + gas::STORAGE_READ));
    let balance = "(func (export \"run\") (call $balance (i32.const 0) (i32.const 0)))";
    assert_eq!(used(balance), with_host(2 * NOP + CALL, gas::BALANCE));
}

#[test]
fn a_write_pays_for_the_value_that_it_replaces() {
    let mut chain = Chain::new();
    let contract = chain.text(
        "(func (export \"set\") (drop (call $storage_set (i32.const 0) (i32.const 3) (i32.const 0) (i32.const 1000))))
         (func (export \"remove\") (drop (call $storage_remove (i32.const 0) (i32.const 3))))
         (func (export \"has\") (drop (call $storage_has (i32.const 0) (i32.const 3))))",
    );
    let mut used = |function: &str| chain.call(contract, function, &[]).gas_used.0;
    let (of_nothing, nothing_there) = (used("remove"), used("has"));
    let (first, second) = (used("set"), used("set"));
    assert_eq!(second - first, 1_000 * gas::STORAGE_OLD_BYTE);
    assert_eq!(used("has") - nothing_there, 1_000 * gas::STORAGE_READ_BYTE);
    assert_eq!(used("remove") - of_nothing, 1_000 * gas::STORAGE_OLD_BYTE);
    assert_eq!(used("set"), first, "after the removal there is nothing to replace");
}

#[test]
fn a_write_that_cannot_pay_for_the_old_value_changes_nothing() {
    let mut chain = Chain::new();
    let contract = chain.text(
        "(func (export \"run\") (drop (call $storage_set (i32.const 0) (i32.const 3) (i32.const 0) (i32.const 1000))))",
    );
    let first = chain.call(contract, "run", &[]).gas_used.0;
    let outcome = chain.call_with_gas(contract, "run", &[], first + 1_000 * gas::STORAGE_OLD_BYTE - 1);
    assert_eq!(outcome.result, Err(VmReject::OutOfGas));
    assert_eq!(chain.call_with_gas(contract, "run", &[], first + 1_000 * gas::STORAGE_OLD_BYTE).result, Ok(Vec::new()));
}

#[test]
fn exactly_enough_gas_passes_and_one_less_fails() {
    let mut chain = Chain::new();
    let body = "(func $work (param $n i32) (loop (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
        (func (export \"run\") (call $work (i32.const 50))
            (drop (call $storage_set (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1)))
            (call $work (i32.const 50)) (memory.fill (i32.const 0) (i32.const 0) (i32.const 999)) nop)";
    let contract = chain.text(body);
    let before = chain.world.clone();
    let exact = chain.call(contract, "run", &[]).gas_used.0;
    chain.world = before;
    for gas in [0, 1, exact / 2, exact - 100, exact - 1] {
        let outcome = chain.call_with_gas(contract, "run", &[], gas);
        assert_eq!((outcome.result, outcome.gas_used.0), (Err(VmReject::OutOfGas), gas));
    }
    let outcome = chain.call_with_gas(contract, "run", &[], exact);
    assert_eq!((outcome.result, outcome.gas_used.0), (Ok(Vec::new()), exact));
}

#[test]
fn every_amount_of_gas_gives_all_of_the_call_or_nothing() {
    let mut chain = Chain::new();
    let contract = chain.text(
        "(func (export \"run\") (local $i i32)
            (loop (drop (call $emit (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 2)))
                (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 3)))))",
    );
    let before = chain.world.clone();
    let exact = chain.call(contract, "run", &[]).gas_used.0;
    let start = gas::enter(load_bytes(before.codes.values().next().unwrap()), 1);
    // Around every host call and block, in steps that meet each residue.
    for gas in (start..exact).step_by(7).chain(exact.saturating_sub(60)..exact) {
        chain.world = before.clone();
        let outcome = chain.call_with_gas(contract, "run", &[], gas);
        assert_eq!(outcome.result, Err(VmReject::OutOfGas), "with {gas} of {exact}");
    }
}

#[test]
fn case_27_a_trap_uses_all_gas_and_a_revert_what_it_took() {
    for (end, trap) in [
        ("unreachable", Trap::Unreachable),
        ("(drop (i32.load (i32.const -1)))", Trap::MemoryOutOfBounds),
        ("(drop (i64.rem_u (i64.const 1) (i64.const 0)))", Trap::DivisionByZero),
        ("(call_indirect (i32.const 0))", Trap::IndirectCallToNull),
        ("(call_indirect (param i32) (i32.const 1) (i32.const 1))", Trap::BadSignature),
        ("(call_indirect (i32.const 5))", Trap::TableOutOfBounds),
    ] {
        let mut chain = Chain::new();
        let contract = chain.text(&format!(
            "(table 2 2 funcref) (func $f) (elem (i32.const 1) $f) (func (export \"run\") nop nop {end} nop nop nop)"
        ));
        let outcome = chain.call(contract, "run", &[]);
        assert_eq!((outcome.result, outcome.gas_used.0), (Err(VmReject::Trapped(trap)), GAS), "{end}");
    }
    let revert = "(func (export \"run\") nop (call $revert (i32.const 0) (i32.const 0) (i32.const 0)) nop)";
    assert_eq!(used(revert), with_host(5 * NOP + CALL, gas::copy(0)));
}

#[test]
fn the_schedule_is_pinned() {
    assert_eq!(gas::deploy_length(10_000).0, 2_000_000 + 10_000_000);
    let effort = crate::Effort { places: 7, squares: 11, waits: 13 };
    assert_eq!(gas::deploy_shape(5, 3, &effort).0, 100_000 + 12_000 + 35_000 + 33 + 520);
    assert_eq!(gas::enter(6_400, 2), 100_000 + 25_600 + 4_000);
    assert_eq!(gas::copy(0), 30);
    assert_eq!(gas::copy(9), 32);
    assert_eq!(gas::groth16(32), 8_000_000 + 32 * 90_000);
    assert_eq!(gas::statement(5), 1_950_000);
}
