//! Each cheat code does what it says, and nothing else.

use crate::guests::{panic_of, probe, token};
use tacit_simulator::{Address, Amount, AssetId, BLOCK_MS, Chain, Height, RejectCode, START_MONEY, START_MS};

#[test]
fn the_same_name_is_the_same_account_on_every_chain() {
    let mut chain = Chain::new();
    let alice = chain.account("alice");
    assert_eq!((chain.account("alice"), chain.balance(alice)), (alice, START_MONEY));
    assert_ne!(chain.account("bob"), alice);
    assert_eq!(Chain::new().account("alice"), alice);
    chain.deal(alice, Amount(1));
    chain.account("alice");
    assert_eq!(chain.balance(alice), Amount(1), "asking again funds nothing");
}

#[test]
fn a_chain_begins_at_height_one_and_a_fixed_time() {
    let (chain, _, probe) = probe();
    let mut fresh = Chain::new();
    assert_eq!((fresh.height(), fresh.time().0), (Height(1), START_MS));
    let bob = fresh.account("bob");
    fresh.transfer(bob, bob, Amount(1)).ok();
    assert_eq!((fresh.height(), fresh.time().0), (Height(2), START_MS + BLOCK_MS));
    assert_eq!(chain.view::<u64>(probe, "where", &()), Ok(3), "after deploy and instantiate");
}

#[test]
fn a_prank_acts_for_an_address_without_a_key_once() {
    let (mut chain, alice, probe) = probe();
    let nobody = Address([9; 32]);
    let root = chain.state_root();
    assert_eq!(chain.prank(nobody).call(alice, probe, "who", &()).returns::<Address>(), nobody);
    assert_eq!(chain.state_root(), root, "nothing is left of who has nothing");
    assert_eq!(chain.call(alice, probe, "who", &()).returns::<Address>(), alice, "the prank is over");
}

#[test]
fn a_prank_as_a_contract_moves_the_contracts_tokens_and_money() {
    let (mut chain, alice, bob, token) = token();
    let vault = Address([7; 32]);
    chain.label(vault, "vault");
    chain.call(alice, token, "transfer", &(vault, Amount(40))).ok();
    let outcome = chain.prank(token).call(alice, token, "transfer", &(bob, Amount(1)));
    outcome.expect_revert(1);
    assert!(outcome.step().ends_with("by token"), "{}", outcome.step());
    chain.prank(vault).call(alice, token, "transfer", &(bob, Amount(30))).ok();
    assert_eq!(chain.view::<Amount>(token, "balance_of", &(vault,)), Ok(Amount(10)));
    chain.deal(token, Amount(500));
    chain.prank(token).transfer(alice, bob, Amount(500)).ok();
    assert_eq!((chain.balance(token), chain.balance(bob).0), (Amount(0), START_MONEY.0 + 500));
    assert_eq!(chain.check_money(), Ok(()));
}

#[test]
fn a_prank_creates_contracts_and_pays() {
    let (mut chain, alice, probe) = probe();
    let code = chain.code_of(probe).unwrap();
    let nobody = Address([9; 32]);
    let made = chain.prank(nobody).instantiate(alice, code, &()).unwrap();
    chain.last().ok();
    assert_ne!(made, probe);
    chain
        .prank(nobody)
        .call_paying(alice, probe, "paid", &(), Amount(3))
        .expect_reject(RejectCode::InsufficientBalance);
    chain.deal(nobody, Amount(3));
    assert_eq!(chain.prank(nobody).call_paying(alice, probe, "paid", &(), Amount(3)).returns::<Amount>(), Amount(3));
    assert_eq!((chain.balance(nobody), chain.balance(probe)), (Amount(0), Amount(3)));
}

#[test]
fn who_has_no_key_cannot_act_without_a_prank() {
    let (mut chain, _, probe) = probe();
    let text = panic_of(|| chain.call(Address([9; 32]), probe, "who", &()));
    assert!(text.contains("has no key") && text.contains("prank"), "{text}");
}

#[test]
fn deal_sets_a_balance_and_moves_the_supply_with_it() {
    let mut chain = Chain::new();
    let (alice, bob) = (chain.account("alice"), Address([3; 32]));
    for amount in [5, 0, 7, u128::MAX >> 1] {
        chain.deal(bob, Amount(amount));
        assert_eq!((chain.balance(bob), chain.check_money()), (Amount(amount), Ok(())));
    }
    assert!(panic_of(|| chain.deal(alice, Amount::MAX)).contains("supply would exceed"));
}

