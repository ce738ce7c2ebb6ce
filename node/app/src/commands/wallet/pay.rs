//! Payments: in the open, into the pool, within it, and out of it.

use super::bars::BuildBar;
use super::look::describe;
use super::open::{OpenWallet, WalletArgs};
use crate::commands::output::tell;
use crate::commands::query::show;
use crate::commands::runtime;
use crate::commands::send::SendArgs;
use clap::Args;
use eyre::{WrapErr, bail, eyre};
use serde_json::json;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tacit_circuits::{ProvingKeys, Statement, VerifyingKeys};
use tacit_rpc::client::Client;
use tacit_types::action::Transfer as TransferAction;
use tacit_types::shielded::Shape;
use tacit_types::{Action, Address, AssetId, Gas, Height, Sequence};
use tacit_wallet::amount::{format_with, parse_with};
use tacit_wallet::send::{ChainView, DEFAULT_LIFETIME, Sent, balance, send};
use tacit_wallet::shielded::build::{ExtraAction, Ingredients, Payer, build};
use tacit_wallet::shielded::pending::PendingTx;
use tacit_wallet::shielded::plan::{
    Coin, Extras, Funding, Payment, Plan, PlannedOutput, Recipient, Request, merge, plan, split,
};
use tacit_wallet::shielded::prover::{LocalProver, ProofService, RemoteProver};
use tacit_wallet::shielded::sync::SyncOptions;
use tacit_wallet::shielded::{Memo, PlanError, Planned, ShieldedAddress, expiry_step, price_step};
use tacit_wallet::view::SentView;
use tacit_wallet::{Account, WalletError};

/// How long a payment waits for its block.
const WAIT: Duration = Duration::from_secs(60);

/// Send public money.
#[derive(Args)]
#[command(after_help = "Example:\n  tacit wallet send --dev 0 --to tctd1... --amount 1.5")]
pub struct Send {
    /// Who receives.
    #[arg(long, value_name = "ADDRESS")]
    to: String,
    #[command(flatten)]
    amount: AmountArgs,
    #[command(flatten)]
    send: Box<SendArgs>,
}

/// How much of what.
#[derive(Args)]
struct AmountArgs {
    /// How many tokens, for example 1.5; with `u` behind it, base units.
    #[arg(long, value_name = "TOKENS")]
    amount: String,
    /// Of which asset; the native token when absent.
    #[arg(long, value_name = "ID")]
    asset: Option<String>,
}

/// How a private payment is made.
#[derive(Args)]
pub struct PayArgs {
    #[command(flatten)]
    pub wallet: WalletArgs,
    /// Folder of proving keys; made at first use.
    #[arg(long, value_name = "DIR")]
    pub params: Option<PathBuf>,
    /// Socket of a `tacit prover` that makes the proofs. It sees the payment and cannot change it.
    #[arg(long, value_name = "SOCKET")]
    pub prover: Option<PathBuf>,
    /// Return after submission.
    #[arg(long)]
    pub no_wait: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Make public money private.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit wallet shield --dev 0 --amount 100\n  tacit wallet shield --from alice --amount 5 --to tctdz1... --memo hello"
)]
pub struct Shield {
    /// The shielded address that receives; without it, one of the account's own.
    #[arg(long, value_name = "ADDRESS")]
    to: Option<String>,
    #[command(flatten)]
    amount: AmountArgs,
    /// A text for the receiver, at most 512 bytes.
    #[arg(long, default_value = "")]
    memo: String,
    #[command(flatten)]
    pay: PayArgs,
}

/// Send private money to a shielded address.
#[derive(Args)]
#[command(
    after_help = "Example:\n  tacit wallet transfer --from alice --to tctdz1... --amount 2.5 --memo \"two books\""
)]
pub struct Transfer {
    /// The shielded address that receives.
    #[arg(long, value_name = "ADDRESS")]
    to: String,
    #[command(flatten)]
    amount: AmountArgs,
    /// A text for the receiver, at most 512 bytes.
    #[arg(long, default_value = "")]
    memo: String,
    #[command(flatten)]
    pay: PayArgs,
}

/// Make private money public.
#[derive(Args)]
#[command(after_help = "Example:\n  tacit wallet unshield --from alice --to tctd1... --amount 1")]
pub struct Unshield {
    /// The public address that receives; without it, the account's own, which shows whose the money was.
    #[arg(long, value_name = "ADDRESS")]
    to: Option<String>,
    #[command(flatten)]
    amount: AmountArgs,
    #[command(flatten)]
    pay: PayArgs,
}

