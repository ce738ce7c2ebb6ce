//! Contracts written as text, for what no compiler would make: attackers, liars, whoever answers nonsense.

use tacit_simulator::{Address, Chain};

/// Makes a contract of functions written as text. Imported are the host functions that attackers need; of the memory, the
/// bytes from 0 to 511 are free, from 512 on lies what `body` puts there as data. An empty `init` takes no arguments.
///
/// # Panics
/// When the text is no module or the chain refuses it.
#[track_caller]
pub fn guest(chain: &mut Chain, name: &str, body: &str) -> Address {
    guest_with(chain, name, &format!("(func (export \"init\")) {body}"))
}

/// As [`guest`], with an `init` of its own.
///
/// # Panics
/// As [`guest`].
#[track_caller]
pub fn guest_with(chain: &mut Chain, name: &str, body: &str) -> Address {
    let text = format!(
        r#"(module
        (import "v1" "caller" (func $caller (param i32)))
        (import "v1" "self_address" (func $self (param i32)))
        (import "v1" "input_len" (func $input_len (result i32)))
        (import "v1" "input_copy" (func $input_copy (param i32 i32 i32)))
        (import "v1" "return_data" (func $return_data (param i32 i32)))
        (import "v1" "storage_get" (func $get (param i32 i32 i32 i32) (result i32)))
        (import "v1" "storage_set" (func $set (param i32 i32 i32 i32) (result i32)))
        (import "v1" "emit" (func $emit (param i32 i32 i32 i32) (result i32)))
        (import "v1" "revert" (func $revert (param i32 i32 i32)))
        (import "v1" "call" (func $must_call (param i32 i32 i32 i32 i32 i32 i64 i32) (result i32)))
        (import "v1" "try_call" (func $call (param i32 i32 i32 i32 i32 i32 i64 i32) (result i32)))
        (import "v1" "static_call" (func $view (param i32 i32 i32 i32 i32 i64 i32) (result i32)))
        (import "v1" "defer_call" (func $defer (param i32 i32 i32 i32 i32 i32 i64) (result i32)))
        (import "v1" "set_code" (func $set_code (param i32 i32 i32 i64) (result i32)))
        (memory (export "memory") 1)
        {body})"#
    );
    let deployer = chain.account("guests");
    let wasm = wat::parse_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let code = chain.deploy_as(name, &wasm).unwrap_or_else(|failure| panic!("{name}: {failure}"));
    chain.instantiate(deployer, code, &()).unwrap_or_else(|failure| panic!("{name}: {failure}"))
}

/// Bytes as a string of a text module.
#[must_use]
pub fn escaped(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\{byte:02x}")).collect()
}
