//! The two secrets of a node on disk: 32 bytes each, as hex, readable by their owner only.
//!
//! They are not encrypted, because a validator must come up by itself after a power cut; guard the folder. What a
//! person's wallet holds is encrypted, elsewhere.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use zeroize::Zeroizing;

/// A secret seed.
pub type Seed = Zeroizing<[u8; 32]>;

/// Why a key file is refused.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// It cannot be read or written.
    #[error("{file}: {source}")]
    Io {
        /// The file.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// It does not hold 64 hex digits.
    #[error("{file}: must hold 64 hex digits; `tacit init` makes a new one")]
    Malformed {
        /// The file.
        file: String,
    },
    /// Others may read it.
    #[error("{file}: can be read by others; run `chmod 600 {file}`")]
    Exposed {
        /// The file.
        file: String,
    },
}

/// Longest key file in bytes.
const KEY_FILE_BYTES_MAX: u64 = 256;

/// Reads a seed.
pub fn read(path: &Path) -> Result<Seed, KeyFileError> {
    use std::os::unix::fs::PermissionsExt;
    let file = path.display().to_string();
    let io = |source| KeyFileError::Io { file: file.clone(), source };
    let metadata = std::fs::metadata(path).map_err(io)?;
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(KeyFileError::Exposed { file });
    }
    if metadata.len() > KEY_FILE_BYTES_MAX {
        return Err(KeyFileError::Malformed { file });
    }
    let text = Zeroizing::new(std::fs::read_to_string(path).map_err(io)?);
    let mut seed = Zeroizing::new([0u8; 32]);
    match hex::decode_to_slice(text.trim(), seed.as_mut_slice()) {
        Ok(()) => Ok(seed),
        Err(_) => Err(KeyFileError::Malformed { file }),
    }
}

/// Writes a seed to a new file; an existing one is never overwritten.
pub fn write(path: &Path, seed: &Seed) -> Result<(), KeyFileError> {
    let io = |source| KeyFileError::Io { file: path.display().to_string(), source };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(io)?;
    }
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(io)?;
    let text = Zeroizing::new(hex::encode(seed.as_slice()));
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(io)
}

/// A fresh seed from the operating system.
pub fn generate() -> Result<Seed, getrandom::Error> {
    let mut seed = Zeroizing::new([0u8; 32]);
    getrandom::fill(seed.as_mut_slice())?;
    Ok(seed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_seed_reads_back_is_private_and_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/node.key");
        let seed = generate().unwrap();
        write(&path, &seed).unwrap();
        assert_eq!(*read(&path).unwrap(), *seed);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(write(&path, &seed).is_err());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(read(&path), Err(KeyFileError::Exposed { .. })));
    }

    #[test]
    fn garbage_is_refused_without_showing_it() {
        let folder = tempfile::tempdir().unwrap();
        for (number, text) in ["", "hunter2", &"0".repeat(63), &"g".repeat(64), &"0".repeat(1000)].iter().enumerate() {
            let path = folder.path().join(number.to_string());
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
            let error = read(&path).unwrap_err();
            assert!(matches!(error, KeyFileError::Malformed { .. }));
            assert!(!error.to_string().contains("hunter2"));
        }
    }
}
