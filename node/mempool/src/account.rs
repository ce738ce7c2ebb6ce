//! The queue of one account: its transactions by sequence, which of them could execute now, what the last is worth.
//!
//! Transactions up to the first missing sequence are *ready*, the rest is *parked*. A transaction is *worth* the
//! lowest tip from the queue's head up to itself, because it cannot execute before them: a high tip behind a low one
//! protects nothing from eviction.

use crate::tx::PooledTx;
use std::collections::BTreeMap;
use std::sync::Arc;
use tacit_state::record::Account;
use tacit_types::{Address, Amount, Price, Sequence};

/// The queue of one account.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    account: Account,
    shielded: bool,
    txs: BTreeMap<u64, Queued>,
    ready_end: u64,
    bytes: usize,
    cost: Amount,
}

#[derive(Debug)]
struct Queued {
    tx: Arc<PooledTx>,
    worth: Price,
}

/// How dear a transaction is to the pool: parked ones go before ready ones, cheap ones before dear ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    pub(crate) ready: bool,
    pub(crate) worth: Price,
}

impl Queue {
    /// The empty queue of an account.
    pub(crate) fn new(account: Account) -> Self {
        Self { account, ready_end: account.sequence.0, ..Self::default() }
    }

    /// The empty queue of one shielded transaction, which pays for itself.
    pub(crate) fn of_shielded(tx: &PooledTx) -> Self {
        Self { shielded: true, ..Self::new(tx.own_account()) }
    }

    /// Whether it is the queue of one shielded transaction.
    pub(crate) const fn is_shielded(&self) -> bool {
        self.shielded
    }

    /// The account as last told.
    pub(crate) const fn account(&self) -> &Account {
        &self.account
    }

    /// Bytes of all transactions.
    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// The most that all transactions can cost together.
    pub(crate) const fn cost(&self) -> Amount {
        self.cost
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.txs.is_empty()
    }

    /// Transactions behind a missing sequence.
    pub(crate) fn parked(&self) -> usize {
        let ready = usize::try_from(self.ready_end.saturating_sub(self.account.sequence.0)).unwrap_or(usize::MAX);
        self.txs.len().saturating_sub(ready)
    }

    /// The first sequence that is missing.
    pub(crate) const fn next_sequence(&self) -> Sequence {
        Sequence(self.ready_end)
    }

    /// Would a transaction with `sequence` be ready?
    pub(crate) fn would_be_ready(&self, sequence: Sequence) -> bool {
        sequence.0 <= self.ready_end
    }

    pub(crate) fn get(&self, sequence: Sequence) -> Option<&Arc<PooledTx>> {
        self.txs.get(&sequence.0).map(|queued| &queued.tx)
    }

    /// The transaction that could execute now, if any.
    pub(crate) fn head(&self) -> Option<&Arc<PooledTx>> {
        self.get(self.account.sequence)
    }

    /// The last transaction and its rank: the one to evict first.
    pub(crate) fn tail(&self) -> Option<(Rank, &Arc<PooledTx>)> {
        self.backwards().next()
    }

    /// From the last transaction to the first, each with its rank.
    pub(crate) fn backwards(&self) -> impl Iterator<Item = (Rank, &Arc<PooledTx>)> {
        self.txs
            .iter()
            .rev()
            .map(|(sequence, queued)| (Rank { ready: *sequence < self.ready_end, worth: queued.worth }, &queued.tx))
    }

    /// The rank that `tx` would have in this queue.
    pub(crate) fn rank_of(&self, tx: &PooledTx, base_fee: Price) -> Rank {
        let before = self.txs.range(..tx.sequence.0).next_back().map_or(Price::MAX, |(_, queued)| queued.worth);
        Rank { ready: self.would_be_ready(tx.sequence), worth: before.min(own_worth(tx, base_fee)) }
    }

    /// Puts `tx` at its place and returns what it replaced.
    pub(crate) fn insert(&mut self, tx: Arc<PooledTx>, base_fee: Price) -> Option<Arc<PooledTx>> {
        let sequence = tx.sequence.0;
        let worth = self.rank_of(&tx, base_fee).worth;
        let last = self.txs.last_key_value().is_none_or(|(last, _)| *last < sequence);
        self.bytes = self.bytes.saturating_add(tx.size);
        self.cost = self.cost.saturating_add(tx.max_cost());
        let replaced = self.txs.insert(sequence, Queued { tx, worth }).map(|queued| queued.tx);
        if let Some(replaced) = &replaced {
            self.discount(replaced);
        }
        if last {
            // Nothing behind it changes.
            self.ready_end += u64::from(sequence == self.ready_end);
        } else {
            self.recount(base_fee);
        }
        replaced
    }

    /// Takes out the transaction with `sequence`; what was behind it is parked.
    pub(crate) fn remove(&mut self, sequence: Sequence, base_fee: Price) -> Option<Arc<PooledTx>> {
        let removed = self.txs.remove(&sequence.0)?.tx;
        self.discount(&removed);
        self.recount(base_fee);
        Some(removed)
    }

    /// The account has changed: what it has used is taken out and returned.
    pub(crate) fn update(&mut self, account: Account, base_fee: Price) -> Vec<Arc<PooledTx>> {
        self.account = account;
        let left = self.txs.split_off(&account.sequence.0);
        let used: Vec<_> = std::mem::replace(&mut self.txs, left).into_values().map(|queued| queued.tx).collect();
        used.iter().for_each(|tx| self.discount(tx));
        self.recount(base_fee);
        used
    }

    /// Works out anew what is ready and what everything is worth at `base_fee`.
    pub(crate) fn recount(&mut self, base_fee: Price) {
        self.ready_end = self.account.sequence.0;
        let mut worth = Price::MAX;
        for (sequence, queued) in &mut self.txs {
            worth = worth.min(own_worth(&queued.tx, base_fee));
            queued.worth = worth;
            self.ready_end += u64::from(*sequence == self.ready_end);
        }
    }

    fn discount(&mut self, tx: &PooledTx) {
        self.bytes = self.bytes.saturating_sub(tx.size);
        self.cost = self.cost.saturating_sub(tx.max_cost());
    }
}

fn own_worth(tx: &PooledTx, base_fee: Price) -> Price {
    tx.tip_at(base_fee).unwrap_or(Price::ZERO)
}

/// Place of a queue's head in the order of selection: highest tip first, then first come. The tip is the highest it
/// can be; what it is at a base fee is seen when selecting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct HeadKey {
    pub(crate) max_tip: std::cmp::Reverse<Price>,
    pub(crate) arrival: u64,
    pub(crate) sender: Address,
}

/// Place of a queue's tail in the order of eviction: lowest rank first, then last come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TailKey {
    pub(crate) rank: Rank,
    pub(crate) arrival: std::cmp::Reverse<u64>,
    pub(crate) sender: Address,
}

impl Queue {
    pub(crate) fn head_key(&self) -> Option<HeadKey> {
        let head = self.head()?;
        Some(HeadKey { max_tip: std::cmp::Reverse(head.max_tip), arrival: head.arrival, sender: head.sender })
    }

    pub(crate) fn tail_key(&self) -> Option<TailKey> {
        let (rank, tail) = self.tail()?;
        Some(TailKey { rank, arrival: std::cmp::Reverse(tail.arrival), sender: tail.sender })
    }
}
