//! What each function does, and every error.

use crate::*;

#[test]
fn tokens_are_made_in_sequence_with_a_reference_and_a_royalty() {
    let mut world = World::new(10);
    let [alice, bob, _] = world.who;
    world.mint(alice, TEN_PERCENT).ok().expect_event("Transferred", &(Address([0; 32]), alice, 0u64));
    assert_eq!(world.mint(bob, 0).ok().returns::<u64>(), 1);
    let reference: Option<String> = world.chain.view(world.nft, "reference_of", &(0u64,)).unwrap();
    assert_eq!(reference.as_deref(), Some("ipfs://stone"));
    assert_eq!(world.royalty_of(0, 1_009), (world.admin, Amount(100)));
    assert_eq!(world.royalty_of(1, 1_009), (world.admin, Amount(0)));
    let name: String = world.chain.view(world.nft, "name", &()).unwrap();
    assert_eq!(name, "Stones");
    assert_eq!(world.chain.view::<u64>(world.nft, "cap", &()), Ok(10));
}

#[test]
fn a_holder_gives_its_token_and_nobody_elses() {
    let mut world = World::new(10);
    let [alice, bob, carol] = world.who;
    world.mint(alice, 0).ok();
    world.transfer(bob, carol, 0).expect_revert(NOT_OWNER);
    world.transfer(alice, bob, 1).expect_revert(UNKNOWN_TOKEN);
    world.transfer(alice, Address([0; 32]), 0).expect_revert(NO_RECEIVER);
    world.transfer(alice, bob, 0).ok().expect_event("Transferred", &(alice, bob, 0u64));
    assert_eq!(world.owner_of(0), Some(bob));
    assert_eq!(world.chain.view::<u64>(world.nft, "moves_of", &(0u64,)), Ok(1));
}

#[test]
fn an_approved_account_moves_one_token_once() {
    let mut world = World::new(10);
    let [alice, bob, carol] = world.who;
    world.mint(alice, 0).ok();
    world.approve(bob, 0, Some(carol)).expect_revert(NOT_OWNER);
    world.approve(alice, 9, Some(carol)).expect_revert(UNKNOWN_TOKEN);
    world.transfer_from(bob, alice, carol, 0).expect_revert(NOT_ALLOWED);
    world.approve(alice, 0, Some(bob)).ok().expect_event("Approved", &(alice, Some(bob), 0u64));
    assert_eq!(world.chain.view::<bool>(world.nft, "can_move", &(bob, 0u64)), Ok(true));
    assert_eq!(world.chain.view::<Option<Address>>(world.nft, "approved_of", &(0u64,)), Ok(Some(bob)));
    world.transfer_from(bob, alice, carol, 0).ok();
    assert_eq!(world.chain.view::<bool>(world.nft, "can_move", &(bob, 0u64)), Ok(false));
    world.transfer_from(bob, carol, bob, 0).expect_revert(NOT_ALLOWED);
}

#[test]
fn an_operator_moves_everything_until_it_may_not() {
    let mut world = World::new(10);
    let [alice, bob, carol] = world.who;
    world.mint(alice, 0).ok();
    world.mint(alice, 0).ok();
    world.chain.call(alice, world.nft, "set_operator", &(alice, true)).expect_revert(OWN_OPERATOR);
    let set = world.chain.call(alice, world.nft, "set_operator", &(bob, true));
    set.ok().expect_event("OperatorSet", &(alice, bob, true));
    assert_eq!(world.chain.view::<bool>(world.nft, "is_operator", &(alice, bob)), Ok(true));
    world.transfer_from(bob, alice, carol, 0).ok();
    world.chain.call(alice, world.nft, "set_operator", &(bob, false)).ok();
    world.transfer_from(bob, alice, carol, 1).expect_revert(NOT_ALLOWED);
}

#[test]
fn a_token_is_destroyed_by_its_holder_only_and_its_id_never_comes_again() {
    let mut world = World::new(2);
    let [alice, bob, _] = world.who;
    world.mint(alice, 0).ok();
    world.chain.call(bob, world.nft, "burn", &(0u64,)).expect_revert(NOT_OWNER);
    let burnt = world.chain.call(alice, world.nft, "burn", &(0u64,));
    burnt.ok().expect_event("Transferred", &(alice, Address([0; 32]), 0u64));
    world.chain.call(alice, world.nft, "burn", &(0u64,)).expect_revert(UNKNOWN_TOKEN);
    assert_eq!(world.chain.view::<u64>(world.nft, "total_supply", &()), Ok(0));
    assert_eq!(world.mint(alice, 0).ok().returns::<u64>(), 1);
    world.mint(alice, 0).expect_revert(CAP_REACHED);
}

#[test]
fn only_minters_make_tokens_and_only_sound_ones() {
    let mut world = World::new(1);
    let [alice, ..] = world.who;
    let call = world.chain.call(alice, world.nft, "mint", &(alice, "x", alice, 0u128));
    call.expect_revert(MISSING_ROLE);
    world.mint(alice, TEN_PERCENT + 1).expect_revert(ROYALTY_TOO_HIGH);
    world.mint(Address([0; 32]), 0).expect_revert(NO_RECEIVER);
    world.mint(alice, 0).ok();
    world.mint(alice, 0).expect_revert(CAP_REACHED);
}

#[test]
fn a_royalty_falls_by_its_keeper_and_never_rises() {
    let mut world = World::new(1);
    let [alice, ..] = world.who;
    world.mint(alice, TEN_PERCENT / 2).ok();
    let mut lower = |who, token: u64, rate: u128| world.chain.call(who, world.nft, "lower_royalty", &(token, rate));
    lower(alice, 0, 0).expect_revert(MISSING_ROLE);
    lower(world.admin, 7, 0).expect_revert(UNKNOWN_TOKEN);
    lower(world.admin, 0, TEN_PERCENT / 2 + 1).expect_revert(ROYALTY_ONLY_FALLS);
    lower(world.admin, 0, TEN_PERCENT / 4).ok().expect_event("RoyaltyLowered", &(0u64, TEN_PERCENT / 4));
    lower(world.admin, 0, TEN_PERCENT / 2).expect_revert(ROYALTY_ONLY_FALLS);
    assert_eq!(world.royalty_of(0, 1_000), (world.admin, Amount(25)));
    let unknown = world.chain.view::<(Address, Amount)>(world.nft, "royalty_of", &(7u64, 1u128));
    assert_eq!(unknown.unwrap_err().contract_code(), Some(UNKNOWN_TOKEN));
}

#[test]
fn lists_come_in_pages_that_together_have_everything_once() {
    let mut world = World::new(100);
    let [alice, bob, _] = world.who;
    for _ in 0..35 {
        world.mint(alice, 0).ok();
    }
    world.mint(bob, 0).ok();
    let first = world.tokens_of(alice, None);
    assert_eq!(first, (0..32).collect::<Vec<u64>>());
    assert_eq!(world.tokens_of(alice, Some(31)), [32, 33, 34]);
    assert_eq!(world.tokens_of(bob, None), [35]);
    assert_eq!(world.tokens_of(bob, Some(35)), []);
    let page: Vec<(u64, Address)> = world.chain.view(world.nft, "tokens", &(Some(31u64),)).unwrap();
    assert_eq!(page, [(32, alice), (33, alice), (34, alice), (35, bob)]);
}
