//! What contracts ask the real curves and the real proofs of the chain: Ethereum's vectors, what is malformed, the edges of
//! signatures, and that no statement is taken for another.

use crate::life::{make, start};
use crate::natives::{answer, asks, computes, hex};
use crate::support::*;
use std::collections::BTreeSet;
use tacit_abi::{INVALID_INPUT, OK};
use tacit_exec::testing::{MemoryChain, TestKey};
use tacit_types::*;

/// Where `computes` has a function write to.
const OUT: usize = 30_004;

fn text(value: &serde_json::Value) -> Vec<u8> {
    hex(value.as_str().unwrap())
}

pub fn vectors() -> serde_json::Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../circuits/vectors/eip-196-197.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// A contract that hands its input to a function of the curve which writes 64 bytes.
fn point_function(chain: &mut MemoryChain, key: &TestKey, name: &str, arguments: &str, parameters: usize) -> Address {
    let parameters = "i32 ".repeat(parameters);
    let import = format!("(import \"v1\" \"{name}\" (func $f (param {parameters}) (result i32)))");
    make(chain, key, &computes(&import, &format!("(call $f {arguments} (i32.const {OUT}))"), 64), &[])
}

fn pairing(chain: &mut MemoryChain, key: &TestKey, count: usize) -> Address {
    let import = r#"(import "v1" "bn254_pairing" (func $f (param i32 i32) (result i32)))"#;
    make(chain, key, &computes(import, &format!("(call $f (i32.const 0) (i32.const {count}))"), 0), &[])
}

#[test]
fn case_40_sums_and_multiples_on_the_curve_are_ethereums_and_what_is_malformed_is_a_code_at_the_same_price() {
    let (mut chain, alice, _) = start();
    let file = vectors();
    let add = point_function(&mut chain, &alice, "bn254_add", "(i32.const 0) (i32.const 64)", 3);
    let mul = point_function(&mut chain, &alice, "bn254_mul", "(i32.const 0) (i32.const 64)", 3);
    for (name, contract) in [("add", add), ("mul", mul)] {
        // The input's own length is paid for, and it is the same for all.
        let mut prices = BTreeSet::new();
        for vector in file[name].as_array().unwrap() {
            let receipt = asks(&mut chain, &alice, contract, &text(&vector["input"]));
            let shown = (answer(&receipt), receipt.output[4..].to_vec());
            assert_eq!(shown, (OK, text(&vector["output"])), "{name} {}", vector["name"]);
            prices.insert(receipt.gas_used);
        }
        let refused = file[format!("refused_{name}")].as_array().unwrap();
        for vector in refused {
            let receipt = asks(&mut chain, &alice, contract, &text(&vector["input"]));
            assert_eq!(answer(&receipt), INVALID_INPUT, "{name} {}", vector["name"]);
            assert_eq!(receipt.output[4..], [0; 64], "nothing is written: {name} {}", vector["name"]);
            prices.insert(receipt.gas_used);
        }
        assert!(refused.len() >= 4);
        // Writing the 64 bytes is paid for only where they are written.
        let (low, high) = (prices.first().unwrap().0, prices.last().unwrap().0);
        assert!(prices.len() <= 2 && high - low < 1_000, "{name}: {prices:?}");
    }
}

#[test]
fn case_40_a_sum_of_multiples_is_the_sum_of_the_multiples_and_of_nothing_the_identity() {
    let (mut chain, alice, _) = start();
    let file = vectors();
    let add = point_function(&mut chain, &alice, "bn254_add", "(i32.const 0) (i32.const 64)", 3);
    let mul = file["mul"].as_array().unwrap();
    let inputs: Vec<Vec<u8>> = mul.iter().map(|vector| text(&vector["input"])).collect();
    let outputs: Vec<Vec<u8>> = mul.iter().map(|vector| text(&vector["output"])).collect();
    let mut sum = vec![0; 64];
    for (count, output) in (0..).zip([&[][..]].into_iter().chain(outputs.iter().map(Vec::as_slice))).take(4) {
        if !output.is_empty() {
            sum = asks(&mut chain, &alice, add, &[&sum, output].concat()).output[4..].to_vec();
        }
        let points: Vec<u8> = inputs[..count].iter().flat_map(|input| &input[..64]).copied().collect();
        let scalars: Vec<u8> = inputs[..count].iter().flat_map(|input| &input[64..]).copied().collect();
        let arguments = format!("(i32.const 0) (i32.const {}) (i32.const {count})", 64 * count);
        let msm = point_function(&mut chain, &alice, "bn254_msm", &arguments, 4);
        let receipt = asks(&mut chain, &alice, msm, &[points.clone(), scalars.clone()].concat());
        assert_eq!((answer(&receipt), receipt.output[4..].to_vec()), (OK, sum.clone()), "{count} terms");
        if let Some(last) = points.len().checked_sub(1) {
            let mut off_the_curve = points;
            off_the_curve[last] ^= 1;
            let receipt = asks(&mut chain, &alice, msm, &[off_the_curve, scalars].concat());
            assert_eq!(answer(&receipt), INVALID_INPUT, "{count} terms, the last point off the curve");
        }
    }
}

