//! The rules again, as slowly and plainly as they can be written: one list, searched and sorted for every question.

use super::*;
use crate::Admitted;
use crate::account::Rank;
use std::collections::{BTreeMap, HashSet};
use tacit_types::RejectCode;
use tacit_types::limits::EXPIRY_HEIGHTS_MAX;

/// The naive pool. It holds the world's accounts too: the pool is told of all their changes.
pub(super) struct Model {
    pub(super) config: PoolConfig,
    pub(super) height: u64,
    pub(super) base_fee: Price,
    ranked_at: Price,
    pub(super) accounts: BTreeMap<Address, Account>,
    pub(super) txs: Vec<PooledTx>,
    included: HashSet<FullHash>,
    paused: bool,
    arrivals: u64,
}

impl Model {
    pub(super) fn new(config: PoolConfig, accounts: BTreeMap<Address, Account>) -> Self {
        let included = HashSet::new();
        Self {
            config,
            height: 0,
            base_fee: BASE_FEE,
            ranked_at: BASE_FEE,
            accounts,
            txs: vec![],
            included,
            paused: false,
            arrivals: 0,
        }
    }

    /// The account at `sender`; a shielded transaction's own one pays for it alone.
    fn account(&self, sender: &Address) -> Account {
        let own = |tx: &PooledTx| account(tx.max_cost(), 0);
        let shielded = || self.txs.iter().find(|tx| tx.sender == *sender).map(own);
        self.accounts.get(sender).copied().or_else(shielded).unwrap_or_default()
    }

    fn queue(&self, sender: &Address) -> Vec<&PooledTx> {
        let mut queue: Vec<&PooledTx> = self.txs.iter().filter(|tx| tx.sender == *sender).collect();
        queue.sort_by_key(|tx| tx.sequence);
        queue
    }

    fn is_ready(&self, sender: &Address, sequence: u64) -> bool {
        let waits = |n: u64| self.txs.iter().any(|tx| tx.sender == *sender && tx.sequence.0 == n);
        (self.account(sender).sequence.0..sequence).all(waits)
    }

    fn rank(&self, tx: &PooledTx) -> Rank {
        let own = |tx: &PooledTx| tx.tip_at(self.ranked_at).unwrap_or(Price(0));
        let before = self.queue(&tx.sender).into_iter().filter(|other| other.sequence < tx.sequence).map(own);
        Rank { ready: self.is_ready(&tx.sender, tx.sequence.0), worth: before.chain([own(tx)]).min().unwrap() }
    }

    pub(super) fn parked(&self) -> usize {
        self.txs.iter().filter(|tx| !self.is_ready(&tx.sender, tx.sequence.0)).count()
    }

