//! Addresses: where money and contracts live, and their text form.
//!
//! An address is a hash over a kind byte and what controls it, so that no key, policy or contract can claim
//! the address of another kind. Text is bech32m with a prefix per network; a wrong network is refused.

use crate::keys::{MultisigPolicy, PublicKey};
use crate::shielded::SpendKeyBytes;
use crate::{CodeHash, FieldBytes, codec};
use alloc::string::String;
use bech32::{Bech32m, Hrp, primitives::decode::CheckedHrpstring};
use borsh::{BorshDeserialize, BorshSerialize};
use core::fmt;

/// The 32 bytes that name an account or a contract.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, BorshSerialize, BorshDeserialize)]
pub struct Address(pub [u8; 32]);

const CONTEXT: &str = "tacit 2026-11 address";
const KIND_KEY: u8 = 0;
const KIND_MULTISIG: u8 = 1;
const KIND_CONTRACT: u8 = 2;
const KIND_ONE_TIME: u8 = 3;

impl Address {
    /// The sender of system events; nobody has its key.
    pub const SYSTEM: Self = Self([0; 32]);

    /// The account that `key` controls.
    #[must_use]
    pub fn of_key(key: &PublicKey) -> Self {
        Self(codec::hash(CONTEXT, &[&[KIND_KEY], &key.0]))
    }

    /// The account that `policy` controls.
    #[must_use]
    pub fn of_multisig(policy: &MultisigPolicy) -> Self {
        Self(codec::hash(CONTEXT, &[&[KIND_MULTISIG], &codec::encode(policy)]))
    }

    /// The contract that `creator` makes from `code` with `salt`.
    #[must_use]
    pub fn of_contract(creator: &Address, code: &CodeHash, salt: &[u8; 32]) -> Self {
        Self(codec::hash(CONTEXT, &[&[KIND_CONTRACT], &creator.0, &code.0, salt]))
    }

    /// The sender of a shielded transaction whose first join-split has this spend key and this first nullifier. It acts
    /// once, because the nullifier is spent once: nothing keeps a wallet from using a spend key again. Nobody can spend
    /// what is sent to it.
    #[must_use]
    pub fn one_time(key: &SpendKeyBytes, first: &FieldBytes) -> Self {
        Self(codec::hash(CONTEXT, &[&[KIND_ONE_TIME], &key.0, &first.0]))
    }

    /// Text form on `network`.
    #[must_use]
    pub fn to_text(&self, network: Network) -> String {
        // 32 bytes are far below the length limit of bech32m, so encoding cannot fail; an empty text would
        // be refused by every reader.
        bech32::encode::<Bech32m>(network.hrp(), &self.0).unwrap_or_default()
    }

    /// Reads the text form, which must carry the prefix of `network`.
    ///
    /// # Errors
    /// [`AddressError`].
    pub fn from_text(text: &str, network: Network) -> Result<Self, AddressError> {
        let parsed = CheckedHrpstring::new::<Bech32m>(text)
            .map_err(|error| AddressError::NotBech32m(alloc::format!("{error}")))?;
        if parsed.hrp() != network.hrp() {
            return Err(AddressError::WrongNetwork {
                found: alloc::format!("{}", parsed.hrp()),
                expected: network.prefix(),
            });
        }
        // bech32 allows an all-upper-case form; one address has one text here.
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(AddressError::UpperCase);
        }
        let mut bytes = [0u8; 32];
        let mut data = parsed.byte_iter();
        if data.len() != bytes.len() {
            return Err(AddressError::WrongLength(data.len()));
        }
        for (slot, byte) in bytes.iter_mut().zip(&mut data) {
            *slot = byte;
        }
        Ok(Self(bytes))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

/// Plain hex, for logs; people see [`Address::to_text`]. Consensus uses this form as the peer label.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Which kind of network a chain is; decides the prefix of its addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Network {
    /// Real money.
    Main = 0,
    /// A public test network.
    Test = 1,
    /// A development network; its accounts may be publicly known.
    Dev = 2,
}

impl Network {
    /// Prefix of addresses: `tct`, `tctt` or `tctd`.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Main => "tct",
            Self::Test => "tctt",
            Self::Dev => "tctd",
        }
    }

    fn hrp(self) -> Hrp {
        // The prefixes above are valid; parsing them cannot fail.
        Hrp::parse_unchecked(self.prefix())
    }
}

/// Why an address was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not bech32m, or its checksum fails.
    #[error("not a valid bech32m address ({0}); check for a typing error")]
    NotBech32m(String),
    /// Belongs to another network.
    #[error("the address belongs to network prefix `{found}`, this chain uses `{expected}`")]
    WrongNetwork {
        /// Prefix that was read.
        found: String,
        /// Prefix of this chain.
        expected: &'static str,
    },
    /// Contains upper-case letters.
    #[error("addresses are written in lower case only")]
    UpperCase,
    /// Carries another number of bytes than 32.
    #[error("an address carries 32 bytes, this one {0}")]
    WrongLength(usize),
}
