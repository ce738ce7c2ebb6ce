//! Scanning: everything that is one's own is found once, whatever the chain looks like and however often one stops.

use super::{account, address, busy_chain, dense_chain, full, open, options, pay, spendable, sync, synced};
use proptest::prelude::*;
use tacit_types::AssetId;
use tacit_wallet::WalletError;
use tacit_wallet::shielded::source::BlockSource;
use tacit_wallet::shielded::testing::{Faulty, MemoryChain, Random};
use tacit_wallet::shielded::{ShieldedWallet, ViewingKey};

#[test]
fn every_own_note_is_found_and_nobody_elses() {
    let chain = busy_chain(2_500, 50);
    let home = tempfile::tempdir().unwrap();
    let mut wallet = open(home.path(), full(0), &chain);
    let mut last = (0, 0);
    let done = wallet
        .sync(&chain, options(), &mut |progress| {
            if let tacit_wallet::shielded::sync::SyncProgress::Scanning { done, total, .. } = progress {
                assert!(done <= total && done >= last.0, "progress only grows");
                last = (done, total);
            }
        })
        .unwrap();
    assert_eq!((done.heights, done.notes, done.found), (2_500, 10_000, 50));
    assert_eq!(last, (2_500, 2_500));
    assert_eq!(spendable(&wallet), (1..=50).sum::<u128>());
    assert_eq!(spendable(&synced(home.path(), full(1), &chain)), 0, "account 1 received nothing");
    let again = sync(&mut wallet, &chain).unwrap();
    assert_eq!((again.heights, again.found, again.repairs.len()), (0, 0, 0), "there is nothing left to do");
}

#[test]
fn a_sync_that_is_cut_off_goes_on_where_it_stopped() {
    let mut chain = busy_chain(3_000, 100);
    chain.page_blocks = 37;
    let home = tempfile::tempdir().unwrap();
    let mut rounds = 0;
    let (mut pages, mut heights) = (0, 0);
    loop {
        let mut wallet = open(home.path(), full(0), &chain);
        let source = Faulty::new(&chain, 60);
        let outcome = sync(&mut wallet, &source);
        pages += 60 - source.left();
        rounds += 1;
        match outcome {
            Ok(done) => {
                heights += done.heights;
                assert_eq!(spendable(&wallet), (1..=30).sum::<u128>());
                break;
            }
            Err(error) => assert!(matches!(error, WalletError::Client(_)), "{error}"),
        }
        assert!(rounds < 20, "no progress is made");
    }
    assert!(rounds > 1, "the source never failed");
    assert!(pages < 2 * 3_000 / 37 + 60, "{pages} pages: what was stored is not fetched again");
    assert!(heights < 3_000, "the last round did not begin anew");
}

#[test]
fn notes_before_the_birthday_are_not_looked_for_and_the_tree_is_still_complete() {
    let chain = busy_chain(6_000, 100);
    let home = tempfile::tempdir().unwrap();
    let mut wallet = open(home.path(), full(0), &chain);
    wallet.set_birthday(5_500).unwrap();
    let done = sync(&mut wallet, &chain).unwrap();
    assert!(done.heights < 6_001);
    let found: Vec<u128> = wallet.spendable().map(|own| own.note.value).collect();
    assert!(found.ends_with(&[55, 56, 57, 58, 59, 60]), "{found:?}");
}

#[test]
fn a_birthday_deep_in_the_chain_saves_most_of_the_work() {
    // The first subtree is full at height 512, so that nothing below is needed.
    let mut chain = dense_chain(1_700, 500);
    let to = address(0, 0);
    let join_split = chain.paying([pay(&to, 9), None], &[]);
    chain.add(vec![join_split]);
    let home = tempfile::tempdir().unwrap();
    let mut wallet = open(home.path(), full(0), &chain);
    wallet.set_birthday(1_690).unwrap();
    let done = sync(&mut wallet, &chain).unwrap();
    assert!(done.heights <= 1_012, "{} heights were scanned", done.heights);
    let again = sync(&mut wallet, &chain).unwrap();
    assert_eq!(again.heights, 0, "and not again");
    assert_eq!(spendable(&wallet), 9 + 3 + 2, "what is scanned for the tree's sake is looked at");
    wallet.set_birthday(1).unwrap();
    sync(&mut wallet, &chain).unwrap();
    assert_eq!(spendable(&wallet), 9 + 3 + 2 + 1, "an earlier birthday finds what lies before");
}

