//! Cases of `docs/spec/contract-attacks.md` about the host functions: every pointer and length of every one of them, arguments that
//! overlap, what the table offers and what it does not, long texts, walks over removed keys.

use super::nested::{SETS, Site, bytes_at, next, run};
use super::support::{ALICE, Chain, GAS, MemoryWorld, load_bytes, module};
use crate::{CallParams, Trap, Vm, VmConfig, VmReject, gas};
use tacit_abi::{CODE_UNKNOWN, Function, KEY_UNKNOWN, NOT_FOUND, POLICY_FORBIDS, Type};
use tacit_types::{Address, Amount, AssetId, Gas};

// Where things lie in the memory of a contract that calls every host function well.
const OTHER: i64 = 0;
const NAME: i64 = 64;
const ZERO: i64 = 96;
const CODE: i64 = 128;
const SALT: i64 = 160;
const POLICY: i64 = 192;
const KEY: i64 = 200;
const BYTES: i64 = 256;
const NUMBERS: i64 = 512;
const SIGNED: i64 = 1_100;
const PROOF: i64 = 1_400;
const OUT: i64 = 4_096;
const MEMORY: i64 = 65_536;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Pointer,
    Length,
    /// A number that stands for itself.
    Plain,
}

/// What an argument is, and a value of it with which the function does its work.
pub(super) fn argument(function: &str, name: &str) -> (Role, i64) {
    use Role::{Length, Plain, Pointer};
    match (function, name) {
        (_, "function_len") => (Length, 3),
        (_, "policy_len") => (Length, 2),
        (_, "count" | "input_count" | "topic_count") => (Length, 1),
        (_, name) if name.ends_with("len") => (Length, 4),
        (_, "offset" | "flags" | "round_up") => (Plain, 0),
        (_, "line" | "column" | "recovery") => (Plain, 1),
        (_, "exponent") => (Plain, 2),
        (_, "code" | "capacity") => (Plain, 64),
        (_, "gas") => (Plain, 1_000_000),
        (_, "out") => (Pointer, OUT),
        (_, "address" | "to" | "sender") => (Pointer, OTHER),
        (_, "function") => (Pointer, NAME),
        ("u256_sqrt", "value") | (_, "left" | "elements" | "point" | "points" | "pairs" | "inputs" | "key_id") => {
            (Pointer, NUMBERS)
        }
        (_, "right" | "scalar" | "scalars") => (Pointer, NUMBERS + 32),
        (_, "divisor") => (Pointer, NUMBERS + 64),
        (_, "base") => (Pointer, NUMBERS + 96),
        (_, "value" | "amount") => (Pointer, ZERO),
        (_, "code_hash") => (Pointer, CODE),
        (_, "salt") => (Pointer, SALT),
        (_, "policy") => (Pointer, POLICY),
        (_, "key" | "prefix" | "after") => (Pointer, KEY),
        ("secp256k1_recover", "hash") => (Pointer, SIGNED),
        ("secp256k1_recover", "signature") => (Pointer, SIGNED + 32),
        (_, "proof") => (Pointer, PROOF),
        (_, "data" | "message" | "file" | "topics" | "input" | "hash" | "signature" | "statement" | "asset" | "id") => {
            (Pointer, BYTES)
        }
        other => panic!("the test knows nothing of {other:?}"),
    }
}

/// How many bytes a function that does its work writes to `out`.
fn written(function: &str) -> usize {
    match function {
        "value" | "balance" | "asset_balance" => 16,
        "storage_get" | "transient_get" | "input_copy" | "ret_copy" => 4,
        "bn254_add" | "bn254_mul" | "bn254_msm" | "secp256k1_recover" => 64,
        _ => 32,
    }
}

/// A chain with two contracts: one that others call, and one whose exports `run0`, `run1`, ... each call a function with one list of
/// arguments and return its answer and so many bytes from a place.
struct Bench {
    chain: Chain,
    contract: Address,
    before: MemoryWorld,
}

