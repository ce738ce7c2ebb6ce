//! What every part of a running node shares: the chain's rules, the database, the contract engine, the pool, and the
//! verdicts reached so far.

use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tacit_exec::validate::CheckCache;
use tacit_exec::{CheckedTx, ExecFault, Rules, Tip, ValidBlock};
use tacit_mempool::Mempool;
use tacit_storage::{Database, Snapshot, StorageError};
use tacit_types::{BlockId, FullHash, Height};
use tacit_vm::Vm;
use tokio::sync::watch;

pub use tacit_mempool::system::now;

/// Memory for verdicts on transactions, in bytes.
const VERDICT_BYTES_MAX: u64 = 48 * 1024 * 1024;

/// Most validated blocks kept between vote and decision.
const VALID_BLOCKS_MAX: usize = 8;

/// The shared parts.
pub struct Core {
    /// The chain's fixed rules.
    pub rules: Rules,
    /// The contract engine.
    pub vm: Vm,
    /// The database.
    pub database: Database,
    /// Waiting transactions.
    pub pool: Mempool,
    /// Verdicts on transactions.
    pub verdicts: Verdicts,
    /// Threads for verification.
    pub threads: usize,
    /// Tells everybody the latest committed height.
    pub committed: watch::Sender<Height>,
    valid_blocks: Mutex<BTreeMap<(Height, BlockId), Judged>>,
}

/// A validated block and the bytes that it came in, which the commit stores as they are.
#[derive(Clone)]
pub struct Judged {
    /// The block.
    pub block: Arc<ValidBlock>,
    /// Its bytes.
    pub bytes: Arc<[u8]>,
}

impl Core {
    /// Puts the parts together.
    pub fn new(rules: Rules, vm: Vm, database: Database, pool: Mempool, threads: usize) -> Result<Self, StorageError> {
        let (committed, _) = watch::channel(database.tip()?.height);
        Ok(Self {
            rules,
            vm,
            database,
            pool,
            verdicts: Verdicts::new(),
            threads,
            committed,
            valid_blocks: Mutex::new(BTreeMap::new()),
        })
    }

    /// The state after the tip, and the tip as the next block must build on it. Both from one view.
    pub fn head(&self) -> Result<(Snapshot, Tip), CoreFault> {
        let snapshot = self.database.snapshot()?;
        let stored = snapshot.tip();
        let signers = match stored.height {
            // Nobody signed genesis; the first signers stand in, and nothing is checked against them.
            Height::ZERO => tacit_exec::tip::NextBlock::read(&snapshot, Height::ZERO)?.validators,
            height => self
                .database
                .signers(height)?
                .ok_or_else(|| CoreFault::Missing(format!("the validators of height {height}")))?,
        };
        let tip = Tip {
            height: stored.height,
            block_id: stored.block_id,
            time_ms: stored.time_ms,
            state_root: stored.state_root,
            receipts_root: stored.receipts_root,
            signers,
        };
        Ok((snapshot, tip))
    }

    /// Keeps a validated block for its decision.
    pub fn remember(&self, height: Height, judged: Judged) {
        let mut blocks = self.valid_blocks.lock().unwrap_or_else(PoisonError::into_inner);
        while blocks.len() >= VALID_BLOCKS_MAX {
            blocks.pop_first();
        }
        blocks.insert((height, judged.block.id()), judged);
    }

    /// A block validated before.
    pub fn recall(&self, height: Height, id: BlockId) -> Option<Judged> {
        self.valid_blocks.lock().unwrap_or_else(PoisonError::into_inner).get(&(height, id)).cloned()
    }

    /// Drops validated blocks up to `height`.
    pub fn forget(&self, height: Height) {
        self.valid_blocks.lock().unwrap_or_else(PoisonError::into_inner).retain(|(kept, _), _| *kept > height);
    }
}

/// The node cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum CoreFault {
    /// The disk, or what stands on it.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// Execution.
    #[error(transparent)]
    Exec(#[from] ExecFault),
    /// Something that must be there is not.
    #[error("the database has no {0}; run `tacit db check`")]
    Missing(String),
    /// The operating system gives no randomness.
    #[error("the operating system gives no randomness: {0}")]
    Randomness(getrandom::Error),
}

/// Fresh randomness from the operating system.
pub fn fresh_seed() -> Result<[u8; 32], CoreFault> {
    tacit_mempool::system::seed().map_err(CoreFault::Randomness)
}

/// Valid transactions by full hash, bounded in bytes. Belongs to the one [`Rules`] of this process.
pub struct Verdicts(Cache<FullHash, Arc<CheckedTx>, ByBytes>);

#[derive(Clone)]
struct ByBytes;

impl Weighter<FullHash, Arc<CheckedTx>> for ByBytes {
    fn weight(&self, _hash: &FullHash, tx: &Arc<CheckedTx>) -> u64 {
        // Raw bytes, their decoded form, and the cache's own entry.
        (tx.raw().as_bytes().len() as u64).saturating_mul(2).saturating_add(256)
    }
}

impl Verdicts {
    fn new() -> Self {
        Self(Cache::with_weighter(65_536, VERDICT_BYTES_MAX, ByBytes))
    }
}

impl CheckCache for Verdicts {
    fn get(&self, hash: &FullHash) -> Option<Arc<CheckedTx>> {
        self.0.get(hash)
    }

    fn put(&self, tx: Arc<CheckedTx>) {
        self.0.insert(tx.full_hash(), tx);
    }
}
