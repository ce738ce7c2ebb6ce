//! Bad disks: every kind of damage is told apart from a good database, with the place and what to do, and never a panic.

use crate::chain::{grow, next_block, open, options, some_key, undecided, with_blocks};
use std::path::Path;
use tacit_storage::{Column, Database, EventCursor, Options, StorageError};
use tacit_types::{BlockId, Height, Round};

/// Changes the database behind its back.
fn tamper(path: &Path, change: impl FnOnce(&dyn Fn(Column, &[u8], Option<&[u8]>))) {
    let names = Column::ALL.iter().map(|column| column.name());
    let raw = rocksdb::DB::open_cf(&rocksdb::Options::default(), path, names).unwrap();
    change(&|column, key, value| {
        let handle = raw.cf_handle(column.name()).unwrap();
        match value {
            Some(value) => raw.put_cf(handle, key, value).unwrap(),
            None => raw.delete_cf(handle, key).unwrap(),
        }
    });
}

fn raw_value(path: &Path, column: Column, key: &[u8]) -> Vec<u8> {
    let names = Column::ALL.iter().map(|column| column.name());
    let raw = rocksdb::DB::open_cf(&rocksdb::Options::default(), path, names).unwrap();
    raw.get_cf(raw.cf_handle(column.name()).unwrap(), key).unwrap().unwrap()
}

fn refused(path: &Path) -> StorageError {
    let error = Database::open(path, options()).err().unwrap();
    let text = error.to_string();
    assert!(!error.is_caller() && text.len() > 40, "{text}");
    error
}

const fn key(height: u64) -> [u8; 8] {
    height.to_be_bytes()
}

#[test]
fn another_format_version_is_refused_with_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    drop(with_blocks(dir.path(), 1));
    let mut format = raw_value(dir.path(), Column::Meta, b"format");
    format[0] = 9;
    tamper(dir.path(), |put| put(Column::Meta, b"format", Some(&format)));
    let error = refused(dir.path());
    assert!(matches!(error, StorageError::FormatVersion { found: 9, known: 4, .. }), "{error}");
    assert!(
        error.to_string().contains("0.1.0") && error.to_string().contains("version of tacit that wrote it"),
        "{error}"
    );
    // A later format may look different behind the version.
    tamper(dir.path(), |put| put(Column::Meta, b"format", Some(&[9, 0, 0, 0, 255, 255])));
    assert!(matches!(refused(dir.path()), StorageError::FormatVersion { found: 9, .. }));
    tamper(dir.path(), |put| put(Column::Meta, b"format", Some(&[1, 0])));
    assert!(matches!(refused(dir.path()), StorageError::Damaged { column: Column::Meta, .. }));
    tamper(dir.path(), |put| put(Column::Meta, b"format", None));
    assert!(matches!(refused(dir.path()), StorageError::NoFormat { .. }));
}

#[test]
fn a_database_of_the_format_before_the_pool_is_refused_and_stays_readable_for_its_own_program() {
    let dir = tempfile::tempdir().unwrap();
    drop(with_blocks(dir.path(), 1));
    let mut format = raw_value(dir.path(), Column::Meta, b"format");
    format[0] = 1;
    tamper(dir.path(), |put| put(Column::Meta, b"format", Some(&format)));
    drop_column(dir.path(), Column::CompactBlocks);
    let error = refused(dir.path());
    assert!(matches!(error, StorageError::FormatVersion { found: 1, known: 4, .. }), "{error}");
    assert!(Database::open_for_check(dir.path(), options()).is_err());
    let columns = rocksdb::DB::list_cf(&rocksdb::Options::default(), dir.path()).unwrap();
    assert!(!columns.iter().any(|name| name == "compact_blocks"), "refusing must not change the folder");
}

#[test]
fn a_column_that_vanished_is_damage_and_not_made_again_empty() {
    let dir = tempfile::tempdir().unwrap();
    drop(with_blocks(dir.path(), 2));
    drop_column(dir.path(), Column::CompactBlocks);
    assert!(matches!(refused(dir.path()), StorageError::Damaged { column: Column::CompactBlocks, .. }));
}

