//! Everything that can go wrong with code, a contract or a call: its own code, the fee, and nothing else.

use crate::life::{PURSE, make, start, to};
use crate::support::*;
use tacit_exec::gas;
use tacit_exec::testing::{START_BALANCE, transfer};
use tacit_types::*;

#[test]
fn code_that_breaks_a_rule_is_not_deployed() {
    let (mut chain, alice, _) = start();
    let texts = [
        ("float arithmetic", "(module (memory 1) (func (drop (f64.add (f64.const 1) (f64.const 2)))))"),
        ("floats in dead code", "(module (memory 1) (func return (drop (f32.const 1))))"),
        ("a float parameter", "(module (memory 1) (func (param f32)))"),
        ("a start section", "(module (memory 1) (func $main) (start $main))"),
        ("an unknown function", "(module (import \"v1\" \"open_file\" (func)) (memory 1))"),
        ("an unknown module", "(module (import \"env\" \"caller\" (func (param i32))) (memory 1))"),
        ("a wrong signature", "(module (import \"v1\" \"caller\" (func (param i64))) (memory 1))"),
        ("an imported memory", "(module (import \"v1\" \"memory\" (memory 1)))"),
        ("no memory", "(module (func (export \"run\")))"),
        ("too much memory", "(module (memory 65))"),
        ("an export with a parameter", "(module (memory 1) (func (export \"run\") (param i32)))"),
        ("a reserved name", "(module (memory 1) (func (export \"__gas\")))"),
        ("vectors", "(module (memory 1) (func (drop (v128.const i32x4 0 0 0 0))))"),
        ("data outside the memory", "(module (memory 1) (data (i32.const 65535) \"xx\"))"),
    ];
    let mut cases: Vec<(&str, Vec<u8>)> = texts.iter().map(|(what, text)| (*what, module(text))).collect();
    let good = artifact("counter");
    cases.push(("a cut module", good[..good.len() / 2].to_vec()));
    cases.push(("text", b"(module (memory 1))".to_vec()));
    cases.push(("zeros", vec![0; 100]));
    for (what, code) in cases {
        let tx = tx(&chain, &alice, vec![deploy(&code)]);
        let intrinsic = gas::intrinsic(tx.encode().len(), &tx.body, &tx.witness).0;
        let receipt = fails_as(&mut chain, &alice, tx, RejectCode::CodeRejected);
        // The length is paid for before the code is looked at.
        assert_eq!(receipt.gas_used.0, intrinsic + 2_000_000 + 1_000 * code.len() as u64, "{what}");
        fails(&mut chain, &alice, vec![instantiate(&code, 0, &[], 0)], RejectCode::CodeUnknown);
    }
}

#[test]
fn a_deploy_that_gas_does_not_cover_leaves_no_code() {
    let (mut chain, alice, _) = start();
    let code = artifact("counter");
    let mut body = chain.body(&alice, vec![deploy(&code)]);
    body.gas_limit = Gas(2_000_000 + 1_000 * code.len() as u64);
    let tx = tacit_exec::testing::sign(&alice, body);
    let receipt = fails_as(&mut chain, &alice, tx.clone(), RejectCode::OutOfGas);
    assert_eq!(receipt.gas_used, tx.body.gas_limit);
    fails(&mut chain, &alice, vec![instantiate(&code, 0, &[0; 8], 0)], RejectCode::CodeUnknown);
}

#[test]
fn deploying_nothing_is_refused_before_any_block() {
    let (chain, alice, _) = start();
    let verdict = chain.check(&tx(&chain, &alice, vec![deploy(&[])]));
    assert_eq!(verdict.unwrap_err().code, RejectCode::EmptyAction);
}

