//! Making room: who goes when the pool, or the share of shielded transactions in it, is full.

use super::Pool;
use crate::account::{Queue, TailKey};
use crate::tx::PooledTx;
use std::collections::HashSet;
use std::sync::Arc;
use tacit_types::{FullHash, RejectCode};

/// What does not fit.
#[derive(Debug, Clone, Copy)]
struct Surplus {
    bytes: usize,
    txs: usize,
}

impl Surplus {
    const fn is_none(self) -> bool {
        self.bytes == 0 && self.txs == 0
    }

    fn shrink(&mut self, gone: &PooledTx) {
        self.bytes = self.bytes.saturating_sub(gone.size);
        self.txs = self.txs.saturating_sub(1);
    }
}

/// Who goes so far.
#[derive(Default)]
struct Victims {
    txs: Vec<Arc<PooledTx>>,
    seen: HashSet<FullHash>,
}

impl Pool {
    /// The transactions to evict so that `tx` fits; none when there is room. They come from the worst queues, each
    /// from its tail backwards, and every one ranks below `tx`. The sender's own queue is spared: a transaction must
    /// not push out what it stands on. Where shielded transactions have used up their share, only they go for another.
    /// `leaving` go anyway.
    ///
    /// # Errors
    /// [`RejectCode::PoolFull`] when too little ranks below `tx`.
    pub(super) fn make_room(
        &self,
        tx: &PooledTx,
        queue: &Queue,
        leaving: &[Arc<PooledTx>],
    ) -> Result<Vec<Arc<PooledTx>>, RejectCode> {
        let going: Vec<&Arc<PooledTx>> = leaving.iter().chain(queue.get(tx.sequence)).collect();
        let mut victims = Victims { txs: Vec::new(), seen: going.iter().map(|tx| tx.full_hash).collect() };
        if tx.shielded {
            let share = self.surplus_of_share(tx, &going);
            self.choose(tx, queue, share, self.shielded_tails.iter(), &mut victims)?;
        }
        let mut whole = self.surplus(tx, &going);
        victims.txs.iter().for_each(|victim| whole.shrink(victim));
        self.choose(tx, queue, whole, self.tails.iter(), &mut victims)?;
        Ok(victims.txs)
    }

    fn surplus(&self, tx: &PooledTx, going: &[&Arc<PooledTx>]) -> Surplus {
        let gone: usize = going.iter().map(|tx| tx.size).sum();
        let bytes = self.bytes.saturating_sub(gone).saturating_add(tx.size);
        let txs = self.by_hash.len().saturating_sub(going.len()).saturating_add(1);
        Surplus { bytes: bytes.saturating_sub(self.config.max_bytes), txs: txs.saturating_sub(self.config.max_txs) }
    }

    fn surplus_of_share(&self, tx: &PooledTx, going: &[&Arc<PooledTx>]) -> Surplus {
        let going: Vec<&&Arc<PooledTx>> = going.iter().filter(|tx| tx.shielded).collect();
        let gone: usize = going.iter().map(|tx| tx.size).sum();
        let bytes = self.shielded_bytes.saturating_sub(gone).saturating_add(tx.size);
        let txs = self.shielded_tails.len().saturating_sub(going.len()).saturating_add(1);
        let config = &self.config;
        Surplus {
            bytes: bytes.saturating_sub(config.max_shielded_bytes),
            txs: txs.saturating_sub(config.max_shielded_txs),
        }
    }

    /// Adds victims from `tails`, the worst first, until nothing is left of `surplus`.
    fn choose<'p>(
        &'p self,
        tx: &PooledTx,
        queue: &Queue,
        mut surplus: Surplus,
        tails: impl Iterator<Item = &'p TailKey>,
        victims: &mut Victims,
    ) -> Result<(), RejectCode> {
        if surplus.is_none() {
            return Ok(());
        }
        let rank = queue.rank_of(tx, self.ranked_at);
        for tail in tails {
            if tail.rank >= rank {
                break;
            }
            let Some(others) = self.queues.get(&tail.sender).filter(|_| tail.sender != tx.sender) else { continue };
            for (_, victim) in others.backwards().take_while(|(victim_rank, _)| *victim_rank < rank) {
                if !victims.seen.insert(victim.full_hash) {
                    continue;
                }
                surplus.shrink(victim);
                victims.txs.push(victim.clone());
                if surplus.is_none() {
                    return Ok(());
                }
            }
        }
        Err(RejectCode::PoolFull)
    }
}
