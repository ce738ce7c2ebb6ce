//! The keystore: a folder with one encrypted file per key or mnemonic. Names, public keys and kinds can be read without
//! the password; secrets cannot.

mod file;
mod seal;

pub use seal::KdfParams;

use crate::error::WalletError;
use crate::mnemonic::{Account, Mnemonic};
use crate::password::Password;
use crate::secret::SecretKey;
use crate::shielded::{SpendingKey, ViewingKey};
use file::KeyFile;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use tacit_types::{Address, Network, PublicKey};
use zeroize::Zeroizing;

/// Longest name of an entry.
const NAME_BYTES_MAX: usize = 32;

/// What an entry holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// A mnemonic; accounts are derived from it.
    Mnemonic,
    /// One secret key.
    Key,
    /// A viewing key, which spends nothing.
    Viewing,
}

/// What can be known of an entry without its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryInfo {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: EntryKind,
    /// Public key of its account 0; of a viewing key, which has no account, a fingerprint.
    pub public_key: PublicKey,
}

impl EntryInfo {
    /// Address of its account 0; none of a viewing key.
    #[must_use]
    pub fn address(&self) -> Option<Address> {
        (self.kind != EntryKind::Viewing).then(|| Address::of_key(&self.public_key))
    }

    /// Text of that address.
    #[must_use]
    pub fn address_text(&self, network: Network) -> Option<String> {
        self.address().map(|address| address.to_text(network))
    }
}

/// An opened entry.
#[allow(clippy::large_enum_variant, reason = "few exist at a time; a box would only spread the secret or the plan")]
#[derive(Debug)]
pub enum Secret {
    /// A mnemonic.
    Mnemonic(Mnemonic),
    /// One key.
    Key(SecretKey),
    /// A viewing key of either kind.
    Viewing(ViewingKey),
}

/// Names a viewing key without telling anything of it.
const FINGERPRINT_CONTEXT: &str = "tacit 2026-11 wallet viewing key fingerprint";

impl Secret {
    /// Account `index`; a single key has only account 0.
    ///
    /// # Errors
    /// [`WalletError::AccountIndex`]; with `name`, [`WalletError::SingleKey`] or [`WalletError::ViewingOnly`].
    pub fn account(&self, name: &str, index: u32) -> Result<Account, WalletError> {
        match self {
            Self::Mnemonic(mnemonic) => mnemonic.account(index),
            Self::Key(key) if index == 0 => Ok(Account::new(0, key.clone())),
            Self::Key(_) => Err(WalletError::SingleKey(name.to_owned())),
            Self::Viewing(_) => Err(WalletError::ViewingOnly(name.to_owned())),
        }
    }

    /// Spending key of shielded account `index`, which only a mnemonic has.
    ///
    /// # Errors
    /// [`WalletError::AccountIndex`]; with `name`, [`WalletError::NotShielded`] or [`WalletError::ViewingOnly`].
    pub fn shielded(&self, name: &str, index: u32) -> Result<SpendingKey, WalletError> {
        match self {
            Self::Mnemonic(mnemonic) => mnemonic.shielded(index),
            Self::Key(_) => Err(WalletError::NotShielded(name.to_owned())),
            Self::Viewing(_) => Err(WalletError::ViewingOnly(name.to_owned())),
        }
    }

    /// What the entry's file shows of it.
    fn public_key(&self, name: &str) -> Result<PublicKey, WalletError> {
        match self {
            Self::Viewing(key) => Ok(PublicKey(blake3::derive_key(FINGERPRINT_CONTEXT, &key.to_bytes()))),
            Self::Mnemonic(_) | Self::Key(_) => Ok(self.account(name, 0)?.public_key()),
        }
    }

    /// The secret as text, for a deliberate export.
    #[must_use]
    pub fn export(&self) -> Zeroizing<String> {
        match self {
            Self::Mnemonic(mnemonic) => mnemonic.words(),
            Self::Key(key) => key.to_hex(),
            Self::Viewing(key) => Zeroizing::new(hex::encode(key.to_bytes())),
        }
    }

    const fn kind(&self) -> EntryKind {
        match self {
            Self::Mnemonic(_) => EntryKind::Mnemonic,
            Self::Key(_) => EntryKind::Key,
            Self::Viewing(_) => EntryKind::Viewing,
        }
    }

    fn read(kind: EntryKind, text: &str) -> Result<Self, WalletError> {
        match kind {
            EntryKind::Mnemonic => Mnemonic::parse(text).map(Self::Mnemonic),
            EntryKind::Key => SecretKey::from_hex(text).map(Self::Key),
            EntryKind::Viewing => {
                let bytes = hex::decode(text).map(Zeroizing::new).map_err(|_| WalletError::SecretKey)?;
                Ok(Self::Viewing(ViewingKey::from_bytes(&bytes)?))
            }
        }
    }
}

