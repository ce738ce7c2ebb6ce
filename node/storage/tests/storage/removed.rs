//! Keys that blocks removed: RocksDB keeps a marker for each until a compaction, and whoever looks for the next key must not
//! pass over them again and again.

use crate::chain::{next_block, open, options, with_blocks};
use rocksdb::perf::{PerfContext, PerfMetric, PerfStatsLevel, set_perf_stats};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;
use tacit_state::{StateRead, WriteSet, key, read::Change};
use tacit_storage::{Database, Options, Snapshot};
use tacit_types::Address;

/// Markers that a walk may pass over and still count as bounded: some thirty that are too few to remember, before and behind.
const FEW: u64 = 100;

fn prefix(contract: u8) -> Vec<u8> {
    key::contract_storage(&Address([contract; 32]), &[])
}

fn storage_key(contract: u8, number: u32) -> Vec<u8> {
    key::contract_storage(&Address([contract; 32]), &number.to_be_bytes())
}

/// Commits a block that sets (some) and removes (none) these keys.
fn change(database: &Database, changes: impl Iterator<Item = (Vec<u8>, Option<Vec<u8>>)>) {
    let snapshot = database.snapshot().unwrap();
    let sorted: BTreeMap<_, _> = changes.collect();
    let changes = sorted.into_iter().map(|(key, new)| Change { old: snapshot.get(&key).unwrap(), key, new });
    let mut block = next_block(database);
    block.write_set = WriteSet(changes.filter(|change| change.old != change.new).collect());
    database.commit(block).unwrap();
}

fn set(database: &Database, contract: u8, numbers: impl Iterator<Item = u32>) {
    change(database, numbers.map(|number| (storage_key(contract, number), Some(number.to_be_bytes().to_vec()))));
}

fn remove(database: &Database, contract: u8, numbers: impl Iterator<Item = u32>) {
    change(database, numbers.map(|number| (storage_key(contract, number), None)));
}

/// The first key of a contract at or after `start`, and how many entries without effect were passed over for it.
fn next(snapshot: &Snapshot, contract: u8, start: &[u8]) -> (Option<Vec<u8>>, u64) {
    set_perf_stats(PerfStatsLevel::EnableCount);
    let passed = || PerfContext::default().metric(PerfMetric::InternalDeleteSkippedCount);
    let before = passed();
    let found = snapshot.scan(&prefix(contract), start, 1).unwrap().pop();
    (found.map(|(key, _)| key), passed() - before)
}

fn big(path: &Path) -> Database {
    let options = Options { sync: false, write_buffer_bytes: 64 << 20, flush_blocks: 5000, ..options() };
    let database = Database::open(path, options).unwrap();
    database.init_genesis(crate::chain::genesis()).unwrap();
    database
}

#[test]
fn keys_removed_in_earlier_blocks_are_passed_over_once_and_not_at_every_look() {
    let dir = tempfile::tempdir().unwrap();
    let database = big(dir.path());
    set(&database, 1, 0..3000);
    set(&database, 2, 0..1);
    // In two blocks, each from one side, so that the stretch grows from both ends.
    remove(&database, 1, 0..1000);
    remove(&database, 1, 1100..3000);
    let snapshot = database.snapshot().unwrap();
    assert_eq!(next(&snapshot, 1, b"").0, Some(storage_key(1, 1000)));
    assert_eq!(next(&snapshot, 1, &storage_key(1, 1100)).0, None);
    for start in [0, 1, 17, 500, 999] {
        let (found, passed) = next(&snapshot, 1, &storage_key(1, start));
        assert_eq!(found, Some(storage_key(1, 1000)), "from {start}");
        assert!(passed < FEW, "from {start}: {passed} removed keys were passed over again");
    }
    for start in [1100, 1101, 2000, 2999] {
        let (found, passed) = next(&snapshot, 1, &storage_key(1, start));
        assert_eq!(found, None, "from {start}");
        assert!(passed < FEW, "from {start}: {passed} removed keys were passed over again");
    }
    remove(&database, 1, 1000..1100);
    let snapshot = database.snapshot().unwrap();
    next(&snapshot, 1, b"");
    let (found, passed) = next(&snapshot, 1, b"");
    assert_eq!(found, None);
    assert!(passed < FEW, "{passed} removed keys were passed over again");
}

#[test]
fn a_walk_backwards_through_removed_keys_passes_over_each_once() {
    let dir = tempfile::tempdir().unwrap();
    let database = big(dir.path());
    set(&database, 1, 0..4000);
    remove(&database, 1, 0..4000);
    let snapshot = database.snapshot().unwrap();
    let passed: u64 = (0..4000).rev().step_by(50).map(|start| next(&snapshot, 1, &storage_key(1, start)).1).sum();
    assert!(passed < 8_000, "{passed} were passed over where there are 4000");
}

#[test]
fn stretches_between_keys_that_are_removed_later_become_one() {
    let dir = tempfile::tempdir().unwrap();
    let database = big(dir.path());
    set(&database, 1, 0..8000);
    remove(&database, 1, (0..8000).filter(|number| number % 40 != 0));
    let snapshot = database.snapshot().unwrap();
    assert_eq!(snapshot.scan(&prefix(1), b"", usize::MAX).unwrap().len(), 200);
    remove(&database, 1, (0..8000).filter(|number| number % 40 == 0));
    let snapshot = database.snapshot().unwrap();
    let look = |start: u32| {
        let started = Instant::now();
        let (found, passed) = next(&snapshot, 1, &storage_key(1, start));
        assert_eq!(found, None);
        (passed, started.elapsed())
    };
    println!("first look {:?}, second {:?}", look(0), look(0));
    assert!(look(0).0 < 10 && look(4000).0 < 10);
}

