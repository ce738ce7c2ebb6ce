//! `tacit start`: run the node in a home.

use super::runtime;
use crate::config::Config;
use crate::home::Home;
use crate::node;
use crate::telemetry;
use clap::Args;
use std::path::PathBuf;

/// Run the node in a home until Ctrl-C or SIGTERM.
#[derive(Args)]
#[command(after_help = "Example:\n  tacit start --home ~/.tacit/devnet/node0")]
pub struct Start {
    /// The node's home, as `tacit init` or `tacit testnet` wrote it.
    #[arg(long, value_name = "DIR")]
    home: PathBuf,
}

impl Start {
    pub fn run(self) -> eyre::Result<()> {
        let home = Home::new(self.home);
        let config = Config::load(&home.config())?;
        let validators = node::start::read_genesis(&home)?.0.validators.len();
        telemetry::start_logging(&config.log, validators)?;
        runtime::run_node(async move {
            let shutdown = runtime::until_told_to_stop()?;
            node::start::run(&home, config, shutdown).await
        })
    }
}
