//! `tacit contract info`: code, creator, policy, pause, announced code and spec of a contract.

use super::module::{spec_fields, spec_of};
use super::scene::{BookArg, Scene};
use crate::commands::query::show;
use crate::commands::runtime;
use crate::commands::status::NodeArg;
use clap::Args;
use serde_json::{Value, json};

/// What the chain knows about a contract, and what it says about itself.
#[derive(Args)]
#[command(after_help = "Examples:\n  tacit contract info token\n  tacit contract info tctd1... --json")]
pub struct Info {
    /// The contract: an address or an alias.
    contract: String,
    #[command(flatten)]
    book: BookArg,
    #[command(flatten)]
    node: NodeArg,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Info {
    pub fn run(&self) -> eyre::Result<()> {
        runtime::block_on(async {
            let scene = Scene::open(self.node.client()?, &self.book).await?;
            let contract = scene.address(&self.contract)?;
            let info = scene.client.contract(&scene.text(&contract)).await?;
            let mut fields = serde_json::to_value(&info)?;
            fields["alias"] = scene.book.name_of(&contract).map_or(Value::Null, Value::from);
            fields["spec"] = match spec_of(&scene.code(info.code_hash).await?) {
                Ok(Some(spec)) => spec_fields(&spec, self.json),
                Ok(None) => Value::Null,
                Err(error) => json!({ "broken": error.to_string() }),
            };
            show(&fields, self.json)
        })
    }
}
