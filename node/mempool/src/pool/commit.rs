//! After a block: what it used goes, what it unblocked comes forward, what is too late is dropped.

use super::Pool;
use crate::tx::PooledTx;
use std::collections::BTreeSet;
use std::sync::Arc;
use tacit_state::record::Account;
use tacit_types::{Address, FieldBytes, FullHash, Height, Price};

/// The eviction order is worked out anew when the base fee has moved by more than this part of what it was.
const RERANK_PART: u64 = 8;

/// What a committed block changed, as far as the pool cares.
#[derive(Debug, Clone, Copy, Default)]
pub struct Committed<'a> {
    /// Its height.
    pub height: Height,
    /// What the next block charges per gas.
    pub base_fee: Price,
    /// Its transactions.
    pub included: &'a [FullHash],
    /// Every account that it changed, as it is now; others may stand here too.
    pub accounts: &'a [(Address, Account)],
    /// State keys of the nullifiers that it spent, of all kinds.
    pub spent: &'a [Vec<u8>],
    /// Roots of the note tree that no join-split may name any longer.
    pub lost_anchors: &'a [FieldBytes],
    /// Whether the shielded pool stands still at the next height. What touches it cannot be included then, and would only be
    /// in the way of the rest.
    pub notes_paused: bool,
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
        for anchor in block.lost_anchors {
            self.drop_anchor(anchor, &mut gone);
        }
        self.pause_notes(block.notes_paused, &mut gone);
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
        let holder = *self.by_nullifier.get(nullifier)?;
        self.remove_by_hash(&holder)
    }

    fn drop_anchor(&mut self, anchor: &FieldBytes, gone: &mut Vec<Arc<PooledTx>>) {
        let waiting = self.by_anchor.get(anchor).cloned().unwrap_or_default();
        gone.extend(waiting.iter().filter_map(|hash| self.remove_by_hash(hash)));
    }

    /// Lets nothing wait that touches the shielded pool while that stands still. Whoever waited sends again.
    pub(crate) fn pause_notes(&mut self, paused: bool, gone: &mut Vec<Arc<PooledTx>>) {
        self.notes_paused = paused;
        if paused {
            let waiting: BTreeSet<FullHash> = self.by_anchor.values().flatten().copied().collect();
            gone.extend(waiting.iter().filter_map(|hash| self.remove_by_hash(hash)));
        }
    }

    fn drop_expired(&mut self, gone: &mut Vec<Arc<PooledTx>>) {
        let next = self.height.next();
        while let Some((_, hash)) = self.by_expiry.first().copied().filter(|(expiry, _)| *expiry < next) {
            match self.remove_by_hash(&hash) {
                Some(expired) => gone.push(expired),
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
        self.shielded_tails.clear();
        for queue in self.queues.values_mut() {
            queue.recount(self.ranked_at);
            self.tails.extend(queue.tail_key());
            if queue.is_shielded() {
                self.shielded_tails.extend(queue.tail_key());
            }
        }
    }
}
