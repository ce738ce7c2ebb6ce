//! `tacit config`: show or check a configuration.

use super::output::{say, say_raw};
use crate::config::Config;
use crate::home::Home;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Show or check a configuration.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit config check --home ~/.tacit/devnet/node0\n  tacit config show --home ~/.tacit/devnet/node0"
)]
pub struct ConfigCommand {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Judge the file and the environment on top of it.
    Check {
        /// The node's home.
        #[arg(long, value_name = "DIR")]
        home: PathBuf,
    },
    /// Print what the node would work with, environment included.
    Show {
        /// The node's home.
        #[arg(long, value_name = "DIR")]
        home: PathBuf,
    },
}

impl ConfigCommand {
    pub fn run(self) -> eyre::Result<()> {
        match self.verb {
            Verb::Check { home } => {
                let home = Home::new(home);
                Config::load(&home.config())?;
                let (genesis, _) = crate::node::start::read_genesis(&home)?;
                say!("{}: good, for chain {} ({})", home.config().display(), genesis.params.chain_id, genesis.id);
            }
            Verb::Show { home } => say_raw!("{}", Config::load(&Home::new(home).config())?.to_commented_toml()),
        }
        Ok(())
    }
}
