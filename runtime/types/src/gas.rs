//! What every transaction costs before any of its actions runs, and what actions cost that wallets plan by themselves: the prices that the
//! runtime charges and wallets offer are these. Every number is consensus data. What else an action costs is with the execution.

use crate::shielded::OUTPUTS;

/// Decoding, hashing, charging, the receipt.
pub const BASE: u64 = 8_000;
/// Each byte of the transaction: carried, stored and indexed by everybody.
pub const PER_BYTE: u64 = 10;
/// Each signature, verified in a batch.
pub const SIGNATURE: u64 = 20_000;
/// Each proof, decoded and verified in a batch.
pub const PROOF: u64 = 400_000;
/// Each spend signature, verified in a batch.
pub const SPEND_SIGNATURE: u64 = 60_000;
/// A transfer: two accounts read, written and hashed into the trie.
pub const TRANSFER: u64 = 8_000;
/// A join-split: anchor and turnstile.
pub const JOIN_SPLIT: u64 = 20_000;
/// Each nullifier that a join-split records for ever.
pub const NULLIFIER: u64 = 10_000;
/// Each note appended: its share of the tree, and the bytes that every wallet downloads.
pub const NOTE: u64 = 40_000;

/// A join-split that records so many nullifiers, without its proof, its spend signature and its bytes.
#[must_use]
pub const fn join_split(nullifiers: usize) -> u64 {
    let spent = NULLIFIER.saturating_mul(nullifiers as u64);
    JOIN_SPLIT.saturating_add(spent).saturating_add(NOTE.saturating_mul(OUTPUTS as u64))
}
