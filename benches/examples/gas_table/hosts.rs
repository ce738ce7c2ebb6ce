//! The worst inputs of every host function that computes, and the reason for each that has no row.

use crate::case::Case;
use crate::vectors::{ED25519, G2, SECP256K1, SECP256R1};
use std::fmt::Write;
use tacit_abi::{Function, Type};
use tacit_circuits::bn254;

/// Host functions without a row, and why.
pub const WITHOUT_A_ROW: &[(&[&str], &str)] = &[
    (
        &["storage_get", "storage_set", "storage_remove", "storage_has", "storage_next", "balance", "asset_balance"],
        "priced for a cold disk, which memory does not show",
    ),
    (
        &["transfer", "asset_transfer", "code_hash", "proof_height", "create", "set_code"],
        "priced for a cold disk, which memory does not show",
    ),
    (
        &["call", "try_call", "static_call", "defer_call"],
        "a look-up for a cold disk, and the row `entering a contract`",
    ),
    (&["emit"], "priced for what every node keeps on disk for ever"),
    (&["revert", "panic"], "ends the frame; copies as `return_data` does"),
    (&["log"], "does nothing on the chain; in a simulation it is limited by the simulation's gas"),
];

/// The import of a host function as `$f`.
fn import(function: &Function) -> String {
    let of = |kind: &Option<Type>| match kind {
        Some(Type::I32) => "i32 ",
        Some(Type::I64) => "i64 ",
        None => "",
    };
    let parameters: String = function.parameters.iter().map(of).collect();
    let result = function.result.map(|kind| format!("(result {})", of(&Some(kind)))).unwrap_or_default();
    format!("(import \"v1\" \"{}\" (func $f (param {parameters}) {result}))", function.name)
}

/// Calls a host function with numbers.
fn host(name: &'static str, input: &'static str, rounds: u32, arguments: &[u32]) -> Case {
    let function = tacit_abi::find(name).unwrap_or_else(|| panic!("no host function {name}"));
    let numbers = arguments.iter().fold(String::new(), |mut text, number| {
        let _ = write!(text, "(i32.const {number})");
        text
    });
    let call = format!("(call $f {numbers})");
    let work = if function.result.is_some() { format!("(drop {call})") } else { call };
    Case::new(name, input, rounds, work).imports(import(function))
}

/// Bytes as text of WebAssembly.
fn data(at: u32, bytes: &[u8]) -> String {
    let text = bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "\\{byte:02x}");
        text
    });
    format!("(data (i32.const {at}) \"{text}\")")
}

/// Most of a memory.
const MOST: u32 = 520_000;
/// Where results go.
const OUT: u32 = 524_000;

pub fn all() -> Vec<Case> {
    [context(), hashes(), signatures(), curve(), proofs(), numbers()].into_iter().flatten().collect()
}

fn context() -> Vec<Case> {
    let answers = ["block_height", "block_time_ms", "gas_left", "input_len", "ret_len", "call_depth", "is_static"];
    let copies = ["self_address", "caller", "value", "genesis_id"];
    let set_and_get = |name, input, rounds, arguments: &[u32]| {
        let set = tacit_abi::find("transient_set").expect("in the table");
        let case = host(name, input, rounds, arguments);
        if name == "transient_set" {
            return case;
        }
        let both =
            format!("{} {}", import(set).replace("$f", "$set"), import(tacit_abi::find(name).expect("in the table")));
        case.imports(both).setup("(drop (call $set (i32.const 0) (i32.const 256) (i32.const 0) (i32.const 65536)))")
    };
    answers
        .map(|name| host(name, "", 50_000, &[]))
        .into_iter()
        .chain(copies.map(|name| host(name, "", 50_000, &[0])))
        .chain([
            host("input_copy", "of nothing", 50_000, &[0, 0, 0]),
            host("ret_copy", "of nothing", 50_000, &[0, 0, 0]),
            host("return_data", "64 KiB", 2_000, &[0, 65_536]),
            host("return_data", "1 byte", 50_000, &[0, 1]),
            set_and_get("transient_set", "4 bytes", 2_000, &[0, 256, 0, 4]),
            set_and_get("transient_set", "64 KiB", 60, &[0, 256, 0, 65_536]),
            set_and_get("transient_get", "64 KiB", 2_000, &[0, 256, 0, 65_536]),
            among_many("transient_get", &[0, 4, 64, 64]),
            among_many("transient_set", &[0, 4, 64, 4]),
        ])
        .collect()
}