fn drop_column(path: &Path, column: Column) {
    let names = Column::ALL.iter().map(|column| column.name());
    let mut raw = rocksdb::DB::open_cf(&rocksdb::Options::default(), path, names).unwrap();
    raw.drop_cf(column.name()).unwrap();
}

#[test]
fn an_unknown_column_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    drop(with_blocks(dir.path(), 1));
    {
        let names = Column::ALL.iter().map(|column| column.name());
        let mut raw = rocksdb::DB::open_cf(&rocksdb::Options::default(), dir.path(), names).unwrap();
        raw.create_cf("from_the_future", &rocksdb::Options::default()).unwrap();
    }
    assert!(matches!(refused(dir.path()), StorageError::UnknownColumn { column, .. } if column == "from_the_future"));
}

#[test]
fn a_tip_that_was_rolled_back_stops_the_node() {
    let dir = tempfile::tempdir().unwrap();
    let database = with_blocks(dir.path(), 4);
    drop(database);
    let old = raw_value(dir.path(), Column::Meta, b"tip");
    let database = open(dir.path());
    grow(&database, 1);
    drop(database);
    tamper(dir.path(), |put| put(Column::Meta, b"tip", Some(&old)));
    let error = refused(dir.path());
    assert!(matches!(error, StorageError::Damaged { column: Column::Meta, .. }), "{error}");
    assert!(error.to_string().contains("tacit db check"));
    tamper(dir.path(), |put| put(Column::Meta, b"tip", None));
    assert!(matches!(refused(dir.path()), StorageError::Damaged { column: Column::Meta, .. }));
}

#[test]
fn pages_above_the_tip_stop_the_node() {
    let dir = tempfile::tempdir().unwrap();
    let database = with_blocks(dir.path(), 4);
    database.close().unwrap();
    drop(database);
    let old = raw_value(dir.path(), Column::Meta, b"tip");
    let database = open(dir.path());
    grow(&database, 2);
    database.close().unwrap();
    drop(database);
    // As if the last blocks had been lost, but not the pages that came after them.
    tamper(dir.path(), |put| {
        put(Column::Meta, b"tip", Some(&old));
        put(Column::Heights, &key(5), None);
        put(Column::Heights, &key(6), None);
    });
    let error = refused(dir.path());
    assert_eq!(error, StorageError::MarkAboveTip { mark: Height(6), tip: Height(4) });
}

/// A database whose blocks 8 to 10 are not in the pages.
fn with_unwritten_pages(path: &Path) {
    let never = Options { flush_blocks: 1000, ..options() };
    let database = Database::open(path, never.clone()).unwrap();
    database.init_genesis(crate::chain::genesis()).unwrap();
    grow(&database, 7);
    database.close().unwrap();
    drop(database);
    let database = Database::open(path, never).unwrap();
    grow(&database, 3);
    assert_eq!(database.stats().unwrap().mark.unwrap().height, Height(7));
}

#[test]
fn a_missing_write_set_above_the_pages_stops_the_node() {
    let dir = tempfile::tempdir().unwrap();
    with_unwritten_pages(dir.path());
    tamper(dir.path(), |put| put(Column::WriteSets, &key(9), None));
    let error = refused(dir.path());
    assert!(matches!(error, StorageError::WriteSetGap { height: Height(9), tip: Height(10), .. }), "{error}");
}

#[test]
fn a_changed_write_set_gives_another_root_and_stops_the_node() {
    let dir = tempfile::tempdir().unwrap();
    with_unwritten_pages(dir.path());
    let mut changes = raw_value(dir.path(), Column::WriteSets, &key(9));
    *changes.last_mut().unwrap() ^= 1;
    tamper(dir.path(), |put| put(Column::WriteSets, &key(9), Some(&changes)));
    let error = refused(dir.path());
    let named = matches!(
        error,
        StorageError::Diverged { height: Height(9), .. } | StorageError::Damaged { column: Column::WriteSets, .. }
    );
    assert!(named, "{error}");
    tamper(dir.path(), |put| put(Column::WriteSets, &key(9), Some(&changes[..20])));
    assert!(matches!(refused(dir.path()), StorageError::Damaged { column: Column::WriteSets, .. }));
}

