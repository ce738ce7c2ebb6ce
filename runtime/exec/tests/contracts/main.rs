//! Contracts in blocks: what a deploy, an instantiation and a call leave in state and receipt, that a failure leaves
//! nothing but the fee, and that any mix of them gives every node the same state.
#![allow(clippy::unwrap_used)]

mod cryptography;
mod edges;
mod failures;
mod frames;
mod life;
mod mixed;
mod natives;
mod one_block;
mod panics;
mod policy;
mod stack;

#[path = "../support/mod.rs"]
mod support;
