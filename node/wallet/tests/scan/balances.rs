//! Balances and history: what was received, sent, given back, spent, and what is on its way.

use super::{account, address, full, open, pay, spendable, sync, synced};
use tacit_types::shielded::PublicValue;
use tacit_types::{Amount, AssetId, TxId};
use tacit_wallet::shielded::balance::ShieldedBalance;
use tacit_wallet::shielded::history::Kind;
use tacit_wallet::shielded::pending::PendingTx;
use tacit_wallet::shielded::testing::{MemoryChain, TestPayment};

const GOLD: AssetId = AssetId([9; 32]);

#[test]
fn a_life_of_a_wallet_is_told_in_order() {
    let mut chain = MemoryChain::new(3);
    let home = tempfile::tempdir().unwrap();
    let (own, shop) = (address(0, 5), address(1, 0));
    let key = account(0);
    let ovk = key.full_viewing_key().outgoing();
    let payment = |to, asset, value, memo| Some(TestPayment { to, asset, value, memo, from: Some(ovk) });

    let mut shield = chain.paying([pay(&own, 1_000), None], &[]);
    shield.public_value = PublicValue::In { asset: AssetId::NATIVE, amount: Amount(1_000) };
    chain.add(vec![shield]);
    let gift = TestPayment { to: &own, asset: GOLD, value: 7, memo: "welcome", from: None };
    let gift = chain.paying([None, Some(gift)], &[]);
    chain.add(vec![gift]);
    let mut wallet = synced(home.path(), full(0), &chain);
    let nullifiers: Vec<_> = wallet.spendable().map(|own| own.nullifier.unwrap()).collect();

    // 600 to the shop, 350 back, and 50 for the fee.
    let outputs = [payment(&shop, AssetId::NATIVE, 600, "two books"), payment(&own, AssetId::NATIVE, 350, "")];
    let mut buy = chain.paying(outputs, &nullifiers[..1]);
    buy.public_value = PublicValue::Out { asset: AssetId::NATIVE, amount: Amount(50) };
    // In the same transaction, gold leaves the pool.
    let mut leave = chain.paying([None, None], &nullifiers[1..]);
    (leave.tx_id, leave.action) = (buy.tx_id, 1);
    leave.public_value = PublicValue::Out { asset: GOLD, amount: Amount(7) };
    chain.add(vec![buy, leave]);
    sync(&mut wallet, &chain).unwrap();

    let told: Vec<_> = wallet
        .history()
        .iter()
        .map(|line| (line.height, line.kind, line.asset, line.amount, line.memo.clone(), line.to))
        .collect();
    let native = AssetId::NATIVE;
    assert_eq!(
        told,
        [
            (1, Kind::Shielded, native, 1_000, None, Some(own)),
            (2, Kind::Received, GOLD, 7, Some("welcome".to_owned()), Some(own)),
            (3, Kind::Fee, native, 50, None, None),
            (3, Kind::Sent, native, 600, Some("two books".to_owned()), Some(shop)),
            (3, Kind::Change, native, 350, Some("two books".to_owned()), Some(own)),
            (3, Kind::Unshielded, GOLD, 7, None, None),
        ]
    );
    let balances = wallet.balances();
    assert_eq!(balances[&native], ShieldedBalance { spendable: 350, spent: 1_000, notes: 1, ..Default::default() });
    assert_eq!(balances[&GOLD], ShieldedBalance { spent: 7, ..Default::default() });

    // The shop sees what it got and nothing of the rest.
    let shop_home = tempfile::tempdir().unwrap();
    let shop_wallet = synced(shop_home.path(), full(1), &chain);
    let told: Vec<_> = shop_wallet.history().iter().map(|line| (line.kind, line.amount, line.memo.clone())).collect();
    assert_eq!(told, [(Kind::Received, 600, Some("two books".to_owned()))]);
}

