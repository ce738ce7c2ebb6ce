//! Addresses of accounts and contracts, and ids of assets: 32 bytes, in one form everywhere.

/// An account or a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Address(pub [u8; 32]);

impl Address {
    /// The address that nobody has.
    pub const ZERO: Self = Self([0; 32]);

    /// Whether it is the address that nobody has.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }
}

/// An asset of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct AssetId(pub [u8; 32]);
