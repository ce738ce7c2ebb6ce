//! Proofs, keys and signatures: decoding, and that a batch says what single verification says.

use super::samples::{HONEST, SIGNED, keys, padded};
use tacit_circuits::spend::{self, SpendItem, SpendKey};
use tacit_circuits::verify::{KeyedItem, verify_batch_with_keys};
use tacit_circuits::{FieldBytes, ProofBytes, Verdict, VerifyItem, VerifyingKey, verify_batch, verify_one};

/// Most items of a batch here: more than one block of the verifier takes.
const BATCH_MAX: usize = 20;

/// Bytes in place of a proof: alone and beside a good one they get the same verdict.
pub fn proof(bytes: &[u8]) {
    assert_eq!(ProofBytes::from_slice(bytes).is_ok(), bytes.len() == 128);
    let choice = bytes.first().map_or(0, |byte| usize::from(byte % 8));
    let item = VerifyItem { proof: ProofBytes(padded(bytes)), ..HONEST[choice % HONEST.len()] };
    let alone = verify_one(keys(), &item);
    assert_eq!(verify_batch(keys(), &[item, HONEST[0]], [2; 32], 1), [alone, Ok(())]);
}

/// Bytes that load as a verifying key give verdicts, the same one by one and together.
pub fn verifying_key(bytes: &[u8]) {
    let Ok(key) = VerifyingKey::load(bytes) else { return };
    let inputs = vec![FieldBytes::from(1); key.input_count()];
    let proof = HONEST[0].proof;
    let alone = key.verify(&inputs, &proof);
    let item = KeyedItem { key: &key, inputs: &inputs, proof: &proof };
    // One item alone is no batch.
    assert_eq!(verify_batch_with_keys(&[item, item], [3; 32], 1), [alone.clone(), alone]);
    assert!(key.verify(&inputs[1..], &proof).is_err(), "an input too few was taken");
}

/// Four bytes of a recipe: which honest item, what happens to it, where, and how.
fn steps(recipe: &[u8]) -> impl Iterator<Item = [usize; 4]> + '_ {
    recipe.as_chunks::<4>().0.iter().take(BATCH_MAX).map(|step| step.map(usize::from))
}

/// A batch of proofs, good and bad, gets the verdicts of its items.
pub fn proof_batch(recipe: &[u8]) {
    let items: Vec<VerifyItem> = steps(recipe).map(proof_item).collect();
    let alone: Vec<Verdict> = items.iter().map(|item| verify_one(keys(), item)).collect();
    let seed = [recipe.len().to_le_bytes()[0]; 32];
    assert_eq!(verify_batch(keys(), &items, seed, 1 + recipe.len() % 3), alone);
}

fn proof_item([which, what, place, how]: [usize; 4]) -> VerifyItem {
    let mut item = HONEST[which % HONEST.len()];
    let other = HONEST[place % HONEST.len()];
    match what % 8 {
        0 => item.proof.0[place % 128] ^= 1 << (how % 8),
        1 => item.proof = other.proof,
        2 => item.public = other.public,
        // One point of another proof.
        3 => item.proof.0[..32].copy_from_slice(&other.proof.0[..32]),
        4 => item.proof.0[96..].copy_from_slice(&other.proof.0[96..]),
        // Both of the first points negated, which changes nothing; or one of them, which does.
        5 => item.proof.0[31] ^= 0x80,
        6 => [31, 95].into_iter().for_each(|last| item.proof.0[last] ^= 0x80),
        _ => {}
    }
    item
}

/// Bytes are a spend key with this one encoding, or none.
pub fn spend_key(bytes: &[u8]) {
    let bytes: [u8; 32] = padded(bytes);
    let Ok(key) = SpendKey::from_bytes(&bytes) else { return };
    assert_eq!(key.to_bytes(), bytes, "a spend key with two encodings");
    let again = SpendKey::from_coordinates(&key.x(), &key.y());
    assert_eq!(again.map(|key| key.to_bytes()), Ok(bytes));
}

/// A batch of spend signatures, good and bad, gets the verdicts of its items.
pub fn spend_batch(recipe: &[u8]) {
    let items: Vec<SpendItem> = steps(recipe).map(spend_item).collect();
    let single = |item: &SpendItem| spend::verify(&item.key, &item.message, &item.signature);
    let alone: Vec<Verdict> = items.iter().map(single).collect();
    assert_eq!(spend::verify_batch(&items, [recipe.len().to_le_bytes()[0]; 32]), alone);
}

fn spend_item([which, what, place, how]: [usize; 4]) -> SpendItem {
    let mut item = SIGNED[which % SIGNED.len()];
    let other = SIGNED[place % SIGNED.len()];
    match what % 8 {
        0 => item.signature[place % 64] ^= 1 << (how % 8),
        1 => item.key[place % 32] ^= 1 << (how % 8),
        2 => item.message[place % 32] ^= 1 << (how % 8),
        3 => item.signature[..32].copy_from_slice(&other.signature[..32]),
        4 => item.signature[32..].copy_from_slice(&other.signature[32..]),
        5 => item.key = other.key,
        6 => item.signature[..32].copy_from_slice(&item.key),
        _ => {}
    }
    item
}
