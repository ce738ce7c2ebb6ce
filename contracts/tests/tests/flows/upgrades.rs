//! Code that a timelock changes: a contract that leaves its upgrades to a timelock, whose proposer is a multisig.

use crate::assembly::{Action, DAY, DELAY, TOO_EARLY, WAS_CANCELLED, action};
use tacit_contract_tests::code::MISSING_ROLE;
use tacit_contract_tests::{deploy, guest::escaped};
use tacit_simulator::{Address, Amount, Chain, CodeHash, InstantiateOptions, Outcome, encode};
use tacit_types::contract::{ContractPolicy, UpgradePolicy};

/// What the contract below says to whom it does not obey.
const NOT_OWNER: u32 = 77;

/// A contract with an owner, written in text: `version` says which code it is, `change` sets other code for its owner. The
/// storage layout is the same in all versions.
fn versioned(version: u8) -> Vec<u8> {
    let layout = escaped(&[&[3_u8][..], &[40], &1_u32.to_le_bytes(), &0_u32.to_le_bytes(), &[5; 32]].concat());
    let text = format!(
        r#"(module
        (import "v1" "caller" (func $caller (param i32)))
        (import "v1" "input_copy" (func $input_copy (param i32 i32 i32)))
        (import "v1" "return_data" (func $return_data (param i32 i32)))
        (import "v1" "storage_get" (func $get (param i32 i32 i32 i32) (result i32)))
        (import "v1" "storage_set" (func $set (param i32 i32 i32 i32) (result i32)))
        (import "v1" "revert" (func $revert (param i32 i32 i32)))
        (import "v1" "set_code" (func $set_code (param i32 i32 i32 i64) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 512) "owner") (data (i32.const 520) "\{version:02x}")
        (@custom "tacit.access" "{layout}")
        (func (export "init") (call $input_copy (i32.const 0) (i32.const 0) (i32.const 32))
            (drop (call $set (i32.const 512) (i32.const 5) (i32.const 0) (i32.const 32))))
        (func (export "version") (call $return_data (i32.const 520) (i32.const 1)))
        (func $differ (param $at i32) (result i32)
            (i64.ne (i64.load (i32.add (local.get $at) (i32.const 64))) (i64.load (i32.add (local.get $at) (i32.const 128)))))
        (func (export "change")
            (call $caller (i32.const 64))
            (drop (call $get (i32.const 512) (i32.const 5) (i32.const 128) (i32.const 32)))
            (if (i32.or (i32.or (call $differ (i32.const 0)) (call $differ (i32.const 8)))
                    (i32.or (call $differ (i32.const 16)) (call $differ (i32.const 24))))
                (then (call $revert (i32.const {NOT_OWNER}) (i32.const 0) (i32.const 0))))
            (call $input_copy (i32.const 0) (i32.const 0) (i32.const 32))
            (if (i32.ne (call $set_code (i32.const 0) (i32.const 0) (i32.const 0) (i64.const 1000000)) (i32.const 0))
                (then (call $revert (i32.const 78) (i32.const 0) (i32.const 0))))))"#
    );
    wat::parse_str(text).unwrap()
}

struct World {
    chain: Chain,
    /// Leaves its code to the timelock.
    contract: Address,
    timelock: Address,
    council: Address,
    owners: [Address; 3],
    next: CodeHash,
}

impl World {
    fn new() -> Self {
        Self::with(true)
    }

    /// Where the timelock is not open, the council alone executes.
    fn with(is_open: bool) -> Self {
        let mut chain = Chain::new();
        let mut owners = ["alice", "bob", "carol"].map(|name| chain.account(name));
        owners.sort();
        let code = deploy(&mut chain, "multisig");
        let council = chain.instantiate(owners[0], code, &(owners.to_vec(), 2_u8)).unwrap();
        let code = deploy(&mut chain, "timelock");
        let people = (vec![council], vec![council], vec![council], is_open, DELAY);
        let timelock = chain.instantiate(owners[0], code, &people).unwrap();
        let code = chain.deploy_as("first", &versioned(1)).unwrap();
        let next = chain.deploy_as("second", &versioned(2)).unwrap();
        let policy = ContractPolicy { upgrade: UpgradePolicy::Governed, pause: None };
        let options = InstantiateOptions::new().policy(policy);
        let contract = chain.instantiate_with(owners[0], code, &(timelock,), options).unwrap();
        Self { chain, contract, timelock, council, owners, next }
    }