impl Bench {
    fn new(function: &Function, runs: &[(Vec<i64>, i64, usize)]) -> Self {
        let mut chain = Chain::new();
        let other = chain.text("(func (export \"init\")) (func (export \"run\"))");
        let exports: String = (0..).zip(runs).map(|(number, run)| export(number, function, run)).collect();
        let hex = |text: &str| {
            let digits = text.as_bytes().as_chunks::<2>().0.iter();
            digits.map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect::<Vec<u8>>()
        };
        let signed = hex(concat!(
            "456e9aea5e197a1f1af7a3e85a3212fa4049a3ba34c2289b4c860fc0b0c64ef3",
            "9242685bf161793cc25603c231bc2f568eb630ea16aa137d2664ac8038825608",
            "4f8ae3bd7535248d0bd448298cc2e2071e56992d0774dc340c368ae950852ada"
        ));
        let numbers: Vec<u8> =
            [7_u8, 3, 2, 5].iter().flat_map(|number| [&[*number][..], &[1; 12], &[0; 19]].concat()).collect();
        let code = chain.world.contracts[&other];
        let contract = chain.text(&format!(
            "{}{}{}{}{}{}{}{} {exports}",
            bytes_at(OTHER as u32, &other.0),
            bytes_at(NAME as u32, b"run"),
            bytes_at(CODE as u32, &code.0),
            bytes_at(SALT as u32, &[9; 32]),
            bytes_at(KEY as u32, b"key1"),
            bytes_at(BYTES as u32, &(0..200).collect::<Vec<u8>>()),
            bytes_at(NUMBERS as u32, &numbers),
            bytes_at(SIGNED as u32, &signed),
        ));
        chain.world.storage.insert((contract, b"key1".to_vec()), b"abcd".to_vec());
        chain.world.balances.insert(other, 77);
        chain.world.assets.insert((AssetId(std::array::from_fn(|index| index as u8)), other), 78);
        let before = chain.world.clone();
        Self { chain, contract, before }
    }

    fn run(&mut self, number: usize) -> crate::CallOutcome {
        self.chain.world = self.before.clone();
        self.chain.call(self.contract, &format!("run{number}"), &(0..8).collect::<Vec<u8>>())
    }
}

/// The text that puts a host function's arguments on the stack.
pub(super) fn constants(function: &Function, arguments: &[i64]) -> String {
    let constant = |(value, kind): (&i64, &Option<Type>)| match kind {
        Some(Type::I64) => format!("(i64.const {value}) "),
        _ => format!("(i32.const {}) ", *value as i32),
    };
    arguments.iter().zip(function.parameters).map(constant).collect()
}

fn export(number: usize, function: &Function, (arguments, at, length): &(Vec<i64>, i64, usize)) -> String {
    let constants = constants(function, arguments);
    let call = format!("(call ${} {constants})", function.name);
    let stored = match function.result {
        Some(Type::I32) => format!("(i32.store (i32.const 60000) {call})"),
        Some(Type::I64) => format!("(i64.store (i32.const 60000) {call})"),
        None => call,
    };
    // A transient value, and something in the return register, for those that need it.
    format!(
        "(func (export \"run{number}\")
            (drop (call $transient_set (i32.const {KEY}) (i32.const 4) (i32.const {BYTES}) (i32.const 4)))
            (drop (call $storage_get (i32.const {KEY}) (i32.const 4) (i32.const 0) (i32.const 0)))
            {stored} (memory.copy (i32.const 60008) (i32.const {at}) (i32.const {length}))
            (call $return_data (i32.const 60000) (i32.const {})))",
        8 + length
    )
}

pub(super) fn usual(function: &Function) -> Vec<i64> {
    function.names.iter().map(|name| argument(function.name, name).1).collect()
}

/// How a call with an argument of -1 ends, if not by a trap for its range.
fn end_of(function: &str, name: &str, role: Role) -> Option<Result<(), VmReject>> {
    let by_limit = Some(Err(VmReject::Trapped(Trap::HostLimit)));
    match (role, function, name) {
        (Role::Pointer, ..) => None,
        // Paid by length before the length is looked at: nobody has the gas for four gigabytes.
        (Role::Length, "input_copy" | "ret_copy" | "blake3", _) => Some(Err(VmReject::OutOfGas)),
        // Cut.
        (Role::Length, "panic", _) => Some(Err(VmReject::Panicked)),
        (Role::Length, ..) => by_limit,
        (_, _, "offset") => None,
        (_, _, "flags" | "round_up") | (_, "defer_call", "gas") => by_limit,
        (_, "panic", _) => Some(Err(VmReject::Panicked)),
        (_, "revert", _) => Some(Err(VmReject::Reverted { code: u32::MAX, data: vec![0, 1, 2, 3] })),
        _ => Some(Ok(())),
    }
}