    pub(super) fn admit(&mut self, mut tx: PooledTx) -> Result<Admitted, RejectCode> {
        if self.included.contains(&tx.full_hash) || self.txs.iter().any(|other| other.full_hash == tx.full_hash) {
            return Err(RejectCode::AlreadyKnown);
        }
        if tx.expiry.0 <= self.height {
            return Err(RejectCode::Expired);
        }
        if tx.expiry.0 > self.height + 1 + EXPIRY_HEIGHTS_MAX {
            return Err(RejectCode::ExpiryTooFar);
        }
        if tx.max_fee < self.base_fee {
            return Err(RejectCode::UnderPriced);
        }
        if self.paused && !tx.anchors.is_empty() {
            return Err(RejectCode::PoolPaused);
        }
        let account = if tx.shielded { account(tx.max_cost(), 0) } else { self.account(&tx.sender) };
        if tx.sequence < account.sequence {
            return Err(RejectCode::SequenceTooLow);
        }
        if tx.sequence.0 - account.sequence.0 >= self.config.max_txs_per_account {
            return Err(RejectCode::SequenceGapTooLarge);
        }
        let same = |other: &&PooledTx| other.sender == tx.sender && other.sequence == tx.sequence;
        let waiting = self.txs.iter().find(same).cloned();
        if let Some(waiting) = &waiting {
            if waiting.tx_id == tx.tx_id {
                return Err(RejectCode::AlreadyKnown);
            }
            let enough = |new: Price, old: Price| new.0 as f64 >= old.0 as f64 * 1.1 - 1e-9;
            if !enough(tx.max_fee, waiting.max_fee) || !enough(tx.max_tip, waiting.max_tip) {
                return Err(RejectCode::ReplacementUnderpriced);
            }
        }
        let replaced = waiting.as_ref().map(|waiting| waiting.full_hash);
        let others: Vec<&PooledTx> = self.txs.iter().filter(|other| Some(other.full_hash) != replaced).collect();
        let own: Vec<&&PooledTx> = others.iter().filter(|other| other.sender == tx.sender).collect();
        let ready = self.is_ready(&tx.sender, tx.sequence.0);
        let own_parked =
            self.queue(&tx.sender).iter().filter(|other| !self.is_ready(&tx.sender, other.sequence.0)).count();
        if waiting.is_none() && !ready && own_parked >= self.config.max_parked_per_account {
            return Err(RejectCode::PoolAccountFull);
        }
        if own.iter().map(|other| other.size).sum::<usize>() + tx.size > self.config.max_bytes_per_account {
            return Err(RejectCode::PoolAccountFull);
        }
        if own.iter().map(|other| other.max_cost().0).sum::<u128>() + tx.max_cost().0 > account.balance.0 {
            return Err(RejectCode::CannotPayFee);
        }
        let clashes = |other: &&&PooledTx| other.nullifiers.iter().any(|nullifier| tx.nullifiers.contains(nullifier));
        let mut conflicts: Vec<&PooledTx> = others.iter().filter(clashes).copied().collect();
        conflicts.sort_by_key(|other| other.full_hash);
        let beaten = |other: &&PooledTx| {
            other.sender != tx.sender
                && tx.max_fee.0 * 10 >= other.max_fee.0 * 11
                && tx.max_tip.0 * 10 >= other.max_tip.0 * 11
        };
        if !conflicts.iter().all(beaten)
            || (!conflicts.is_empty() && !ready)
            || conflicts.len() > 16
            || conflicts.iter().map(|other| other.max_cost().0).sum::<u128>() > tx.max_cost().0
        {
            return Err(RejectCode::NullifierConflict);
        }
        let outvoted: Vec<FullHash> = conflicts.iter().map(|other| other.full_hash).collect();
        let staying: Vec<&PooledTx> =
            others.iter().filter(|other| !outvoted.contains(&other.full_hash)).copied().collect();
        let evicted = self.victims(&tx, &staying)?;
        let replaced: Vec<FullHash> = replaced.into_iter().chain(outvoted).collect();
        self.txs.retain(|other| !evicted.contains(&other.full_hash) && !replaced.contains(&other.full_hash));
        tx.arrival = self.arrivals;
        self.arrivals += 1;
        self.txs.push(tx);
        Ok(Admitted { ready, replaced, evicted })
    }

    /// First of shielded transactions only, until a shielded `tx` fits into their share, then of all, until it fits into the
    /// pool.
    fn victims(&self, tx: &PooledTx, staying: &[&PooledTx]) -> Result<Vec<FullHash>, RejectCode> {
        let mut gone = Vec::new();
        let config = &self.config;
        let shielded: Vec<&PooledTx> = staying.iter().filter(|other| other.shielded).copied().collect();
        if tx.shielded {
            let limits = (config.max_shielded_bytes, config.max_shielded_txs);
            self.add_victims(tx, &shielded, limits, &mut gone)?;
        }
        self.add_victims(tx, staying, (config.max_bytes, config.max_txs), &mut gone)?;
        Ok(gone)
    }

