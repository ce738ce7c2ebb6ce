//! Polls and credentials with real proofs: who votes, how often and when; who holds a credential, and until when.
#![allow(clippy::unwrap_used)]

mod anonymous;
mod credentials;
mod issuers;
mod polls;
mod prover;
mod refusals;

#[path = "../support/mod.rs"]
mod common;
#[path = "../pool/support.rs"]
#[allow(dead_code, reason = "only what the small wallet needs")]
mod pool;
#[path = "../pool/wallet.rs"]
#[allow(dead_code, reason = "votes are paid from the pool, and that is all")]
mod wallet;

/// What the tests of accounts and the small wallet of the pool share.
mod support {
    pub use crate::common::*;
    pub use crate::pool::{PRICE, action};
}
