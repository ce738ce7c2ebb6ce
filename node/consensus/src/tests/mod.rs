//! Tests that need a chain: handlers one by one (`handlers`), and whole networks over loopback (`cluster`).
#![allow(clippy::unwrap_used)]

mod chain;
mod cluster;
mod handlers;
mod network;

/// A decodable first block and its id.
pub(crate) fn sample_block() -> (tacit_types::BlockId, Vec<u8>) {
    let proposer = tacit_types::Address([1; 32]);
    chain::TestChain::new(proposer, chain::validators(4)).make(proposer, tacit_types::Round(0), false)
}
