//! A host function that panics, whichever it is: the transaction fails and pays, the node lives, all engines agree. A panic of
//! the machine, however far below a host function: the node stops.

use super::nested::{access, layout};
use super::support::{ALICE, Chain, GAS, MemoryWorld, module, vm};
use crate::{CallParams, VmReject};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::Once;
use tacit_abi::ACCESS_LAYOUT;
use tacit_types::{Address, Amount, AssetId, CodeHash, Gas};

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

/// Does `work` while `what` panics each time but the first `spared`.
pub(super) fn while_panicking<T>(what: &'static str, spared: u32, work: impl FnOnce() -> T) -> T {
    silence();
    SPARED.set(spared);
    VICTIM.set(Some(what));
    let end = work();
    VICTIM.set(None);
    SPARED.set(0);
    end
}

#[test]
fn case_35_a_panic_in_any_host_function_fails_the_transaction_and_nothing_else() {
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
        let outcome = while_panicking(function.name, 0, || chain.call_with_gas(contract, "run", &[], 5_000_000));
        assert_eq!(outcome.result, Err(VmReject::HostInternal), "{}", function.name);
        assert_eq!(outcome.gas_used.0, 5_000_000, "a panic uses up the gas: {}", function.name);
        // The same engine goes on.
        let after = chain.text("(func (export \"run\"))");
        chain.call(after, "run", &[]).result.unwrap();
    }
}

/// What a contract can make the machine do, as the machine's parts call themselves where their panics are contained: all of them,
/// because the list is read from there.
fn parts() -> BTreeSet<&'static str> {
    let mut parts = BTreeSet::new();
    for source in [include_str!("../contain.rs"), include_str!("../scope.rs")] {
        for call in ["ask(", "tell(", "contain("] {
            let behind = source.split(call).skip(1);
            parts.extend(behind.filter_map(|text| text.strip_prefix('"')?.split_once('"')).map(|(name, _)| name));
        }
    }
    assert!(
        parts.len() > 22 && parts.contains("the engine") && parts.contains("reading a value's length"),
        "{parts:?}"
    );
    parts
}

/// A contract that makes the machine do all that, called by one that takes any end for an answer. `number` makes their
/// code new to the engine.
pub(super) fn busy_chain(number: usize) -> (Chain, Address) {
    let bytes = |bytes: &[u8]| bytes.iter().map(|byte| format!("\\{byte:02x}")).collect::<String>();
    let mut chain = Chain::new();
    let layout = access(&[(ACCESS_LAYOUT, &layout(1, 0, 5))]);
    let small = module(&format!("(func (export \"run\") (drop (i32.const {number}))) {layout}"));
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
                (i64.const 300000) (i32.const 0)))
            (drop (call $storage_has (i32.const 0) (i32.const 1)))
            (drop (call $set_code (i32.const 64) (i32.const 0) (i32.const 0) (i64.const 0)))) {layout}",
        bytes(&CodeHash::of(&[&small]).0)
    ));
    chain.world.governed.insert(busy);
    chain.world.balances.insert(busy, 5);
    chain.world.assets.insert((AssetId([0; 32]), busy), 5);
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
    for (part, number) in parts().into_iter().zip(0..) {
        let (chain, careless) = busy_chain(number);
        for is_interpreted in [false, true] {
            meets_a_panic(part, &chain, careless, is_interpreted);
        }
    }
}

/// Each time that the machine's part is asked for, its panic stops the node.
fn meets_a_panic(part: &'static str, chain: &Chain, careless: Address, is_interpreted: bool) {
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
        let mut world = chain.world.clone();
        let call = |world: &mut MemoryWorld| match is_interpreted {
            true => chain.call_interpreted(world, params),
            false => vm().call(world, params),
        };
        let end = while_panicking(part, strikes, || call(&mut world));
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