#[test]
fn history_from_the_seed_alone_is_the_same() {
    let mut chain = MemoryChain::new(4);
    let home = tempfile::tempdir().unwrap();
    let own = address(0, 5);
    for value in 1..6 {
        let join_split = chain.paying([pay(&own, value), None], &[]);
        chain.add(vec![join_split]);
        let wallet = synced(home.path(), full(0), &chain);
        let spend = wallet.spendable().next().and_then(|own| own.nullifier).unwrap();
        let back = chain.paying([pay(&own, 10 * value), None], &[spend]);
        chain.add(vec![back]);
    }
    let grown = synced(home.path(), full(0), &chain);
    let fresh = tempfile::tempdir().unwrap();
    let restored = synced(fresh.path(), full(0), &chain);
    assert_eq!(restored.history(), grown.history());
    assert_eq!(restored.balances(), grown.balances());
    assert!(restored.history().iter().any(|line| line.kind == Kind::Change));
}

#[test]
fn what_is_on_its_way_is_neither_spendable_nor_lost() {
    let mut chain = MemoryChain::new(5);
    let home = tempfile::tempdir().unwrap();
    let own = address(0, 0);
    for value in [100, 20] {
        let join_split = chain.paying([pay(&own, value), None], &[]);
        chain.add(vec![join_split]);
    }
    let mut wallet = synced(home.path(), full(0), &chain);
    let nullifier = wallet.spendable().next().and_then(|own| own.nullifier).unwrap();
    let tx = PendingTx {
        tx_id: TxId([1; 32]),
        expiry: 10,
        nullifiers: vec![nullifier],
        change: vec![(AssetId::NATIVE, 60)],
    };
    wallet.add_pending(tx.clone()).unwrap();
    let native = |wallet: &tacit_wallet::shielded::ShieldedWallet| wallet.balances()[&AssetId::NATIVE];
    let leaving = ShieldedBalance { spendable: 20, leaving: 100, returning: 60, spent: 0, notes: 1 };
    assert_eq!(native(&wallet), leaving);
    assert_eq!(wallet.spendable().count(), 1, "a note on its way is not offered again");
    drop(wallet);
    let mut wallet = open(home.path(), full(0), &chain);
    assert_eq!(native(&wallet), leaving, "it is remembered");

    // Refused by the node.
    wallet.remove_pending(&tx.tx_id).unwrap();
    assert_eq!(spendable(&wallet), 120);
    wallet.add_pending(tx).unwrap();

    // Included: spent, and the change is there.
    let mut included = chain.clone();
    let join_split = included.paying([pay(&own, 60), None], &[nullifier]);
    included.add(vec![join_split]);
    sync(&mut wallet, &included).unwrap();
    assert_eq!(native(&wallet), ShieldedBalance { spendable: 80, spent: 100, notes: 2, ..Default::default() });
    drop(wallet);

    // Never included: free again after its last height.
    let other = tempfile::tempdir().unwrap();
    let mut wallet = synced(other.path(), full(0), &chain);
    let tx = PendingTx { tx_id: TxId([2; 32]), expiry: 10, nullifiers: vec![nullifier], change: Vec::new() };
    wallet.add_pending(tx).unwrap();
    chain.skip(8);
    sync(&mut wallet, &chain).unwrap();
    assert_eq!(spendable(&wallet), 20, "height 10 may still include it");
    chain.skip(1);
    sync(&mut wallet, &chain).unwrap();
    assert_eq!(spendable(&wallet), 120);
}

#[test]
fn accounts_of_one_mnemonic_have_separate_money() {
    let mut chain = MemoryChain::new(6);
    let addresses: Vec<_> = (0..4).map(|index| address(index, u64::from(index))).collect();
    for (value, to) in (1..).zip(&addresses) {
        let join_split = chain.paying([pay(to, value), None], &[]);
        chain.add(vec![join_split]);
    }
    let home = tempfile::tempdir().unwrap();
    for (index, value) in (0..4).zip(1..) {
        assert_eq!(spendable(&synced(home.path(), full(index), &chain)), value);
    }
}
