//! The contracts that these tests run.

use std::path::Path;
use tacit_simulator::{Address, Amount, Chain};

/// A committed contract.
pub fn artifact(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts/artifacts");
    std::fs::read(folder.join(name).with_extension("wasm")).unwrap()
}

/// Alice, who made a token and owns all 1,000 of it, and Bob.
pub fn token() -> (Chain, Address, Address, Address) {
    let mut chain = Chain::new();
    let (alice, bob) = (chain.account("alice"), chain.account("bob"));
    let code = chain.deploy_as("token", &artifact("token")).unwrap();
    let token = chain.instantiate(alice, code, &(Amount(1_000),)).unwrap();
    (chain, alice, bob, token)
}

/// A counter that Alice made.
pub fn counter(start: u64) -> (Chain, Address, Address) {
    let mut chain = Chain::new();
    let alice = chain.account("alice");
    let code = chain.deploy_as("counter", &artifact("counter")).unwrap();
    let counter = chain.instantiate(alice, code, &(start,)).unwrap();
    (chain, alice, counter)
}

/// Tells what it sees (`who`, `paid`, `when`, `where`), pays out (`pay`), and fails in every way there is.
const PROBE: &str = r#"(module
    (import "v1" "caller" (func $caller (param i32)))
    (import "v1" "value" (func $value (param i32)))
    (import "v1" "block_time_ms" (func $time (result i64)))
    (import "v1" "block_height" (func $height (result i64)))
    (import "v1" "input_len" (func $input_len (result i32)))
    (import "v1" "input_copy" (func $input_copy (param i32 i32 i32)))
    (import "v1" "return_data" (func $return_data (param i32 i32)))
    (import "v1" "storage_set" (func $set (param i32 i32 i32 i32) (result i32)))
    (import "v1" "transfer" (func $transfer (param i32 i32) (result i32)))
    (import "v1" "emit" (func $emit (param i32 i32 i32 i32) (result i32)))
    (import "v1" "revert" (func $revert (param i32 i32 i32)))
    (import "v1" "panic" (func $panic (param i32 i32 i32 i32 i32 i32)))
    (import "v1" "proof_height" (func $proof_height (param i32) (result i64)))
    (memory 1)
    (data (i32.const 512) "the vault is open")
    (data (i32.const 544) "src/vault.rs")
    (data (i32.const 576) "Opened")
    (data (i32.const 608) "key")
    (func (export "init"))
    (func (export "who") (call $caller (i32.const 0)) (call $return_data (i32.const 0) (i32.const 32)))
    (func (export "paid") (call $value (i32.const 0)) (call $return_data (i32.const 0) (i32.const 16)))
    (func (export "when") (i64.store (i32.const 0) (call $time)) (call $return_data (i32.const 0) (i32.const 8)))
    (func (export "where") (i64.store (i32.const 0) (call $height)) (call $return_data (i32.const 0) (i32.const 8)))
    (func (export "pay")
        (call $caller (i32.const 0)) (call $input_copy (i32.const 32) (i32.const 0) (i32.const 16))
        (i32.store (i32.const 48) (call $transfer (i32.const 0) (i32.const 32)))
        (call $return_data (i32.const 48) (i32.const 4)))
    (func (export "keep")
        (call $input_copy (i32.const 0) (i32.const 0) (call $input_len))
        (drop (call $set (i32.const 608) (i32.const 3) (i32.const 0) (call $input_len))))
    (func (export "open")
        (call $caller (i32.const 0))
        (drop (call $emit (i32.const 576) (i32.const 1) (i32.const 0) (i32.const 32))))
    (func (export "since")
        (call $input_copy (i32.const 0) (i32.const 0) (i32.const 32))
        (i64.store (i32.const 32) (call $proof_height (i32.const 0)))
        (call $return_data (i32.const 32) (i32.const 8)))
    (func (export "revert") (call $revert (i32.const 77) (i32.const 0) (i32.const 0)))
    (func (export "panic")
        (call $panic (i32.const 512) (i32.const 17) (i32.const 544) (i32.const 12) (i32.const 41) (i32.const 5)))
    (func (export "trap") unreachable)
    (func (export "spin") (loop $again (br $again))))"#;

/// A contract that Alice made and that tells and fails on demand.
pub fn probe() -> (Chain, Address, Address) {
    let mut chain = Chain::new();
    let alice = chain.account("alice");
    let code = chain.deploy_as("probe", &wat::parse_str(PROBE).unwrap()).unwrap();
    let probe = chain.instantiate(alice, code, &()).unwrap();
    (chain, alice, probe)
}

/// The message of the panic that `body` ends with.
pub fn panic_of<T>(body: impl FnOnce() -> T) -> String {
    let Err(panic) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(body)) else { panic!("no panic") };
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|text| text.to_string()))
        .unwrap()
}