/// As many small values as the journal of one action has room for, or nearly, and work on any of them.
fn among_many(name: &'static str, arguments: &[u32]) -> Case {
    const VALUES: u32 = 20_000;
    const ROUNDS: u32 = 8_000;
    let key = |number: &str| format!("(i32.store (i32.const 0) (i32.mul {number} (i32.const 0x9e3779b1)))");
    let set = import(tacit_abi::find("transient_set").expect("in the table")).replace("$f", "$set");
    let import =
        if name == "transient_set" { String::new() } else { import(tacit_abi::find(name).expect("in the table")) };
    let case = host(name, "4 bytes, one of 20,000 values", ROUNDS, arguments);
    let any = key(&format!("(i32.rem_u (i32.mul (local.get $i) (i32.const 7919)) (i32.const {VALUES}))"));
    let called = if name == "transient_set" { "$set" } else { "$f" };
    let work = format!("{any} {}", case.work().replace("$f", called));
    let setup = format!(
        "(local.set $p (i32.const {VALUES}))
        (loop $fill (local.set $p (i32.sub (local.get $p) (i32.const 1))) {}
            (if (call $set (i32.const 0) (i32.const 4) (i32.const 64) (i32.const 4)) (then unreachable))
            (br_if $fill (local.get $p)))",
        key("(local.get $p)")
    );
    case.imports(format!("{set} {import}")).setup(setup).with_work(work)
}

fn hashes() -> Vec<Case> {
    // Lengths: nothing; one byte more than fits one block; what is hashed without parallel lanes; most of a memory.
    let hash = |name, block: [u32; 2], words: [&'static str; 2]| {
        [
            host(name, "of nothing", 20_000, &[0, 0, OUT]),
            host(name, words[0], 20_000, &[0, block[0], OUT]),
            host(name, words[1], 10_000, &[0, block[1], OUT]),
            host(name, "508 KiB", 10, &[0, MOST, OUT]),
        ]
    };
    let element = |count: u32| {
        let name = if count == 1 { "1 element" } else { "12 elements" };
        host("poseidon", name, 500, &[0, count, OUT])
            .module(data(0, &[[0xfe; 31].as_slice(), &[0x0f]].concat().repeat(12)))
    };
    hash("blake3", [65, 1_024], ["65 bytes", "1 KiB"])
        .into_iter()
        .chain(hash("sha256", [56, 1_024], ["56 bytes", "1 KiB"]))
        .chain(hash("keccak256", [136, 1_024], ["136 bytes", "1 KiB"]))
        .chain([host("proof_id", "512 bytes", 20_000, &[0, 32, 512, OUT]), element(1), element(12)])
        .collect()
}

fn signatures() -> Vec<Case> {
    vec![
        host("ed25519_verify", "1 byte", 200, &[0, 32, 96, 1]).module(format!("(data (i32.const 0) \"{ED25519}\")")),
        host("ed25519_verify", "508 KiB", 10, &[0, 32, 96, MOST]).module(format!("(data (i32.const 0) \"{ED25519}\")")),
        host("secp256k1_recover", "", 100, &[0, 32, 1, OUT]).module(format!("(data (i32.const 0) \"{SECP256K1}\")")),
        host("secp256r1_verify", "", 100, &[0, 64, 128]).module(format!("(data (i32.const 0) \"{SECP256R1}\")")),
    ]
}

/// The generator of G1.
fn generator() -> [u8; 64] {
    let mut point = [0; 64];
    (point[31], point[63]) = (1, 2);
    point
}

/// Multiples of the generator, each other than the rest.
fn points(from: u32, count: u32) -> Vec<[u8; 64]> {
    (from..from + count)
        .map(|number| {
            let mut scalar = [0x5a; 32];
            scalar[..4].copy_from_slice(&number.to_be_bytes());
            bn254::g1_mul(&generator(), &scalar).expect("a point times a number")
        })
        .collect()
}

/// Where numbers begin that the points are multiplied by.
const SCALARS: u32 = 64 * 64;
/// Where pairs begin.
const PAIRS: u32 = SCALARS + 64 * 32;

fn curve() -> Vec<Case> {
    let scalars = [0xfe_u8; 32].repeat(64);
    let pair: String = points(0, 16)
        .iter()
        .map(|point| {
            let text = data(0, point);
            text.split('"').nth(1).unwrap_or_default().to_owned() + G2
        })
        .collect();
    let module = format!(
        "{}{}(data (i32.const {PAIRS}) \"{pair}\")",
        data(0, points(0, 64).as_flattened()),
        data(SCALARS, &scalars)
    );
    [
        host("bn254_add", "", 2_000, &[0, 64, OUT]),
        host("bn254_mul", "", 60, &[0, SCALARS, OUT]),
        host("bn254_msm", "1 term", 60, &[0, SCALARS, 1, OUT]),
        host("bn254_msm", "2 terms", 60, &[0, SCALARS, 2, OUT]),
        host("bn254_msm", "8 terms", 30, &[0, SCALARS, 8, OUT]),
        host("bn254_msm", "16 terms", 20, &[0, SCALARS, 16, OUT]),
        host("bn254_msm", "32 terms", 15, &[0, SCALARS, 32, OUT]),
        host("bn254_msm", "64 terms", 10, &[0, SCALARS, 64, OUT]),
        host("bn254_pairing", "1 pair", 20, &[PAIRS, 1]),
        host("bn254_pairing", "16 pairs", 5, &[PAIRS, 16]),
    ]
    .map(|case| case.module(module.clone()))
    .into()
}

