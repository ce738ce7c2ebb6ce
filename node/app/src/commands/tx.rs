//! `tacit tx`: follow, show, try out or submit a transaction.

use super::output::say;
use super::query::show;
use super::runtime;
use super::status::NodeArg;
use clap::{Args, Subcommand};
use eyre::{Context, bail, eyre};
use std::io::Read;
use tacit_rpc::json::{Hex32, HexArray};
use tacit_types::{Tx, limits};

/// Follow, show, try out or submit a transaction.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit tx status 0x...\n  tacit tx submit signed.hex --wait\n  tacit tx show signed.hex"
)]
pub struct TxCommand {
    #[command(subcommand)]
    verb: Verb,
    #[command(flatten)]
    node: NodeArg,
    /// Print JSON.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Verb {
    /// How far a transaction is, and what became of it.
    Status {
        /// Its id.
        tx_id: String,
    },
    /// Decode a transaction; reads hex from a file, or from standard input with `-`.
    Show {
        /// File with the encoded transaction in hex.
        file: String,
    },
    /// Run a transaction on the latest state without sending it.
    Simulate {
        /// File with the encoded transaction in hex.
        file: String,
    },
    /// Send a signed transaction.
    Submit {
        /// File with the encoded transaction in hex.
        file: String,
        /// Wait until it is in a block.
        #[arg(long)]
        wait: bool,
    },
}

/// How long `--wait` waits.
pub const INCLUSION_WAIT: std::time::Duration = std::time::Duration::from_secs(60);

impl TxCommand {
    pub fn run(self) -> eyre::Result<()> {
        let json = self.json;
        if let Verb::Show { file } = &self.verb {
            let tx = Tx::decode(&read_hex(file)?)?;
            say!("id       {}", tx.id());
            say!("sender   {}", tx.body.sender());
            say!("{:#?}", tx.body);
            return Ok(());
        }
        let client = self.node.client()?;
        runtime::block_on(async move {
            match self.verb {
                Verb::Status { tx_id } => show(&client.tx(parse_hash(&tx_id)?).await?, json),
                Verb::Simulate { file } => show(&client.simulate(read_hex(&file)?).await?, json),
                Verb::Submit { file, wait } => {
                    let accepted = client.submit(read_hex(&file)?).await?;
                    if !wait {
                        return show(&accepted, json);
                    }
                    show(&client.wait_for_tx(accepted.tx_id, INCLUSION_WAIT, |_| {}).await?, json)
                }
                Verb::Show { .. } => Ok(()),
            }
        })
    }
}

/// Reads 32 bytes of 0x-hex.
pub fn parse_hash(text: &str) -> eyre::Result<Hex32> {
    let mut bytes = [0u8; 32];
    let digits = text.strip_prefix("0x").unwrap_or(text);
    hex::decode_to_slice(digits, &mut bytes).map_err(|_| eyre!("`{text}` is not 0x and 64 hex digits"))?;
    Ok(HexArray(bytes))
}

/// Reads hex from a file or from standard input, no more than a transaction may have.
fn read_hex(file: &str) -> eyre::Result<Vec<u8>> {
    let limit = limits::TX_BYTES_MAX * 2 + 16;
    let reader: Box<dyn Read> = match file {
        "-" => Box::new(std::io::stdin()),
        path => Box::new(std::fs::File::open(path).wrap_err_with(|| format!("{path} cannot be read"))?),
    };
    let mut text = String::new();
    reader.take(limit as u64 + 1).read_to_string(&mut text)?;
    if text.len() > limit {
        bail!("{file} is longer than any transaction");
    }
    let digits = text.trim();
    hex::decode(digits.strip_prefix("0x").unwrap_or(digits)).map_err(|_| eyre!("{file} does not hold hex"))
}
