//! Names that a person gives to addresses: a file for each chain, because an address means nothing on another one.

use crate::error::WalletError;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use tacit_types::{Address, GenesisId, Network};

/// Longest name.
const NAME_BYTES_MAX: usize = 32;
/// Longest file.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// The aliases of one chain.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AliasBook {
    file: PathBuf,
    entries: BTreeMap<String, Address>,
}

impl AliasBook {
    /// Changes the book of a chain in `folder` and keeps it. What others keep meanwhile waits: no change is lost.
    ///
    /// # Errors
    /// [`WalletError::AliasFile`], or as `change`; the book is as it was then.
    pub fn update<R>(
        folder: &Path,
        genesis_id: &GenesisId,
        network: Network,
        change: impl FnOnce(&mut Self) -> Result<R, WalletError>,
    ) -> Result<R, WalletError> {
        let path = folder.join("lock");
        let refuse = |error: std::io::Error| WalletError::AliasFile { path: path.clone(), reason: error.to_string() };
        std::fs::create_dir_all(folder).map_err(refuse)?;
        // The system gives the lock back when this ends, however it ends. The file stays: another may wait for it.
        let lock = std::fs::File::create(&path).map_err(refuse)?;
        lock.lock().map_err(refuse)?;
        let mut book = Self::open(folder, genesis_id, network)?;
        let result = change(&mut book)?;
        book.save(network)?;
        Ok(result)
    }

    /// The book of a chain in `folder`; empty if nobody wrote one.
    ///
    /// # Errors
    /// [`WalletError::AliasFile`].
    pub fn open(folder: &Path, genesis_id: &GenesisId, network: Network) -> Result<Self, WalletError> {
        let file = folder.join(format!("{}.json", genesis_id.to_string().trim_start_matches("0x")));
        let refuse = |reason: String| WalletError::AliasFile { path: file.clone(), reason };
        let opened = match std::fs::File::open(&file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self { file, entries: BTreeMap::new() });
            }
            other => other.map_err(|error| refuse(error.to_string()))?,
        };
        let mut text = String::new();
        opened.take(FILE_BYTES_MAX + 1).read_to_string(&mut text).map_err(|error| refuse(error.to_string()))?;
        if text.len() as u64 > FILE_BYTES_MAX {
            return Err(refuse(format!("it is longer than {FILE_BYTES_MAX} bytes")));
        }
        let written: BTreeMap<String, String> =
            serde_json::from_str(&text).map_err(|error| refuse(error.to_string()))?;
        let mut entries = BTreeMap::new();
        for (name, text) in written {
            if !Self::is_name(&name) {
                return Err(refuse(format!("`{name}` is no alias")));
            }
            let address = Address::from_text(&text, network).map_err(|error| refuse(format!("`{name}`: {error}")))?;
            entries.insert(name, address);
        }
        Ok(Self { file, entries })
    }

    /// Whether `text` may be an alias: it is never an address or hex, so that nothing can be taken for something else.
    #[must_use]
    pub fn is_name(text: &str) -> bool {
        let first = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
        let rest =
            text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_'));
        first && rest && text.len() <= NAME_BYTES_MAX && !text.starts_with("tct")
    }

    /// The address behind a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Address> {
        self.entries.get(name).copied()
    }

    /// The name of an address.
    #[must_use]
    pub fn name_of(&self, address: &Address) -> Option<&str> {
        self.entries.iter().find(|(_, known)| *known == address).map(|(name, _)| name.as_str())
    }

    /// All names with their addresses.
    pub fn entries(&self) -> impl Iterator<Item = (&str, Address)> {
        self.entries.iter().map(|(name, address)| (name.as_str(), *address))
    }

    /// Gives an address a new name. [`AliasBook::update`] keeps it.
    ///
    /// # Errors
    /// [`WalletError::AliasName`], or [`WalletError::AliasTaken`] for a name of another address: money must not go
    /// elsewhere because a name was reused.
    pub fn add(&mut self, name: &str, address: Address) -> Result<(), WalletError> {
        if !Self::is_name(name) {
            return Err(WalletError::AliasName(name.chars().take(64).collect()));
        }
        match self.entries.get(name) {
            Some(known) if *known != address => Err(WalletError::AliasTaken(name.to_owned())),
            _ => {
                self.entries.insert(name.to_owned(), address);
                Ok(())
            }
        }
    }

    /// Forgets a name; says whether there was one.
    pub fn remove(&mut self, name: &str) -> bool {
        self.entries.remove(name).is_some()
    }

    /// Writes the book; a reader sees the old one or the new one, never half of it.
    fn save(&self, network: Network) -> Result<(), WalletError> {
        let refuse =
            |error: std::io::Error| WalletError::AliasFile { path: self.file.clone(), reason: error.to_string() };
        let written: BTreeMap<&str, String> = self.entries().map(|(name, at)| (name, at.to_text(network))).collect();
        let text = serde_json::to_string_pretty(&written).map_err(|error| refuse(error.into()))?;
        if let Some(folder) = self.file.parent() {
            std::fs::create_dir_all(folder).map_err(refuse)?;
        }
        let fresh = self.file.with_extension(format!("{}.new", std::process::id()));
        let mut out = std::fs::File::create(&fresh).map_err(refuse)?;
        out.write_all(text.as_bytes()).and_then(|()| out.sync_all()).map_err(refuse)?;
        std::fs::rename(&fresh, &self.file).map_err(refuse)
    }
}
