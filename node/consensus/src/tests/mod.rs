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

/// A peer id that no other call gives.
pub(crate) fn peer_id() -> crate::malachite::PeerId {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    let next = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    // An identity multihash of 32 bytes.
    let mut bytes = vec![0, 32];
    bytes.extend_from_slice(&[0; 24]);
    bytes.extend_from_slice(&next.to_be_bytes());
    crate::malachite::PeerId::from_bytes(&bytes).unwrap()
}
