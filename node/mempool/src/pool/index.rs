//! Keeps the indices of the pool in step with its queues: the only file that writes both.

use super::Pool;
use crate::account::Queue;
use crate::tx::PooledTx;
use std::sync::Arc;
use tacit_types::{Address, FullHash, Sequence};

impl Pool {
    /// Changes the queue of `sender` by `change` and moves its head and tail in their orders. A queue that ends empty
    /// is dropped.
    pub(super) fn with_queue<T>(&mut self, sender: &Address, change: impl FnOnce(&mut Queue) -> T) -> Option<T> {
        let queue = self.queues.get_mut(sender)?;
        let (old_head, old_tail, old_parked) = (queue.head_key(), queue.tail_key(), queue.parked());
        let outcome = change(queue);
        let (new_head, new_tail, new_parked) = (queue.head_key(), queue.tail_key(), queue.parked());
        let shielded = queue.is_shielded();
        if queue.is_empty() {
            self.queues.remove(sender);
        }
        if old_head != new_head {
            old_head.map(|key| self.heads.remove(&key));
            new_head.map(|key| self.heads.insert(key));
        }
        if old_tail != new_tail {
            for tails in [&mut self.tails].into_iter().chain(shielded.then_some(&mut self.shielded_tails)) {
                old_tail.map(|key| tails.remove(&key));
                new_tail.map(|key| tails.insert(key));
            }
        }
        self.parked = self.parked.saturating_sub(old_parked).saturating_add(new_parked);
        Some(outcome)
    }

    /// Enters `tx`, which stands in its queue, into all indices.
    pub(super) fn remember(&mut self, tx: &PooledTx) {
        self.bytes = self.bytes.saturating_add(tx.size);
        self.by_hash.insert(tx.full_hash, (tx.sender, tx.sequence));
        self.by_id.insert(tx.tx_id, tx.full_hash);
        self.by_arrival.insert(tx.arrival, tx.full_hash);
        self.by_expiry.insert((tx.expiry, tx.full_hash));
        for nullifier in &tx.nullifiers {
            self.by_nullifier.insert(nullifier.clone(), tx.full_hash);
        }
        for anchor in &tx.anchors {
            self.by_anchor.entry(*anchor).or_default().insert(tx.full_hash);
        }
        if tx.shielded {
            self.shielded_bytes = self.shielded_bytes.saturating_add(tx.size);
        }
    }

    /// Takes `tx`, which has left its queue, out of all indices.
    pub(super) fn forget(&mut self, tx: &PooledTx) {
        self.bytes = self.bytes.saturating_sub(tx.size);
        self.by_hash.remove(&tx.full_hash);
        self.by_id.remove(&tx.tx_id);
        self.by_arrival.remove(&tx.arrival);
        self.by_expiry.remove(&(tx.expiry, tx.full_hash));
        for nullifier in &tx.nullifiers {
            self.by_nullifier.remove(nullifier);
        }
        for anchor in &tx.anchors {
            if let Some(waiting) = self.by_anchor.get_mut(anchor) {
                waiting.remove(&tx.full_hash);
                if waiting.is_empty() {
                    self.by_anchor.remove(anchor);
                }
            }
        }
        if tx.shielded {
            self.shielded_bytes = self.shielded_bytes.saturating_sub(tx.size);
        }
    }

    /// Takes the transaction with this hash out of the pool.
    pub(super) fn remove_by_hash(&mut self, hash: &FullHash) -> Option<Arc<PooledTx>> {
        let (sender, sequence) = *self.by_hash.get(hash)?;
        self.remove(&sender, sequence)
    }

    /// Takes one transaction out of its queue and of all indices.
    pub(super) fn remove(&mut self, sender: &Address, sequence: Sequence) -> Option<Arc<PooledTx>> {
        let base_fee = self.ranked_at;
        let removed = self.with_queue(sender, |queue| queue.remove(sequence, base_fee))??;
        self.forget(&removed);
        Some(removed)
    }
}
