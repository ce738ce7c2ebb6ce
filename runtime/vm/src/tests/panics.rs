//! A host function that panics, whichever it is: the transaction fails and pays, the node lives, both engines agree.

use super::support::{Chain, module};
use crate::VmReject;
use std::cell::Cell;
use std::sync::Once;

thread_local! {
    static VICTIM: Cell<Option<&'static str>> = const { Cell::new(None) };
}

/// Panics if the test asked this host function to.
pub(crate) fn strike(function: &str) {
    assert!(VICTIM.get() != Some(function), "the test lets `{function}` panic");
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
fn a_panic_in_any_host_function_fails_the_transaction_and_nothing_else() {
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