/// One more than the node keeps prepared, so that going round them finds each unprepared.
const KEYS: u32 = 260;

fn proofs() -> Vec<Case> {
    let text = include_str!("../../../circuits/vectors/foreign.json");
    let hex = |name: &str| -> Vec<u8> {
        let digits = text.split(&format!("\"{name}\": \"")).nth(1).and_then(|rest| rest.split('"').next());
        let digits = digits.expect("the vector has it");
        digits
            .as_bytes()
            .chunks(2)
            .map(|two| u8::from_str_radix(std::str::from_utf8(two).expect("digits"), 16).expect("digits"))
            .collect()
    };
    let (key, proof) = (hex("key"), hex("proof"));
    // Version, number of inputs, alpha, beta, gamma, delta; then a point for each input and one more.
    let head = key.len() - 64 * (usize::from(key[1]) + 1);
    let key_with = |inputs: u32, number: u32| {
        let mut key = key[..head].to_vec();
        key[1] = u8::try_from(inputs).expect("few");
        key.extend(points(number * 40, inputs + 1).as_flattened());
        key
    };
    let module = data(32, &proof)
        + &data(512, &[[0x11_u8; 32].as_slice()].concat().repeat(tacit_abi::GROTH16_INPUTS_MAX as usize));
    let named_by_round = "(i32.store (i32.const 0) (local.get $i))";
    let not_at_hand = |input: &'static str, inputs: u32| {
        let case = host("groth16_verify", input, KEYS, &[0, 32, 512, inputs]).module(module.clone());
        let call = case.work().to_owned();
        case.with_work(format!("{named_by_round} {call}"))
            .verifying_keys((1..=KEYS).map(|number| key_with(inputs, number)).collect())
    };
    let own = |name: &'static str, file: &[u8]| {
        let (inputs, proof) = file.split_at(file.len() - 128);
        let count = u32::try_from(inputs.len() / 32).expect("few");
        host(name, "", 100, &[0, 128, count]).module(data(0, proof) + &data(128, inputs))
    };
    vec![
        not_at_hand("1 input, under a key that is not at hand", 1),
        not_at_hand("32 inputs, under a key that is not at hand", tacit_abi::GROTH16_INPUTS_MAX),
        own("range_verify", include_bytes!("../../../circuits/vectors/range-v1.proof")),
        own("membership_verify", include_bytes!("../../../circuits/vectors/membership-v1.proof")),
        own("equality_verify", include_bytes!("../../../circuits/vectors/equality-v1.proof")),
    ]
}

/// Numbers of 32 bytes, little-endian: the largest; a large one; one of three words; the square root's worst; one; three.
fn numbers() -> Vec<Case> {
    let three_words = [[0xfd; 24].as_slice(), &[0; 8]].concat();
    let root = [[0; 31].as_slice(), &[0x40]].concat();
    let [one, three] = [1, 3].map(|number| [[number].as_slice(), &[0; 31]].concat());
    let module = data(0, &[[0xff; 32].to_vec(), [0xfe; 32].to_vec(), three_words, root, one, three].concat());
    let [large, other, short, root, one, three] = [0, 32, 64, 96, 128, 160];
    [
        host("u256_add", "", 20_000, &[other, one, OUT]),
        host("u256_sub", "", 20_000, &[large, other, OUT]),
        host("u256_mul", "", 20_000, &[large, one, OUT]),
        host("u256_mul", "that does not fit", 20_000, &[large, other, OUT]),
        host("u256_div", "by three words", 20_000, &[large, short, OUT]),
        host("u256_div", "by one", 20_000, &[large, one, OUT]),
        host("u256_rem", "of three words", 20_000, &[large, short, OUT]),
        host("u256_mul_div", "by four words", 20_000, &[other, other, large, 1, OUT]),
        host("u256_mul_div", "by three words", 20_000, &[short, other, short, 1, OUT]),
        host("u256_mul_div", "by one", 20_000, &[other, one, one, 1, OUT]),
        host("u256_pow", "that does not fit", 5_000, &[other, u32::MAX, OUT]),
        host("u256_pow", "three 161 times", 5_000, &[three, 161, OUT]),
        host("u256_sqrt", "", 5_000, &[root, OUT]),
        host("u256_sqrt", "of the largest", 5_000, &[large, OUT]),
    ]
    .map(|case| case.module(module.clone()))
    .into()
}
