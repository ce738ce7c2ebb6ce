//! From deploy to call: state, events, output, money and gas of contracts that do as they should.

use crate::support::*;
use tacit_exec::gas;
use tacit_exec::testing::{MemoryChain, START_BALANCE, TestKey, sign};
use tacit_state::overlay::read_value;
use tacit_state::{StateRead, key, record};
use tacit_types::contract::ContractPolicy;
use tacit_types::*;
use tacit_vm::Vm;

/// A chain whose blocks are executed on two engines, which must agree.
pub fn start() -> (MemoryChain, TestKey, TestKey) {
    let mut chain = MemoryChain::new(1, 2);
    chain.second_vm = Some(Vm::interpreted().unwrap());
    let [alice, bob] = [chain.accounts[0].clone(), chain.accounts[1].clone()];
    (chain, alice, bob)
}

/// Code that is in the chain and a contract of it, in one transaction.
pub fn make(chain: &mut MemoryChain, creator: &TestKey, code: &[u8], input: &[u8]) -> Address {
    let mut body = chain.body(creator, vec![deploy(code), instantiate(code, 0, input, 0)]);
    // Deploying what is far from ordinary costs more than any call here.
    body.gas_limit = Gas(400_000_000);
    let receipt = chain.run(&[sign(creator, body)]).receipts.remove(0);
    assert_eq!(receipt.reject(), None, "{receipt:?}");
    contract_at(creator, code, 0)
}

/// Arguments of the token's `transfer`.
pub fn to(address: Address, amount: u128) -> Vec<u8> {
    [&address.0[..], &amount.to_le_bytes()].concat()
}

/// Tells the value that came with the call, keeps it, and pays out on demand.
pub const PURSE: &str = r#"(module
    (import "v1" "value" (func $value (param i32)))
    (import "v1" "caller" (func $caller (param i32)))
    (import "v1" "input_copy" (func $input_copy (param i32 i32 i32)))
    (import "v1" "transfer" (func $transfer (param i32 i32) (result i32)))
    (import "v1" "return_data" (func $return_data (param i32 i32)))
    (memory (export "memory") 1)
    (func (export "init"))
    (func (export "pay") (call $value (i32.const 0)) (call $return_data (i32.const 0) (i32.const 16)))
    (func (export "take")
        (call $caller (i32.const 0)) (call $input_copy (i32.const 32) (i32.const 0) (i32.const 16))
        (i32.store (i32.const 48) (call $transfer (i32.const 0) (i32.const 32)))
        (call $return_data (i32.const 48) (i32.const 4))))"#;

#[test]
fn a_token_is_deployed_made_and_used() {
    let (mut chain, alice, bob) = start();
    let code = artifact("token");
    let code_hash = CodeHash::of(&[&code]);
    let receipt = succeeds(&mut chain, &alice, vec![deploy(&code)]);
    assert_eq!(receipt.events.to_vec(), [Event::CodeDeployed { code_hash }]);
    assert_eq!(chain.state.get(&key::code(&code_hash)).unwrap(), Some(code.clone()));
    let load = u32::try_from(tacit_vm::validate(&code).unwrap().load_bytes()).unwrap();
    assert_eq!(chain.state.get(&key::code_load(&code_hash)).unwrap(), Some(load.to_le_bytes().to_vec()));

    let token = contract_at(&alice, &code, 3);
    let receipt = succeeds(&mut chain, &alice, vec![instantiate(&code, 3, &1_000u128.to_le_bytes(), 0)]);
    let created = Event::ContractCreated { contract: token, code_hash, creator: alice.address() };
    assert_eq!(receipt.events[0], created);
    assert_eq!(event_names(&receipt), ["ContractCreated", "Transferred"]);
    let record: record::Contract = read_value(&chain.state, &key::contract(&token)).unwrap().unwrap();
    assert_eq!(
        record,
        record::Contract {
            code_hash,
            creator: alice.address(),
            policy: ContractPolicy::default(),
            paused_until: UnixMillis(0),
            announced: None,
        }
    );

    let receipt = succeeds(&mut chain, &alice, vec![call(token, "transfer", &to(bob.address(), 400), 0)]);
    let Event::Contract { contract, data, .. } = &receipt.events[0] else { panic!("{receipt:?}") };
    let moved = [&alice.address().0[..], &bob.address().0, &400u128.to_le_bytes()].concat();
    assert_eq!((*contract, data.to_vec(), receipt.events.len()), (token, moved, 1));

    let balance = |chain: &mut MemoryChain, of: &TestKey| {
        let receipt = succeeds(chain, &bob, vec![call(token, "balance_of", &of.address().0, 0)]);
        u128::from_le_bytes(receipt.output[..].try_into().unwrap())
    };
    assert_eq!((balance(&mut chain, &alice), balance(&mut chain, &bob)), (600, 400));
    assert_eq!(storage(&chain, &token).len(), 3, "the supply and two holders");
}

