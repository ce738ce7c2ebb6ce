//! A defect in the middle of a host function: the store below it panics. The transaction fails and pays its limit, the rest of
//! the block runs, the node lives, and two nodes with the same defect agree. That every host function of the table is guarded
//! like this is tested in `tacit-vm`.

use crate::life::start;
use crate::support::*;
use std::sync::Once;
use tacit_exec::execute;
use tacit_exec::testing::sign;
use tacit_exec::validate::Mode;
use tacit_state::{MemoryState, StateFault, StateRead, key};
use tacit_types::*;
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
fn a_panic_in_a_host_function_costs_the_sender_the_limit_and_nobody_anything_else() {
    silence();
    let (mut chain, alice, bob) = start();
    let code = module(CONTRACT);
    succeeds(&mut chain, &alice, vec![deploy(&code), instantiate(&code, 0, &[], 0)]);
    let contract = contract_at(&alice, &code, 0);
    let other_node = Vm::new(VmConfig::default()).unwrap();
    for function in ["get", "has", "set", "remove", "next"] {
        let mut body = chain.body(&alice, vec![call(contract, function, &[], 7)]);
        body.gas_limit = Gas(1_000_000);
        let block = chain.build(&[sign(&alice, body), chain.transfer(&bob, alice.address(), 5)]);
        let valid = chain.validate(&block.encode(), Mode::Decided).unwrap();
        let healthy = execute(&chain.state, &chain.rules, &chain.vm, &valid).unwrap();
        assert_eq!(healthy.receipts[0].reject(), None, "{function} is no good call");

        let defective = Defective { state: &chain.state, key: key::contract_storage(&contract, b"poison") };
        let executed = execute(&defective, &chain.rules, &chain.vm, &valid).unwrap();
        assert_eq!(executed, execute(&defective, &chain.rules, &other_node, &valid).unwrap(), "two nodes differ");
        let [failed, fine] = &executed.receipts[..] else { panic!("two receipts") };
        assert_eq!(
            (failed.reject(), failed.gas_used),
            (Some(RejectCode::ContractTrapped), Gas(1_000_000)),
            "{function}"
        );
        assert!(failed.events.is_empty());
        assert_eq!(fine, &healthy.receipts[1], "the next transaction does not notice");
        let prefix = key::contract_storage(&contract, b"");
        assert!(!executed.writes.0.iter().any(|change| change.key.starts_with(&prefix)), "something was left behind");
        let account = key::account(&contract);
        assert!(!executed.writes.0.iter().any(|change| change.key == account), "the money that came along stayed");

        // The same engine goes on.
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
