//! Issued assets, in accounts and in the pool.

use crate::support::*;
use tacit_exec::testing::{MemoryChain, TestKey};
use tacit_state::{Change, WriteSet};
use tacit_types::action::Transfer;
use tacit_types::asset::{AssetCreate, AssetMint, Sweep, asset_id};
use tacit_types::*;

fn create(supply: u128, cap: u128) -> Action {
    let symbol = Name::new("GOLD").unwrap();
    Action::AssetCreate(AssetCreate { symbol, decimals: 6, supply: Amount(supply), cap: Amount(cap) })
}

fn mint(asset: AssetId, to: Address, amount: u128) -> Action {
    Action::AssetMint(AssetMint { asset, to, amount: Amount(amount) })
}

fn pay(asset: AssetId, to: Address, amount: u128) -> Action {
    Action::Transfer(Transfer { asset, to, amount: Amount(amount) })
}

fn with_gold() -> (MemoryChain, TestKey, AssetId) {
    let (mut chain, issuer) = rich_pool();
    let gold = asset_id(&issuer.address(), chain.account(&issuer.address()).sequence, 0);
    let tx = by_account(&chain, &issuer, vec![create(1_000, 1_500)]);
    assert_eq!(codes(&mut chain, &[tx]), [0]);
    assert_eq!(chain.asset_balance(&gold, &issuer.address()), 1_000);
    (chain, issuer, gold)
}

#[test]
fn an_asset_is_made_minted_up_to_its_cap_and_paid_with() {
    let (mut chain, issuer, gold) = with_gold();
    let holder = Address([1; 32]);
    let tx = by_account(
        &chain,
        &issuer,
        vec![mint(gold, holder, 500), pay(gold, holder, 400), pay(gold, issuer.address(), 600)],
    );
    assert_eq!(codes(&mut chain, &[tx]), [0]);
    assert_eq!((chain.asset_balance(&gold, &holder), chain.asset_balance(&gold, &issuer.address())), (900, 600));
    for (actions, code) in [
        (vec![mint(gold, holder, 1)], RejectCode::AssetCapExceeded),
        (vec![mint(gold, holder, u128::MAX)], RejectCode::AssetCapExceeded),
        (vec![create(2, 1)], RejectCode::AssetCapExceeded),
        (vec![pay(gold, holder, 601)], RejectCode::InsufficientBalance),
        (vec![pay(AssetId([4; 32]), holder, 1)], RejectCode::AssetUnknown),
        (vec![mint(AssetId([4; 32]), holder, 1)], RejectCode::AssetUnknown),
        (vec![mint(AssetId::NATIVE, holder, 1)], RejectCode::AssetUnknown),
    ] {
        let tx = by_account(&chain, &issuer, actions);
        assert_eq!(body_failure(&mut chain, tx), code);
    }
    let stranger = chain.accounts[1].clone();
    let tx = by_account(&chain, &stranger, vec![mint(gold, holder, 1)]);
    assert_eq!(body_failure(&mut chain, tx), RejectCode::AssetNotIssued);
}

#[test]
fn numbers_outside_their_bounds_are_refused_alone() {
    let (mut chain, issuer) = rich_pool();
    let odd = |decimals, cap| {
        let symbol = Name::new("ODD").unwrap();
        Action::AssetCreate(AssetCreate { symbol, decimals, supply: Amount(0), cap: Amount(cap) })
    };
    for (action, code) in [
        (odd(39, 1), RejectCode::OutOfBounds),
        (odd(0, 0), RejectCode::OutOfBounds),
        (mint(AssetId([4; 32]), Address([1; 32]), 0), RejectCode::ZeroAmount),
    ] {
        let tx = by_account(&chain, &issuer, vec![action]);
        assert_eq!(refusal(&mut chain, tx), code);
    }
}

#[test]
fn an_asset_goes_through_the_pool_and_only_what_went_in_comes_out() {
    let (mut chain, issuer, gold) = with_gold();
    let shield = by_account(&chain, &issuer, vec![action(join_split(&chain, 20, into_pool(gold, 700)))]);
    assert_eq!(codes(&mut chain, &[shield]), [0]);
    assert_eq!((chain.turnstile(&gold), chain.asset_balance(&gold, &issuer.address())), (700, 300));
    let to = Address([1; 32]);
    let body = vec![
        action(join_split(&chain, 21, fee())),
        action(join_split(&chain, 22, out_of_pool(gold, 600))),
        Action::Sweep(Sweep { asset: gold, to }),
    ];
    let tx = by_nobody(&chain, body);
    assert_eq!(codes(&mut chain, &[tx]), [0]);
    assert_eq!((chain.turnstile(&gold), chain.asset_balance(&gold, &to)), (100, 600));
    // Native money cannot pay for what the pool lacks of another asset.
    let tx = by_account(&chain, &issuer, vec![action(join_split(&chain, 23, out_of_pool(gold, 101)))]);
    assert_eq!(body_failure(&mut chain, tx), RejectCode::TurnstileExceeded);
}

#[test]
fn an_asset_made_by_nobody_goes_into_the_pool_at_once() {
    let (mut chain, _) = rich_pool();
    let payment = join_split(&chain, 20, fee());
    let creator = payment.one_time_address();
    let silver = asset_id(&creator, Sequence(0), 1);
    let body = vec![action(payment), create(500, 500), action(join_split(&chain, 21, into_pool(silver, 500)))];
    let tx = by_nobody(&chain, body);
    assert_eq!(codes(&mut chain, &[tx]), [0]);
    assert_eq!(chain.turnstile(&silver), 500);
}

#[test]
fn attack_49_one_spend_key_in_two_transactions_makes_two_assets_and_not_one_twice() {
    let (mut chain, _) = rich_pool();
    let holder = Address([1; 32]);
    let mut made = Vec::new();
    for number in [20, 21] {
        let mut payment = join_split(&chain, number, fee());
        payment.spend_key = spend_key(20);
        let asset = asset_id(&payment.one_time_address(), Sequence(0), 1);
        let tx = by_nobody(&chain, vec![action(payment), create(500, 500), pay(asset, holder, 500)]);
        assert_eq!(codes(&mut chain, &[tx]), [0]);
        made.push(asset);
    }
    assert_ne!(made[0], made[1]);
    assert_eq!([chain.asset_balance(&made[0], &holder), chain.asset_balance(&made[1], &holder)], [500, 500]);
}

#[test]
fn an_asset_that_exists_is_never_made_again() {
    let (mut chain, issuer) = rich_pool();
    let next = asset_id(&issuer.address(), chain.account(&issuer.address()).sequence, 0);
    let record = tacit_state::record::Asset {
        issuer: Address([9; 32]),
        symbol: Name::new("OLD").unwrap(),
        decimals: 0,
        supply: Amount(0),
        cap: Amount(0),
    };
    let change = Change { key: tacit_state::key::asset(&next), old: None, new: Some(codec::encode(&record)) };
    chain.state.apply(&WriteSet(vec![change]));
    let tx = by_account(&chain, &issuer, vec![create(1_000, 1_500)]);
    assert_eq!(body_failure(&mut chain, tx), RejectCode::IdTaken);
}
