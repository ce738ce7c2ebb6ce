//! `check` and `check_replay`: clean on a good database, and each kind of damage found.

use crate::chain::{block_after, genesis, open, options, some_key, with_blocks};
use std::path::Path;
use tacit_state::StateRead;
use tacit_storage::{CheckReport, Column, Database, Executed, StorageError, rebuild_pages};
use tacit_types::shielded::CompactBlock;
use tacit_types::{Block, Height, List};

fn check(path: &Path) -> CheckReport {
    let mut stages = Vec::new();
    let database = Database::open_for_check(path, options()).unwrap();
    let report = database.check(|progress| stages.push(progress.stage)).unwrap();
    assert!(stages.contains(&"blocks"));
    report
}

/// Stands in for execution: the block's changes follow from its height and the state.
fn execute(block: &Block, state: &dyn StateRead) -> Result<Executed, String> {
    let header = &block.header;
    let tip = tacit_storage::Tip {
        height: Height(header.height.0 - 1),
        block_id: header.parent,
        time_ms: tacit_types::UnixMillis(header.time_ms.0 - 100),
        state_root: header.state_root,
        receipts_root: header.receipts_root,
    };
    let again = block_after(&tip, block.body.last_commit.clone(), state);
    Ok(Executed { write_set: again.write_set, receipts: again.receipts, compact_block: again.compact_block })
}

#[test]
fn a_good_database_is_clean_whether_its_pages_are_written_or_not() {
    for close in [true, false] {
        let dir = tempfile::tempdir().unwrap();
        let database = with_blocks(dir.path(), 11);
        if close {
            database.close().unwrap();
        }
        drop(database);
        let report = check(dir.path());
        assert_eq!(report.findings, []);
        assert_eq!((report.blocks, report.tip.unwrap().height), (11, Height(11)));
        assert!(report.state_entries > 100);
    }
}

#[test]
fn a_database_opened_for_checking_cannot_be_written() {
    let dir = tempfile::tempdir().unwrap();
    drop(with_blocks(dir.path(), 2));
    let database = Database::open_for_check(dir.path(), options()).unwrap();
    assert!(matches!(database.commit(crate::chain::next_block(&database)), Err(StorageError::Halted(_))));
    assert!(Database::open_for_check(&dir.path().join("absent"), options()).is_err());
}

#[test]
fn each_kind_of_damage_is_found() {
    let damages: &[(Column, &[u8], &str)] = &[
        (Column::Blocks, &5u64.to_be_bytes(), "`blocks`"),
        (Column::Heights, &5u64.to_be_bytes(), "`heights`"),
        (Column::Receipts, &[0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0], "receipts"),
        (Column::Events, &5u64.to_be_bytes(), "events"),
        (Column::CompactBlocks, &5u64.to_be_bytes(), "compact block is missing"),
        (Column::State, &some_key(), "root"),
        (Column::TriePages, &[1, 0x30], "trie_pages"),
        (Column::Meta, b"mark", "write-set"),
    ];
    for (column, key, expected) in damages {
        let dir = tempfile::tempdir().unwrap();
        with_blocks(dir.path(), 9).close().unwrap();
        remove(dir.path(), *column, key);
        let report = check(dir.path());
        assert!(
            report.findings.iter().any(|finding| finding.problem.contains(expected)),
            "{column}: {:?}",
            report.findings
        );
    }
}

#[test]
fn a_compact_block_that_is_not_the_blocks_is_found() {
    let altered: &[(fn(&mut CompactBlock), &str)] = &[
        (|compact| compact.first_position += 2, "do not follow"),
        (|compact| compact.height = Height(7), "another height"),
        (|compact| compact.join_splits = List::new(compact.join_splits[1..].to_vec()).unwrap(), "join-splits"),
        (|compact| *compact = compact.clone().without_extras(), "join-splits"),
    ];
    for (alter, expected) in altered {
        let dir = tempfile::tempdir().unwrap();
        let database = with_blocks(dir.path(), 9);
        database.close().unwrap();
        let mut compact = database.compact_block(Height(5)).unwrap().unwrap();
        drop(database);
        alter(&mut compact);
        put(dir.path(), Column::CompactBlocks, &5u64.to_be_bytes(), &compact.encode());
        let findings = check(dir.path()).findings;
        assert!(findings.iter().any(|finding| finding.height == Some(Height(5)) && finding.problem.contains(expected)));
    }
    let dir = tempfile::tempdir().unwrap();
    with_blocks(dir.path(), 4).close().unwrap();
    put(dir.path(), Column::CompactBlocks, &5u64.to_be_bytes(), b"from a block that was never there");
    assert!(check(dir.path()).findings.iter().any(|finding| finding.problem.contains("above the tip")));
    put(dir.path(), Column::CompactBlocks, &4u64.to_be_bytes(), b"damaged");
    assert!(check(dir.path()).findings.iter().any(|finding| finding.problem.contains("`compact_blocks`")));
}

