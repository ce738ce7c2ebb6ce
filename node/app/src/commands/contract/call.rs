//! `tacit contract call`: a transaction with one call. When trying it out fails, the call tree is shown.

use super::input::decode_output;
use super::scene::Scene;
use super::trace::{rehearse, tree};
use super::wanted::{Prepared, WantedCall};
use crate::commands::output::tell;
use crate::commands::runtime;
use clap::Args;
use eyre::{ensure, eyre};
use serde_json::Value;
use tacit_rpc::types::TxView;
use tacit_types::{Address, Amount};
use tacit_wallet::send::Sent;
use tacit_wallet::{Account, WalletError};

/// Call a function of a contract.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit contract call token transfer to=alice amount=5 --dev 0\n  tacit contract call tctd1... transfer tctd1... 5 --dev 0 --json\n  tacit contract call tctd1... transfer --input 0x0707... --dev 0\n\nAmounts are base units in decimal, rates decimal fractions, times milliseconds (durations also 5m, 1h, 2d), bytes 0x-hex;\nlists, structs and enums with values are JSON."
)]
pub struct Call {
    #[command(flatten)]
    wanted: WantedCall,
}

impl Call {
    pub fn run(&self) -> eyre::Result<()> {
        let value = self.wanted.value()?;
        let account = self.wanted.send.account()?;
        runtime::block_on(async {
            let Prepared { scene, contract, input } = self.wanted.prepare().await?;
            let function = scene.spec(&contract).and_then(|spec| spec.function(&self.wanted.function).ok());
            ensure!(
                value == Amount::ZERO || function.is_none_or(|function| function.payable),
                "`{}` takes no money: leave out --value",
                self.wanted.function
            );
            let copy = input.clone();
            let sent = self
                .wanted
                .send
                .send(&account, |builder| builder.call(contract, &self.wanted.function, copy, value))
                .await;
            match sent {
                Ok(sent) => self.report(scene, contract, &sent).await,
                Err(error) => Err(self.explain(scene, &account, contract, input, value, error).await),
            }
        })
    }

    async fn report(&self, mut scene: Scene, contract: Address, sent: &Sent) -> eyre::Result<()> {
        let Some(TxView { output, events, .. }) = &sent.committed else {
            return self.wanted.send.report_values(sent, [("output", Value::Null)]);
        };
        let events = events.as_deref().unwrap_or_default();
        scene.learn_all(events).await?;
        let bytes = output.as_ref().map(|output| output.0.as_slice()).unwrap_or_default();
        let value = decode_output(scene.spec(&contract), &self.wanted.function, bytes, scene.names());
        let output = output.as_ref().map(ToString::to_string).unwrap_or_default();
        let fields = [("output", output.into()), ("value", value.into()), ("events", scene.events(events)?.into())];
        self.wanted.send.report_values(sent, fields)
    }

    /// Shows what happened in a call that failed, and says in the error what its code means.
    async fn explain(
        &self,
        mut scene: Scene,
        account: &Account,
        contract: Address,
        input: Vec<u8>,
        value: Amount,
        error: eyre::Report,
    ) -> eyre::Report {
        if !matches!(error.downcast_ref::<WalletError>(), Some(WalletError::BodyFailed { .. })) {
            return error;
        }
        let again =
            rehearse(&mut scene, account, |builder| builder.call(contract, &self.wanted.function, input, value));
        let Ok(simulated) = again.await else { return error };
        if simulated.reject.is_none() {
            return error;
        }
        if !self.wanted.send.json {
            tell!("{}", tree(&scene, &simulated));
        }
        let spec = scene.spec(&contract);
        let function = spec.and_then(|spec| spec.function(&self.wanted.function).ok());
        match simulated.contract_code.and_then(|code| spec?.problem(function, code)) {
            Some(problem) => eyre!("{error}: {} ({})", problem.name, problem.doc),
            None => match &simulated.detail {
                Some(detail) => eyre!("{error}: {detail}"),
                None => error,
            },
        }
    }
}
