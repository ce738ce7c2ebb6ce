//! Addresses of accounts and contracts: 32 bytes, in one form everywhere.

/// An account or a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address(pub [u8; 32]);

impl Address {
    /// The address that nobody has.
    pub const ZERO: Self = Self([0; 32]);
}