/// Make one note of the smallest ones of an asset.
#[derive(Args)]
#[command(after_help = "Example:\n  tacit wallet merge --from alice")]
pub struct Merge {
    /// Of which asset; the native token when absent.
    #[arg(long, value_name = "ID")]
    asset: Option<String>,
    #[command(flatten)]
    pay: PayArgs,
}

/// Make two native notes.
#[derive(Args)]
#[command(after_help = "Example:\n  tacit wallet split --from alice")]
pub struct Split {
    #[command(flatten)]
    pay: PayArgs,
}

impl AmountArgs {
    fn asset(&self) -> eyre::Result<AssetId> {
        parse_asset(self.asset.as_deref())
    }

    /// The amount in base units, and how people see it.
    async fn read(&self, client: &Client) -> eyre::Result<(AssetId, u128, String)> {
        let asset = self.asset()?;
        let (symbol, decimals) = describe(client, asset).await;
        let amount = parse_with(&self.amount, decimals)?;
        Ok((asset, amount.0, format!("{} {symbol}", format_with(amount, decimals))))
    }
}

/// Reads an asset's id; none is the native token.
pub fn parse_asset(text: Option<&str>) -> eyre::Result<AssetId> {
    match text {
        None => Ok(AssetId::NATIVE),
        Some(text) => Ok(AssetId(crate::commands::tx::parse_hash(text)?.0)),
    }
}

impl Send {
    pub fn run(self) -> eyre::Result<()> {
        let account = self.send.account()?;
        let client = self.send.client()?;
        runtime::block_on(async {
            let chain = ChainView::fetch(&client, None).await?;
            if ShieldedAddress::from_text(&self.to, chain.network).is_ok() {
                bail!("that is a shielded address: use `tacit wallet shield`, or `transfer` for private money");
            }
            let to = Address::from_text(&self.to, chain.network)?;
            let (asset, amount, shown) = self.amount.read(&client).await?;
            let transfer = TransferAction { asset, to, amount: tacit_types::Amount(amount) };
            let sent = self.send.send(&account, |builder| Ok(builder.action(Action::Transfer(transfer)))).await?;
            self.send.report(&sent, &[("amount", shown), ("to", to.to_text(chain.network))])
        })
    }
}

impl Shield {
    pub fn run(self) -> eyre::Result<()> {
        let mut opened = self.pay.open()?;
        let (asset, amount, shown) = runtime::block_on(self.amount.read(&opened.client))?;
        let to = match &self.to {
            Some(text) => read_shielded(text, &opened)?,
            None => opened.wallet.key().incoming().address(0).map_err(|error| eyre!("{error}"))?,
        };
        let payment = Payment { asset, amount, to: Recipient::Shielded(to), memo: Memo::new(&self.memo)? };
        let account = opened.secret.account()?;
        let (sequence, balances) = runtime::block_on(public_money(&opened, &account, asset))?;
        let price = price_step(opened.chain.base_fee);
        let planned = opened.wallet.plan(|_| {
            let funding = Funding::Account(&balances);
            plan(&Request { funding, payments: vec![payment.clone()], extras: Extras::default(), price })
        })?;
        self.pay.finish(&mut opened, &planned, Payer::Account(&account.key, sequence), &shown)
    }
}

impl Transfer {
    pub fn run(self) -> eyre::Result<()> {
        let mut opened = self.pay.open()?;
        let (asset, amount, shown) = runtime::block_on(self.amount.read(&opened.client))?;
        let to = Recipient::Shielded(read_shielded(&self.to, &opened)?);
        let payment = Payment { asset, amount, to, memo: Memo::new(&self.memo)? };
        self.pay.pay_from_pool(&mut opened, &payment, &shown)
    }
}

impl Unshield {
    pub fn run(self) -> eyre::Result<()> {
        let mut opened = self.pay.open()?;
        let (asset, amount, shown) = runtime::block_on(self.amount.read(&opened.client))?;
        let to = match &self.to {
            Some(text) => Address::from_text(text, opened.chain.network)?,
            None => opened.secret.account()?.address,
        };
        let payment = Payment { asset, amount, to: Recipient::Account(to), memo: Memo::empty() };
        self.pay.pay_from_pool(&mut opened, &payment, &shown)
    }
}

