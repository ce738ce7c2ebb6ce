//! Committing, reading back, and what is refused.

use crate::chain::{
    GENESIS, Model, genesis, grow, next_block, open, options, some_key, undecided, validators, with_blocks,
};
use tacit_state::WriteSet;
use tacit_state::trie::{Proof, key_path, value_hash, verify};
use tacit_storage::{Database, EventCursor, FORMAT_VERSION, Options, StorageError, UNDECIDED_PER_ROUND_MAX, events_of};
use tacit_types::{BlockId, GenesisId, Height, List, Round, StateRoot, TxId};

#[test]
fn what_was_committed_reads_back_and_survives_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let mut blocks = Vec::new();
    {
        let database = with_blocks(dir.path(), 0);
        for _ in 0..9 {
            blocks.push(next_block(&database));
            database.commit(blocks.last().unwrap().clone()).unwrap();
        }
    }
    let database = open(dir.path());
    let mut model = Model::new();
    assert_eq!(database.tip().unwrap().height, Height(9));
    for block in &blocks {
        let height = block.header.height;
        let stored = database.stored_block(height).unwrap().unwrap();
        assert_eq!((&stored.bytes, &stored.certificate), (&block.block_bytes, &block.certificate));
        assert_eq!(database.block_by_id(&block.header.id()).unwrap().unwrap().header, block.header);
        assert_eq!(database.receipts(height).unwrap().unwrap(), block.receipts);
        assert_eq!(database.state_root(height).unwrap(), Some(model.root(height)));
        assert_eq!(database.signers(height).unwrap(), Some(validators()));
        assert_eq!(database.compact_block(height).unwrap(), block.compact_block);
        for (index, receipt) in block.receipts.iter().enumerate() {
            let (location, found) = database.receipt(&receipt.tx_id).unwrap().unwrap();
            assert_eq!((location.height, location.index as usize, &found), (height, index, receipt));
        }
    }
}

#[test]
fn what_does_not_exist_is_none_and_never_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let database = with_blocks(dir.path(), 2);
    assert_eq!(database.block(Height(3)).unwrap(), None);
    assert_eq!(database.block(Height(0)).unwrap(), None);
    assert_eq!(database.receipts(Height(3)).unwrap(), None);
    assert_eq!(database.block_by_id(&BlockId([1; 32])).unwrap(), None);
    assert_eq!(database.receipt(&TxId([1; 32])).unwrap(), None);
    assert_eq!(database.certificate(Height(0)).unwrap(), None);
    assert_eq!(database.blocks(Height(3), Height(9), 1000).unwrap(), []);
}

#[test]
fn a_commit_is_synced_before_it_returns() {
    let dir = tempfile::tempdir().unwrap();
    let database = with_blocks(dir.path(), 0);
    for _ in 0..5 {
        let before = database.synced_writes();
        database.commit(next_block(&database)).unwrap();
        assert!(database.synced_writes() > before);
    }
    let before = database.synced_writes();
    database.store_undecided(&undecided(Height(6), Round(0), 1)).unwrap();
    assert!(database.synced_writes() > before);
}

#[test]
fn an_unsynced_database_does_not_sync() {
    let dir = tempfile::tempdir().unwrap();
    let database = Database::open(dir.path(), Options { sync: false, ..options() }).unwrap();
    database.init_genesis(genesis()).unwrap();
    let before = database.synced_writes();
    grow(&database, 3);
    assert_eq!(database.synced_writes(), before);
}