#[test]
fn case_40_pairings_are_ethereums_with_none_and_ten_pairs_and_a_point_outside_the_subgroup_is_refused() {
    let (mut chain, alice, _) = start();
    let file = vectors();
    let mut counts = BTreeSet::new();
    let mut answers = BTreeSet::new();
    for vector in file["pairing"].as_array().unwrap() {
        let input = text(&vector["input"]);
        let count = input.len() / 192;
        let contract = pairing_for(&mut chain, &alice, count, &mut counts);
        let expected = i32::from(*text(&vector["output"]).last().unwrap());
        assert_eq!(answer(&asks(&mut chain, &alice, contract, &input)), expected, "{}", vector["name"]);
        answers.insert(expected);
    }
    assert_eq!(answers, BTreeSet::from([0, 1]), "the vectors have both answers");
    assert!(counts.contains(&0) && counts.contains(&10), "{counts:?}");
    let mut refused = 0;
    for vector in file["refused_pairing"].as_array().unwrap() {
        let input = text(&vector["input"]);
        // What is too short or too long for whole pairs cannot be said here: lengths are numbers of pairs.
        if input.len() % 192 != 0 {
            continue;
        }
        let contract = pairing_for(&mut chain, &alice, input.len() / 192, &mut counts);
        assert_eq!(answer(&asks(&mut chain, &alice, contract, &input)), INVALID_INPUT, "{}", vector["name"]);
        refused += 1;
    }
    assert!(refused >= 9, "{refused}");
}

/// A contract for so many pairs, made when it is first asked for.
fn pairing_for(chain: &mut MemoryChain, key: &TestKey, count: usize, made: &mut BTreeSet<usize>) -> Address {
    if made.insert(count) {
        return pairing(chain, key, count);
    }
    let import = r#"(import "v1" "bn254_pairing" (func $f (param i32 i32) (result i32)))"#;
    contract_at(key, &computes(import, &format!("(call $f (i32.const 0) (i32.const {count}))"), 0), 0)
}

#[test]
fn case_40_poseidon_of_no_element_is_no_hash_but_a_trap() {
    let (mut chain, alice, _) = start();
    let import = r#"(import "v1" "poseidon" (func $f (param i32 i32 i32) (result i32)))"#;
    for (count, expected) in
        [(0, Some(RejectCode::ContractTrapped)), (12, None), (13, Some(RejectCode::ContractTrapped))]
    {
        let call_f = format!("(call $f (i32.const 0) (i32.const {count}) (i32.const {OUT}))");
        let contract = make(&mut chain, &alice, &computes(import, &call_f, 32), &[]);
        let receipt = run(&mut chain, &alice, vec![call(contract, "run", &[0; 32 * 13], 0)]);
        assert_eq!(receipt.reject(), expected, "{count} elements");
    }
}

/// Under ZIP 215 a key of small order is a key: a signature that anybody writes down holds for every message. Who takes keys
/// from strangers must not take a valid signature for a statement of one person.
#[test]
fn case_40_an_ed25519_key_of_small_order_signs_every_message() {
    let (mut chain, alice, _) = start();
    let import = r#"(import "v1" "ed25519_verify" (func $f (param i32 i32 i32 i32) (result i32)))"#;
    let call = "(call $f (i32.const 0) (i32.const 32) (i32.const 96) (i32.sub (call $input_len) (i32.const 96)))";
    let contract = make(&mut chain, &alice, &computes(import, call, 0), &[]);
    // The identity as key and as R, and zero as s: 8 (s B - R - h A) is the identity whatever h is.
    let mut identity = [0; 32];
    identity[0] = 1;
    // A point of order two: (0, -1).
    let mut order_two = [0xff; 32];
    (order_two[0], order_two[31]) = (0xec, 0x7f);
    for key in [identity, order_two] {
        for message in [&b""[..], b"pay", b"another message"] {
            let input = [&key[..], &identity, &[0; 32], message].concat();
            assert_eq!(answer(&asks(&mut chain, &alice, contract, &input)), 1, "{message:?}");
        }
        // An s at or above the order is refused also there.
        let input = [&key[..], &identity, &[0xff; 32], b"pay"].concat();
        assert_eq!(answer(&asks(&mut chain, &alice, contract, &input)), 0);
    }
    // An honest key's signature holds for its message and no other.
    let honest = |message: [u8; 32]| [&alice.public().0[..], &alice.sign(&[7; 32]).0, &message].concat();
    assert_eq!(answer(&asks(&mut chain, &alice, contract, &honest([7; 32]))), 1);
    assert_eq!(answer(&asks(&mut chain, &alice, contract, &honest([8; 32]))), 0);
}