impl Merge {
    pub fn run(self) -> eyre::Result<()> {
        let mut opened = self.pay.open()?;
        let (asset, price) = (parse_asset(self.asset.as_deref())?, price_step(opened.chain.base_fee));
        let planned = opened.wallet.plan(|coins| merge(coins, asset, price))?;
        self.pay.finish(&mut opened, &planned, Payer::Pool, "merged notes")
    }
}

impl Split {
    pub fn run(self) -> eyre::Result<()> {
        let mut opened = self.pay.open()?;
        let price = price_step(opened.chain.base_fee);
        let planned = opened.wallet.plan(|coins| split(coins, price))?;
        self.pay.finish(&mut opened, &planned, Payer::Pool, "split notes")
    }
}

fn read_shielded(text: &str, opened: &OpenWallet) -> eyre::Result<ShieldedAddress> {
    ShieldedAddress::from_text(text, opened.chain.network).wrap_err_with(|| format!("`{text}` is no shielded address"))
}

/// What an account can pay with: its native balance, and that of the asset.
async fn public_money(opened: &OpenWallet, account: &Account, asset: AssetId) -> eyre::Result<(Sequence, Vec<Coin>)> {
    let view = balance(&opened.client, &account.address, opened.chain.network).await?;
    let mut coins = vec![Coin { asset: AssetId::NATIVE, value: view.balance.0 }];
    if asset != AssetId::NATIVE {
        let id = tacit_rpc::json::HexArray(asset.0);
        let page = opened.client.account_assets(&view.address, Some(id)).await?;
        coins.extend(
            page.assets.iter().filter(|held| held.asset.0 == asset.0).map(|held| Coin { asset, value: held.balance.0 }),
        );
    }
    Ok((Sequence(view.pending_sequence), coins))
}

impl PayArgs {
    /// The wallet, up to date.
    fn open(&self) -> eyre::Result<OpenWallet> {
        let mut opened = self.wallet.open()?;
        opened.secret.spending()?;
        opened.sync(SyncOptions::default())?;
        Ok(opened)
    }

    /// Does one action that the pool pays for and whose sender nobody has seen before; `gas` is what it needs with its bytes
    /// and its proof.
    pub fn act(&self, gas: Gas, action: ExtraAction<'_>, shown: &[(&str, String)]) -> eyre::Result<()> {
        let mut opened = self.open()?;
        let price = price_step(opened.chain.base_fee);
        let extras = Extras { actions: 1, proofs: 1, gas, ..Extras::default() };
        let planned = opened.wallet.plan(|coins| {
            plan(&Request { funding: Funding::Pool(coins), payments: Vec::new(), extras: extras.clone(), price })
        })?;
        let (sent, built) = self.execute(&mut opened, &planned, Payer::Pool, vec![action])?;
        self.report(&sent, &planned, built, shown)
    }

    fn pay_from_pool(&self, opened: &mut OpenWallet, payment: &Payment, shown: &str) -> eyre::Result<()> {
        let price = price_step(opened.chain.base_fee);
        let make = |coins: &[Coin]| {
            let funding = Funding::Pool(coins);
            plan(&Request { funding, payments: vec![payment.clone()], extras: Extras::default(), price })
        };
        let planned = match opened.wallet.plan(make) {
            // One note cannot pay the fee and something else in one transaction: it is made into two first.
            Err(WalletError::Plan(PlanError::Notes { .. })) if !self.no_wait => {
                let Ok(halves) = opened.wallet.plan(|coins| split(coins, price)) else {
                    return Err(opened.wallet.plan(make).err().map_or_else(|| eyre!("the notes changed"), Into::into));
                };
                tell!("making two notes of one first");
                self.execute(opened, &halves, Payer::Pool, Vec::new())?;
                opened.sync(SyncOptions::default())?;
                opened.wallet.plan(make)?
            }
            planned => planned?,
        };
        self.finish(opened, &planned, Payer::Pool, shown)
    }

    /// Builds, sends, waits, and says what happened.
    fn finish(&self, opened: &mut OpenWallet, planned: &Planned, payer: Payer<'_>, shown: &str) -> eyre::Result<()> {
        let (sent, built) = self.execute(opened, planned, payer, Vec::new())?;
        self.report(&sent, planned, built, &[("amount", shown.to_owned())])
    }

