//! `tacit bench --private`: private transfers through RPC. Notes are shielded and every transfer is proven before the clock
//! starts; then all are sent as fast as the node acknowledges them. At the end the notes are counted again, so that a
//! network which lost or made money does not pass for a fast one.

use super::log::{Log, drain, percentile, watch_blocks};
use crate::commands::proof::proving_keys;
use crate::commands::runtime;
use crate::commands::testnet::LOAD_ACCOUNTS;
use eyre::{bail, eyre};
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tacit_circuits::{Statement, VerifyingKeys};
use tacit_rpc::client::Client;
use tacit_types::{AssetId, Height, Network, Price, Sequence, Tx, TxId};
use tacit_wallet::devnet::devnet_account;
use tacit_wallet::send::ChainView;
use tacit_wallet::shielded::build::{Ingredients, Payer, build};
use tacit_wallet::shielded::plan::{Coin, Extras, Funding, Payment, Plan, PlanError, Recipient, Request, plan};
use tacit_wallet::shielded::prover::LocalProver;
use tacit_wallet::shielded::source::RpcSource;
use tacit_wallet::shielded::sync::SyncOptions;
use tacit_wallet::shielded::{
    Memo, Planned, ShieldedAddress, ShieldedWallet, SpendableNote, SpendingKey, ViewingKey, expiry_step,
};
use tacit_wallet::{Account, WalletError};

/// What every note is worth: enough for the fee of its transfer, whatever the load makes of the base fee.
const NOTE_VALUE: u128 = 10_000_000_000_000_000;
/// What every transaction offers per gas, far above the base fee of any load.
const PRICE: Price = Price(1_000_000_000);
/// What every transfer pays, in base units.
const PAID: u128 = 1;
/// For how many heights a transaction is valid: proving takes its time while blocks go on.
const LIFETIME: u64 = 20_000;
/// One shielding makes two notes.
const NOTES_PER_SHIELD: usize = 2;

/// A load of private transfers.
pub(super) struct PrivateLoad {
    /// Nodes to send to, in turn.
    pub nodes: Vec<String>,
    /// How many transfers.
    pub transfers: usize,
    /// How many requests are on their way at any time, of one transfer each.
    pub senders: usize,
    /// Folder of proving keys.
    pub params: Option<PathBuf>,
    /// Print JSON.
    pub json: bool,
}

/// A finished transaction as it travels.
type Ready = (TxId, Vec<u8>);

impl PrivateLoad {
    pub fn run(&self) -> eyre::Result<()> {
        let clients: Vec<Client> = self.nodes.iter().map(|url| Client::new(url)).collect::<Result<_, _>>()?;
        let (first, url) = (clients.first().ok_or_else(no_node)?, self.nodes.first().ok_or_else(no_node)?);
        let chain = runtime::block_on(async { Ok(ChainView::fetch(first, None).await?) })?;
        let bench =
            Bench { chain, key: SpendingKey::random()?, prover: self.prover()?, keys: VerifyingKeys::development() };
        let folder = tempfile::tempdir()?;
        let key = ViewingKey::Full(bench.key.full_viewing_key().clone());
        let mut wallet = ShieldedWallet::open(folder.path(), key, bench.chain.genesis_id)?;
        wallet.set_birthday(bench.chain.height.0)?;

        let (shields, shielding) = bench.shields(first, self.transfers.div_ceil(NOTES_PER_SHIELD))?;
        let (log, _) = runtime::run_node(deliver(clients.clone(), shields, self.senders))?;
        all_committed(&log)?;
        let before = bench.sync(&mut wallet, url)?;
        let planned = bench.plan_all(&mut wallet, self.transfers)?;
        let fees = planned.iter().try_fold(0u128, |sum, (plan, _)| sum.checked_add(plan.fee()?.0));
        let (transfers, proving) = bench.transfers(&planned)?;
        drop(planned);

        let (log, sending) = runtime::run_node(deliver(clients, transfers, self.senders))?;
        let report = self.report(&log, sending, shielding, proving)?;
        all_committed(&log)?;
        let after = bench.sync(&mut wallet, url)?;
        if fees.and_then(|fees| before.checked_sub(fees)) != Some(after) {
            bail!("the wallet had {before} base units before and {after} after, which is not what the fees explain");
        }
        crate::commands::query::show(&report, self.json)
    }

    fn prover(&self) -> eyre::Result<LocalProver> {
        let bar = ProgressBar::new_spinner();
        bar.enable_steady_tick(Duration::from_millis(100));
        proving_keys(Statement::Transfer1x2, self.params.as_deref(), &bar)?;
        let keys = proving_keys(Statement::Transfer2x2, self.params.as_deref(), &bar)?;
        keys.ensure(Statement::Transfer1x2, &mut |_, _| {})?;
        bar.finish_and_clear();
        Ok(LocalProver::new(keys))
    }

