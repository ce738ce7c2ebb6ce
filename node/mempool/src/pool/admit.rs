//! Admission: every reason why a checked transaction cannot wait here, cheapest first.

use super::Pool;
use crate::account::Queue;
use crate::tx::PooledTx;
use std::sync::Arc;
use tacit_state::record::Account;
use tacit_types::limits::EXPIRY_HEIGHTS_MAX;
use tacit_types::{FullHash, RejectCode};

/// What admission changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted {
    /// Whether it can be proposed now; otherwise it is parked behind a missing sequence.
    pub ready: bool,
    /// The transaction whose place it took.
    pub replaced: Option<FullHash>,
    /// Transactions that had to go for it.
    pub evicted: Vec<FullHash>,
}

impl Pool {
    /// Lets `tx` wait. `account` is asked for only when the pool does not know the sender; it must tell the state
    /// at the pool's height or later.
    ///
    /// # Errors
    /// A [`RejectCode`] from 100 on; the pool is then unchanged.
    pub fn admit(&mut self, mut tx: PooledTx, account: impl FnOnce() -> Account) -> Result<Admitted, RejectCode> {
        self.check_alone(&tx)?;
        let fresh = (!self.knows_account(&tx.sender)).then(|| Queue::new(account()));
        let victims = {
            let Some(queue) = fresh.as_ref().or_else(|| self.queues.get(&tx.sender)) else {
                return Err(RejectCode::PoolFull);
            };
            self.check_in_queue(&tx, queue)?;
            self.check_nullifiers(&tx, queue)?;
            self.make_room(&tx, queue)?
        };
        let evicted: Vec<FullHash> = victims.iter().map(|victim| victim.full_hash).collect();
        for victim in &victims {
            self.remove(&victim.sender, victim.sequence);
        }
        if let Some(queue) = fresh {
            self.queues.insert(tx.sender, queue);
        }
        tx.arrival = self.next_arrival;
        self.next_arrival += 1;
        let (replaced, ready) = self.enter(Arc::new(tx));
        Ok(Admitted { ready, replaced, evicted })
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

    fn check_alone(&self, tx: &PooledTx) -> Result<(), RejectCode> {
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

    fn check_nullifiers(&self, tx: &PooledTx, queue: &Queue) -> Result<(), RejectCode> {
        let replaced = queue.get(tx.sequence).map(|waiting| waiting.full_hash);
        let taken = |nullifier| self.by_nullifier.get(nullifier).is_some_and(|holder| Some(*holder) != replaced);
        if tx.nullifiers.iter().any(taken) {
            return Err(RejectCode::NullifierConflict);
        }
        Ok(())
    }
}