    /// Whole queues of others, worst tail first, each from the back, while they rank below `tx`. Ranks are those of the pool
    /// before anything leaves.
    fn add_victims(
        &self,
        tx: &PooledTx,
        others: &[&PooledTx],
        (max_bytes, max_txs): (usize, usize),
        gone: &mut Vec<FullHash>,
    ) -> Result<(), RejectCode> {
        let fits = |gone: &[FullHash]| {
            let left: Vec<_> = others.iter().filter(|other| !gone.contains(&other.full_hash)).collect();
            left.iter().map(|other| other.size).sum::<usize>() + tx.size <= max_bytes && left.len() < max_txs
        };
        let rank = self.rank(tx);
        let senders: std::collections::BTreeSet<Address> = self.txs.iter().map(|other| other.sender).collect();
        let candidate = |other: &&PooledTx| others.iter().any(|one| one.full_hash == other.full_hash);
        let of_class = |queue: &Vec<&PooledTx>| others.iter().any(|one| one.sender == queue[0].sender);
        let mut queues: Vec<Vec<&PooledTx>> =
            senders.iter().filter(|sender| **sender != tx.sender).map(|sender| self.queue(sender)).collect();
        queues.retain(of_class);
        queues.sort_by_key(|queue| {
            let tail = queue.last().unwrap();
            (self.rank(tail), std::cmp::Reverse(tail.arrival))
        });
        for queue in queues {
            for victim in queue.into_iter().rev() {
                if fits(gone) || self.rank(victim) >= rank {
                    break;
                }
                if candidate(&victim) && !gone.contains(&victim.full_hash) {
                    gone.push(victim.full_hash);
                }
            }
        }
        if fits(gone) { Ok(()) } else { Err(RejectCode::PoolFull) }
    }

    pub(super) fn select(&self, limits: &SelectLimits) -> Vec<FullHash> {
        let mut next: BTreeMap<Address, Account> = self.accounts.clone();
        next.extend(self.txs.iter().filter(|tx| tx.shielded).map(|tx| (tx.sender, account(tx.max_cost(), 0))));
        let mut left = *limits;
        let mut chosen = Vec::new();
        loop {
            let payable = |tx: &&PooledTx| {
                next.get(&tx.sender).is_some_and(|account| {
                    let price = tx.tip_at(limits.base_fee).map(|tip| limits.base_fee.saturating_add(tip));
                    account.sequence == tx.sequence
                        && price.is_some_and(|price| tx.gas_limit.cost(price) <= account.balance)
                })
            };
            let best = self
                .txs
                .iter()
                .filter(payable)
                .max_by_key(|tx| (tx.tip_at(limits.base_fee), std::cmp::Reverse(tx.arrival)));
            let Some(tx) = best else { return chosen };
            if left.gas < tx.gas_limit || left.bytes < tx.size || left.txs < 1 || left.proofs < tx.proofs {
                next.remove(&tx.sender);
                continue;
            }
            left.gas.0 -= tx.gas_limit.0;
            left.bytes -= tx.size;
            left.txs -= 1;
            left.proofs -= tx.proofs;
            let account = next.get_mut(&tx.sender).unwrap();
            let price = limits.base_fee.saturating_add(tx.tip_at(limits.base_fee).unwrap());
            account.balance.0 -= tx.gas_limit.cost(price).0;
            account.sequence = account.sequence.next();
            chosen.push(tx.full_hash);
        }
    }

    /// The accounts have changed to what they are now; `block` says the rest.
    pub(super) fn commit(&mut self, block: &Committed<'_>) {
        self.height += 1;
        self.base_fee = block.base_fee;
        self.paused = block.notes_paused;
        self.included.extend(block.included);
        let (height, paused) = (self.height, self.paused);
        let accounts = &self.accounts;
        let stale = |tx: &PooledTx| match accounts.get(&tx.sender) {
            Some(account) => tx.sequence < account.sequence,
            None => block.included.contains(&tx.full_hash),
        };
        self.txs.retain(|tx| !stale(tx) && tx.expiry.0 > height);
        self.txs.retain(|tx| !tx.nullifiers.iter().any(|nullifier| block.spent.contains(nullifier)));
        self.txs.retain(|tx| !tx.anchors.iter().any(|anchor| paused || block.lost_anchors.contains(anchor)));
        if block.base_fee.0.abs_diff(self.ranked_at.0) > self.ranked_at.0 / 8 {
            self.ranked_at = block.base_fee;
        }
    }
}
