//! A host function that panics in a contract that another one runs: nobody goes on over it, whatever leads there and whatever was
//! done before. The outermost call fails and uses its limit, on every engine.

use super::nested::{access, bytes_at, layout};
use super::panics::{busy_chain, while_panicking};
use super::support::{Chain, GAS, module};
use crate::VmReject;
use tacit_abi::ACCESS_LAYOUT;
use tacit_types::{Address, CodeHash, RejectCode};

/// Less than the contracts here could use, and more than they do.
const LIMIT: u64 = 5_000_000;

/// What is run below: it calls the host function that panics, wherever it is entered.
fn victim() -> Vec<u8> {
    let asks = "(drop (call $gas_left))";
    let exports: String =
        ["run", "init", "migrate"].iter().map(|name| format!("(func (export \"{name}\") {asks})")).collect();
    module(&format!("{exports} {}", access(&[(ACCESS_LAYOUT, &layout(2, 1, 6))])))
}

/// A contract that changes something, enters the victim by `way`, takes any end for an answer, and changes something again.
fn caller(chain: &Chain, way: &str, callee: &Address, code: &CodeHash) -> String {
    let call = match way {
        "create" => {
            "(call $create (i32.const 64) (i32.const 800) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
            (i32.const 800) (i64.const 1000000) (i32.const 900))"
                .to_owned()
        }
        "set_code" => "(call $set_code (i32.const 64) (i32.const 0) (i32.const 0) (i64.const 1000000))".to_owned(),
        way => {
            let value = if way == "static_call" { "" } else { "(i32.const 800)" };
            let flags = if way == "defer_call" { "" } else { "(i32.const 0)" };
            format!(
                "(call ${way} (i32.const 0) (i32.const 32) (i32.const 3) (i32.const 0) (i32.const 0) {value}
                    (i64.const 1000000) {flags})"
            )
        }
    };
    assert!(chain.world.codes.contains_key(code));
    let change = "(drop (call $storage_set (i32.const 32) (i32.const 3) (i32.const 0) (i32.const 4)))
        (drop (call $emit (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 4)))";
    format!(
        "{}{}{} (func (export \"run\") {change} (drop {call}) {change}) {}",
        bytes_at(0, &callee.0),
        bytes_at(32, b"run"),
        bytes_at(64, &code.0),
        access(&[(ACCESS_LAYOUT, &layout(1, 0, 5))])
    )
}

/// A contract that calls `callee` and takes any end for an answer.
fn careless(callee: &Address) -> String {
    format!(
        "{}{} (func (export \"run\") (drop (call $try_call (i32.const 0) (i32.const 32) (i32.const 3) (i32.const 0) (i32.const 0)
            (i32.const 800) (i64.const -1) (i32.const 4))))",
        bytes_at(0, &callee.0),
        bytes_at(32, b"run")
    )
}

#[test]
fn case_35_a_panic_below_any_way_into_a_contract_ends_the_outermost_call() {
    for way in ["call", "try_call", "static_call", "create", "defer_call", "set_code"] {
        let mut chain = Chain::new();
        let code = victim();
        let callee = chain.place(&code);
        let text = caller(&chain, way, &callee, &CodeHash::of(&[&code]));
        let middle = chain.text(&text);
        chain.world.governed.insert(middle);
        let outermost = chain.text(&careless(&middle));
        for first in [middle, outermost] {
            let end = while_panicking("gas_left", 0, || chain.call_with_gas(first, "run", &[], LIMIT));
            assert_eq!(end.result, Err(VmReject::HostInternal), "{way}: somebody went on");
            assert_eq!(
                end.result.unwrap_err().reject_code(),
                RejectCode::HostFailed,
                "not what a contract's own trap says"
            );
            assert_eq!(end.gas_used.0, LIMIT, "{way}");
        }
        // Without the panic the same calls succeed, so it was met where it was meant to be; the same engines go on.
        let well = chain.call_with_gas(outermost, "run", &[], LIMIT);
        assert_eq!(well.result, Ok(Vec::new()), "{way}");
        assert!(well.gas_used.0 < LIMIT && !chain.world.storage.is_empty(), "{way}");
    }
}

#[test]
fn case_35_a_panic_in_init_or_migrate_that_the_chain_runs_fails_the_transaction() {
    let mut chain = Chain::new();
    let code = victim();
    let made = chain.place(&code);
    let end = while_panicking("gas_left", 0, || chain.try_create(made, &[]));
    assert_eq!((end.result, end.gas_used.0), (Err(VmReject::HostInternal), GAS));

    let old = chain.text(&format!("(func (export \"run\")) {}", access(&[(ACCESS_LAYOUT, &layout(1, 0, 5))])));
    let upgrade = |chain: &mut Chain| chain.upgrade(old, CodeHash::of(&[&code]), &[], LIMIT).unwrap();
    let end = while_panicking("gas_left", 0, || upgrade(&mut chain));
    assert_eq!((end.result, end.gas_used.0), (Err(VmReject::HostInternal), LIMIT));
    upgrade(&mut chain).result.unwrap();
}

/// Each of these functions does its work in a contract below, and panics then: nothing of the work is left.
#[test]
fn case_35_a_panic_after_the_work_leaves_nothing_of_the_work() {
    const DONE: [&str; 15] = [
        "storage_set, done",
        "storage_get, done",
        "storage_next, done",
        "storage_remove, done",
        "transient_set, done",
        "transient_get, done",
        "balance, done",
        "transfer, done",
        "asset_transfer, done",
        "proof_height, done",
        "emit, done",
        "create, done",
        "try_call, done",
        "storage_has, done",
        "set_code, done",
    ];
    let (mut chain, careless) = busy_chain(1_000);
    for function in DONE {
        let end = while_panicking(function, 0, || chain.call(careless, "run", &[]));
        // That the world is as before is checked by `Chain`.
        assert_eq!((end.result, end.gas_used.0), (Err(VmReject::HostInternal), GAS), "{function}");
    }
    let well = chain.call(careless, "run", &[]);
    assert_eq!(well.result, Ok(Vec::new()));
    assert!(chain.world.contracts.len() > 3 && !chain.world.events.is_empty(), "the work was none");
}
