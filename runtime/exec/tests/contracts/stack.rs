//! The native stack of a call at full depth with the real proofs and curves at its end: a thread that executes blocks has
//! enough of it, twice over.

use crate::life::{make, start};
use crate::natives::{fixture, registers};
use crate::support::*;
use tacit_exec::execute;
use tacit_exec::validate::Mode;
use tacit_types::*;
use tacit_vm::THREAD_STACK_BYTES;

/// How often each contract calls itself before it calls the next one: a sixteenth of the stack counter, and a little less.
const DIVES: u32 = 100;

/// Hands its input on to the contract at this address, from deep below.
fn relay(next: &Address) -> Vec<u8> {
    module(&format!(
        r#"(module
            (import "v1" "input_len" (func $input_len (result i32)))
            (import "v1" "input_copy" (func $input_copy (param i32 i32 i32)))
            (import "v1" "ret_len" (func $ret_len (result i32)))
            (import "v1" "ret_copy" (func $ret_copy (param i32 i32 i32)))
            (import "v1" "call" (func $call (param i32 i32 i32 i32 i32 i32 i64 i32) (result i32)))
            (import "v1" "return_data" (func $return_data (param i32 i32)))
            (memory 1) (data (i32.const 0) "{}") (data (i32.const 32) "run")
            (func $dive (param i32)
                (if (local.get 0) (then (call $dive (i32.sub (local.get 0) (i32.const 1))))
                    (else (drop (call $call (i32.const 0) (i32.const 32) (i32.const 3) (i32.const 1024) (call $input_len)
                        (i32.const 64) (i64.const -1) (i32.const 0))))))
            (func (export "run") (call $input_copy (i32.const 1024) (i32.const 0) (call $input_len))
                (call $dive (i32.const {DIVES}))
                (call $ret_copy (i32.const 40000) (i32.const 0) (call $ret_len))
                (call $return_data (i32.const 40000) (call $ret_len))))"#,
        escaped(next)
    ))
}

/// Asks for the costliest things, each with as much as it takes, and returns what the proof check said.
fn asks_everything(inputs: usize) -> Vec<u8> {
    module(&format!(
        r#"(module
            (import "v1" "input_len" (func $input_len (result i32)))
            (import "v1" "input_copy" (func $input_copy (param i32 i32 i32)))
            (import "v1" "groth16_verify" (func $verify (param i32 i32 i32 i32) (result i32)))
            (import "v1" "range_verify" (func $range (param i32 i32 i32) (result i32)))
            (import "v1" "bn254_pairing" (func $pairing (param i32 i32) (result i32)))
            (import "v1" "bn254_msm" (func $msm (param i32 i32 i32 i32) (result i32)))
            (import "v1" "bn254_mul" (func $mul (param i32 i32 i32) (result i32)))
            (import "v1" "poseidon" (func $poseidon (param i32 i32 i32) (result i32)))
            (import "v1" "ed25519_verify" (func $ed25519 (param i32 i32 i32 i32) (result i32)))
            (import "v1" "secp256k1_recover" (func $recover (param i32 i32 i32 i32) (result i32)))
            (import "v1" "secp256r1_verify" (func $r1 (param i32 i32 i32) (result i32)))
            (import "v1" "keccak256" (func $keccak (param i32 i32 i32)))
            (import "v1" "return_data" (func $return_data (param i32 i32)))
            (memory 1)
            (func $dive (param i32)
                (if (local.get 0) (then (call $dive (i32.sub (local.get 0) (i32.const 1)))) (else
                    (i32.store (i32.const 60000) (call $verify (i32.const 0) (i32.const 32) (i32.const 288) (i32.const {inputs})))
                    (drop (call $range (i32.const 32) (i32.const 288) (i32.const 1)))
                    (drop (call $pairing (i32.const 8192) (i32.const 16)))
                    (drop (call $msm (i32.const 8192) (i32.const 16384) (i32.const 64) (i32.const 50000)))
                    (drop (call $mul (i32.const 20000) (i32.const 20000) (i32.const 50000)))
                    (drop (call $poseidon (i32.const 8192) (i32.const 12) (i32.const 50000)))
                    (drop (call $ed25519 (i32.const 0) (i32.const 32) (i32.const 96) (i32.const 64)))
                    (drop (call $recover (i32.const 0) (i32.const 32) (i32.const 1) (i32.const 50000)))
                    (drop (call $r1 (i32.const 0) (i32.const 64) (i32.const 128)))
                    (call $keccak (i32.const 0) (i32.const 1000) (i32.const 50000)))))
            (func (export "run") (call $input_copy (i32.const 0) (i32.const 0) (call $input_len))
                ;; The generator of G1, to be multiplied.
                (i32.store8 (i32.const 20031) (i32.const 1)) (i32.store8 (i32.const 20063) (i32.const 2))
                (call $dive (i32.const {DIVES}))
                (call $return_data (i32.const 60000) (i32.const 4))))"#
    ))
}

#[test]
fn sixteen_contracts_and_a_proof_at_their_end_need_less_than_half_of_a_threads_stack() {
    let (mut chain, alice, _) = start();
    let fixture = fixture();
    registers(&mut chain, &alice, &fixture.key);
    let mut next = make(&mut chain, &alice, &asks_everything(fixture.count), &[]);
    for _ in 1..16 {
        next = make(&mut chain, &alice, &relay(&next), &[]);
    }
    let input = [&KeyId::of(&[&fixture.key]).0[..], &fixture.proof, &fixture.inputs].concat();
    let block = chain.build(&[tx(&chain, &alice, vec![call(next, "run", &input, 0)])]);
    let valid = chain.validate(&block.encode(), Mode::Decided).unwrap();
    for bytes in [THREAD_STACK_BYTES, THREAD_STACK_BYTES / 2] {
        let receipt = std::thread::scope(|scope| {
            let work = || execute(&chain.state, &chain.rules, &chain.vm, &valid).unwrap().receipts.remove(0);
            std::thread::Builder::new().stack_size(bytes).spawn_scoped(scope, work).unwrap().join().unwrap()
        });
        assert_eq!((receipt.reject(), receipt.output.to_vec()), (None, vec![1, 0, 0, 0]), "on {bytes} bytes");
    }
    // And on the other engine.
    chain.commit(&block);
}
