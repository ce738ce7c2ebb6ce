//! The edges of what contracts do to the real state: removed keys that are walked over, the longest keys, writes below a
//! view, money to oneself.

use crate::frames::{numbers, relay};
use crate::life::{make, start};
use crate::support::*;
use tacit_exec::testing::{MemoryChain, TestKey, sign};
use tacit_types::action::Transfer;
use tacit_types::asset::{AssetCreate, asset_id};
use tacit_types::*;

/// Keys that [`WALKER`] fills.
const KEYS: u8 = 40;

/// `fill` stores 40 keys, `clear` removes as many of the first as its input says, `next` gives the first that is left, `none`
/// does nothing.
const WALKER: &str = r#"(module
    (import "v1" "input_copy" (func $input_copy (param i32 i32 i32)))
    (import "v1" "return_data" (func $return_data (param i32 i32)))
    (import "v1" "ret_copy" (func $ret_copy (param i32 i32 i32)))
    (import "v1" "storage_set" (func $set (param i32 i32 i32 i32) (result i32)))
    (import "v1" "storage_remove" (func $remove (param i32 i32) (result i32)))
    (import "v1" "storage_next" (func $next (param i32 i32 i32 i32) (result i32)))
    (memory 1) (data (i32.const 0) "k")
    (func (export "fill") (local $at i32)
        (loop $more
            (i32.store8 (i32.const 1) (local.get $at))
            (drop (call $set (i32.const 0) (i32.const 2) (i32.const 0) (i32.const 1)))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br_if $more (i32.lt_u (local.get $at) (i32.const 40)))))
    (func (export "clear") (local $at i32)
        (call $input_copy (i32.const 16) (i32.const 0) (i32.const 1))
        (loop $more
            (i32.store8 (i32.const 1) (local.get $at))
            (drop (call $remove (i32.const 0) (i32.const 2)))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br_if $more (i32.lt_u (local.get $at) (i32.load8_u (i32.const 16))))))
    (func (export "next")
        (i32.store (i32.const 64) (call $next (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 0)))
        (if (i32.gt_s (i32.load (i32.const 64)) (i32.const 0))
            (then (call $ret_copy (i32.const 68) (i32.const 0) (i32.const 5))))
        (call $return_data (i32.const 64) (i32.const 9)))
    (func (export "none")))"#;

/// What `next` says of the key with this number: length of the register, length of the key, key, value.
fn entry(number: u8) -> Vec<u8> {
    [&5_i32.to_le_bytes()[..], &[2, 0], &[b'k', number, b'k']].concat()
}

fn walker(chain: &mut MemoryChain, key: &TestKey, salt: u8) -> Address {
    let code = module(WALKER);
    succeeds(chain, key, vec![deploy(&code), instantiate(&code, salt, &[], 0)]);
    let contract = contract_at(key, &code, salt);
    succeeds(chain, key, vec![call(contract, "fill", &[], 0)]);
    assert_eq!(storage(chain, &contract).len(), usize::from(KEYS));
    contract
}

#[test]
fn case_38_each_key_that_was_removed_in_the_block_is_paid_for_when_it_is_walked_over() {
    let (mut chain, alice, bob) = start();
    let mut walk = |salt: u8, removed: u8, function: &str| {
        let contract = walker(&mut chain, &alice, salt);
        let all = vec![call(contract, "clear", &[removed], 0), call(contract, function, &[], 0)];
        (contract, succeeds(&mut chain, &alice, all))
    };
    let mut extra = Vec::new();
    for (salt, removed) in [(0, 1), (2, 11), (4, 39)] {
        let (contract, walked) = walk(salt, removed, "next");
        assert_eq!(walked.output.to_vec(), entry(removed), "the first that is left");
        let (_, idle) = walk(salt + 1, removed, "none");
        extra.push((u64::from(removed), walked.gas_used.0 - idle.gas_used.0, contract));
    }
    for pair in extra.windows(2) {
        let more = pair[1].0 - pair[0].0;
        assert_eq!(pair[1].1 - pair[0].1, more * tacit_vm::gas::STORAGE_NEXT, "{more} more removed keys");
    }
    // In the next block they are gone, and cost nothing more: one key removed then is as dear as 39.
    let mut later = Vec::new();
    for (removed, _, contract) in extra {
        let receipt = succeeds(&mut chain, &bob, vec![call(contract, "next", &[], 0)]);
        assert_eq!(receipt.output.to_vec(), entry(u8::try_from(removed).unwrap()));
        later.push(receipt.gas_used);
    }
    assert!(later.windows(2).all(|pair| pair[0] == pair[1]), "{later:?}");
}

