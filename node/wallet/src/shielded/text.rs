//! The text form of shielded addresses and viewing keys: bech32m, one prefix per kind and network, one text per value.

use bech32::{Bech32m, Hrp, primitives::decode::CheckedHrpstring};
use tacit_types::Network;
use zeroize::{Zeroize, Zeroizing};

/// What a text says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A shielded address.
    Address,
    /// A viewing key.
    Viewing,
}

/// Why an address or a viewing key was refused. No message repeats the text, which may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyTextError {
    /// Not bech32m, or its checksum fails.
    #[error("not a valid bech32m text; check for a typing error")]
    NotBech32m,
    /// Made for another network, or another kind of thing.
    #[error("the text begins with `{found}`, expected is `{expected}`: it is of another network or kind")]
    Prefix {
        /// Prefix that was read.
        found: String,
        /// Prefix that this chain uses for what was asked for.
        expected: &'static str,
    },
    /// Contains upper-case letters.
    #[error("shielded addresses and viewing keys are written in lower case only")]
    UpperCase,
    /// Carries another number of bytes than it must.
    #[error("{found} bytes, expected {expected}")]
    Length {
        /// Bytes that were read.
        found: usize,
        /// What was expected.
        expected: &'static str,
    },
    /// One of its parts is no valid key, point or number.
    #[error("its {0} is not valid; ask for it again")]
    Part(&'static str),
}

/// The prefix of a kind of text on a network.
const fn prefix(kind: Kind, network: Network) -> &'static str {
    match (kind, network) {
        (Kind::Address, Network::Main) => "tctz",
        (Kind::Address, Network::Test) => "tcttz",
        (Kind::Address, Network::Dev) => "tctdz",
        (Kind::Viewing, Network::Main) => "tctview",
        (Kind::Viewing, Network::Test) => "tcttview",
        (Kind::Viewing, Network::Dev) => "tctdview",
    }
}

/// The text of `bytes`.
pub(super) fn write(kind: Kind, network: Network, bytes: &[u8]) -> Zeroizing<String> {
    // Prefixes and lengths of ours are within what bech32m can carry; an empty text would be refused by every reader.
    Zeroizing::new(bech32::encode::<Bech32m>(Hrp::parse_unchecked(prefix(kind, network)), bytes).unwrap_or_default())
}

/// Reads a text that must be of this kind and network into `bytes`, whose length is the most it may carry, and says how
/// many there are.
pub(super) fn read(kind: Kind, network: Network, text: &str, bytes: &mut [u8]) -> Result<usize, KeyTextError> {
    let parsed = CheckedHrpstring::new::<Bech32m>(text).map_err(|_| KeyTextError::NotBech32m)?;
    let expected = prefix(kind, network);
    if parsed.hrp() != Hrp::parse_unchecked(expected) {
        return Err(KeyTextError::Prefix { found: parsed.hrp().to_string(), expected });
    }
    // bech32 allows an all-upper-case form; one value has one text here.
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(KeyTextError::UpperCase);
    }
    let mut data = parsed.byte_iter();
    let found = data.len();
    if found > bytes.len() {
        return Err(KeyTextError::Length { found, expected: "fewer" });
    }
    bytes.zeroize();
    for (slot, byte) in bytes.iter_mut().zip(&mut data) {
        *slot = byte;
    }
    Ok(found)
}
