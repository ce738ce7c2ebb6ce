//! Reading what was committed: blocks, headers, certificates, receipts, transactions, validator sets.
//!
//! Every answer is checked as far as it can be without the rest of the chain: what does not decode, or contradicts the
//! record beside it, is damage, and the error says where. Nothing found is `None`, never an error.

use crate::column::Column;
use crate::commit::RECEIPTS_PER_CHUNK;
use crate::database::Database;
use crate::error::StorageError;
use crate::record::{HeightRecord, StoredBlock, TxLocation, chunk_key, height_key, read_height, tx_key};
use tacit_types::{
    Block, BlockId, CommitCertificate, Header, Height, Receipt, StateRoot, TxId, ValidatorSet, ValidatorsHash,
};

impl Database {
    /// What is stored about `height` besides the block.
    ///
    /// # Errors
    /// [`StorageError::Damaged`], [`StorageError::Io`].
    pub fn height(&self, height: Height) -> Result<Option<HeightRecord>, StorageError> {
        self.store().read(Column::Heights, &height_key(height))
    }

    /// The header of `height`.
    ///
    /// # Errors
    /// [`StorageError::Damaged`], [`StorageError::Io`].
    pub fn header(&self, height: Height) -> Result<Option<Header>, StorageError> {
        Ok(self.height(height)?.and_then(|record| record.header))
    }

    /// The state root after `height`.
    ///
    /// # Errors
    /// [`StorageError::Damaged`], [`StorageError::Io`].
    pub fn state_root(&self, height: Height) -> Result<Option<StateRoot>, StorageError> {
        Ok(self.height(height)?.map(|record| record.tip.state_root))
    }

    /// The certificate that `height` was decided with.
    ///
    /// # Errors
    /// [`StorageError::Damaged`], [`StorageError::Io`].
    pub fn certificate(&self, height: Height) -> Result<Option<CommitCertificate>, StorageError> {
        Ok(self.height(height)?.and_then(|record| record.certificate))
    }

    /// The height of the block `id`.
    ///
    /// # Errors
    /// [`StorageError::Damaged`], [`StorageError::Io`].
    pub fn height_of(&self, id: &BlockId) -> Result<Option<Height>, StorageError> {
        let Some(bytes) = self.store().get(Column::BlockIds, &id.0)? else { return Ok(None) };
        match read_height(&bytes) {
            Some(height) if bytes.len() == size_of::<u64>() => Ok(Some(height)),
            _ => Err(StorageError::damaged(Column::BlockIds, &id.0, "not a height")),
        }
    }

    /// The block of `height` with its certificate, as it is synced.
    ///
    /// # Errors
    /// [`StorageError::Damaged`], [`StorageError::Io`].
    pub fn stored_block(&self, height: Height) -> Result<Option<StoredBlock>, StorageError> {
        let key = height_key(height);
        let Some(record) = self.height(height)? else { return Ok(None) };
        let Some(certificate) = record.certificate else { return Ok(None) };
        let bytes = self.store().get(Column::Blocks, &key)?;
        let bytes = bytes.ok_or_else(|| StorageError::damaged(Column::Blocks, &key, "missing"))?.to_vec();
        Ok(Some(StoredBlock { height, block_id: record.tip.block_id, bytes, certificate }))
    }

    /// The block of `height`, decoded; its id is compared with the stored one.
    ///
    /// # Errors
    /// [`StorageError::Damaged`], [`StorageError::Io`].
    pub fn block(&self, height: Height) -> Result<Option<Block>, StorageError> {
        let Some(stored) = self.stored_block(height)? else { return Ok(None) };
        let block = stored.decode()?;
        if block.header.id() != stored.block_id {
            return Err(StorageError::damaged(Column::Blocks, &height_key(height), "the block has another id"));
        }
        Ok(Some(block))
    }

    /// The block `id`, decoded.
    ///
    /// # Errors
    /// [`StorageError::Damaged`], [`StorageError::Io`].
    pub fn block_by_id(&self, id: &BlockId) -> Result<Option<Block>, StorageError> {
        self.height_of(id)?.map_or(Ok(None), |height| self.block(height))
    }

