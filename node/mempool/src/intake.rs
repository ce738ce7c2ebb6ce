//! The way into the pool for bytes: check, then admit.
//!
//! In come transactions from wallets and peers, out come verdicts. Checking signatures and proofs is the costly part
//! and pays off in batches, so everything that arrives while one batch is being checked forms the next one: no batch
//! waits for company, and under load batches grow by themselves, up to where more gains nothing and others only wait.
//! What does not fit into the bounded queue is refused at once. Sources that forged lately are checked apart; see `source`.

use crate::pool::Admitted;
use crate::shell::{Mempool, StateView, count_rejected};
use crate::source::{FORGERIES_MAX, Source, Suspects, is_forgery};
use crate::system;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tacit_exec::stateless::check_all;
use tacit_exec::{CheckedTx, Reject, Rules};
use tacit_types::{FullHash, RawTx, RejectCode, TxId};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// Submissions that may wait to be checked.
const QUEUE_MAX: usize = 1_024;
/// Most transactions of one submission.
const SUBMISSION_TXS_MAX: usize = 1_024;
/// A batch is closed when it holds as many transactions.
const BATCH_TXS_MAX: usize = 2_048;
/// A batch is closed when it holds as many bytes for each thread: about 128 private transactions of some 2 KiB, whose proofs
/// together are as cheap each as more would be, and take a core some 50 ms.
const BATCH_BYTES_PER_THREAD: usize = 256 * 1024;

/// Transactions of suspects that are checked together. Whoever forges all of them is silenced after one portion.
const SUSPECT_PORTION: usize = FORGERIES_MAX as usize;

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
    source: Source,
    txs: Vec<RawTx>,
    reply: oneshot::Sender<Vec<Verdict>>,
}

/// The end that submits. Cheap to clone; the worker ends when all are dropped.
#[derive(Debug, Clone)]
pub struct Intake {
    submissions: mpsc::Sender<Submission>,
    suspects: Arc<Mutex<Suspects>>,
}

impl Intake {
    /// Starts the worker on the current tokio runtime. It checks with up to `threads` threads.
    #[must_use]
    pub fn start(rules: Rules, pool: Mempool, view: Arc<dyn StateView>, threads: usize) -> (Self, JoinHandle<()>) {
        let (submissions, inbox) = mpsc::channel(QUEUE_MAX);
        let suspects = Arc::new(Mutex::new(Suspects::default()));
        let worker = Worker { rules, pool, view, threads: threads.max(1), suspects: Arc::clone(&suspects) };
        let task = tokio::spawn(run(Arc::new(worker), inbox));
        (Self { submissions, suspects }, task)
    }

    /// How long nothing of `source` will be checked, because it sent too many forgeries; `None` when it is heard.
    #[must_use]
    pub fn silenced(&self, source: &Source) -> Option<Duration> {
        lock(&self.suspects).silenced(source, Instant::now())
    }

    /// Checks `txs`, which `source` sent, and lets them wait; one verdict each, in order.
    pub async fn submit(&self, txs: Vec<RawTx>, source: Source) -> Vec<Verdict> {
        let count = txs.len();
        if self.silenced(&source).is_some() {
            return refuse_all(count, SILENCED);
        }
        if count > SUBMISSION_TXS_MAX {
            return refuse_all(count, "too many transactions at once");
        }
        let (reply, verdicts) = oneshot::channel();
        if self.submissions.try_send(Submission { source, txs, reply }).is_err() {
            return refuse_all(count, "the node is busy checking others; try again");
        }
        verdicts.await.unwrap_or_else(|_| refuse_all(count, "the node is stopping"))
    }
}

/// Why a silenced source's transactions were not looked at.
const SILENCED: &str = "their sender sent too many forgeries; try again in a minute";

fn refuse_all(count: usize, why: &str) -> Vec<Verdict> {
    (0..count).map(|_| Err(Reject::new(RejectCode::PoolFull, why))).collect()
}

fn lock(suspects: &Mutex<Suspects>) -> MutexGuard<'_, Suspects> {
    // Every change of the list is a single insertion or removal, so a panic leaves it whole.
    suspects.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Worker {
    rules: Rules,
    pool: Mempool,
    view: Arc<dyn StateView>,
    threads: usize,
    suspects: Arc<Mutex<Suspects>>,
}

/// A transaction on its way, the submission it came in, and who sent that.
struct Sent {
    place: usize,
    source: Source,
    raw: RawTx,
}

