//! What several test files share: actions as short words, contracts from text, and a transaction that must fail and
//! leave nothing behind.
#![allow(clippy::unwrap_used)]
#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::collections::BTreeMap;
use std::path::Path;
use tacit_exec::simulate::Bench;
use tacit_exec::testing::{MemoryChain, TestKey, later, sign};
use tacit_state::key;
use tacit_types::action::{Call, Deploy, Instantiate};
use tacit_types::contract::ContractPolicy;
use tacit_types::*;
use tacit_vm::{CallOutcome, Lane, Vm};

/// Enough for a deploy and many calls.
pub const GAS: Gas = Gas(60_000_000);

/// The tip that [`MemoryChain::body`] offers.
const TIP: u64 = 2;

/// A committed contract.
pub fn artifact(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts/artifacts");
    std::fs::read(folder.join(name).with_extension("wasm")).unwrap()
}

/// A contract that attacks.
pub fn hostile(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts/hostile");
    wat::parse_file(folder.join(name).with_extension("wat")).unwrap()
}

/// A module from text.
pub fn module(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

/// An address as a string of the text format.
pub fn escaped(address: &Address) -> String {
    address.0.iter().map(|byte| format!("\\{byte:02x}")).collect()
}

pub fn deploy(code: &[u8]) -> Action {
    Action::Deploy(Deploy { code: Bytes::new(code.to_vec()).unwrap() })
}

pub fn instantiate(code: &[u8], salt: u8, input: &[u8], value: u128) -> Action {
    Action::Instantiate(Instantiate {
        code_hash: CodeHash::of(&[code]),
        salt: [salt; 32],
        input: Bytes::new(input.to_vec()).unwrap(),
        value: Amount(value),
        policy: ContractPolicy::default(),
    })
}

pub fn call(contract: Address, function: &str, input: &[u8], value: u128) -> Action {
    Action::Call(Call {
        contract,
        function: Name::new(function).unwrap(),
        input: Bytes::new(input.to_vec()).unwrap(),
        value: Amount(value),
    })
}

/// Where [`instantiate`] puts a contract.
pub fn contract_at(creator: &TestKey, code: &[u8], salt: u8) -> Address {
    Address::of_contract(&creator.address(), &CodeHash::of(&[code]), &[salt; 32])
}

/// A signed transaction with much gas.
pub fn tx(chain: &MemoryChain, sender: &TestKey, actions: Vec<Action>) -> Tx {
    let mut body = chain.body(sender, actions);
    body.gas_limit = GAS;
    sign(sender, body)
}

/// What a gas costs in the next block, tip included.
pub fn price(chain: &MemoryChain) -> u128 {
    u128::from(chain.next().base_fee.0 + TIP)
}

/// A block with one transaction; its receipt.
pub fn run(chain: &mut MemoryChain, sender: &TestKey, actions: Vec<Action>) -> Receipt {
    let tx = tx(chain, sender, actions);
    chain.run(&[tx]).receipts.remove(0)
}

/// As [`run`], and it must succeed.
pub fn succeeds(chain: &mut MemoryChain, sender: &TestKey, actions: Vec<Action>) -> Receipt {
    let receipt = run(chain, sender, actions);
    assert_eq!(receipt.reject(), None, "{receipt:?}");
    receipt
}

/// As [`run`], and it must fail with `code`; see [`fails_as`].
pub fn fails(chain: &mut MemoryChain, sender: &TestKey, actions: Vec<Action>, code: RejectCode) -> Receipt {
    let tx = tx(chain, sender, actions);
    fails_as(chain, sender, tx, code)
}

/// Runs a transaction that must fail with `code`, keep exactly its fee and its sequence, and change nothing else.
pub fn fails_as(chain: &mut MemoryChain, sender: &TestKey, tx: Tx, code: RejectCode) -> Receipt {
    let (state, account, supply) = (others(chain, sender), chain.account(&sender.address()), chain.supply());
    let (price, base_fee) = (price(chain), u128::from(chain.next().base_fee.0));
    let gas_limit = tx.body.gas_limit;
    let executed = chain.run(&[tx]);
    let receipt = executed.receipts[0].clone();
    assert_eq!(receipt.reject(), Some(code), "{receipt:?}");
    assert!(receipt.events.is_empty() && receipt.output.is_empty(), "a failed body tells nothing: {receipt:?}");
    assert!(receipt.gas_used <= gas_limit, "{receipt:?}");
    assert_eq!(receipt.fee.0, u128::from(receipt.gas_used.0) * price);
    let after = chain.account(&sender.address());
    assert_eq!(after.balance.0, account.balance.0 - receipt.fee.0, "fee and nothing but the fee");
    assert_eq!(after.sequence, later(account.sequence, 1));
    assert_eq!(chain.supply(), supply - u128::from(receipt.gas_used.0) * base_fee);
    assert_eq!(others(chain, sender), state, "the failed body left something behind");
    receipt
}

/// The state without what every block changes: the sender's and the proposer's accounts, supply and fees.
fn others(chain: &MemoryChain, sender: &TestKey) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let mut entries = contents(chain);
    for key in [&chain.validators[..], std::slice::from_ref(sender)].concat() {
        entries.remove(&key::account(&key.address()));
    }
    entries.remove(&key::supply());
    entries.remove(&key::fees());
    entries
}

/// Where things are tried out on top of `chain`, on the engine's lane for views.
pub fn on_bench<T>(chain: &MemoryChain, work: impl FnOnce(&Bench<'_>) -> T) -> T {
    let vm: Vm = chain.vm.on(Lane::View);
    work(&Bench { rules: &chain.rules, vm: &vm, tip: &chain.tip, state: &chain.state })
}

/// A call that may change nothing.
pub fn view(chain: &MemoryChain, contract: Address, function: &str, input: &[u8]) -> CallOutcome {
    on_bench(chain, |bench| bench.view(contract, &Name::new(function).unwrap(), input, GAS).unwrap())
}

/// The whole state.
pub fn contents(chain: &MemoryChain) -> BTreeMap<Vec<u8>, Vec<u8>> {
    chain.state.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// A contract's storage, by its own keys.
pub fn storage(chain: &MemoryChain, contract: &Address) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let prefix = key::contract_storage(contract, &[]);
    let own = chain.state.iter().filter(|(key, _)| key.starts_with(&prefix));
    own.map(|(key, value)| (key[prefix.len()..].to_vec(), value.clone())).collect()
}

/// First words of the topics of a contract's events, as the SDK names them.
pub fn event_names(receipt: &Receipt) -> Vec<String> {
    let name = |event: &Event| match event {
        Event::Contract { topics, .. } => {
            let word = topics[0].split(|byte| *byte == 0).next().unwrap();
            String::from_utf8_lossy(word).into_owned()
        }
        other => format!("{other:?}").split([' ', '{']).next().unwrap().to_string(),
    };
    receipt.events.iter().map(name).collect()
}
