//! Looking at a wallet: sync, balances, history.

use super::open::{OpenWallet, WalletArgs};
use crate::commands::keys::print_one;
use crate::commands::output::{say, tell};
use crate::commands::query::show;
use crate::commands::runtime;
use clap::Args;
use comfy_table::Table;
use comfy_table::presets::UTF8_BORDERS_ONLY;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};
use tacit_rpc::client::Client;
use tacit_rpc::json::HexArray;
use tacit_types::{Address, Amount, AssetId, Network};
use tacit_wallet::WalletError;
use tacit_wallet::amount::{DECIMALS, format_with};
use tacit_wallet::send::{ChainView, balance};
use tacit_wallet::shielded::balance::ShieldedBalance;
use tacit_wallet::shielded::sync::{SyncOptions, Synced};
use tacit_wallet::view::BalanceView;

/// How long `--watch` waits between two looks at the chain.
const WATCH_PAUSE: Duration = Duration::from_secs(1);
/// Shown under balances of an incoming viewing key.
const SEES_NO_SPENDS: &str =
    "this is an incoming viewing key: it does not see what was spent, and change counts as received";

/// Bring what the wallet knows of private money up to the chain.
#[derive(Args)]
#[command(after_help = "Examples:\n  tacit wallet sync --from alice\n  tacit wallet sync --from alice --watch")]
pub struct Sync {
    #[command(flatten)]
    wallet: WalletArgs,
    /// Stay and follow the chain until Ctrl-C.
    #[arg(long)]
    watch: bool,
    /// Leave out memos and what was sent: fewer bytes, poorer history.
    #[arg(long)]
    no_memos: bool,
    /// Print JSON, with --watch one line for each look that found something.
    #[arg(long)]
    json: bool,
}

