//! Host functions that compute: hashes, signatures, 256-bit numbers, curve and proofs, and the kinds of storage beside the
//! plain one. Values are those of the standards' own examples, or of another implementation.

use super::support::Chain;
use crate::{Trap, VmReject};
use ruint::aliases::U256;
use tacit_abi::{DIVISION_BY_ZERO, INVALID_INPUT, KEY_UNKNOWN, NOT_FOUND, OK, OVERFLOW};
use tacit_types::{Address, AssetId};

/// Runs `call` over `memory` from address 0 on; gives the answer and what lies at 2000.
fn compute(memory: &[u8], call: &str, out: usize) -> (i32, Vec<u8>) {
    compute_in(&mut Chain::new(), memory, call, out)
}

fn compute_in(chain: &mut Chain, memory: &[u8], call: &str, out: usize) -> (i32, Vec<u8>) {
    let contract = chain.text(&program(memory, call, out));
    let output = chain.call(contract, "run", &[]).result.expect(call);
    (i32::from_le_bytes(output[..4].try_into().unwrap()), output[4..].to_vec())
}

fn program(memory: &[u8], call: &str, out: usize) -> String {
    let data: String = memory.iter().map(|byte| format!("\\{byte:02x}")).collect();
    format!(
        "(data (i32.const 0) \"{data}\") (func (export \"run\") (i32.store (i32.const 1996) {call})
            (call $return_data (i32.const 1996) (i32.const {})))",
        out + 4
    )
}

fn hex(text: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap() as u8;
    text.as_bytes().as_chunks::<2>().0.iter().map(|[high, low]| digit(*high) << 4 | digit(*low)).collect()
}

/// A call of a function without an answer, which then answers 0.
fn silent(call: &str) -> String {
    format!("(block (result i32) {call} (i32.const 0))")
}

#[test]
fn hashes_are_those_of_their_standards() {
    let at =
        |name: &str, len: usize| silent(&format!("(call ${name} (i32.const 0) (i32.const {len}) (i32.const 2000))"));
    let abc = compute(b"abc", &at("sha256", 3), 32).1;
    assert_eq!(abc, hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    let empty = compute(b"", &at("keccak256", 0), 32).1;
    assert_eq!(empty, hex("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"));
    let abc = compute(b"abc", &at("keccak256", 3), 32).1;
    assert_eq!(abc, hex("4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"));
}

#[test]
fn an_ed25519_signature_verifies_for_its_key_and_message_only() {
    // RFC 8032, test 2.
    let key = hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    let signature = hex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    );
    let call = "(call $ed25519_verify (i32.const 0) (i32.const 32) (i32.const 96) (i32.const 1))";
    let memory = [key, signature, vec![0x72]].concat();
    assert_eq!(compute(&memory, call, 0).0, 1);
    for at in 0..memory.len() {
        let mut bad = memory.clone();
        bad[at] ^= 1;
        assert_eq!(compute(&bad, call, 0).0, 0, "byte {at} flipped");
    }
}

#[test]
fn a_secp256k1_key_is_recovered_as_ethereum_recovers_it() {
    let hash = hex("456e9aea5e197a1f1af7a3e85a3212fa4049a3ba34c2289b4c860fc0b0c64ef3");
    let r = hex("9242685bf161793cc25603c231bc2f568eb630ea16aa137d2664ac8038825608");
    let s = hex("4f8ae3bd7535248d0bd448298cc2e2071e56992d0774dc340c368ae950852ada");
    let memory = [hash.clone(), r.clone(), s].concat();
    let recover = |memory: &[u8], id: i32| {
        compute(
            memory,
            &format!("(call $secp256k1_recover (i32.const 0) (i32.const 32) (i32.const {id}) (i32.const 2000))"),
            64,
        )
    };
    let (code, key) = recover(&memory, 1);
    assert_eq!(code, OK);
    let hashed = compute(&key, &silent("(call $keccak256 (i32.const 0) (i32.const 64) (i32.const 2000))"), 32).1;
    assert_eq!(hashed[12..], hex("7156526fbd7a3c72969b54f64e42c10fbb768c8a"), "the signer's Ethereum address");

    // Case 40: the same signature with s above half the order, zeros, ids that mean nothing.
    let high_s = hex("b0751c4428cadb72f42f4bb7673d1de099d843b997fbaad3b39bd5a37f7b1667");
    let malleable = [hash.clone(), r, high_s].concat();
    assert_eq!(recover(&malleable, 0).0, INVALID_INPUT);
    assert_eq!(recover(&[hash, vec![0; 64]].concat(), 0).0, INVALID_INPUT);
    for id in [2, 3, 4, 27, 28, -1, i32::MIN] {
        assert_eq!(recover(&memory, id).0, INVALID_INPUT, "recovery id {id}");
    }
}