#[test]
fn case_33_every_pointer_and_every_length_of_every_host_function_is_checked() {
    for function in tacit_abi::functions() {
        let mut runs = vec![(usual(function), OUT, 0)];
        let mut expected = Vec::new();
        for (index, name) in function.names.iter().enumerate() {
            let (role, _) = argument(function.name, name);
            let wrong: &[i64] = match role {
                // Wrapping, the middle of all numbers, one byte beyond, and the last byte of what is longer.
                Role::Pointer => &[-1, i64::from(i32::MIN), MEMORY, MEMORY - 1],
                Role::Length => &[-1, i64::from(i32::MIN)],
                Role::Plain => &[-1],
            };
            for value in wrong {
                let mut arguments = usual(function);
                arguments[index] = *value;
                runs.push((arguments, OUT, 0));
                let end = end_of(function.name, name, role).unwrap_or(Err(VmReject::Trapped(Trap::HostRange)));
                expected.push((format!("{}, {name} = {value}", function.name), end));
            }
        }
        let mut bench = Bench::new(function, &runs);
        // With good arguments it does its work, so that each argument is really looked at.
        let well = bench.run(0).result;
        let answer =
            well.as_ref().ok().and_then(|output| output.first_chunk()).map_or(0, |code| i32::from_le_bytes(*code));
        match function.name {
            "revert" => assert_eq!(well, Err(VmReject::Reverted { code: 64, data: vec![0, 1, 2, 3] })),
            "panic" => assert_eq!(well, Err(VmReject::Panicked)),
            "set_code" => assert_eq!(answer, POLICY_FORBIDS),
            "groth16_verify" => assert_eq!(answer, KEY_UNKNOWN),
            "storage_next" => assert_eq!(answer, NOT_FOUND, "nothing comes after the only key"),
            name => {
                let is_code = function.result == Some(Type::I32);
                assert!(well.is_ok() && (answer >= 0 || !is_code), "{name}: {well:?}");
            }
        }
        for (number, (what, end)) in expected.into_iter().enumerate() {
            // That nothing is left of what failed is checked by `Chain`.
            let result = bench.run(number + 1).result.map(|_| ());
            assert_eq!(result, end, "{what}");
        }
    }
}

#[test]
fn case_33_output_that_overlaps_input_is_the_same_output() {
    let mut pairs = 0;
    for function in tacit_abi::functions() {
        let Some(out) = function.names.iter().position(|name| *name == "out") else { continue };
        let length = written(function.name);
        let mut runs = vec![(usual(function), OUT, length)];
        for (index, name) in function.names.iter().enumerate() {
            if index == out || argument(function.name, name).0 != Role::Pointer {
                continue;
            }
            for shift in [0, 1, 16, 31, -1] {
                let mut arguments = usual(function);
                arguments[out] = (arguments[index] + shift).max(0);
                runs.push((arguments.clone(), arguments[out], length));
            }
        }
        let mut bench = Bench::new(function, &runs);
        let apart = bench.run(0).result.unwrap();
        // The bytes are not what lay there before.
        assert!(
            apart[8..].iter().any(|byte| *byte != 0) || function.name == "value",
            "{} wrote nothing",
            function.name
        );
        for number in 1..runs.len() {
            assert_eq!(bench.run(number).result.unwrap(), apart, "{} with {:?}", function.name, runs[number].0);
            pairs += 1;
        }
    }
    assert!(pairs > 100, "{pairs}");
}

/// The whole table. What is not here cannot be asked for: no clock, no chance, no name of the machine, nothing that removes an
/// account or a contract, and nothing that takes a function of the contract to call it.
#[test]
fn case_36_and_44_and_54_and_55_the_host_offers_these_functions_and_no_other() {
    let names: Vec<&str> = tacit_abi::functions().iter().map(|function| function.name).collect();
    let expected = "self_address caller value genesis_id block_height block_time_ms gas_left call_depth is_static \
        input_len input_copy return_data revert panic log \
        storage_get storage_set storage_remove storage_has storage_next transient_get transient_set emit \
        transfer balance asset_balance asset_transfer \
        call try_call static_call defer_call create code_hash set_code ret_len ret_copy \
        blake3 sha256 keccak256 poseidon ed25519_verify secp256k1_recover secp256r1_verify \
        bn254_add bn254_mul bn254_msm bn254_pairing groth16_verify range_verify membership_verify equality_verify \
        u256_add u256_sub u256_mul u256_div u256_rem u256_mul_div u256_pow u256_sqrt \
        proof_id proof_height";
    assert_eq!(names, expected.split_whitespace().collect::<Vec<_>>());
}

