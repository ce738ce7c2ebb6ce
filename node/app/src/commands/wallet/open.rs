//! A wallet's private side, opened: its viewing key, what is known of the chain, and the node to ask.

use super::bars::SyncBar;
use crate::commands::output::tell;
use crate::commands::runtime;
use crate::commands::signer::{KeystoreArg, Opened, SignerArg};
use crate::commands::status::NodeArg;
use clap::Args;
use eyre::eyre;
use std::path::PathBuf;
use tacit_rpc::client::Client;
use tacit_wallet::send::ChainView;
use tacit_wallet::shielded::ShieldedWallet;
use tacit_wallet::shielded::source::RpcSource;
use tacit_wallet::shielded::sync::{SyncOptions, Synced};

/// Where what wallets know of the chain is kept, encrypted. All of it can be fetched again.
#[derive(Args, Clone)]
pub struct WalletsArg {
    /// Folder of what wallets know of the chain.
    #[arg(long, env = "TACIT_WALLETS", value_name = "DIR", global = true)]
    wallets: Option<PathBuf>,
}

impl WalletsArg {
    pub fn folder(&self) -> eyre::Result<PathBuf> {
        match &self.wallets {
            Some(folder) => Ok(folder.clone()),
            None => {
                let home = std::env::var_os("HOME").ok_or_else(|| eyre!("HOME is not set; say --wallets DIR"))?;
                Ok(PathBuf::from(home).join(".tacit/wallets"))
            }
        }
    }
}

/// Whose wallet, and which node.
#[derive(Args, Clone)]
pub struct WalletArgs {
    #[command(flatten)]
    pub signer: SignerArg,
    #[command(flatten)]
    pub keystore: KeystoreArg,
    #[command(flatten)]
    pub wallets: WalletsArg,
    #[command(flatten)]
    pub node: NodeArg,
}

/// A wallet with the chain that it is on.
pub struct OpenWallet {
    pub secret: Opened,
    pub chain: ChainView,
    pub client: Client,
    pub wallet: ShieldedWallet,
    node: NodeArg,
}

impl WalletArgs {
    /// Asks the node for its chain and opens the wallet on it, without syncing.
    pub fn open(&self) -> eyre::Result<OpenWallet> {
        self.open_secret(self.signer.open(&self.keystore)?)
    }

    /// As [`WalletArgs::open`], with a secret that was asked for before.
    pub fn open_secret(&self, secret: Opened) -> eyre::Result<OpenWallet> {
        let key = secret.viewing()?;
        let client = self.node.client()?;
        let chain = runtime::block_on(async { Ok(ChainView::fetch(&client, None).await?) })?;
        let wallet = ShieldedWallet::open(&self.wallets.folder()?, key, chain.genesis_id)?;
        Ok(OpenWallet { secret, chain, client, wallet, node: self.node.clone() })
    }
}

impl OpenWallet {
    /// Brings the wallet up to the chain, with a bar.
    pub fn sync(&mut self, options: SyncOptions) -> eyre::Result<Synced> {
        let source = RpcSource::new(&self.node.node)?;
        let bar = SyncBar::new();
        let synced = self.wallet.sync(&source, options, &mut |progress| bar.show(progress))?;
        drop(bar);
        for repair in &synced.repairs {
            match &repair.heights {
                Some(heights) => {
                    tell!("heights {} to {} were scanned again: {}", heights.start(), heights.end(), repair.reason);
                }
                None => tell!("{}", repair.reason),
            }
        }
        Ok(synced)
    }
}
