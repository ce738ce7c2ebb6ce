//! The call that `call`, `trace` and `gas estimate` are about: how it is said, and what it is on the chain. It sends and
//! shows nothing; that is what the verbs differ in.

use super::input::{InputArg, check_money};
use super::scene::{BookArg, Scene};
use crate::commands::signer::{KeystoreArg, SignerArg};
use crate::commands::status::NodeArg;
use clap::Args;
use tacit_rpc::client::Client;
use tacit_types::{Address, Amount, Gas};
use tacit_wallet::Account;
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
}

/// Who tries a call out, and where. Nothing is sent, so there is nothing to say about price and waiting.
#[derive(Args)]
pub struct TrialArgs {
    #[command(flatten)]
    signer: SignerArg,
    #[command(flatten)]
    keystore: KeystoreArg,
    #[command(flatten)]
    node: NodeArg,
    /// Most gas; without it, the most with which the node tries anything out.
    #[arg(long, value_name = "GAS")]
    gas_limit: Option<u64>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

impl TrialArgs {
    /// The account that acts.
    pub fn account(&self) -> eyre::Result<Account> {
        self.signer.unlock(&self.keystore)
    }

    /// The node to ask.
    pub fn client(&self) -> eyre::Result<Client> {
        self.node.client()
    }

    /// The gas limit that was said.
    pub fn gas_limit(&self) -> Option<Gas> {
        self.gas_limit.map(Gas)
    }
}

/// A call as the chain takes it, and where it is made.
pub struct Prepared {
    pub scene: Scene,
    pub contract: Address,
    pub input: Vec<u8>,
    pub value: Amount,
}

impl WantedCall {
    /// Opens the scene, learns what the contract says about itself and encodes the arguments by it.
    pub async fn prepare(&self, client: Client) -> eyre::Result<Prepared> {
        let value = amount::parse(&self.value)?;
        let mut scene = Scene::open(client, &self.book).await?;
        let contract = scene.address(&self.contract)?;
        self.input.learn(&mut scene, &contract).await?;
        let kinds = [Kind::Call, Kind::View];
        let input = self.input.encode(scene.spec(&contract), &self.function, &kinds, &self.args, scene.names())?;
        check_money(scene.spec(&contract), &self.function, value)?;
        Ok(Prepared { scene, contract, input, value })
    }
}
