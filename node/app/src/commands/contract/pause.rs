//! `tacit contract pause` and `unpause`: what the chain does for a contract's pauser and unpauser.

use super::scene::{BookArg, Scene};
use crate::commands::runtime;
use crate::commands::send::SendArgs;
use clap::Args;
use tacit_wallet::contract::duration_ms;

/// Stop a contract for a while: nobody can call it, everybody can look at it. It goes on by itself.
#[derive(Args)]
#[command(after_help = "Example:\n  tacit contract pause token --for 1h --from guardian")]
pub struct Pause {
    /// The contract: an address or an alias.
    contract: String,
    /// For how long, such as 30m; at most what its policy says.
    #[arg(long = "for", value_name = "DURATION")]
    duration: String,
    #[command(flatten)]
    book: BookArg,
    #[command(flatten)]
    send: SendArgs,
}

/// Let a stopped contract go on.
#[derive(Args)]
#[command(after_help = "Example:\n  tacit contract unpause token --from admin")]
pub struct Unpause {
    /// The contract: an address or an alias.
    contract: String,
    #[command(flatten)]
    book: BookArg,
    #[command(flatten)]
    send: SendArgs,
}

impl Pause {
    pub fn run(&self) -> eyre::Result<()> {
        let duration = duration_ms(&self.duration)?;
        let account = self.send.account()?;
        runtime::block_on(async {
            let scene = Scene::open(self.send.client()?, &self.book).await?;
            let contract = scene.address(&self.contract)?;
            let sent = self.send.send(&account, |builder| Ok(builder.contract_pause(contract, duration))).await?;
            self.send.report_values(&sent, [("contract", scene.text(&contract).into())])
        })
    }
}

impl Unpause {
    pub fn run(&self) -> eyre::Result<()> {
        let account = self.send.account()?;
        runtime::block_on(async {
            let scene = Scene::open(self.send.client()?, &self.book).await?;
            let contract = scene.address(&self.contract)?;
            let sent = self.send.send(&account, |builder| Ok(builder.contract_unpause(contract))).await?;
            self.send.report_values(&sent, [("contract", scene.text(&contract).into())])
        })
    }
}
