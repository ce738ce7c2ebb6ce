//! Who signs: a key of the keystore, or a well-known account of a development network.

use clap::Args;
use eyre::eyre;
use std::path::PathBuf;
use tacit_wallet::devnet::devnet_account;
use tacit_wallet::{Account, Keystore, Password};

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
