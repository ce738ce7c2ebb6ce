//! Compact blocks: what a wallet needs of a block to find its notes, one value per height that has any.
//!
//! They are written in the batch of their block and never change, so a page of them and the tip that bounds it are
//! always of one chain. Pages hand on the stored bytes; whoever asks for one height gets it decoded.

use crate::column::Column;
use crate::database::Database;
use crate::error::StorageError;
use crate::record::{height_key, read_height};
use crate::store::Walk;
use tacit_types::shielded::{CompactBlock, CompactJoinSplit, OUTPUTS};
use tacit_types::{Block, Height, Receipt, Tx};

/// A page of compact blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompactBlocks {
    /// Heights with notes and their compact blocks, encoded, ascending.
    pub blocks: Vec<(Height, Vec<u8>)>,
    /// The first height that this page does not cover; `None` when it reaches the tip.
    pub next: Option<Height>,
    /// The tip that it may reach.
    pub tip: Height,
}

impl Database {
    /// The compact block of `height`; none when the height has no notes, or is not there.
    ///
    /// # Errors
    /// [`StorageError::Damaged`], [`StorageError::Io`].
    pub fn compact_block(&self, height: Height) -> Result<Option<CompactBlock>, StorageError> {
        self.store().read(Column::CompactBlocks, &height_key(height))
    }

    /// Compact blocks from height `from` to the tip: at most `count_max` of them, and as many as fit `bytes_max` bytes, but
    /// at least one. Heights without notes cost nothing.
    ///
    /// # Errors
    /// [`StorageError::NoGenesis`], [`StorageError::Damaged`], [`StorageError::Io`].
    pub fn compact_blocks(
        &self,
        from: Height,
        count_max: usize,
        bytes_max: usize,
    ) -> Result<CompactBlocks, StorageError> {
        let tip = self.tip()?.height;
        let mut page = CompactBlocks { blocks: Vec::new(), next: None, tip };
        if from > tip {
            return Ok(page);
        }
        let mut left = bytes_max;
        // A block that commits meanwhile lies above the tip that the page names, and is not looked at.
        let end = height_key(tip.next()).to_vec();
        self.store().walk(Column::CompactBlocks, &height_key(from), Some(end), |key, bytes| {
            let height = read_height(key)
                .filter(|_| key.len() == size_of::<u64>())
                .ok_or_else(|| StorageError::damaged(Column::CompactBlocks, key, "not a height"))?;
            let fits = page.blocks.len() < count_max && (bytes.len() <= left || page.blocks.is_empty());
            if !fits {
                page.next = Some(height);
                return Ok(Walk::Stop);
            }
            left = left.saturating_sub(bytes.len());
            page.blocks.push((height, bytes.to_vec()));
            Ok(Walk::On)
        })?;
        Ok(page)
    }
}

/// What the check of all compact blocks knows from the heights below.
#[derive(Debug, Default)]
pub(crate) struct NotesSoFar(u64);

impl NotesSoFar {
    /// What is wrong with the stored compact block of `block`, judged by the block and its receipts. The root in it takes an
    /// execution to judge.
    pub(crate) fn problem(
        &mut self,
        block: &Block,
        receipts: &[Receipt],
        stored: Option<CompactBlock>,
    ) -> Option<&'static str> {
        let expected = join_splits(block, receipts);
        let Some(stored) = stored else {
            return (!expected.is_empty()).then_some("the compact block is missing, though the block has notes");
        };
        let position = std::mem::replace(&mut self.0, position_after(&stored));
        if stored.height != block.header.height || stored.first_position != position {
            return Some("the compact block is of another height, or its notes do not follow those before");
        }
        (*stored.join_splits != *expected).then_some("the compact block does not hold the block's join-splits")
    }
}

fn position_after(compact: &CompactBlock) -> u64 {
    let notes = u64::try_from(compact.join_splits.len()).unwrap_or(u64::MAX).saturating_mul(OUTPUTS as u64);
    compact.first_position.saturating_add(notes)
}

/// The join-splits of a block that took effect: first those that pay for shielded transactions, whatever became of the
/// rest, then those of the bodies that succeeded.
fn join_splits(block: &Block, receipts: &[Receipt]) -> Vec<CompactJoinSplit> {
    let txs: Vec<Tx> = block.body.txs.iter().filter_map(|raw| Tx::decode(raw.as_bytes()).ok()).collect();
    let paying = txs.iter().filter_map(|tx| Some(tx.body.paying_join_split()?.compact(tx.id(), 0)));
    let succeeded = txs.iter().zip(receipts).filter(|(_, receipt)| receipt.succeeded());
    let bodies = succeeded.flat_map(|(tx, receipt)| {
        let paid = usize::from(tx.body.paying_join_split().is_some());
        tx.body.join_splits().skip(paid).map(|(action, join_split)| join_split.compact(receipt.tx_id, action))
    });
    paying.chain(bodies).collect()
}