#[test]
fn a_p256_signature_verifies_for_its_key_and_hash_only() {
    // RFC 6979, A.2.5, SHA-256 of "sample".
    let key = [
        hex("60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"),
        hex("7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"),
    ]
    .concat();
    let signature = [
        hex("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"),
        hex("f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"),
    ]
    .concat();
    let hash = hex("af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf");
    let call = "(call $secp256r1_verify (i32.const 0) (i32.const 64) (i32.const 128))";
    let memory = [key, signature, hash].concat();
    assert_eq!(compute(&memory, call, 0).0, 1);
    for at in 0..memory.len() {
        let mut bad = memory.clone();
        bad[at] ^= 1;
        assert_eq!(compute(&bad, call, 0).0, 0, "byte {at} flipped");
    }
}

fn u256(operation: &str, operands: &[U256]) -> Result<U256, i32> {
    let memory: Vec<u8> = operands.iter().flat_map(|number| number.to_le_bytes::<32>()).collect();
    let arguments: String = (0..operands.len()).map(|index| format!("(i32.const {}) ", 32 * index)).collect();
    let (code, out) = compute(&memory, &format!("(call $u256_{operation} {arguments}(i32.const 2000))"), 32);
    if code == OK { Ok(U256::from_le_slice(&out)) } else { Err(code) }
}

#[test]
fn numbers_of_256_bits_give_the_result_or_say_that_there_is_none() {
    let number = |value: u64| U256::from(value);
    let max = U256::MAX;
    assert_eq!(u256("add", &[number(2), number(3)]), Ok(number(5)));
    assert_eq!(u256("add", &[max, number(1)]), Err(OVERFLOW));
    assert_eq!(u256("sub", &[number(3), number(2)]), Ok(number(1)));
    assert_eq!(u256("sub", &[number(2), number(3)]), Err(OVERFLOW));
    assert_eq!(u256("mul", &[number(1) << 128, number(1) << 127]), Ok(number(1) << 255));
    assert_eq!(u256("mul", &[number(1) << 128, number(1) << 128]), Err(OVERFLOW));
    assert_eq!(u256("div", &[number(7), number(2)]), Ok(number(3)));
    assert_eq!(u256("rem", &[number(7), number(2)]), Ok(number(1)));
    for operation in ["div", "rem"] {
        assert_eq!(u256(operation, &[number(7), number(0)]), Err(DIVISION_BY_ZERO));
    }
}

#[test]
fn a_product_is_divided_through_512_bits_and_rounded_as_asked() {
    let mul_div = |left: U256, right: U256, divisor: U256, up: i32| {
        let memory: Vec<u8> = [left, right, divisor].iter().flat_map(|number| number.to_le_bytes::<32>()).collect();
        let call = format!(
            "(call $u256_mul_div (i32.const 0) (i32.const 32) (i32.const 64) (i32.const {up}) (i32.const 2000))"
        );
        let (code, out) = compute(&memory, &call, 32);
        if code == OK { Ok(U256::from_le_slice(&out)) } else { Err(code) }
    };
    let number = |value: u64| U256::from(value);
    assert_eq!(mul_div(U256::MAX, U256::MAX, U256::MAX, 0), Ok(U256::MAX));
    assert_eq!(mul_div(number(10), number(10), number(3), 0), Ok(number(33)));
    assert_eq!(mul_div(number(10), number(10), number(3), 1), Ok(number(34)));
    assert_eq!(mul_div(number(9), number(10), number(3), 1), Ok(number(30)));
    assert_eq!(mul_div(U256::MAX, number(2), number(1), 0), Err(OVERFLOW));
    // Rounding up can be what no longer fits: 2^256 - 1 and a half.
    assert_eq!(mul_div(U256::MAX, U256::MAX, U256::MAX - number(1), 0), Err(OVERFLOW));
    assert_eq!(mul_div(number(1), number(1), number(0), 1), Err(DIVISION_BY_ZERO));
}