    /// Builds, remembers, sends, waits. Says how long building took.
    fn execute(
        &self,
        opened: &mut OpenWallet,
        planned: &Planned,
        payer: Payer<'_>,
        extras: Vec<ExtraAction<'_>>,
    ) -> eyre::Result<(Sent, Duration)> {
        let key = opened.secret.spending()?;
        let bar = BuildBar::new();
        let prover = self.prover(&planned.plan, &bar)?;
        let started = Instant::now();
        let height = opened.chain.height.0.max(opened.wallet.height());
        let expiry = expiry_step(Height(height), DEFAULT_LIFETIME);
        let ingredients = Ingredients {
            key: &key,
            notes: &planned.notes,
            anchor: planned.anchor,
            genesis_id: opened.chain.genesis_id,
            expiry,
            payer,
            extras,
        };
        let keys = VerifyingKeys::development();
        let tx = build(&planned.plan, ingredients, prover.as_ref(), &keys, &mut |progress| bar.show(progress))?;
        let built = started.elapsed();
        let tx_id = tx.id();
        let nullifiers = spent(planned, &key)?;
        opened.wallet.add_pending(PendingTx { tx_id, expiry: expiry.0, nullifiers, change: change(&planned.plan) })?;
        bar.0.set_message("waiting for a block");
        let wait = (!self.no_wait).then_some(WAIT);
        let sent = runtime::block_on(async { Ok(send(&opened.client, tx, wait, |_| {}).await) })?;
        drop(bar);
        if let Err(WalletError::Client(error)) = &sent
            && error.kind().is_some()
        {
            opened.wallet.remove_pending(&tx_id)?;
        }
        Ok((sent?, built))
    }

    fn prover(&self, plan: &Plan, bar: &BuildBar) -> eyre::Result<Box<dyn ProofService>> {
        if let Some(socket) = &self.prover {
            return Ok(Box::new(RemoteProver::new(socket)));
        }
        let folder = match &self.params {
            Some(folder) => folder.clone(),
            None => {
                let home = std::env::var_os("HOME").ok_or_else(|| eyre!("HOME is not set; say --params DIR"))?;
                PathBuf::from(home).join(".tacit/params")
            }
        };
        let keys = ProvingKeys::development(&folder);
        for join_split in plan.join_splits() {
            let statement = match join_split.shape {
                Shape::OneIn => Statement::Transfer1x2,
                Shape::TwoIn => Statement::Transfer2x2,
                Shape::EightIn => Statement::Transfer8x2,
            };
            keys.ensure(statement, &mut |statement, step| {
                bar.0.set_message(format!("proving key of {statement}: {step:?}"))
            })?;
        }
        Ok(Box::new(LocalProver::new(keys)))
    }

    fn report(&self, sent: &Sent, planned: &Planned, built: Duration, shown: &[(&str, String)]) -> eyre::Result<()> {
        let mut value = serde_json::to_value(SentView::from(sent))?;
        if let Some(object) = value.as_object_mut() {
            for (name, text) in shown {
                object.insert((*name).into(), text.clone().into());
            }
            object.insert("join_splits".into(), planned.plan.join_splits().count().into());
            object.insert("anchor_height".into(), planned.anchor_height.into());
            object.insert("built_in_ms".into(), json!(u64::try_from(built.as_millis())?));
        }
        show(&value, self.json)
    }
}

/// Nullifiers of the notes that a plan spends.
fn spent(planned: &Planned, key: &tacit_wallet::shielded::SpendingKey) -> eyre::Result<Vec<[u8; 32]>> {
    let inputs = planned.plan.join_splits().flat_map(|join_split| join_split.inputs.iter());
    let notes = inputs.filter_map(|index| planned.notes.get(*index));
    let nullifier_key = key.full_viewing_key().nullifier_key();
    notes.map(|own| Ok(own.note.nullifier(nullifier_key, own.position).map_err(WalletError::from)?.0)).collect()
}

/// What a plan gives back.
fn change(plan: &Plan) -> Vec<(AssetId, u128)> {
    let outputs = plan
        .join_splits()
        .flat_map(|join_split| join_split.outputs.iter().map(move |output| (join_split.asset, output)));
    outputs
        .filter_map(|(asset, output)| match output {
            PlannedOutput::Change(value) => Some((asset, *value)),
            PlannedOutput::Pay(..) | PlannedOutput::Decoy => None,
        })
        .collect()
}
