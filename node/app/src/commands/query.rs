//! `tacit query`: read accounts, blocks, validators, supply, parameters and events of a node.

use super::output;
use super::output::say;
use super::runtime;
use super::status::NodeArg;
use clap::{Args, Subcommand};
use eyre::eyre;
use serde::Serialize;
use tacit_rpc::{BlockRef, Cursor};

/// Read accounts, blocks, validators, supply, parameters and events of a node.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit query block latest\n  tacit query account tctd1... --json\n  tacit query events --from 1:0"
)]
pub struct Query {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    node: NodeArg,
    /// Print JSON.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum What {
    /// Balance and sequence of an account.
    Account {
        /// Its address.
        address: String,
    },
    /// A block by height, id or `latest`.
    Block {
        /// Which.
        #[arg(default_value = "latest")]
        block: String,
        /// With the receipt of every transaction.
        #[arg(long)]
        full: bool,
    },
    /// Who signs a height; without one, the next.
    Validators {
        /// Which height.
        height: Option<u64>,
    },
    /// How much of the native token exists.
    Supply,
    /// What genesis fixed, and the base fee now.
    Params,
    /// Events from a place on.
    Events {
        /// `height:index` to begin at.
        #[arg(long, default_value = "1:0")]
        from: String,
        /// Most events.
        #[arg(long)]
        limit: Option<u32>,
    },
}

impl Query {
    pub fn run(self) -> eyre::Result<()> {
        let client = self.node.client()?;
        let json = self.json;
        runtime::block_on(async move {
            match self.what {
                What::Account { address } => show(&client.account(&address).await?, json),
                What::Block { block, full } => {
                    let at: BlockRef =
                        block.parse().map_err(|_| eyre!("`{block}` is no height, block id or `latest`"))?;
                    show(&client.block(at, full).await?, json)
                }
                What::Validators { height } => show(&client.validators(height).await?, json),
                What::Supply => show(&client.supply().await?, json),
                What::Params => show(&client.params().await?, json),
                What::Events { from, limit } => {
                    let from: Cursor = from.parse().map_err(|_| eyre!("`{from}` is no cursor; say height:index"))?;
                    show(&client.events(from, limit, None).await?, json)
                }
            }
        })
    }
}

/// Prints an answer as JSON or for people.
pub fn show<T: Serialize>(answer: &T, json: bool) -> eyre::Result<()> {
    if json {
        say!("{}", serde_json::to_string_pretty(answer)?);
    } else {
        output::print_fields(&serde_json::to_value(answer)?);
    }
    Ok(())
}
