//! Selection: what a proposer offers to the block builder, best first.
//!
//! The heads of all queues are kept in the order of the highest tip they could pay. What they pay at the current
//! base fee is at most that, so a head needs to be looked at only when everything better has been taken: selecting
//! costs what is selected, not what waits.

use super::Pool;
use crate::tx::PooledTx;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use tacit_types::{Address, Amount, Gas, Price};

/// After so many transactions in a row that did not fit, the block is as good as full.
const MISFITS_MAX: usize = 256;

/// What fits into a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SelectLimits {
    /// Sum of gas limits.
    pub gas: Gas,
    /// Sum of lengths.
    pub bytes: usize,
    /// Number of transactions.
    pub txs: usize,
    /// Number of proofs.
    pub proofs: usize,
    /// What the block charges per gas.
    pub base_fee: Price,
}

/// The next transaction of one account; the best compares greatest.
struct Candidate<'p> {
    tip: Price,
    tx: &'p Arc<PooledTx>,
    /// What the account has left after its transactions so far.
    left: Amount,
}

impl Candidate<'_> {
    fn key(&self) -> (Price, Reverse<u64>, Address) {
        (self.tip, Reverse(self.tx.arrival), self.tx.sender)
    }
}

impl PartialEq for Candidate<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Candidate<'_> {}

impl PartialOrd for Candidate<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Candidate<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl Pool {
    /// The transactions to propose: by tip at `limits.base_fee`, then by arrival; those of one account in the order
    /// of its sequences; none that its account could not pay as far as the pool knows. Nothing leaves the pool.
    #[must_use]
    pub fn select(&self, limits: &SelectLimits) -> Vec<Arc<PooledTx>> {
        let mut left = *limits;
        let mut chosen = Vec::new();
        let mut misfits = 0;
        for candidate in self.candidates(limits.base_fee, |tx| left.take(tx)) {
            match candidate {
                Some(tx) => {
                    misfits = 0;
                    chosen.push(tx.clone());
                }
                None => misfits += 1,
            }
            if chosen.len() >= limits.txs || misfits >= MISFITS_MAX {
                break;
            }
        }
        chosen
    }

    /// Is there anything that could be proposed now?
    pub(super) fn any_payable(&self) -> bool {
        self.candidates(self.base_fee, |_| true).next().is_some()
    }

    /// Payable transactions, best first: `Some` when `fits` took it, `None` when not, and then nothing more of that
    /// account comes.
    fn candidates<'p>(
        &'p self,
        base_fee: Price,
        mut fits: impl FnMut(&PooledTx) -> bool + 'p,
    ) -> impl Iterator<Item = Option<&'p Arc<PooledTx>>> + 'p {
        let mut heads = self.heads.iter().peekable();
        let mut heap: BinaryHeap<Candidate<'p>> = BinaryHeap::new();
        std::iter::from_fn(move || {
            loop {
                let best = heap.peek().map(Candidate::key);
                let Some(key) = heads
                    .next_if(|key| best.is_none_or(|best| (key.max_tip.0, Reverse(key.arrival), key.sender) > best))
                else {
                    break;
                };
                let queue = self.queues.get(&key.sender);
                let head = queue.and_then(|queue| payable(queue.head()?, queue.account().balance, base_fee));
                heap.extend(head);
            }
            let Candidate { tip, tx, left } = heap.pop()?;
            if !fits(tx) {
                return Some(None);
            }
            let left = left.saturating_sub(tx.gas_limit.cost(base_fee.saturating_add(tip)));
            let follower = self.queues.get(&tx.sender).and_then(|queue| queue.get(tx.sequence.next()));
            heap.extend(follower.and_then(|follower| payable(follower, left, base_fee)));
            Some(Some(tx))
        })
    }
}

fn payable(tx: &Arc<PooledTx>, left: Amount, base_fee: Price) -> Option<Candidate<'_>> {
    let tip = tx.tip_at(base_fee)?;
    let cost = tx.gas_limit.cost(base_fee.saturating_add(tip));
    (cost <= left).then_some(Candidate { tip, tx, left })
}

impl SelectLimits {
    /// Takes room for `tx`, or nothing when there is not enough.
    fn take(&mut self, tx: &PooledTx) -> bool {
        let rest = |limits: &Self| {
            Some(Self {
                gas: limits.gas.checked_sub(tx.gas_limit)?,
                bytes: limits.bytes.checked_sub(tx.size)?,
                txs: limits.txs.checked_sub(1)?,
                proofs: limits.proofs.checked_sub(tx.proofs)?,
                base_fee: limits.base_fee,
            })
        };
        match rest(self) {
            Some(rest) => {
                *self = rest;
                true
            }
            None => false,
        }
    }
}
