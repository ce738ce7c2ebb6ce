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

/// A contract whose work takes some million gas and is written down when it is done, and one that has it done and lives
/// through its failure.
#[must_use]
pub fn careless(chain: &mut Chain) -> (Address, Address) {
    let work = r#"(data (i32.const 512) "done")
        (func (export "work") (local $turn i32)
            (loop $again
                (local.set $turn (i32.add (local.get $turn) (i32.const 1)))
                (br_if $again (i32.lt_u (local.get $turn) (i32.const 500000))))
            (drop (call $set (i32.const 512) (i32.const 4) (i32.const 512) (i32.const 4))))"#;
    let worker = guest(chain, "worker", work);
    let careless = format!(
        r#"(data (i32.const 512) "{}") (data (i32.const 544) "work")
        (func (export "go") (drop (call $call (i32.const 512) (i32.const 544) (i32.const 4) (i32.const 0) (i32.const 0)
            (i32.const 96) (i64.const -1) (i32.const 0))))"#,
        escaped(&worker.0)
    );
    (guest(chain, "careless", &careless), worker)
}

/// A row of contracts, of which each calls the next one's `go`; the last one, which is returned besides the first, calls a
/// `function` of the contract with which its input begins, with the rest of the input, after it has looked at a contract
/// that does nothing so many times. What is called in the end stands as deep as the row is long, and has so many frames before
/// it.
#[must_use]
pub fn row(chain: &mut Chain, length: usize, looks: u32, function: &str) -> (Address, Address) {
    let idle = guest(chain, "idle", "(func (export \"idle\"))");
    let take =
        "(local.set $length (call $input_len)) (call $input_copy (i32.const 1024) (i32.const 0) (local.get $length))";
    let last = format!(
        r#"(data (i32.const 512) "{}") (data (i32.const 544) "{function}") (data (i32.const 608) "idle")
        (func (export "go") (local $length i32) (local $looks i32)
            (local.set $looks (i32.const {looks}))
            (block $enough (loop $again
                (br_if $enough (i32.eqz (local.get $looks)))
                (drop (call $view (i32.const 512) (i32.const 608) (i32.const 4) (i32.const 0) (i32.const 0) (i64.const -1)
                    (i32.const 0)))
                (local.set $looks (i32.sub (local.get $looks) (i32.const 1)))
                (br $again)))
            {take}
            (drop (call $must_call (i32.const 1024) (i32.const 544) (i32.const {}) (i32.const 1056)
                (i32.sub (local.get $length) (i32.const 32)) (i32.const 96) (i64.const -1) (i32.const 0))))"#,
        escaped(&idle.0),
        function.len()
    );
    let last = guest(chain, "last of a row", &last);
    let first = (1..length).fold(last, |next, _| {
        let body = format!(
            r#"(data (i32.const 512) "{}") (data (i32.const 544) "go")
            (func (export "go") (local $length i32)
                {take}
                (drop (call $must_call (i32.const 512) (i32.const 544) (i32.const 2) (i32.const 1024) (local.get $length)
                    (i32.const 96) (i64.const -1) (i32.const 0))))"#,
            escaped(&next.0)
        );
        guest(chain, "one of a row", &body)
    });
    (first, last)
}
