//! Proofs and field elements as the opaque bytes that this crate knows them as. `circuits` gives them meaning.

use borsh::{BorshDeserialize, BorshSerialize};
use core::fmt;

/// Length of a compressed Groth16 proof over BN254.
pub const PROOF_BYTES: usize = 128;

/// A Groth16 proof, compressed. Malleable by nature: never part of an identifier of effects.
#[derive(Clone, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct ProofBytes(pub [u8; PROOF_BYTES]);

impl fmt::Debug for ProofBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProofBytes(0x")?;
        self.0.iter().take(8).try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str("..)")
    }
}

/// A BN254 scalar, 32 bytes little-endian, below the modulus. Whether it is below is checked by `circuits`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, BorshSerialize, BorshDeserialize)]
pub struct FieldBytes(pub [u8; 32]);

impl fmt::Display for FieldBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("0x")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for FieldBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FieldBytes({self})")
    }
}
