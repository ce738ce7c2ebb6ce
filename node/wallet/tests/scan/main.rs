//! What a wallet knows of the chain: scanning, healing, crashes, spends, paths and balances, against a chain in memory.
#![allow(missing_docs, clippy::unwrap_used)]

mod attacks;
mod balances;
mod crash;
mod damage;
mod sync;
mod witness;

use std::path::Path;
use tacit_types::AssetId;
use tacit_wallet::Mnemonic;
use tacit_wallet::shielded::source::BlockSource;
use tacit_wallet::shielded::store::Store;
use tacit_wallet::shielded::sync::{SyncOptions, Synced};
use tacit_wallet::shielded::testing::{MemoryChain, TestPayment};
use tacit_wallet::shielded::{ShieldedAddress, ShieldedWallet, SpendingKey, ViewingKey};
use tacit_wallet::{WalletError, devnet::DEVNET_MNEMONIC};

/// Shielded account `index` of the well-known words.
pub fn account(index: u32) -> SpendingKey {
    Mnemonic::parse(DEVNET_MNEMONIC).unwrap().shielded(index).unwrap()
}

pub fn full(index: u32) -> ViewingKey {
    ViewingKey::Full(account(index).full_viewing_key().clone())
}

pub fn address(index: u32, diversified: u64) -> ShieldedAddress {
    account(index).full_viewing_key().address(diversified).unwrap()
}

/// A native payment that only its receiver can read.
pub fn pay(to: &ShieldedAddress, value: u128) -> Option<TestPayment<'_>> {
    Some(TestPayment { to, asset: AssetId::NATIVE, value, memo: "", from: None })
}

/// A chain of `heights`, each with two join-splits of other people, where account 0 receives 1, 2, 3.. every `every`th.
pub fn busy_chain(heights: u64, every: u64) -> MemoryChain {
    let mut chain = MemoryChain::new(7);
    let to = address(0, 3);
    let mut value = 0;
    for height in 1..=heights {
        let first = chain.foreign();
        let second = if height % every == 0 {
            value += 1;
            chain.paying([pay(&to, value), None], &[])
        } else {
            chain.foreign()
        };
        chain.add(vec![first, second]);
    }
    chain
}

/// A chain of full blocks, 128 notes each; the last output of every `every`th is account 0's, worth 1, 2, 3..
pub fn dense_chain(heights: u64, every: u64) -> MemoryChain {
    let mut chain = MemoryChain::new(9);
    let to = address(0, 3);
    for height in 1..=heights {
        let mut join_splits: Vec<_> = (0..63).map(|_| chain.foreign()).collect();
        let own = height.is_multiple_of(every).then(|| chain.paying([None, pay(&to, (height / every).into())], &[]));
        join_splits.push(own.unwrap_or_else(|| chain.foreign()));
        chain.add(join_splits);
    }
    chain
}

/// Two threads, whatever machine the tests run on.
pub fn options() -> SyncOptions {
    SyncOptions { threads: 2, memos: true }
}

pub fn open(root: &Path, key: ViewingKey, chain: &MemoryChain) -> ShieldedWallet {
    ShieldedWallet::open(root, key, chain.genesis_id).unwrap()
}

pub fn sync(wallet: &mut ShieldedWallet, source: &dyn BlockSource) -> Result<Synced, WalletError> {
    wallet.sync(source, options(), &mut |_| {})
}

/// A wallet that knows the whole chain.
pub fn synced(root: &Path, key: ViewingKey, chain: &MemoryChain) -> ShieldedWallet {
    let mut wallet = open(root, key, chain);
    sync(&mut wallet, chain).unwrap();
    wallet
}

/// Native money that can be spent.
pub fn spendable(wallet: &ShieldedWallet) -> u128 {
    wallet.balances().get(&AssetId::NATIVE).map_or(0, |balance| balance.spendable)
}

/// The files of segments, sorted by height.
pub fn segment_files(root: &Path, key: &ViewingKey, chain: &MemoryChain) -> Vec<std::path::PathBuf> {
    let directory = Store::directory_of(root, key, chain.genesis_id);
    let files = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let is_segment = |path: &std::path::PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with("seg-");
    let mut files: Vec<_> = files.filter(is_segment).collect();
    files.sort();
    files
}
