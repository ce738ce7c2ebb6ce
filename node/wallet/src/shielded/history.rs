//! What happened to a wallet's private money, a line for each thing.

use super::address::ShieldedAddress;
use std::fmt;
use tacit_types::{AssetId, TxId};

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Somebody paid.
    Received,
    /// Public money became private.
    Shielded,
    /// This wallet paid, and its outgoing key reads whom.
    Sent,
    /// What came back from an own transaction.
    Change,
    /// Private money became public.
    Unshielded,
    /// What the transaction cost.
    Fee,
}

/// A line of a wallet's history.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub height: u64,
    /// By which transaction.
    pub tx_id: TxId,
    /// What.
    pub kind: Kind,
    /// Of which asset.
    pub asset: AssetId,
    /// How much, in base units.
    pub amount: u128,
    /// The shielded address that received.
    pub to: Option<ShieldedAddress>,
    /// What was written along.
    pub memo: Option<String>,
}

impl Kind {
    /// A word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Shielded => "shielded",
            Self::Sent => "sent",
            Self::Change => "change",
            Self::Unshielded => "unshielded",
            Self::Fee => "fee",
        }
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Line({} at {})", self.kind.name(), self.height)
    }
}
