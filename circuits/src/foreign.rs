//! Proofs under verifying keys that anybody registers on the chain: Groth16 over BN254 as circom, gnark and others make it.
//!
//! In: keys, proofs and public inputs as bytes of anybody. Out: verdicts. Bytes are those of Ethereum's machines, so that
//! what a contract there takes is taken here: every number 32 bytes, big-endian, in G2 the imaginary component first
//! (docs/spec/host-proofs.md). A key is checked once, by [`ForeignKey::decode`]; chains store the bytes that passed and
//! keep prepared keys in [`ForeignKeys`]. A prepared key has no byte form: reading one back would mean to trust 80 KiB that
//! nobody checked, and it is cheaper to prepare again than to check them.
//!
//! What must never happen: that an input has two spellings, that a key passes under which proofs follow from the key
//! alone, or that a verdict depends on what else is in a batch or a cache.

mod cache;
mod key;

pub use cache::ForeignKeys;
pub use key::{ForeignKey, PreparedForeignKey, key_hash};

use crate::field::FieldBytes;
use crate::verify::{Encoded, Item, Verdict, VerifyingKey, verify_items};

/// Most public inputs of a key.
pub const INPUTS_MAX: usize = VerifyingKey::MAX_INPUTS;
/// Bytes of the longest key.
pub const KEY_BYTES_MAX: usize = key::length(INPUTS_MAX);
/// Bytes of a proof: A (64), B (128), C (64).
pub const PROOF_BYTES: usize = 256;

/// A proof with its public inputs and the key to verify it under.
#[derive(Clone, Copy, Debug)]
pub struct ForeignItem<'a> {
    /// The key.
    pub key: &'a PreparedForeignKey,
    /// The proof: A, B, C.
    pub proof: &'a [u8; PROOF_BYTES],
    /// The public inputs in the key's order, each 32 bytes, big-endian, below the scalar field's modulus.
    pub inputs: &'a [[u8; 32]],
}

/// Verifies one proof. Whatever the verdict, it costs no more than a proof that holds: one Miller loop of three pairs and
/// a final exponentiation, and an addition every six bits of an input.
///
/// # Errors
/// The reason for refusing it.
pub fn verify(key: &PreparedForeignKey, proof: &[u8; PROOF_BYTES], inputs: &[[u8; 32]]) -> Verdict {
    key.key.verify_encoded(&little_endian(inputs), Encoded::Words(proof))
}

/// Verifies many proofs at once, on this thread; the answers stand in the order of the items and equal those of
/// [`verify`]. A batch of eight that all hold costs a little over half of single verification; one in which all are refused
/// costs two and a half times as much as single verification, so that a price by the good batch would be too low.
///
/// The factors are a hash over every key, input and proof of the batch, so that every machine takes the same ones. A
/// batch of proofs that do not hold, made to pass, takes 2^120 attempts.
pub fn verify_batch(items: &[ForeignItem<'_>]) -> Vec<Verdict> {
    let inputs: Vec<_> = items.iter().map(|item| little_endian(item.inputs)).collect();
    let items: Vec<_> = items
        .iter()
        .zip(&inputs)
        .map(|(item, inputs)| Item { key: &item.key.key, inputs, proof: Encoded::Words(item.proof) })
        .collect();
    // The seed may be known to everybody: what the factors are for is fixed before they are.
    verify_items(&items, *b"tacit circuits v1 foreign proofs", 1)
}

/// Inputs in the order of bytes that the rest of the crate has.
fn little_endian(inputs: &[[u8; 32]]) -> Vec<FieldBytes> {
    let turn = |input: &[u8; 32]| {
        let mut bytes = *input;
        bytes.reverse();
        FieldBytes(bytes)
    };
    inputs.iter().map(turn).collect()
}
