//! Polls and credentials with real proofs: who votes, how often and when; who holds a credential, and until when.
#![allow(clippy::unwrap_used)]

mod credentials;
mod issuers;
mod polls;
mod prover;
mod refusals;

#[path = "../support/mod.rs"]
mod support;
