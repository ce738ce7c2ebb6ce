//! Making room: who goes when the pool is full.

use super::Pool;
use crate::account::Queue;
use crate::tx::PooledTx;
use std::sync::Arc;
use tacit_types::RejectCode;

impl Pool {
    /// The transactions to evict so that `tx` fits; none when there is room. They come from the worst queues, each
    /// from its tail backwards, and every one ranks below `tx`. The sender's own queue is spared: a transaction must
    /// not push out what it stands on.
    ///
    /// # Errors
    /// [`RejectCode::PoolFull`] when too little ranks below `tx`.
    pub(super) fn make_room(&self, tx: &PooledTx, queue: &Queue) -> Result<Vec<Arc<PooledTx>>, RejectCode> {
        let replaced = queue.get(tx.sequence);
        let bytes = self.bytes.saturating_sub(replaced.map_or(0, |waiting| waiting.size)).saturating_add(tx.size);
        let txs = self.by_hash.len().saturating_sub(usize::from(replaced.is_some())).saturating_add(1);
        let mut surplus_bytes = bytes.saturating_sub(self.config.max_bytes);
        let mut surplus_txs = txs.saturating_sub(self.config.max_txs);
        let mut victims = Vec::new();
        if surplus_bytes == 0 && surplus_txs == 0 {
            return Ok(victims);
        }
        let rank = queue.rank_of(tx, self.ranked_at);
        for tail in &self.tails {
            if tail.rank >= rank {
                break;
            }
            let Some(others) = self.queues.get(&tail.sender).filter(|_| tail.sender != tx.sender) else { continue };
            for (_, victim) in others.backwards().take_while(|(victim_rank, _)| *victim_rank < rank) {
                surplus_bytes = surplus_bytes.saturating_sub(victim.size);
                surplus_txs = surplus_txs.saturating_sub(1);
                victims.push(victim.clone());
                if surplus_bytes == 0 && surplus_txs == 0 {
                    return Ok(victims);
                }
            }
        }
        Err(RejectCode::PoolFull)
    }
}