#[test]
fn powers_and_roots_of_256_bit_numbers() {
    let power = |base: u64, exponent: i32| {
        let memory = U256::from(base).to_le_bytes::<32>();
        let call = format!("(call $u256_pow (i32.const 0) (i32.const {exponent}) (i32.const 2000))");
        let (code, out) = compute(&memory, &call, 32);
        if code == OK { Ok(U256::from_le_slice(&out)) } else { Err(code) }
    };
    assert_eq!(power(2, 255), Ok(U256::from(1) << 255));
    assert_eq!(power(2, 256), Err(OVERFLOW));
    assert_eq!((power(0, 0), power(1, -1)), (Ok(U256::from(1)), Ok(U256::from(1))));
    assert_eq!(power(2, -1), Err(OVERFLOW));
    let root =
        compute(&U256::MAX.to_le_bytes::<32>(), &silent("(call $u256_sqrt (i32.const 0) (i32.const 2000))"), 32).1;
    assert_eq!(U256::from_le_slice(&root), (U256::from(1) << 128) - U256::from(1));
}

#[test]
fn case_40_points_proofs_and_field_elements_that_are_none_are_codes_and_cost_the_same() {
    let calls = [
        ("(call $poseidon (i32.const 0) (i32.const 2) (i32.const 2000))", OK),
        ("(call $bn254_add (i32.const 0) (i32.const 64) (i32.const 2000))", OK),
        ("(call $bn254_mul (i32.const 0) (i32.const 64) (i32.const 2000))", OK),
        ("(call $bn254_msm (i32.const 0) (i32.const 64) (i32.const 2) (i32.const 2000))", OK),
        ("(call $bn254_pairing (i32.const 0) (i32.const 1))", 0),
    ];
    for (call, fine) in calls {
        let mut chain = Chain::new();
        let good = chain.text(&program(&[0; 256], call, 0));
        let bad = chain.text(&program(&[0xff; 256], call, 0));
        let (good, bad) = (chain.call(good, "run", &[]), chain.call(bad, "run", &[]));
        assert_eq!(good.result.unwrap(), fine.to_le_bytes(), "{call}");
        assert_eq!(bad.result.unwrap(), INVALID_INPUT.to_le_bytes(), "{call}");
        assert_eq!(good.gas_used, bad.gas_used, "{call}");
    }
}

#[test]
fn counts_above_their_limits_trap_before_anything_is_read() {
    for call in [
        "(call $poseidon (i32.const 0) (i32.const 13) (i32.const 2000))",
        "(call $poseidon (i32.const 0) (i32.const 0) (i32.const 2000))",
        "(call $bn254_msm (i32.const 0) (i32.const 0) (i32.const 65) (i32.const 2000))",
        "(call $bn254_pairing (i32.const 0) (i32.const 17))",
        "(call $groth16_verify (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 33))",
        "(call $range_verify (i32.const 0) (i32.const 0) (i32.const -1))",
        "(call $u256_mul_div (i32.const 0) (i32.const 0) (i32.const 32) (i32.const 2) (i32.const 2000))",
    ] {
        let mut chain = Chain::new();
        let contract = chain.text(&program(&[1; 64], call, 0));
        assert_eq!(chain.call(contract, "run", &[]).result, Err(VmReject::Trapped(Trap::HostLimit)), "{call}");
    }
}

#[test]
fn a_proof_is_checked_against_a_registered_key_and_costs_the_same_either_way() {
    let mut chain = Chain::new();
    chain.world.keys.insert([0; 32], vec![7]);
    let call = "(call $groth16_verify (i32.const 0) (i32.const 32) (i32.const 288) (i32.const 1))";
    let memory = |first: u8, key: u8| [vec![key; 32], vec![first; 256], vec![0; 32]].concat();
    let outcomes: Vec<_> = [memory(7, 0), memory(8, 0)]
        .iter()
        .map(|memory| {
            let contract = chain.text(&program(memory, call, 0));
            chain.call(contract, "run", &[])
        })
        .collect();
    assert_eq!(outcomes[0].result, Ok(vec![1, 0, 0, 0]));
    assert_eq!(outcomes[1].result, Ok(vec![0, 0, 0, 0]));
    assert_eq!(outcomes[0].gas_used, outcomes[1].gas_used);
    assert_eq!(compute_in(&mut chain, &memory(7, 1), call, 0).0, KEY_UNKNOWN);
    assert_eq!(compute(&[1; 200], "(call $range_verify (i32.const 0) (i32.const 128) (i32.const 1))", 0).0, 1);
    assert_eq!(compute(&[1; 200], "(call $membership_verify (i32.const 0) (i32.const 128) (i32.const 1))", 0).0, 0);
}