#[test]
fn case_36_no_export_but_the_one_that_is_called_ever_runs() {
    let names = [
        "allocate",
        "alloc",
        "malloc",
        "realloc",
        "free",
        "deallocate",
        "cabi_realloc",
        "_start",
        "_initialize",
        "start",
        "main",
        "interface_version_8",
        "memory_grow",
        "on_call",
        "fallback",
        "receive",
        "init",
        "migrate",
    ];
    let never: String = names.iter().map(|name| format!("(func (export \"{name}\") unreachable)")).collect();
    let mut chain = Chain::new();
    let other = chain.text(&format!("{SETS} {never}"));
    let site = Site::new(0, other, "set", "try_call");
    let contract = chain.text(&format!(
        "{} (func (export \"run\") (local $answer i32)
            (call $input_copy (i32.const 1000) (i32.const 0) (call $input_len))
            (drop (call $storage_set (i32.const 0) (i32.const 200) (i32.const 1000) (i32.const 60000)))
            (drop (call $storage_get (i32.const 0) (i32.const 200) (i32.const 0) (i32.const 0)))
            (if (i32.ne (call $ret_len) (i32.const 60000)) (then unreachable))
            (local.set $answer {}) (call $return_data (i32.const 1000) (i32.const 60000))) {never}",
        site.data(),
        site.call()
    ));
    let input = vec![7; 60_000];
    let outcome = chain.call(contract, "run", &input);
    assert_eq!(outcome.result, Ok(input));
    let ran: Vec<(Address, &str)> =
        outcome.frames.iter().map(|frame| (frame.contract, frame.function.as_str())).collect();
    assert_eq!(ran, [(contract, "run"), (other, "set")]);
    assert_eq!(validate_number("(func (export \"__alloc\"))"), 14, "names of toolchains are not even taken");
}

fn validate_number(body: &str) -> u16 {
    crate::validate(&module(body)).expect_err(body).number()
}

/// Code is named by its own hash: an address is none, so nothing refers to code through a contract, and no cycle can be made.
#[test]
fn case_54_an_address_is_no_code() {
    let this = next(&Chain::new());
    let other = Address([this.0[0] + 1; 32]);
    for address in [this, other] {
        let mut chain = Chain::new();
        let text = format!(
            "{} (func (export \"run\")
                (i32.store (i32.const 700) (call $create (i32.const 0) (i32.const 32) (i32.const 64) (i32.const 0)
                    (i32.const 800) (i32.const 0) (i32.const 800) (i64.const -1) (i32.const 900)))
                (i32.store (i32.const 704) (call $set_code (i32.const 0) (i32.const 800) (i32.const 0) (i64.const 1000000)))
                (call $return_data (i32.const 700) (i32.const 8)))",
            bytes_at(0, &address.0)
        );
        assert_eq!(chain.text(&text), this);
        assert_eq!(chain.text(SETS), other);
        chain.world.governed.insert(this);
        assert_eq!(run(&mut chain, this), [CODE_UNKNOWN, CODE_UNKNOWN]);
    }
}

/// A contract that looks at everything there is: its context, its gas, its whole memory, the register, the world.
const LOOKS_EVERYWHERE: &str = r#"(func (export "run") (local $at i32) (local $sum i64)
    (loop (local.set $sum (i64.or (local.get $sum) (i64.load (local.get $at))))
        (br_if 0 (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (i32.const 65536))))
    (i64.store (i32.const 0) (local.get $sum))
    (i64.store (i32.const 8) (call $gas_left)) (i32.store (i32.const 16) (call $call_depth))
    (i32.store (i32.const 20) (call $is_static)) (i64.store (i32.const 24) (call $block_time_ms))
    (i64.store (i32.const 32) (call $block_height)) (i32.store (i32.const 40) (call $ret_len))
    (i32.store (i32.const 44) (memory.size)) (i32.store (i32.const 48) (memory.grow (i32.const 1)))
    (i64.store (i32.const 52) (i64.load (i32.const 131064))) (i32.store (i32.const 60) (call $input_len))
    (call $self_address (i32.const 64)) (call $caller (i32.const 96)) (call $genesis_id (i32.const 128))
    (call $value (i32.const 160)) (call $balance (i32.const 64) (i32.const 176))
    (drop (call $code_hash (i32.const 64) (i32.const 192))) (i64.store (i32.const 224) (call $gas_left))
    (call $return_data (i32.const 0) (i32.const 232)))"#;

