//! How fast one core looks through outputs for its own: `cargo run --release -p tacit-wallet --example decrypt_speed`.
#![allow(clippy::unwrap_used)]

use std::time::Instant;
use tacit_types::AssetId;
use tacit_types::shielded::CompactOutput;
use tacit_wallet::shielded::{MemoKey, Note, SpendingKey, encrypt, try_decrypt};

const DISTINCT: u16 = 2_000;
const ROUNDS: usize = 5;

fn main() {
    let [sender, receiver, other] = [1u8, 2, 3].map(|number| SpendingKey::from_bytes(&[number; 32]).unwrap());
    let outputs: Vec<CompactOutput> = (0..DISTINCT)
        .map(|number| {
            let owner = if number % 1_000 == 0 { &receiver } else { &other };
            let address = owner.full_viewing_key().address(number.into()).unwrap();
            let mut rseed = [0u8; 32];
            rseed[..2].copy_from_slice(&number.to_le_bytes());
            let note = Note::new(&address, AssetId::NATIVE, 1, rseed);
            let memo_key = MemoKey::from_bytes(rseed);
            let output = encrypt(&address, &note, &memo_key, sender.full_viewing_key().outgoing()).unwrap();
            CompactOutput {
                commitment: output.commitment,
                ephemeral_key: output.ephemeral_key,
                view_tag: output.view_tag,
                ciphertext: output.ciphertext,
            }
        })
        .collect();
    let references: Vec<&CompactOutput> = outputs.iter().collect();
    let incoming = receiver.full_viewing_key().incoming();
    let best = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            assert_eq!(try_decrypt(incoming, &references).len(), usize::from(DISTINCT) / 1_000);
            started.elapsed()
        })
        .min()
        .unwrap_or_default();
    println!("{:.1} us per output, one thread", best.as_secs_f64() * 1e6 / f64::from(DISTINCT));
}