#[test]
fn unknown_code_contracts_and_functions_have_their_own_codes() {
    let (mut chain, alice, bob) = start();
    let code = artifact("counter");
    fails(&mut chain, &alice, vec![instantiate(&code, 0, &[0; 8], 5)], RejectCode::CodeUnknown);
    succeeds(&mut chain, &alice, vec![deploy(&code)]);
    let counter = contract_at(&alice, &code, 0);
    for nobody in [counter, bob.address(), Address::SYSTEM, alice.address()] {
        fails(&mut chain, &alice, vec![call(nobody, "get", &[], 5)], RejectCode::ContractUnknown);
    }
    succeeds(&mut chain, &alice, vec![instantiate(&code, 0, &[0; 8], 0)]);
    for function in ["got", "Get", "memory", "init", "__gas", "__memory", "get()"] {
        fails(&mut chain, &alice, vec![call(counter, function, &[], 5)], RejectCode::FunctionUnknown);
    }
    succeeds(&mut chain, &alice, vec![call(counter, "get", &[], 0)]);
}

#[test]
fn a_contract_that_takes_no_money_gives_it_back() {
    let (mut chain, alice, _) = start();
    let counter = make(&mut chain, &alice, &artifact("counter"), &[0; 8]);
    let receipt = fails(&mut chain, &alice, vec![call(counter, "increment", &[], 5)], RejectCode::ContractReverted);
    assert_eq!(receipt.contract_code, 0xFFFF_0002, "the SDK's code for money that is not wanted");
}

#[test]
fn the_same_salt_twice_is_refused_and_the_first_contract_stays() {
    let (mut chain, alice, _) = start();
    let code = artifact("counter");
    let counter = make(&mut chain, &alice, &code, &7u64.to_le_bytes());
    fails(&mut chain, &alice, vec![instantiate(&code, 0, &[0; 8], 5)], RejectCode::ContractExists);
    let receipt = succeeds(&mut chain, &alice, vec![call(counter, "get", &[], 0)]);
    assert_eq!(receipt.output.to_vec(), 7u64.to_le_bytes());
}

#[test]
fn a_failed_init_leaves_the_address_free_and_the_money_where_it_was() {
    let (mut chain, alice, _) = start();
    let code = artifact("counter");
    succeeds(&mut chain, &alice, vec![deploy(&code)]);
    for input in [&[][..], &[0; 7], &[0; 9]] {
        let receipt = fails(&mut chain, &alice, vec![instantiate(&code, 0, input, 0)], RejectCode::ContractReverted);
        assert_eq!(receipt.contract_code, 0xFFFF_0001, "the SDK's code for bad input");
    }
    let receipt = fails(&mut chain, &alice, vec![instantiate(&code, 0, &[0; 8], 50)], RejectCode::ContractReverted);
    assert_eq!(receipt.contract_code, 0xFFFF_0002, "the SDK's code for money that is not wanted");
    succeeds(&mut chain, &alice, vec![instantiate(&code, 0, &[0; 8], 0)]);
}

#[test]
fn a_failed_transaction_takes_back_code_that_was_already_compiled() {
    let (mut chain, alice, _) = start();
    let code = artifact("counter");
    let counter = contract_at(&alice, &code, 0);
    let mut all = vec![deploy(&code), instantiate(&code, 0, &[0; 8], 0), call(counter, "increment", &[], 0)];
    all.push(transfer(alice.address(), u128::MAX));
    let receipt = fails(&mut chain, &alice, all, RejectCode::InsufficientBalance);
    assert_eq!(receipt.failed_action, 3);
    fails(&mut chain, &alice, vec![call(counter, "increment", &[], 0)], RejectCode::ContractUnknown);
    fails(&mut chain, &alice, vec![instantiate(&code, 0, &[0; 8], 0)], RejectCode::CodeUnknown);
}

#[test]
fn a_failing_action_undoes_the_contract_call_before_it() {
    let (mut chain, alice, bob) = start();
    let token = make(&mut chain, &alice, &artifact("token"), &100u128.to_le_bytes());
    let give = |amount| call(token, "transfer", &to(bob.address(), amount), 0);
    let receipt =
        fails(&mut chain, &alice, vec![give(60), transfer(bob.address(), u128::MAX)], RejectCode::InsufficientBalance);
    assert_eq!(receipt.failed_action, 1);
    let receipt = fails(&mut chain, &alice, vec![give(60), give(60)], RejectCode::ContractReverted);
    assert_eq!((receipt.failed_action, receipt.contract_code), (1, 1));
    succeeds(&mut chain, &alice, vec![give(60), give(40)]);
}