#[test]
fn case_38_removed_keys_are_walked_over_in_later_transactions_of_the_block_too_and_all_of_them_end_the_walk() {
    let (mut chain, alice, bob) = start();
    let contract = walker(&mut chain, &alice, 0);
    let clear = tx(&chain, &alice, vec![call(contract, "clear", &[KEYS], 0)]);
    let walk = tx(&chain, &bob, vec![call(contract, "next", &[], 0)]);
    let receipts = chain.run(&[clear, walk]).receipts;
    assert_eq!((receipts[0].reject(), receipts[1].reject()), (None, None));
    assert_eq!(receipts[1].output[..4], tacit_abi::NOT_FOUND.to_le_bytes());
    let after = succeeds(&mut chain, &bob, vec![call(contract, "next", &[], 0)]);
    assert_eq!(after.output[..4], tacit_abi::NOT_FOUND.to_le_bytes());
    let more = receipts[1].gas_used.0 - after.gas_used.0;
    assert_eq!(more, u64::from(KEYS) * tacit_vm::gas::STORAGE_NEXT);
}

#[test]
fn case_38_a_walk_that_cannot_be_paid_ends_without_gas_and_leaves_nothing() {
    let (mut chain, alice, bob) = start();
    let contract = walker(&mut chain, &alice, 0);
    let actions = || vec![call(contract, "clear", &[30], 0), call(contract, "next", &[], 0)];
    // What it takes, found out on another contract of the same code.
    let twin = walker(&mut chain, &alice, 1);
    let twins = vec![call(twin, "clear", &[30], 0), call(twin, "next", &[], 0)];
    let used = succeeds(&mut chain, &bob, twins).gas_used;
    let step = tacit_vm::gas::STORAGE_NEXT;
    for short in [1, step - 1, step, step + 1, 10 * step, 29 * step] {
        let mut body = chain.body(&bob, actions());
        body.gas_limit = Gas(used.0 - short);
        let tx = sign(&bob, body);
        let receipt = fails_as(&mut chain, &bob, tx, RejectCode::OutOfGas);
        assert_eq!((receipt.gas_used.0, receipt.failed_action), (used.0 - short, 1), "{short} short");
    }
    let mut body = chain.body(&bob, actions());
    body.gas_limit = used;
    let receipt = chain.run(&[sign(&bob, body)]).receipts.remove(0);
    assert_eq!((receipt.reject(), receipt.gas_used), (None, used));
}

/// Does everything that can be done to a key of so many bytes, of which its input is the beginning.
fn keeper(key_bytes: usize) -> Vec<u8> {
    let key = format!("(i32.const 1024) (i32.const {key_bytes})");
    module(&format!(
        r#"(module
            (import "v1" "input_len" (func $input_len (result i32)))
            (import "v1" "input_copy" (func $input_copy (param i32 i32 i32)))
            (import "v1" "return_data" (func $return_data (param i32 i32)))
            (import "v1" "storage_get" (func $get (param i32 i32 i32 i32) (result i32)))
            (import "v1" "storage_set" (func $set (param i32 i32 i32 i32) (result i32)))
            (import "v1" "storage_has" (func $has (param i32 i32) (result i32)))
            (import "v1" "storage_remove" (func $remove (param i32 i32) (result i32)))
            (import "v1" "storage_next" (func $next (param i32 i32 i32 i32) (result i32)))
            (memory 1) (data (i32.const 512) "mine")
            (func $take (call $input_copy (i32.const 1024) (i32.const 0) (call $input_len)))
            (func $say (param i32) (i32.store (i32.const 8) (local.get 0))
                (call $return_data (i32.const 8) (i32.const 4)))
            (func (export "set") (call $take) (call $say (call $set {key} (i32.const 512) (i32.const 4))))
            (func (export "get") (call $take) (call $say (call $get {key} (i32.const 8) (i32.const 4))))
            (func (export "has") (call $take) (call $say (call $has {key})))
            (func (export "remove") (call $take) (call $say (call $remove {key})))
            (func (export "under") (call $take) (call $say (call $next {key} (i32.const 0) (i32.const 0))))
            (func (export "all")
                (call $say (call $next (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))))"#
    ))
}

