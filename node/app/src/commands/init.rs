//! `tacit init`: the home of one new node.

use super::output::say;
use crate::config::Config;
use crate::home::Home;
use crate::node::keys;
use clap::Args;
use eyre::{Context, bail};
use std::path::PathBuf;
use tacit_genesis::Genesis;

/// Make the home of one new node: configuration, keys, and the chain spec of an existing chain.
#[derive(Args)]
#[command(after_help = "Example:\n  tacit init --home ~/.tacit/node --genesis genesis.toml --moniker mine")]
pub struct Init {
    /// Folder to make.
    #[arg(long, value_name = "DIR")]
    home: PathBuf,
    /// Chain spec of the chain to join.
    #[arg(long, value_name = "FILE")]
    genesis: PathBuf,
    /// Name for logs and peers.
    #[arg(long, default_value = "tacit-node")]
    moniker: String,
    /// First of the four ports of the node.
    #[arg(long, default_value_t = 26_600)]
    base_port: u16,
    /// Also make a validator key, for a chain spec that will name it.
    #[arg(long)]
    validator: bool,
}

impl Init {
    pub fn run(self) -> eyre::Result<()> {
        let file = self.genesis.display().to_string();
        let spec = std::fs::read_to_string(&self.genesis).wrap_err_with(|| format!("{file} cannot be read"))?;
        let genesis = Genesis::from_toml(&file, &spec)?;
        let home = Home::new(&self.home);
        let validator = if self.validator { Some(keys::generate()?) } else { None };
        write_home(&home, &Config::new(&self.moniker, self.base_port), &spec, &keys::generate()?, validator.as_ref())?;
        say!("home        {}", self.home.display());
        say!("chain       {} ({})", genesis.params.chain_id, genesis.id);
        if let Some(seed) = validator {
            say!("validator   {}", tacit_types::PublicKey(super::testnet::public_key(&seed)));
        }
        say!("next        tacit config check --home {0}; tacit start --home {0}", self.home.display());
        Ok(())
    }
}

/// Writes everything a home holds at the start. An existing home is never touched.
pub fn write_home(
    home: &Home,
    config: &Config,
    spec: &str,
    node: &keys::Seed,
    validator: Option<&keys::Seed>,
) -> eyre::Result<()> {
    if home.config().exists() {
        bail!("{} holds a node already; choose another folder or remove it", home.path().display());
    }
    std::fs::create_dir_all(home.path()).wrap_err_with(|| format!("{} cannot be made", home.path().display()))?;
    std::fs::write(home.genesis(), spec)?;
    keys::write(&home.node_key(), node)?;
    if let Some(seed) = validator {
        keys::write(&home.validator_key(), seed)?;
    }
    // The configuration is written last: a home without one is half-made and refused by `start`.
    std::fs::write(home.config(), config.to_commented_toml())?;
    Ok(())
}
