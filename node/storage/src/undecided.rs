//! Blocks that were proposed but not decided. They must be on the platter before consensus hears of them: its own log
//! keeps hashes only, and replaying it without the blocks would leave the node stuck.

use crate::column::Column;
use crate::database::Database;
use crate::error::StorageError;
use crate::fail_point;
use crate::record::{
    after_prefix, read_proposal_key, undecided_block_key, undecided_block_prefix, undecided_height_prefix,
    undecided_proposal_key, undecided_round_prefix,
};
use crate::store::{Durability, Walk};
use tacit_types::{BlockId, Height, Round};

/// Most undecided blocks of one round. A proposer that sends more of them equivocates.
pub const UNDECIDED_PER_ROUND_MAX: usize = 4;

/// A proposed block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndecidedBlock {
    /// For which height.
    pub height: Height,
    /// In which round it was proposed.
    pub round: Round,
    /// Its id.
    pub block_id: BlockId,
    /// What consensus keeps beside it: parts, signature, verdict; opaque here.
    pub meta: Vec<u8>,
    /// The whole block, encoded.
    pub bytes: Vec<u8>,
}

impl Database {
    /// Stores a proposed block and what consensus keeps beside it, in one synced batch. The same block of the same
    /// round replaces itself; in another round it adds only its meta.
    ///
    /// # Errors
    /// [`StorageError::UndecidedFull`], [`StorageError::Io`], [`StorageError::Halted`].
    pub fn store_undecided(&self, block: &UndecidedBlock) -> Result<(), StorageError> {
        let UndecidedBlock { height, round, block_id, .. } = block;
        let others = self.proposals(&undecided_round_prefix(*height, *round))?;
        let others = others.iter().filter(|other| other.block_id != *block_id).count();
        if others >= UNDECIDED_PER_ROUND_MAX {
            let limit = UNDECIDED_PER_ROUND_MAX;
            return Err(StorageError::UndecidedFull { height: *height, round: *round, limit });
        }
        fail_point::hit(fail_point::UNDECIDED_BEFORE_BATCH);
        let mut batch = self.store().batch();
        batch.put(Column::Undecided, &undecided_block_key(*height, block_id), &block.bytes)?;
        batch.put(Column::Undecided, &undecided_proposal_key(*height, *round, block_id), &block.meta)?;
        batch.write(Durability::Synced)?;
        fail_point::hit(fail_point::UNDECIDED_AFTER_BATCH);
        metrics::counter!("tacit_storage_synced_writes_total").absolute(self.synced_writes());
        Ok(())
    }

    /// The undecided blocks of one round, by id.
    ///
    /// # Errors
    /// [`StorageError::Damaged`], [`StorageError::Io`].
    pub fn undecided(&self, height: Height, round: Round) -> Result<Vec<UndecidedBlock>, StorageError> {
        self.load_undecided(&undecided_round_prefix(height, round))
    }

    /// The ids of the undecided blocks of one round, without reading the blocks.
    ///
    /// # Errors
    /// [`StorageError::Damaged`], [`StorageError::Io`].
    pub fn undecided_ids(&self, height: Height, round: Round) -> Result<Vec<BlockId>, StorageError> {
        let proposals = self.proposals(&undecided_round_prefix(height, round))?;
        Ok(proposals.into_iter().map(|proposal| proposal.block_id).collect())
    }

    /// The undecided blocks of one height, by round and id.
    ///
    /// # Errors
    /// [`StorageError::Damaged`], [`StorageError::Io`].
    pub fn undecided_of_height(&self, height: Height) -> Result<Vec<UndecidedBlock>, StorageError> {
        self.load_undecided(&undecided_height_prefix(height))
    }

    /// The undecided block `id` of `height`, as it was first proposed.
    ///
    /// # Errors
    /// [`StorageError::Damaged`], [`StorageError::Io`].
    pub fn undecided_by_id(&self, height: Height, id: &BlockId) -> Result<Option<UndecidedBlock>, StorageError> {
        let proposals = self.proposals(&undecided_height_prefix(height))?;
        let found = proposals.into_iter().find(|proposal| proposal.block_id == *id);
        found.map(|proposal| self.with_bytes(proposal)).transpose()
    }

    /// Removes the undecided blocks of every height up to `height`. Not synced: what comes back after a crash is only
    /// removed again.
    ///
    /// # Errors
    /// [`StorageError::Io`], [`StorageError::Halted`].
    pub fn prune_undecided(&self, height: Height) -> Result<(), StorageError> {
        fail_point::hit(fail_point::PRUNE_BEFORE_BATCH);
        let mut batch = self.store().batch();
        for prefix in [undecided_block_prefix, undecided_height_prefix] {
            batch.delete_range(Column::Undecided, &prefix(Height::ZERO), &prefix(height.next()))?;
        }
        batch.write(Durability::Logged)?;
        fail_point::hit(fail_point::PRUNE_AFTER_BATCH);
        Ok(())
    }

    fn load_undecided(&self, prefix: &[u8]) -> Result<Vec<UndecidedBlock>, StorageError> {
        self.proposals(prefix)?.into_iter().map(|proposal| self.with_bytes(proposal)).collect()
    }

    /// The proposals under `prefix`, without the bytes of their blocks.
    fn proposals(&self, prefix: &[u8]) -> Result<Vec<UndecidedBlock>, StorageError> {
        let mut proposals = Vec::new();
        self.store().walk(Column::Undecided, prefix, after_prefix(prefix), |key, meta| {
            let (height, round, block_id) = read_proposal_key(key)
                .ok_or_else(|| StorageError::damaged(Column::Undecided, key, "not the key of a proposal"))?;
            proposals.push(UndecidedBlock { height, round, block_id, meta: meta.to_vec(), bytes: Vec::new() });
            Ok(Walk::On)
        })?;
        Ok(proposals)
    }

    fn with_bytes(&self, proposal: UndecidedBlock) -> Result<UndecidedBlock, StorageError> {
        let key = undecided_block_key(proposal.height, &proposal.block_id);
        let bytes = self.store().get(Column::Undecided, &key)?;
        let bytes = bytes.ok_or_else(|| StorageError::damaged(Column::Undecided, &key, "missing"))?.to_vec();
        Ok(UndecidedBlock { bytes, ..proposal })
    }
}