#[test]
fn case_44_a_contract_that_looks_everywhere_sees_the_same_on_every_node_at_any_time() {
    let mut chain = Chain::new();
    let contract = chain.text(LOOKS_EVERYWHERE);
    let expected = chain.call(contract, "run", &[]);
    let output = expected.result.clone().unwrap();
    assert_eq!((&output[..8], &output[52..60]), (&[0; 8][..], &[0; 8][..]), "memory that nobody wrote is not zero");
    assert_eq!(output[24..32], 1_700_000_000_123_u64.to_le_bytes(), "time is not the block's");
    let world = chain.world.clone();
    // Another process's engine, another thread, later, after other contracts.
    for round in 0..3_u64 {
        std::thread::sleep(std::time::Duration::from_millis(7 * round));
        let (mut world, expected) = (world.clone(), expected.clone());
        let node = move || {
            let node = Vm::new(VmConfig { execution_calls: 1, view_calls: 1 }).unwrap();
            for _ in 0..3 {
                let (caller, function, input, value) = (ALICE, "run", &[][..], Amount::ZERO);
                let params =
                    CallParams { caller, contract, function, input, value, gas_limit: Gas(GAS), record: false };
                let outcome = node.call(&mut world, params).unwrap();
                assert_eq!((outcome.result, outcome.gas_used), (expected.result.clone(), expected.gas_used));
            }
        };
        let size = crate::THREAD_STACK_BYTES;
        std::thread::Builder::new().stack_size(size).spawn(node).unwrap().join().unwrap();
    }
}

/// Gas of a call beyond entering, of a contract that is alone in its world.
fn used(chain: &Chain, outcome: &crate::CallOutcome) -> u64 {
    outcome.gas_used.0 - gas::enter(load_bytes(chain.world.codes.values().next().unwrap()), 1)
}

#[test]
fn case_37_texts_of_a_panic_are_cut_and_paid_as_far_as_they_are_kept() {
    let panics = |message: u32, file: u32| {
        let mut chain = Chain::new();
        let contract = chain.text(&format!(
            "(func (export \"run\") (memory.fill (i32.const 0) (i32.const 0x61) (i32.const 65536))
                (call $panic (i32.const 0) (i32.const {message}) (i32.const 0) (i32.const {file}) (i32.const 1) (i32.const 2)))"
        ));
        let outcome = chain.call(contract, "run", &[]);
        assert_eq!(outcome.result, Err(VmReject::Panicked));
        let trace = outcome.trace.clone().unwrap();
        assert!(trace.message.bytes().chain(trace.file.bytes()).all(|byte| byte == b'a'));
        (trace.message.len(), trace.file.len(), used(&chain, &outcome))
    };
    let (message, file, nothing) = panics(0, 0);
    assert_eq!((message, file), (0, 0));
    let kilobyte = gas::copy(1_024) - gas::copy(0);
    for (length, kept, price) in
        [(1_023, 1_023, kilobyte), (1_024, 1_024, kilobyte), (1_025, 1_024, kilobyte), (65_536, 1_024, kilobyte)]
    {
        assert_eq!(panics(length, 0), (kept, 0, nothing + price), "a message of {length}");
        assert_eq!(panics(0, length), (0, kept, nothing + price), "a file of {length}");
    }
    assert_eq!(panics(2 << 20, 2 << 20), (1_024, 1_024, nothing + 2 * kilobyte), "of two megabytes");
}