/// A folder of encrypted keys.
#[derive(Debug, Clone)]
pub struct Keystore {
    directory: PathBuf,
    kdf: KdfParams,
}

impl Keystore {
    /// The keystore in `directory`, which is made with the first key.
    #[must_use]
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into(), kdf: KdfParams::default() }
    }

    /// The same keystore with another cost for new entries.
    #[must_use]
    pub const fn with_kdf(mut self, kdf: KdfParams) -> Self {
        self.kdf = kdf;
        self
    }

    /// Where it is.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Stores a secret under a new name. The file is complete and on disk when this returns, or it is not there at all.
    ///
    /// # Errors
    /// [`WalletError::KeyName`], [`WalletError::KeyExists`], [`WalletError::Io`], [`WalletError::Random`].
    pub fn add(&self, name: &str, secret: &Secret, password: &Password) -> Result<EntryInfo, WalletError> {
        let path = self.path(name)?;
        let public_key = secret.public_key(name)?;
        let info = EntryInfo { name: name.to_owned(), kind: secret.kind(), public_key };
        // Deriving the key takes a moment; an existing name is refused before.
        if path.exists() {
            return Err(WalletError::KeyExists(info.name));
        }
        let sealed = seal::seal(&info, &secret.export(), password, self.kdf)?;
        file::write_new(&path, &sealed).map_err(|error| match error {
            WalletError::Io { source, .. } if source.kind() == std::io::ErrorKind::AlreadyExists => {
                WalletError::KeyExists(info.name.clone())
            }
            error => error,
        })?;
        Ok(info)
    }

    /// All entries by name. Files that are no keystore entries are refused, not skipped: one of them may be a damaged key.
    ///
    /// # Errors
    /// [`WalletError::Io`], and what reading an entry fails with.
    pub fn list(&self) -> Result<Vec<EntryInfo>, WalletError> {
        let fail = |source| WalletError::Io { path: self.directory.clone(), source };
        let entries = match std::fs::read_dir(&self.directory) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(fail)?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let file_name = entry.map_err(fail)?.file_name();
            if let Some(name) = file_name.to_str().and_then(|file_name| file_name.strip_suffix(".json")) {
                names.push(name.to_owned());
            }
        }
        names.sort_unstable();
        names.iter().map(|name| self.info(name)).collect()
    }

    /// What can be known of an entry without its password.
    ///
    /// # Errors
    /// [`WalletError::KeyUnknown`], [`WalletError::KeystoreFormat`], [`WalletError::Permissions`], [`WalletError::Io`].
    pub fn info(&self, name: &str) -> Result<EntryInfo, WalletError> {
        let (path, file) = self.read(name)?;
        file.info(&path)
    }

    /// Opens an entry.
    ///
    /// # Errors
    /// As [`Keystore::info`], and [`WalletError::Unlock`].
    pub fn unlock(&self, name: &str, password: &Password) -> Result<Secret, WalletError> {
        let (path, file) = self.read(name)?;
        let info = file.info(&path)?;
        let text = seal::open(&file, &info, password, &path)?;
        let secret = Secret::read(info.kind, &text)?;
        // The public key is authenticated together with the secret, but only this proves that they belong together.
        if secret.public_key(name)? != info.public_key {
            return Err(WalletError::Unlock { path });
        }
        Ok(secret)
    }

    /// Opens account `index` of an entry.
    ///
    /// # Errors
    /// As [`Keystore::unlock`] and [`Secret::account`].
    pub fn account(&self, name: &str, index: u32, password: &Password) -> Result<Account, WalletError> {
        self.unlock(name, password)?.account(name, index)
    }

    fn read(&self, name: &str) -> Result<(PathBuf, KeyFile), WalletError> {
        let path = self.path(name)?;
        match file::read(&path) {
            Err(WalletError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
                Err(WalletError::KeyUnknown { name: name.to_owned(), directory: self.directory.clone() })
            }
            file => Ok((path, file?)),
        }
    }

    /// Names become file names, so they must not be able to leave the folder.
    fn path(&self, name: &str) -> Result<PathBuf, WalletError> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
        if name.is_empty() || name.len() > NAME_BYTES_MAX || !name.bytes().all(allowed) {
            return Err(WalletError::KeyName(name.chars().take(NAME_BYTES_MAX).collect()));
        }
        Ok(self.directory.join(format!("{name}.json")))
    }
}
