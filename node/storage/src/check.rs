//! `tacit db check`: everything that can be known about the database without executing a block.
//!
//! The chain is walked from genesis: headers, ids, bodies, certificates, receipts, indexes. Then the root is computed
//! from the flat state alone, and every trie page is read and hashed. Nothing is changed, and the walk goes on after a
//! finding, so that one run tells the whole damage. The node must be stopped: the database has one user at a time.

use crate::column::Column;
use crate::compact::NotesSoFar;
use crate::database::Database;
use crate::error::StorageError;
use crate::events::events_of;
use crate::record::{HeightRecord, MARK_KEY, Mark, Tip, height_key, read_height};
use crate::recovery;
use crate::state_trie::{EMPTY_ROOT, StateTrie};
use crate::store::{Store, Walk};
use std::sync::Arc;
use tacit_state::WriteSet;
use tacit_state::trie::{key_path, root_from_sorted, value_hash};
use tacit_types::receipt::receipts_root;
use tacit_types::{Block, Height, Receipt, StateRoot, Tx};

/// Most findings that are kept; damage is rarely one value, and the first ones tell the story.
pub const FINDINGS_MAX: usize = 100;

/// How far a check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being checked: `blocks`, `state`, `pages` or `replay`.
    pub stage: &'static str,
    /// How much of it is done.
    pub done: u64,
    /// How much there is; 0 when nobody knows.
    pub total: u64,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// At which height, if it belongs to one.
    pub height: Option<Height>,
    /// What.
    pub problem: String,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckReport {
    /// End of the chain; `None` before genesis.
    pub tip: Option<Tip>,
    /// Blocks that were checked.
    pub blocks: u64,
    /// Entries of the state that were hashed.
    pub state_entries: u64,
    /// What is wrong, at most [`FINDINGS_MAX`]; empty when all is well.
    pub findings: Vec<Finding>,
}

impl CheckReport {
    pub(crate) const fn new(tip: Option<Tip>) -> Self {
        Self { tip, blocks: 0, state_entries: 0, findings: Vec::new() }
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    pub(crate) fn find(&mut self, height: Option<Height>, problem: impl ToString) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(Finding { height, problem: problem.to_string() });
        }
    }

    /// Keeps the value, or the finding.
    fn note<T>(&mut self, height: Height, result: Result<T, StorageError>) -> Option<T> {
        result.map_err(|error| self.find(Some(height), error)).ok()
    }
}

/// How often progress is told, in entries of the state.
const ENTRIES_PER_PROGRESS: usize = 100_000;

/// Leaves that go through the trie at once when all pages are read.
pub(crate) const LEAVES_PER_BATCH: usize = 50_000;

/// Key path and value hash.
pub(crate) type LeafHashes = ([u8; 32], [u8; 32]);

impl Database {
    /// Checks the whole database, which should be opened with [`Database::open_for_check`].
    ///
    /// # Errors
    /// Only what makes going on impossible, such as a disk that cannot be read; damage is in the report.
    pub fn check(&self, mut progress: impl FnMut(Progress)) -> Result<CheckReport, StorageError> {
        let tip = self.tip().ok();
        let mut report = CheckReport::new(tip);
        let Some(tip) = tip else {
            return Ok(report);
        };
        self.check_blocks(&tip, &mut report, &mut progress)?;
        let leaves = self.check_state(&tip, &mut report, &mut progress);
        if let Some(leaves) = report.note(tip.height, leaves) {
            let pages = self.check_pages(&tip, &leaves, &mut progress);
            report.note(tip.height, pages);
        }
        Ok(report)
    }

    fn check_blocks(
        &self,
        tip: &Tip,
        report: &mut CheckReport,
        progress: &mut impl FnMut(Progress),
    ) -> Result<(), StorageError> {
        let end = recovery::check_tip(self.store(), tip);
        report.note(tip.height, end);
        let mut parent = None;
        let mut notes = NotesSoFar::default();
        for height in (0..=tip.height.0).map(Height) {
            let record = report.note(height, recovery::height_record(self.store(), height));
            if let Some(record) = &record {
                self.check_height(height, record, parent.as_ref(), &mut notes, report);
                report.blocks += u64::from(height > Height::ZERO);
            }
            parent = record.map(|record| record.tip);
            progress(Progress { stage: "blocks", done: height.0, total: tip.height.0 });
        }
        let last = self.store().last_key(Column::CompactBlocks)?;
        if last.is_some_and(|key| read_height(&key).is_none_or(|height| height > tip.height)) {
            report.find(None, "there is a compact block above the tip");
        }
        Ok(())
    }

