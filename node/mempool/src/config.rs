//! How much may wait, and how long a queue one account may have.

/// Limits of the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolConfig {
    /// Most bytes of transactions. Memory is about twice that and 1 KiB per transaction.
    pub max_bytes: usize,
    /// Most transactions.
    pub max_txs: usize,
    /// How far ahead of its account a sequence may be, and so the most transactions of one account.
    pub max_txs_per_account: u64,
    /// Most bytes of one account's transactions.
    pub max_bytes_per_account: usize,
    /// Most transactions of one account that wait behind a missing sequence.
    pub max_parked_per_account: usize,
    /// Most bytes of shielded transactions. They have no account whose balance bounds them, and one owner of many notes
    /// cannot be told from many owners, so all of them together never take the whole pool.
    pub max_shielded_bytes: usize,
    /// Most shielded transactions.
    pub max_shielded_txs: usize,
}

/// Shielded transactions may take one part in so many of the pool.
pub const SHIELDED_PART: usize = 2;

impl PoolConfig {
    /// The defaults for a pool of `max_bytes` and `max_txs`.
    #[must_use]
    pub const fn sized(max_bytes: usize, max_txs: usize) -> Self {
        Self {
            max_bytes,
            max_txs,
            max_txs_per_account: 4_096,
            max_bytes_per_account: 4 * 1024 * 1024,
            max_parked_per_account: 64,
            max_shielded_bytes: max_bytes / SHIELDED_PART,
            max_shielded_txs: max_txs / SHIELDED_PART,
        }
    }
}

impl Default for PoolConfig {
    fn default() -> Self {
        Self::sized(64 * 1024 * 1024, 100_000)
    }
}
