//! Spend signatures: what holds, what must not, and that a batch says the same.

use ark_std::rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;
use tacit_circuits::Reject;
use tacit_circuits::spend::{Blinding, SpendItem, SpendKey, SpendSecret, verify, verify_batch};

fn wide(rng: &mut ChaCha20Rng) -> [u8; 64] {
    let mut bytes = [0; 64];
    rng.fill_bytes(&mut bytes);
    bytes
}

/// An honest signature under a blinded key.
fn signed(number: u64) -> SpendItem {
    let mut rng = ChaCha20Rng::seed_from_u64(number);
    let secret = SpendSecret::from_wide(&wide(&mut rng)).unwrap();
    let blinding = Blinding::from_wide(&wide(&mut rng));
    let key = secret.public().randomized(&blinding);
    let (mut message, mut random) = ([0; 32], [0; 80]);
    rng.fill_bytes(&mut message);
    rng.fill_bytes(&mut random);
    let signature = secret.randomized(&blinding).sign(&message, &random);
    SpendItem { key: key.to_bytes(), message, signature }
}

fn verdict(item: &SpendItem) -> Result<(), Reject> {
    verify(&item.key, &item.message, &item.signature)
}

#[test]
fn honest_signatures_hold_alone_and_together() {
    let items: Vec<SpendItem> = (0..20).map(signed).collect();
    for item in &items {
        assert_eq!(verdict(item), Ok(()));
        assert_eq!(SpendKey::from_bytes(&item.key).unwrap().to_bytes(), item.key);
    }
    for size in 0..items.len() {
        assert!(verify_batch(&items[..size], [1; 32]).iter().all(Result::is_ok), "{size}");
    }
}

#[test]
fn no_single_bit_of_key_message_or_signature_can_change() {
    let honest = signed(1);
    for bit in 0..1024 {
        let mut item = honest;
        let part = match bit / 8 {
            byte @ 0..32 => &mut item.key[byte],
            byte @ 32..64 => &mut item.message[byte - 32],
            byte => &mut item.signature[byte - 64],
        };
        *part ^= 1 << (bit % 8);
        let single = verdict(&item);
        assert!(single.is_err(), "bit {bit}");
        assert_eq!(verify_batch(&[honest, item, honest], [2; 32]), [Ok(()), single, Ok(())], "bit {bit}");
    }
}