#[test]
fn case_37_lines_events_outputs_and_reverts_have_lengths_that_end() {
    let of = |call: String| {
        let mut chain = Chain::new();
        let contract = chain.text(&format!("(func (export \"run\") {call})"));
        let outcome = chain.call(contract, "run", &[]);
        let used = used(&chain, &outcome);
        (outcome.result, used)
    };
    let log = |length: u32| of(format!("(call $log (i32.const 0) (i32.const {length}))"));
    assert_eq!(log(1_024).1 - log(0).1, 1_024 * gas::LOG_BYTE);
    let emit =
        |length: u32| of(format!("(drop (call $emit (i32.const 0) (i32.const 4) (i32.const 0) (i32.const {length})))"));
    assert_eq!(emit(16_384).1 - emit(0).1, 16_384 * gas::EVENT_BYTE);
    let output = |length: u32| of(format!("(call $return_data (i32.const 0) (i32.const {length}))"));
    assert_eq!(output(65_536).0, Ok(vec![0; 65_536]));
    assert_eq!(output(65_536).1 - output(0).1, 65_536 / gas::COPY_BYTES_PER_GAS);
    let revert = |length: u32| of(format!("(call $revert (i32.const 1) (i32.const 0) (i32.const {length}))"));
    assert_eq!(revert(65_536).0, Err(VmReject::Reverted { code: 1, data: vec![0; 65_536] }));
    let too_long = Err(VmReject::Trapped(Trap::HostLimit));
    for (what, result) in [
        ("a line", log(1_025).0),
        ("a line of 4 GiB", log(u32::MAX).0),
        ("an event", emit(16_385).0),
        ("an output", output(65_537).0),
        ("an output of 100 MB", output(100_000_000).0),
        ("a revert", revert(65_537).0),
        ("a revert of 100 MB", revert(100_000_000).0),
    ] {
        assert_eq!(result, too_long, "{what}");
    }
}

/// A contract that looks for its first key with `b`, and what it used.
fn walk(removed: &[&[u8]], has_key: bool, gas: u64) -> (Result<Vec<u8>, VmReject>, u64) {
    let mut chain = Chain::new();
    let contract = chain.text(
        "(data (i32.const 0) \"b\") (func (export \"run\")
            (i32.store (i32.const 500) (call $storage_next (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 0)))
            (call $ret_copy (i32.const 504) (i32.const 0) (call $ret_len))
            (call $return_data (i32.const 500) (i32.add (i32.const 4) (call $ret_len))))",
    );
    chain.world.removed.extend(removed.iter().map(|key| (contract, key.to_vec())));
    if has_key {
        chain.world.storage.insert((contract, b"b9".to_vec()), b"value".to_vec());
    }
    let outcome = chain.call_with_gas(contract, "run", &[], gas);
    (outcome.result, outcome.gas_used.0)
}

#[test]
fn case_38_every_removed_key_that_a_walk_passes_over_is_paid() {
    let passed: [&[u8]; 6] = [b"b", b"b0", b"b1", b"b2\xff\xff", b"b8", b"b89"];
    let beside: [&[u8]; 5] = [b"a", b"a9", b"c", b"b90", b"ba"];
    let found = [&9_i32.to_le_bytes()[..], b"\x02\0b9value"].concat();
    let nothing = NOT_FOUND.to_le_bytes().to_vec();
    let free = walk(&[], true, GAS);
    assert_eq!(free.0, Ok(found.clone()));
    let end = walk(&[], false, GAS);
    assert_eq!(end.0, Ok(nothing.clone()));
    for count in 0..=passed.len() {
        let extra = count as u64 * gas::STORAGE_NEXT;
        assert_eq!(walk(&passed[..count], true, GAS), (Ok(found.clone()), free.1 + extra), "{count} before the key");
        assert_eq!(walk(&passed[..count], false, GAS), (Ok(nothing.clone()), end.1 + extra), "{count} before the end");
    }
    // Removed keys of another prefix, or behind the one found, cost nothing.
    assert_eq!(walk(&beside[..4], true, GAS), (Ok(found), free.1));
    assert_eq!(walk(&beside[..3], false, GAS), (Ok(nothing), end.1));
}

#[test]
fn case_38_a_walk_goes_no_further_than_its_gas() {
    let keys: Vec<Vec<u8>> = (0..100_u8).map(|number| vec![b'b', 0, number]).collect();
    let removed: Vec<&[u8]> = keys.iter().map(Vec::as_slice).collect();
    for has_key in [false, true] {
        let (result, exact) = walk(&removed, has_key, GAS);
        assert!(result.is_ok());
        assert_eq!(walk(&removed, has_key, exact).1, exact);
        for gas in [exact - 1, exact - gas::STORAGE_NEXT, exact / 2, exact - 100 * gas::STORAGE_NEXT + 100] {
            assert_eq!(walk(&removed, has_key, gas), (Err(VmReject::OutOfGas), gas), "with {gas} of {exact}");
        }
    }
}

