//! The way into the pool for bytes: check, then admit.
//!
//! In come transactions from wallets and peers, out come verdicts. Checking signatures and proofs is the costly part
//! and pays off in batches, so everything that arrives while one batch is being checked forms the next one: no batch
//! waits for company, and under load batches grow by themselves. What does not fit into the bounded queue is refused
//! at once.

use crate::pool::Admitted;
use crate::shell::{AccountView, Mempool, count_rejected};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use tacit_exec::stateless::check_all;
use tacit_exec::{CheckedTx, Reject, Rules};
use tacit_types::{FullHash, RawTx, RejectCode, TxId, UnixMillis};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// Submissions that may wait to be checked.
const QUEUE_MAX: usize = 1_024;
/// Most transactions of one submission.
const SUBMISSION_TXS_MAX: usize = 1_024;
/// A batch is closed when it holds as many transactions.
const BATCH_TXS_MAX: usize = 2_048;

/// A transaction that waits now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// Names its effects.
    pub tx_id: TxId,
    /// Names its bytes; to be announced.
    pub full_hash: FullHash,
    /// What admitting it changed.
    pub admitted: Admitted,
}

/// One verdict.
pub type Verdict = Result<Accepted, Reject>;

struct Submission {
    txs: Vec<RawTx>,
    reply: oneshot::Sender<Vec<Verdict>>,
}

/// The end that submits. Cheap to clone; the worker ends when all are dropped.
#[derive(Debug, Clone)]
pub struct Intake {
    submissions: mpsc::Sender<Submission>,
}

impl Intake {
    /// Starts the worker on the current tokio runtime. It checks with up to `threads` threads.
    #[must_use]
    pub fn start(rules: Rules, pool: Mempool, view: Arc<dyn AccountView>, threads: usize) -> (Self, JoinHandle<()>) {
        let (submissions, inbox) = mpsc::channel(QUEUE_MAX);
        let worker = Arc::new(Worker { rules, pool, view, threads });
        let task = tokio::spawn(run(worker, inbox));
        (Self { submissions }, task)
    }

    /// Checks `txs` and lets them wait; one verdict each, in order.
    pub async fn submit(&self, txs: Vec<RawTx>) -> Vec<Verdict> {
        let count = txs.len();
        if count > SUBMISSION_TXS_MAX {
            return refuse_all(count, "too many transactions at once");
        }
        let (reply, verdicts) = oneshot::channel();
        if self.submissions.try_send(Submission { txs, reply }).is_err() {
            return refuse_all(count, "the node is busy checking others; try again");
        }
        verdicts.await.unwrap_or_else(|_| refuse_all(count, "the node is stopping"))
    }
}

fn refuse_all(count: usize, why: &str) -> Vec<Verdict> {
    (0..count).map(|_| Err(Reject::new(RejectCode::PoolFull, why))).collect()
}

struct Worker {
    rules: Rules,
    pool: Mempool,
    view: Arc<dyn AccountView>,
    threads: usize,
}

async fn run(worker: Arc<Worker>, mut inbox: mpsc::Receiver<Submission>) {
    while let Some(first) = inbox.recv().await {
        let mut batch = vec![first];
        let mut txs: usize = batch.iter().map(|submission| submission.txs.len()).sum();
        while txs < BATCH_TXS_MAX
            && let Ok(next) = inbox.try_recv()
        {
            txs += next.txs.len();
            batch.push(next);
        }
        let worker = worker.clone();
        // Dropped replies after a panic tell the submitters that nothing was admitted.
        if let Err(error) = tokio::task::spawn_blocking(move || worker.handle(batch)).await {
            tracing::error!(%error, "checking a batch of transactions failed; report this");
        }
    }
}

impl Worker {
    fn handle(&self, batch: Vec<Submission>) {
        let (replies, shares): (Vec<_>, Vec<_>) =
            batch.into_iter().map(|submission| (submission.reply, submission.txs)).unzip();
        let counts: Vec<usize> = shares.iter().map(Vec::len).collect();
        let mut verdicts = self.judge(shares.into_iter().flatten().collect()).into_iter();
        for (reply, count) in replies.into_iter().zip(counts) {
            // An error means that the submitter has gone; the transactions wait all the same.
            let _ = reply.send(verdicts.by_ref().take(count).collect());
        }
    }

    fn judge(&self, txs: Vec<RawTx>) -> Vec<Verdict> {
        let (mut slots, fresh) = self.set_known_aside(txs);
        let checked = match seed() {
            Some(seed) => check_all(&self.rules, fresh, seed, self.threads),
            None => {
                fresh.iter().map(|_| Err(Reject::new(RejectCode::PoolFull, "the system gave no randomness"))).collect()
            }
        };
        let good: Vec<Arc<CheckedTx>> = checked.iter().flatten().cloned().collect();
        let mut admitted = self.pool.admit(&good, &*self.view, now()).into_iter().zip(good);
        let mut verdicts = checked.into_iter().map(|result| match result {
            Err(reject) => {
                count_rejected(reject.code);
                Err(reject)
            }
            Ok(_) => admitted.next().map_or_else(
                || Err(Reject::new(RejectCode::PoolFull, "the pool gave no verdict")),
                |(verdict, tx)| verdict.map(|admitted| accepted(&tx, admitted)).map_err(Reject::from),
            ),
        });
        for slot in &mut slots {
            if slot.is_none() {
                *slot = verdicts.next();
            }
        }
        slots.into_iter().map(|slot| slot.unwrap_or_else(|| Err(RejectCode::PoolFull.into()))).collect()
    }

    /// A verdict for each transaction that waits already or stands here twice; the rest is to be checked.
    fn set_known_aside(&self, txs: Vec<RawTx>) -> (Vec<Option<Verdict>>, Vec<RawTx>) {
        let mut seen = HashSet::new();
        let mut fresh = Vec::new();
        let slots = txs
            .into_iter()
            .map(|tx| {
                let hash = tx.full_hash();
                if !seen.insert(hash) || self.pool.known(&hash) {
                    count_rejected(RejectCode::AlreadyKnown);
                    return Some(Err(RejectCode::AlreadyKnown.into()));
                }
                fresh.push(tx);
                None
            })
            .collect();
        (slots, fresh)
    }
}

fn accepted(tx: &CheckedTx, admitted: Admitted) -> Accepted {
    Accepted { tx_id: tx.id(), full_hash: tx.full_hash(), admitted }
}

/// Randomness for the batch verifiers: an attacker who knew it could make two bad signatures cancel out.
fn seed() -> Option<[u8; 32]> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).ok()?;
    Some(seed)
}

fn now() -> UnixMillis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
