//! A contract that changes its own code by the SDK's modules `roles` and `upgrade`, as the compiler made both versions.

use tacit_contract_tests::code::{
    CODE_UNKNOWN, LAYOUT_DIFFERS, MISSING_ROLE, NOT_ANNOUNCED, UPGRADE_EXPIRED, UPGRADE_FORBIDDEN, UPGRADE_TOO_EARLY,
};
use tacit_contract_tests::{deploy, module};
use tacit_simulator::{
    Address, Amount, Chain, CodeHash, ContractPolicy, Failure, InstantiateOptions, Outcome, RejectCode, UpgradePolicy,
    encode,
};

const DAY: u64 = 24 * 3_600_000;
/// `upgrade::DELAY` and `upgrade::VALID` of the SDK.
const DELAY: u64 = 2 * DAY;
const VALID: u64 = 14 * DAY;
/// `Error::TooMuch` of the second version.
const TOO_MUCH: u32 = 1;
const GAS: u64 = 5_000_000;
const PRICE: Amount = Amount(5);

struct World {
    chain: Chain,
    admin: Address,
    upgrader: Address,
    tariff: Address,
    old: CodeHash,
    next: CodeHash,
}

impl World {
    fn new() -> Self {
        Self::with(UpgradePolicy::Governed)
    }

    fn with(upgrade: UpgradePolicy) -> Self {
        let mut chain = Chain::new();
        let (admin, upgrader) = (chain.account("admin"), chain.account("upgrader"));
        let [old, next] = ["tariff", "tariff_next"].map(|name| deploy(&mut chain, name));
        let options = InstantiateOptions::new().policy(ContractPolicy { upgrade, pause: None });
        let tariff = chain.instantiate_with(admin, old, &(upgrader, PRICE), options).unwrap();
        Self { chain, admin, upgrader, tariff, old, next }
    }

    fn announce(&mut self, by: Address, code: CodeHash, discount: u128) -> Outcome {
        self.chain.call(by, self.tariff, "announce_upgrade", &(code.0, encode(&(Amount(discount),))))
    }

    fn apply(&mut self, by: Address, code: CodeHash) -> Outcome {
        self.chain.call(by, self.tariff, "apply_upgrade", &(code.0, GAS))
    }

    fn code(&self) -> Option<CodeHash> {
        self.chain.code_of(self.tariff)
    }

    fn discount(&self) -> Result<Amount, Failure> {
        self.chain.view(self.tariff, "discount", &())
    }
}

#[test]
fn announced_code_runs_after_two_days_with_the_migration_that_was_announced() {
    let mut world = World::new();
    let (upgrader, next) = (world.upgrader, world.next);
    let from = world.chain.time().0 + DELAY;
    let input = encode(&(Amount(2),));
    world.announce(upgrader, next, 2).ok().expect_event("UpgradeAnnounced", &(next.0, from, input.clone()));
    let announced: Option<([u8; 32], u64, Vec<u8>)> = world.chain.view(world.tariff, "announced_upgrade", &()).unwrap();
    assert_eq!(announced, Some((next.0, from, input)));
    world.chain.warp_to(from - 1);
    world.apply(upgrader, next).expect_revert(UPGRADE_TOO_EARLY);
    assert_eq!(world.code(), Some(world.old));
    world.chain.warp_to(from);
    world.apply(upgrader, next).ok().expect_event("Upgraded", &(next.0,));
    assert_eq!((world.code(), world.discount()), (Some(next), Ok(Amount(2))));

    // What the first version stored is there: the price, and who may do what.
    let (chain, tariff, admin) = (&mut world.chain, world.tariff, world.admin);
    assert_eq!(chain.view(tariff, "price", &()), Ok(PRICE));
    chain.call(admin, tariff, "set_price", &(Amount(9),)).ok();
    chain.call(upgrader, tariff, "set_price", &(Amount(1),)).expect_revert(MISSING_ROLE);
    assert_eq!(chain.view(tariff, "announced_upgrade", &()), Ok(None::<([u8; 32], u64, Vec<u8>)>));
}

#[test]
fn a_migration_that_refuses_its_input_takes_the_whole_change_back() {
    let mut world = World::new();
    let (upgrader, next) = (world.upgrader, world.next);
    world.announce(upgrader, next, 6).ok();
    world.chain.warp(DELAY);
    world.apply(upgrader, next).expect_revert(TOO_MUCH);
    assert_eq!(world.code(), Some(world.old));
    // It is still announced, and with a higher price it can be done.
    world.chain.call(world.admin, world.tariff, "set_price", &(Amount(6),)).ok();
    world.apply(upgrader, next).ok();
    assert_eq!(world.discount(), Ok(Amount(6)));
}

