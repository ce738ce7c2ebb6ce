//! `tacit bench`: an open-loop load generator. It sends signed transfers at a fixed rate whatever the network answers,
//! and reports what was submitted, what was committed, and how long everything took.

use super::runtime;
use super::testnet::LOAD_ACCOUNTS;
use clap::Args;
use eyre::{bail, eyre};
use indicatif::ProgressBar;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tacit_rpc::BlockRef;
use tacit_rpc::client::Client;
use tacit_types::{Amount, Gas, GenesisId, Height, Network, Price, Sequence, TxId};
use tacit_wallet::devnet::devnet_account;
use tacit_wallet::{Account, TxBuilder};

/// Gas that a transfer may use.
const TRANSFER_GAS: u64 = 60_000;

/// How long committed blocks are waited for after the last submission.
const DRAIN_WAIT: Duration = Duration::from_secs(30);

/// Send transfers at a fixed rate to a running development network and report what became of them.
#[derive(Args)]
#[command(after_help = "Example:\n  tacit bench --node http://127.0.0.1:26602 --rate 2000 --seconds 20")]
pub struct Bench {
    /// JSON-RPC addresses of the nodes to send to, in turn.
    #[arg(long, value_delimiter = ',', default_value = "http://127.0.0.1:26602", value_name = "URL,...")]
    node: Vec<String>,
    /// Transfers per second.
    #[arg(long, default_value_t = 1_000)]
    rate: u64,
    /// For how long.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Transfers in one request.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=100))]
    batch: u64,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Bench {
    pub fn run(self) -> eyre::Result<()> {
        if self.rate == 0 || self.seconds == 0 {
            bail!("rate and seconds must be above zero");
        }
        runtime::run_node(self.load())
    }

    async fn load(self) -> eyre::Result<()> {
        let clients: Vec<Client> = self.node.iter().map(|url| Client::new(url)).collect::<Result<_, _>>()?;
        let first = clients.first().ok_or_else(|| eyre!("name at least one node"))?.clone();
        let prepared = self.prepare(&first).await?;
        let start_height = first.status().await?.height;
        let log = Arc::new(Log::default());
        let watcher = tokio::spawn(watch_blocks(first.clone(), start_height, Arc::clone(&log)));
        let reader = tokio::spawn(watch_reads(first.clone(), Arc::clone(&log)));
        let started = Instant::now();
        self.send(&clients, prepared, &log).await;
        let sent_for = started.elapsed();
        drain(&log).await;
        watcher.abort();
        reader.abort();
        self.report(&log, sent_for)
    }

    /// Signs everything before the clock starts: the generator must not be what is measured.
    async fn prepare(&self, client: &Client) -> eyre::Result<Vec<Vec<(TxId, Vec<u8>)>>> {
        let status = client.status().await?;
        let genesis_id = GenesisId(status.genesis_id.0);
        let total = self.rate.saturating_mul(self.seconds);
        let bar = ProgressBar::new(total).with_message("signing");
        let mut accounts = Vec::new();
        for index in LOAD_ACCOUNTS {
            let account = devnet_account(index)?;
            let state = client.account(&account.address.to_text(Network::Dev)).await?;
            accounts.push((account, state.pending_sequence));
        }
        let mut signed = Vec::with_capacity(usize::try_from(total)?);
        let count = accounts.len() as u64;
        for number in 0..total {
            let slot = usize::try_from(number % count)?;
            let to = accounts.get((slot + 1) % accounts.len()).map(|(account, _)| account.address).unwrap_or_default();
            let (account, first) = accounts.get(slot).ok_or_else(|| eyre!("no accounts"))?;
            let sequence = Sequence(first.saturating_add(number / count));
            signed.push(sign_one(account, genesis_id, status.height, sequence, to)?);
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(signed.chunks(usize::try_from(self.batch)?).map(<[_]>::to_vec).collect())
    }

    /// Starts one request after the other by the clock, without waiting for answers.
    async fn send(&self, clients: &[Client], batches: Vec<Vec<(TxId, Vec<u8>)>>, log: &Arc<Log>) {
        let interval = Duration::from_secs_f64(self.batch as f64 / self.rate as f64);
        let mut clock = tokio::time::interval(interval);
        clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Burst);
        let mut requests = tokio::task::JoinSet::new();
        for (batch, client) in batches.into_iter().zip(clients.iter().cycle()) {
            clock.tick().await;
            let (client, log) = (client.clone(), Arc::clone(log));
            requests.spawn(async move {
                let start = Instant::now();
                let (ids, bytes): (Vec<TxId>, Vec<Vec<u8>>) = batch.into_iter().unzip();
                log.sent(&ids, start);
                match client.submit_batch(bytes).await {
                    Ok(answers) => {
                        log.acknowledged(start.elapsed());
                        for (id, answer) in ids.iter().zip(answers) {
                            if let Err(error) = answer {
                                log.refused(id, &error.to_string());
                            }
                        }
                    }
                    Err(error) => ids.iter().for_each(|id| log.refused(id, &error.to_string())),
                }
            });
        }
        while requests.join_next().await.is_some() {}
    }

    fn report(&self, log: &Log, sent_for: Duration) -> eyre::Result<()> {
        let state = log.lock();
        let offered = self.rate.saturating_mul(self.seconds);
        let committed = state.latencies.len();
        let span = match (state.first_commit, state.last_commit) {
            (Some(first), Some(last)) if last > first => (last - first).as_secs_f64(),
            _ => sent_for.as_secs_f64(),
        };
        let fields = serde_json::json!({
            "offered": offered,
            "refused": state.refusals.values().sum::<u64>(),
            "committed": committed,
            "missing": state.waiting.len(),
            "tx_per_second": (committed as f64 / span.max(0.001)).round(),
            "blocks": state.blocks,
            "inclusion_p50_ms": percentile(&state.latencies, 50),
            "inclusion_p99_ms": percentile(&state.latencies, 99),
            "submit_p50_ms": percentile(&state.acknowledgements, 50),
            "submit_p99_ms": percentile(&state.acknowledgements, 99),
            "read_p50_ms": percentile(&state.reads, 50),
            "read_p99_ms": percentile(&state.reads, 99),
            "refusals": state.refusals,
        });
        super::query::show(&fields, self.json)
    }
}

fn sign_one(
    account: &Account,
    genesis_id: GenesisId,
    height: u64,
    sequence: Sequence,
    to: tacit_types::Address,
) -> eyre::Result<(TxId, Vec<u8>)> {
    let tx = TxBuilder::new(genesis_id)
        .expiry(Height(height.saturating_add(50_000)))
        .gas_limit(Gas(TRANSFER_GAS))
        .price(Price(1_000_000_000), Price(1))
        .transfer(to, Amount(1))
        .sign(&account.key, sequence)?;
    Ok((tx.id(), tx.encode()))
}

/// What happened, as it happened.
#[derive(Default)]
struct Log(Mutex<LogState>);

#[derive(Default)]
struct LogState {
    waiting: BTreeMap<TxId, Instant>,
    latencies: Vec<Duration>,
    acknowledgements: Vec<Duration>,
    reads: Vec<Duration>,
    refusals: BTreeMap<String, u64>,
    first_commit: Option<Instant>,
    last_commit: Option<Instant>,
    blocks: u64,
}

impl Log {
    fn lock(&self) -> std::sync::MutexGuard<'_, LogState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sent(&self, ids: &[TxId], at: Instant) {
        self.lock().waiting.extend(ids.iter().map(|id| (*id, at)));
    }

