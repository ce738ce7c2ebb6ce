//! Guests that attack: the text files of `contracts/hostile`, and what must become of them.

use super::support::{Chain, GAS};
use crate::reject::Trap;
use crate::{CallOutcome, VmReject};
use std::path::Path;

fn guest(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts/hostile").join(name).with_extension("wat");
    wat::parse_file(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn attack(name: &str, function: &str) -> CallOutcome {
    let mut chain = Chain::new();
    let contract = chain.place(&guest(name));
    chain.call(contract, function, &[])
}

#[test]
fn case_21_and_22_endless_loops_run_out_of_gas() {
    for function in ["plain", "nops", "nested", "table", "tree"] {
        let outcome = attack("loops", function);
        assert_eq!((outcome.result, outcome.gas_used.0), (Err(VmReject::OutOfGas), GAS), "{function}");
    }
}

#[test]
fn case_23_endless_recursion_exhausts_the_stack_counter_and_never_the_native_stack() {
    for function in ["direct", "mutual", "indirect", "wide", "deep_operands", "pressure"] {
        let outcome = attack("recursion", function);
        assert_eq!(outcome.result, Err(VmReject::StackExhausted), "{function}");
    }
}

#[test]
fn case_24_and_25_memory_grows_to_its_limit_and_no_further() {
    let mut chain = Chain::new();
    let contract = chain.place(&guest("memory"));
    // 7 pages more fit; the next does not; the last byte can be used.
    let output = chain.call(contract, "grow_to_limit", &[]).result.unwrap();
    assert_eq!(output, [7_i32.to_le_bytes(), (-1_i32).to_le_bytes(), 8_i32.to_le_bytes()].concat());
    // Growing by everything is paid before it is refused.
    assert_eq!(chain.call(contract, "grow_by_everything", &[]).result, Err(VmReject::OutOfGas));
    assert_eq!(chain.call(contract, "touch_beyond", &[]).result, Err(VmReject::Trapped(Trap::MemoryOutOfBounds)));
    assert_eq!(chain.call(contract, "fill_in_a_loop", &[]).result, Err(VmReject::OutOfGas));
}

#[test]
fn pointers_outside_the_memory_trap_before_anything_happens() {
    for function in [
        "get_key",
        "get_out",
        "set_value",
        "wraps",
        "huge_length",
        "blake3_out",
        "input_beyond",
        "emit_data",
        "call_name",
        "no_key",
        "long_key",
        "long_value",
        "many_topics",
        "proof_sender",
        "proof_statement",
        "proof_out",
        "long_statement",
        "proof_height_id",
    ] {
        let outcome = attack("pointers", function);
        assert!(
            matches!(outcome.result, Err(VmReject::Trapped(Trap::HostRange | Trap::HostLimit))),
            "{function}: {:?}",
            outcome.result
        );
    }
    // An empty range at the very end is fine.
    attack("pointers", "empty_at_the_end").result.unwrap();
}

#[test]
fn floods_of_events_are_stopped_by_their_limits() {
    assert_eq!(attack("events", "many").result, Err(VmReject::TooManyEvents));
    assert_eq!(attack("events", "large").result, Err(VmReject::TooManyEvents));
    assert_eq!(attack("events", "too_large").result, Err(VmReject::Trapped(Trap::HostLimit)));
}

#[test]
fn entering_a_contract_that_is_running_is_denied() {
    let mut chain = Chain::new();
    let contract = chain.place(&guest("reentrancy"));
    for function in ["by_call", "by_view"] {
        let output = chain.call(contract, function, &[]).result.unwrap();
        assert_eq!(output, (-7_i32).to_le_bytes(), "{function}");
    }
}
