//! Memos: up to 512 bytes of text that travel encrypted with a payment. All have the same length on the chain, so that
//! a memo does not show whether there is one.

use chacha20poly1305::aead::AeadInPlace;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, Tag};
use std::fmt;
use tacit_types::shielded::{MEMO_BYTES, MEMO_CIPHERTEXT_BYTES, MemoCiphertext};
use zeroize::{Zeroize, Zeroizing};

/// The key of one memo. It stands in both notes of its join-split.
#[derive(Clone, PartialEq, Eq)]
pub struct MemoKey(pub(super) Zeroizing<[u8; 32]>);

/// A text for whoever receives a payment.
#[derive(Clone, PartialEq, Eq)]
pub struct Memo(Zeroizing<[u8; MEMO_BYTES]>);

/// A text that is no memo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MemoError {
    /// Too long.
    #[error("a memo has at most {MEMO_BYTES} bytes, this one {0}; shorten it")]
    Length(usize),
    /// It would be read back shorter than it was written.
    #[error("a memo does not contain the character NUL")]
    Nul,
}

impl Memo {
    /// No text.
    #[must_use]
    pub fn empty() -> Self {
        Self(Zeroizing::new([0; MEMO_BYTES]))
    }

    /// A memo of some text.
    ///
    /// # Errors
    /// [`MemoError`].
    pub fn new(text: &str) -> Result<Self, MemoError> {
        if text.contains('\0') {
            return Err(MemoError::Nul);
        }
        let mut memo = Self::empty();
        let slot = memo.0.get_mut(..text.len()).ok_or(MemoError::Length(text.len()))?;
        slot.copy_from_slice(text.as_bytes());
        Ok(memo)
    }

    /// The text, without its padding. Bytes that are no text, which only another wallet writes, are shown as `�`.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        let length = self.0.iter().rposition(|byte| *byte != 0).map_or(0, |last| last.saturating_add(1));
        Zeroizing::new(String::from_utf8_lossy(&self.0[..length]).into_owned())
    }

    /// True when there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|byte| *byte == 0)
    }

    /// Encrypts the memo under a key that is used for nothing else.
    #[must_use]
    pub fn encrypt(&self, key: &MemoKey) -> MemoCiphertext {
        let mut out = [0u8; MEMO_CIPHERTEXT_BYTES];
        out[..MEMO_BYTES].copy_from_slice(self.0.as_ref());
        seal(&key.0, &mut out);
        MemoCiphertext(out)
    }

    /// Decrypts a memo; `None` for another key or a changed ciphertext.
    #[must_use]
    pub fn decrypt(ciphertext: &MemoCiphertext, key: &MemoKey) -> Option<Self> {
        let mut memo = Self::empty();
        open(&key.0, &ciphertext.0, memo.0.as_mut()).then_some(memo)
    }
}

impl MemoKey {
    /// The key from its bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

/// Encrypts all but the last 16 bytes in place and writes the tag there. Every key is used once, so the nonce is zero.
pub(super) fn seal(key: &[u8; 32], buffer: &mut [u8]) {
    let Some((text, tag)) = buffer.split_last_chunk_mut::<16>() else { return };
    let cipher = ChaCha20Poly1305::new(key.into());
    match cipher.encrypt_in_place_detached(&[0; 12].into(), b"", text) {
        Ok(found) => *tag = found.into(),
        // Only texts of 256 GiB cannot be encrypted; should it happen, nothing readable may stay behind.
        Err(_) => buffer.zeroize(),
    }
}

/// Decrypts into `text`, which has 16 bytes less; false and all zeros unless the ciphertext is authentic.
pub(super) fn open(key: &[u8; 32], ciphertext: &[u8], text: &mut [u8]) -> bool {
    let Some((body, tag)) = ciphertext.split_last_chunk::<16>() else { return false };
    if body.len() != text.len() {
        return false;
    }
    text.copy_from_slice(body);
    let cipher = ChaCha20Poly1305::new(key.into());
    let authentic = cipher.decrypt_in_place_detached(&[0; 12].into(), b"", text, &Tag::from(*tag)).is_ok();
    if !authentic {
        text.zeroize();
    }
    authentic
}

impl fmt::Debug for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memo(..)")
    }
}

impl fmt::Debug for MemoKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoKey(..)")
    }
}
