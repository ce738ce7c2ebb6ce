//! Sending what a verb wants to happen: price, sequence, gas, signature, submission, waiting, with progress on the way.

use super::output::tell;
use super::query::show;
use super::signer::{KeystoreArg, SignerArg};
use super::status::NodeArg;
use clap::Args;
use indicatif::ProgressBar;
use serde_json::Value;
use std::time::Duration;
use tacit_rpc::client::Client;
use tacit_types::{Gas, Price};
use tacit_wallet::builder::BuildError;
use tacit_wallet::send::{Progress, SendOptions, Sent, submit};
use tacit_wallet::view::SentView;
use tacit_wallet::{Account, TxBuilder};

/// How a transaction is signed and sent.
#[derive(Args, Clone)]
pub struct SendArgs {
    #[command(flatten)]
    pub signer: SignerArg,
    #[command(flatten)]
    pub keystore: KeystoreArg,
    #[command(flatten)]
    pub node: NodeArg,
    /// Most gas; without it, what trying the transaction out used, and a fifth more.
    #[arg(long, value_name = "GAS")]
    gas_limit: Option<u64>,
    /// Send without trying it out before. What fails then is paid.
    #[arg(long, requires = "gas_limit")]
    unchecked: bool,
    /// Most base units per gas, tip included.
    #[arg(long, value_name = "PRICE")]
    max_fee: Option<u64>,
    /// Most base units per gas for the proposer.
    #[arg(long, value_name = "PRICE")]
    tip: Option<u64>,
    /// Return after submission.
    #[arg(long)]
    pub no_wait: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

impl SendArgs {
    /// The account that acts.
    pub fn account(&self) -> eyre::Result<Account> {
        self.signer.unlock(&self.keystore)
    }

    /// The options that only make sense where an account pays.
    pub const fn has_account_options(&self) -> bool {
        self.gas_limit.is_some() || self.max_fee.is_some() || self.tip.is_some()
    }

    /// The gas limit that was said.
    pub fn gas_limit(&self) -> Option<Gas> {
        self.gas_limit.map(Gas)
    }

    /// The node to send to.
    pub fn client(&self) -> eyre::Result<Client> {
        self.node.client()
    }

    /// Sends what `build` adds.
    pub async fn send(
        &self,
        account: &Account,
        build: impl FnOnce(TxBuilder) -> Result<TxBuilder, BuildError>,
    ) -> eyre::Result<Sent> {
        self.send_telling(account, build, "").await
    }

    /// Sends what `build` adds, and tells people something before: it is on its way from then on, whatever becomes of the waiting.
    pub async fn send_telling(
        &self,
        account: &Account,
        build: impl FnOnce(TxBuilder) -> Result<TxBuilder, BuildError>,
        told: &str,
    ) -> eyre::Result<Sent> {
        let options = SendOptions {
            gas_limit: self.gas_limit(),
            unchecked: self.unchecked,
            max_fee_per_gas: self.max_fee.map(Price),
            max_tip_per_gas: self.tip.map(Price),
            wait: (!self.no_wait).then_some(Duration::from_secs(60)),
            ..SendOptions::default()
        };
        let bar = ProgressBar::new_spinner();
        bar.enable_steady_tick(Duration::from_millis(100));
        let progress = |step: Progress| {
            if step == Progress::Submitting && !told.is_empty() {
                bar.suspend(|| tell!("{told}"));
            }
            bar.set_message(match step {
                Progress::Preparing => "asking for sequence and price".to_string(),
                Progress::Simulating => "trying it out".into(),
                Progress::Submitting => "submitting".into(),
                Progress::Waiting { tx_id } => format!("waiting for {tx_id}"),
            });
        };
        let sent = submit(&self.client()?, account, build, &options, progress).await;
        bar.finish_and_clear();
        Ok(sent?)
    }

    /// Prints what was sent, with texts of the verb's own.
    pub fn report(&self, sent: &Sent, more: &[(&'static str, String)]) -> eyre::Result<()> {
        self.report_values(sent, more.iter().map(|(name, text)| (*name, text.clone().into())))
    }

    /// Prints what was sent, with fields of the verb's own.
    pub fn report_values(
        &self,
        sent: &Sent,
        more: impl IntoIterator<Item = (&'static str, Value)>,
    ) -> eyre::Result<()> {
        let mut value = serde_json::to_value(SentView::from(sent))?;
        for (name, field) in more {
            value[name] = field;
        }
        show(&value, self.json)
    }
}