    fn report(
        &self,
        log: &Log,
        sent: Sending,
        shielding: Duration,
        proving: Duration,
    ) -> eyre::Result<serde_json::Value> {
        let state = log.lock();
        let committed = state.latencies.len();
        let refused = state.refusals.values().sum::<u64>();
        let admitted = u64::try_from(self.transfers)?.saturating_sub(refused);
        let until_last = state.last_commit.map(|last| last.saturating_duration_since(sent.started));
        let per_second = |count: f64, over: Duration| (count / over.as_secs_f64().max(0.001)).round();
        Ok(serde_json::json!({
            "transfers": self.transfers,
            "nodes": self.nodes.len(),
            "requests_at_a_time": self.senders,
            "refused": refused,
            "committed": committed,
            "missing": state.waiting.len(),
            "admitted_per_second": per_second(admitted as f64, sent.took),
            "committed_per_second": per_second(committed as f64, until_last.unwrap_or_default()),
            "acknowledge_p50_ms": percentile(&state.acknowledgements, 50),
            "acknowledge_p99_ms": percentile(&state.acknowledgements, 99),
            "inclusion_p50_ms": percentile(&state.latencies, 50),
            "inclusion_p99_ms": percentile(&state.latencies, 99),
            "sending_ms": u64::try_from(sent.took.as_millis())?,
            "until_last_commit_ms": u64::try_from(until_last.unwrap_or_default().as_millis())?,
            "blocks": state.blocks,
            "proving_shields_ms": u64::try_from(shielding.as_millis())?,
            "proving_transfers_ms": u64::try_from(proving.as_millis())?,
            "refusals": state.refusals,
        }))
    }
}

fn no_node() -> eyre::Report {
    eyre!("name at least one node")
}

/// Money is not measured on top of money that is missing.
fn all_committed(log: &Log) -> eyre::Result<()> {
    let state = log.lock();
    if let Some((why, count)) = state.refusals.iter().next() {
        bail!("{count} transactions were refused: {why}");
    }
    if !state.waiting.is_empty() {
        bail!("{} transactions were acknowledged and are in no block", state.waiting.len());
    }
    Ok(())
}

/// One wallet with many notes, and what proves for it.
struct Bench {
    chain: ChainView,
    key: SpendingKey,
    prover: LocalProver,
    keys: VerifyingKeys,
}

/// An account that shields, with the sequence and the balance that it has for that.
struct Shielder {
    account: Account,
    sequence: Sequence,
    balance: Coin,
}

impl Bench {
    fn address(&self) -> eyre::Result<ShieldedAddress> {
        Ok(self.key.full_viewing_key().address(0).map_err(WalletError::from)?)
    }

    fn payment(&self, amount: u128) -> eyre::Result<Payment> {
        let to = Recipient::Shielded(self.address()?);
        Ok(Payment { asset: AssetId::NATIVE, amount, to, memo: Memo::empty() })
    }

    /// Transactions of the accounts for load generators, which make two notes each; and how long proving them took.
    fn shields(&self, client: &Client, count: usize) -> eyre::Result<(Vec<Ready>, Duration)> {
        let payment = self.payment(NOTE_VALUE.saturating_mul(NOTES_PER_SHIELD as u128))?;
        let shielders = runtime::block_on(shielders(client, count))?;
        let anchor = runtime::block_on(async { Ok(client.anchor().await?) })?;
        let anchor = tacit_circuits::FieldBytes(anchor.root.0);
        in_parallel("proving shieldings", &shielders, |shielder| {
            let coins = [shielder.balance];
            let funding = Funding::Account(&coins);
            let request = Request { funding, payments: vec![payment.clone()], extras: Extras::default(), price: PRICE };
            let plan = plan(&request).map_err(WalletError::from)?;
            let payer = Payer::Account(&shielder.account.key, shielder.sequence);
            self.build(&plan, &[], anchor, payer)
        })
    }

    /// Brings the wallet up to the chain; gives what its notes are worth together.
    fn sync(&self, wallet: &mut ShieldedWallet, url: &str) -> eyre::Result<u128> {
        wallet.sync(&RpcSource::new(url)?, SyncOptions::default(), &mut |_| {})?;
        let mut values = wallet.spendable().map(|own| own.note.value);
        values.try_fold(0u128, u128::checked_add).ok_or_else(|| eyre!("notes beyond any amount"))
    }

    /// A plan for each of `count` notes: the note pays its own transfer, padded to two inputs as every wallet does.
    fn plan_all(&self, wallet: &mut ShieldedWallet, count: usize) -> eyre::Result<Vec<(Plan, Proven)>> {
        let payment = self.payment(PAID)?;
        let one = |coins: &[Coin]| {
            let funding = Funding::Pool(coins);
            plan(&Request { funding, payments: vec![payment.clone()], extras: Extras::default(), price: PRICE })
        };
        // The wallet gives the paths of all notes it offers; offering fewer than there are is not good enough here.
        let all = |coins: &[Coin]| match coins.get(..count) {
            Some([first, ..]) => one(std::slice::from_ref(first)),
            _ => Err(PlanError::Notes { asset: AssetId::NATIVE }),
        };
        let Planned { notes, anchor, .. } = wallet.plan(all)?;
        let plans = notes.into_iter().take(count).map(|note| {
            let coin = Coin { asset: note.note.asset, value: note.note.value };
            Ok((one(&[coin]).map_err(WalletError::from)?, Proven { note, anchor }))
        });
        plans.collect()
    }

