//! Losses that collections of tokens have had, each tried.

use crate::*;
use tacit_simulator::RejectCode;

/// A forgotten approval must not open the token of the next holder.
#[test]
fn stale_approval_after_a_sale() {
    let mut world = World::new(1);
    let [alice, bob, carol] = world.who;
    world.mint(alice, 0).ok();
    world.approve(alice, 0, Some(carol)).ok();
    world.transfer(alice, bob, 0).ok();
    world.transfer_from(carol, bob, carol, 0).expect_revert(NOT_ALLOWED);
    // Also when it comes back to whom allowed it once.
    world.transfer(bob, alice, 0).ok();
    world.transfer_from(carol, alice, carol, 0).expect_revert(NOT_ALLOWED);
}

/// An operator of one holder must not move another's token by naming the wrong holder.
#[test]
fn operator_of_a_former_holder() {
    let mut world = World::new(1);
    let [alice, bob, carol] = world.who;
    world.mint(alice, 0).ok();
    world.chain.call(alice, world.nft, "set_operator", &(carol, true)).ok();
    world.transfer(alice, bob, 0).ok();
    world.transfer_from(carol, alice, carol, 0).expect_revert(NOT_OWNER);
    world.transfer_from(carol, bob, carol, 0).expect_revert(NOT_ALLOWED);
}

/// Receive hooks let a minter be entered again and make more than the cap; here a receiver's code never runs.
#[test]
fn reentrancy_through_a_receive_hook() {
    let mut world = World::new(1);
    // A contract that cannot be called at all receives as anybody does.
    let silent = wat::parse_str(r#"(module (memory 1) (func (export "init")))"#).unwrap();
    let code = world.chain.deploy(&silent).unwrap();
    let receiver = world.chain.instantiate(world.admin, code, &()).unwrap();
    world.mint(receiver, 0).ok();
    assert_eq!(world.owner_of(0), Some(receiver));
    world.mint(receiver, 0).expect_revert(CAP_REACHED);
}

/// A transfer to oneself must neither copy nor lose a token.
#[test]
fn duplication_by_a_transfer_to_oneself() {
    let mut world = World::new(1);
    let [alice, ..] = world.who;
    world.mint(alice, 0).ok();
    world.transfer(alice, alice, 0).ok();
    assert_eq!(world.tokens_of(alice, None), [0]);
    assert_eq!(world.chain.view::<u64>(world.nft, "balance_of", &(alice,)), Ok(1));
}

/// Destroying and making again must not bring an id back with old approvals or another royalty.
#[test]
fn resurrection_of_a_destroyed_token() {
    let mut world = World::new(2);
    let [alice, bob, _] = world.who;
    world.mint(alice, 0).ok();
    world.approve(alice, 0, Some(bob)).ok();
    world.chain.call(alice, world.nft, "burn", &(0u64,)).ok();
    world.mint(alice, 0).ok();
    assert_eq!(world.owner_of(0), None);
    world.transfer_from(bob, alice, bob, 0).expect_revert(NOT_ALLOWED);
    world.transfer(alice, bob, 0).expect_revert(UNKNOWN_TOKEN);
    world.transfer_from(bob, alice, bob, 1).expect_revert(NOT_ALLOWED);
}

/// A holder of many tokens must not make a call too dear for others: every list ends after a page.
#[test]
fn griefing_by_an_unbounded_list() {
    let mut world = World::new(200);
    let [alice, bob, _] = world.who;
    for _ in 0..40 {
        world.mint(alice, 0).ok();
    }
    let few = world.transfer(alice, bob, 3).ok().gas_used;
    for _ in 0..80 {
        world.mint(alice, 0).ok();
    }
    let many = world.transfer(alice, bob, 4).ok().gas_used;
    assert!(many.0 < few.0 * 3 / 2, "{many:?} after {few:?}");
    assert_eq!(world.tokens_of(alice, None).len(), 32);
}

/// The administrator gives roles, but has no way to anybody's token.
#[test]
fn an_administrator_who_takes_tokens() {
    let mut world = World::new(1);
    let ([alice, ..], admin) = (world.who, world.admin);
    world.mint(alice, TEN_PERCENT).ok();
    world.transfer_from(admin, alice, admin, 0).expect_revert(NOT_ALLOWED);
    world.chain.call(admin, world.nft, "burn", &(0u64,)).expect_revert(NOT_OWNER);
    world.approve(admin, 0, Some(admin)).expect_revert(NOT_OWNER);
}

/// Money that is sent along by mistake would be lost: it is refused.
#[test]
fn money_sent_to_a_function_that_takes_none() {
    let mut world = World::new(1);
    let [alice, bob, _] = world.who;
    world.mint(alice, 0).ok();
    let call = world.chain.call_paying(alice, world.nft, "transfer", &(bob, 0u64), Amount(5));
    call.expect_revert(tacit_contract_tests::code::NOT_PAYABLE).expect_reject(RejectCode::ContractReverted);
    assert_eq!(world.owner_of(0), Some(alice));
}
