//! A defect below a host function: the store panics. Only this node has met it, so it is no result of the transaction; the
//! node stops with a reason, and the others agree about the block. Panics of host functions themselves, which every node meets, are
//! tested in `tacit-vm`.

use crate::life::start;
use crate::support::*;
use std::sync::Once;
use tacit_exec::execute;
use tacit_exec::validate::Mode;
use tacit_state::{MemoryState, StateFault, StateRead, key};
use tacit_vm::{Vm, VmConfig};

/// What the panic says.
const DEFECT: &str = "the test's store has a defect here";

/// Uses the key `poison` in every way there is.
const CONTRACT: &str = r#"(module
    (import "v1" "storage_get" (func $get (param i32 i32 i32 i32) (result i32)))
    (import "v1" "storage_has" (func $has (param i32 i32) (result i32)))
    (import "v1" "storage_set" (func $set (param i32 i32 i32 i32) (result i32)))
    (import "v1" "storage_remove" (func $remove (param i32 i32) (result i32)))
    (import "v1" "storage_next" (func $next (param i32 i32 i32 i32) (result i32)))
    (memory 1) (data (i32.const 0) "poison")
    (func (export "get") (drop (call $get (i32.const 0) (i32.const 6) (i32.const 64) (i32.const 8))))
    (func (export "has") (drop (call $has (i32.const 0) (i32.const 6))))
    (func (export "set") (drop (call $set (i32.const 0) (i32.const 6) (i32.const 0) (i32.const 1))))
    (func (export "remove") (drop (call $remove (i32.const 0) (i32.const 6))))
    (func (export "next") (drop (call $next (i32.const 0) (i32.const 3) (i32.const 0) (i32.const 0)))))"#;

/// A state that panics where it is asked about one key.
struct Defective<'a> {
    state: &'a MemoryState,
    key: Vec<u8>,
}

impl StateRead for Defective<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StateFault> {
        assert!(key != self.key, "{DEFECT}");
        self.state.get(key)
    }

    fn length(&self, key: &[u8]) -> Result<Option<usize>, StateFault> {
        assert!(key != self.key, "{DEFECT}");
        self.state.length(key)
    }

    fn scan(&self, prefix: &[u8], start: &[u8], limit: usize) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StateFault> {
        assert!(prefix.is_empty() || !self.key.starts_with(prefix), "{DEFECT}");
        self.state.scan(prefix, start, limit)
    }
}

/// The panics are wanted: their reports would only hide others.
fn silence() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if info.payload_as_str() != Some(DEFECT) {
                usual(info);
            }
        }));
    });
}

#[test]
fn a_panic_of_the_state_below_a_host_function_is_no_verdict_and_stops_this_node_alone() {
    silence();
    let (mut chain, alice, bob) = start();
    let code = module(CONTRACT);
    succeeds(&mut chain, &alice, vec![deploy(&code), instantiate(&code, 0, &[], 0)]);
    let contract = contract_at(&alice, &code, 0);
    let other_node = Vm::new(VmConfig::default()).unwrap();
    for function in ["get", "has", "set", "remove", "next"] {
        let block = chain.build(&[
            tx(&chain, &alice, vec![call(contract, function, &[], 7)]),
            chain.transfer(&bob, alice.address(), 5),
        ]);
        let valid = chain.validate(&block.encode(), Mode::Decided).unwrap();
        let defective = Defective { state: &chain.state, key: key::contract_storage(&contract, b"poison") };
        let fault = execute(&defective, &chain.rules, &chain.vm, &valid).unwrap_err();
        assert!(fault.to_string().contains("panic"), "{function}: {fault}");

        // Nodes without the defect agree about the block, with the engine that met it too.
        let healthy = execute(&chain.state, &chain.rules, &chain.vm, &valid).unwrap();
        assert_eq!(healthy, execute(&chain.state, &chain.rules, &other_node, &valid).unwrap());
        assert!(healthy.receipts.iter().all(|receipt| receipt.reject().is_none()), "{function} is no good call");
        chain.commit(&block);
    }
}

/// Without a contract in between, the same panic is nobody's verdict: the defect above is really met in a host function.
#[test]
#[should_panic(expected = "the test's store has a defect here")]
fn a_panic_outside_of_a_host_function_stops_the_node() {
    silence();
    let (chain, alice, bob) = start();
    let block = chain.build(&[chain.transfer(&bob, alice.address(), 5)]);
    let valid = chain.validate(&block.encode(), Mode::Decided).unwrap();
    let defective = Defective { state: &chain.state, key: key::account(&alice.address()) };
    let _never = execute(&defective, &chain.rules, &chain.vm, &valid);
}