#[test]
fn a_height_record_that_contradicts_the_tip_stops_the_node() {
    for (height, column) in [(4, Column::Heights), (4, Column::Blocks)] {
        let dir = tempfile::tempdir().unwrap();
        drop(with_blocks(dir.path(), 4));
        tamper(dir.path(), |put| put(column, &key(height), None));
        let error = refused(dir.path());
        assert!(matches!(error, StorageError::Damaged { column: found, .. } if found == column), "{error}");
    }
    let dir = tempfile::tempdir().unwrap();
    drop(with_blocks(dir.path(), 4));
    let mut record = raw_value(dir.path(), Column::Heights, &key(4));
    record[9] ^= 1;
    tamper(dir.path(), |put| put(Column::Heights, &key(4), Some(&record)));
    assert!(matches!(refused(dir.path()), StorageError::Damaged { column: Column::Heights, .. }));
}

#[test]
fn damaged_pages_are_noticed_when_they_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let database = with_blocks(dir.path(), 6);
    database.close().unwrap();
    drop(database);
    let root_page = [0u8];
    let mut page = raw_value(dir.path(), Column::TriePages, &root_page);
    *page.last_mut().unwrap() ^= 1;
    tamper(dir.path(), |put| put(Column::TriePages, &root_page, Some(&page)));
    let error = refused(dir.path());
    assert!(matches!(error, StorageError::Damaged { column: Column::TriePages, .. }), "{error}");
    // Below the root page it is noticed by the first block that comes there, and the block is not committed.
    *page.last_mut().unwrap() ^= 1;
    tamper(dir.path(), |put| {
        put(Column::TriePages, &root_page, Some(&page));
        (0..16u8).for_each(|slot| put(Column::TriePages, &[1, slot << 4], None));
    });
    let database = open(dir.path());
    let block = next_block(&database);
    let error = database.commit(block.clone()).unwrap_err();
    assert!(matches!(error, StorageError::Damaged { column: Column::TriePages, .. }), "{error}");
    assert_eq!(database.tip().unwrap().height, Height(6));
    assert!(matches!(database.commit(block), Err(StorageError::Halted(_))), "a halted database writes no more");
    assert!(matches!(database.store_undecided(&undecided(Height(7), Round(0), 1)), Err(StorageError::Halted(_))));
    assert!(matches!(database.prove(&some_key()), Err(StorageError::Halted(_))));
}

#[test]
fn a_damaged_value_in_any_column_is_named_and_never_a_panic() {
    let dir = tempfile::tempdir().unwrap();
    let database = with_blocks(dir.path(), 6);
    database.store_undecided(&undecided(Height(7), Round(0), 1)).unwrap();
    database.store_evidence(Height(3), b"evidence").unwrap();
    let block = database.stored_block(Height(3)).unwrap().unwrap();
    let receipt = database.receipts(Height(3)).unwrap().unwrap()[0].clone();
    drop(database);
    let garbage: Option<&[u8]> = Some(b"\xff\xff\xff\xffgarbage");
    let hash = crate::chain::validators().hash().0;
    let mut evidence_key = raw_keys(dir.path(), Column::Evidence).remove(0);
    tamper(dir.path(), |put| {
        put(Column::Blocks, &key(3), garbage);
        put(Column::Heights, &key(2), garbage);
        put(Column::BlockIds, &block.block_id.0, garbage);
        put(Column::TxIndex, &receipt.tx_id.0, garbage);
        put(Column::Receipts, &[key(3).as_slice(), &[0; 4]].concat(), garbage);
        put(Column::Events, &key(3), garbage);
        put(Column::Validators, &hash, garbage);
        put(Column::Evidence, &evidence_key, garbage);
        put(Column::Undecided, &[[1; 1].as_slice(), &key(7), b"short"].concat(), garbage);
    });
    let database = open(dir.path());
    let named = |result: Result<(), StorageError>, expected: Column| {
        let error = result.unwrap_err();
        assert!(matches!(&error, StorageError::Damaged { column, .. } if *column == expected), "{expected}: {error}");
        assert!(error.to_string().contains(expected.name()) && error.to_string().contains("tacit db check"), "{error}");
    };
    named(database.block(Height(3)).map(drop), Column::Blocks);
    named(database.header(Height(2)).map(drop), Column::Heights);
    named(database.block_by_id(&block.block_id).map(drop), Column::BlockIds);
    named(database.tx_location(&receipt.tx_id).map(drop), Column::TxIndex);
    named(database.receipts(Height(3)).map(drop), Column::Receipts);
    named(database.events(EventCursor { height: Height(3), index: 0 }, 10).map(drop), Column::Events);
    named(database.signers(Height(4)).map(drop), Column::Validators);
    named(database.evidence(Height(0), 10).map(drop), Column::Evidence);
    named(database.undecided_of_height(Height(7)).map(drop), Column::Undecided);
    evidence_key.clear();
    drop(database);
    // A block with another content than the one that was decided, though it decodes.
    let mut other = block.bytes.clone();
    other[40] ^= 1;
    tamper(dir.path(), |put| put(Column::Blocks, &key(3), Some(&other)));
    let database = open(dir.path());
    named(database.block(Height(3)).map(drop), Column::Blocks);
    tamper_undecided(dir.path(), database);
}

