//! Snapshots while blocks commit.

use crate::chain::{Model, grow, next_block, open, with_blocks};
use std::sync::atomic::{AtomicBool, Ordering};
use tacit_state::StateRead;
use tacit_types::Height;

#[test]
fn a_snapshot_stays_what_it_was_while_the_chain_grows() {
    let dir = tempfile::tempdir().unwrap();
    let database = with_blocks(dir.path(), 1);
    let mut held = Vec::new();
    for _ in 0..25 {
        let snapshot = database.snapshot().unwrap();
        let entries = snapshot.scan(b"", b"", usize::MAX).unwrap();
        held.push((snapshot, entries));
        grow(&database, 1);
    }
    for (snapshot, entries) in &held {
        assert_eq!(&snapshot.scan(b"", b"", usize::MAX).unwrap(), entries, "height {}", snapshot.tip().height);
        for (key, value) in entries {
            assert_eq!(snapshot.get(key).unwrap().as_ref(), Some(value));
        }
        assert!(snapshot.scan(b"", b"", 0).unwrap().is_empty());
        for (start, limit) in [(0, 1), (3, 10), (50, 40), (100, 500)] {
            let from = &entries[start].0;
            let expected: Vec<_> = entries.iter().skip(start).take(limit).cloned().collect();
            assert_eq!(snapshot.scan(b"", from, limit).unwrap(), expected);
        }
        assert!(snapshot.scan(b"\xff", b"", 10).unwrap().is_empty());
    }
}

#[test]
fn a_snapshot_equals_the_model_of_its_height() {
    let dir = tempfile::tempdir().unwrap();
    let database = with_blocks(dir.path(), 0);
    let mut model = Model::new();
    for height in 1..20 {
        grow(&database, 1);
        model.root(Height(height));
        let snapshot = database.snapshot().unwrap();
        let expected: Vec<_> = model.state.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        assert_eq!(snapshot.scan(b"", b"", usize::MAX).unwrap(), expected);
    }
}

#[test]
fn readers_on_other_threads_never_see_half_a_block() {
    let dir = tempfile::tempdir().unwrap();
    let database = with_blocks(dir.path(), 1);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    let mut rounds = 0;
                    while !stop.load(Ordering::Relaxed) {
                        let snapshot = database.snapshot().unwrap();
                        let first = snapshot.scan(b"", b"", usize::MAX).unwrap();
                        let one_by_one =
                            first.iter().all(|(key, value)| snapshot.get(key).unwrap().as_ref() == Some(value));
                        assert!(one_by_one);
                        assert_eq!(snapshot.scan(b"", b"", usize::MAX).unwrap(), first);
                        let proven = database.prove(&first[0].0).unwrap();
                        assert_eq!(database.state_root(proven.height).unwrap(), Some(proven.root));
                        rounds += 1;
                    }
                    rounds
                })
            })
            .collect();
        grow(&database, 150);
        stop.store(true, Ordering::Relaxed);
        for reader in readers {
            assert!(reader.join().unwrap() > 0);
        }
    });
    let root = Model::new().root(Height(151));
    assert_eq!(database.tip().unwrap().state_root, root);
}

#[test]
fn a_snapshot_outlives_every_handle_of_the_database() {
    let dir = tempfile::tempdir().unwrap();
    let database = with_blocks(dir.path(), 2);
    let snapshot = database.snapshot().unwrap();
    let entries = snapshot.scan(b"", b"", 10).unwrap();
    grow(&database, 2);
    drop(database);
    assert_eq!(snapshot.scan(b"", b"", 10).unwrap(), entries);
    drop(snapshot);
    assert_eq!(open(dir.path()).tip().unwrap().height, Height(4));
}

#[test]
fn dropping_a_snapshot_that_thousands_of_blocks_followed_needs_no_deep_stack() {
    let dir = tempfile::tempdir().unwrap();
    let options = tacit_storage::Options { sync: false, flush_blocks: 5000, ..crate::chain::options() };
    let database = tacit_storage::Database::open(dir.path(), options).unwrap();
    database.init_genesis(crate::chain::genesis()).unwrap();
    let snapshot = database.snapshot().unwrap();
    for _ in 0..3000 {
        let mut block = next_block(&database);
        block.write_set.0.clear();
        database.commit(block).unwrap();
    }
    let thread = std::thread::Builder::new().stack_size(64 * 1024);
    thread.spawn(move || drop(snapshot)).unwrap().join().unwrap();
}
