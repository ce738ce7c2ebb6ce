//! Damaged caches: every byte flipped, every length cut, files swapped. Each time the wallet heals by scanning the range
//! that is lost, and no other, and its balance is right afterwards.

use super::{busy_chain, full, open, segment_files, spendable, sync, synced};
use std::fs;
use std::path::Path;
use tacit_wallet::WalletError;
use tacit_wallet::shielded::store::{Segment, Store};
use tacit_wallet::shielded::testing::MemoryChain;

const HEIGHTS: u64 = 120;
const MONEY: u128 = 1 + 2 + 3;

fn small() -> MemoryChain {
    busy_chain(HEIGHTS, 40)
}

/// After damage: what opens, and that a sync mends it.
fn heals(root: &Path, chain: &MemoryChain, lost: u64) {
    let mut wallet = open(root, full(0), chain);
    let done = sync(&mut wallet, chain).unwrap();
    assert_eq!(done.heights, lost, "only what was lost is scanned again");
    assert_eq!(spendable(&wallet), MONEY);
}

#[test]
fn any_flipped_byte_of_a_segment_is_noticed_and_healed() {
    let chain = small();
    let home = tempfile::tempdir().unwrap();
    synced(home.path(), full(0), &chain);
    let [path] = &segment_files(home.path(), &full(0), &chain)[..] else { panic!("one segment") };
    let good = fs::read(path).unwrap();
    // Every byte of the parts with structure, and a sample of the rest.
    let places = (0..80).chain((80..good.len()).step_by(97)).chain(good.len() - 20..good.len());
    for place in places {
        let mut bad = good.clone();
        bad[place] ^= 1 << (place % 8);
        fs::write(path, &bad).unwrap();
        let (store, repairs) = Store::open(home.path(), &full(0), chain.genesis_id).unwrap();
        assert_eq!(store.segments().count(), 0, "byte {place} was not noticed");
        assert_eq!(repairs.len(), 1, "byte {place}");
        assert_eq!(repairs[0].heights, Some(1..=HEIGHTS));
        fs::write(path, &good).unwrap();
    }
    fs::write(path, [&good[..], b"x"].concat()).unwrap();
    heals(home.path(), &chain, HEIGHTS);
    heals(home.path(), &chain, 0);
}

#[test]
fn a_cut_segment_is_noticed_whatever_is_left_of_it() {
    let chain = small();
    let home = tempfile::tempdir().unwrap();
    synced(home.path(), full(0), &chain);
    let [path] = &segment_files(home.path(), &full(0), &chain)[..] else { panic!("one segment") };
    let good = fs::read(path).unwrap();
    for length in (0..60).chain((60..good.len()).step_by(211)) {
        fs::write(path, &good[..length]).unwrap();
        let (store, repairs) = Store::open(home.path(), &full(0), chain.genesis_id).unwrap();
        assert_eq!((store.segments().count(), repairs.len()), (0, 1), "cut to {length}");
        fs::write(path, &good).unwrap();
    }
    fs::write(path, &good[..good.len() / 2]).unwrap();
    heals(home.path(), &chain, HEIGHTS);
}

/// A store of three segments, of which the middle one has 40 heights.
fn three_segments(root: &Path, chain: &MemoryChain) -> Vec<std::path::PathBuf> {
    synced(root, full(0), chain);
    let (mut store, _) = Store::open(root, &full(0), chain.genesis_id).unwrap();
    let whole = store.segments().next().unwrap();
    let whole = store.read(whole).unwrap();
    store.drop_heights(&(1..=HEIGHTS)).unwrap();
    for (from, to) in [(1, 40), (41, 80), (81, HEIGHTS)] {
        store.put(&part(&whole, from, to)).unwrap();
    }
    drop(store);
    segment_files(root, &full(0), chain)
}

/// What a segment holds of some of its heights; every height of these chains has two join-splits.
fn part(whole: &Segment, from: u64, to: u64) -> Segment {
    let (first, last) = ((from - 1) as usize, to as usize);
    let mut part = Segment::empty(from, to, (from - 1) * 4);
    part.blocks = whole.blocks[first..last].to_vec();
    part.join_splits = whole.join_splits[first * 2..last * 2].to_vec();
    part.commitments = whole.commitments[first * 4..last * 4].to_vec();
    for note in &whole.received {
        if (first * 4..last * 4).contains(&(note.output as usize)) {
            let mut note = note.clone();
            note.output -= (first * 4) as u32;
            part.received.push(note);
        }
    }
    part
}

#[test]
fn two_swapped_segments_are_both_dropped() {
    let chain = small();
    let home = tempfile::tempdir().unwrap();
    let files = three_segments(home.path(), &chain);
    let spare = home.path().join("spare");
    fs::rename(&files[0], &spare).unwrap();
    fs::rename(&files[1], &files[0]).unwrap();
    fs::rename(&spare, &files[1]).unwrap();
    let (store, repairs) = Store::open(home.path(), &full(0), chain.genesis_id).unwrap();
    assert_eq!(repairs.iter().map(|repair| repair.heights.clone().unwrap()).collect::<Vec<_>>(), [1..=40, 41..=80]);
    drop(store);
    heals(home.path(), &chain, 80);
}