#[test]
fn a_block_that_does_not_follow_the_tip_is_refused_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let database = with_blocks(dir.path(), 3);
    let good = next_block(&database);
    let refuse = |change: &dyn Fn(&mut tacit_storage::CommitBatch)| {
        let mut block = good.clone();
        change(&mut block);
        let error = database.commit(block).unwrap_err();
        assert!(!matches!(error, StorageError::Io(_) | StorageError::Halted(_)), "{error}");
        error
    };
    assert!(matches!(refuse(&|block| block.header.height = Height(3)), StorageError::NotNext { .. }));
    assert!(matches!(refuse(&|block| block.header.height = Height(5)), StorageError::NotNext { .. }));
    assert!(matches!(refuse(&|block| block.header.parent = BlockId([1; 32])), StorageError::WrongParent { .. }));
    assert!(matches!(refuse(&|block| block.header.state_root = StateRoot([1; 32])), StorageError::Diverged { .. }));
    assert!(matches!(refuse(&|block| block.header.receipts_root.0[0] ^= 1), StorageError::Inconsistent { .. }));
    assert!(matches!(refuse(&|block| block.certificate.block_id.0[0] ^= 1), StorageError::Inconsistent { .. }));
    assert!(matches!(refuse(&|block| block.block_bytes.truncate(300)), StorageError::Inconsistent { .. }));
    assert!(matches!(refuse(&|block| block.block_bytes[0] ^= 1), StorageError::Inconsistent { .. }));
    assert!(matches!(refuse(&|block| block.write_set.0.reverse()), StorageError::Inconsistent { .. }));
    let notes = |height, keep: usize| {
        move |block: &mut tacit_storage::CommitBatch| {
            let compact = block.compact_block.as_mut().unwrap();
            compact.height = height;
            compact.join_splits = List::new(compact.join_splits.iter().take(keep).cloned().collect()).unwrap();
        }
    };
    assert!(matches!(refuse(&notes(Height(3), 9)), StorageError::Inconsistent { .. }));
    assert!(matches!(refuse(&notes(Height(4), 0)), StorageError::Inconsistent { .. }));
    assert_eq!(database.tip().unwrap().height, Height(3));
    assert_eq!(database.commit(good).unwrap().height, Height(4));
}

#[test]
fn genesis_is_written_once_and_only_the_expected_one() {
    let dir = tempfile::tempdir().unwrap();
    let database = open(dir.path());
    assert_eq!(database.tip().unwrap_err(), StorageError::NoGenesis);
    let other = tacit_storage::GenesisBatch { id: GenesisId([8; 32]), ..genesis() };
    assert!(matches!(database.init_genesis(other).unwrap_err(), StorageError::WrongGenesis { .. }));
    database.init_genesis(genesis()).unwrap();
    assert!(matches!(database.init_genesis(genesis()).unwrap_err(), StorageError::HasGenesis { tip: Height(0) }));
    assert_eq!(database.genesis().unwrap().unwrap().id, GENESIS);
    drop(database);
    let wrong = Options { genesis_id: Some(GenesisId([8; 32])), ..options() };
    let error = Database::open(dir.path(), wrong).err().unwrap();
    assert!(matches!(error, StorageError::WrongGenesis { .. }), "{error}");
}

#[test]
fn a_second_user_of_the_database_is_told_so() {
    let dir = tempfile::tempdir().unwrap();
    let _first = open(dir.path());
    let error = Database::open(dir.path(), options()).err().unwrap();
    assert!(matches!(error, StorageError::Locked { .. }), "{error}");
    assert!(error.to_string().contains("in use by another process"));
}

#[test]
fn a_missing_folder_is_not_created_when_nobody_asked_for_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("absent");
    assert!(Database::open(&path, Options { create: false, ..options() }).is_err());
}

#[test]
fn proofs_of_presence_and_absence_hold_under_the_root_that_the_next_header_carries() {
    let dir = tempfile::tempdir().unwrap();
    let database = with_blocks(dir.path(), 6);
    for key in [some_key(), b"\x0aabsent".to_vec()] {
        let proven = database.prove(&key).unwrap();
        let proof = Proof::decode(&proven.proof).unwrap();
        let value = proven.value.as_deref().map(value_hash);
        verify(&proven.root.0, &key_path(&key), value.as_ref(), &proof).unwrap();
        assert_eq!((proven.height, proven.root), (Height(6), next_block(&database).header.state_root));
        let lie = value_hash(b"lie");
        assert!(verify(&proven.root.0, &key_path(&key), Some(&lie), &proof).is_err());
    }
}

