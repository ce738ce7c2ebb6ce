//! Changes of code that an authority announced, as the executor makes them, on all engines: the layouts decide, `migrate` runs
//! with what was announced, and a change that fails leaves nothing.

use super::nested::{access, bytes_at, layout};
use super::support::{Chain, module};
use crate::VmReject;
use tacit_abi::ACCESS_LAYOUT;
use tacit_types::{Address, CodeHash};

/// Code with this layout and more.
fn code(chain: &mut Chain, record: &[u8], more: &str) -> CodeHash {
    let code = module(&format!("(func (export \"run\")) {more} {}", access(&[(ACCESS_LAYOUT, record)])));
    let hash = CodeHash::of(&[&code]);
    chain.world.codes.insert(hash, code);
    hash
}

/// Stores its input under `key`.
const MIGRATE: &str = "(func (export \"migrate\") (call $input_copy (i32.const 64) (i32.const 0) (call $input_len))
    (drop (call $storage_set (i32.const 0) (i32.const 3) (i32.const 64) (call $input_len))))";

fn start() -> (Chain, Address) {
    let mut chain = Chain::new();
    let contract = chain.text(&format!("(func (export \"old\")) {}", access(&[(ACCESS_LAYOUT, &layout(1, 0, 5))])));
    (chain, contract)
}

const GAS: u64 = 2_000_000;

#[test]
fn case_53_code_that_does_not_understand_the_old_storage_is_refused_on_every_engine() {
    let (mut chain, contract) = start();
    let before = chain.world.contracts[&contract];
    for (record, more) in [
        // Another hash under the same version, an older version, one that takes over from another, one that cannot take over.
        (layout(1, 0, 6), MIGRATE),
        (layout(0, 0, 5), MIGRATE),
        (layout(3, 2, 6), MIGRATE),
        (layout(2, 1, 6), ""),
    ] {
        let new = code(&mut chain, &record, more);
        assert!(chain.upgrade(contract, new, b"input", GAS).is_none(), "{record:?}");
    }
    let bare = module("(func (export \"run\"))");
    let hash = CodeHash::of(&[&bare]);
    chain.world.codes.insert(hash, bare);
    assert!(chain.upgrade(contract, hash, &[], GAS).is_none(), "code that says nothing of its storage");
    assert_eq!(chain.world.contracts[&contract], before);
    chain.call(contract, "old", &[]).result.unwrap();
}

#[test]
fn new_code_migrates_with_what_was_announced_or_nothing_has_changed() {
    let (mut chain, contract) = start();
    let before = chain.world.contracts[&contract];
    let failing = format!("{} {MIGRATE}", bytes_at(0, b"key"))
        .replace("(call $input_len))))", "(call $input_len))) unreachable)");
    let failing = code(&mut chain, &layout(2, 1, 6), &failing);
    let outcome = chain.upgrade(contract, failing, b"input", GAS).unwrap();
    assert!(matches!(outcome.result, Err(VmReject::Trapped(_))), "{:?}", outcome.result);
    assert_eq!(chain.world.contracts[&contract], before);

    let new = code(&mut chain, &layout(2, 1, 6), &format!("{} {MIGRATE}", bytes_at(0, b"key")));
    assert_eq!(chain.upgrade(contract, new, b"input", 10_000).unwrap().result, Err(VmReject::OutOfGas));
    let outcome = chain.upgrade(contract, new, b"input", GAS).unwrap();
    assert_eq!(outcome.result, Ok(Vec::new()));
    assert_eq!(chain.world.storage[&(contract, b"key".to_vec())], b"input");
    assert_eq!(chain.world.contracts[&contract], new);
    assert_eq!(chain.call(contract, "old", &[]).result, Err(VmReject::FunctionUnknown));

    // The same layout again: nothing migrates, and nothing can be handed to it.
    let same = code(&mut chain, &layout(2, 0, 6), "(func (export \"migrate\") unreachable) (func (export \"more\"))");
    assert_eq!(chain.upgrade(contract, same, b"input", GAS).unwrap().result, Err(VmReject::FunctionUnknown));
    assert_eq!(chain.world.contracts[&contract], new);
    let outcome = chain.upgrade(contract, same, &[], GAS).unwrap();
    assert_eq!((outcome.result, outcome.gas_used.0), (Ok(Vec::new()), 0));
    chain.call(contract, "more", &[]).result.unwrap();
}
