//! What contracts compute with the chain's help: proofs that circom and snarkjs made, under keys that anybody registered;
//! the curve; Poseidon. `cryptography` has the rest.

use crate::life::{make, start};
use crate::support::*;
use tacit_circuits::ForeignKeyError;
use tacit_circuits::foreign::ForeignKey;
use tacit_exec::testing::{MemoryChain, TestKey};
use tacit_types::contract::KeyRegister;
use tacit_types::*;

/// `run` hands its input to a host function and returns the answer and what the function wrote.
pub fn computes(import: &str, call: &str, out: usize) -> Vec<u8> {
    module(&format!(
        r#"(module {import}
            (import "v1" "input_len" (func $input_len (result i32)))
            (import "v1" "input_copy" (func $input_copy (param i32 i32 i32)))
            (import "v1" "return_data" (func $return_data (param i32 i32)))
            (memory 1)
            (func (export "run") (call $input_copy (i32.const 0) (i32.const 0) (call $input_len))
                (i32.store (i32.const 30000) {call})
                (call $return_data (i32.const 30000) (i32.const {}))))"#,
        out + 4
    ))
}

pub fn answer(receipt: &Receipt) -> i32 {
    i32::from_le_bytes(receipt.output[..4].try_into().unwrap())
}

/// A key, a proof and its inputs that snarkjs made of a circom circuit.
pub struct Fixture {
    pub key: Vec<u8>,
    pub proof: Vec<u8>,
    pub inputs: Vec<u8>,
    pub count: usize,
}

pub fn fixture() -> Fixture {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../circuits/vectors/foreign.json");
    let text = std::fs::read_to_string(path).unwrap();
    let strings = |name: &str| -> Vec<Vec<u8>> {
        let from = text.find(&format!("\"{name}\"")).unwrap() + name.len() + 2;
        let rest = &text[from..];
        let end = rest.find(if rest.trim_start_matches([':', ' ']).starts_with('[') { ']' } else { ',' }).unwrap();
        rest[..end].split('"').filter(|part| part.len() > 8).map(hex).collect()
    };
    let inputs = strings("inputs");
    Fixture {
        key: strings("key").concat(),
        proof: strings("proof").concat(),
        count: inputs.len(),
        inputs: inputs.concat(),
    }
}

pub fn hex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect()
}

fn register(key: &[u8]) -> Action {
    Action::KeyRegister(KeyRegister { key: Bytes::new(key.to_vec()).unwrap() })
}

/// Calls with more gas than a plain test transaction has.
pub fn asks(chain: &mut MemoryChain, sender: &TestKey, contract: Address, input: &[u8]) -> Receipt {
    let mut body = chain.body(sender, vec![call(contract, "run", input, 0)]);
    body.gas_limit = Gas(20_000_000);
    let executed = chain.run(&[tacit_exec::testing::sign(sender, body)]);
    assert_eq!(executed.receipts[0].code, 0, "{:?}", executed.receipts[0]);
    executed.receipts[0].clone()
}

pub fn registers(chain: &mut MemoryChain, sender: &TestKey, key: &[u8]) -> Receipt {
    let mut body = chain.body(sender, vec![register(key)]);
    body.gas_limit = Gas(20_000_000);
    chain.run(&[tacit_exec::testing::sign(sender, body)]).receipts[0].clone()
}

const GROTH16: &str = r#"(import "v1" "groth16_verify" (func $verify (param i32 i32 i32 i32) (result i32)))"#;

#[test]
fn a_contract_accepts_what_snarkjs_proved_and_nothing_else() {
    let (mut chain, alice, _) = start();
    let fixture = fixture();
    let receipt = registers(&mut chain, &alice, &fixture.key);
    let id = KeyId::of(&[&fixture.key]);
    assert_eq!(receipt.events.to_vec(), [Event::KeyRegistered { key: id }]);

    let verify = format!("(call $verify (i32.const 0) (i32.const 32) (i32.const 288) (i32.const {}))", fixture.count);
    let contract = make(&mut chain, &alice, &computes(GROTH16, &verify, 0), &[]);
    let good = [&id.0[..], &fixture.proof, &fixture.inputs].concat();
    let accepted = asks(&mut chain, &alice, contract, &good);
    assert_eq!(answer(&accepted), 1);
    // Every byte of proof and inputs matters; the step keeps the test short, the crate of the curve flips them all.
    for at in (32..good.len()).step_by(7) {
        let mut bad = good.clone();
        bad[at] ^= 1;
        let refused = asks(&mut chain, &alice, contract, &bad);
        assert_eq!(answer(&refused), 0, "byte {at} flipped");
        assert_eq!(refused.gas_used, accepted.gas_used, "a refusal costs the same");
    }
    let mut unknown = good.clone();
    unknown[0] ^= 1;
    assert_eq!(answer(&asks(&mut chain, &alice, contract, &unknown)), tacit_abi::KEY_UNKNOWN);
}

