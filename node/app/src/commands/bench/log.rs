//! What a load generator saw: what it sent, what was acknowledged, refused and committed, and when.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tacit_rpc::BlockRef;
use tacit_rpc::client::Client;
use tacit_types::{Height, TxId};

/// How long committed blocks are waited for after the last submission.
const DRAIN_WAIT: Duration = Duration::from_secs(30);

/// What happened, as it happened.
#[derive(Default)]
pub(super) struct Log(Mutex<LogState>);

#[derive(Default)]
pub(super) struct LogState {
    pub waiting: BTreeMap<TxId, Instant>,
    pub latencies: Vec<Duration>,
    pub acknowledgements: Vec<Duration>,
    pub reads: Vec<Duration>,
    pub refusals: BTreeMap<String, u64>,
    pub first_commit: Option<Instant>,
    pub last_commit: Option<Instant>,
    pub blocks: u64,
    /// Committed transactions of this load whose body failed.
    pub failed: u64,
}

impl Log {
    pub fn lock(&self) -> std::sync::MutexGuard<'_, LogState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn sent(&self, ids: &[TxId], at: Instant) {
        self.lock().waiting.extend(ids.iter().map(|id| (*id, at)));
    }

    pub fn acknowledged(&self, after: Duration) {
        self.lock().acknowledgements.push(after);
    }

    pub fn refused(&self, id: &TxId, why: &str) {
        let mut state = self.lock();
        state.waiting.remove(id);
        *state.refusals.entry(why.into()).or_default() += 1;
    }

    /// Takes note of a block's transactions, each with its code.
    fn committed(&self, txs: impl Iterator<Item = (TxId, u16)>, at: Instant) {
        let mut state = self.lock();
        state.blocks += 1;
        for (id, code) in txs {
            if let Some(sent) = state.waiting.remove(&id) {
                state.failed += u64::from(code != 0);
                state.latencies.push(at.saturating_duration_since(sent));
                state.first_commit.get_or_insert(at);
                state.last_commit = Some(at);
            }
        }
    }
}

/// Follows the chain block by block.
pub(super) async fn watch_blocks(client: Client, start: u64, log: Arc<Log>) {
    let mut height = start;
    loop {
        match client.block(BlockRef::Height(Height(height.saturating_add(1))), false).await {
            Ok(block) => {
                height = height.saturating_add(1);
                log.committed(block.txs.iter().map(|tx| (TxId(tx.tx_id.0), tx.code)), Instant::now());
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

/// Reads while the network is under load, twenty times a second.
pub(super) async fn watch_reads(client: Client, log: Arc<Log>) {
    let mut clock = tokio::time::interval(Duration::from_millis(50));
    loop {
        clock.tick().await;
        let start = Instant::now();
        if client.status().await.is_ok() {
            log.lock().reads.push(start.elapsed());
        }
    }
}

/// Waits until everything sent is committed or nothing more comes.
pub(super) async fn drain(log: &Log) {
    let deadline = Instant::now() + DRAIN_WAIT;
    while !log.lock().waiting.is_empty() && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The `percent`-th percentile in milliseconds.
pub(super) fn percentile(values: &[Duration], percent: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let rank = sorted.len().saturating_mul(percent).div_ceil(100).saturating_sub(1);
    sorted.get(rank).map_or(0.0, |value| (value.as_secs_f64() * 10_000.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_take_the_value_that_so_many_do_not_exceed() {
        let values: Vec<Duration> = (1..=100).rev().map(Duration::from_millis).collect();
        assert_eq!(percentile(&values, 50), 50.0);
        assert_eq!(percentile(&values, 99), 99.0);
        assert_eq!(percentile(&[], 99), 0.0);
    }
}
