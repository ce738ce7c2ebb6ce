//! Every host function is paid for before it works: with one gas less than it costs by `docs/spec/gas.md`, the world is asked
//! nothing and no pointer is looked at; with that gas it is. What a function costs by the length of a value that it has to read
//! first comes on top (`storage_get`, `storage_has`, `storage_set`, `storage_remove`, `storage_next`, `transient_get`), and so does what a
//! callee costs and what is loaded for a change of code.

use super::host_cases::constants;
use super::host_cases::{Role, argument, usual};
use super::nested::bytes_at;
use super::support::{ALICE, Chain, vm};
use super::watched::Watched;
use crate::{CallParams, Trap, VmReject, gas};
use std::cell::Cell;
use tacit_abi::Function;
use tacit_types::{Address, Amount, Gas};

/// Units of the operators around the call, by the document: a constant, `call`, `drop`.
const CONSTANT: u64 = 1;
const CALL: u64 = 64;
const DROP: u64 = 1;

/// What is due before the first question to the world, beside the price of every host call. The arguments are the usual
/// ones of `host_cases`: lengths are 4, of a name 3, of a policy 2; counts are 1.
fn due(function: &str) -> u64 {
    let copy = |bytes: u64| 30 + bytes.div_ceil(8);
    match function {
        "block_height" | "block_time_ms" | "input_len" | "ret_len" | "gas_left" | "call_depth" | "is_static" => 0,
        "self_address" | "caller" | "genesis_id" => copy(32),
        "value" => copy(16),
        "input_copy" | "return_data" | "revert" | "ret_copy" => copy(4),
        "panic" => copy(4) + copy(4),
        "log" => 100 + 4,
        "storage_get" | "storage_has" => copy(4) + 60_000,
        "storage_set" => 65_000 + 31 * 8,
        "storage_remove" => 65_000 + 31 * 4,
        "storage_next" => copy(4) + copy(4) + 65_000,
        "transient_get" => copy(4) + 1_000,
        "transient_set" => copy(4) + copy(4) + 1_000,
        "emit" => 3_500 + 13 * (32 + 4),
        "transfer" | "asset_transfer" => 130_000,
        "balance" | "asset_balance" | "code_hash" => 60_000,
        "blake3" => 200 + 3 * 4,
        "proof_id" => 200 + 3 * (32 + 4),
        "proof_height" => copy(32) + 120_000,
        "sha256" => 160 + 2 * 4,
        "keccak256" => 1_000 + 7 * 4,
        "poseidon" => 11_000 + 12_000,
        "ed25519_verify" => 140_000 + 4 * 4,
        "secp256k1_recover" => 560_000,
        "secp256r1_verify" => 700_000,
        "bn254_add" => 8_500,
        "bn254_mul" => 1_500_000,
        "bn254_msm" => 1_500_000 + 32_000,
        "bn254_pairing" => 2_400_000 + 300_000,
        "groth16_verify" => 8_000_000 + 90_000,
        "range_verify" | "membership_verify" | "equality_verify" => 1_900_000 + 10_000,
        "u256_add" | "u256_sub" => 60,
        "u256_mul" => 100,
        "u256_div" | "u256_rem" => 130,
        "u256_mul_div" => 400,
        "u256_pow" => 900,
        "u256_sqrt" => 500,
        "call" | "try_call" | "static_call" => copy(3) + copy(4) + 60_000,
        "defer_call" => copy(3) + copy(4) + 60_000 + 1_000_000,
        "create" => copy(2) + copy(4) + 200_000,
        "set_code" => copy(4) + 200_000,
        other => panic!("the test does not know what `{other}` costs"),
    }
}

/// What is due before a pointer is looked at. Name and input of a call are paid by their lengths before they are copied; the
/// look at the contract is paid after that.
fn due_before_reading(function: &str) -> u64 {
    match function {
        "call" | "try_call" | "static_call" => due(function) - 60_000,
        "defer_call" => due(function) - 60_000 - 1_000_000,
        _ => due(function),
    }
}

/// The amount that goes along with a call says whether a transfer is to be paid, so it is read first; 16 bytes are within the
/// price of every host call.
fn is_read_first(function: &str, name: &str) -> bool {
    matches!(function, "call" | "try_call") && name == "value"
}

/// Whether the world is asked at all.
fn asks(function: &str) -> bool {
    const ASKING: [&str; 28] = [
        "storage_get",
        "storage_has",
        "storage_set",
        "storage_remove",
        "storage_next",
        "transient_get",
        "transient_set",
        "emit",
        "transfer",
        "asset_transfer",
        "balance",
        "asset_balance",
        "code_hash",
        "proof_height",
        "poseidon",
        "bn254_add",
        "bn254_mul",
        "bn254_msm",
        "bn254_pairing",
        "groth16_verify",
        "range_verify",
        "membership_verify",
        "equality_verify",
        "call",
        "try_call",
        "static_call",
        "create",
        "set_code",
    ];
    ASKING.contains(&function)
}

