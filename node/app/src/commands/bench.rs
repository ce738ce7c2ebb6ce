//! `tacit bench`: an open-loop load generator. It sends signed transfers at a fixed rate whatever the network answers,
//! and reports what was submitted, what was committed, and how long everything took. `--contracts` sends calls of a token
//! instead ([`contracts`]), `--private` is [`private`].

mod contracts;
mod log;
mod private;

use super::runtime;
use super::testnet::LOAD_ACCOUNTS;
use clap::Args;
use eyre::{bail, eyre};
use indicatif::ProgressBar;
use log::{Log, drain, percentile, watch_blocks, watch_reads};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tacit_rpc::client::Client;
use tacit_types::{Amount, Gas, GenesisId, Height, Network, Price, Sequence, TxId};
use tacit_wallet::TxBuilder;
use tacit_wallet::devnet::devnet_account;

/// For how many heights what is sent stays valid: longer than any load lasts.
const LIFETIME: u64 = 50_000;

/// Gas that a transfer may use.
const TRANSFER_GAS: u64 = 60_000;

/// Send transfers, or calls of a contract, at a fixed rate to a running development network and report what became of them.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit bench --node http://127.0.0.1:26602 --rate 2000 --seconds 20\n  tacit bench --contracts --rate 1000 --seconds 10\n  tacit bench --private --transfers 400 --json\n\nWith --contracts a token is deployed and handed out first; every call is a transfer of it.\nPrivate transfers are proven first, which takes most of the time, and then sent as fast as the nodes take them."
)]
pub struct Bench {
    /// JSON-RPC addresses of the nodes to send to, in turn.
    #[arg(long, value_delimiter = ',', default_value = "http://127.0.0.1:26602", value_name = "URL,...")]
    node: Vec<String>,
    /// Transfers, or calls, per second.
    #[arg(long, default_value_t = 1_000)]
    rate: u64,
    /// For how long.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Transfers, or calls, in one request.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=100))]
    batch: u64,
    /// Send calls of a token contract, which is deployed and handed out first.
    #[arg(long, conflicts_with = "private")]
    contracts: bool,
    /// Send private transfers, proven in advance, as fast as the nodes take them.
    #[arg(long, conflicts_with_all = ["rate", "seconds", "batch"])]
    private: bool,
    /// How many private transfers.
    #[arg(long, default_value_t = 200, requires = "private", value_parser = clap::value_parser!(u16).range(1..=4_000))]
    transfers: u16,
    /// Requests of one private transfer each that are on their way at any time.
    #[arg(long, default_value_t = 64, requires = "private", value_parser = clap::value_parser!(u16).range(1..=200))]
    senders: u16,
    /// Folder of proving keys for private transfers; made at first use.
    #[arg(long, value_name = "DIR", requires = "private")]
    params: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Bench {
    pub fn run(self) -> eyre::Result<()> {
        if self.private {
            let (transfers, senders) = (self.transfers.into(), self.senders.into());
            let load =
                private::PrivateLoad { nodes: self.node, transfers, senders, params: self.params, json: self.json };
            return load.run();
        }
        if self.rate == 0 || self.seconds == 0 {
            bail!("rate and seconds must be above zero");
        }
        runtime::run_node(self.load())
    }

    async fn load(self) -> eyre::Result<()> {
        let clients: Vec<Client> = self.node.iter().map(|url| Client::new(url)).collect::<Result<_, _>>()?;
        let first = clients.first().ok_or_else(|| eyre!("name at least one node"))?.clone();
        let token = if self.contracts { Some(contracts::Token::hand_out(&first).await?) } else { None };
        let prepared = self.prepare(&first, token.as_ref()).await?;
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
        if let Some(token) = &token {
            token.check(&first).await?;
        }
        self.report(&log, sent_for)
    }

    /// Signs everything before the clock starts: the generator must not be what is measured.
    async fn prepare(
        &self,
        client: &Client,
        token: Option<&contracts::Token>,
    ) -> eyre::Result<Vec<Vec<(TxId, Vec<u8>)>>> {
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
            let builder = TxBuilder::new(genesis_id)
                .expiry(Height(status.height.saturating_add(LIFETIME)))
                .price(Price(1_000_000_000), Price(1));
            let builder = match token {
                Some(token) => token.pay(builder, to)?,
                None => builder.gas_limit(Gas(TRANSFER_GAS)).transfer(to, Amount(1)),
            };
            let tx = builder.sign(&account.key, sequence)?;
            signed.push((tx.id(), tx.encode()));
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
            "failed": state.failed,
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