fn tamper_undecided(path: &Path, database: Database) {
    drop(database);
    let block = [[0; 1].as_slice(), &key(7), &[1; 32]].concat();
    tamper(path, |put| {
        put(Column::Undecided, &[[1; 1].as_slice(), &key(7), b"short"].concat(), None);
        put(Column::Undecided, &block, None);
    });
    let error = open(path).undecided_by_id(Height(7), &BlockId([1; 32])).unwrap_err();
    assert!(matches!(error, StorageError::Damaged { column: Column::Undecided, .. }), "{error}");
}

fn raw_keys(path: &Path, column: Column) -> Vec<Vec<u8>> {
    let names = Column::ALL.iter().map(|column| column.name());
    let raw = rocksdb::DB::open_cf(&rocksdb::Options::default(), path, names).unwrap();
    let handle = raw.cf_handle(column.name()).unwrap();
    raw.iterator_cf(handle, rocksdb::IteratorMode::Start).map(|entry| entry.unwrap().0.to_vec()).collect()
}

#[test]
fn flipped_and_cut_files_are_an_error_or_nothing_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let source = dir.path().join("source");
    {
        let database = with_blocks(&source, 8);
        database.close().unwrap();
    }
    // Moves everything out of the log into sorted files.
    drop(open(&source));
    let expected = open(&source).tip().unwrap();
    let files: Vec<_> = std::fs::read_dir(&source).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    let mut refused_some = 0;
    for (round, name) in files.iter().enumerate() {
        let text = name.to_string_lossy();
        if text == "LOCK" || text.starts_with("LOG") {
            continue;
        }
        for cut in [true, false] {
            let copy = dir.path().join(format!("copy-{round}-{cut}"));
            copy_folder(&source, &copy);
            let mut bytes = std::fs::read(copy.join(name)).unwrap();
            if bytes.is_empty() {
                continue;
            }
            let middle = bytes.len() / 2;
            if cut {
                bytes.truncate(middle)
            } else {
                bytes[middle] ^= 0x40
            }
            std::fs::write(copy.join(name), bytes).unwrap();
            refused_some += usize::from(!reads_as(&copy, expected));
            std::fs::remove_dir_all(&copy).unwrap();
        }
    }
    assert!(refused_some >= 4, "only {refused_some} damaged copies were refused");
}

/// Whether the copy gives exactly what the source had; anything else must be an error, never another content.
fn reads_as(path: &Path, expected: tacit_storage::Tip) -> bool {
    let Ok(database) = Database::open(path, Options { create: false, ..options() }) else { return false };
    let tip = database.tip().unwrap();
    assert!(tip.height <= expected.height);
    (1..=tip.height.0).all(|height| database.block(Height(height)).is_ok() && database.receipts(Height(height)).is_ok())
        && tip == expected
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}
