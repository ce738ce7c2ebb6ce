//! What a bridge keeps, signs and tells of: values only, which never decide anything.

use tacit_sdk::prelude::*;

/// Most keys of a committee.
pub const KEYS_MAX: usize = 16;

/// Who signs.
#[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Committee {
    /// Rises by one with every committee.
    pub version: u64,
    /// How many must sign; more than half.
    pub threshold: u8,
    /// Ed25519 keys in ascending order.
    pub keys: List<[u8; 32], KEYS_MAX>,
}

/// A committee member's signature.
#[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Signature {
    /// The key's place in the committee.
    pub key: u8,
    /// The signature.
    pub bytes: [u8; 64],
}

/// What the home end and the far end of a route do.
#[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Native money of this chain is locked here.
    Home,
    /// What is locked elsewhere is minted here.
    Far,
}

/// How much may come in.
#[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// The most that can be delivered at once.
    pub burst: Amount,
    /// How much more can be delivered after an hour, in a steady flow.
    pub per_hour: Amount,
    /// From this amount on, a delivery waits.
    pub large: Amount,
    /// How long.
    pub delay: Duration,
}

/// Where a route leads, and how much it carries.
#[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Route {
    /// Which end this is.
    pub kind: Kind,
    /// The other chain's genesis.
    pub remote_genesis: [u8; 32],
    /// The contract at the other end.
    pub remote_contract: [u8; 32],
    /// How much may come in.
    pub limits: Limits,
}

/// What the other end sent.
#[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Message {
    /// Which way.
    pub route: u8,
    /// The message's number at the end that sent it.
    pub nonce: u64,
    /// Who sent it.
    pub from: [u8; 32],
    /// Who gets it.
    pub to: [u8; 32],
    /// How much.
    pub amount: Amount,
    /// From then on it cannot be delivered.
    pub deadline: Timestamp,
}

/// What became of a message from the other end.
#[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Received {
    /// Signed and counted, but large: it waits.
    Waiting {
        /// Who gets it.
        to: Address,
        /// How much.
        amount: Amount,
        /// From when on.
        ready: Timestamp,
    },
    /// Paid.
    Delivered,
    /// Never to be paid here.
    Refused,
}

/// What was sent from here.
#[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sent {
    /// The message.
    pub message: Message,
    /// Whether it was refunded.
    pub is_refunded: bool,
}