/// A contract whose `run` calls one host function, and nothing else.
struct Bench {
    chain: Chain,
    contract: Address,
    /// Gas for entering it, and for the operators of `run`, rounded up.
    before_the_call: u64,
    entering: u64,
}

impl Bench {
    fn new(function: &Function, arguments: &[i64]) -> Self {
        let constants = constants(function, arguments);
        let (open, close) = if function.result.is_some() { ("(drop ", ")") } else { ("", "") };
        let mut chain = Chain::new();
        let other = chain.text("(func (export \"run\"))");
        let code = chain.world.contracts[&other];
        // Where `host_cases` has its arguments: an address, a name, a code's hash, a key.
        let text = format!(
            "{}{}{}{} (func (export \"run\") {open}(call ${} {constants}){close})",
            bytes_at(0, &other.0),
            bytes_at(64, b"run"),
            bytes_at(128, &code.0),
            bytes_at(200, b"key1"),
            function.name
        );
        let contract = chain.text(&text);
        chain.world.governed.insert(contract);
        let code = &chain.world.codes[&chain.world.contracts[&contract]];
        let info = vm().check(code).unwrap();
        let entering = gas::enter(info.load_bytes(), info.memory_pages);
        let dropped = if function.result.is_some() { DROP } else { 0 };
        let units = CONSTANT * function.parameters.len() as u64 + CALL + dropped;
        let bench = Self { chain, contract, before_the_call: entering + units.div_ceil(8), entering };
        // The code is loaded once before anything is counted.
        assert_eq!(bench.run(entering).0, Err(VmReject::OutOfGas));
        bench
    }

    /// How a call with so much gas ends, and how many questions it asks.
    fn run(&self, gas: u64) -> (Result<Vec<u8>, VmReject>, u64) {
        let questions = Cell::new(0);
        // A call that fails undoes, and one that does not does not: neither is a question.
        let is_question = |what| !["checkpoint", "rollback"].contains(&what);
        let mut world = Watched::new(self.chain.world.clone(), |what| {
            questions.set(questions.get() + u64::from(is_question(what)));
        });
        let params = CallParams {
            caller: ALICE,
            contract: self.contract,
            function: "run",
            input: &[0; 8],
            value: Amount::ZERO,
            gas_limit: Gas(gas),
            record: false,
        };
        let outcome = vm().call(&mut world, params).unwrap();
        (outcome.result, questions.get())
    }
}

#[test]
fn every_host_function_charges_before_it_asks_the_world_anything() {
    for function in tacit_abi::functions() {
        let name = function.name;
        let bench = Bench::new(function, &usual(function));
        // A contract that ends at its first operator asks what every call that fails asks.
        let (end, nothing) = bench.run(bench.entering);
        assert_eq!(end, Err(VmReject::OutOfGas), "{name}");
        let enough = bench.before_the_call + gas::HOST_CALL + due(name);
        assert_eq!(bench.run(enough - 1), (Err(VmReject::OutOfGas), nothing), "{name} works before it is paid");
        let (end, questions) = bench.run(enough);
        if asks(name) {
            assert!(questions > nothing, "{name} costs more than the document says");
        } else {
            assert_ne!(end, Err(VmReject::OutOfGas), "{name} costs more than the document says");
        }
    }
}

#[test]
fn every_host_function_charges_before_it_looks_at_the_contracts_memory() {
    let mut looked_at = 0;
    for function in tacit_abi::functions() {
        let name = function.name;
        let is_pointer = |index: usize| argument(name, function.names[index]).0 == Role::Pointer;
        let wrong = |index: usize| is_pointer(index) && !is_read_first(name, function.names[index]);
        if !(0..function.names.len()).any(wrong) {
            continue;
        }
        looked_at += 1;
        let arguments: Vec<i64> = usual(function)
            .into_iter()
            .enumerate()
            .map(|(index, value)| if wrong(index) { -1 } else { value })
            .collect();
        let bench = Bench::new(function, &arguments);
        let enough = bench.before_the_call + gas::HOST_CALL + due_before_reading(name);
        assert_eq!(bench.run(enough - 1).0, Err(VmReject::OutOfGas), "{name} reads before it is paid");
        assert_eq!(bench.run(enough).0, Err(VmReject::Trapped(Trap::HostRange)), "{name}");
    }
    assert!(looked_at > 40, "only {looked_at} functions take pointers");
}