#[test]
fn a_wallet_that_follows_the_chain_keeps_few_segments() {
    let mut chain = busy_chain(10, 1);
    let home = tempfile::tempdir().unwrap();
    let mut wallet = synced(home.path(), full(0), &chain);
    let to = address(0, 8);
    for value in 0..120 {
        let join_split = chain.paying([pay(&to, value), None], &[]);
        chain.add(vec![join_split]);
        chain.skip(value as u64 % 3);
        sync(&mut wallet, &chain).unwrap();
    }
    let files = super::segment_files(home.path(), &full(0), &chain);
    assert_eq!(files.len(), 1, "{files:?}");
    assert_eq!(spendable(&wallet), 55 + (0..120).sum::<u128>());
}

#[test]
fn another_chain_and_another_wallets_folder_are_refused() {
    let chain = busy_chain(20, 5);
    let home = tempfile::tempdir().unwrap();
    let mut wallet = synced(home.path(), full(0), &chain);
    let other = MemoryChain::new(8);
    let error = sync(&mut wallet, &other).unwrap_err();
    assert!(matches!(error, WalletError::OtherChain { .. }), "{error}");
    assert_eq!(spendable(&wallet), 10, "nothing was lost");
    drop(wallet);
    assert_eq!(spendable(&open(home.path(), full(0), &other)), 0, "another chain has another folder");
}

#[test]
fn two_processes_do_not_work_on_one_wallet_at_a_time() {
    let chain = busy_chain(20, 5);
    let home = tempfile::tempdir().unwrap();
    let wallet = open(home.path(), full(0), &chain);
    let busy = ShieldedWallet::open(home.path(), full(0), chain.genesis_id).map(|_| ()).unwrap_err();
    assert!(matches!(busy, WalletError::Busy { .. }), "{busy}");
    drop(wallet);
    open(home.path(), full(0), &chain);
}

#[test]
fn an_incoming_key_finds_the_same_notes_and_says_that_it_sees_no_spends() {
    let mut chain = busy_chain(200, 20);
    let home = tempfile::tempdir().unwrap();
    let wallet = synced(home.path(), full(0), &chain);
    let nullifier = wallet.spendable().next().unwrap().nullifier.unwrap();
    let spend = chain.paying([None, None], &[nullifier]);
    chain.add(vec![spend]);
    let incoming = ViewingKey::Incoming(account(0).full_viewing_key().incoming().clone());
    let watching = synced(home.path(), incoming, &chain);
    assert!(!watching.sees_spends());
    assert_eq!(spendable(&watching), 55, "it cannot know that one was spent");
    drop(wallet);
    let wallet = synced(home.path(), full(0), &chain);
    assert!(wallet.sees_spends());
    assert_eq!(spendable(&wallet), 54);
}

#[test]
fn without_memos_everything_is_found_but_the_memos() {
    let mut chain = MemoryChain::new(1);
    let to = address(0, 0);
    let payment = tacit_wallet::shielded::testing::TestPayment {
        to: &to,
        asset: AssetId::NATIVE,
        value: 5,
        memo: "rent",
        from: None,
    };
    let join_split = chain.paying([Some(payment), None], &[]);
    chain.add(vec![join_split]);
    for (memos, memo) in [(true, Some("rent")), (false, None)] {
        let home = tempfile::tempdir().unwrap();
        let mut wallet = open(home.path(), full(0), &chain);
        let options = tacit_wallet::shielded::sync::SyncOptions { memos, ..options() };
        wallet.sync(&chain, options, &mut |_| {}).unwrap();
        assert_eq!(wallet.history()[0].memo.as_deref(), memo);
    }
}

