//! Keys and notes that the tests use.

use tacit_types::AssetId;
use tacit_types::shielded::{CompactOutput, NoteOutput};
use tacit_wallet::shielded::{MemoKey, Note, ShieldedAddress, SpendingKey, encrypt};

pub const ASSET: AssetId = AssetId([9; 32]);

pub fn key(number: u8) -> SpendingKey {
    SpendingKey::from_bytes(&[number; 32]).unwrap()
}

pub fn address(number: u8, index: u64) -> ShieldedAddress {
    key(number).full_viewing_key().address(index).unwrap()
}

/// A note of `value` from wallet `from` to an address, with its output.
pub fn sent(from: u8, to: &ShieldedAddress, value: u128, seed: u8) -> (Note, NoteOutput) {
    let note = Note::new(to, ASSET, value, [seed; 32]);
    let output = encrypt(to, &note, &memo_key(seed), key(from).full_viewing_key().outgoing()).unwrap();
    (note, output)
}

pub fn memo_key(seed: u8) -> MemoKey {
    MemoKey::from_bytes([seed ^ 0x5a; 32])
}

pub fn compact(output: &NoteOutput) -> CompactOutput {
    CompactOutput {
        commitment: output.commitment,
        ephemeral_key: output.ephemeral_key,
        view_tag: output.view_tag,
        ciphertext: output.ciphertext,
    }
}
