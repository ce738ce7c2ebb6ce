//! One block becomes part of the chain: one batch, one sync.
//!
//! Order: check that the block follows the tip, compute the root in memory, link the views, write everything in one
//! synced batch, show it to readers, then perhaps start a write-back of trie pages. A crash anywhere leaves either the
//! whole block or nothing of it. A failure after the trie was changed halts the database: the next start begins from
//! what is on disk.

use crate::column::Column;
use crate::database::{Database, Writer};
use crate::error::StorageError;
use crate::fail_point;
use crate::record::{GENESIS_KEY, Genesis, HeightRecord, TIP_KEY, Tip, TxLocation, chunk_key, height_key, tx_key};
use crate::store::{Batch, Durability};
use crate::view::View;
use std::sync::{Arc, PoisonError};
use std::time::Instant;
use tacit_state::record::ValidatorState;
use tacit_state::{WriteSet, key};
use tacit_types::receipt::receipts_root;
use tacit_types::shielded::CompactBlock;
use tacit_types::{BlockId, CommitCertificate, GenesisId, Header, Height, Receipt, UnixMillis, codec};

/// How many receipts stand in one value, so that reading one decodes few others.
pub(crate) const RECEIPTS_PER_CHUNK: usize = 64;

/// A decided and executed block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitBatch {
    /// Its header.
    pub header: Header,
    /// The whole block, encoded; it begins with the header.
    pub block_bytes: Vec<u8>,
    /// Proof of the decision, its signatures verified.
    pub certificate: CommitCertificate,
    /// What execution changed in the state.
    pub write_set: WriteSet,
    /// What became of each transaction, in order.
    pub receipts: Vec<Receipt>,
    /// The block as wallets scan it; none when it has no notes.
    pub compact_block: Option<CompactBlock>,
}

/// The state that a chain begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GenesisBatch {
    /// The chain.
    pub id: GenesisId,
    /// The checked genesis, in its own encoding.
    pub bytes: Vec<u8>,
    /// When the chain begins.
    pub time_ms: UnixMillis,
    /// All entries of the state, as changes from nothing.
    pub write_set: WriteSet,
}

impl Database {
    /// Writes the beginning of a chain, height 0, and its trie pages.
    ///
    /// # Errors
    /// [`StorageError::HasGenesis`] when there is one already, [`StorageError::WrongGenesis`] when it is not the one
    /// that [`crate::Options::genesis_id`] names, [`StorageError::Inconsistent`], [`StorageError::Io`].
    pub fn init_genesis(&self, genesis: GenesisBatch) -> Result<Tip, StorageError> {
        let mut writer = self.writer();
        if let Ok(tip) = self.tip() {
            return Err(StorageError::HasGenesis { tip: tip.height });
        }
        if let Some(given) = self.inner.options.genesis_id.filter(|given| *given != genesis.id) {
            return Err(StorageError::WrongGenesis { stored: genesis.id, given });
        }
        check_sorted(Height::ZERO, &genesis.write_set)?;
        let tip = self.halt_on_failure(|| self.write_genesis(&mut writer, genesis))?;
        self.halt_on_failure(|| self.write_back_if_due(&mut writer))?;
        Ok(tip)
    }

    /// Commits the block after the tip. When this returns, the block is on the platter and readers see it.
    ///
    /// # Errors
    /// [`StorageError::NotNext`], [`StorageError::WrongParent`], [`StorageError::Diverged`] (the header's state root is
    /// not ours) and [`StorageError::Inconsistent`] before anything is changed. After any other error nothing more can
    /// be written: stop the process.
    pub fn commit(&self, block: CommitBatch) -> Result<Tip, StorageError> {
        let started = Instant::now();
        let mut writer = self.writer();
        self.store().check_running()?;
        let view = self.view()?;
        let block_id = check_follows(&view.tip, &block)?;
        let tip = self.halt_on_failure(|| self.write_block(&mut writer, &view, block, block_id))?;
        self.halt_on_failure(|| self.write_back_if_due(&mut writer))?;
        metrics::histogram!("tacit_storage_commit_seconds").record(started.elapsed().as_secs_f64());
        metrics::counter!("tacit_storage_synced_writes_total").absolute(self.synced_writes());
        Ok(tip)
    }