/// Show what an account owns.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit wallet balance --from alice\n  tacit wallet balance --address tctd1... --json"
)]
pub struct Balance {
    /// Any public address; without it, the account's public and private money.
    #[arg(long, value_name = "ADDRESS")]
    address: Option<String>,
    #[command(flatten)]
    wallet: WalletArgs,
    /// Show private money as it was known at the last sync.
    #[arg(long)]
    no_sync: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Show what happened to an account's private money.
#[derive(Args)]
#[command(after_help = "Example:\n  tacit wallet history --from alice --limit 20")]
pub struct History {
    #[command(flatten)]
    wallet: WalletArgs,
    /// Only the newest lines.
    #[arg(long, value_name = "LINES")]
    limit: Option<usize>,
    /// Show what was known at the last sync.
    #[arg(long)]
    no_sync: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Sync {
    pub fn run(self) -> eyre::Result<()> {
        let options = SyncOptions { memos: !self.no_memos, ..SyncOptions::default() };
        let mut first = true;
        loop {
            // Opened anew each time, so that other verbs can use the wallet in between.
            let started = Instant::now();
            match self.wallet.open().and_then(|mut opened| opened.sync(options)) {
                Ok(synced) if first || synced.found > 0 => self.report(&synced, started.elapsed())?,
                Ok(_) => {}
                // A node that restarts must not end somebody's watch.
                Err(error) if self.watch && !first && is_passing(&error) => tell!("{error:#}; trying again"),
                Err(error) => return Err(error),
            }
            if !self.watch {
                return Ok(());
            }
            first = false;
            std::thread::sleep(WATCH_PAUSE);
        }
    }

    fn report(&self, synced: &Synced, took: Duration) -> eyre::Result<()> {
        let value = json!({
            "height": synced.tip.height,
            "heights": synced.heights,
            "notes": synced.notes,
            "found": synced.found,
            "repairs": synced.repairs.len(),
            "node_is_behind": synced.node_is_behind,
            "took_ms": u64::try_from(took.as_millis())?,
        });
        match self.json && self.watch {
            true => {
                say!("{value}");
                Ok(())
            }
            false => show(&value, self.json),
        }
    }
}

fn is_passing(error: &eyre::Report) -> bool {
    matches!(error.downcast_ref(), Some(WalletError::Client(_) | WalletError::Busy { .. }))
        || error.downcast_ref::<tacit_rpc::client::ClientError>().is_some()
}

impl Balance {
    pub fn run(self) -> eyre::Result<()> {
        if let Some(address) = &self.address {
            let client = self.wallet.node.client()?;
            return runtime::block_on(async {
                let chain = ChainView::fetch(&client, None).await?;
                let address = Address::from_text(address, chain.network)?;
                print_one(&BalanceView::from(balance(&client, &address, chain.network).await?), self.json)
            });
        }
        let secret = self.wallet.signer.open(&self.wallet.keystore)?;
        if secret.viewing().is_err() {
            // A single key has a public account and nothing else.
            let (address, client) = (secret.account()?.address, self.wallet.node.client()?);
            return runtime::block_on(async {
                let chain = ChainView::fetch(&client, None).await?;
                print_one(&BalanceView::from(balance(&client, &address, chain.network).await?), self.json)
            });
        }
        let mut opened = self.wallet.open_secret(secret)?;
        if !self.no_sync {
            opened.sync(SyncOptions::default())?;
        }
        let view = runtime::block_on(both_sides(&opened))?;
        if self.json { show(&view, true) } else { print_balances(&opened, &view) }
    }
}

/// Public and private money. The fields of the public native balance stand where they always stood.
async fn both_sides(opened: &OpenWallet) -> eyre::Result<Value> {
    let (client, network) = (&opened.client, opened.chain.network);
    let mut value = json!({});
    let mut public: BTreeMap<AssetId, u128> = BTreeMap::new();
    if let Ok(account) = opened.secret.account() {
        let view = BalanceView::from(balance(client, &account.address, network).await?);
        public = public_assets(client, &view.address).await?;
        public.insert(AssetId::NATIVE, view.balance.0);
        value = serde_json::to_value(&view)?;
    }
    let private = opened.wallet.balances();
    let assets: BTreeSet<AssetId> = public.keys().chain(private.keys()).copied().chain([AssetId::NATIVE]).collect();
    let mut lines = Vec::new();
    for asset in assets {
        let (symbol, decimals) = describe(client, asset).await;
        let text = |amount: u128| format_with(Amount(amount), decimals);
        let own = private.get(&asset).copied().unwrap_or_default();
        let ShieldedBalance { spendable, leaving, returning, spent, notes } = own;
        let open = public.get(&asset).copied().unwrap_or_default();
        lines.push(json!({
            "asset": asset.to_string(),
            "symbol": symbol,
            "decimals": decimals,
            "public": text(open),
            "spendable": text(spendable),
            "leaving": text(leaving),
            "returning": text(returning),
            "spent": text(spent),
            "notes": notes,
        }));
    }
    if let Some(object) = value.as_object_mut() {
        object.insert("assets".into(), lines.into());
        object.insert("shielded_height".into(), opened.wallet.height().into());
        object.insert("sees_spends".into(), opened.wallet.sees_spends().into());
    }
    Ok(value)
}

async fn public_assets(client: &Client, address: &str) -> eyre::Result<BTreeMap<AssetId, u128>> {
    let (mut assets, mut from) = (BTreeMap::new(), None);
    loop {
        let page = client.account_assets(address, from).await?;
        assets.extend(page.assets.iter().map(|held| (AssetId(held.asset.0), held.balance.0)));
        match page.next {
            // A node that does not advance would keep us here for ever.
            Some(next) if from.is_none_or(|from| next.0 > from.0) => from = Some(next),
            _ => return Ok(assets),
        }
    }
}

/// Symbol and decimals; base units of an asset that the node does not know.
pub async fn describe(client: &Client, asset: AssetId) -> (String, u32) {
    if asset == AssetId::NATIVE {
        return ("TCT".into(), DECIMALS);
    }
    match client.asset(HexArray(asset.0)).await {
        Ok(view) => (view.symbol, view.decimals.into()),
        Err(_) => ("?".into(), 0),
    }
}

fn print_balances(opened: &OpenWallet, view: &Value) -> eyre::Result<()> {
    if let Some(address) = view.get("address").and_then(Value::as_str) {
        say!("{address}");
    }
    let mut table = Table::new();
    table.load_style(UTF8_BORDERS_ONLY);
    table.set_header(["asset", "public", "private", "leaving", "returning", "notes", "id"]);
    for line in view.get("assets").and_then(Value::as_array).into_iter().flatten() {
        let field = |name: &str| match line.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        let native = field("asset") == AssetId::NATIVE.to_string();
        let id = if native { "native".into() } else { field("asset") };
        let parts = ["symbol", "public", "spendable", "leaving", "returning", "notes"];
        table.add_row(parts.map(field).into_iter().chain([id]));
    }
    say!("{table}");
    say!("private money as of height {}", opened.wallet.height());
    if !opened.wallet.sees_spends() {
        say!("{SEES_NO_SPENDS}");
    }
    Ok(())
}

impl History {
    pub fn run(self) -> eyre::Result<()> {
        let mut opened = self.wallet.open()?;
        if !self.no_sync {
            opened.sync(SyncOptions::default())?;
        }
        let lines = opened.wallet.history();
        let skipped = lines.len().saturating_sub(self.limit.unwrap_or(usize::MAX));
        let lines = lines.get(skipped..).unwrap_or_default();
        let assets: BTreeSet<AssetId> = lines.iter().map(|line| line.asset).collect();
        let described = runtime::block_on(async {
            let mut described = BTreeMap::new();
            for asset in assets {
                described.insert(asset, describe(&opened.client, asset).await);
            }
            Ok(described)
        })?;
        let rows = lines.iter().map(|line| row(line, &described, opened.chain.network)).collect::<Vec<_>>();
        if self.json {
            return show(&rows, true);
        }
        print_history(&rows);
        if !opened.wallet.sees_spends() {
            say!("{SEES_NO_SPENDS}");
        }
        Ok(())
    }
}

fn row(
    line: &tacit_wallet::shielded::history::Line,
    described: &BTreeMap<AssetId, (String, u32)>,
    network: Network,
) -> Value {
    let (symbol, decimals) = described.get(&line.asset).cloned().unwrap_or_default();
    json!({
        "height": line.height,
        "tx_id": line.tx_id.to_string(),
        "kind": line.kind.name(),
        "amount": format_with(Amount(line.amount), decimals),
        "symbol": symbol,
        "asset": line.asset.to_string(),
        "address": line.to.map(|to| to.to_text(network)),
        "memo": line.memo,
    })
}

fn print_history(rows: &[Value]) {
    let mut table = Table::new();
    table.load_style(UTF8_BORDERS_ONLY);
    table.set_header(["height", "what", "amount", "asset", "memo", "transaction"]);
    for row in rows {
        let field = |name: &str| match row.get(name) {
            // A memo is somebody else's text: nothing of it may steer the terminal.
            Some(Value::String(text)) => text.chars().filter(|letter| !letter.is_control()).collect(),
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        };
        table.add_row(["height", "kind", "amount", "symbol", "memo", "tx_id"].map(field));
    }
    say!("{table}");
}
