//! Verification: the one wrapper around arkworks' pairing, and everything arkworks does not check.
//!
//! A proof is 128 bytes: A (32), B (64), C (32), each point compressed as arkworks does (x little-endian, in G2 the
//! component `c0` first; the top bit of the last byte says that y is the larger root). Before any pairing this module
//! checks the number of public inputs, that every input is below the modulus, that every point has its one canonical
//! encoding, lies on the curve and in the subgroup, and is not the identity. arkworks 0.6 leaves most of that to callers.
//!
//! [`VerifyingKey`] is a checked key, [`verify_one`] and [`verify_batch`] work on the chain's statements, and
//! [`verify_batch_with_keys`] on any keys. Proofs are malleable (Groth16 always is): never identify one by its bytes.

mod batch;
mod decode;
mod key;
mod lockstep;
mod miller;
mod multiples;
mod pairing;

pub(crate) use batch::{Item, verify_items};
pub use batch::{KeyedItem, verify_batch_with_keys};
pub(crate) use decode::Encoded;
pub use key::VerifyingKey;
pub(crate) use key::{KeyPoints, digest_of};
pub(crate) use pairing::{in_subgroup, product_is_one};

use crate::error::Reject;
use crate::field::FieldBytes;
use crate::keys::VerifyingKeys;
use crate::statement::{Public, Statement};

/// The answer for one proof: `Ok` when the statement is proven.
pub type Verdict = Result<(), Reject>;

/// The 128 bytes of a proof, not yet looked at.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProofBytes(pub [u8; 128]);

impl ProofBytes {
    /// Takes exactly 128 bytes.
    ///
    /// # Errors
    /// [`Reject::ProofLength`] for any other length.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, Reject> {
        bytes.try_into().map(Self).map_err(|_| Reject::ProofLength { found: bytes.len() })
    }
}

impl core::fmt::Debug for ProofBytes {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("ProofBytes(0x")?;
        for byte in self.0 {
            write!(f, "{byte:02x}")?;
        }
        f.write_str(")")
    }
}

/// A statement's public part with the proof for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyItem {
    /// What is claimed.
    pub public: Public,
    /// The proof.
    pub proof: ProofBytes,
}

impl VerifyItem {
    /// Puts an item together from public inputs in the order of the verifying key.
    ///
    /// # Errors
    /// As [`Public::from_inputs`].
    pub fn from_inputs(statement: Statement, inputs: &[FieldBytes], proof: ProofBytes) -> Result<Self, Reject> {
        Ok(Self { public: Public::from_inputs(statement, inputs)?, proof })
    }

    /// Which statement this item is about.
    pub const fn statement(&self) -> Statement {
        self.public.statement()
    }
}

/// Verifies one item under the key of its statement.
///
/// # Errors
/// The reason for refusing it.
pub fn verify_one(keys: &VerifyingKeys, item: &VerifyItem) -> Verdict {
    keys.get(item.statement()).verify(&item.public.inputs(), &item.proof)
}

/// Verifies many items at once, on up to `threads` threads; the answers stand in the order of the items and equal those of
/// [`verify_one`].
///
/// `seed` feeds the random factors. Give fresh bytes from the operating system, or where the outcome must be reproducible
/// a hash over all items; the factors are also bound to every key, input and proof of the batch.
pub fn verify_batch(keys: &VerifyingKeys, items: &[VerifyItem], seed: [u8; 32], threads: usize) -> Vec<Verdict> {
    let inputs: Vec<Vec<FieldBytes>> = items.iter().map(|item| item.public.inputs()).collect();
    let keyed: Vec<KeyedItem> = items
        .iter()
        .zip(&inputs)
        .map(|(item, inputs)| KeyedItem { key: keys.get(item.statement()), inputs, proof: &item.proof })
        .collect();
    verify_batch_with_keys(&keyed, seed, threads)
}