#[test]
fn a_node_that_is_behind_takes_nothing_away() {
    let mut chain = busy_chain(100, 10);
    let behind = chain.clone();
    let to = address(0, 0);
    let join_split = chain.paying([pay(&to, 1_000), None], &[]);
    chain.add(vec![join_split]);
    let home = tempfile::tempdir().unwrap();
    let mut wallet = synced(home.path(), full(0), &chain);
    let done = sync(&mut wallet, &behind).unwrap();
    assert!(done.node_is_behind && done.repairs.is_empty());
    assert_eq!(spendable(&wallet), 1_055);
}

#[test]
fn a_chain_that_began_again_under_the_same_name_replaces_what_was_known() {
    let old = busy_chain(300, 10);
    let home = tempfile::tempdir().unwrap();
    synced(home.path(), full(0), &old);
    for heights in [100u64, 300, 900] {
        let mut new = busy_chain(0, 1);
        let to = address(0, 1);
        for height in 0..heights {
            let join_split = if height % 50 == 7 { new.paying([pay(&to, 1_000), None], &[]) } else { new.foreign() };
            new.add(vec![join_split]);
        }
        new.genesis_id = old.genesis_id;
        let mut wallet = open(home.path(), full(0), &old);
        let done = sync(&mut wallet, &new).unwrap();
        assert!(!done.repairs.is_empty());
        assert_eq!(spendable(&wallet), 1_000 * u128::from(heights / 50), "{heights} heights");
        drop(wallet);
        synced(home.path(), full(0), &old);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// A model that knows only values and positions, against wallets that sync at random moments over a random chain with
    /// gaps, random pages, spends of old and new notes, and random ways to stop.
    #[test]
    fn any_chain_synced_in_any_way_gives_the_models_balance(seed: u64, page in 1usize..40, steps in 5u64..60) {
        let mut random = Random::new(seed);
        let mut chain = MemoryChain::new(seed);
        chain.page_blocks = page;
        let to = address(0, 0);
        let home = tempfile::tempdir().unwrap();
        let mut wallet = open(home.path(), full(0), &chain);
        let mut model = 0u128;
        for _ in 0..steps {
            match random.below(6) {
                0 => chain.skip(random.below(50)),
                1 => {
                    let value = u128::from(random.below(1_000));
                    let join_split = chain.paying([None, pay(&to, value)], &[]);
                    let foreign = chain.foreign();
                    chain.add(vec![foreign, join_split]);
                    model += value;
                }
                2 => {
                    let spent = wallet.spendable().nth(random.below(3) as usize).cloned();
                    if let Some(own) = spent {
                        let join_split = chain.paying([None, None], &[own.nullifier.unwrap()]);
                        chain.add(vec![join_split]);
                        model -= own.note.value;
                        sync(&mut wallet, &chain).unwrap();
                    }
                }
                3 => {
                    let foreign = (0..random.below(5)).map(|_| chain.foreign()).collect();
                    chain.add(foreign);
                }
                4 => {
                    let cut = Faulty::new(&chain, random.below(4) as usize);
                    let _ = sync(&mut wallet, &cut);
                }
                _ => {
                    sync(&mut wallet, &chain).unwrap();
                    prop_assert_eq!(spendable(&wallet), model);
                }
            }
        }
        sync(&mut wallet, &chain).unwrap();
        prop_assert_eq!(spendable(&wallet), model);
        let fresh = tempfile::tempdir().unwrap();
        prop_assert_eq!(spendable(&synced(fresh.path(), full(0), &chain)), model, "recovery from the seed");
        prop_assert_eq!(wallet.height(), chain.tip().unwrap().height);
    }
}
