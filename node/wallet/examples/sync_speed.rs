//! How long a wallet takes to find its notes: a chain in memory of 100,000 blocks with 200,000 notes, of which 100 are the
//! wallet's, synced into sealed files on disk, then opened again and asked for a path.
//!
//! `cargo run --release -p tacit-wallet --features testing --example sync_speed -- [blocks] [own notes] [threads]`
#![allow(clippy::unwrap_used)]

use std::time::Instant;
use tacit_types::AssetId;
use tacit_wallet::Mnemonic;
use tacit_wallet::devnet::DEVNET_MNEMONIC;
use tacit_wallet::shielded::source::BlockSource;
use tacit_wallet::shielded::store::Store;
use tacit_wallet::shielded::sync::SyncOptions;
use tacit_wallet::shielded::testing::{MemoryChain, TestPayment};
use tacit_wallet::shielded::witness::witnesses;
use tacit_wallet::shielded::{ShieldedWallet, ViewingKey};

fn main() {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<u64>().unwrap());
    let blocks = arguments.next().unwrap_or(100_000);
    let own = arguments.next().unwrap_or(100);
    let threads = arguments.next().map_or(SyncOptions::default().threads, |threads| threads as usize);

    let key = Mnemonic::parse(DEVNET_MNEMONIC).unwrap().shielded(0).unwrap();
    let key = ViewingKey::Full(key.full_viewing_key().clone());
    let started = Instant::now();
    let chain = chain(blocks, own, &key);
    let notes = chain.tip().unwrap().notes;
    println!("chain      {blocks} blocks, {notes} notes, {own} of them own, made in {:.1} s", seconds(started));

    let home = tempfile::tempdir().unwrap();
    let before = resident_kib();
    let (mut peak, started) = (before, Instant::now());
    let mut wallet = ShieldedWallet::open(home.path(), key.clone(), chain.genesis_id).unwrap();
    let options = SyncOptions { threads, memos: true };
    let done = wallet.sync(&chain, options, &mut |_| peak = peak.max(resident_kib())).unwrap();
    let took = seconds(started);
    assert_eq!((done.notes, done.found), (notes, own));
    println!("sync       {took:.2} s on {threads} threads, {:.0} notes/s", notes as f64 / took);
    println!("memory     {} MiB more than before at most", (peak.saturating_sub(before)) / 1024);

    let started = Instant::now();
    let again = wallet.sync(&chain, options, &mut |_| {}).unwrap();
    println!("again      {:.3} s, {} heights", seconds(started), again.heights);
    let positions: Vec<u32> = wallet.spendable().map(|own| own.position).collect();
    let directory = Store::directory_of(home.path(), &key, chain.genesis_id);
    drop(wallet);
    let bytes: u64 = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum();
    println!("on disk    {:.1} MiB", bytes as f64 / 1_048_576.0);

    let started = Instant::now();
    let wallet = ShieldedWallet::open(home.path(), key.clone(), chain.genesis_id).unwrap();
    println!("open       {:.3} s, {} notes", seconds(started), wallet.spendable().count());
    drop(wallet);
    let (mut store, _) = Store::open(home.path(), &key, chain.genesis_id).unwrap();
    let started = Instant::now();
    let found = witnesses(&mut store, &positions).unwrap();
    println!("paths      {:.3} s for {} notes at height {}", seconds(started), found.paths.len(), found.height);
}

/// One join-split a block; the own notes are spread evenly.
fn chain(blocks: u64, own: u64, key: &ViewingKey) -> MemoryChain {
    let mut chain = MemoryChain::new(1);
    let to = key.incoming().address(0).unwrap();
    let every = blocks.checked_div(own).unwrap_or(u64::MAX).max(1);
    for height in 1..=blocks {
        let mine = height % every == 0 && height / every <= own;
        let payment = TestPayment { to: &to, asset: AssetId::NATIVE, value: 1, memo: "", from: None };
        let join_split = if mine { chain.paying([Some(payment), None], &[]) } else { chain.foreign() };
        chain.add(vec![join_split]);
    }
    chain
}

fn seconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64()
}

/// What the process holds in memory; zero where the system does not say.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()).and_then(|kib| kib.parse().ok()).unwrap_or(0)
}
