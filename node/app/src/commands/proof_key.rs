//! `tacit proof key`: verifying keys that contracts check proofs of their own circuits against.

use super::output::say_raw;
use super::query::show;
use super::runtime;
use super::send::SendArgs;
use super::snarkjs::read;
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::PathBuf;
use tacit_ceremony::format::foreign;
use tacit_types::KeyId;

/// Register verifying keys, and see their ids.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit proof key show verification_key.json\n  tacit proof key register verification_key.json --dev 0\n\nWhoever made the key without a ceremony can forge proofs under it: look at how it was made."
)]
pub struct Key {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Check a key of snarkjs as the chain would, and show its id and its bytes.
    Show {
        /// snarkjs's verification_key.json.
        file: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Register a key of snarkjs, so that contracts can name it by its id.
    Register {
        /// snarkjs's verification_key.json.
        file: PathBuf,
        #[command(flatten)]
        send: Box<SendArgs>,
    },
}

impl Key {
    pub fn run(&self) -> eyre::Result<()> {
        match &self.verb {
            Verb::Show { file, json } => {
                let bytes = foreign::key(&read(file)?)?;
                let id = KeyId::of(&[&bytes]);
                show(&json!({ "key": id.to_string(), "bytes": format!("0x{}", hex::encode(&bytes)) }), *json)
            }
            Verb::Register { file, send } => {
                let bytes = foreign::key(&read(file)?)?;
                let id = KeyId::of(&[&bytes]);
                let account = send.account()?;
                runtime::block_on(async {
                    let sent = send.send(&account, |builder| builder.key_register(bytes)).await?;
                    send.report_values(&sent, [("key", id.to_string().into())])
                })
            }
        }
    }
}

/// Prints a proof and its public inputs as a contract takes them: `proof` as `[u8;256]`, `inputs` as `[u8;32]` each.
pub fn print_for_contract(proof: &str, public: &str) -> eyre::Result<()> {
    let proof = foreign::proof(proof)?;
    let inputs = foreign::inputs(public)?.iter().map(|input| format!("0x{}", hex::encode(input))).collect::<Vec<_>>();
    let value = json!({ "proof": format!("0x{}", hex::encode(proof)), "inputs": inputs });
    say_raw!("{}\n", serde_json::to_string_pretty(&value)?);
    Ok(())
}