    fn write_block(
        &self,
        writer: &mut Writer,
        view: &View,
        block: CommitBatch,
        block_id: BlockId,
    ) -> Result<Tip, StorageError> {
        fail_point::hit(fail_point::COMMIT_BEFORE_TRIE);
        let mut batch = self.store().batch();
        // The root is computed beside everything else: both only read the write-set.
        let (state_root, rest) = std::thread::scope(|scope| {
            let state_root = scope.spawn(|| writer.trie.apply(&block.write_set));
            let rest = put_block_parts(&mut batch, &block, block_id).map(|()| receipts_root(&block.receipts));
            (state_root.join(), rest)
        });
        let panicked = |_| StorageError::Io("the computation of the state root panicked".into());
        let Header { height, time_ms, .. } = block.header;
        let tip = Tip { height, block_id, time_ms, state_root: state_root.map_err(panicked)??, receipts_root: rest? };
        put_end(&mut batch, &tip, &block)?;
        fail_point::hit(fail_point::COMMIT_BEFORE_BATCH);
        let changes = Arc::new(block.write_set);
        let next = view.advance(tip, Arc::clone(&changes))?;
        batch.write(Durability::Synced)?;
        // After the disk has the keys and before anybody looks for them.
        self.store().stretches().cut(keys_set(&changes));
        fail_point::hit(fail_point::COMMIT_AFTER_BATCH);
        self.publish(next);
        fail_point::hit(fail_point::COMMIT_AFTER_PUBLISH);
        Ok(tip)
    }

    fn write_genesis(&self, writer: &mut Writer, genesis: GenesisBatch) -> Result<Tip, StorageError> {
        let tip = Tip {
            height: Height::ZERO,
            block_id: BlockId::default(),
            time_ms: genesis.time_ms,
            state_root: writer.trie.apply(&genesis.write_set)?,
            receipts_root: receipts_root(&[]),
        };
        let mut batch = self.store().batch();
        put_state(&mut batch, Height::ZERO, &genesis.write_set)?;
        let record = HeightRecord { tip, txs: 0, header: None, certificate: None };
        batch.put_value(Column::Heights, &height_key(Height::ZERO), &record)?;
        batch.put_value(Column::Meta, GENESIS_KEY, &Genesis { id: genesis.id, bytes: genesis.bytes })?;
        batch.put_value(Column::Meta, TIP_KEY, &tip)?;
        fail_point::hit(fail_point::GENESIS_BEFORE_BATCH);
        batch.write(Durability::Synced)?;
        fail_point::hit(fail_point::GENESIS_AFTER_BATCH);
        self.store().stretches().cut(keys_set(&genesis.write_set));
        *self.inner.view.write().unwrap_or_else(PoisonError::into_inner) = Some(View::new(tip));
        Ok(tip)
    }

    /// Runs what may leave memory ahead of the disk; a failure ends all writing.
    pub(crate) fn halt_on_failure<T>(&self, work: impl FnOnce() -> Result<T, StorageError>) -> Result<T, StorageError> {
        work().inspect_err(|error| {
            tracing::error!(%error, "the database stops writing");
            self.store().halt(&error.to_string());
        })
    }
}

/// The keys that have a value after these changes.
fn keys_set(changes: &WriteSet) -> impl Iterator<Item = &[u8]> {
    changes.0.iter().filter(|change| change.new.is_some()).map(|change| change.key.as_slice())
}