#[test]
fn a_revert_after_writes_events_and_payments_leaves_nothing_but_its_code() {
    let (mut chain, alice, bob) = start();
    let text = format!(
        r#"(module
            (import "v1" "storage_set" (func $set (param i32 i32 i32 i32) (result i32)))
            (import "v1" "emit" (func $emit (param i32 i32 i32 i32) (result i32)))
            (import "v1" "transfer" (func $transfer (param i32 i32) (result i32)))
            (import "v1" "revert" (func $revert (param i32 i32 i32)))
            (memory 1) (data (i32.const 0) "{}") (data (i32.const 32) "\09")
            (func $all
                (drop (call $set (i32.const 0) (i32.const 3) (i32.const 0) (i32.const 9)))
                (drop (call $emit (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 4)))
                (if (call $transfer (i32.const 0) (i32.const 32)) (then unreachable)))
            (func (export "revert") (call $all) (call $revert (i32.const 77) (i32.const 0) (i32.const 8)))
            (func (export "trap") (call $all) unreachable)
            (func (export "divide") (call $all) (drop (i32.div_u (i32.const 1) (i32.const 0))))
            (func (export "recurse") (call $all) (call $again (i32.const 1)))
            (func $again (param i32) (call $again (local.get 0)) (call $again (local.get 0)))
            (func (export "spin") (call $all) (loop (br 0)))
            (func (export "fine") (call $all)))"#,
        escaped(&bob.address()),
    );
    let code = module(&text);
    succeeds(&mut chain, &alice, vec![deploy(&code), instantiate(&code, 0, &[], 1_000)]);
    let contract = contract_at(&alice, &code, 0);
    let cases = [
        ("revert", RejectCode::ContractReverted, 77),
        ("trap", RejectCode::ContractTrapped, 0),
        ("divide", RejectCode::ContractTrapped, 0),
        ("recurse", RejectCode::ContractTrapped, 0),
        ("spin", RejectCode::OutOfGas, 0),
    ];
    for (function, code, contract_code) in cases {
        let receipt = fails(&mut chain, &alice, vec![call(contract, function, &[], 3)], code);
        assert_eq!(receipt.contract_code, contract_code, "{function}");
        // A trap uses up the whole limit, like running out of gas; a revert only what it needed.
        assert_eq!(receipt.gas_used == GAS, code != RejectCode::ContractReverted, "{function}");
    }
    succeeds(&mut chain, &alice, vec![call(contract, "fine", &[], 3)]);
    assert_eq!(chain.account(&bob.address()).balance.0, START_BALANCE.0 + 9);
    assert_eq!(chain.account(&contract).balance.0, 1_000 + 3 - 9);
}

#[test]
fn every_endless_loop_uses_its_whole_gas_and_recursion_is_stopped() {
    let (mut chain, alice, _) = start();
    let loops = make(&mut chain, &alice, &hostile("loops"), &[]);
    for function in ["plain", "nops", "nested", "table", "tree"] {
        let receipt = fails(&mut chain, &alice, vec![call(loops, function, &[], 0)], RejectCode::OutOfGas);
        assert_eq!(receipt.gas_used, GAS, "{function}");
    }
    let recursion = make(&mut chain, &alice, &hostile("recursion"), &[]);
    for function in ["direct", "mutual", "indirect"] {
        fails(&mut chain, &alice, vec![call(recursion, function, &[], 0)], RejectCode::ContractTrapped);
    }
}

#[test]
fn the_counters_overflow_is_a_trap_and_keeps_the_number() {
    let (mut chain, alice, _) = start();
    let counter = make(&mut chain, &alice, &artifact("counter"), &u64::MAX.to_le_bytes());
    fails(&mut chain, &alice, vec![call(counter, "increment", &[], 0)], RejectCode::ContractTrapped);
}

