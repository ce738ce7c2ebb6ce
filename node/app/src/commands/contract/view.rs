//! `tacit contract view`: what a contract answers without changing anything.

use super::failure::explained;
use super::input::{InputArg, decode_output};
use super::scene::{BookArg, Scene};
use crate::commands::query::show;
use crate::commands::runtime;
use crate::commands::status::NodeArg;
use clap::Args;
use serde_json::Value;
use tacit_wallet::contract::Kind;

/// Ask a contract without changing anything.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit contract view token balance_of holder=alice\n  tacit contract view tctd1... total_supply --json"
)]
pub struct View {
    /// The contract: an address or an alias.
    contract: String,
    /// The function.
    function: String,
    /// Its arguments, as `name=value` in any order or by their place.
    args: Vec<String>,
    #[command(flatten)]
    input: InputArg,
    #[command(flatten)]
    book: BookArg,
    #[command(flatten)]
    node: NodeArg,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl View {
    pub fn run(&self) -> eyre::Result<()> {
        runtime::block_on(async {
            let mut scene = Scene::open(self.node.client()?, &self.book).await?;
            let contract = scene.address(&self.contract)?;
            self.input.learn(&mut scene, &contract).await?;
            let spec = scene.spec(&contract);
            let input =
                self.input.encode(spec, &self.function, &[Kind::View, Kind::Call], &self.args, scene.names())?;
            let answer = scene.client.view(&scene.text(&contract), &self.function, input).await;
            let answer = answer.map_err(|error| explained(error.into(), spec, &self.function))?;
            let mut fields = serde_json::to_value(&answer)?;
            fields["value"] =
                decode_output(spec, &self.function, &answer.output.0, scene.names()).unwrap_or(Value::Null);
            show(&fields, self.json)
        })
    }
}
