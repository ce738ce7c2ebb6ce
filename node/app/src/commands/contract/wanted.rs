//! The call that `call`, `trace` and `gas estimate` are about: how it is said, and what it is on the chain. It sends and
//! shows nothing; that is what the verbs differ in.

use super::input::InputArg;
use super::scene::{BookArg, Scene};
use crate::commands::send::SendArgs;
use clap::Args;
use tacit_types::{Address, Amount};
use tacit_wallet::amount;
use tacit_wallet::contract::Kind;

/// A call as it is said.
#[derive(Args)]
pub struct WantedCall {
    /// The contract: an address or an alias.
    contract: String,
    /// The function.
    pub function: String,
    /// Its arguments, as `name=value` in any order or by their place.
    args: Vec<String>,
    #[command(flatten)]
    input: InputArg,
    /// Tokens to hand to the contract.
    #[arg(long, default_value = "0", value_name = "TOKENS")]
    value: String,
    #[command(flatten)]
    book: BookArg,
    #[command(flatten)]
    pub send: SendArgs,
}

/// A call as the chain takes it, and where it is made.
pub struct Prepared {
    pub scene: Scene,
    pub contract: Address,
    pub input: Vec<u8>,
}

impl WantedCall {
    /// The money that goes along.
    pub fn value(&self) -> eyre::Result<Amount> {
        Ok(amount::parse(&self.value)?)
    }

    /// Opens the scene, learns what the contract says about itself and encodes the arguments by it.
    pub async fn prepare(&self) -> eyre::Result<Prepared> {
        let mut scene = Scene::open(self.send.client()?, &self.book).await?;
        let contract = scene.address(&self.contract)?;
        self.input.learn(&mut scene, &contract).await?;
        let kinds = [Kind::Call, Kind::View];
        let input = self.input.encode(scene.spec(&contract), &self.function, &kinds, &self.args, scene.names())?;
        Ok(Prepared { scene, contract, input })
    }
}
