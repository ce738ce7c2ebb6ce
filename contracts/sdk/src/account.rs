//! From a key to its account, as the chain does it: BLAKE3 in derive-key mode over one block. The host has the plain hash
//! only, so the compression function is here; it must never be used for anything longer than a block.

use crate::Address;

/// The context of addresses, `docs/spec/ids.md` ID-2.
const CONTEXT: &[u8] = b"tacit 2026-11 address";
/// The kind byte of an account with one key, `docs/spec/ids.md` ID-4.
const KIND_KEY: [u8; 1] = [0];

/// The initial words of BLAKE3.
const START: [u32; 8] =
    [0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19];
const ROUNDS: usize = 7;
/// The only chunk's only block, whose output is the root's.
const WHOLE: u32 = 0b1011;
const DERIVE_CONTEXT: u32 = 1 << 5;
const DERIVE_MATERIAL: u32 = 1 << 6;

impl Address {
    /// The account that one Ed25519 key controls.
    ///
    /// A contract that takes a signature with its key knows by this whose it is.
    ///
    /// ```no_run
    /// # use tacit_sdk::prelude::*;
    /// # use tacit_sdk::Buffer;
    /// const PURPOSE: [u8; 16] = *b"our order book 1";
    /// /// Whose order this is. What is signed names purpose, chain and contract, so that it counts nowhere else, and a
    /// /// number that is used once.
    /// fn who_ordered(key: [u8; 32], signature: [u8; 64], order: u64, amount: Amount) -> Option<Address> {
    ///     let mut signed = Buffer::new();
    ///     let signed = signed.encode(&(PURPOSE, env::genesis_id(), env::self_address(), order, amount));
    ///     env::ed25519_verify(&key, &signature, signed).then(|| Address::of_key(&key))
    /// }
    /// # who_ordered([0; 32], [0; 64], 0, Amount(0));
    /// ```
    #[must_use]
    pub fn of_key(key: &[u8; 32]) -> Self {
        let context = hash(START, &[CONTEXT], DERIVE_CONTEXT);
        let mut address = [0; 32];
        for (place, word) in address.as_chunks_mut().0.iter_mut().zip(hash(context, &[&KIND_KEY, key], DERIVE_MATERIAL))
        {
            *place = word.to_le_bytes();
        }
        Self(address)
    }
}

/// The hash of at most 64 bytes; what is beyond does not count, so callers have constant lengths.
fn hash(key: [u32; 8], parts: &[&[u8]], mode: u32) -> [u32; 8] {
    let mut block = [0; 64];
    let mut len: u32 = 0;
    for (place, byte) in block.iter_mut().zip(parts.iter().copied().flatten()) {
        *place = *byte;
        len = len.saturating_add(1);
    }
    let mut words = [0; 16];
    for (word, bytes) in words.iter_mut().zip(block.as_chunks().0) {
        *word = u32::from_le_bytes(*bytes);
    }
    compress(key, words, len, mode | WHOLE)
}

macro_rules! mix {
    ($state:ident, $a:literal, $b:literal, $c:literal, $d:literal, $x:expr, $y:expr) => {
        $state[$a] = $state[$a].wrapping_add($state[$b]).wrapping_add($x);
        $state[$d] = ($state[$d] ^ $state[$a]).rotate_right(16);
        $state[$c] = $state[$c].wrapping_add($state[$d]);
        $state[$b] = ($state[$b] ^ $state[$c]).rotate_right(12);
        $state[$a] = $state[$a].wrapping_add($state[$b]).wrapping_add($y);
        $state[$d] = ($state[$d] ^ $state[$a]).rotate_right(8);
        $state[$c] = $state[$c].wrapping_add($state[$d]);
        $state[$b] = ($state[$b] ^ $state[$c]).rotate_right(7);
    };
}

/// BLAKE3's compression of the first block of a chunk, cut to 8 words.
fn compress(k: [u32; 8], mut m: [u32; 16], len: u32, flags: u32) -> [u32; 8] {
    let mut s =
        [k[0], k[1], k[2], k[3], k[4], k[5], k[6], k[7], START[0], START[1], START[2], START[3], 0, 0, len, flags];
    for _ in 0..ROUNDS {
        mix!(s, 0, 4, 8, 12, m[0], m[1]);
        mix!(s, 1, 5, 9, 13, m[2], m[3]);
        mix!(s, 2, 6, 10, 14, m[4], m[5]);
        mix!(s, 3, 7, 11, 15, m[6], m[7]);
        mix!(s, 0, 5, 10, 15, m[8], m[9]);
        mix!(s, 1, 6, 11, 12, m[10], m[11]);
        mix!(s, 2, 7, 8, 13, m[12], m[13]);
        mix!(s, 3, 4, 9, 14, m[14], m[15]);
        m = [m[2], m[6], m[3], m[10], m[7], m[0], m[4], m[13], m[1], m[11], m[12], m[5], m[9], m[14], m[15], m[8]];
    }
    [s[0] ^ s[8], s[1] ^ s[9], s[2] ^ s[10], s[3] ^ s[11], s[4] ^ s[12], s[5] ^ s[13], s[6] ^ s[14], s[7] ^ s[15]]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Public keys and addresses of `docs/spec/keys.md`, written as numbers.
    const KNOWN: [(&str, &str); 2] = [
        (
            "21727efb2a14fccaa6b75ccf2e8c37a92b1d94e0e444f4ab37b2b7f3ab5573eb",
            "993a92fdf18be774660dbfc7898cbab05ef6cefd016d49bbf4ee41f389fa0363",
        ),
        (
            "ed6b1a057a5da7bbbf735db6b66317db79551544eaebe4432c250376a9ee0f14",
            "8bb905dd98bad2717802f0b3252c3371ffa80aa4d00d81a0e22b45801a644bd9",
        ),
    ];

    #[allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]
    fn bytes(text: &str) -> [u8; 32] {
        core::array::from_fn(|at| u8::from_str_radix(text.get(2 * at..2 * at + 2).unwrap(), 16).unwrap())
    }

    #[test]
    fn a_key_has_the_address_of_the_specification() {
        for (key, address) in KNOWN {
            assert_eq!(Address::of_key(&bytes(key)), Address(bytes(address)));
        }
    }
}
