//! After a block: what it used goes, what it unblocked comes forward, what is too late is dropped.

use super::Pool;
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
    /// Follows the chain by one block (or several at once, with the accounts as they are after the last).
    pub fn commit(&mut self, block: &Committed<'_>) {
        self.height = block.height;
        self.base_fee = block.base_fee;
        block.included.iter().for_each(|hash| self.included.insert(*hash));
        for (address, account) in block.accounts {
            self.update_account(address, *account);
        }
        for hash in block.included {
            self.drop_included(hash);
        }
        for nullifier in block.spent {
            self.drop_spent(nullifier);
        }
        self.drop_expired();
        self.rerank();
        self.executable = self.any_payable();
    }

    fn update_account(&mut self, address: &Address, account: Account) {
        let base_fee = self.ranked_at;
        let used = self.with_queue(address, |queue| queue.update(account, base_fee)).unwrap_or_default();
        used.iter().for_each(|tx| self.forget(tx));
    }

    /// An included transaction that still waits was charged, so its account has moved past it even if nobody said so.
    fn drop_included(&mut self, hash: &FullHash) {
        let Some(tx) = self.get(hash).cloned() else { return };
        let Some(account) = self.queues.get(&tx.sender).map(|queue| *queue.account()) else { return };
        self.update_account(&tx.sender, Account { sequence: tx.sequence.next().max(account.sequence), ..account });
    }

    fn drop_spent(&mut self, nullifier: &[u8]) {
        let Some(hash) = self.by_nullifier.get(nullifier) else { return };
        if let Some((sender, sequence)) = self.by_hash.get(hash).copied() {
            self.remove(&sender, sequence);
        }
    }

    fn drop_expired(&mut self) {
        let next = self.height.next();
        while let Some((_, hash)) = self.by_expiry.first().copied().filter(|(expiry, _)| *expiry < next) {
            match self.by_hash.get(&hash).copied() {
                Some((sender, sequence)) => {
                    self.remove(&sender, sequence);
                }
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