#[test]
fn case_39_keys_have_1_to_256_bytes_for_every_function_that_takes_one() {
    let calls = [
        "(call $storage_set (i32.const 0) (i32.const LEN) (i32.const 0) (i32.const 1))",
        "(call $storage_get (i32.const 0) (i32.const LEN) (i32.const 900) (i32.const 9))",
        "(call $storage_has (i32.const 0) (i32.const LEN))",
        "(call $storage_remove (i32.const 0) (i32.const LEN))",
        "(call $storage_next (i32.const 0) (i32.const 1) (i32.const 0) (i32.const LEN))",
        "(call $transient_set (i32.const 0) (i32.const LEN) (i32.const 0) (i32.const 1))",
        "(call $transient_get (i32.const 0) (i32.const LEN) (i32.const 900) (i32.const 9))",
    ];
    for call in calls {
        for (length, fits) in [(0, false), (1, true), (255, true), (256, true), (257, false), (65_536, false)] {
            // An empty `after` is the beginning.
            let fits = fits || (length == 0 && call.contains("storage_next"));
            let mut chain = Chain::new();
            let call = call.replace("LEN", &length.to_string());
            let contract = chain.text(&format!("(func (export \"run\") (drop {call}))"));
            let expected = if fits { Ok(Vec::new()) } else { Err(VmReject::Trapped(Trap::HostLimit)) };
            assert_eq!(chain.call(contract, "run", &[]).result, expected, "{call}");
        }
    }
    let mut chain = Chain::new();
    let too_long = "(drop (call $storage_next (i32.const 0) (i32.const 257) (i32.const 0) (i32.const 0)))";
    let contract = chain.text(&format!("(func (export \"run\") {too_long})"));
    assert_eq!(chain.call(contract, "run", &[]).result, Err(VmReject::Trapped(Trap::HostLimit)), "a prefix");
}

/// Stores under the key that is its input, or walks all its keys and returns them with their lengths.
const KEEPS: &str = r#"(func (export "set") (call $input_copy (i32.const 0) (i32.const 0) (call $input_len))
        (drop (call $storage_set (i32.const 0) (call $input_len) (i32.const 0) (i32.const 1))))
    (func (export "all") (local $end i32) (local $len i32)
        (local.set $end (i32.const 4096))
        (block (loop
            (br_if 1 (i32.lt_s (call $storage_next (i32.const 0) (i32.const 0) (i32.const 2) (local.get $len)) (i32.const 0)))
            (call $ret_copy (i32.const 0) (i32.const 0) (call $ret_len))
            (local.set $len (i32.load16_u (i32.const 0)))
            (memory.copy (local.get $end) (i32.const 0) (i32.add (local.get $len) (i32.const 2)))
            (local.set $end (i32.add (local.get $end) (i32.add (local.get $len) (i32.const 2))))
            (br 0)))
        (call $return_data (i32.const 4096) (i32.sub (local.get $end) (i32.const 4096))))"#;

#[test]
fn case_39_keys_of_any_length_and_content_stay_with_their_contract() {
    let mut chain = Chain::new();
    let contracts = [chain.text(KEEPS), chain.text(KEEPS)];
    // Keys that look like another contract's place: its address, alone and with a key behind it.
    let all: Vec<Vec<u8>> = [&[0][..], &[0xff; 256], &[0; 256], &contracts[0].0, &contracts[1].0]
        .into_iter()
        .map(<[u8]>::to_vec)
        .chain(contracts.iter().map(|contract| [&contract.0[..], b"key"].concat()))
        .collect();
    for (number, key) in all.iter().enumerate() {
        chain.call(contracts[number % 2], "set", key).result.unwrap();
    }
    for (owner, contract) in contracts.iter().enumerate() {
        let mut own: Vec<&Vec<u8>> = all.iter().skip(owner).step_by(2).collect();
        own.sort();
        let expected: Vec<u8> =
            own.iter().flat_map(|key| [&(key.len() as u16).to_le_bytes()[..], key.as_slice()].concat()).collect();
        assert_eq!(chain.call(*contract, "all", &[]).result, Ok(expected), "contract {owner}");
    }
}
