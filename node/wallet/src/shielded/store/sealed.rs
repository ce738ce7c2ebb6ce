//! Files that nobody else can read or change unseen: XChaCha20-Poly1305, each bound to what it is and where it belongs,
//! and written so that a crash leaves the old file or the new one, never a part.

use crate::error::WalletError;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// First bytes of every file, with the version of the format.
const MAGIC: &[u8; 5] = b"tctw\x01";
const NONCE_BYTES: usize = 24;
const OVERHEAD_BYTES: u64 = 5 + 24 + 16;
/// Longest file that is read. A segment stays far below.
const FILE_BYTES_MAX: u64 = 1 << 30;
/// Begins the name of a file that is still being written.
const TEMPORARY: &str = ".tmp-";

/// A folder of sealed files under one key.
pub(super) struct Sealed {
    directory: PathBuf,
    cipher: XChaCha20Poly1305,
}

/// Why a file gave nothing.
#[derive(Debug)]
pub(super) enum ReadError {
    /// It is not there.
    Missing,
    /// It is damaged, or another key's, or another file's under this name.
    Damaged(&'static str),
    /// The disk failed.
    Io(WalletError),
}

impl Sealed {
    /// The folder, made if it is not there, readable by its owner only.
    pub(super) fn open(directory: &Path, key: &[u8; 32]) -> Result<Self, WalletError> {
        let fail = |source| WalletError::Io { path: directory.to_owned(), source };
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(directory).map_err(fail)?;
        Ok(Self { directory: directory.to_owned(), cipher: XChaCha20Poly1305::new(key.into()) })
    }

    /// Removes what a crash left half written. Nobody else may be writing.
    pub(super) fn clean(&self) -> Result<(), WalletError> {
        self.names()?.iter().filter(|name| name.starts_with(TEMPORARY)).try_for_each(|name| self.remove(name))
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Names of all files, sorted.
    pub(super) fn names(&self) -> Result<Vec<String>, WalletError> {
        let fail = |source| WalletError::Io { path: self.directory.clone(), source };
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&self.directory).map_err(fail)? {
            names.extend(entry.map_err(fail)?.file_name().into_string());
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Replaces a file. It is complete and on disk when this returns. The name is part of what is authenticated, so that
    /// two files cannot be swapped.
    pub(super) fn write(&self, name: &str, binding: &[u8], text: &[u8]) -> Result<(), WalletError> {
        let path = self.directory.join(name);
        let fail = |source| WalletError::Io { path: path.clone(), source };
        let mut nonce = [0u8; NONCE_BYTES];
        crate::random(&mut nonce)?;
        let payload = Payload { msg: text, aad: &associated(name, binding) };
        let sealed = self.cipher.encrypt(XNonce::from_slice(&nonce), payload);
        let sealed = sealed.map_err(|_| fail(ErrorKind::FileTooLarge.into()))?;
        let mut suffix = [0u8; 8];
        crate::random(&mut suffix)?;
        let temporary = self.directory.join(format!("{TEMPORARY}{}", hex::encode(suffix)));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&temporary).map_err(fail)?;
        let written = file
            .write_all(MAGIC)
            .and_then(|()| file.write_all(&nonce))
            .and_then(|()| file.write_all(&sealed))
            .and_then(|()| file.sync_all())
            .and_then(|()| std::fs::rename(&temporary, &path))
            .and_then(|()| self.sync_directory());
        if written.is_err() {
            // What is left is removed at the next start too.
            let _ = std::fs::remove_file(&temporary);
        }
        written.map_err(fail)
    }

    /// Reads what [`Sealed::write`] wrote under the same name and binding.
    pub(super) fn read(&self, name: &str, binding: &[u8]) -> Result<Zeroizing<Vec<u8>>, ReadError> {
        let path = self.directory.join(name);
        let fail = |source| ReadError::Io(WalletError::Io { path: path.clone(), source });
        let file = match File::open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(ReadError::Missing),
            file => file.map_err(fail)?,
        };
        let length = file.metadata().map_err(fail)?.len();
        if !(OVERHEAD_BYTES..=FILE_BYTES_MAX).contains(&length) {
            return Err(ReadError::Damaged("no sealed file has this length"));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
        // The length is a limit too: a file that grows meanwhile is cut and then refused.
        file.take(length).read_to_end(&mut bytes).map_err(fail)?;
        let Some(rest) = bytes.strip_prefix(MAGIC) else {
            return Err(ReadError::Damaged("it begins like no file of this version"));
        };
        let (nonce, sealed) = rest.split_at_checked(NONCE_BYTES).ok_or(ReadError::Damaged("it is cut off"))?;
        let payload = Payload { msg: sealed, aad: &associated(name, binding) };
        let opened = self.cipher.decrypt(XNonce::from_slice(nonce), payload);
        opened.map(Zeroizing::new).map_err(|_| ReadError::Damaged("it was changed, or is of another wallet"))
    }

    /// Removes a file; one that is not there is none.
    pub(super) fn remove(&self, name: &str) -> Result<(), WalletError> {
        let path = self.directory.join(name);
        let removed = match std::fs::remove_file(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            removed => removed.and_then(|()| self.sync_directory()),
        };
        removed.map_err(|source| WalletError::Io { path, source })
    }

    fn sync_directory(&self) -> std::io::Result<()> {
        File::open(&self.directory)?.sync_all()
    }
}

/// What a file's authentication covers beside its text.
fn associated(name: &str, binding: &[u8]) -> Vec<u8> {
    [MAGIC, name.as_bytes(), b"\0", binding].concat()
}
