//! `tacit keys`: the encrypted keystore.

use super::output::{say, tell};
use super::signer::KeystoreArg;
use clap::{Args, Subcommand, ValueEnum};
use eyre::{Context, bail};
use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;
use tacit_types::Network;
use tacit_wallet::view::{KeyView, Rows, list_table};
use tacit_wallet::{Mnemonic, Secret, SecretKey, WordCount};
use zeroize::Zeroizing;

/// Longest line of words or hex that is read.
const SECRET_BYTES_MAX: u64 = 1_024;

/// Make, import, list, show and export keys. They are stored encrypted under a password.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit keys new alice\n  tacit keys import bob --file words.txt\n  tacit keys list --json"
)]
pub struct Keys {
    #[command(subcommand)]
    verb: Verb,
    #[command(flatten)]
    keystore: KeystoreArg,
    /// Network whose address form is shown.
    #[arg(long, value_enum, default_value_t = NetworkArg::Dev, global = true)]
    network: NetworkArg,
    /// Print JSON.
    #[arg(long, global = true)]
    json: bool,
}

/// A network, by name.
#[derive(Clone, Copy, ValueEnum)]
pub enum NetworkArg {
    /// Real money.
    Main,
    /// Public test network.
    Test,
    /// Development.
    Dev,
}

impl From<NetworkArg> for Network {
    fn from(name: NetworkArg) -> Self {
        match name {
            NetworkArg::Main => Self::Main,
            NetworkArg::Test => Self::Test,
            NetworkArg::Dev => Self::Dev,
        }
    }
}

#[derive(Subcommand)]
enum Verb {
    /// Make new words. They are shown once: write them down.
    New {
        /// Name of the key.
        name: String,
        /// Twelve words instead of 24.
        #[arg(long)]
        short: bool,
    },
    /// Store words, or the 64 hex digits of a single key.
    Import {
        /// Name of the key.
        name: String,
        /// File that holds them; without it they are asked for.
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Show all keys.
    List,
    /// Show one key's address and public key.
    Show {
        /// Name of the key.
        name: String,
    },
    /// Print the secret.
    Export {
        /// Name of the key.
        name: String,
    },
}

impl Keys {
    pub fn run(self) -> eyre::Result<()> {
        let store = self.keystore.open()?;
        let network = self.network.into();
        match &self.verb {
            Verb::New { name, short } => new_words(&self.keystore, name, *short, network, self.json),
            Verb::Import { name, file } => {
                let secret = read_secret(file.as_deref())?;
                let password = self.keystore.password(&format!("new password of `{name}`"), true)?;
                print_one(&KeyView::new(&store.add(name, &secret, &password)?, network), self.json)
            }
            Verb::List => {
                let keys: Vec<KeyView> = store.list()?.iter().map(|info| KeyView::new(info, network)).collect();
                if self.json {
                    say!("{}", serde_json::to_string_pretty(&keys)?);
                } else if keys.is_empty() {
                    say!("no keys in {}; `tacit keys new NAME` makes one", store.directory().display());
                } else {
                    say!("{}", list_table(&keys));
                }
                Ok(())
            }
            Verb::Show { name } => print_one(&KeyView::new(&store.info(name)?, network), self.json),
            Verb::Export { name } => {
                store.info(name)?;
                let password = self.keystore.password(&format!("password of `{name}`"), false)?;
                say!("{}", store.unlock(name, &password)?.export().as_str());
                Ok(())
            }
        }
    }
}

/// Makes words, stores them, and shows them once.
pub fn new_words(keystore: &KeystoreArg, name: &str, short: bool, network: Network, json: bool) -> eyre::Result<()> {
    let mnemonic = Mnemonic::generate(if short { WordCount::Twelve } else { WordCount::TwentyFour })?;
    let secret = Secret::Mnemonic(mnemonic);
    let password = keystore.password(&format!("new password of `{name}`"), true)?;
    let info = keystore.open()?.add(name, &secret, &password)?;
    tell!("Write these words down. Whoever has them has the money; without them it is lost:\n");
    tell!("  {}\n", secret.export().as_str());
    print_one(&KeyView::new(&info, network), json)
}

/// Prints one value as JSON or as a table.
pub fn print_one<T: Rows + serde::Serialize>(value: &T, json: bool) -> eyre::Result<()> {
    if json {
        say!("{}", serde_json::to_string_pretty(value)?);
    } else {
        say!("{}", value.table());
    }
    Ok(())
}

/// Reads words or a key from a file, a pipe or the terminal.
pub fn read_secret(file: Option<&std::path::Path>) -> eyre::Result<Secret> {
    let text = Zeroizing::new(match file {
        Some(path) => {
            if std::fs::metadata(path).map_or(0, |metadata| metadata.len()) > SECRET_BYTES_MAX {
                bail!("{} is too long to hold words or a key", path.display());
            }
            std::fs::read_to_string(path).wrap_err_with(|| format!("{} cannot be read", path.display()))?
        }
        None => {
            if std::io::stdin().is_terminal() {
                tell!("words, or 64 hex digits:");
            }
            let mut line = String::new();
            let mut limited = std::io::Read::take(std::io::stdin().lock(), SECRET_BYTES_MAX);
            limited.read_line(&mut line)?;
            line
        }
    });
    let text = text.trim();
    if text.split_whitespace().count() > 1 {
        return Ok(Secret::Mnemonic(Mnemonic::parse(text)?));
    }
    let mut seed = Zeroizing::new([0u8; 32]);
    hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(text), seed.as_mut_slice())
        .map_err(|_| eyre::eyre!("neither 12 or 24 words nor 64 hex digits"))?;
    Ok(Secret::Key(SecretKey::from_seed(&seed)))
}
