//! What a signature costs by itself: Tacit's verification in batches, the same rules (ZIP-215) by another library, and the
//! recovery of a sender. Every one is by another key.

use crate::measure::{Work, thread_time};
use alloy_consensus::crypto::secp256k1::{recover_signer, sign_message};
use eyre::{Result, eyre};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use revm::primitives::keccak256;
use tacit_exec::signatures::{SignatureItem, verify_all};
use tacit_exec::testing::TestKey;

const SEED: [u8; 32] = [9; 32];

fn items(count: usize) -> Vec<SignatureItem> {
    let item = |number: u64| {
        let key = TestKey::new(number);
        let message = keccak256(number.to_le_bytes()).0;
        SignatureItem { public_key: key.public(), message, signature: key.sign(&message) }
    };
    (0..count as u64).map(item).collect()
}

/// Runs `verify` over all of `count` until there were enough.
fn batches(count: usize, mut verify: impl FnMut() -> bool + 'static) -> Work {
    Box::new(move |operations| {
        let rounds = operations.div_ceil(count as u64);
        let start = thread_time();
        for _ in 0..rounds {
            assert!(verify(), "a good signature was refused");
        }
        (rounds * count as u64, thread_time() - start)
    })
}

/// As a node verifies a block's signatures.
pub fn ours(count: usize) -> Work {
    let items = items(count);
    batches(count, move || verify_all(&items, SEED))
}

/// ed25519-zebra in one batch.
pub fn zebra(count: usize) -> Work {
    let items = items(count);
    batches(count, move || {
        let mut batch = ed25519_zebra::batch::Verifier::new();
        for item in &items {
            let key = ed25519_zebra::VerificationKeyBytes::from(item.public_key.0);
            batch.queue((key, ed25519_zebra::Signature::from(item.signature.0), &item.message));
        }
        batch.verify(ChaCha20Rng::from_seed(SEED)).is_ok()
    })
}

/// Senders recovered one by one, as there is no other way.
pub fn recovered(count: usize) -> Result<Work> {
    let sign = |number: usize| {
        let message = keccak256(number.to_le_bytes());
        let signature = sign_message(keccak256(message), message).map_err(|error| eyre!("{error}"))?;
        Ok((signature, message))
    };
    let signed: Vec<_> = (0..count).map(sign).collect::<Result<_>>()?;
    Ok(batches(count, move || signed.iter().all(|(signature, message)| recover_signer(signature, *message).is_ok())))
}
