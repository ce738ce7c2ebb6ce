//! Code that a timelock changes: a contract that leaves its upgrades to a timelock, whose proposer is a multisig or a governor.

use crate::assembly::{Action, Assembly, DAY, DELAY, EXECUTED, Governed, TOO_EARLY, WAS_CANCELLED, action};
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

/// What `announce_upgrade` of the SDK's module takes at most: a code's hash, and the length and bytes of `migrate`'s input.
const ANNOUNCEMENT: usize = 32 + 4 + 1024;

/// A contract that is upgraded as the SDK's module does it, in text: its owner announces code with the input of `migrate`,
/// and applies it. `version` is that of its layout; `seen` says what `migrate` got.
fn announced(version: u8) -> Vec<u8> {
    let (number, from) = (u32::from(version), u32::from(version - 1));
    let layout = escaped(&[&[3_u8][..], &[40], &number.to_le_bytes(), &from.to_le_bytes(), &[version; 32]].concat());
    let text = format!(
        r#"(module
        (import "v1" "caller" (func $caller (param i32)))
        (import "v1" "input_len" (func $input_len (result i32)))
        (import "v1" "input_copy" (func $input_copy (param i32 i32 i32)))
        (import "v1" "return_data" (func $return_data (param i32 i32)))
        (import "v1" "storage_get" (func $get (param i32 i32 i32 i32) (result i32)))
        (import "v1" "storage_set" (func $set (param i32 i32 i32 i32) (result i32)))
        (import "v1" "revert" (func $revert (param i32 i32 i32)))
        (import "v1" "set_code" (func $set_code (param i32 i32 i32 i64) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 4096) "owner") (data (i32.const 4104) "next") (data (i32.const 4112) "seen")
        (@custom "tacit.access" "{layout}")
        (func $require (param $holds i32)
            (if (i32.eqz (local.get $holds)) (then (call $revert (i32.const {NOT_OWNER}) (i32.const 0) (i32.const 0)))))
        (func $same (param $at i32) (result i32)
            (i64.eq (i64.load (i32.add (local.get $at) (i32.const 2048))) (i64.load (i32.add (local.get $at) (i32.const 2176)))))
        (func $only_owner
            (call $caller (i32.const 2048))
            (drop (call $get (i32.const 4096) (i32.const 5) (i32.const 2176) (i32.const 32)))
            (call $require (i32.and (i32.and (call $same (i32.const 0)) (call $same (i32.const 8)))
                (i32.and (call $same (i32.const 16)) (call $same (i32.const 24))))))
        (func (export "init") (call $input_copy (i32.const 0) (i32.const 0) (i32.const 32))
            (drop (call $set (i32.const 4096) (i32.const 5) (i32.const 0) (i32.const 32))))
        (func (export "announce_upgrade")
            (call $only_owner)
            (call $require (i32.eq (call $input_len) (i32.const {ANNOUNCEMENT})))
            (call $input_copy (i32.const 0) (i32.const 0) (i32.const {ANNOUNCEMENT}))
            (drop (call $set (i32.const 4104) (i32.const 4) (i32.const 0) (i32.const {ANNOUNCEMENT}))))
        (func (export "apply_upgrade")
            (call $only_owner)
            (drop (call $get (i32.const 4104) (i32.const 4) (i32.const 0) (i32.const {ANNOUNCEMENT})))
            (call $require (i32.eqz (call $set_code (i32.const 0) (i32.const 36) (i32.const 1024) (i64.const 3000000)))))
        (func (export "migrate")
            (call $require (i32.eq (call $input_len) (i32.const 1024)))
            (call $input_copy (i32.const 0) (i32.const 0) (i32.const 1024))
            (drop (call $set (i32.const 4112) (i32.const 4) (i32.const 0) (i32.const 1024))))
        (func (export "seen")
            (drop (call $get (i32.const 4112) (i32.const 4) (i32.const 0) (i32.const 1024)))
            (call $return_data (i32.const 0) (i32.const 1024))))"#
    );
    wat::parse_str(text).unwrap()
}

/// A contract of the first layout that obeys only the timelock, the code of the second, and how it is announced and applied
/// with the longest input.
fn to_be_announced(chain: &mut Chain, timelock: Address) -> (Address, CodeHash, [Vec<Action>; 2]) {
    let [first, next] = [1, 2].map(|version| chain.deploy_as("announced", &announced(version)).unwrap());
    let creator = chain.account("creator");
    let policy = ContractPolicy { upgrade: UpgradePolicy::Governed, pause: None };
    let options = InstantiateOptions::new().policy(policy);
    let contract = chain.instantiate_with(creator, first, &(timelock,), options).unwrap();
    let announce = vec![action(contract, "announce_upgrade", &(next.0, vec![7_u8; 1024]))];
    let apply = vec![action(contract, "apply_upgrade", &(next.0, 3_000_000_u64))];
    assert_eq!(announce[0].2.len(), ANNOUNCEMENT);
    (contract, next, [announce, apply])
}

#[test]
fn a_governor_announces_and_applies_code_with_the_longest_input_of_its_migration() {
    let mut all = Assembly::new();
    let (contract, next, [announce, apply]) = to_be_announced(&mut all.chain, all.timelock);
    for calls in [announce, apply] {
        assert_ne!(all.chain.code_of(contract), Some(next));
        let proposal = all.pass(&calls);
        all.queue(proposal, &calls).ok();
        all.chain.warp(DELAY);
        all.execute(proposal, &calls).ok();
        assert_eq!(all.state(proposal), EXECUTED);
    }
    assert_eq!(all.chain.code_of(contract), Some(next));
    assert_eq!(all.chain.view::<[u8; 1024]>(contract, "seen", &()), Ok([7; 1024]));
}

#[test]
fn a_council_announces_and_applies_code_with_the_longest_input_of_its_migration() {
    let mut world = World::new();
    let (contract, next, [announce, apply]) = to_be_announced(&mut world.chain, world.timelock);
    for calls in [announce, apply] {
        world.decide("schedule", &(calls.clone(), [1_u8; 32], DELAY)).ok();
        world.chain.warp(DELAY);
        world.execute(&calls).ok();
    }
    assert_eq!(world.chain.code_of(contract), Some(next));
    assert_eq!(world.chain.view::<[u8; 1024]>(contract, "seen", &()), Ok([7; 1024]));
}