    fn change(&self) -> Vec<Action> {
        vec![action(self.contract, "change", &(self.next.0,))]
    }

    fn version(&self) -> u8 {
        self.chain.view(self.contract, "version", &()).unwrap()
    }

    /// Two of three decide about a call of the timelock.
    fn decide(&mut self, function: &str, arguments: &impl borsh::BorshSerialize) -> Outcome {
        let call = (0_u8, self.timelock, function, encode(arguments), Amount(0), 0_u64);
        let until = self.chain.time().0 + DAY;
        let id: u64 = self.chain.call(self.owners[0], self.council, "propose", &(call, until)).returns();
        self.chain.call(self.owners[1], self.council, "confirm", &(id,)).ok();
        self.chain.call(self.owners[1], self.council, "execute", &(id,))
    }

    fn execute(&mut self, calls: &[Action]) -> Outcome {
        self.chain.call(self.owners[2], self.timelock, "execute", &(calls, [1_u8; 32]))
    }
}

#[test]
fn code_changes_after_two_owners_and_two_days_and_not_before() {
    let mut world = World::new();
    let calls = world.change();
    world.decide("schedule", &(calls.clone(), [1_u8; 32], DELAY)).ok();
    world.execute(&calls).expect_revert(TOO_EARLY);
    assert_eq!(world.version(), 1);
    world.chain.warp(DELAY);
    world.execute(&calls).ok();
    assert_eq!((world.version(), world.chain.code_of(world.contract)), (2, Some(world.next)));
}

#[test]
fn nobody_changes_code_around_the_timelock() {
    let mut world = World::new();
    let (alice, contract, next) = (world.owners[0], world.contract, world.next.0);
    world.chain.call(alice, contract, "change", &(next,)).expect_revert(NOT_OWNER);
    let calls = world.change();
    world.chain.call(alice, world.timelock, "schedule", &(calls, [1_u8; 32], DELAY)).expect_revert(MISSING_ROLE);
    // The council itself is not the owner either: what it decides waits.
    world.chain.prank(world.council).call(alice, contract, "change", &(next,)).expect_revert(NOT_OWNER);
    assert_eq!(world.version(), 1);
}

#[test]
fn a_change_that_was_called_off_in_time_never_happens() {
    let mut world = World::new();
    let calls = world.change();
    world.decide("schedule", &(calls.clone(), [1_u8; 32], DELAY)).ok();
    let operation: [u8; 32] = world.chain.view(world.timelock, "hash", &(calls.clone(), [1_u8; 32])).unwrap();
    world.decide("cancel", &(operation,)).ok();
    world.chain.warp(DELAY);
    world.execute(&calls).expect_revert(WAS_CANCELLED);
    assert_eq!(world.version(), 1);
}

#[test]
fn a_council_that_alone_executes_can_change_the_timelock_itself() {
    let mut world = World::with(false);
    // What a timelock does to itself, it defers until nothing runs any more: whoever calls it must let it.
    let calls = vec![action(world.timelock, "set_minimum_delay", &(3 * DAY,))];
    world.decide("schedule", &(calls.clone(), [1_u8; 32], DELAY)).ok();
    world.chain.warp(DELAY);
    world.execute(&calls).expect_revert(MISSING_ROLE);
    world.decide("execute", &(calls, [1_u8; 32])).ok();
    assert_eq!(world.chain.view::<u64>(world.timelock, "minimum_delay", &()), Ok(3 * DAY));
}

#[test]
fn a_contract_that_is_said_to_be_immutable_is_so_for_its_timelock_too() {
    let mut world = World::new();
    let code = world.chain.code_of(world.contract).unwrap();
    world.contract = world.chain.instantiate(world.owners[0], code, &(world.timelock,)).unwrap();
    let calls = world.change();
    world.decide("schedule", &(calls.clone(), [1_u8; 32], DELAY)).ok();
    world.chain.warp(DELAY);
    world.execute(&calls).expect_revert(78);
    assert_eq!(world.version(), 1);
}