    fn check_height(
        &self,
        height: Height,
        record: &HeightRecord,
        parent: Option<&Tip>,
        notes: &mut NotesSoFar,
        report: &mut CheckReport,
    ) {
        if height == Height::ZERO {
            return;
        }
        for problem in header_problems(height, record, parent) {
            report.find(Some(height), problem);
        }
        let block = report.note(height, self.block(height)).flatten();
        let receipts = report.note(height, self.receipts(height)).flatten();
        if let Some(block) = &block {
            for problem in body_problems(record, block) {
                report.find(Some(height), problem);
            }
            let certified = self.check_certificate(record, block);
            report.note(height, certified);
        }
        if let (Some(block), Some(receipts)) = (&block, &receipts) {
            if receipts_root(receipts) != record.tip.receipts_root {
                report.find(Some(height), "the receipts do not have the stored receipts root");
            }
            let indexed = self.check_indexes(height, record, block, receipts);
            report.note(height, indexed);
            if let Some(compact) = report.note(height, self.compact_block(height))
                && let Some(problem) = notes.problem(block, receipts, compact)
            {
                report.find(Some(height), problem);
            }
        }
    }

    /// Shape and power of the certificate; its signatures were verified when the block was committed.
    fn check_certificate(&self, record: &HeightRecord, block: &Block) -> Result<(), StorageError> {
        let height = record.tip.height;
        let damaged = |reason: String| StorageError::damaged(Column::Heights, &height_key(height), reason);
        let certificate = record.certificate.as_ref().ok_or_else(|| damaged("the certificate is missing".into()))?;
        if certificate.block_id != record.tip.block_id || certificate.height != height {
            return Err(damaged("the certificate is for another block".into()));
        }
        // A state without validators is a test's; whatever set the header names must be there otherwise.
        let Some(signers) = self.validator_set(&block.header.validators_hash)? else { return Ok(()) };
        let checked = certificate.signatures_to_verify(&block.header.genesis_id, &signers);
        checked.map(|_| ()).map_err(|error| damaged(error.to_string()))
    }

    fn check_indexes(
        &self,
        height: Height,
        record: &HeightRecord,
        block: &Block,
        receipts: &[Receipt],
    ) -> Result<(), StorageError> {
        if self.height_of(&record.tip.block_id)? != Some(height) {
            return Err(StorageError::damaged(Column::BlockIds, &record.tip.block_id.0, "missing or another height"));
        }
        let damaged = |reason: String| StorageError::damaged(Column::Receipts, &height_key(height), reason);
        if receipts.len() != block.body.txs.len() {
            return Err(damaged(format!("{} receipts for {} transactions", receipts.len(), block.body.txs.len())));
        }
        for ((index, raw), receipt) in (0u32..).zip(block.body.txs.iter()).zip(receipts) {
            let id = Tx::decode(raw.as_bytes()).map(|tx| tx.id());
            if id != Ok(receipt.tx_id) {
                return Err(damaged(format!("receipt {index} is for another transaction")));
            }
            let location = self.tx_location(&receipt.tx_id)?;
            if location.is_none_or(|location| location.height != height || location.index != index) {
                return Err(StorageError::damaged(Column::TxIndex, &receipt.tx_id.0, "missing or another place"));
            }
        }
        let from = crate::EventCursor { height, index: 0 };
        let events = events_of(height, receipts);
        if self.events(from, events.len())? != events {
            return Err(StorageError::damaged(Column::Events, &height_key(height), "not the events of the receipts"));
        }
        Ok(())
    }

    /// Computes the root from the flat state alone; gives all leaves by key path.
    fn check_state(
        &self,
        tip: &Tip,
        report: &mut CheckReport,
        progress: &mut impl FnMut(Progress),
    ) -> Result<Vec<LeafHashes>, StorageError> {
        let leaves = flat_leaves(self.store(), progress)?;
        report.state_entries = leaves.len() as u64;
        let compared = expect_flat_root(&leaves, tip);
        report.note(tip.height, compared);
        Ok(leaves)
    }

