//! Hashes and signatures.

use crate::host;

macro_rules! hashes {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(data: &[u8]) -> [u8; 32] {
            let mut out = [0; 32];
            // SAFETY: the host reads the slice and writes 32 bytes.
            unsafe { host::$name(host::pointer(data), host::length(data), host::pointer_mut(&mut out)) };
            out
        }
    )*};
}
hashes! {
    /// The plain BLAKE3 hash of some bytes.
    blake3
    /// The SHA-256 hash of some bytes.
    sha256
    /// The Keccak-256 hash, as Ethereum uses it, of some bytes.
    keccak256
}

/// circomlib's Poseidon hash of 1 to 12 field elements, little-endian; none if a number is not below the field's order.
#[must_use]
pub fn poseidon(elements: &[[u8; 32]]) -> Option<[u8; 32]> {
    let mut out = [0; 32];
    let count = i32::try_from(elements.len()).ok()?;
    let elements = host::pointer(elements.as_flattened());
    // SAFETY: the host reads as many elements as there are and writes 32 bytes.
    let result = unsafe { host::poseidon(elements, count, host::pointer_mut(&mut out)) };
    (result == tacit_abi::OK).then_some(out)
}

/// Whether an Ed25519 signature of a message is valid for a key, under the rules of ZIP 215. Have the contract's address,
/// the genesis id, a purpose and a number used once in the message.
#[must_use]
pub fn ed25519_verify(key: &[u8; 32], signature: &[u8; 64], message: &[u8]) -> bool {
    let (message, len) = (host::pointer(message), host::length(message));
    // SAFETY: the host reads 32 bytes, 64 bytes and the slice.
    unsafe { host::ed25519_verify(host::pointer(key), host::pointer(signature), message, len) == 1 }
}

/// The secp256k1 key (x and y, big-endian) that signed a hash with a signature (r and s); none if there is no such key, and
/// for an s above half the order.
#[must_use]
pub fn secp256k1_recover(hash: &[u8; 32], signature: &[u8; 64], recovery: u8) -> Option<[u8; 64]> {
    let mut out = [0; 64];
    let (hash, signature) = (host::pointer(hash), host::pointer(signature));
    // SAFETY: the host reads 32 and 64 bytes, and writes 64.
    let result = unsafe { host::secp256k1_recover(hash, signature, recovery.into(), host::pointer_mut(&mut out)) };
    (result == tacit_abi::OK).then_some(out)
}

/// Whether a P-256 signature (r and s) of a hash is valid for a key (x and y, big-endian).
#[must_use]
pub fn secp256r1_verify(key: &[u8; 64], signature: &[u8; 64], hash: &[u8; 32]) -> bool {
    // SAFETY: the host reads 64, 64 and 32 bytes.
    unsafe { host::secp256r1_verify(host::pointer(key), host::pointer(signature), host::pointer(hash)) == 1 }
}
