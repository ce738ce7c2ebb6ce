//! The pool: which transactions wait, in which order they are worth proposing, and which go when there is no room.
//!
//! Pure: no clock, no lock, no I/O; the caller passes the time and the accounts. Everything that comes out depends
//! only on what went in and in which order. Rules:
//!
//! * one transaction per account and sequence; a later one takes the place when it pays 10 % more in fee and tip;
//! * one transaction per nullifier; a later one takes the place of all that it conflicts with, on the same terms;
//! * transactions of an account are proposed in the order of their sequences; those behind a gap are parked;
//! * among accounts, the highest tip at the current base fee goes first, then first come;
//! * when the pool is full, the worst goes: parked before ready, low before high, and only for something better;
//! * shielded transactions have no account, and together at most their share of the pool.

mod admit;
mod commit;
mod evict;
mod index;
mod select;

pub use admit::{Admitted, CONFLICTS_MAX};
pub use commit::Committed;
pub use select::SelectLimits;

use crate::account::{HeadKey, Queue, TailKey};
use crate::config::PoolConfig;
use crate::recent::RecentSet;
use crate::tx::PooledTx;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use tacit_types::{Address, FieldBytes, FullHash, Height, Price, Sequence, TxId, UnixMillis};

/// Included transactions that are remembered: about 13 full blocks.
const RECENT_MAX: usize = 65_536;

/// The waiting transactions.
#[derive(Debug)]
pub struct Pool {
    config: PoolConfig,
    height: Height,
    base_fee: Price,
    /// Base fee at which queues were ranked for eviction; follows `base_fee` in steps, see `commit`.
    ranked_at: Price,
    queues: HashMap<Address, Queue>,
    heads: BTreeSet<HeadKey>,
    tails: BTreeSet<TailKey>,
    /// Those of `tails` whose queue is a shielded transaction's.
    shielded_tails: BTreeSet<TailKey>,
    by_hash: HashMap<FullHash, (Address, Sequence)>,
    by_id: HashMap<TxId, FullHash>,
    by_arrival: BTreeMap<u64, FullHash>,
    by_expiry: BTreeSet<(Height, FullHash)>,
    by_nullifier: HashMap<Vec<u8>, FullHash>,
    by_anchor: HashMap<FieldBytes, BTreeSet<FullHash>>,
    included: RecentSet,
    next_arrival: u64,
    bytes: usize,
    shielded_bytes: usize,
    parked: usize,
    executable: bool,
    notes_paused: bool,
}

/// How full the pool is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PoolStats {
    /// Waiting transactions.
    pub txs: usize,
    /// Their bytes.
    pub bytes: usize,
    /// Those of them behind a missing sequence.
    pub parked: usize,
    /// Accounts that have something waiting.
    pub accounts: usize,
    /// Shielded transactions among those that wait.
    pub shielded: usize,
    /// Their bytes.
    pub shielded_bytes: usize,
}

impl Pool {
    /// An empty pool above the block at `height`, where the next block charges `base_fee`.
    #[must_use]
    pub fn new(config: PoolConfig, height: Height, base_fee: Price) -> Self {
        Self {
            config,
            height,
            base_fee,
            ranked_at: base_fee,
            queues: HashMap::new(),
            heads: BTreeSet::new(),
            tails: BTreeSet::new(),
            shielded_tails: BTreeSet::new(),
            by_hash: HashMap::new(),
            by_id: HashMap::new(),
            by_arrival: BTreeMap::new(),
            by_expiry: BTreeSet::new(),
            by_nullifier: HashMap::new(),
            by_anchor: HashMap::new(),
            included: RecentSet::new(RECENT_MAX),
            next_arrival: 0,
            bytes: 0,
            shielded_bytes: 0,
            parked: 0,
            executable: false,
            notes_paused: false,
        }
    }

    /// Is it waiting, or was it included not long ago?
    #[must_use]
    pub fn known(&self, hash: &FullHash) -> bool {
        self.by_hash.contains_key(hash) || self.included.contains(hash)
    }

    /// The waiting transaction with these bytes.
    #[must_use]
    pub fn get(&self, hash: &FullHash) -> Option<&Arc<PooledTx>> {
        let (sender, sequence) = self.by_hash.get(hash)?;
        self.queues.get(sender)?.get(*sequence)
    }

    /// The waiting transaction with these effects.
    #[must_use]
    pub fn get_by_id(&self, id: &TxId) -> Option<&Arc<PooledTx>> {
        self.get(self.by_id.get(id)?)
    }

    /// Does the pool know the account of `sender` already, so that admitting needs no read of the state?
    #[must_use]
    pub fn knows_account(&self, sender: &Address) -> bool {
        self.queues.contains_key(sender)
    }

    /// The sequence after the account's last ready transaction, if any waits: what its next transaction should use.
    #[must_use]
    pub fn next_sequence(&self, sender: &Address) -> Option<Sequence> {
        self.queues.get(sender).map(Queue::next_sequence)
    }

    /// At most `max` transactions that arrived not after `until`, the oldest first.
    #[must_use]
    pub fn oldest(&self, until: UnixMillis, max: usize) -> Vec<FullHash> {
        let arrived = |hash: &&FullHash| self.get(hash).is_some_and(|tx| tx.arrived_at <= until);
        self.by_arrival.values().take_while(arrived).take(max).copied().collect()
    }

    /// All transactions in the order of their arrival.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<PooledTx>> {
        self.by_arrival.values().filter_map(|hash| self.get(hash))
    }

    /// Could a block be built that is not empty?
    #[must_use]
    pub const fn is_executable(&self) -> bool {
        self.executable
    }

    /// How full the pool is.
    #[must_use]
    pub fn stats(&self) -> PoolStats {
        // A shielded transaction is the tail of its own queue.
        let shielded = self.shielded_tails.len();
        PoolStats {
            txs: self.by_hash.len(),
            bytes: self.bytes,
            parked: self.parked,
            accounts: self.queues.len().saturating_sub(shielded),
            shielded,
            shielded_bytes: self.shielded_bytes,
        }
    }
}
