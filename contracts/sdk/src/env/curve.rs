//! BN254 in the encodings of EIP-196 and EIP-197, and proofs.

use crate::host;

/// The sum of two points of G1; none for bytes that are no points.
#[must_use]
pub fn bn254_add(left: &[u8; 64], right: &[u8; 64]) -> Option<[u8; 64]> {
    let mut out = [0; 64];
    // SAFETY: the host reads 64 bytes twice and writes 64.
    let result = unsafe { host::bn254_add(host::pointer(left), host::pointer(right), host::pointer_mut(&mut out)) };
    (result == tacit_abi::OK).then_some(out)
}

/// A point of G1 times a big-endian number; none for bytes that are no point.
#[must_use]
pub fn bn254_mul(point: &[u8; 64], scalar: &[u8; 32]) -> Option<[u8; 64]> {
    let mut out = [0; 64];
    // SAFETY: the host reads 64 and 32 bytes, and writes 64.
    let result = unsafe { host::bn254_mul(host::pointer(point), host::pointer(scalar), host::pointer_mut(&mut out)) };
    (result == tacit_abi::OK).then_some(out)
}

/// The sum of up to 64 points, each times its number; none for bytes that are no points, and if there are not as many
/// numbers as points.
#[must_use]
pub fn bn254_msm(points: &[[u8; 64]], scalars: &[[u8; 32]]) -> Option<[u8; 64]> {
    let mut out = [0; 64];
    let count = i32::try_from(points.len()).ok().filter(|_| points.len() == scalars.len())?;
    let (points, scalars) = (host::pointer(points.as_flattened()), host::pointer(scalars.as_flattened()));
    // SAFETY: the host reads `count` points and as many numbers, and writes 64 bytes.
    let result = unsafe { host::bn254_msm(points, scalars, count, host::pointer_mut(&mut out)) };
    (result == tacit_abi::OK).then_some(out)
}

/// Whether the product of the pairings of up to 16 pairs is one; none for bytes that are no points.
#[must_use]
pub fn bn254_pairing(pairs: &[[u8; 192]]) -> Option<bool> {
    let count = i32::try_from(pairs.len()).ok()?;
    // SAFETY: the host reads as many pairs as there are.
    match unsafe { host::bn254_pairing(host::pointer(pairs.as_flattened()), count) } {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

/// Whether a Groth16 proof shows the public inputs (big-endian) under a registered verifying key; none if no key has the id.
///
/// ```no_run
/// # use tacit_sdk::prelude::*;
/// # let (key_id, proof, root) = ([0; 32], [0; 256], [0; 32]);
/// // The caller is one of the inputs: else anybody could use the proof that it shows.
/// let [low, high] = [0, 16].map(|at| {
///     let mut half = [0; 32];
///     half[16..].copy_from_slice(&env::caller().0[at..at + 16]);
///     half
/// });
/// let holds = env::groth16_verify(&key_id, &proof, &[root, low, high]) == Some(true);
/// # let _ = holds;
/// ```
#[must_use]
pub fn groth16_verify(key_id: &[u8; 32], proof: &[u8; 256], inputs: &[[u8; 32]]) -> Option<bool> {
    let count = i32::try_from(inputs.len()).ok()?;
    let inputs = host::pointer(inputs.as_flattened());
    // SAFETY: the host reads 32 and 256 bytes, and as many inputs as there are.
    match unsafe { host::groth16_verify(host::pointer(key_id), host::pointer(proof), inputs, count) } {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(proof: &[u8; 128], inputs: &[[u8; 32]]) -> bool {
            let Ok(count) = i32::try_from(inputs.len()) else { return false };
            // SAFETY: the host reads 128 bytes and as many inputs as there are.
            unsafe { host::$name(host::pointer(proof), host::pointer(inputs.as_flattened()), count) == 1 }
        }
    )*};
}
statements! {
    /// Whether a proof shows the chain's own statement *range* for its public inputs.
    range_verify
    /// Whether a proof shows the chain's own statement *membership* for its public inputs.
    membership_verify
    /// Whether a proof shows the chain's own statement *equality* for its public inputs.
    equality_verify
}
