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
}

impl Default for PoolConfig {
    fn default() -> Self {
        Self {
            max_bytes: 64 * 1024 * 1024,
            max_txs: 100_000,
            max_txs_per_account: 4_096,
            max_bytes_per_account: 4 * 1024 * 1024,
            max_parked_per_account: 64,
        }
    }
}