#[test]
fn case_39_a_key_of_256_bytes_is_one_and_another_contract_neither_sees_nor_spells_it() {
    let (mut chain, alice, bob) = start();
    let code = keeper(256);
    let all = vec![deploy(&code), instantiate(&code, 0, &[], 0), instantiate(&code, 1, &[], 0)];
    succeeds(&mut chain, &alice, all);
    let [one, other] = [0, 1].map(|salt| contract_at(&alice, &code, salt));
    let longest = [7; 256];
    let say = |chain: &mut MemoryChain, contract, function: &str, key: &[u8]| {
        numbers(&succeeds(chain, &bob, vec![call(contract, function, key, 0)]).output)[0]
    };
    let register = 2 + 256 + 4;
    assert_eq!(say(&mut chain, one, "set", &longest), 0);
    assert_eq!(storage(&chain, &one).keys().map(Vec::len).collect::<Vec<_>>(), [256]);
    for (function, mine, others) in [("has", 1, 0), ("under", register, -1), ("all", register, -1)] {
        assert_eq!(say(&mut chain, one, function, &longest), mine, "{function}");
        assert_eq!(say(&mut chain, other, function, &longest), others, "{function} by another contract");
    }
    assert_eq!(say(&mut chain, other, "get", &longest), tacit_abi::NOT_FOUND);
    // Another contract's key that begins with this one's address, or is all of its key in the state.
    let in_state = tacit_state::key::contract_storage(&one, &longest);
    for spelled in [[&one.0[..], &longest[..224]].concat(), in_state[..256].to_vec(), in_state[1..257].to_vec()] {
        assert_eq!(say(&mut chain, other, "has", &spelled), 0);
        assert_eq!(say(&mut chain, other, "set", &spelled), 0);
        assert_eq!(say(&mut chain, other, "remove", &spelled), 0);
    }
    assert_eq!(say(&mut chain, other, "remove", &longest), 0);
    assert_eq!(storage(&chain, &one).into_values().collect::<Vec<_>>(), [b"mine"]);
    assert_eq!(say(&mut chain, one, "remove", &longest), 0);
    assert!(storage(&chain, &one).is_empty());
}

#[test]
fn case_39_no_key_and_one_of_257_bytes_trap() {
    let (mut chain, alice, _) = start();
    for (bytes, is_key) in [(0, false), (1, true), (256, true), (257, false)] {
        let contract = make(&mut chain, &alice, &keeper(bytes), &[]);
        for function in ["get", "set", "has", "remove"] {
            let receipt = run(&mut chain, &alice, vec![call(contract, function, &[1], 0)]);
            let expected = (!is_key).then_some(RejectCode::ContractTrapped);
            assert_eq!(receipt.reject(), expected, "{function} of a key of {bytes} bytes");
        }
    }
}

/// What changes something, each as a call that succeeds or gives a code where it is allowed.
const WRITES: [(&str, &str); 9] = [
    ("(param i32 i32 i32 i32 i32 i32 i32 i64 i32) (result i32)", "create"),
    ("(param i32 i32 i32 i64) (result i32)", "set_code"),
    ("(param i32 i32 i32 i32 i32 i32 i64) (result i32)", "defer_call"),
    ("(param i32 i32 i32 i32) (result i32)", "transient_set"),
    ("(param i32 i32 i32) (result i32)", "asset_transfer"),
    ("(param i32 i32) (result i32)", "transfer"),
    ("(param i32 i32 i32 i32) (result i32)", "storage_set"),
    ("(param i32 i32) (result i32)", "storage_remove"),
    ("(param i32 i32 i32 i32) (result i32)", "emit"),
];

#[test]
fn case_49_whatever_changes_something_traps_below_a_static_call_and_in_a_view_and_nowhere_else() {
    let (mut chain, alice, _) = start();
    let middle = make(&mut chain, &alice, &relay(), &[]);
    for (signature, name) in WRITES {
        let arguments = match name {
            "create" => {
                "(i32.const 0) (i32.const 32) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64) (i64.const 0) (i32.const 96)"
            }
            "set_code" => "(i32.const 0) (i32.const 0) (i32.const 0) (i64.const 0)",
            "defer_call" => {
                "(i32.const 0) (i32.const 200) (i32.const 2) (i32.const 0) (i32.const 0) (i32.const 64) (i64.const 0)"
            }
            "transient_set" | "storage_set" => "(i32.const 200) (i32.const 2) (i32.const 200) (i32.const 1)",
            "asset_transfer" => "(i32.const 0) (i32.const 32) (i32.const 64)",
            "transfer" => "(i32.const 32) (i32.const 64)",
            "storage_remove" => "(i32.const 200) (i32.const 2)",
            _ => "(i32.const 0) (i32.const 1) (i32.const 0) (i32.const 0)",
        };
        let text = format!(
            r#"(module (import "v1" "{name}" (func $write {signature})) (memory 1) (data (i32.const 200) "at")
                (func (export "go") (drop (call $write {arguments})))
                (func (export "at") (drop (call $write {arguments}))))"#
        );
        let target = make(&mut chain, &alice, &module(&text), &[]);
        // By itself and below `try_call` it is no trap; below `static_call` it is, and the caller goes on.
        // What is deferred is a call of nobody here, with which the whole transaction would fail.
        for function in ["go", "at"].into_iter().filter(|_| name != "defer_call") {
            succeeds(&mut chain, &alice, vec![call(target, function, &[], 0)]);
        }
        let receipt = succeeds(&mut chain, &alice, vec![call(middle, "go", &target.0, 0)]);
        assert_eq!(numbers(&receipt.output), [0], "{name} below try_call");
        let before = storage(&chain, &target);
        let receipt = succeeds(&mut chain, &alice, vec![call(middle, "at", &target.0, 0)]);
        assert_eq!(numbers(&receipt.output), [tacit_abi::CALLEE_FAILED], "{name} below static_call");
        assert_eq!(storage(&chain, &target), before);
        assert!(view(&chain, target, "at", &[]).result.is_err(), "{name} in a view");
    }
}