    /// Blocks from `first` to `last`, as many as fit `bytes_max` bytes, but at least the first one. Stops at the tip.
    ///
    /// # Errors
    /// [`StorageError::Damaged`], [`StorageError::Io`].
    pub fn blocks(&self, first: Height, last: Height, bytes_max: usize) -> Result<Vec<StoredBlock>, StorageError> {
        let mut blocks = Vec::new();
        let mut left = bytes_max;
        for height in (first.0..=last.0).map(Height) {
            let Some(block) = self.stored_block(height)? else { break };
            match left.checked_sub(block.bytes.len()) {
                Some(rest) => left = rest,
                None if blocks.is_empty() => left = 0,
                None => break,
            }
            blocks.push(block);
        }
        Ok(blocks)
    }

    /// Where a transaction stands.
    ///
    /// # Errors
    /// [`StorageError::Damaged`], [`StorageError::Io`].
    pub fn tx_location(&self, id: &TxId) -> Result<Option<TxLocation>, StorageError> {
        self.store().read(Column::TxIndex, tx_key(id))
    }

    /// Where a transaction stands, and what became of it.
    ///
    /// # Errors
    /// [`StorageError::Damaged`], [`StorageError::Io`].
    pub fn receipt(&self, id: &TxId) -> Result<Option<(TxLocation, Receipt)>, StorageError> {
        let Some(location) = self.tx_location(id)? else { return Ok(None) };
        let index = usize::try_from(location.index).unwrap_or(usize::MAX);
        let chunk = u32::try_from(index / RECEIPTS_PER_CHUNK).unwrap_or(u32::MAX);
        let receipts = self.receipts_chunk(location.height, chunk)?.unwrap_or_default();
        match receipts.into_iter().nth(index % RECEIPTS_PER_CHUNK) {
            Some(receipt) if receipt.tx_id == *id => Ok(Some((location, receipt))),
            _ => Err(StorageError::damaged(Column::Receipts, &chunk_key(location.height, chunk), "lacks a receipt")),
        }
    }

    /// All receipts of a height, in order; `None` for a height that is not committed.
    ///
    /// # Errors
    /// [`StorageError::Damaged`], [`StorageError::Io`].
    pub fn receipts(&self, height: Height) -> Result<Option<Vec<Receipt>>, StorageError> {
        let Some(record) = self.height(height)? else { return Ok(None) };
        let count = usize::try_from(record.txs).unwrap_or(usize::MAX);
        let mut receipts = Vec::new();
        for chunk in (0u32..).take(count.div_ceil(RECEIPTS_PER_CHUNK)) {
            receipts.extend(self.receipts_chunk(height, chunk)?.unwrap_or_default());
        }
        if receipts.len() == count {
            return Ok(Some(receipts));
        }
        let reason = format!("{} receipts where {count} are needed", receipts.len());
        Err(StorageError::damaged(Column::Receipts, &height_key(height), reason))
    }

    /// One chunk of a height's receipts.
    pub(crate) fn receipts_chunk(&self, height: Height, chunk: u32) -> Result<Option<Vec<Receipt>>, StorageError> {
        self.store().read(Column::Receipts, &chunk_key(height, chunk))
    }

    /// The validator set with this hash, if the state ever held it.
    ///
    /// # Errors
    /// [`StorageError::Damaged`], [`StorageError::Io`].
    pub fn validator_set(&self, hash: &ValidatorsHash) -> Result<Option<ValidatorSet>, StorageError> {
        let set: Option<ValidatorSet> = self.store().read(Column::Validators, &hash.0)?;
        match set {
            Some(set) if set.hash() != *hash => {
                Err(StorageError::damaged(Column::Validators, &hash.0, "the set has another hash"))
            }
            set => Ok(set),
        }
    }

    /// Who signed the committed block of `height`.
    ///
    /// # Errors
    /// [`StorageError::Damaged`], [`StorageError::Io`].
    pub fn signers(&self, height: Height) -> Result<Option<ValidatorSet>, StorageError> {
        let Some(header) = self.header(height)? else { return Ok(None) };
        let hash = header.validators_hash;
        let set = self.validator_set(&hash)?;
        set.map(Some).ok_or_else(|| StorageError::damaged(Column::Validators, &hash.0, "missing"))
    }
}
