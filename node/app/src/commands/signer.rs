//! Who signs: a key of the keystore, or a well-known account of a development network.

use clap::Args;
use eyre::eyre;
use std::path::PathBuf;
use tacit_wallet::devnet::{DEVNET_MNEMONIC, devnet_account};
use tacit_wallet::shielded::{SpendingKey, ViewingKey};
use tacit_wallet::{Account, Keystore, Mnemonic, Password, Secret, WalletError};

/// Where keys are kept.
#[derive(Args, Clone)]
pub struct KeystoreArg {
    /// Folder of encrypted keys.
    #[arg(long, env = "TACIT_KEYSTORE", value_name = "DIR", global = true)]
    keystore: Option<PathBuf>,
    /// File with the password; without it, it is asked for.
    #[arg(long, value_name = "FILE", global = true)]
    password_file: Option<PathBuf>,
}

impl KeystoreArg {
    /// The keystore.
    pub fn open(&self) -> eyre::Result<Keystore> {
        let folder = match &self.keystore {
            Some(folder) => folder.clone(),
            None => {
                let home = std::env::var_os("HOME").ok_or_else(|| eyre!("HOME is not set; say --keystore DIR"))?;
                PathBuf::from(home).join(".tacit/keys")
            }
        };
        Ok(Keystore::new(folder))
    }

    /// The password of an existing entry, or with `confirm` of a new one.
    pub fn password(&self, question: &str, confirm: bool) -> eyre::Result<Password> {
        Ok(Password::obtain(self.password_file.as_deref(), question, confirm)?)
    }
}

/// Which account acts.
#[derive(Args, Clone)]
pub struct SignerArg {
    /// Name of a key in the keystore.
    #[arg(long, value_name = "NAME", conflicts_with = "dev")]
    from: Option<String>,
    /// Account of a mnemonic, from 0.
    #[arg(long, default_value_t = 0, value_name = "INDEX")]
    account: u32,
    /// Well-known account of a development network, from 0. Everybody knows its key.
    #[arg(long, value_name = "INDEX")]
    dev: Option<u32>,
}

impl SignerArg {
    /// The account with its secret.
    pub fn unlock(&self, keystore: &KeystoreArg) -> eyre::Result<Account> {
        match (&self.from, self.dev) {
            (_, Some(index)) => Ok(devnet_account(index)?),
            (Some(name), None) => {
                let store = keystore.open()?;
                store.info(name)?;
                let password = keystore.password(&format!("password of `{name}`"), false)?;
                Ok(store.account(name, self.account, &password)?)
            }
            (None, None) => Err(eyre!("who signs? say --from NAME, or --dev INDEX on a development network")),
        }
    }
}

/// What a signer has: accounts with their keys, or only a key that sees.
pub struct Opened {
    name: String,
    index: u32,
    secret: Secret,
}

impl SignerArg {
    /// The signer's secret, for verbs that need more than its account.
    pub fn open(&self, keystore: &KeystoreArg) -> eyre::Result<Opened> {
        let (name, index, secret) = match (&self.from, self.dev) {
            (_, Some(index)) => (format!("dev {index}"), index, Secret::Mnemonic(Mnemonic::parse(DEVNET_MNEMONIC)?)),
            (Some(name), None) => {
                let store = keystore.open()?;
                store.info(name)?;
                let password = keystore.password(&format!("password of `{name}`"), false)?;
                (name.clone(), self.account, store.unlock(name, &password)?)
            }
            (None, None) => return Err(eyre!("whose? say --from NAME, or --dev INDEX on a development network")),
        };
        Ok(Opened { name, index, secret })
    }
}

impl Opened {
    /// From a secret that was just made or read.
    pub fn new(name: &str, secret: Secret) -> Self {
        Self { name: name.into(), index: 0, secret }
    }

    /// The public account.
    pub fn account(&self) -> Result<Account, WalletError> {
        self.secret.account(&self.name, self.index)
    }

    /// What spends private money.
    pub fn spending(&self) -> Result<SpendingKey, WalletError> {
        self.secret.shielded(&self.name, self.index)
    }

    /// What sees private money.
    pub fn viewing(&self) -> Result<ViewingKey, WalletError> {
        match &self.secret {
            Secret::Viewing(key) => Ok(key.clone()),
            _ => Ok(ViewingKey::Full(self.spending()?.full_viewing_key().clone())),
        }
    }
}
