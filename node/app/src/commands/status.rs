//! `tacit status`: where a node stands.

use super::output::say;
use super::runtime;
use clap::Args;
use tacit_rpc::client::Client;

/// Show where a node stands.
#[derive(Args)]
#[command(after_help = "Example:\n  tacit status --node http://127.0.0.1:26602 --json")]
pub struct Status {
    #[command(flatten)]
    node: NodeArg,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Which node to ask.
#[derive(Args, Clone)]
pub struct NodeArg {
    /// JSON-RPC address of the node.
    #[arg(long, env = "TACIT_NODE", default_value = "http://127.0.0.1:26602", value_name = "URL", global = true)]
    pub node: String,
}

impl NodeArg {
    /// A client for it.
    pub fn client(&self) -> eyre::Result<Client> {
        Ok(Client::new(&self.node)?)
    }
}

impl Status {
    pub fn run(self) -> eyre::Result<()> {
        let status = runtime::block_on(async { Ok(self.node.client()?.status().await?) })?;
        if self.json {
            say!("{}", serde_json::to_string_pretty(&status)?);
            return Ok(());
        }
        let value = serde_json::to_value(&status)?;
        super::output::print_fields(&value);
        Ok(())
    }
}