/// Everything that can be wrong with a block without looking at its contents. Gives its id.
fn check_follows(tip: &Tip, block: &CommitBatch) -> Result<BlockId, StorageError> {
    let header = &block.header;
    let height = header.height;
    if height != tip.height.next() {
        return Err(StorageError::NotNext { given: height, tip: tip.height });
    }
    if header.parent != tip.block_id {
        return Err(StorageError::WrongParent { height, given: header.parent, tip: tip.block_id });
    }
    if header.state_root != tip.state_root {
        return Err(StorageError::Diverged {
            height: tip.height,
            computed: tip.state_root,
            expected: header.state_root,
        });
    }
    let inconsistent = |reason: &str| Err(StorageError::Inconsistent { height, reason: reason.into() });
    if header.receipts_root != tip.receipts_root {
        return inconsistent("its receipts root is not that of the block before");
    }
    let head = codec::encode(header);
    let body = block.block_bytes.strip_prefix(head.as_slice());
    if body.is_none_or(|body| u32::try_from(body.len()) != Ok(header.body_length)) {
        return inconsistent("its bytes are not its header and a body of the length that the header says");
    }
    let block_id = header.id();
    if block.certificate.height != height || block.certificate.block_id != block_id {
        return inconsistent("its certificate is for another block");
    }
    if block.compact_block.as_ref().is_some_and(|compact| compact.height != height || compact.join_splits.is_empty()) {
        return inconsistent("its compact block is of another height, or empty");
    }
    check_sorted(height, &block.write_set)?;
    Ok(block_id)
}

/// Readers search the write-set by key.
fn check_sorted(height: Height, changes: &WriteSet) -> Result<(), StorageError> {
    if changes.0.is_sorted_by(|a, b| a.key < b.key) {
        return Ok(());
    }
    Err(StorageError::Inconsistent { height, reason: "its write-set is not strictly ascending by key".into() })
}

/// Everything but what needs the new root.
fn put_block_parts(batch: &mut Batch<'_>, block: &CommitBatch, block_id: BlockId) -> Result<(), StorageError> {
    let height = block.header.height;
    batch.put(Column::Blocks, &height_key(height), &block.block_bytes)?;
    batch.put(Column::BlockIds, &block_id.0, &height_key(height))?;
    put_state(batch, height, &block.write_set)?;
    if let Some(compact) = &block.compact_block {
        batch.put_value(Column::CompactBlocks, &height_key(height), compact)?;
    }
    put_receipts(batch, height, &block.receipts)
}

fn put_end(batch: &mut Batch<'_>, tip: &Tip, block: &CommitBatch) -> Result<(), StorageError> {
    let record = HeightRecord {
        tip: *tip,
        txs: u32::try_from(block.receipts.len()).unwrap_or(u32::MAX),
        header: Some(block.header.clone()),
        certificate: Some(block.certificate.clone()),
    };
    batch.put_value(Column::Heights, &height_key(tip.height), &record)?;
    batch.put_value(Column::Meta, TIP_KEY, tip)
}

/// The flat values, the write-set itself, and the validator sets if they changed.
fn put_state(batch: &mut Batch<'_>, height: Height, changes: &WriteSet) -> Result<(), StorageError> {
    let values = changes.0.iter().map(|change| (change.key.as_slice(), change.new.as_deref()));
    batch.put_all(Column::State, values)?;
    batch.put_value(Column::WriteSets, &height_key(height), changes)?;
    let validators = key::validators();
    let Some(bytes) = changes.0.iter().find(|change| change.key == validators).and_then(|change| change.new.as_ref())
    else {
        return Ok(());
    };
    let sets: ValidatorState = codec::decode_exact("validators", bytes, usize::MAX)
        .map_err(|error| StorageError::Inconsistent { height, reason: error.to_string() })?;
    for set in [sets.current, sets.next] {
        batch.put_value(Column::Validators, &set.hash().0, &set)?;
    }
    Ok(())
}

/// Receipts in chunks, where each transaction is, and how many events each chunk has.
fn put_receipts(batch: &mut Batch<'_>, height: Height, receipts: &[Receipt]) -> Result<(), StorageError> {
    let mut events: Vec<u32> = Vec::new();
    for (number, chunk) in (0u32..).zip(receipts.chunks(RECEIPTS_PER_CHUNK)) {
        batch.put(Column::Receipts, &chunk_key(height, number), &codec::encode(chunk))?;
        let count: usize = chunk.iter().map(|receipt| receipt.events.len()).sum();
        events.push(u32::try_from(count).unwrap_or(u32::MAX));
    }
    if events.iter().any(|count| *count > 0) {
        batch.put_value(Column::Events, &height_key(height), &events)?;
    }
    for (index, receipt) in (0u32..).zip(receipts) {
        batch.put_value(Column::TxIndex, tx_key(&receipt.tx_id), &TxLocation { height, index })?;
    }
    Ok(())
}
