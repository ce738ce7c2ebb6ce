//! The command line: one file per verb, and the table that chooses.

mod bench;
mod config;
mod contract;
mod credential;
mod db;
mod devnet;
mod init;
mod keys;
pub mod output;
mod params;
mod poll;
mod proof;
mod proof_key;
mod prover;
mod query;
mod runtime;
mod send;
mod signer;
mod snarkjs;
mod start;
mod status;
mod testnet;
mod tx;
mod wallet;

use clap::{Parser, Subcommand};
pub use contract::NotInstalled;

/// A private-by-proof blockchain with contracts in WASM.
#[derive(Parser)]
#[command(name = "tacit", version, propagate_version = true, subcommand_required = true, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a network of validators on this machine, with funded accounts.
    Devnet(devnet::Devnet),
    /// Make the home of one new node for an existing chain spec.
    Init(init::Init),
    /// Run the node in a home.
    Start(start::Start),
    /// Write the homes of the validators of a new network.
    Testnet(testnet::Testnet),
    /// Show where a node stands.
    Status(status::Status),
    /// Make, import, list, show and export keys.
    Keys(keys::Keys),
    /// Make and restore wallets, show balances, send money.
    Wallet(wallet::Wallet),
    /// Prove and verify statements, and have the chain record them.
    Proof(proof::Proof),
    /// Open polls among the members of a group, vote anonymously, and count.
    Poll(poll::Poll),
    /// Issue and revoke credentials, and show facts about one's own.
    Credential(credential::Credential),
    /// Make and check the keys of circuits: the trusted setup.
    Params(params::Params),
    /// Make proofs for wallets that ask over a Unix socket.
    Prover(prover::Prover),
    /// Make, build, check, test, deploy, call and change contracts.
    Contract(contract::Contract),
    /// Read accounts, blocks, validators, supply, parameters and events of a node.
    Query(query::Query),
    /// Follow, show, try out or submit a transaction.
    Tx(tx::TxCommand),
    /// Show or check a configuration.
    Config(config::ConfigCommand),
    /// Send transfers at a fixed rate and report what became of them.
    Bench(bench::Bench),
    /// Look into a node's database, or check it.
    Db(db::Db),
}

impl Cli {
    /// Runs the chosen verb.
    pub fn run(self) -> eyre::Result<()> {
        match self.command {
            Command::Devnet(command) => command.run(),
            Command::Init(command) => command.run(),
            Command::Start(command) => command.run(),
            Command::Testnet(command) => command.run(),
            Command::Status(command) => command.run(),
            Command::Keys(command) => command.run(),
            Command::Wallet(command) => command.run(),
            Command::Proof(command) => command.run(),
            Command::Poll(command) => command.run(),
            Command::Credential(command) => command.run(),
            Command::Params(command) => command.run(),
            Command::Prover(command) => command.run(),
            Command::Contract(command) => command.run(),
            Command::Bench(command) => command.run(),
            Command::Query(command) => command.run(),
            Command::Tx(command) => command.run(),
            Command::Config(command) => command.run(),
            Command::Db(command) => command.run(),
        }
    }
}