    fn acknowledged(&self, after: Duration) {
        self.lock().acknowledgements.push(after);
    }

    fn refused(&self, id: &TxId, why: &str) {
        let mut state = self.lock();
        state.waiting.remove(id);
        *state.refusals.entry(why.into()).or_default() += 1;
    }

    fn committed(&self, ids: impl Iterator<Item = TxId>, at: Instant) {
        let mut state = self.lock();
        state.blocks += 1;
        for id in ids {
            if let Some(sent) = state.waiting.remove(&id) {
                state.latencies.push(at.saturating_duration_since(sent));
                state.first_commit.get_or_insert(at);
                state.last_commit = Some(at);
            }
        }
    }
}

/// Follows the chain block by block.
async fn watch_blocks(client: Client, start: u64, log: Arc<Log>) {
    let mut height = start;
    loop {
        match client.block(BlockRef::Height(Height(height.saturating_add(1))), false).await {
            Ok(block) => {
                height = height.saturating_add(1);
                log.committed(block.txs.iter().map(|tx| TxId(tx.tx_id.0)), Instant::now());
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

/// Reads while the network is under load, twenty times a second.
async fn watch_reads(client: Client, log: Arc<Log>) {
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
async fn drain(log: &Log) {
    let deadline = Instant::now() + DRAIN_WAIT;
    while !log.lock().waiting.is_empty() && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The `percent`-th percentile in milliseconds.
fn percentile(values: &[Duration], percent: usize) -> f64 {
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