async fn run(worker: Arc<Worker>, mut inbox: mpsc::Receiver<Submission>) {
    let bytes_max = worker.batch_bytes();
    let size = |submission: &Submission| submission.txs.iter().map(|tx| tx.as_bytes().len()).sum::<usize>();
    while let Some(first) = inbox.recv().await {
        let (mut txs, mut bytes) = (first.txs.len(), size(&first));
        let mut batch = vec![first];
        while txs < BATCH_TXS_MAX
            && bytes < bytes_max
            && let Ok(next) = inbox.try_recv()
        {
            (txs, bytes) = (txs + next.txs.len(), bytes + size(&next));
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
    const fn batch_bytes(&self) -> usize {
        self.threads.saturating_mul(BATCH_BYTES_PER_THREAD)
    }

    fn handle(&self, batch: Vec<Submission>) {
        let mut sent = Vec::new();
        let mut replies = Vec::with_capacity(batch.len());
        for Submission { source, txs, reply } in batch {
            replies.push((reply, txs.len()));
            sent.extend(txs.into_iter().map(|raw| (source, raw)));
        }
        let mut verdicts = self.judge(sent).into_iter();
        for (reply, count) in replies {
            // An error means that the submitter has gone; the transactions wait all the same.
            let _ = reply.send(verdicts.by_ref().take(count).collect());
        }
    }

    /// One verdict for each, in order. What suspects sent is checked last and apart, in portions after which a source that
    /// turns out to forge is no longer heard.
    fn judge(&self, sent: Vec<(Source, RawTx)>) -> Vec<Verdict> {
        let mut slots: Vec<Option<Verdict>> = sent.iter().map(|_| None).collect();
        let sent = sent.into_iter().enumerate().map(|(place, (source, raw))| Sent { place, source, raw });
        let (suspect, clean): (Vec<Sent>, Vec<Sent>) = {
            let suspects = lock(&self.suspects);
            let now = Instant::now();
            sent.partition(|sent| suspects.is_suspect(&sent.source, now))
        };
        let mut seen = HashSet::new();
        for (sent, portion_max) in [(clean, BATCH_TXS_MAX), (suspect, SUSPECT_PORTION)] {
            // The clean go first here too: a copy that a suspect sends must not stand in the way of the original.
            let mut rest = self.set_known_aside(sent, &mut seen, &mut slots);
            while !rest.is_empty() {
                let later = rest.split_off(self.portion(&rest, portion_max));
                let portion = std::mem::replace(&mut rest, later);
                self.check_and_admit(portion, &mut slots);
            }
        }
        slots.into_iter().map(|slot| slot.unwrap_or_else(|| Err(RejectCode::PoolFull.into()))).collect()
    }

    /// How many of `waiting` are checked together: as many as the limits allow, but at least one.
    fn portion(&self, waiting: &[Sent], txs_max: usize) -> usize {
        let mut left = self.batch_bytes();
        let fits = |sent: &&Sent| {
            let fits = left > 0;
            left = left.saturating_sub(sent.raw.as_bytes().len());
            fits
        };
        waiting.iter().take(txs_max).take_while(fits).count().max(1)
    }

    fn check_and_admit(&self, portion: Vec<Sent>, slots: &mut [Option<Verdict>]) {
        let (heard, silenced): (Vec<Sent>, Vec<Sent>) = {
            let suspects = lock(&self.suspects);
            let now = Instant::now();
            portion.into_iter().partition(|sent| suspects.silenced(&sent.source, now).is_none())
        };
        for sent in silenced {
            fill(slots, sent.place, Err(Reject::new(RejectCode::PoolFull, SILENCED)));
        }
        let (places, raws): (Vec<(usize, Source)>, Vec<RawTx>) =
            heard.into_iter().map(|sent| ((sent.place, sent.source), sent.raw)).unzip();
        let checked = match system::seed() {
            Ok(seed) => check_all(&self.rules, raws, seed, self.threads),
            Err(_) => {
                raws.iter().map(|_| Err(Reject::new(RejectCode::PoolFull, "the system gave no randomness"))).collect()
            }
        };
        let good: Vec<Arc<CheckedTx>> = checked.iter().flatten().cloned().collect();
        let mut admitted = self.pool.admit(&good, &*self.view, system::now()).into_iter().zip(good);
        for ((place, source), result) in places.into_iter().zip(checked) {
            let verdict = match result {
                Err(reject) => {
                    self.note_refusal(source, reject.code);
                    Err(reject)
                }
                Ok(_) => admitted.next().map_or_else(
                    || Err(Reject::new(RejectCode::PoolFull, "the pool gave no verdict")),
                    |(verdict, tx)| verdict.map(|admitted| accepted(&tx, admitted)).map_err(Reject::from),
                ),
            };
            fill(slots, place, verdict);
        }
    }

    fn note_refusal(&self, source: Source, code: RejectCode) {
        count_rejected(code);
        if is_forgery(code) {
            metrics::counter!("tacit_mempool_forgeries_total").increment(1);
            lock(&self.suspects).record(source, Instant::now());
        }
    }

    /// A verdict for each transaction that waits already or was seen before in this batch; the rest is to be checked.
    fn set_known_aside(
        &self,
        sent: Vec<Sent>,
        seen: &mut HashSet<FullHash>,
        slots: &mut [Option<Verdict>],
    ) -> Vec<Sent> {
        let mut fresh = Vec::with_capacity(sent.len());
        for sent in sent {
            let hash = sent.raw.full_hash();
            if seen.insert(hash) && !self.pool.known(&hash) {
                fresh.push(sent);
            } else {
                count_rejected(RejectCode::AlreadyKnown);
                fill(slots, sent.place, Err(RejectCode::AlreadyKnown.into()));
            }
        }
        fresh
    }
}

fn fill(slots: &mut [Option<Verdict>], place: usize, verdict: Verdict) {
    if let Some(slot) = slots.get_mut(place) {
        *slot = Some(verdict);
    }
}

fn accepted(tx: &CheckedTx, admitted: Admitted) -> Accepted {
    Accepted { tx_id: tx.id(), full_hash: tx.full_hash(), admitted }
}
