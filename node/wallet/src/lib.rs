//! The wallet as a library: mnemonics and keys, the encrypted keystore, transactions, proofs, and the verbs that the
//! command line offers over them.
//!
//! What comes in are words, passwords and intents; what goes out are signed transactions and answers that print as
//! JSON or as tables. Secrets are wiped when dropped and appear in no `Debug`, error or log. Nothing here decides what
//! is valid: the node does.

pub mod amount;
pub mod builder;
pub mod contract;
pub mod devnet;
mod error;
pub mod identity;
pub mod keystore;
pub mod mnemonic;
pub mod multisig;
pub mod password;
pub mod prove;
pub mod secret;
pub mod send;
pub mod shielded;
pub mod view;

pub use builder::{BuildError, TxBuilder};
pub use error::{WalletError, with_detail};
pub use keystore::{EntryInfo, EntryKind, KdfParams, Keystore, Secret};
pub use mnemonic::{Account, Mnemonic, WordCount};
pub use password::Password;
pub use secret::SecretKey;

/// Fills `bytes` from the operating system.
fn random(bytes: &mut [u8]) -> Result<(), WalletError> {
    getrandom::fill(bytes).map_err(|error| WalletError::Random(error.to_string()))
}
