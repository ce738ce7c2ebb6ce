//! The pool behind a lock, as the rest of the node sees it: shared, counted, and able to wake the proposer.
//!
//! Nothing here decides anything about transactions; that is `pool`. The lock is held for microseconds per
//! transaction and never across an await.

use crate::config::PoolConfig;
use crate::pool::{Admitted, Committed, Pool, PoolStats, SelectLimits};
use crate::saved;
use crate::tx::PooledTx;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tacit_exec::CheckedTx;
use tacit_state::record::Account;
use tacit_types::{Address, FullHash, Height, Price, RawTx, RejectCode, Sequence, TxId, UnixMillis};
use tokio::sync::watch;

/// Transactions admitted under one lock, so that readers on async tasks wait about a millisecond at most: asking the state
/// about the notes of one takes some ten reads.
const LOCKED_TXS_MAX: usize = 16;

/// What the committed state says about a newcomer. `None` when the state cannot be read, which the reader behind this has
/// reported. Answers must not be older than the last block that the pool was told of.
pub trait StateView: Send + Sync {
    /// The account at `address`; an absent one is empty.
    fn account(&self, address: &Address) -> Option<Account>;

    /// Whether the next block could take the join-splits of `tx`: their anchors are known, their nullifiers new. Proofs of
    /// spent notes verify for ever and cost nothing, so without this question they could fill the pool. Asked only of
    /// transactions that have join-splits.
    fn notes(&self, tx: &CheckedTx) -> Option<Result<(), RejectCode>>;
}

/// The node's pool. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Mempool {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    pool: Mutex<Pool>,
    executable: watch::Sender<bool>,
}

impl Mempool {
    /// An empty pool above the block at `height`, where the next block charges `base_fee`.
    #[must_use]
    pub fn new(config: PoolConfig, height: Height, base_fee: Price) -> Self {
        let pool = Mutex::new(Pool::new(config, height, base_fee));
        Self { shared: Arc::new(Shared { pool, executable: watch::channel(false).0 }) }
    }

    /// Lets checked transactions wait; one verdict each, in order.
    pub fn admit(
        &self,
        txs: &[Arc<CheckedTx>],
        view: &dyn StateView,
        now: UnixMillis,
    ) -> Vec<Result<Admitted, RejectCode>> {
        let mut verdicts = Vec::with_capacity(txs.len());
        for share in txs.chunks(LOCKED_TXS_MAX) {
            let mut pool = self.lock();
            verdicts.extend(share.iter().map(|tx| admit_one(&mut pool, tx, view, now)));
            self.tell(&pool);
        }
        verdicts
    }

    /// Follows the chain by one block.
    pub fn commit(&self, block: &Committed<'_>) {
        let mut pool = self.lock();
        let gone = pool.commit(block);
        self.tell(&pool);
        drop(pool);
        // Freeing thousands of transactions takes milliseconds, which nobody has to wait for.
        drop(gone);
    }

    /// Whether the shielded pool stands still at the next height, for a node that has just started; later commits say so.
    pub fn set_notes_paused(&self, paused: bool) {
        let mut gone = Vec::new();
        let mut pool = self.lock();
        pool.pause_notes(paused, &mut gone);
        self.tell(&pool);
    }

    /// What to propose, best first; see [`Pool::select`].
    #[must_use]
    pub fn select(&self, limits: &SelectLimits) -> Vec<Arc<CheckedTx>> {
        let chosen = self.lock().select(limits);
        chosen.iter().map(|tx| tx.checked().clone()).collect()
    }

    /// Is it waiting, or was it included not long ago?
    #[must_use]
    pub fn known(&self, hash: &FullHash) -> bool {
        self.lock().known(hash)
    }

    /// The waiting transaction with these bytes. Verified, so a validator need not verify it again.
    #[must_use]
    pub fn get(&self, hash: &FullHash) -> Option<Arc<CheckedTx>> {
        self.lock().get(hash).map(|tx| tx.checked().clone())
    }

    /// The waiting transaction with these effects.
    #[must_use]
    pub fn get_by_id(&self, id: &TxId) -> Option<Arc<CheckedTx>> {
        self.lock().get_by_id(id).map(|tx| tx.checked().clone())
    }

