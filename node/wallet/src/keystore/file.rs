//! The keystore file: its JSON, read strictly, and written so that a crash leaves the old state or the new one.

use super::{EntryInfo, EntryKind};
use crate::error::WalletError;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;
use tacit_rpc::json::{Hex32, HexArray, HexBytes};
use tacit_types::PublicKey;

/// Longest keystore file in bytes; real ones have below 1 KiB.
const FILE_BYTES_MAX: u64 = 8 * 1024;
/// The only format so far.
pub(super) const FORMAT: u32 = 1;

/// A keystore file. Everything but the ciphertext is authenticated with it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyFile {
    pub format: u32,
    pub name: String,
    pub kind: EntryKind,
    pub public_key: Hex32,
    pub kdf: Kdf,
    pub cipher: Cipher,
}

/// How the key is derived from the password.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kdf {
    pub name: KdfName,
    pub memory_kib: u32,
    pub passes: u32,
    pub lanes: u32,
    pub salt: HexArray<16>,
}

/// The only key derivation so far.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum KdfName {
    Argon2id,
}

/// How the secret is encrypted.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cipher {
    pub name: CipherName,
    pub nonce: HexArray<24>,
    pub ciphertext: HexBytes,
}

/// The only cipher so far.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum CipherName {
    XChaCha20Poly1305,
}

impl KeyFile {
    /// The part that needs no password. The name inside must be the file's, or files could be swapped unseen.
    pub(super) fn info(&self, path: &Path) -> Result<EntryInfo, WalletError> {
        if path.file_stem().and_then(|stem| stem.to_str()) != Some(self.name.as_str()) {
            return Err(format_error(path, format!("it is the file of `{}` under another name", self.name)));
        }
        Ok(EntryInfo { name: self.name.clone(), kind: self.kind, public_key: PublicKey(self.public_key.0) })
    }

    /// The one text of this file.
    pub(super) fn to_text(&self) -> Result<String, WalletError> {
        let text = serde_json::to_string_pretty(self);
        text.map(|text| text + "\n").map_err(|error| format_error(Path::new(&self.name), error.to_string()))
    }
}

pub(super) fn format_error(path: &Path, reason: String) -> WalletError {
    WalletError::KeystoreFormat { path: path.to_owned(), reason }
}

/// Reads a keystore file: bounded, private, known format, and the one text that these values have.
pub(super) fn read(path: &Path) -> Result<KeyFile, WalletError> {
    let fail = |source| WalletError::Io { path: path.to_owned(), source };
    let file = File::open(path).map_err(fail)?;
    check_private(&file, path)?;
    let mut text = String::new();
    let read = file.take(FILE_BYTES_MAX + 1).read_to_string(&mut text);
    match read {
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            return Err(format_error(path, "not text".to_owned()));
        }
        Err(error) => return Err(fail(error)),
        Ok(length) if length as u64 > FILE_BYTES_MAX => {
            return Err(format_error(path, format!("longer than {FILE_BYTES_MAX} bytes")));
        }
        Ok(_) => {}
    }
    let parsed: KeyFile = serde_json::from_str(&text).map_err(|error| {
        // serde's message may quote what it found; position and category are enough.
        format_error(path, format!("line {}, column {}: {:?} error", error.line(), error.column(), error.classify()))
    })?;
    if parsed.format != FORMAT {
        let reason = format!("format {} is unknown, this program knows {FORMAT}", parsed.format);
        return Err(format_error(path, reason));
    }
    if parsed.to_text()? != text {
        return Err(format_error(path, "it was edited or damaged".to_owned()));
    }
    Ok(parsed)
}

/// Writes a file that must not exist yet: complete and synced under a temporary name first, then linked.
pub(super) fn write_new(path: &Path, file: &KeyFile) -> Result<(), WalletError> {
    let fail = |source| WalletError::Io { path: path.to_owned(), source };
    let text = file.to_text()?;
    let directory = path.parent().unwrap_or(Path::new("."));
    create_private_directory(directory).map_err(fail)?;
    let mut suffix = [0u8; 8];
    crate::random(&mut suffix)?;
    let temporary = directory.join(format!(".new-{}", hex::encode(suffix)));
    let written = write_synced(&temporary, text.as_bytes()).and_then(|()| {
        // A link, unlike a rename, refuses to replace a key that appeared in the meantime.
        std::fs::hard_link(&temporary, path)
    });
    let removed = std::fs::remove_file(&temporary);
    written.map_err(fail)?;
    removed.map_err(fail)?;
    File::open(directory).and_then(|directory| directory.sync_all()).map_err(fail)
}

fn write_synced(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn create_private_directory(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(unix)]
fn check_private(file: &File, path: &Path) -> Result<(), WalletError> {
    use std::os::unix::fs::PermissionsExt;
    let fail = |source| WalletError::Io { path: path.to_owned(), source };
    let mode = file.metadata().map_err(fail)?.permissions().mode();
    if mode & 0o077 == 0 { Ok(()) } else { Err(WalletError::Permissions { path: path.to_owned() }) }
}

#[cfg(not(unix))]
fn check_private(_: &File, _: &Path) -> Result<(), WalletError> {
    Ok(())
}