#[test]
fn transient_values_last_for_the_transaction_and_go_with_their_frame() {
    let mut chain = Chain::new();
    let text = "(data (i32.const 0) \"key\\07\")
        (func (export \"set\") (drop (call $transient_set (i32.const 0) (i32.const 3) (i32.const 3) (i32.const 1))))
        (func (export \"get\") (i32.store (i32.const 100) (call $transient_get (i32.const 0) (i32.const 3) (i32.const 104) (i32.const 1)))
            (call $return_data (i32.const 100) (i32.const 5)))
        (func (export \"both\") (call 3) (call 4))
        (func (export \"fails\") (call 3) unreachable)
        (func (export \"huge\") (i32.store (i32.const 100)
            (call $transient_set (i32.const 0) (i32.const 3) (i32.const 0) (i32.const 65536))) (call $return_data (i32.const 100) (i32.const 4)))";
    let contract = chain.text(text);
    let both = chain.call(contract, "both", &[]).result.unwrap();
    assert_eq!(both, [1, 0, 0, 0, 7]);
    let later = chain.call(contract, "get", &[]).result.unwrap();
    assert_eq!(later[..4], NOT_FOUND.to_le_bytes(), "the transaction has ended");
    assert!(chain.world.storage.is_empty());
    chain.call(contract, "fails", &[]).result.unwrap_err();
    assert!(chain.world.transient.is_empty());
    assert_eq!(chain.call(contract, "huge", &[]).result.unwrap(), OK.to_le_bytes());
}

#[test]
fn case_38_keys_are_walked_in_order_within_their_contract_and_prefix() {
    let mut chain = Chain::new();
    let text = "(func (export \"set\") (call $input_copy (i32.const 0) (i32.const 0) (call $input_len))
            (drop (call $storage_set (i32.const 0) (call $input_len) (i32.const 0) (i32.const 1))))
        (func (export \"remove\") (call $input_copy (i32.const 0) (i32.const 0) (call $input_len))
            (drop (call $storage_remove (i32.const 0) (call $input_len))))
        (func (export \"next\") (call $input_copy (i32.const 0) (i32.const 0) (call $input_len))
            (i32.store (i32.const 500) (call $storage_next (i32.const 0) (i32.const 1) (i32.const 1) (i32.sub (call $input_len) (i32.const 1))))
            (call $ret_copy (i32.const 504) (i32.const 0) (call $ret_len))
            (call $return_data (i32.const 500) (i32.add (i32.const 4) (call $ret_len))))";
    let (contract, other) = (chain.text(text), chain.text(text));
    for key in [&b"b2"[..], b"a1", b"b1", b"b", b"c"] {
        chain.call(contract, "set", key).result.unwrap();
    }
    chain.call(other, "set", b"b15").result.unwrap();
    let mut walked = Vec::new();
    let mut after = Vec::new();
    loop {
        let output = chain.call(contract, "next", &[b"b", after.as_slice()].concat()).result.unwrap();
        if output[..4] == NOT_FOUND.to_le_bytes() {
            break;
        }
        let len = usize::from(u16::from_le_bytes(output[4..6].try_into().unwrap()));
        after = output[6..6 + len].to_vec();
        assert_eq!(output[6 + len..], [b'b'], "the value");
        walked.push(after.clone());
    }
    assert_eq!(walked, [b"b".to_vec(), b"b1".to_vec(), b"b2".to_vec()]);
    chain.call(contract, "remove", b"b1").result.unwrap();
    let output = chain.call(contract, "next", b"bb").result.unwrap();
    assert_eq!(output[6..8], *b"b2");
}

#[test]
fn assets_move_between_contracts_and_accounts_or_a_code_says_why_not() {
    let mut chain = Chain::new();
    let asset = AssetId([0xaa; 32]);
    let to = Address([0x11; 32]);
    let memory = [&asset.0[..], &to.0, &5_u128.to_le_bytes()].concat();
    let send = "(call $asset_transfer (i32.const 0) (i32.const 32) (i32.const 64))";
    let contract = chain.text(&program(&memory, send, 0));
    chain.world.assets.insert((asset, contract), 12);
    for (answer, left) in [(OK, 7), (OK, 2), (tacit_abi::INSUFFICIENT_BALANCE, 2)] {
        assert_eq!(chain.call(contract, "run", &[]).result.unwrap(), answer.to_le_bytes());
        assert_eq!(chain.world.assets[&(asset, contract)], left);
    }
    assert_eq!(chain.world.assets[&(asset, to)], 10);
    let look = silent("(call $asset_balance (i32.const 0) (i32.const 32) (i32.const 2000))");
    assert_eq!(compute_in(&mut chain, &memory, &look, 16).1, 10_u128.to_le_bytes());
}