    /// The transfers, and how long proving them took.
    fn transfers(&self, planned: &[(Plan, Proven)]) -> eyre::Result<(Vec<Ready>, Duration)> {
        in_parallel("proving transfers", planned, |(plan, from)| {
            self.build(plan, std::slice::from_ref(&from.note), from.anchor, Payer::Pool)
        })
    }

    fn build(
        &self,
        plan: &Plan,
        notes: &[SpendableNote],
        anchor: tacit_circuits::FieldBytes,
        payer: Payer<'_>,
    ) -> eyre::Result<Tx> {
        let ingredients = Ingredients {
            key: &self.key,
            notes,
            anchor,
            genesis_id: self.chain.genesis_id,
            expiry: expiry_step(Height(self.chain.height.0), LIFETIME),
            payer,
            extras: Vec::new(),
        };
        Ok(build(plan, ingredients, &self.prover, &self.keys, &mut |_| {})?)
    }
}

/// A note to spend, with the root that its path leads to.
struct Proven {
    note: SpendableNote,
    anchor: tacit_circuits::FieldBytes,
}

/// Who shields: the accounts for load generators in turn.
async fn shielders(client: &Client, count: usize) -> eyre::Result<Vec<Shielder>> {
    let mut shielders: Vec<Shielder> = Vec::with_capacity(count);
    for (number, index) in LOAD_ACCOUNTS.cycle().take(count).enumerate() {
        let account = devnet_account(index)?;
        let round = u64::try_from(number / LOAD_ACCOUNTS.len())?;
        let state = client.account(&account.address.to_text(Network::Dev)).await?;
        let sequence = Sequence(state.pending_sequence.saturating_add(round));
        let balance = Coin { asset: AssetId::NATIVE, value: state.balance.0 };
        shielders.push(Shielder { account, sequence, balance });
    }
    Ok(shielders)
}

/// Makes a transaction of every item, on all cores, in the order of the items.
fn in_parallel<T: Sync>(
    what: &'static str,
    items: &[T],
    make: impl Fn(&T) -> eyre::Result<Tx> + Sync,
) -> eyre::Result<(Vec<Ready>, Duration)> {
    let bar = ProgressBar::new(items.len() as u64).with_message(what);
    if let Ok(style) = ProgressStyle::with_template("{msg:20} {wide_bar} {pos}/{len} {eta}") {
        bar.set_style(style);
    }
    let (next, made) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(items.len())));
    let started = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { return };
                    let tx = make(item);
                    if tx.is_err() {
                        next.store(items.len(), Ordering::Relaxed);
                    }
                    made.lock().unwrap_or_else(PoisonError::into_inner).push((index, tx));
                    bar.inc(1);
                }
            });
        }
    });
    let took = started.elapsed();
    bar.finish_and_clear();
    let mut made = made.into_inner().unwrap_or_else(PoisonError::into_inner);
    made.sort_by_key(|(index, _)| *index);
    let ready = made.into_iter().map(|(_, tx)| tx.map(|tx| (tx.id(), tx.encode()))).collect::<eyre::Result<_>>()?;
    Ok((ready, took))
}

/// When the first request left, and how long it took until the last was answered.
struct Sending {
    started: Instant,
    took: Duration,
}

/// Sends everything, `senders` requests at a time, and waits until it is in blocks.
async fn deliver(clients: Vec<Client>, txs: Vec<Ready>, senders: usize) -> eyre::Result<(Arc<Log>, Sending)> {
    let first = clients.first().ok_or_else(no_node)?.clone();
    let start = first.status().await?.height;
    let (log, queue) = (Arc::new(Log::default()), Arc::new(Mutex::new(VecDeque::from(txs))));
    let watcher = tokio::spawn(watch_blocks(first, start, Arc::clone(&log)));
    let started = Instant::now();
    let mut requests = tokio::task::JoinSet::new();
    for client in clients.iter().cycle().take(senders) {
        requests.spawn(send_from(client.clone(), Arc::clone(&queue), Arc::clone(&log)));
    }
    while requests.join_next().await.is_some() {}
    let took = started.elapsed();
    drain(&log).await;
    watcher.abort();
    Ok((log, Sending { started, took }))
}

/// One sender: the next transaction leaves when the last is answered.
async fn send_from(client: Client, queue: Arc<Mutex<VecDeque<Ready>>>, log: Arc<Log>) {
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some((id, bytes)) = next else { return };
        let start = Instant::now();
        log.sent(&[id], start);
        match client.submit(bytes).await {
            Ok(_) => log.acknowledged(start.elapsed()),
            Err(error) => log.refused(&id, &error.to_string()),
        }
    }
}
