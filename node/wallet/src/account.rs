//! Accounts of a seed: SLIP-10 Ed25519 keys along the path `m/44'/20260'/account'/0'`.
//!
//! Every level is hardened, because Ed25519 has no other. The path and its vectors stand in `docs/spec/keys.md`.

use crate::error::WalletError;
use bip39::Mnemonic;
use ed25519_consensus::SigningKey;
use std::fmt;
use tacit_types::{Address, PublicKey, Signature};
use zeroize::Zeroizing;

/// Purpose, coin type and change level of the derivation path.
pub const DERIVATION_PATH: (u32, u32, u32) = (44, 20_260, 0);

/// A key that signs for one account. Its secret is never shown.
#[derive(Clone)]
pub struct Account {
    key: SigningKey,
    /// The account's address.
    pub address: Address,
}

impl Account {
    /// Account `index` of a mnemonic, without a passphrase.
    ///
    /// # Errors
    /// [`WalletError::Derivation`] for an index of 2^31 or more.
    pub fn derive(mnemonic: &Mnemonic, index: u32) -> Result<Self, WalletError> {
        let (purpose, coin, change) = DERIVATION_PATH;
        if index >= 1 << 31 {
            return Err(WalletError::Derivation(index));
        }
        let seed = Zeroizing::new(mnemonic.to_seed(""));
        let secret =
            Zeroizing::new(slip10_ed25519::derive_ed25519_private_key(seed.as_slice(), &[purpose, coin, index, change]));
        Ok(Self::from_seed(&secret))
    }

    /// The account of a 32-byte Ed25519 seed.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let key = SigningKey::from(*seed);
        let address = Address::of_key(&PublicKey(key.verification_key().to_bytes()));
        Self { key, address }
    }

    /// The public key.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        PublicKey(self.key.verification_key().to_bytes())
    }

    /// Signs 32 bytes.
    #[must_use]
    pub fn sign(&self, message: &[u8; 32]) -> Signature {
        Signature(self.key.sign(message).to_bytes())
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Account({})", self.address)
    }
}