#[test]
fn case_41_an_input_and_itself_plus_the_order_are_not_the_same_input() {
    let (mut chain, alice, _) = start();
    let fixture = fixture();
    registers(&mut chain, &alice, &fixture.key);
    let verify = format!("(call $verify (i32.const 0) (i32.const 32) (i32.const 288) (i32.const {}))", fixture.count);
    let contract = make(&mut chain, &alice, &computes(GROTH16, &verify, 0), &[]);
    // The first input is small: adding the order of the group, big-endian, stays within 32 bytes.
    let order = hex("30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001");
    let mut inputs = fixture.inputs.clone();
    let mut carry = 0_u16;
    for at in (0..32).rev() {
        let sum = u16::from(inputs[at]) + u16::from(order[at]) + carry;
        inputs[at] = (sum & 0xff) as u8;
        carry = sum >> 8;
    }
    let id = KeyId::of(&[&fixture.key]);
    let input = [&id.0[..], &fixture.proof, &inputs].concat();
    assert_eq!(answer(&asks(&mut chain, &alice, contract, &input)), 0);
}

/// A point around G2 as the vectors of the pairing have it.
fn outside_the_subgroup() -> Vec<u8> {
    let file = crate::cryptography::vectors();
    let refused = file["refused_pairing"].as_array().unwrap();
    let vector =
        refused.iter().find(|vector| vector["name"] == "on the curve around G2, outside the subgroup").unwrap();
    hex(vector["input"].as_str().unwrap())[64..].to_vec()
}

#[test]
fn case_42_a_key_that_breaks_a_rule_is_not_registered() {
    let (mut chain, alice, _) = start();
    let good = fixture().key;
    let mut bad_keys = vec![vec![0; 3], good[..good.len() - 1].to_vec(), [good.clone(), vec![0]].concat()];
    // One more input promised than there are points for, a point off its curve, gamma taken for delta.
    for (at, change) in [(1, 1), (2 + 10, 1), (2 + 64 + 5, 1), (good.len() - 3, 1)] {
        let mut bad = good.clone();
        bad[at] ^= change;
        bad_keys.push(bad);
    }
    let mut forgeable = good.clone();
    let gamma = 2 + 64 + 128..2 + 64 + 256;
    forgeable.copy_within(gamma, 2 + 64 + 256);
    bad_keys.push(forgeable);
    // The identity for alpha, and for beta a point of its curve that is outside the subgroup.
    let mut free = good.clone();
    free[2..2 + 64].fill(0);
    assert_eq!(ForeignKey::decode(&free).err(), Some(ForeignKeyError::Identity { point: "alpha" }));
    let mut stray = good.clone();
    stray[2 + 64..2 + 64 + 128].copy_from_slice(&outside_the_subgroup());
    assert_eq!(ForeignKey::decode(&stray).err(), Some(ForeignKeyError::Subgroup { point: "beta" }));
    bad_keys.extend([free, stray]);
    for key in bad_keys {
        let receipt = registers(&mut chain, &alice, &key);
        assert_eq!(receipt.code, RejectCode::KeyInvalid.number(), "a key of {} bytes", key.len());
    }
    assert_eq!(registers(&mut chain, &alice, &good).code, 0);
    assert_eq!(registers(&mut chain, &alice, &good).code, 0, "registering again changes nothing");
}

#[test]
fn the_curve_and_poseidon_give_what_ethereum_and_circomlib_give() {
    let (mut chain, alice, _) = start();
    // The generator of G1, twice: its double.
    let add = r#"(import "v1" "bn254_add" (func $f (param i32 i32 i32) (result i32)))"#;
    let contract =
        make(&mut chain, &alice, &computes(add, "(call $f (i32.const 0) (i32.const 64) (i32.const 30004))", 64), &[]);
    let mut generator = [0; 64];
    (generator[31], generator[63]) = (1, 2);
    let receipt = asks(&mut chain, &alice, contract, &generator.repeat(2));
    let double = "030644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd3\
                  15ed738c0e0a7c92e7845f96b2ae9c0a68a6a449e3538fc7ff3ebf7a5a18a2c4";
    assert_eq!((answer(&receipt), receipt.output[4..].to_vec()), (0, hex(double)));

    // circomlib: poseidon([1, 2]).
    let poseidon = r#"(import "v1" "poseidon" (func $f (param i32 i32 i32) (result i32)))"#;
    let call = "(call $f (i32.const 0) (i32.const 2) (i32.const 30004))";
    let contract = make(&mut chain, &alice, &computes(poseidon, call, 32), &[]);
    let mut input = vec![0; 64];
    (input[0], input[32]) = (1, 2);
    let receipt = asks(&mut chain, &alice, contract, &input);
    let mut hash = hex("115cc0f5e7d690413df64c6b9662e9cf2a3617f2743245519e19607a4417189a");
    hash.reverse();
    assert_eq!((answer(&receipt), receipt.output[4..].to_vec()), (0, hash));
    let receipt = asks(&mut chain, &alice, contract, &[0xff; 64]);
    assert_eq!(answer(&receipt), tacit_abi::INVALID_INPUT);
}
