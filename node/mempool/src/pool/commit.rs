//! After a block: what it used goes, what it unblocked comes forward, what is too late is dropped.

use super::Pool;
use crate::tx::PooledTx;
use std::sync::Arc;
use tacit_state::record::Account;
use tacit_types::{Address, FullHash, Height, Price};

/// The eviction order is worked out anew when the base fee has moved by more than this part of what it was.
const RERANK_PART: u64 = 8;

/// What a committed block changed, as far as the pool cares.
#[derive(Debug, Clone, Copy)]
pub struct Committed<'a> {
    /// Its height.
    pub height: Height,
    /// What the next block charges per gas.
    pub base_fee: Price,
    /// Its transactions.
    pub included: &'a [FullHash],
    /// Every account that it changed, as it is now; others may stand here too.
    pub accounts: &'a [(Address, Account)],
    /// Keys of the nullifiers that it spent, as [`tacit_state::key::nullifier`] makes them.
    pub spent: &'a [Vec<u8>],
}

impl Pool {
    /// Follows the chain by one block (or several at once, with the accounts as they are after the last). Returns
    /// what no longer waits.
    pub fn commit(&mut self, block: &Committed<'_>) -> Vec<Arc<PooledTx>> {
        self.height = block.height;
        self.base_fee = block.base_fee;
        let mut gone = Vec::with_capacity(block.included.len());
        block.included.iter().for_each(|hash| self.included.insert(*hash));
        for (address, account) in block.accounts {
            gone.extend(self.update_account(address, *account));
        }
        for hash in block.included {
            gone.extend(self.drop_included(hash));
        }
        for nullifier in block.spent {
            gone.extend(self.drop_spent(nullifier));
        }
        self.drop_expired(&mut gone);
        self.rerank();
        self.executable = self.any_payable();
        gone
    }

    /// An account is now like this. Returns what its sequence has made stale. Accounts without anything waiting are
    /// not remembered.
    pub fn update_account(&mut self, address: &Address, account: Account) -> Vec<Arc<PooledTx>> {
        let base_fee = self.ranked_at;
        let used = self.with_queue(address, |queue| queue.update(account, base_fee)).unwrap_or_default();
        used.iter().for_each(|tx| self.forget(tx));
        used
    }

    /// An included transaction that still waits was charged, so its account has moved past it even if nobody said so.
    fn drop_included(&mut self, hash: &FullHash) -> Vec<Arc<PooledTx>> {
        let Some((sender, sequence)) = self.by_hash.get(hash).copied() else { return Vec::new() };
        let Some(account) = self.queues.get(&sender).map(|queue| *queue.account()) else { return Vec::new() };
        self.update_account(&sender, Account { sequence: sequence.next().max(account.sequence), ..account })
    }

    fn drop_spent(&mut self, nullifier: &[u8]) -> Option<Arc<PooledTx>> {
        let (sender, sequence) = *self.by_hash.get(self.by_nullifier.get(nullifier)?)?;
        self.remove(&sender, sequence)
    }

    fn drop_expired(&mut self, gone: &mut Vec<Arc<PooledTx>>) {
        let next = self.height.next();
        while let Some((_, hash)) = self.by_expiry.first().copied().filter(|(expiry, _)| *expiry < next) {
            match self.by_hash.get(&hash).copied() {
                Some((sender, sequence)) => gone.extend(self.remove(&sender, sequence)),
                None => {
                    self.by_expiry.pop_first();
                }
            }
        }
    }

    /// Ranks depend on the base fee, which moves with every block; working them out for the whole pool each time
    /// would cost more than a slightly old order does.
    fn rerank(&mut self) {
        let moved = self.base_fee.0.abs_diff(self.ranked_at.0);
        if moved <= self.ranked_at.0 / RERANK_PART {
            return;
        }
        self.ranked_at = self.base_fee;
        self.tails.clear();
        for queue in self.queues.values_mut() {
            queue.recount(self.ranked_at);
            self.tails.extend(queue.tail_key());
        }
    }
}
