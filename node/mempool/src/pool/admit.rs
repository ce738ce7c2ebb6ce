//! Admission: every reason why a checked transaction cannot wait here, cheapest first.

use super::Pool;
use crate::account::Queue;
use crate::tx::PooledTx;
use std::collections::BTreeSet;
use std::sync::Arc;
use tacit_state::record::Account;
use tacit_types::limits::EXPIRY_HEIGHTS_MAX;
use tacit_types::{Amount, FullHash, RejectCode};

/// Most waiting transactions that one newcomer may replace because they spend its nullifiers.
pub const CONFLICTS_MAX: usize = 16;

/// What admission changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted {
    /// Whether it can be proposed now; otherwise it is parked behind a missing sequence.
    pub ready: bool,
    /// The transactions whose place it took: the one with its sequence, then those that spend its nullifiers.
    pub replaced: Vec<FullHash>,
    /// Transactions that had to go for it.
    pub evicted: Vec<FullHash>,
}

impl Pool {
    /// Lets `tx` wait. `account` is asked for only when the pool does not know the sender; it must tell the state
    /// at the pool's height or later. A shielded transaction has no account, and nobody is asked.
    ///
    /// # Errors
    /// A [`RejectCode`] from 100 on; the pool is then unchanged.
    pub fn admit(&mut self, mut tx: PooledTx, account: impl FnOnce() -> Account) -> Result<Admitted, RejectCode> {
        self.check_alone(&tx)?;
        let fresh = (!self.knows_account(&tx.sender)).then(|| match tx.shielded {
            true => Queue::of_shielded(&tx),
            false => Queue::new(account()),
        });
        let (conflicts, victims) = {
            let Some(queue) = fresh.as_ref().or_else(|| self.queues.get(&tx.sender)) else {
                return Err(RejectCode::PoolFull);
            };
            self.check_in_queue(&tx, queue)?;
            let conflicts = self.conflicts(&tx, queue)?;
            let victims = self.make_room(&tx, queue, &conflicts)?;
            (conflicts, victims)
        };
        let outvoted = self.remove_all(&conflicts);
        let evicted = self.remove_all(&victims);
        if let Some(queue) = fresh {
            self.queues.insert(tx.sender, queue);
        }
        tx.arrival = self.next_arrival;
        self.next_arrival += 1;
        let (replaced, ready) = self.enter(Arc::new(tx));
        if !outvoted.is_empty() {
            // What could be proposed may have been among those that went.
            self.executable = self.any_payable();
        }
        Ok(Admitted { ready, replaced: replaced.into_iter().chain(outvoted).collect(), evicted })
    }

    fn remove_all(&mut self, txs: &[Arc<PooledTx>]) -> Vec<FullHash> {
        for tx in txs {
            self.remove(&tx.sender, tx.sequence);
        }
        txs.iter().map(|tx| tx.full_hash).collect()
    }

    fn enter(&mut self, tx: Arc<PooledTx>) -> (Option<FullHash>, bool) {
        let base_fee = self.ranked_at;
        let entering = tx.clone();
        let outcome = self.with_queue(&tx.sender, |queue| {
            let ready = queue.would_be_ready(entering.sequence);
            (queue.insert(entering, base_fee), ready)
        });
        let (replaced, ready) = outcome.unwrap_or_default();
        if let Some(replaced) = &replaced {
            self.forget(replaced);
        }
        self.remember(&tx);
        if ready && !self.executable {
            self.executable = self.any_payable();
        }
        (replaced.map(|replaced| replaced.full_hash), ready)
    }

    /// What can be said without any account.
    ///
    /// # Errors
    /// A [`RejectCode`] from 100 on.
    pub(crate) fn check_alone(&self, tx: &PooledTx) -> Result<(), RejectCode> {
        if self.known(&tx.full_hash) {
            return Err(RejectCode::AlreadyKnown);
        }
        let next = self.height.next();
        if tx.expiry < next {
            return Err(RejectCode::Expired);
        }
        if tx.expiry.saturating_sub(next).0 > EXPIRY_HEIGHTS_MAX {
            return Err(RejectCode::ExpiryTooFar);
        }
        if tx.max_fee < self.base_fee {
            return Err(RejectCode::UnderPriced);
        }
        if self.notes_paused && tx.touches_notes() {
            return Err(RejectCode::PoolPaused);
        }
        Ok(())
    }

    fn check_in_queue(&self, tx: &PooledTx, queue: &Queue) -> Result<(), RejectCode> {
        let ahead = tx.sequence.checked_sub(queue.account().sequence).ok_or(RejectCode::SequenceTooLow)?;
        if ahead.0 >= self.config.max_txs_per_account {
            return Err(RejectCode::SequenceGapTooLarge);
        }
        let (mut bytes, mut cost) = (queue.bytes(), queue.cost());
        if let Some(waiting) = queue.get(tx.sequence) {
            if waiting.tx_id == tx.tx_id {
                return Err(RejectCode::AlreadyKnown);
            }
            if !tx.outbids(waiting) {
                return Err(RejectCode::ReplacementUnderpriced);
            }
            bytes = bytes.saturating_sub(waiting.size);
            cost = cost.saturating_sub(waiting.max_cost());
        } else if !queue.would_be_ready(tx.sequence) && queue.parked() >= self.config.max_parked_per_account {
            return Err(RejectCode::PoolAccountFull);
        }
        if bytes.saturating_add(tx.size) > self.config.max_bytes_per_account {
            return Err(RejectCode::PoolAccountFull);
        }
        // All that waits must be payable together; or else one balance could fill the pool with promises.
        if cost.checked_add(tx.max_cost()).is_none_or(|all| all > queue.account().balance) {
            return Err(RejectCode::CannotPayFee);
        }
        Ok(())
    }

    /// The waiting transactions that spend a nullifier of `tx` and have to go for it. The one with its sequence goes anyway and
    /// is not among them.
    ///
    /// Each must be outbid like the one with its sequence. Together they must not pay more than `tx`, and be few, or else a
    /// single fee would buy the verification and the relay of many. And `tx` must be ready: what nobody can include yet takes
    /// nobody's place.
    fn conflicts(&self, tx: &PooledTx, queue: &Queue) -> Result<Vec<Arc<PooledTx>>, RejectCode> {
        let own = queue.get(tx.sequence).map(|waiting| waiting.full_hash);
        let holders: BTreeSet<FullHash> =
            tx.nullifiers.iter().filter_map(|nullifier| self.by_nullifier.get(nullifier).copied()).collect();
        let conflicts: Vec<Arc<PooledTx>> = holders
            .iter()
            .filter(|holder| Some(**holder) != own)
            .filter_map(|holder| self.get(holder).cloned())
            .collect();
        // A transaction must not push out what it stands on.
        let outbid = |other: &Arc<PooledTx>| other.sender != tx.sender && tx.outbids(other);
        let together = conflicts.iter().try_fold(Amount::ZERO, |sum, other| sum.checked_add(other.max_cost()));
        let paid = together.is_some_and(|together| together <= tx.max_cost());
        let ready = queue.would_be_ready(tx.sequence);
        if conflicts.is_empty() || (ready && paid && conflicts.len() <= CONFLICTS_MAX && conflicts.iter().all(outbid)) {
            return Ok(conflicts);
        }
        Err(RejectCode::NullifierConflict)
    }
}
