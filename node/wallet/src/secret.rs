//! Secret keys: made, used for signing, wiped. Nothing here prints one; `Debug` says only whose it is.

use crate::error::WalletError;
use ed25519_consensus::SigningKey;
use std::fmt;
use std::sync::LazyLock;
use tacit_types::{Address, PublicKey, Signature, TxBody};
use zeroize::{Zeroize, Zeroizing};

/// An Ed25519 secret key with its public half.
#[derive(Clone)]
pub struct SecretKey {
    /// On the heap, so that moving the value leaves no copies behind.
    key: Box<SigningKey>,
    public: PublicKey,
}

impl SecretKey {
    /// The key of a 32-byte seed.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let key = Box::new(SigningKey::from(*seed));
        let public = PublicKey(key.verification_key().to_bytes());
        Self { key, public }
    }

    /// A new random key.
    ///
    /// # Errors
    /// [`WalletError::Random`].
    pub fn generate() -> Result<Self, WalletError> {
        let mut seed = Zeroizing::new([0u8; 32]);
        crate::random(seed.as_mut())?;
        Ok(Self::from_seed(&seed))
    }

    /// Reads the hexadecimal form that [`SecretKey::to_hex`] writes.
    ///
    /// # Errors
    /// [`WalletError::SecretKey`].
    pub fn from_hex(text: &str) -> Result<Self, WalletError> {
        let digits = text.trim();
        let digits = digits.strip_prefix("0x").unwrap_or(digits);
        let mut seed = Zeroizing::new([0u8; 32]);
        hex::decode_to_slice(digits, seed.as_mut()).map_err(|_| WalletError::SecretKey)?;
        Ok(Self::from_seed(&seed))
    }

    /// The secret as text, for a deliberate export.
    #[must_use]
    pub fn to_hex(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(66));
        text.push_str("0x");
        let digits = Zeroizing::new(hex::encode(self.key.as_bytes()));
        text.push_str(&digits);
        text
    }

    /// The 32-byte seed.
    #[must_use]
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.key.to_bytes())
    }

    /// The public half.
    #[must_use]
    pub const fn public_key(&self) -> PublicKey {
        self.public
    }

    /// The account that this key controls.
    #[must_use]
    pub fn address(&self) -> Address {
        Address::of_key(&self.public)
    }

    /// Signs a transaction's body.
    #[must_use]
    pub fn sign(&self, body: &TxBody) -> Signature {
        self.sign_message(&body.sign_bytes())
    }

    /// Signs any 32 bytes. Whoever calls this must know what they mean.
    #[must_use]
    pub fn sign_message(&self, message: &[u8; 32]) -> Signature {
        Signature(self.key.sign(message).to_bytes())
    }
}

/// What a dropped key is overwritten with.
static NOTHING: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::from([0; 32]));

impl Drop for SecretKey {
    fn drop(&mut self) {
        self.key.zeroize();
        // The library leaves the part of the key that nonces are made from, which betrays the key to whoever also has a
        // signature. So the whole of it is overwritten, and the compiler is told that somebody looks.
        *self.key = NOTHING.clone();
        std::hint::black_box(&self.key);
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey(of {})", self.public)
    }
}