    /// The bytes of the waiting transaction with this hash.
    #[must_use]
    pub fn body(&self, hash: &FullHash) -> Option<RawTx> {
        self.get(hash).map(|tx| tx.raw().clone())
    }

    /// The sequence that the next transaction of `sender` should use, if any of its transactions waits.
    #[must_use]
    pub fn next_sequence(&self, sender: &Address) -> Option<Sequence> {
        self.lock().next_sequence(sender)
    }

    /// At most `max` transactions that arrived at least `older_than` before `now`, the oldest first.
    #[must_use]
    pub fn pending(&self, now: UnixMillis, older_than: Duration, max: usize) -> Vec<FullHash> {
        let age = UnixMillis(u64::try_from(older_than.as_millis()).unwrap_or(u64::MAX));
        now.checked_sub(age).map(|until| self.lock().oldest(until, max)).unwrap_or_default()
    }

    /// Becomes true when a block could be built that is not empty, and false when not.
    #[must_use]
    pub fn executable(&self) -> watch::Receiver<bool> {
        self.shared.executable.subscribe()
    }

    /// How full the pool is.
    #[must_use]
    pub fn stats(&self) -> PoolStats {
        self.lock().stats()
    }

    /// The contents as bytes for [`saved::decode`]; store them before a clean end, check and admit them after the
    /// next start.
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        // The list is copied first, so that encoding does not hold the lock.
        let waiting: Vec<Arc<CheckedTx>> = self.lock().iter().map(|tx| tx.checked().clone()).collect();
        saved::encode(waiting.iter().map(|tx| tx.raw()))
    }

    fn lock(&self) -> MutexGuard<'_, Pool> {
        // A panic while the lock was held may have left indices that disagree. Each of them is only ever used to
        // look something up, so the worst is a transaction that is not found; stopping the node would be worse.
        self.shared.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, pool: &Pool) {
        let executable = pool.is_executable();
        self.shared.executable.send_if_modified(|before| std::mem::replace(before, executable) != executable);
        let stats = pool.stats();
        metrics::gauge!("tacit_mempool_txs").set(stats.txs as f64);
        metrics::gauge!("tacit_mempool_bytes").set(stats.bytes as f64);
        metrics::gauge!("tacit_mempool_parked").set(stats.parked as f64);
        metrics::gauge!("tacit_mempool_shielded_txs").set(stats.shielded as f64);
    }
}

fn admit_one(
    pool: &mut Pool,
    tx: &Arc<CheckedTx>,
    view: &dyn StateView,
    now: UnixMillis,
) -> Result<Admitted, RejectCode> {
    let verdict = judge(pool, PooledTx::from_checked(tx.clone(), now), view);
    match &verdict {
        Ok(admitted) => {
            metrics::counter!("tacit_mempool_admitted_total").increment(1);
            metrics::counter!("tacit_mempool_evicted_total").increment(admitted.evicted.len() as u64);
            metrics::counter!("tacit_mempool_replaced_total").increment(admitted.replaced.len() as u64);
        }
        Err(code) => count_rejected(*code),
    }
    verdict
}

/// The pool's own questions first, those to the state after them.
pub(crate) fn judge(pool: &mut Pool, tx: PooledTx, view: &dyn StateView) -> Result<Admitted, RejectCode> {
    pool.check_alone(&tx)?;
    if tx.touches_notes() {
        view.notes(tx.checked()).ok_or(RejectCode::PoolFull)??;
    }
    if tx.shielded || pool.knows_account(&tx.sender) {
        return match pool.admit(tx.clone(), Account::default) {
            // Somebody may have sent it money since its first transaction came.
            Err(RejectCode::CannotPayFee) => read_again(pool, tx, view),
            verdict => verdict,
        };
    }
    let account = view.account(&tx.sender).ok_or(RejectCode::PoolFull)?;
    pool.admit(tx, || account)
}

fn read_again(pool: &mut Pool, tx: PooledTx, view: &dyn StateView) -> Result<Admitted, RejectCode> {
    let account = view.account(&tx.sender).ok_or(RejectCode::PoolFull)?;
    pool.update_account(&tx.sender, account);
    pool.admit(tx, || account)
}

/// Counts a rejection by its code.
pub(crate) fn count_rejected(code: RejectCode) {
    metrics::counter!("tacit_mempool_rejected_total", "code" => code.name()).increment(1);
}
