//! `tacit testnet`: the homes of the validators of a new network on this machine.

use super::init::write_home;
use super::output::say;
use crate::config::Config;
use crate::home::Home;
use crate::node::keys::{self, Seed};
use clap::Args;
use eyre::bail;
use std::path::{Path, PathBuf};
use tacit_genesis::Genesis;
use tacit_genesis::spec::{AccountSpec, ChainSpec, NetworkName, ParamsSpec, ProofsSpec, ValidatorSpec};
use tacit_types::{Network, PublicKey};
use tacit_wallet::devnet::{DEVNET_ACCOUNTS, devnet_account};

/// What each well-known account of a development network owns: a million tokens.
const ACCOUNT_BALANCE: &str = "1000000000000000000000000";

/// Further accounts of the same words, funded for load generators, which want many senders.
pub const LOAD_ACCOUNTS: std::ops::Range<u32> = 1_000..1_256;

/// The well-known account that may stop the shielded pool of a development network: the last one.
const GUARDIAN: u32 = DEVNET_ACCOUNTS - 1;

/// Ports of one node lie this far from the next one's.
pub const PORTS_PER_NODE: u16 = 10;

/// Write the homes of the validators of a new network: node0, node1, and so on.
#[derive(Args)]
#[command(after_help = "Example:\n  tacit testnet --validators 4 --out ./net && tacit start --home ./net/node0")]
pub struct Testnet {
    /// How many validators, 1 to 64.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    validators: u16,
    /// Folder to write the homes into.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// First port; node i uses the four ports from BASE + 10 i.
    #[arg(long, default_value_t = 26_600)]
    base_port: u16,
    /// Shortest time between blocks, in milliseconds.
    #[arg(long, default_value_t = 100, value_name = "MS")]
    min_block_time: u64,
    /// Label of the chain.
    #[arg(long, default_value = "tacit-testnet")]
    chain_id: String,
}

impl Testnet {
    pub fn run(self) -> eyre::Result<()> {
        let plan = Plan {
            validators: self.validators,
            base_port: self.base_port,
            min_block_time_ms: self.min_block_time,
            chain_id: self.chain_id,
        };
        let genesis = plan.write(&self.out)?;
        say!("{} homes in {}", self.validators, self.out.display());
        say!("genesis id  {}", genesis.id);
        say!(
            "next        tacit start --home {}/node0   (and the others, each in a shell of its own)",
            self.out.display()
        );
        Ok(())
    }
}

/// A network on one machine.
pub struct Plan {
    /// How many validators.
    pub validators: u16,
    /// First port.
    pub base_port: u16,
    /// Shortest time between blocks.
    pub min_block_time_ms: u64,
    /// Label of the chain.
    pub chain_id: String,
}

impl Plan {
    /// Writes the homes into `out` and gives the checked genesis.
    pub fn write(&self, out: &Path) -> eyre::Result<Genesis> {
        let last_port = u32::from(self.base_port) + u32::from(self.validators) * u32::from(PORTS_PER_NODE);
        if last_port > u32::from(u16::MAX) {
            bail!("{} validators from port {} on need ports above 65535", self.validators, self.base_port);
        }
        let validators: Vec<Seed> = (0..self.validators).map(|_| keys::generate()).collect::<Result<_, _>>()?;
        let spec = self.spec(&validators)?;
        let text = format!(
            "# Chain spec of a network for development. Everybody knows the keys of its accounts.\n{}",
            spec.to_toml()?
        );
        let genesis = Genesis::from_toml("new chain spec", &text)?;
        for (index, seed) in (0..self.validators).zip(&validators) {
            let home = Home::new(out.join(format!("node{index}")));
            write_home(&home, &self.config(index), &text, &keys::generate()?, Some(seed))?;
        }
        Ok(genesis)
    }

    fn spec(&self, validators: &[Seed]) -> Result<ChainSpec, eyre::Report> {
        let accounts = (0..DEVNET_ACCOUNTS).chain(LOAD_ACCOUNTS).map(|index| {
            let account = devnet_account(index)?;
            Ok(AccountSpec { address: account.address.to_text(Network::Dev), balance: ACCOUNT_BALANCE.into() })
        });
        Ok(ChainSpec {
            format: tacit_genesis::spec::SPEC_FORMAT,
            chain_id: self.chain_id.clone(),
            network: NetworkName::Dev,
            production: false,
            time_ms: crate::node::core::now().0,
            params: ParamsSpec::default(),
            proofs: ProofsSpec { development: true, ..ProofsSpec::default() },
            guardian: Some(devnet_account(GUARDIAN)?.address.to_text(Network::Dev)),
            validators: validators
                .iter()
                .map(|seed| ValidatorSpec { public_key: PublicKey(public_key(seed)).to_string(), power: 1 })
                .collect(),
            accounts: accounts.collect::<Result<_, eyre::Report>>()?,
        })
    }

    fn config(&self, index: u16) -> Config {
        let port = |node: u16, offset: u16| self.base_port + node * PORTS_PER_NODE + offset;
        let mut config = Config::new(&format!("node{index}"), port(index, 0));
        let others = || (0..self.validators).filter(|other| *other != index);
        config.consensus.peers = others().map(|node| format!("/ip4/127.0.0.1/tcp/{}", port(node, 0))).collect();
        config.network.peers = others().map(|node| format!("/ip4/127.0.0.1/tcp/{}", port(node, 1))).collect();
        config.consensus.min_block_time_ms = self.min_block_time_ms;
        config
    }
}

/// The public key of a seed.
pub fn public_key(seed: &Seed) -> [u8; 32] {
    ed25519_consensus::SigningKey::from(**seed).verification_key().to_bytes()
}
