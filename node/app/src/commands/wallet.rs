//! `tacit wallet`: words, addresses, balances, payments.

use super::keys::{NetworkArg, new_words, print_one, read_secret};
use super::runtime;
use super::send::SendArgs;
use super::signer::{KeystoreArg, SignerArg};
use super::status::NodeArg;
use clap::{Args, Subcommand};
use std::path::PathBuf;
use tacit_types::Address;
use tacit_wallet::send::{ChainView, balance};
use tacit_wallet::view::{AddressView, BalanceView, KeyView};
use tacit_wallet::{Secret, amount};

/// Make and restore wallets, show addresses and balances, send money.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit wallet new alice\n  tacit wallet balance --from alice\n  tacit wallet send --dev 0 --to tctd1... --amount 1.5"
)]
pub struct Wallet {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Make a wallet with new words. They are shown once: write them down.
    New {
        /// Name of the wallet.
        name: String,
        /// Twelve words instead of 24.
        #[arg(long)]
        short: bool,
        #[command(flatten)]
        keystore: KeystoreArg,
        /// Network whose address form is shown.
        #[arg(long, value_enum, default_value_t = NetworkArg::Dev)]
        network: NetworkArg,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Bring a wallet back from its words.
    Restore {
        /// Name of the wallet.
        name: String,
        /// File that holds the words; without it they are asked for.
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
        #[command(flatten)]
        keystore: KeystoreArg,
        /// Network whose address form is shown.
        #[arg(long, value_enum, default_value_t = NetworkArg::Dev)]
        network: NetworkArg,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show an account's address.
    Address {
        #[command(flatten)]
        signer: SignerArg,
        #[command(flatten)]
        keystore: KeystoreArg,
        /// Network whose address form is shown.
        #[arg(long, value_enum, default_value_t = NetworkArg::Dev)]
        network: NetworkArg,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show what an account owns.
    Balance {
        /// Any address; without it, that of the account.
        #[arg(long, value_name = "ADDRESS")]
        address: Option<String>,
        #[command(flatten)]
        signer: SignerArg,
        #[command(flatten)]
        keystore: KeystoreArg,
        #[command(flatten)]
        node: NodeArg,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Send money.
    Send {
        /// Who receives.
        #[arg(long, value_name = "ADDRESS")]
        to: String,
        /// How many tokens, for example 1.5.
        #[arg(long, value_name = "TOKENS")]
        amount: String,
        #[command(flatten)]
        send: Box<SendArgs>,
    },
}

impl Wallet {
    pub fn run(self) -> eyre::Result<()> {
        match self.verb {
            Verb::New { name, short, keystore, network, json } => {
                new_words(&keystore, &name, short, network.into(), json)
            }
            Verb::Restore { name, file, keystore, network, json } => {
                let secret: Secret = read_secret(file.as_deref())?;
                let password = keystore.password(&format!("new password of `{name}`"), true)?;
                print_one(&KeyView::new(&keystore.open()?.add(&name, &secret, &password)?, network.into()), json)
            }
            Verb::Address { signer, keystore, network, json } => {
                print_one(&AddressView::new(&signer.unlock(&keystore)?, network.into()), json)
            }
            Verb::Balance { address, signer, keystore, node, json } => {
                let client = node.client()?;
                runtime::block_on(async {
                    let chain = ChainView::fetch(&client, None).await?;
                    let address = match &address {
                        Some(text) => Address::from_text(text, chain.network)?,
                        None => signer.unlock(&keystore)?.address,
                    };
                    print_one(&BalanceView::from(balance(&client, &address, chain.network).await?), json)
                })
            }
            Verb::Send { to, amount, send } => {
                let amount = amount::parse(&amount)?;
                let account = send.account()?;
                let client = send.client()?;
                runtime::block_on(async {
                    let chain = ChainView::fetch(&client, None).await?;
                    let to = Address::from_text(&to, chain.network)?;
                    let sent = send.send(&account, |builder| Ok(builder.transfer(to, amount))).await?;
                    send.report(&sent, &[("amount", amount::format(amount)), ("to", to.to_text(chain.network))])
                })
            }
        }
    }
}
