//! The well-known mnemonic of development networks. **Everybody knows these keys**: chains with value must not give
//! their accounts anything.

use crate::error::WalletError;
use crate::mnemonic::{Account, Mnemonic};

/// The words, the same that other chains' development tools use.
pub const DEVNET_MNEMONIC: &str = "test test test test test test test test test test test junk";

/// How many accounts a development network funds.
pub const DEVNET_ACCOUNTS: u32 = 10;

/// Account `index` of the well-known mnemonic. Any index works; the first [`DEVNET_ACCOUNTS`] have money.
///
/// # Errors
/// [`WalletError::AccountIndex`] from 2^31 on.
pub fn devnet_account(index: u32) -> Result<Account, WalletError> {
    Mnemonic::parse(DEVNET_MNEMONIC)?.account(index)
}
