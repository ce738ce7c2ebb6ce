//! What `poll_` and `issuer_` methods answer.

use super::AddressText;
use crate::json::{Decimal, Hex32};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

answers! {
    /// Answer of `poll_get`.
    PollView {
        /// The poll.
        poll: Hex32,
        /// Latest height.
        height: u64,
        /// Who opened it.
        creator: AddressText,
        /// Among whom.
        group: Hex32,
        /// What it is about, for people.
        title: String,
        /// The group's root when it was opened.
        root: Hex32,
        /// How many leaves the group had then.
        members: u64,
        /// When it was opened.
        opened: u64,
        /// The last height at which votes count.
        closes: u64,
        /// Whether a vote in the next block could count.
        open: bool,
        /// How many votes were counted.
        votes: u64,
        /// The sum of weights for each choice.
        tally: Vec<Decimal>,
    }
    /// Answer of `issuer_get`.
    IssuerView {
        /// The issuer.
        issuer: Hex32,
        /// Latest height.
        height: u64,
        /// Who may issue and revoke.
        owner: AddressText,
        /// A label for people.
        name: String,
        /// How many credentials were issued, revoked ones included.
        credentials: u64,
        /// How many were revoked.
        revocations: u64,
        /// Current root.
        root: Hex32,
        /// Roots that proofs may name, oldest first.
        roots: Vec<Hex32>,
    }
    /// Answer of `issuer_leaves`.
    IssuerLeavesView {
        /// The issuer.
        issuer: Hex32,
        /// Latest height.
        height: u64,
        /// How many leaves in all.
        credentials: u64,
        /// Root over all leaves.
        root: Hex32,
        /// Leaves from the asked index on; zero where a credential was revoked.
        leaves: Vec<Hex32>,
        /// Index to go on with.
        next: Option<u64>,
    }
}