#[test]
fn deal_asset_gives_what_the_cap_allows() {
    let mut chain = Chain::new();
    let (alice, bob) = (chain.account("alice"), chain.account("bob"));
    let gold = chain.create_asset(alice, "GOLD", Amount(10), Amount(100)).unwrap();
    chain.deal_asset(gold, bob, Amount(90));
    assert_eq!((chain.asset_balance(gold, alice), chain.asset_balance(gold, bob)), (Amount(10), Amount(90)));
    chain.transfer_asset(gold, bob, alice, Amount(90)).ok();
    assert_eq!((chain.asset_balance(gold, alice), chain.check_money()), (Amount(100), Ok(())));
    assert!(panic_of(|| chain.deal_asset(gold, bob, Amount(1))).contains("cap"));
    assert!(panic_of(|| chain.deal_asset(AssetId([1; 32]), bob, Amount(1))).contains("create_asset"));
    chain.deal_asset(AssetId::NATIVE, bob, Amount(2));
    assert_eq!(chain.asset_balance(AssetId::NATIVE, bob), Amount(2));
}

#[test]
fn warp_moves_what_calls_and_views_see_and_never_back() {
    let (mut chain, alice, probe) = probe();
    let start = chain.time().0;
    chain.warp(3_600_000);
    assert_eq!(chain.view::<u64>(probe, "when", &()), Ok(start + 3_600_000));
    assert_eq!(chain.call(alice, probe, "when", &()).returns::<u64>(), start + 3_600_000);
    assert_eq!(chain.call(alice, probe, "when", &()).returns::<u64>(), start + 3_600_000 + BLOCK_MS, "the usual pace");
    let far = start + 9_000_000_001;
    chain.warp_to(far);
    assert_eq!((chain.time().0, chain.call(alice, probe, "when", &()).returns::<u64>()), (far, far));
    assert!(panic_of(|| chain.warp_to(far)).contains("never goes back"));
}

#[test]
fn roll_makes_blocks_and_time_passes() {
    let (mut chain, alice, probe) = probe();
    let (height, time) = (chain.height(), chain.time());
    chain.roll(250);
    assert_eq!((chain.height().0, chain.time().0), (height.0 + 250, time.0 + 250 * BLOCK_MS));
    assert_eq!(chain.call(alice, probe, "where", &()).returns::<u64>(), height.0 + 250);
}

#[test]
fn storage_is_seen_and_written_by_the_contracts_own_keys() {
    let (mut chain, alice, probe) = probe();
    assert_eq!(chain.storage(probe, "key"), None);
    chain.call(alice, probe, "keep", &(7u32,)).ok();
    assert_eq!(chain.storage(probe, "key"), Some(vec![7, 0, 0, 0]));
    assert_eq!(chain.storage_of(probe), [(b"key".to_vec(), vec![7, 0, 0, 0])].into());
    chain.set_storage(probe, "key", Some(vec![1]));
    chain.set_storage(probe, "other", Some(vec![2]));
    chain.set_storage(probe, "key", None);
    assert_eq!(chain.storage_of(probe), [(b"other".to_vec(), vec![2])].into());
}

#[test]
fn storage_written_behind_a_tokens_back_is_what_the_token_reads() {
    let (mut chain, _, bob, token) = token();
    // The token keeps its supply under the prefix zero.
    let key = chain.storage_of(token).into_keys().next().unwrap();
    chain.set_storage(token, key, Some(5u128.to_le_bytes().to_vec()));
    assert_eq!(chain.view::<Amount>(token, "total_supply", &()), Ok(Amount(5)));
    assert_eq!(chain.view::<Amount>(token, "balance_of", &(bob,)), Ok(Amount(0)));
}

#[test]
fn gas_is_limited_as_set() {
    let (mut chain, alice, probe) = probe();
    chain.set_gas_limit(tacit_simulator::Gas(500_000));
    let outcome = chain.call(alice, probe, "spin", &());
    outcome.expect_reject(RejectCode::OutOfGas);
    assert_eq!(outcome.gas_used.0, 500_000);
    assert_eq!(chain.view_bytes(probe, "spin", &[]).unwrap_err().reject_code(), Some(RejectCode::OutOfGas));
}
