//! `tacit contract call`: a transaction with one call. When trying it out fails, the call tree is shown.

use super::failure::explained;
use super::input::decode_output;
use super::scene::Scene;
use super::trace::{rehearse, tree};
use super::wanted::{Prepared, WantedCall};
use crate::commands::output::tell;
use crate::commands::runtime;
use crate::commands::send::SendArgs;
use clap::Args;
use serde_json::Value;
use tacit_rpc::types::TxView;
use tacit_types::Address;
use tacit_wallet::builder::BuildError;
use tacit_wallet::send::Sent;
use tacit_wallet::{Account, TxBuilder, WalletError};

/// Call a function of a contract.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit contract call token transfer to=alice amount=5 --dev 0\n  tacit contract call tctd1... transfer tctd1... 5 --dev 0 --json\n  tacit contract call tctd1... transfer --input 0x0707... --dev 0\n\nAmounts are base units in decimal, rates decimal fractions, times milliseconds (durations also 5m, 1h, 2d), bytes 0x-hex;\nlists, structs and enums with values are JSON."
)]
pub struct Call {
    #[command(flatten)]
    wanted: WantedCall,
    #[command(flatten)]
    send: SendArgs,
}

impl Call {
    pub fn run(&self) -> eyre::Result<()> {
        let account = self.send.account()?;
        runtime::block_on(async {
            let Prepared { scene, contract, input, value } = self.wanted.prepare(self.send.client()?).await?;
            let call = |builder: TxBuilder| builder.call(contract, &self.wanted.function, input, value);
            match self.send.send(&account, call.clone()).await {
                Ok(sent) => self.report(scene, contract, &sent).await,
                Err(error) => Err(self.explain(scene, &account, contract, call, error).await),
            }
        })
    }

    async fn report(&self, mut scene: Scene, contract: Address, sent: &Sent) -> eyre::Result<()> {
        let Some(TxView { output, events, .. }) = &sent.committed else {
            return self.send.report_values(sent, [("output", Value::Null)]);
        };
        let events = events.as_deref().unwrap_or_default();
        scene.learn_all(events).await?;
        let bytes = output.as_ref().map(|output| output.0.as_slice()).unwrap_or_default();
        let value = decode_output(scene.spec(&contract), &self.wanted.function, bytes, scene.names());
        let output = output.as_ref().map(ToString::to_string).unwrap_or_default();
        let fields = [("output", output.into()), ("value", value.into()), ("events", scene.events(events)?.into())];
        self.send.report_values(sent, fields)
    }

    /// Shows what happened in a call that failed, and says in the error what its code means.
    async fn explain(
        &self,
        mut scene: Scene,
        account: &Account,
        contract: Address,
        call: impl FnOnce(TxBuilder) -> Result<TxBuilder, BuildError>,
        error: eyre::Report,
    ) -> eyre::Report {
        let has_failed = matches!(
            error.downcast_ref::<WalletError>(),
            Some(WalletError::BodyFailed { .. } | WalletError::TooDear { .. })
        );
        if !has_failed {
            return error;
        }
        let again = rehearse(&mut scene, account, self.send.gas_limit(), call).await;
        if let Some(simulated) = again.ok().filter(|simulated| simulated.reject.is_some() && !self.send.json) {
            tell!("{}", tree(&scene, &simulated));
        }
        explained(error, scene.spec(&contract), &self.wanted.function)
    }
}
