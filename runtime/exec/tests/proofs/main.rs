//! `prove` actions with real proofs: what is recorded, who can use a proof and for what, and how often a member acts.
#![allow(clippy::unwrap_used)]

mod binding;
mod nullifiers;
mod prover;
mod records;
mod twins;

#[path = "../support/mod.rs"]
mod support;
