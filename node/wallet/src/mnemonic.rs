//! Mnemonics (BIP-39, English, 12 or 24 words) and the accounts derived from them (SLIP-10 Ed25519).
//!
//! The path of account i is `m/44'/20260'/i'/0'`; see `docs/spec/keys.md`, which also has test vectors. That of shielded
//! account i is `m/32'/20260'/i'`; see `docs/spec/privacy.md`.

use crate::error::WalletError;
use crate::secret::SecretKey;
use crate::shielded::SpendingKey;
use std::fmt;
use tacit_types::{Address, PublicKey};
use zeroize::{Zeroize, Zeroizing};

/// Coin type in the derivation path. Not registered.
pub const COIN_TYPE: u32 = 20_260;
/// Purpose in the derivation path.
const PURPOSE: u32 = 44;
/// Purpose in the derivation path of shielded accounts.
const SHIELDED_PURPOSE: u32 = 32;
/// SLIP-10 marks hardened indices with the top bit; all of ours are hardened.
const HARDENED: u32 = 1 << 31;

/// The words from which all accounts of a wallet follow.
pub struct Mnemonic(bip39::Mnemonic);

/// How many words a new mnemonic has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WordCount {
    /// 128 bits of entropy.
    Twelve,
    /// 256 bits of entropy.
    #[default]
    TwentyFour,
}

/// One account of a mnemonic, or a key that was imported alone.
#[derive(Clone)]
pub struct Account {
    /// Number of the account; 0 for a single key.
    pub index: u32,
    /// Its address.
    pub address: Address,
    /// Its secret key.
    pub key: SecretKey,
}

impl Mnemonic {
    /// New random words.
    ///
    /// # Errors
    /// [`WalletError::Random`].
    pub fn generate(words: WordCount) -> Result<Self, WalletError> {
        let mut entropy = Zeroizing::new([0u8; 32]);
        let length = match words {
            WordCount::Twelve => 16,
            WordCount::TwentyFour => 32,
        };
        let entropy = entropy.get_mut(..length).unwrap_or_default();
        crate::random(entropy)?;
        bip39::Mnemonic::from_entropy(entropy).map(Self).map_err(|error| WalletError::Mnemonic(error.to_string()))
    }

    /// Reads words in any case, separated by any white space.
    ///
    /// # Errors
    /// [`WalletError::WordCount`] and [`WalletError::Mnemonic`]; the message never repeats the words.
    pub fn parse(text: &str) -> Result<Self, WalletError> {
        let words = Zeroizing::new(text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase());
        let count = words.split(' ').filter(|word| !word.is_empty()).count();
        if count != 12 && count != 24 {
            return Err(WalletError::WordCount(count));
        }
        bip39::Mnemonic::parse_in(bip39::Language::English, words.as_str()).map(Self).map_err(|error| {
            WalletError::Mnemonic(match error {
                bip39::Error::UnknownWord(index) => format!("word {} is not in the English list", index + 1),
                bip39::Error::InvalidChecksum => "the checksum does not match".to_owned(),
                _ => "not a BIP-39 mnemonic".to_owned(),
            })
        })
    }

    /// The words, for showing them once or storing them encrypted.
    #[must_use]
    pub fn words(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(256));
        for (index, word) in self.0.words().enumerate() {
            if index > 0 {
                text.push(' ');
            }
            text.push_str(word);
        }
        text
    }

    /// Account `index`, with an empty BIP-39 passphrase.
    ///
    /// # Errors
    /// [`WalletError::AccountIndex`] from 2^31 on.
    pub fn account(&self, index: u32) -> Result<Account, WalletError> {
        if index >= HARDENED {
            return Err(WalletError::AccountIndex);
        }
        let seed = Zeroizing::new(self.0.to_seed_normalized(""));
        let path = [PURPOSE, COIN_TYPE, index, 0];
        let secret = Zeroizing::new(slip10_ed25519::derive_ed25519_private_key(seed.as_ref(), &path));
        Ok(Account::new(index, SecretKey::from_seed(&secret)))
    }

    /// The spending key of shielded account `index`, with an empty BIP-39 passphrase.
    ///
    /// # Errors
    /// [`WalletError::AccountIndex`] from 2^31 on.
    pub fn shielded(&self, index: u32) -> Result<SpendingKey, WalletError> {
        if index >= HARDENED {
            return Err(WalletError::AccountIndex);
        }
        let seed = Zeroizing::new(self.0.to_seed_normalized(""));
        let path = [SHIELDED_PURPOSE, COIN_TYPE, index];
        let secret = Zeroizing::new(slip10_ed25519::derive_ed25519_private_key(seed.as_ref(), &path));
        SpendingKey::from_bytes(&secret)
    }
}

impl Account {
    /// The account that `key` controls.
    #[must_use]
    pub fn new(index: u32, key: SecretKey) -> Self {
        Self { index, address: key.address(), key }
    }

    /// Its public key.
    #[must_use]
    pub const fn public_key(&self) -> PublicKey {
        self.key.public_key()
    }
}

/// The derivation path of account `index` as people write it.
#[must_use]
pub fn path_text(index: u32) -> String {
    format!("m/{PURPOSE}'/{COIN_TYPE}'/{index}'/0'")
}

impl Drop for Mnemonic {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Mnemonic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mnemonic({} words)", self.0.word_count())
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Account({}, {})", self.index, self.address)
    }
}