/// `send` moves an amount of an asset to an address and says how that ended: 32 bytes asset, 32 address, 16 amount.
const SENDER: &str = r#"(module
    (import "v1" "input_copy" (func $input_copy (param i32 i32 i32)))
    (import "v1" "return_data" (func $return_data (param i32 i32)))
    (import "v1" "transfer" (func $transfer (param i32 i32) (result i32)))
    (import "v1" "asset_transfer" (func $asset (param i32 i32 i32) (result i32)))
    (memory 1)
    (func (export "pay") (call $input_copy (i32.const 0) (i32.const 0) (i32.const 80))
        (i32.store (i32.const 96) (call $transfer (i32.const 32) (i32.const 64)))
        (call $return_data (i32.const 96) (i32.const 4)))
    (func (export "send") (call $input_copy (i32.const 0) (i32.const 0) (i32.const 80))
        (i32.store (i32.const 96) (call $asset (i32.const 0) (i32.const 32) (i32.const 64)))
        (call $return_data (i32.const 96) (i32.const 4))))"#;

#[test]
fn case_50_what_a_contract_sends_to_itself_stays_and_more_than_it_has_is_a_code() {
    let (mut chain, alice, bob) = start();
    let code = module(SENDER);
    succeeds(&mut chain, &alice, vec![deploy(&code), instantiate(&code, 0, &[], 100)]);
    let contract = contract_at(&alice, &code, 0);
    // An asset of which there is as much as can be counted.
    let create = AssetCreate {
        symbol: Name::new("ALL").unwrap(),
        decimals: 0,
        supply: Amount(u128::MAX),
        cap: Amount(u128::MAX),
    };
    let asset = asset_id(&alice.address(), chain.account(&alice.address()).sequence, 0);
    let move_in = Action::Transfer(Transfer { asset, to: contract, amount: Amount(u128::MAX) });
    succeeds(&mut chain, &alice, vec![Action::AssetCreate(create), move_in]);

    let mut send = |function: &str, asset: AssetId, to: Address, amount: u128| {
        let input = [&asset.0[..], &to.0, &amount.to_le_bytes()].concat();
        numbers(&succeeds(&mut chain, &bob, vec![call(contract, function, &input, 0)]).output)[0]
    };
    let insufficient = tacit_abi::INSUFFICIENT_BALANCE;
    for (amount, expected) in [(0, 0), (1, 0), (100, 0), (101, insufficient), (u128::MAX, insufficient)] {
        for function in ["pay", "send"] {
            assert_eq!(send(function, AssetId::NATIVE, contract, amount), expected, "{function} {amount}");
        }
    }
    for amount in [0, 1, u128::MAX - 1, u128::MAX] {
        assert_eq!(
            send("send", asset, contract, amount),
            0,
            "all that there is of an asset does not overflow: {amount}"
        );
    }
    assert_eq!(send("send", asset, bob.address(), 1), 0);
    assert_eq!(send("send", asset, contract, u128::MAX), insufficient);
    assert_eq!(send("send", asset, bob.address(), u128::MAX - 1), 0);
    assert_eq!(send("send", asset, bob.address(), 1), insufficient);
    assert_eq!(send("send", AssetId([9; 32]), bob.address(), 1), insufficient, "an asset that nobody made");
    // Committing compared the supplies with what everybody has.
    assert_eq!(chain.account(&contract).balance, Amount(100));
    let everything = Action::Transfer(Transfer { asset, to: alice.address(), amount: Amount(u128::MAX) });
    succeeds(&mut chain, &bob, vec![everything]);
}