#[test]
fn a_key_set_where_keys_were_removed_is_found_again_and_only_by_those_who_may_see_it() {
    let dir = tempfile::tempdir().unwrap();
    let database = big(dir.path());
    set(&database, 1, 0..1000);
    remove(&database, 1, 0..1000);
    let empty = database.snapshot().unwrap();
    assert_eq!(next(&empty, 1, b"").0, None);
    set(&database, 1, 400..401);
    let one = database.snapshot().unwrap();
    for start in [0, 100, 399, 400] {
        assert_eq!(next(&one, 1, &storage_key(1, start)).0, Some(storage_key(1, 400)));
        assert_eq!(next(&empty, 1, &storage_key(1, start)).0, None);
    }
    assert_eq!(next(&one, 1, &storage_key(1, 401)).0, None);
    remove(&database, 1, 400..401);
    assert_eq!(next(&database.snapshot().unwrap(), 1, b"").0, None);
    assert_eq!(next(&one, 1, b"").0, Some(storage_key(1, 400)));
    assert_eq!(next(&one, 1, &storage_key(1, 401)).0, None);
}

#[test]
fn random_changes_and_walks_of_old_and_new_snapshots_agree_with_a_map() {
    let seed = 0x5eed_0013_u64;
    println!("seed {seed:#x}");
    let mut random = seed;
    let mut below = move |end: u64| {
        random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (random >> 33) % end
    };
    let dir = tempfile::tempdir().unwrap();
    let database = big(dir.path());
    let mut model: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
    let mut held: Vec<(Snapshot, BTreeMap<Vec<u8>, Vec<u8>>)> = Vec::new();
    for round in 0..60 {
        let from = below(500) as u32;
        let count = below(300) as u32;
        let contract = 1 + below(2) as u8;
        let removes = below(3) > 0;
        let step = 1 + below(3) as usize;
        let numbers = (from..from + count).step_by(step);
        if removes {
            numbers.clone().for_each(|number| drop(model.remove(&storage_key(contract, number))));
            remove(&database, contract, numbers);
        } else {
            let value = |number: u32| number.to_be_bytes().to_vec();
            numbers.clone().for_each(|number| drop(model.insert(storage_key(contract, number), value(number))));
            set(&database, contract, numbers);
        }
        held.push((database.snapshot().unwrap(), model.clone()));
        for _ in 0..200 {
            let (snapshot, model) = &held[below(held.len() as u64) as usize];
            let (contract, start) = (1 + below(2) as u8, storage_key(1 + below(2) as u8, below(800) as u32));
            let limit = 1 + below(5) as usize;
            let from = start.clone().max(prefix(contract));
            let expected: Vec<_> = model
                .range(from..)
                .take_while(|(key, _)| key.starts_with(&prefix(contract)))
                .take(limit)
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect();
            assert_eq!(snapshot.scan(&prefix(contract), &start, limit).unwrap(), expected, "round {round}");
        }
        if held.len() > 8 {
            held.remove(below(8) as usize);
        }
    }
}

#[test]
fn readers_that_walk_while_keys_come_and_go_see_their_own_state() {
    let dir = tempfile::tempdir().unwrap();
    let database = big(dir.path());
    set(&database, 1, 0..500);
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut walks = 0;
                    loop {
                        let snapshot = database.snapshot().unwrap();
                        let all = snapshot.scan(&prefix(1), b"", usize::MAX).unwrap();
                        for (key, value) in &all {
                            assert_eq!(snapshot.scan(&prefix(1), key, 1).unwrap(), [(key.clone(), value.clone())]);
                        }
                        let first = next(&snapshot, 1, b"").0;
                        assert_eq!(first, all.first().map(|(key, _)| key.clone()));
                        walks += 1;
                        if snapshot.tip().height.0 > 60 {
                            return walks;
                        }
                    }
                })
            })
            .collect();
        for round in 0..30 {
            remove(&database, 1, 0..450);
            set(&database, 1, (0..450).step_by(1 + round));
        }
        readers.into_iter().for_each(|reader| assert!(reader.join().unwrap() > 0));
    });
}

#[test]
fn what_is_known_of_removed_keys_does_not_outlive_the_process() {
    let dir = tempfile::tempdir().unwrap();
    let database = with_blocks(dir.path(), 0);
    set(&database, 1, 0..500);
    remove(&database, 1, 0..500);
    assert_eq!(next(&database.snapshot().unwrap(), 1, b"").0, None);
    database.close().unwrap();
    drop(database);
    let database = open(dir.path());
    set(&database, 1, 250..251);
    assert_eq!(next(&database.snapshot().unwrap(), 1, b"").0, Some(storage_key(1, 250)));
}

/// Prints what looking for the next key costs behind many removed ones.
#[test]
#[ignore = "a measurement: cargo test --release -p tacit-storage --test storage -- --ignored --nocapture removed_keys_cost"]
fn removed_keys_cost() {
    for count in [10_000, 100_000] {
        for on_disk in [false, true] {
            let dir = tempfile::tempdir().unwrap();
            let database = big(dir.path());
            set(&database, 1, 0..count);
            remove(&database, 1, 0..count);
            let database = if on_disk {
                database.close().unwrap();
                drop(database);
                Database::open(dir.path(), Options { sync: false, ..options() }).unwrap()
            } else {
                database
            };
            let snapshot = database.snapshot().unwrap();
            let times: Vec<_> = (0..5)
                .map(|_| {
                    let started = Instant::now();
                    assert_eq!(snapshot.scan(&prefix(1), b"", 1).unwrap(), []);
                    started.elapsed()
                })
                .collect();
            println!("{count} removed keys, reopened {on_disk}: {times:?}");
        }
    }
}
