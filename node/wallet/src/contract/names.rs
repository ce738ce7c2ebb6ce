//! How addresses and durations are written: the texts that people type where a contract wants 32 bytes or milliseconds.

use super::alias::AliasBook;
use super::types::shortened;
use super::value::{argument, hex_bytes, is_digits};
use crate::devnet::{DEVNET_ACCOUNTS, devnet_account};
use crate::error::WalletError;
use tacit_types::{Address, Network};

/// How addresses are written here.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// Decides the text form.
    pub network: Network,
    /// Names that people gave.
    pub aliases: &'a AliasBook,
}

impl Names<'_> {
    /// Reads an address, an alias, 32 bytes of 0x-hex or, on a development network, `dev:1` for an account that everybody
    /// knows.
    ///
    /// # Errors
    /// [`WalletError::AddressUnknown`].
    pub fn address(&self, text: &str) -> Result<Address, WalletError> {
        let refuse = |why: String| WalletError::AddressUnknown { text: shortened(text), why };
        if let Some(address) = self.aliases.get(text) {
            return Ok(address);
        }
        if text.starts_with("0x") {
            let bytes = hex_bytes(text).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
            return bytes.map(Address).ok_or_else(|| refuse("it is not 0x and 64 hex digits".into()));
        }
        if let Some(index) = text.strip_prefix("dev:") {
            return self
                .well_known(index)
                .ok_or_else(|| refuse("`dev:0` to `dev:9` are accounts of development networks".into()));
        }
        if AliasBook::is_name(text) {
            return Err(refuse("no alias has this name; `tacit contract alias list` shows those that are".into()));
        }
        Address::from_text(text, self.network).map_err(|error| refuse(error.to_string()))
    }

    fn well_known(&self, index: &str) -> Option<Address> {
        let index = if self.network == Network::Dev && is_digits(index) { index.parse().ok() } else { None };
        Some(devnet_account(index.filter(|index| *index < DEVNET_ACCOUNTS)?).ok()?.address)
    }
}

/// Reads milliseconds, or a number with a unit of `ms s m h d`.
///
/// # Errors
/// [`WalletError::Argument`].
pub fn duration_ms(text: &str) -> Result<u64, WalletError> {
    let refuse = || argument("duration", format!("`{}` is no whole number with ms, s, m, h or d", shortened(text)));
    let digits = text.trim_end_matches(|character: char| character.is_ascii_alphabetic());
    let unit = match text.get(digits.len()..).unwrap_or_default() {
        "" | "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(refuse()),
    };
    let number = if is_digits(digits) { digits.parse::<u64>().ok() } else { None };
    number.and_then(|number| number.checked_mul(unit)).ok_or_else(refuse)
}