#[test]
fn a_replay_from_genesis_gives_every_root_again_and_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let database = with_blocks(&dir.path().join("db"), 12);
    let scratch = dir.path().join("scratch");
    let report = database.check_replay(&scratch, genesis().write_set, execute, |_| {}).unwrap();
    assert_eq!((report.findings, report.blocks), (vec![], 12));
    assert!(!scratch.exists());
}

#[test]
fn a_replay_names_the_first_height_that_differs() {
    let dir = tempfile::tempdir().unwrap();
    let database = with_blocks(&dir.path().join("db"), 12);
    let scratch = dir.path().join("scratch");
    let wrong = |block: &Block, state: &dyn StateRead| {
        let mut executed = execute(block, state)?;
        if block.header.height == Height(7) {
            executed.write_set.0.pop();
        }
        Ok(executed)
    };
    let report = database.check_replay(&scratch, genesis().write_set, wrong, |_| {}).unwrap();
    assert_eq!(report.findings.len(), 1);
    assert_eq!(report.findings[0].height, Some(Height(7)));
    assert!(report.findings[0].problem.contains("state root"), "{:?}", report.findings);
    let other_notes = |block: &Block, state: &dyn StateRead| {
        let mut executed = execute(block, state)?;
        if block.header.height == Height(8) {
            executed.compact_block = None;
        }
        Ok(executed)
    };
    let report = database.check_replay(&scratch, genesis().write_set, other_notes, |_| {}).unwrap();
    assert_eq!(report.findings[0].height, Some(Height(8)));
    assert!(report.findings[0].problem.contains("compact block"), "{:?}", report.findings);
    let refuses = |_: &Block, _: &dyn StateRead| Err("no such thing".to_owned());
    let report = database.check_replay(&scratch, genesis().write_set, refuses, |_| {}).unwrap();
    assert_eq!(report.findings[0].height, Some(Height(1)));
    let mut other_genesis = genesis().write_set;
    other_genesis.0.pop();
    let report = database.check_replay(&scratch, other_genesis, execute, |_| {}).unwrap();
    assert_eq!(report.findings[0].height, Some(Height(0)));
    std::fs::create_dir(&scratch).unwrap();
    assert!(database.check_replay(&scratch, genesis().write_set, execute, |_| {}).is_err());
    drop(database);
    open(&dir.path().join("db"));
}

#[test]
fn damaged_pages_are_built_again_from_the_flat_state() {
    let dir = tempfile::tempdir().unwrap();
    with_blocks(dir.path(), 9).close().unwrap();
    remove(dir.path(), Column::TriePages, &[1, 0x30]);
    assert!(!check(dir.path()).is_clean());
    let mut small = options();
    small.dirty_bytes_max = 2048;
    let tip = rebuild_pages(dir.path(), &small, |_| {}).unwrap();
    assert_eq!(check(dir.path()).findings, []);
    let database = open(dir.path());
    assert_eq!(database.tip().unwrap(), tip);
    crate::chain::grow(&database, 5);
    drop(database);
    assert_eq!(check(dir.path()).findings, []);
}

#[test]
fn pages_are_not_built_from_a_flat_state_that_is_damaged_itself() {
    let dir = tempfile::tempdir().unwrap();
    with_blocks(dir.path(), 9).close().unwrap();
    remove(dir.path(), Column::State, &some_key());
    let error = rebuild_pages(dir.path(), &options(), |_| {}).unwrap_err();
    assert!(matches!(error, StorageError::Diverged { height: Height(9), .. }), "{error}");
    let database = Database::open_for_check(dir.path(), options()).unwrap();
    assert_eq!(database.stats().unwrap().columns.len(), Column::ALL.len());
    assert!(open_mark_is_kept(dir.path(), database));
}

/// The refused rebuild removed nothing: the pages still stand where they stood.
fn open_mark_is_kept(path: &Path, database: Database) -> bool {
    drop(database);
    Database::open(path, options()).unwrap().stats().unwrap().mark.is_some_and(|mark| mark.height == Height(9))
}

fn put(path: &Path, column: Column, key: &[u8], value: &[u8]) {
    let names = Column::ALL.iter().map(|column| column.name());
    let raw = rocksdb::DB::open_cf(&rocksdb::Options::default(), path, names).unwrap();
    raw.put_cf(raw.cf_handle(column.name()).unwrap(), key, value).unwrap();
}

fn remove(path: &Path, column: Column, key: &[u8]) {
    let names = Column::ALL.iter().map(|column| column.name());
    let raw = rocksdb::DB::open_cf(&rocksdb::Options::default(), path, names).unwrap();
    let handle = raw.cf_handle(column.name()).unwrap();
    assert!(raw.get_cf(handle, key).unwrap().is_some(), "{column} has no such key");
    raw.delete_cf(handle, key).unwrap();
}
