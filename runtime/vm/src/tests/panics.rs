//! A host function that panics, whichever it is: the transaction fails and pays, the node lives, all engines agree. A panic of
//! the machine, however far below a host function: the node stops.

use super::support::{ALICE, Chain, GAS, module, vm};
use crate::{CallParams, VmReject};
use std::cell::Cell;
use std::sync::Once;
use tacit_types::{Address, Amount, CodeHash, Gas};

thread_local! {
    static VICTIM: Cell<Option<&'static str>> = const { Cell::new(None) };
    /// How often the victim is spared before it panics.
    static SPARED: Cell<u32> = const { Cell::new(0) };
}

/// Panics if the test asked this host function, or this part of the machine, to.
pub(crate) fn strike(what: &str) {
    if VICTIM.get() != Some(what) {
        return;
    }
    match SPARED.get().checked_sub(1) {
        Some(left) => SPARED.set(left),
        None => panic!("the test lets `{what}` panic"),
    }
}

/// The panics are wanted: their reports would only hide others.
fn silence() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if VICTIM.get().is_none() {
                usual(info);
            }
        }));
    });
}

#[test]
fn case_35_a_panic_in_any_host_function_fails_the_transaction_and_nothing_else() {
    silence();
    for function in tacit_abi::functions() {
        let zero = |kind: &Option<tacit_abi::Type>| match kind {
            Some(tacit_abi::Type::I64) => "(i64.const 0) ",
            _ => "(i32.const 0) ",
        };
        let arguments: String = function.parameters.iter().map(zero).collect();
        let drop = if function.result.is_some() { "drop" } else { "" };
        let body = format!("(func (export \"run\") (call ${} {arguments}) {drop})", function.name);
        let mut chain = Chain::new();
        let contract = chain.place(&module(&body));
        VICTIM.set(Some(function.name));
        let outcome = chain.call_with_gas(contract, "run", &[], 5_000_000);
        VICTIM.set(None);
        assert_eq!(outcome.result, Err(VmReject::HostInternal), "{}", function.name);
        assert_eq!(outcome.gas_used.0, 5_000_000, "a panic uses up the gas: {}", function.name);
        // The same engine goes on.
        let after = chain.text("(func (export \"run\"))");
        chain.call(after, "run", &[]).result.unwrap();
    }
}

/// What a contract can make the machine do, as the machine's parts call themselves. `changing code` is missing: it needs a
/// contract that governs itself, and goes the same way.
const PARTS: [&str; 20] = [
    "reading a contract",
    "loading code",
    "reading code",
    "the engine",
    "reading storage",
    "writing storage",
    "removing from storage",
    "walking through storage",
    "reading a transient value",
    "setting a transient value",
    "reading a balance",
    "moving money",
    "reading a balance of an asset",
    "moving an asset",
    "recording a contract",
    "reading a verifying key",
    "reading a proof",
    "recording an event",
    "marking the journal",
    "undoing changes",
];

/// A contract that makes the machine do all that, called by one that takes any end for an answer. `number` makes their
/// code new to the engine.
fn busy_chain(number: usize) -> (Chain, Address) {
    let bytes = |bytes: &[u8]| bytes.iter().map(|byte| format!("\\{byte:02x}")).collect::<String>();
    let mut chain = Chain::new();
    let small = module(&format!("(func (export \"run\") (drop (i32.const {number})))"));
    chain.place(&small);
    // 0 a key, 32 an amount of one, 64 the hash of the small code, 96 zeros, 800 for output.
    let busy = chain.text(&format!(
        "(data (i32.const 0) \"k\") (data (i32.const 32) \"\\01\") (data (i32.const 64) \"{}\")
         (func (export \"run\") (drop (i32.const {number}))
            (drop (call $storage_set (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1)))
            (drop (call $storage_get (i32.const 0) (i32.const 1) (i32.const 800) (i32.const 1)))
            (drop (call $storage_next (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 0)))
            (drop (call $storage_remove (i32.const 0) (i32.const 1)))
            (drop (call $transient_set (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1)))
            (drop (call $transient_get (i32.const 0) (i32.const 1) (i32.const 800) (i32.const 1)))
            (call $balance (i32.const 96) (i32.const 800))
            (drop (call $transfer (i32.const 96) (i32.const 32)))
            (call $asset_balance (i32.const 96) (i32.const 96) (i32.const 800))
            (drop (call $asset_transfer (i32.const 96) (i32.const 96) (i32.const 32)))
            (drop (call $proof_height (i32.const 96)))
            (drop (call $groth16_verify (i32.const 96) (i32.const 96) (i32.const 96) (i32.const 1)))
            (drop (call $emit (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1)))
            (drop (call $create (i32.const 64) (i32.const 96) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
                (i32.const 96) (i64.const -1) (i32.const 800)))
            (drop (call $try_call (i32.const 96) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 96)
                (i64.const 300000) (i32.const 0))))",
        bytes(&CodeHash::of(&[&small]).0)
    ));
    let careless = chain.text(&format!(
        "(data (i32.const 0) \"{}run\")
         (func (export \"run\") (drop (i32.const {number}))
            (drop (call $try_call (i32.const 0) (i32.const 32) (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 96)
                (i64.const -1) (i32.const 0))))",
        bytes(&busy.0)
    ));
    (chain, careless)
}

#[test]
fn a_panic_of_the_machine_below_any_contract_stops_the_node_and_is_no_result() {
    silence();
    for (part, number) in PARTS.into_iter().zip(0..) {
        let (chain, careless) = busy_chain(number);
        let mut strikes = 0;
        loop {
            let params = CallParams {
                caller: ALICE,
                contract: careless,
                function: "run",
                input: &[],
                value: Amount::ZERO,
                gas_limit: Gas(GAS),
                record: false,
            };
            SPARED.set(strikes);
            VICTIM.set(Some(part));
            let end = vm().call(&mut chain.world.clone(), params);
            VICTIM.set(None);
            match end {
                Err(fault) => assert!(fault.0.starts_with(&format!("{part} panicked: the test lets")), "{fault}"),
                Ok(outcome) => {
                    assert_eq!(outcome.result, Ok(Vec::new()), "{part}: nothing panicked, and yet the call failed");
                    break;
                }
            }
            strikes += 1;
        }
        assert!(strikes > 0, "{part} was never asked for");
    }
}