#[test]
fn value_above_the_balance_is_refused_and_the_reserved_fee_is_no_balance() {
    let (mut chain, alice, _) = start();
    let code = module(PURSE);
    let purse = make(&mut chain, &alice, &code, &[]);
    for value in [START_BALANCE.0, u128::MAX] {
        fails(&mut chain, &alice, vec![call(purse, "pay", &[], value)], RejectCode::InsufficientBalance);
        fails(&mut chain, &alice, vec![instantiate(&code, 1, &[], value)], RejectCode::InsufficientBalance);
    }
    let spendable = |chain: &tacit_exec::testing::MemoryChain| {
        chain.account(&alice.address()).balance.0 - u128::from(GAS.0) * price(chain)
    };
    let much = spendable(&chain) + 1;
    fails(&mut chain, &alice, vec![call(purse, "pay", &[], much)], RejectCode::InsufficientBalance);
    let all = spendable(&chain);
    let receipt = succeeds(&mut chain, &alice, vec![call(purse, "pay", &[], all)]);
    assert_eq!(receipt.output.to_vec(), all.to_le_bytes());
    assert_eq!(chain.account(&purse).balance.0, all);
}

#[test]
fn a_receipt_holds_a_thousand_and_twenty_four_events_and_one_more_fails_the_transaction() {
    let (mut chain, alice, _) = start();
    let code = module(
        r#"(module (import "v1" "emit" (func $emit (param i32 i32 i32 i32) (result i32))) (memory 1)
            (func $emit_times (param i32) (loop
                (drop (call $emit (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 0)))
                (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
            (func (export "one") (call $emit_times (i32.const 1)))
            (func (export "many") (call $emit_times (i32.const 256)))
            (func (export "too_many") (call $emit_times (i32.const 257))))"#,
    );
    let contract = make(&mut chain, &alice, &code, &[]);
    let many = || call(contract, "many", &[], 0);
    fails(&mut chain, &alice, vec![call(contract, "too_many", &[], 0)], RejectCode::TooManyEvents);
    let receipt = succeeds(&mut chain, &alice, vec![many(), many(), many(), many()]);
    assert_eq!(receipt.events.len(), 1_024);
    let one = call(contract, "one", &[], 0);
    let receipt = fails(&mut chain, &alice, vec![many(), many(), many(), many(), one], RejectCode::TooManyEvents);
    assert_eq!(receipt.failed_action, 0, "the transaction as a whole");
}

/// Each call may fill its 64 KiB, and a transaction has 64 actions: without a limit on all of them one receipt would have 4 MiB.
#[test]
fn a_receipt_holds_256_kib_of_events_and_one_byte_more_fails_the_transaction() {
    let (mut chain, alice, _) = start();
    let code = module(
        r#"(module (import "v1" "emit" (func $emit (param i32 i32 i32 i32) (result i32))) (memory 1)
            (func $large (drop (call $emit (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 16256))))
            (func (export "full") (call $large) (call $large) (call $large) (call $large))
            (func (export "topic") (drop (call $emit (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 0))))
            (func (export "byte") (drop (call $emit (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1)))))"#,
    );
    let contract = make(&mut chain, &alice, &code, &[]);
    let full = || call(contract, "full", &[], 0);
    let receipt = succeeds(&mut chain, &alice, vec![full(), full(), full(), full()]);
    let bytes: usize = receipt.events.iter().map(Event::chosen_bytes).sum();
    assert_eq!((receipt.events.len(), bytes), (16, 256 * 1024), "four times 64 KiB, topics and data");
    for one_more in ["byte", "topic"] {
        let actions = vec![full(), full(), full(), full(), call(contract, one_more, &[], 0)];
        let receipt = fails(&mut chain, &alice, actions, RejectCode::TooManyEvents);
        assert_eq!(receipt.failed_action, 0, "the transaction as a whole");
        assert!(receipt.events.is_empty());
    }
}
