//! What a contract's policy allows is done by the chain, and nothing that it does not allow.

use crate::guests::{artifact, token};
use tacit_simulator::actions::{Bytes, ContractUpgrade, UpgradeAnnounce};
use tacit_simulator::{
    Action, Address, Amount, Chain, CodeHash, ContractPolicy, InstantiateOptions, KeyId, PausePolicy, RejectCode,
    UpgradePolicy,
};

const HOUR: u64 = 3_600_000;

/// A contract of Alice's, which Bob may stop, and the second version of its code.
fn tariff() -> (Chain, Address, Address, Address, CodeHash) {
    let mut chain = Chain::new();
    let (alice, bob) = (chain.account("alice"), chain.account("bob"));
    let [old, new] = ["tariff", "tariff_next"].map(|name| chain.deploy_as(name, &artifact(name)).unwrap());
    let policy = ContractPolicy {
        upgrade: UpgradePolicy::Timelocked { admin: alice, delay_ms: HOUR },
        pause: Some(PausePolicy { pauser: bob, unpauser: alice, longest_ms: HOUR }),
    };
    let options = InstantiateOptions::new().policy(policy);
    let tariff = chain.instantiate_with(alice, old, &(alice, Amount(5)), options).unwrap();
    (chain, alice, bob, tariff, new)
}

#[test]
fn only_whom_the_policy_names_changes_or_stops_a_contract() {
    let (mut chain, alice, bob, tariff, new) = tariff();
    chain.announce(bob, tariff, new, &(Amount(1),)).expect_reject(RejectCode::PolicyForbids);
    chain.pause(alice, tariff, HOUR).expect_reject(RejectCode::PolicyForbids);
    chain.pause(bob, tariff, HOUR + 1).expect_reject(RejectCode::PolicyForbids);
    chain.pause(bob, tariff, HOUR).ok();
    chain.unpause(bob, tariff).expect_reject(RejectCode::PolicyForbids);
    chain.warp(HOUR);
    chain.call(alice, tariff, "set_price", &(Amount(6),)).ok();
    chain.announce(alice, tariff, new, &(Amount(1),)).ok();
    chain.warp(HOUR);
    chain.upgrade(bob, tariff).expect_reject(RejectCode::PolicyForbids);
    chain.prank(alice).upgrade(bob, tariff).ok();
    assert_eq!(chain.code_of(tariff), Some(new));
}

#[test]
fn a_migration_that_fails_leaves_the_old_code_and_a_snapshot_brings_it_back_too() {
    let (mut chain, alice, _, tariff, new) = tariff();
    let old = chain.code_of(tariff);
    // More than the price: the new code refuses it.
    chain.announce(alice, tariff, new, &(Amount(6),)).ok();
    chain.warp(HOUR);
    chain.upgrade(alice, tariff).expect_revert(1);
    assert_eq!(chain.code_of(tariff), old);
    chain.announce(alice, tariff, new, &(Amount(5),)).ok();
    chain.warp(HOUR);
    let point = chain.snapshot();
    let upgraded = chain.upgrade(alice, tariff);
    assert!(upgraded.ok().step().contains("upgrade of tariff"), "{}", upgraded.step());
    chain.revert(&point);
    assert_eq!(chain.code_of(tariff), old);
}

#[test]
fn several_actions_of_a_policy_fit_into_one_transaction() {
    let (mut chain, alice, _, tariff, new) = tariff();
    let input = Bytes::new(tacit_simulator::encode(&(Amount(1),))).unwrap();
    let announce = Action::UpgradeAnnounce(UpgradeAnnounce { contract: tariff, code_hash: new, input });
    let upgrade = Action::ContractUpgrade(ContractUpgrade { contract: tariff });
    chain.transact(alice, vec![announce, upgrade]).expect_reject(RejectCode::UpgradeNotReady);
    chain.upgrade(alice, tariff).expect_reject(RejectCode::UpgradeNotReady);
}

#[test]
fn a_key_that_somebody_contributed_to_is_registered_and_bytes_that_are_none_are_refused() {
    let (mut chain, alice, _, _) = token();
    let refused = chain.register_key(alice, &[7; 64]).unwrap_err();
    assert_eq!(refused.reject_code(), Some(RejectCode::KeyInvalid));
    let key = key();
    assert_eq!(chain.register_key(alice, &key), Ok(KeyId::of(&[&key])));
}

/// The verifying key of a circuit that circom and snarkjs made.
fn key() -> Vec<u8> {
    let text = include_str!("../../../../circuits/vectors/foreign.json");
    let from = text.find("\"key\"").unwrap() + 5;
    let rest = &text[from..];
    let end = rest.find(if rest.trim_start_matches([':', ' ']).starts_with('[') { ']' } else { ',' }).unwrap();
    rest[..end].split('"').filter(|part| part.len() > 8).flat_map(|part| hex::decode(part).unwrap()).collect()
}
