//! Encryption of one secret: Argon2id from the password, XChaCha20-Poly1305 with every other field of the file as
//! associated data.

use super::EntryInfo;
use super::file::{Cipher, CipherName, FORMAT, Kdf, KdfName, KeyFile, format_error};
use crate::error::WalletError;
use crate::password::Password;
use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use std::path::Path;
use tacit_rpc::json::{HexArray, HexBytes};
use zeroize::Zeroizing;

/// Most memory that opening a file may take, in KiB (256 MiB).
const MEMORY_KIB_MAX: u32 = 256 * 1024;
/// Most passes over that memory.
const PASSES_MAX: u32 = 16;
/// Most lanes.
const LANES_MAX: u32 = 4;

/// What deriving a key from a password costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KdfParams {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

/// 64 MiB and 3 passes: RFC 9106's second recommendation, about 0.15 s.
impl Default for KdfParams {
    fn default() -> Self {
        Self { memory_kib: 64 * 1024, passes: 3, lanes: 1 }
    }
}

pub(super) fn seal(
    info: &EntryInfo,
    secret: &str,
    password: &Password,
    params: KdfParams,
) -> Result<KeyFile, WalletError> {
    let (mut salt, mut nonce) = ([0u8; 16], [0u8; 24]);
    crate::random(&mut salt)?;
    crate::random(&mut nonce)?;
    let KdfParams { memory_kib, passes, lanes } = params;
    let mut file = KeyFile {
        format: FORMAT,
        name: info.name.clone(),
        kind: info.kind,
        public_key: HexArray(info.public_key.0),
        kdf: Kdf { name: KdfName::Argon2id, memory_kib, passes, lanes, salt: HexArray(salt) },
        cipher: Cipher {
            name: CipherName::XChaCha20Poly1305,
            nonce: HexArray(nonce),
            ciphertext: HexBytes(Vec::new()),
        },
    };
    let path = Path::new(&info.name);
    let associated = file.to_text()?;
    let payload = Payload { msg: secret.as_bytes(), aad: associated.as_bytes() };
    let sealed = cipher(&file, password, path)?.encrypt(XNonce::from_slice(&nonce), payload);
    file.cipher.ciphertext = HexBytes(sealed.map_err(|_| format_error(path, "encryption failed".to_owned()))?);
    Ok(file)
}

pub(super) fn open(
    file: &KeyFile,
    info: &EntryInfo,
    password: &Password,
    path: &Path,
) -> Result<Zeroizing<String>, WalletError> {
    let associated = KeyFile {
        format: file.format,
        name: info.name.clone(),
        kind: file.kind,
        public_key: file.public_key,
        kdf: Kdf { salt: file.kdf.salt, ..file.kdf },
        cipher: Cipher { ciphertext: HexBytes(Vec::new()), ..file.cipher },
    }
    .to_text()?;
    let payload = Payload { msg: &file.cipher.ciphertext.0, aad: associated.as_bytes() };
    let refused = || WalletError::Unlock { path: path.to_owned() };
    let opened = cipher(file, password, path)?.decrypt(XNonce::from_slice(&file.cipher.nonce.0), payload);
    let opened = Zeroizing::new(opened.map_err(|_| refused())?);
    std::str::from_utf8(&opened).map(|text| Zeroizing::new(text.to_owned())).map_err(|_| refused())
}

/// The cipher under the key that `password` gives. The file's parameters are checked before any memory is taken.
fn cipher(file: &KeyFile, password: &Password, path: &Path) -> Result<XChaCha20Poly1305, WalletError> {
    let Kdf { memory_kib, passes, lanes, salt, .. } = &file.kdf;
    if *memory_kib > MEMORY_KIB_MAX || *passes > PASSES_MAX || *lanes > LANES_MAX {
        let reason = format!(
            "its key derivation asks for {memory_kib} KiB, {passes} passes, {lanes} lanes; \
             at most {MEMORY_KIB_MAX} KiB, {PASSES_MAX} passes, {LANES_MAX} lanes are allowed"
        );
        return Err(format_error(path, reason));
    }
    let fail = |error: argon2::Error| format_error(path, format!("its key derivation is refused: {error}"));
    let params = Params::new(*memory_kib, *passes, *lanes, Some(32)).map_err(fail)?;
    let mut key = Zeroizing::new([0u8; 32]);
    let mut memory = Zeroizing::new(vec![argon2::Block::default(); params.block_count()]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(password.as_bytes(), &salt.0, key.as_mut(), memory.as_mut_slice())
        .map_err(fail)?;
    Ok(XChaCha20Poly1305::new(key.as_ref().into()))
}