#[test]
fn events_come_in_order_from_any_cursor_with_any_limit() {
    let dir = tempfile::tempdir().unwrap();
    let database = with_blocks(dir.path(), 8);
    let all: Vec<_> = (1..=8)
        .flat_map(|height| events_of(Height(height), &database.receipts(Height(height)).unwrap().unwrap()))
        .collect();
    assert!(all.len() > 200, "{}", all.len());
    assert_eq!(database.events(EventCursor::START, usize::MAX).unwrap(), all);
    assert_eq!(database.events(EventCursor::START, 0).unwrap(), []);
    for limit in [1, 7, 64, 100] {
        let mut cursor = EventCursor::START;
        let mut pages = Vec::new();
        loop {
            let page = database.events(cursor, limit).unwrap();
            assert!(page.len() <= limit);
            let Some(last) = page.last() else { break };
            cursor = last.cursor.next();
            pages.extend(page);
        }
        assert_eq!(pages, all, "limit {limit}");
    }
    let after = EventCursor { height: Height(9), index: 0 };
    assert_eq!(database.events(after, 10).unwrap(), []);
}

#[test]
fn blocks_for_sync_keep_to_their_bytes_but_always_move_on() {
    let dir = tempfile::tempdir().unwrap();
    let database = with_blocks(dir.path(), 6);
    let heights = |first, last, bytes| -> Vec<u64> {
        let blocks = database.blocks(Height(first), Height(last), bytes).unwrap();
        blocks.iter().map(|block| block.height.0).collect()
    };
    assert_eq!(heights(1, 100, usize::MAX), [1, 2, 3, 4, 5, 6]);
    assert_eq!(heights(2, 3, usize::MAX), [2, 3]);
    assert_eq!(heights(3, 6, 1), [3]);
    let two = database.blocks(Height(1), Height(2), usize::MAX).unwrap();
    let bytes: usize = two.iter().map(|block| block.bytes.len()).sum();
    assert_eq!(heights(1, 6, bytes), [1, 2]);
    assert_eq!(heights(1, 6, bytes - 1), [1]);
}

#[test]
fn compact_blocks_come_in_pages_that_join_without_gap_and_end_at_the_tip() {
    let dir = tempfile::tempdir().unwrap();
    let database = with_blocks(dir.path(), 20);
    let one = |height| Some((height, database.compact_block(height).unwrap()?.encode()));
    let all: Vec<_> = (1..=20).map(Height).filter_map(one).collect();
    assert_eq!(all.len(), 14);
    for (count, bytes) in [(1, usize::MAX), (3, usize::MAX), (usize::MAX, 20_000), (usize::MAX, 1), (4, 16_000)] {
        let (mut joined, mut from) = (Vec::new(), Height(0));
        loop {
            let page = database.compact_blocks(from, count, bytes).unwrap();
            let length: usize = page.blocks.iter().map(|(_, bytes)| bytes.len()).sum();
            assert!(page.blocks.len() == 1 || page.blocks.len() <= count && length <= bytes);
            assert_eq!(page.tip, Height(20));
            joined.extend(page.blocks);
            let Some(next) = page.next else { break };
            assert!(next > from);
            from = next;
        }
        assert_eq!(joined, all);
    }
    // The page ends behind the last height with notes, and nothing is above the tip.
    let end = database.compact_blocks(Height(20), 9, 9_999).unwrap();
    assert_eq!((end.blocks.len(), end.next), (1, None));
    let above = database.compact_blocks(Height(21), 9, 9_999).unwrap();
    assert_eq!((above.blocks.len(), above.next, above.tip), (0, None, Height(20)));
    assert_eq!(database.compact_blocks(Height(u64::MAX), 9, 9_999).unwrap().blocks, []);
}