/// RFC 6979, A.2.5: P-256, SHA-256, "sample". Its s is above half the order; the other s holds as well, so that signatures
/// are no names.
#[test]
fn case_40_a_p256_signature_holds_with_either_s() {
    const KEY: &str = "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6\
                       7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
    const R: &str = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716";
    const HIGH: &str = "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
    const LOW: &str = "0834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9";
    const HASH: &str = "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf";
    const ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    let (mut chain, alice, _) = start();
    let import = r#"(import "v1" "secp256r1_verify" (func $f (param i32 i32 i32) (result i32)))"#;
    let call = "(call $f (i32.const 0) (i32.const 64) (i32.const 128))";
    let contract = make(&mut chain, &alice, &computes(import, call, 0), &[]);
    let zero = "00".repeat(32);
    for (r, s, hash, expected) in [
        (R, HIGH, HASH, 1),
        (R, LOW, HASH, 1),
        (R, HIGH, R, 0),
        (HIGH, R, HASH, 0),
        (R, &zero, HASH, 0),
        (&zero, HIGH, HASH, 0),
        (R, ORDER, HASH, 0),
    ] {
        let input = [KEY, r, s, hash].map(hex).concat();
        assert_eq!(answer(&asks(&mut chain, &alice, contract, &input)), expected, "r {r}, s {s}, hash {hash}");
    }
    // A point off the curve is no key.
    let mut input = [KEY, R, HIGH, HASH].map(hex).concat();
    input[63] ^= 1;
    assert_eq!(answer(&asks(&mut chain, &alice, contract, &input)), 0);
}

#[test]
fn case_43_each_statement_holds_for_its_own_proof_with_its_own_inputs_in_their_order_and_for_nothing_else() {
    let (mut chain, alice, _) = start();
    let statements = ["range", "membership", "equality"];
    let frozen = statements.map(|statement| {
        let file = format!("{}/../../circuits/vectors/{statement}-v1.proof", env!("CARGO_MANIFEST_DIR"));
        let bytes = std::fs::read(file).unwrap();
        let (inputs, proof) = bytes.split_at(bytes.len() - 128);
        (inputs.to_vec(), proof.to_vec())
    });
    let mut held = 0;
    for statement in statements {
        let import = format!("(import \"v1\" \"{statement}_verify\" (func $f (param i32 i32 i32) (result i32)))");
        // As many inputs as come behind the proof.
        let count = "(i32.div_u (i32.sub (call $input_len) (i32.const 128)) (i32.const 32))";
        let call = format!("(call $f (i32.const 0) (i32.const 128) {count})");
        let contract = make(&mut chain, &alice, &computes(&import, &call, 0), &[]);
        let mut ask =
            |proof: &[u8], inputs: &[u8]| answer(&asks(&mut chain, &alice, contract, &[proof, inputs].concat()));
        for (other, (inputs, proof)) in statements.iter().zip(&frozen) {
            let is_own = *other == statement;
            assert_eq!(ask(proof, inputs), i32::from(is_own), "{statement}_verify of a proof of {other}");
            held += i32::from(is_own);
            if !is_own {
                continue;
            }
            let mut rotated = inputs.clone();
            rotated.rotate_left(32);
            let more = [&inputs[..], &[0; 32]].concat();
            let fewer = &inputs[..inputs.len() - 32];
            let mut changed = inputs.clone();
            changed[0] ^= 1;
            for (what, wrong) in [
                ("rotated", &rotated[..]),
                ("one more", &more),
                ("one fewer", fewer),
                ("none", &[]),
                ("changed", &changed),
            ] {
                assert_eq!(ask(proof, wrong), 0, "{statement}_verify with inputs {what}");
            }
            // Inputs at or above the order are no second spelling.
            assert_eq!(ask(proof, &vec![0xff; inputs.len()]), 0);
            for at in [0, 40, 127] {
                let mut damaged = proof.clone();
                damaged[at] ^= 1;
                assert_eq!(ask(&damaged, inputs), 0, "{statement}_verify of a proof with byte {at} flipped");
            }
        }
    }
    assert_eq!(held, 3);
}