    /// Brings the pages on disk to the tip in memory, then has every leaf's page read and hashed.
    fn check_pages(
        &self,
        tip: &Tip,
        leaves: &[LeafHashes],
        progress: &mut impl FnMut(Progress),
    ) -> Result<(), StorageError> {
        let store = &self.inner.store;
        let mark: Option<Mark> = store.read(Column::Meta, MARK_KEY)?;
        recovery::check_mark(store, mark, tip)?;
        let root = mark.map_or(EMPTY_ROOT, |mark| mark.root);
        let mut trie = StateTrie::open(&Arc::clone(store), root, 1)?;
        let first = mark.map_or(Height::ZERO, |mark| mark.height.next());
        for height in (first.0..=tip.height.0).map(Height) {
            let changes: WriteSet = recovery::write_set(store, height, mark, tip)?;
            recovery::check_root(store, height, trie.apply(&changes)?, tip)?;
        }
        let mut done = 0u64;
        for batch in leaves.chunks(LEAVES_PER_BATCH) {
            let root = trie.update(batch.iter().map(|(key, value)| (*key, Some(*value))).collect())?;
            recovery::expect_root(tip.height, root, tip.state_root)?;
            trie.evict(self.inner.options.trie_cache_bytes);
            done = done.saturating_add(batch.len() as u64);
            progress(Progress { stage: "pages", done, total: leaves.len() as u64 });
        }
        Ok(())
    }
}

/// All leaves of the flat state, by key path; 64 bytes of memory each.
pub(crate) fn flat_leaves(store: &Store, progress: &mut impl FnMut(Progress)) -> Result<Vec<LeafHashes>, StorageError> {
    let mut leaves: Vec<LeafHashes> = Vec::new();
    store.walk(Column::State, b"", None, |key, value| {
        leaves.push((key_path(key), value_hash(value)));
        if leaves.len().is_multiple_of(ENTRIES_PER_PROGRESS) {
            progress(Progress { stage: "state", done: leaves.len() as u64, total: 0 });
        }
        Ok(Walk::On)
    })?;
    leaves.sort_unstable_by_key(|leaf| leaf.0);
    Ok(leaves)
}

/// Compares the root over `leaves`, computed without any page, with the one that was agreed on.
pub(crate) fn expect_flat_root(leaves: &[LeafHashes], tip: &Tip) -> Result<(), StorageError> {
    let root = root_from_sorted(leaves.iter().copied()).map_err(|error| StorageError::Io(error.to_string()))?;
    recovery::expect_root(tip.height, StateRoot(root), tip.state_root)
}

/// What is wrong with a header beside its own record and its parent's.
fn header_problems(height: Height, record: &HeightRecord, parent: Option<&Tip>) -> Vec<String> {
    let Some(header) = &record.header else { return vec!["the header is missing".into()] };
    let mut problems = Vec::new();
    let mut expect = |holds: bool, problem: &str| {
        if !holds {
            problems.push(format!("header: {problem}"));
        }
    };
    expect(header.height == height && record.tip.height == height, "another height");
    expect(header.id() == record.tip.block_id, "does not have the stored block id");
    if let Some(parent) = parent {
        expect(header.parent == parent.block_id, "names another parent");
        expect(header.state_root == parent.state_root, "has another state root than the one after the block before");
        expect(header.receipts_root == parent.receipts_root, "has another receipts root than the block before");
    }
    problems
}

/// What is wrong with a body beside its header.
fn body_problems(record: &HeightRecord, block: &Block) -> Vec<&'static str> {
    let header = &block.header;
    let mut problems = Vec::new();
    if record.header.as_ref() != Some(header) {
        problems.push("the block has another header than the height record");
    }
    if block.body.root() != header.body_root {
        problems.push("the body does not have the header's body root");
    }
    if u32::try_from(block.body.encoded_length()) != Ok(header.body_length) {
        problems.push("the body does not have the header's length");
    }
    if block.body.last_commit_hash() != header.last_commit {
        problems.push("the last commit does not have the header's hash");
    }
    problems
}