#[test]
fn one_transaction_deploys_makes_and_calls_and_gives_the_last_output() {
    let (mut chain, alice, _) = start();
    let code = artifact("counter");
    let counter = contract_at(&alice, &code, 0);
    let start = 40u64.to_le_bytes();
    let step = || call(counter, "increment", &[], 0);
    let receipt = succeeds(&mut chain, &alice, vec![deploy(&code), instantiate(&code, 0, &start, 0), step(), step()]);
    assert_eq!(receipt.output.to_vec(), 42u64.to_le_bytes());
    assert_eq!(event_names(&receipt), ["CodeDeployed", "ContractCreated", "Incremented", "Incremented"]);
}

#[test]
fn later_transactions_of_a_block_see_what_earlier_ones_did() {
    let (mut chain, alice, bob) = start();
    let counter = make(&mut chain, &alice, &artifact("counter"), &0u64.to_le_bytes());
    let step = |key: &TestKey| tx(&chain, key, vec![call(counter, "increment", &[], 0)]);
    let txs = [step(&alice), step(&bob)];
    let receipts = chain.run(&txs).receipts;
    assert_eq!([receipts[0].output[0], receipts[1].output[0]], [1, 2]);
}

#[test]
fn value_reaches_the_contract_and_leaves_it_again() {
    let (mut chain, alice, bob) = start();
    let code = module(PURSE);
    let purse = contract_at(&alice, &code, 0);
    succeeds(&mut chain, &alice, vec![deploy(&code), instantiate(&code, 0, &[], 70)]);
    assert_eq!(chain.account(&purse).balance, Amount(70));
    let receipt = succeeds(&mut chain, &bob, vec![call(purse, "pay", &[], 30)]);
    assert_eq!(receipt.output.to_vec(), 30u128.to_le_bytes());
    assert_eq!(chain.account(&bob.address()).balance.0, START_BALANCE.0 - 30 - receipt.fee.0);

    let before = chain.account(&bob.address()).balance.0;
    let take = |amount: u128| call(purse, "take", &amount.to_le_bytes(), 0);
    let receipt = succeeds(&mut chain, &bob, vec![take(90)]);
    assert_eq!(receipt.output.to_vec(), 0i32.to_le_bytes());
    assert_eq!(chain.account(&bob.address()).balance.0, before + 90 - receipt.fee.0);
    let receipt = succeeds(&mut chain, &bob, vec![take(11)]);
    assert_eq!(receipt.output.to_vec(), (-3i32).to_le_bytes(), "more than it has is a code");
    succeeds(&mut chain, &bob, vec![take(10)]);
    assert_eq!(chain.state.get(&key::account(&purse)).unwrap(), None, "an empty account is no entry");
}

#[test]
fn a_plain_transfer_to_a_contract_is_money_that_it_can_spend() {
    let (mut chain, alice, bob) = start();
    let purse = make(&mut chain, &alice, &module(PURSE), &[]);
    let gift = chain.transfer(&bob, purse, 5);
    chain.run(&[gift]);
    let receipt = succeeds(&mut chain, &alice, vec![call(purse, "take", &5u128.to_le_bytes(), 0)]);
    assert_eq!(receipt.output.to_vec(), 0i32.to_le_bytes());
}

#[test]
fn the_gas_of_a_call_is_what_the_specification_adds_up() {
    let (mut chain, alice, _) = start();
    let code = module("(module (memory 3) (func (export \"run\")))");
    let empty = make(&mut chain, &alice, &code, &[]);
    let (price, before) = (price(&chain), chain.account(&alice.address()).balance.0);
    let tx = tx(&chain, &alice, vec![call(empty, "run", &[], 0)]);
    let intrinsic = gas::intrinsic(tx.encode().len(), &tx.body, &tx.witness).0;
    assert_eq!(intrinsic, 8_000 + 10 * tx.encode().len() as u64 + 20_000);
    let receipt = chain.run(&[tx]).receipts.remove(0);
    // Entering: 100,000, four gas for each byte that loading is charged as, 2,000 a page. The function itself is empty.
    let entering = 100_000 + 4 * tacit_vm::validate(&code).unwrap().load_bytes() + 3 * 2_000;
    assert_eq!(receipt.gas_used.0, intrinsic + 10_000 + entering);
    assert_eq!(receipt.fee.0, u128::from(receipt.gas_used.0) * price);
    assert_eq!(chain.account(&alice.address()).balance.0, before - receipt.fee.0, "all the rest came back");
}