#[test]
fn only_the_range_of_a_missing_segment_is_scanned_again() {
    let chain = small();
    let home = tempfile::tempdir().unwrap();
    let files = three_segments(home.path(), &chain);
    fs::remove_file(&files[1]).unwrap();
    heals(home.path(), &chain, 40);
}

#[test]
fn a_segment_of_another_wallet_or_an_older_time_under_a_right_name_is_dropped() {
    let chain = small();
    let home = tempfile::tempdir().unwrap();
    let files = three_segments(home.path(), &chain);
    let other = tempfile::tempdir().unwrap();
    synced(other.path(), full(1), &chain);
    let foreign = segment_files(other.path(), &full(1), &chain);
    fs::copy(&foreign[0], &files[2]).unwrap();
    heals(home.path(), &chain, 40);
}

#[test]
fn segments_whose_positions_contradict_each_other_are_both_scanned_again() {
    let chain = small();
    let home = tempfile::tempdir().unwrap();
    three_segments(home.path(), &chain);
    // A segment that was sealed by the right key and misses a block at its end: as a program with a mistake would write it.
    let (mut store, _) = Store::open(home.path(), &full(0), chain.genesis_id).unwrap();
    let lowest = store.segments().next().unwrap();
    let mut short = store.read(lowest).unwrap();
    short.blocks.pop();
    short.join_splits.truncate(78);
    short.commitments.truncate(156);
    short.received.clear();
    let refused = store.put(&short).unwrap_err();
    assert!(matches!(refused, WalletError::Cache { .. }), "{refused}");
    let directory = store.directory().to_owned();
    // Written where nothing contradicts it, then moved beside the others.
    store.drop_heights(&(1..=HEIGHTS)).unwrap();
    store.put(&short).unwrap();
    let file = segment_files(home.path(), &full(0), &chain).remove(0);
    let kept = fs::read(&file).unwrap();
    store.drop_heights(&(1..=HEIGHTS)).unwrap();
    drop(store);
    three_segments(home.path(), &chain);
    fs::write(directory.join(file.file_name().unwrap()), kept).unwrap();
    heals(home.path(), &chain, 80);
}

#[test]
fn stored_commitments_that_lead_to_another_root_are_fetched_once_more() {
    let chain = small();
    let home = tempfile::tempdir().unwrap();
    synced(home.path(), full(0), &chain);
    let (mut store, _) = Store::open(home.path(), &full(0), chain.genesis_id).unwrap();
    let whole = store.segments().next().unwrap();
    let mut wrong = store.read(whole).unwrap();
    wrong.commitments[17] = [3; 32];
    store.put(&wrong).unwrap();
    drop(store);
    let mut wallet = open(home.path(), full(0), &chain);
    let done = sync(&mut wallet, &chain).unwrap();
    assert_eq!((done.repairs.len(), done.heights), (1, HEIGHTS));
    assert_eq!(spendable(&wallet), MONEY);
}

#[test]
fn damaged_knowledge_of_tree_birthday_and_pending_transactions_costs_nothing_but_time() {
    let chain = small();
    for name in ["tree", "meta", "pending"] {
        let home = tempfile::tempdir().unwrap();
        let mut wallet = synced(home.path(), full(0), &chain);
        wallet.set_birthday(1).unwrap();
        drop(wallet);
        let path = Store::directory_of(home.path(), &full(0), chain.genesis_id).join(name);
        for damage in [&b""[..], &[0; 100]] {
            fs::write(&path, damage).unwrap();
            let mut wallet = open(home.path(), full(0), &chain);
            sync(&mut wallet, &chain).unwrap();
            assert_eq!(spendable(&wallet), MONEY, "{name}");
        }
    }
}

#[test]
fn foreign_files_in_the_folder_are_left_alone_and_half_written_ones_removed() {
    let chain = small();
    let home = tempfile::tempdir().unwrap();
    synced(home.path(), full(0), &chain);
    let directory = Store::directory_of(home.path(), &full(0), chain.genesis_id);
    for name in ["notes.txt", ".tmp-0011223344556677", "seg-1-5", "seg-0000000000000009-0000000000000002"] {
        fs::write(directory.join(name), b"half").unwrap();
    }
    heals(home.path(), &chain, 0);
    assert!(directory.join("notes.txt").exists());
    assert!(!directory.join(".tmp-0011223344556677").exists());
}

#[test]
fn the_files_tell_nothing_to_whoever_has_no_key() {
    let chain = small();
    let home = tempfile::tempdir().unwrap();
    synced(home.path(), full(0), &chain);
    let (mut store, _) = Store::open(home.path(), &full(0), chain.genesis_id).unwrap();
    let entry = store.segments().next().unwrap();
    let segment = store.read(entry).unwrap();
    let files = segment_files(home.path(), &full(0), &chain);
    let bytes = fs::read(&files[0]).unwrap();
    for secret in [&segment.received[0].rseed[..], &segment.commitments[0], &segment.join_splits[0].tx_id] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        for path in [files[0].clone(), store.directory().to_owned()] {
            assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o077, 0);
        }
    }
}