#[test]
fn only_upgraders_announce_and_apply_and_only_the_administrator_cancels() {
    let mut world = World::new();
    let (admin, upgrader, next) = (world.admin, world.upgrader, world.next);
    let stranger = world.chain.account("stranger");
    for other in [admin, stranger] {
        world.announce(other, next, 1).expect_revert(MISSING_ROLE);
    }
    world.announce(upgrader, next, 1).ok();
    world.chain.warp(DELAY);
    for other in [admin, stranger] {
        world.apply(other, next).expect_revert(MISSING_ROLE);
    }
    for other in [upgrader, stranger] {
        world.chain.call(other, world.tariff, "cancel_upgrade", &()).expect_revert(MISSING_ROLE);
    }
    world.chain.call(admin, world.tariff, "cancel_upgrade", &()).ok().expect_event("UpgradeCancelled", &(next.0,));
    world.apply(upgrader, next).expect_revert(NOT_ANNOUNCED);
    // The chain's own actions are for contracts under another policy.
    world.chain.announce(admin, world.tariff, next, &(Amount(1),)).expect_reject(RejectCode::PolicyForbids);
    world.chain.upgrade(upgrader, world.tariff).expect_reject(RejectCode::PolicyForbids);
    // And nobody runs a migration from outside.
    world.chain.call(upgrader, world.tariff, "migrate", &(Amount(1),)).expect_reject(RejectCode::FunctionUnknown);
    assert_eq!(world.code(), Some(world.old));
}

#[test]
fn an_announcement_waits_again_when_its_input_changes_and_ends_after_two_weeks() {
    let mut world = World::new();
    let (upgrader, next) = (world.upgrader, world.next);
    world.announce(upgrader, next, 1).ok();
    world.chain.warp(DELAY);
    world.announce(upgrader, next, 5).ok();
    world.apply(upgrader, next).expect_revert(UPGRADE_TOO_EARLY);
    world.chain.warp(DELAY + VALID);
    world.apply(upgrader, next).expect_revert(UPGRADE_EXPIRED);
    assert_eq!(world.code(), Some(world.old));
}

#[test]
fn code_that_is_not_there_or_does_not_know_the_layout_is_refused() {
    let mut world = World::new();
    let upgrader = world.upgrader;
    let unknown = CodeHash([9; 32]);
    let counter = deploy(&mut world.chain, "counter");
    assert_eq!(counter, CodeHash::of(&[&module("counter")]));
    for (code, refusal) in [(unknown, CODE_UNKNOWN), (counter, LAYOUT_DIFFERS)] {
        world.announce(upgrader, code, 1).ok();
        world.chain.warp(DELAY);
        world.apply(upgrader, code).expect_revert(refusal);
        assert_eq!(world.code(), Some(world.old));
    }
    // Once the second version runs, the first cannot come back.
    let (old, next) = (world.old, world.next);
    world.announce(upgrader, next, 1).ok();
    world.chain.warp(DELAY);
    world.apply(upgrader, next).ok();
    world.announce(upgrader, old, 1).ok();
    world.chain.warp(DELAY);
    world.apply(upgrader, old).expect_revert(LAYOUT_DIFFERS);
    assert_eq!(world.code(), Some(next));
}

#[test]
fn a_contract_under_another_policy_cannot_change_itself() {
    let admin = Chain::new().account("admin");
    for policy in [UpgradePolicy::Immutable, UpgradePolicy::Timelocked { admin, delay_ms: DAY }] {
        let mut world = World::with(policy);
        let (upgrader, next) = (world.upgrader, world.next);
        world.announce(upgrader, next, 1).ok();
        world.chain.warp(DELAY);
        world.apply(upgrader, next).expect_revert(UPGRADE_FORBIDDEN);
        assert_eq!(world.code(), Some(world.old));
    }
}

#[test]
fn too_little_gas_for_the_migration_changes_nothing() {
    let mut world = World::new();
    let (upgrader, next) = (world.upgrader, world.next);
    world.announce(upgrader, next, 1).ok();
    world.chain.warp(DELAY);
    let outcome = world.chain.call(upgrader, world.tariff, "apply_upgrade", &(next.0, 1_000_u64));
    assert!(outcome.result.is_err());
    assert_eq!(world.code(), Some(world.old));
    world.apply(upgrader, next).ok();
    assert_eq!(world.code(), Some(next));
}