#[test]
fn undecided_blocks_are_kept_by_round_found_by_id_bounded_and_pruned() {
    let dir = tempfile::tempdir().unwrap();
    let database = with_blocks(dir.path(), 0);
    let block = |round, seed| undecided(Height(1), Round(round), seed);
    database.store_undecided(&block(0, 1)).unwrap();
    database.store_undecided(&block(2, 1)).unwrap();
    database.store_undecided(&block(2, 2)).unwrap();
    database.store_undecided(&undecided(Height(2), Round(0), 9)).unwrap();
    assert_eq!(database.undecided(Height(1), Round(2)).unwrap(), [block(2, 1), block(2, 2)]);
    assert_eq!(database.undecided(Height(1), Round(1)).unwrap(), []);
    assert_eq!(database.undecided_of_height(Height(1)).unwrap().len(), 3);
    assert_eq!(database.undecided_by_id(Height(1), &BlockId([2; 32])).unwrap(), Some(block(2, 2)));
    assert_eq!(database.undecided_by_id(Height(1), &BlockId([9; 32])).unwrap(), None);
    for seed in 0..UNDECIDED_PER_ROUND_MAX as u8 {
        database.store_undecided(&block(5, 100 + seed)).unwrap();
    }
    let ids: Vec<BlockId> = (100..100 + UNDECIDED_PER_ROUND_MAX as u8).map(|seed| BlockId([seed; 32])).collect();
    assert_eq!(database.undecided_ids(Height(1), Round(5)).unwrap(), ids);
    assert_eq!(database.undecided_ids(Height(1), Round(6)).unwrap(), []);
    let error = database.store_undecided(&block(5, 99)).unwrap_err();
    assert!(matches!(error, StorageError::UndecidedFull { .. }) && error.is_caller(), "{error}");
    database.store_undecided(&block(5, 100)).unwrap();
    drop(database);
    let database = open(dir.path());
    database.prune_undecided(Height(1)).unwrap();
    assert_eq!(database.undecided_of_height(Height(1)).unwrap(), []);
    assert_eq!(database.undecided_of_height(Height(2)).unwrap().len(), 1);
}

#[test]
fn evidence_and_the_pool_survive_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    {
        let database = with_blocks(dir.path(), 1);
        database.store_evidence(Height(3), b"late").unwrap();
        database.store_evidence(Height(1), b"double vote").unwrap();
        database.store_evidence(Height(1), b"double vote").unwrap();
        assert!(
            database
                .store_evidence(Height(1), &vec![0; tacit_storage::EVIDENCE_BYTES_MAX + 1])
                .unwrap_err()
                .is_caller()
        );
        database.save_pool([b"dropped"]).unwrap();
        database.save_pool([b"one", b"two", b"six"]).unwrap();
    }
    let database = open(dir.path());
    let evidence = database.evidence(Height(0), 10).unwrap();
    assert_eq!(evidence, [(Height(1), b"double vote".to_vec()), (Height(3), b"late".to_vec())]);
    assert_eq!(database.evidence(Height(2), 10).unwrap().len(), 1);
    assert_eq!(database.take_pool(1000).unwrap(), [b"one", b"two", b"six"]);
    assert_eq!(database.take_pool(1000).unwrap(), Vec::<Vec<u8>>::new());
    database.save_pool([b"one", b"two", b"six"]).unwrap();
    assert_eq!(database.take_pool(6).unwrap().len(), 2);
}

#[test]
fn write_sets_are_pruned_below_the_pages_only_and_an_archive_keeps_all() {
    for archive in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let database = Database::open(dir.path(), Options { archive, ..options() }).unwrap();
        database.init_genesis(genesis()).unwrap();
        grow(&database, 30);
        database.close().unwrap();
        let stats = database.stats().unwrap();
        assert_eq!(stats.mark.unwrap().height, Height(30));
        assert_eq!(stats.mark.unwrap().root, database.tip().unwrap().state_root);
        assert_eq!(stats.first_write_set, Some(Height(if archive { 0 } else { 29 })));
        assert_eq!(stats.format.version, FORMAT_VERSION);
    }
}

#[test]
fn a_checkpoint_is_a_database_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let database = with_blocks(&dir.path().join("a"), 7);
    let copy = dir.path().join("copy");
    database.checkpoint(&copy).unwrap();
    assert!(matches!(database.checkpoint(&copy), Err(StorageError::Io(_))));
    let tip = database.tip().unwrap();
    grow(&database, 3);
    let copy = open(&copy);
    assert_eq!(copy.tip().unwrap(), tip);
    grow(&copy, 3);
    assert_eq!(copy.tip().unwrap(), database.tip().unwrap());
}

#[test]
fn an_empty_block_changes_the_tip_and_not_the_root() {
    let dir = tempfile::tempdir().unwrap();
    let database = with_blocks(dir.path(), 2);
    let before = database.tip().unwrap();
    let mut block = next_block(&database);
    block.write_set = WriteSet::default();
    let after = database.commit(block).unwrap();
    assert_eq!((after.height, after.state_root), (Height(3), before.state_root));
}
