//! Gas: exact, the same however a frame ends, and checked before anything is done.

use super::support::{Chain, GAS, load_bytes};
use crate::gas;
use crate::{VmReject, reject::Trap};

/// Gas of a call beyond entering the contract.
fn used(body: &str) -> u64 {
    let mut chain = Chain::new();
    let contract = chain.text(body);
    let bytes = load_bytes(chain.world.codes.values().next().unwrap());
    chain.call(contract, "run", &[]).gas_used.0 - gas::enter(bytes, 1)
}

#[test]
fn straight_code_costs_the_sum_of_its_operators() {
    assert_eq!(used("(func (export \"run\"))"), 0);
    assert_eq!(used("(func (export \"run\") nop nop)"), 2);
    assert_eq!(used("(func (export \"run\") (drop (i32.add (i32.const 1) (i32.const 2))))"), 4);
    // Four locals are one gas.
    assert_eq!(used("(func (export \"run\") (local i32 i32 i64 i64))"), 1);
    assert_eq!(used("(func (export \"run\") (local i32 i32 i64 i64 i32))"), 2);
}

#[test]
fn only_the_branch_taken_is_paid() {
    let body = |condition: u32| {
        format!("(func (export \"run\") (if (i32.const {condition}) (then nop nop nop) (else nop)) nop)")
    };
    assert_eq!(used(&body(1)), 1 + 3 + 3 + 1);
    assert_eq!(used(&body(0)), 1 + 3 + 1 + 1);
    // A branch out of a block skips what follows in it.
    assert_eq!(used("(func (export \"run\") (block (br_if 0 (i32.const 1)) nop nop nop) nop)"), 1 + 3 + 1);
    assert_eq!(used("(func (export \"run\") (block (br_if 0 (i32.const 0)) nop nop nop) nop)"), 1 + 3 + 3 + 1);
    // Code behind a branch is never paid.
    assert_eq!(used("(func (export \"run\") (block (br 0) nop nop) nop)"), 3 + 1);
    assert_eq!(used("(func (export \"run\") return nop)"), 3);
}

#[test]
fn a_loop_is_paid_by_round() {
    let body = |rounds: u32| {
        format!(
            "(func (export \"run\") (local $i i32) (local.set $i (i32.const {rounds}))
                (loop (br_if 0 (local.tee $i (i32.sub (local.get $i) (i32.const 1))))))"
        )
    };
    // Entering: one gas for the local, two for setting it, one for the loop operator. A round: its own gas and 7.
    assert_eq!(used(&body(1)), 1 + 2 + 1 + 8);
    assert_eq!(used(&body(1_000)), 4 + 8_000);
}

#[test]
fn calls_and_returns_within_a_contract_are_paid_once() {
    let body = "(func $two (result i32) (return (i32.const 2)))
        (func (export \"run\") (drop (call $two)) (drop (call $two)))";
    assert_eq!(used(body), 2 * (8 + 1) + 2 * (1 + 3));
}

#[test]
fn bulk_operations_are_paid_by_length() {
    let fill =
        |bytes: u32| format!("(func (export \"run\") (memory.fill (i32.const 0) (i32.const 1) (i32.const {bytes})))");
    assert_eq!(used(&fill(0)), 33);
    assert_eq!(used(&fill(64_000)), 33 + 8_000);
    assert_eq!(
        used("(func (export \"run\") (drop (memory.grow (i32.const 3))))"),
        1 + 100 + 1 + 3 * gas::MEMORY_GROW_PAGE
    );
}

#[test]
fn host_functions_cost_what_the_schedule_says() {
    let hash = "(func (export \"run\") (call $blake3 (i32.const 0) (i32.const 100) (i32.const 0)))";
    assert_eq!(used(hash), 3 + 8 + gas::HOST_CALL + gas::BLAKE3 + 200);
    let id = "(func (export \"run\") (call $proof_id (i32.const 0) (i32.const 0) (i32.const 100) (i32.const 0)))";
    assert_eq!(used(id), 4 + 8 + gas::HOST_CALL + gas::BLAKE3 + 2 * 132);
    let height = "(func (export \"run\") (drop (call $proof_height (i32.const 0))))";
    assert_eq!(used(height), 1 + 8 + 1 + gas::HOST_CALL + gas::copy(32) + gas::PROOF_HEIGHT);
    let read = "(func (export \"run\") (drop (call $storage_has (i32.const 0) (i32.const 4))))";
    assert_eq!(used(read), 2 + 8 + 1 + gas::HOST_CALL + gas::copy(4) + gas::STORAGE_READ);
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
fn a_trap_uses_all_gas_and_a_revert_what_it_took() {
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
    assert_eq!(used(revert), 2 + 3 + 8 + gas::HOST_CALL + gas::copy(0));
}

#[test]
fn the_schedule_is_pinned() {
    assert_eq!(gas::deploy(10_000, 5).0, 2_000_000 + 10_000_000 + 100_000);
    assert_eq!(gas::enter(6_400, 2), 100_000 + 25_600 + 1_000);
    assert_eq!(gas::copy(0), 20);
    assert_eq!(gas::copy(5), 22);
}