#[test]
fn exactly_the_gas_that_a_call_uses_is_enough_and_one_less_is_not() {
    let (mut chain, alice, bob) = start();
    let counter = make(&mut chain, &alice, &artifact("counter"), &0u64.to_le_bytes());
    let step = || vec![call(counter, "increment", &[], 0)];
    let used = succeeds(&mut chain, &bob, step()).gas_used;
    let with = |chain: &MemoryChain, gas: Gas| {
        let mut body = chain.body(&bob, step());
        body.gas_limit = gas;
        sign(&bob, body)
    };
    let short = with(&chain, Gas(used.0 - 1));
    let receipt = fails_as(&mut chain, &bob, short, RejectCode::OutOfGas);
    assert_eq!(receipt.gas_used, Gas(used.0 - 1));
    let exact = with(&chain, used);
    let receipt = chain.run(&[exact]).receipts.remove(0);
    assert_eq!((receipt.reject(), receipt.gas_used, receipt.output[0]), (None, used, 2));
}

#[test]
fn deploying_costs_its_length_and_shape_and_again_only_its_length() {
    let (mut chain, alice, bob) = start();
    let code = module("(module (memory 1) (func (export \"a\")) (func (export \"b\")) (func))");
    let length = code.len() as u64;
    for (key, functions) in [(&alice, 3), (&bob, 0), (&alice, 0)] {
        let before = storage_of_code(&chain, &code);
        let tx = tx(&chain, key, vec![deploy(&code)]);
        let intrinsic = gas::intrinsic(tx.encode().len(), &tx.body, &tx.witness).0;
        let receipt = chain.run(&[tx]).receipts.remove(0);
        // The body of each function ends in one join and one place, at which three values wait.
        let function = 20_000 + 4_000 + 5_000 + 3 + 3 * 40;
        assert_eq!(receipt.gas_used.0, intrinsic + 2_000_000 + 1_000 * length + function * functions);
        assert_eq!(receipt.events.to_vec(), [Event::CodeDeployed { code_hash: CodeHash::of(&[&code]) }]);
        assert!(before.is_none_or(|stored| stored == code));
    }
    assert_eq!(storage_of_code(&chain, &code), Some(code));
}

fn storage_of_code(chain: &MemoryChain, code: &[u8]) -> Option<Vec<u8>> {
    chain.state.get(&key::code(&CodeHash::of(&[code]))).unwrap()
}

#[test]
fn one_code_gives_a_contract_for_each_creator_and_salt() {
    let (mut chain, alice, bob) = start();
    let code = artifact("counter");
    succeeds(&mut chain, &alice, vec![deploy(&code)]);
    let makers = [(&alice, 0), (&alice, 1), (&bob, 0)];
    for (number, (key, salt)) in (10u64..).zip(makers) {
        succeeds(&mut chain, key, vec![instantiate(&code, salt, &number.to_le_bytes(), 0)]);
    }
    for (number, (key, salt)) in (10u64..).zip(makers) {
        let counter = contract_at(key, &code, salt);
        let receipt = succeeds(&mut chain, &alice, vec![call(counter, "get", &[], 0)]);
        assert_eq!(receipt.output.to_vec(), number.to_le_bytes());
    }
}

#[test]
fn code_without_init_is_made_with_nothing_to_hand_to_it() {
    let (mut chain, alice, _) = start();
    let code = module("(module (memory 1) (func (export \"run\")))");
    succeeds(&mut chain, &alice, vec![deploy(&code), instantiate(&code, 0, &[], 9)]);
    assert_eq!(chain.account(&contract_at(&alice, &code, 0)).balance, Amount(9));
    fails(&mut chain, &alice, vec![instantiate(&code, 1, &[1], 0)], RejectCode::FunctionUnknown);
}

#[test]
fn a_long_output_is_cut_at_the_receipts_limit() {
    let (mut chain, alice, _) = start();
    let code = module(
        r#"(module (import "v1" "return_data" (func $return_data (param i32 i32))) (memory 1)
            (func (export "long") (memory.fill (i32.const 0) (i32.const 7) (i32.const 5000))
                (call $return_data (i32.const 0) (i32.const 5000))))"#,
    );
    let contract = make(&mut chain, &alice, &code, &[]);
    let receipt = succeeds(&mut chain, &alice, vec![call(contract, "long", &[], 0)]);
    assert_eq!(receipt.output.to_vec(), vec![7; 4_096]);
}
