//! What the tests of tokens, the multisig and vesting share: runs with a printed seed, contracts that attack, and codes of
//! the SDK. It must never hold a rule of a contract.
#![allow(dead_code, clippy::unwrap_used)]

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::time::{SystemTime, UNIX_EPOCH};
use tacit_simulator::{Address, Chain};

/// `RolesError::MissingRole`.
pub const MISSING_ROLE: u32 = 0xFFFF_0101;
/// `PauseError::IsPaused`.
pub const IS_PAUSED: u32 = 0xFFFF_0201;
/// `SdkError::NotPayable`.
pub const NOT_PAYABLE: u32 = 0xFFFF_0002;

/// Runs random cases. The seed is printed, and `TACIT_SEED` sets it.
pub fn runner(cases: u32) -> TestRunner {
    let clock = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos().into();
    let seed: u64 = std::env::var("TACIT_SEED").map_or_else(|_| clock(), |seed| seed.parse().unwrap());
    println!("TACIT_SEED={seed}");
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[seed.to_le_bytes(); 4].concat()))
}

/// A contract written as text, with what the guests below need imported and their memory laid out: 0 is free, 512 has the
/// names that `data` lists.
pub fn guest(chain: &mut Chain, name: &str, body: &str) -> Address {
    let text = format!(
        r#"(module
        (import "v1" "caller" (func $caller (param i32)))
        (import "v1" "self_address" (func $self (param i32)))
        (import "v1" "input_len" (func $input_len (result i32)))
        (import "v1" "input_copy" (func $input_copy (param i32 i32 i32)))
        (import "v1" "return_data" (func $return_data (param i32 i32)))
        (import "v1" "storage_get" (func $get (param i32 i32 i32 i32) (result i32)))
        (import "v1" "storage_set" (func $set (param i32 i32 i32 i32) (result i32)))
        (import "v1" "emit" (func $emit (param i32 i32 i32 i32) (result i32)))
        (import "v1" "revert" (func $revert (param i32 i32 i32)))
        (import "v1" "try_call" (func $call (param i32 i32 i32 i32 i32 i32 i64 i32) (result i32)))
        (import "v1" "static_call" (func $view (param i32 i32 i32 i32 i32 i64 i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "init"))
        {body})"#
    );
    let deployer = chain.account("guests");
    let code = chain.deploy_as(name, &wat::parse_str(text).unwrap()).unwrap();
    chain.instantiate(deployer, code, &()).unwrap()
}
