//! *equality*: two commitments under different tags and blindings hide one value.
//!
//! Public, in order: first commitment (the kind that *range* uses), second commitment (a kind of its own), context.
//! Private: the value, a u128, and both blindings. Because the tags differ, equal commitments cannot show this trivially,
//! and because the first kind is range's, a range proof about one side speaks about the other too.

use ark_bn254::Fr;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{Statement, range, require};
use crate::error::Reject;
use crate::field::FieldBytes;
use crate::hash::{Tag, hash};

/// Version of the circuit.
pub const VERSION: u32 = 1;
/// Number of public inputs.
pub const INPUTS: usize = 3;

/// What the chain sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EqualityPublic {
    /// `H_ValueCommitment(value, first_blinding)`, see [`range::commit`].
    pub first: FieldBytes,
    /// `H_LinkedCommitment(value, second_blinding)`, see [`commit_linked`].
    pub second: FieldBytes,
    /// Binds the proof to its use, see [`crate::context_from_hash`].
    pub context: FieldBytes,
}

/// What only the prover knows.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct EqualityPrivate {
    /// The value both commitments hide.
    pub value: u128,
    /// The first commitment's random part.
    pub first_blinding: FieldBytes,
    /// The second commitment's random part.
    pub second_blinding: FieldBytes,
}

/// Commits to a value in the second space. The blinding must be uniformly random and used once.
///
/// # Errors
/// [`Reject::NotCanonical`] for a blinding at or above the modulus.
pub fn commit_linked(value: u128, blinding: &FieldBytes) -> Result<FieldBytes, Reject> {
    Ok(FieldBytes::from_field(linked_commitment(Fr::from(value), blinding.to_field("blinding")?)))
}

pub(crate) fn linked_commitment(value: Fr, blinding: Fr) -> Fr {
    hash(Tag::LinkedCommitment, [value, blinding])
}

/// The native definition of the statement.
///
/// # Errors
/// [`Reject::False`] with the property that fails, [`Reject::NotCanonical`] for bad bytes.
pub fn check(public: &EqualityPublic, private: &EqualityPrivate) -> Result<(), Reject> {
    let claim = |holds, why| require(Statement::Equality, holds, why);
    public.context.check("context")?;
    let first = range::commit(private.value, &private.first_blinding)?;
    let second = commit_linked(private.value, &private.second_blinding)?;
    claim(public.first == first, "the first commitment does not open to the value")?;
    claim(public.second == second, "the second commitment does not open to the value")
}

impl EqualityPublic {
    /// In the order of the verifying key.
    pub fn inputs(&self) -> [FieldBytes; INPUTS] {
        [self.first, self.second, self.context]
    }

    pub(super) fn from_inputs([first, second, context]: &[FieldBytes; INPUTS]) -> Self {
        Self { first: *first, second: *second, context: *context }
    }
}

impl core::fmt::Debug for EqualityPrivate {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("EqualityPrivate(secret)")
    }
}

#[cfg(feature = "prove")]
pub use circuit::EqualityCircuit;

#[cfg(feature = "prove")]
mod circuit {
    use super::*;
    use crate::gadgets::{Builder, Circuit, amount_bits, poseidon};
    use ark_relations::gr1cs::SynthesisError;

    /// The statement as constraints. Holds field elements, so that tests can try values no honest type can hold.
    #[derive(Clone, Default)]
    pub struct EqualityCircuit {
        pub(crate) first: Fr,
        pub(crate) second: Fr,
        pub(crate) context: Fr,
        pub(crate) value: Fr,
        pub(crate) first_blinding: Fr,
        pub(crate) second_blinding: Fr,
    }

    impl EqualityCircuit {
        /// Reads both parts; whether the statement holds is not checked here.
        ///
        /// # Errors
        /// [`Reject::NotCanonical`].
        pub fn new(public: &EqualityPublic, private: &EqualityPrivate) -> Result<Self, Reject> {
            Ok(Self {
                first: public.first.to_field("first commitment")?,
                second: public.second.to_field("second commitment")?,
                context: public.context.to_field("context")?,
                value: Fr::from(private.value),
                first_blinding: private.first_blinding.to_field("first blinding")?,
                second_blinding: private.second_blinding.to_field("second blinding")?,
            })
        }
    }

    impl Circuit for EqualityCircuit {
        fn build(&self, builder: &mut Builder) -> Result<(), SynthesisError> {
            let first = builder.public("first", self.first)?;
            let second = builder.public("second", self.second)?;
            let context = builder.public("context", self.context)?;
            let value = builder.private("value", self.value)?;
            let first_blinding = builder.private("first_blinding", self.first_blinding)?;
            let second_blinding = builder.private("second_blinding", self.second_blinding)?;

            let opened = poseidon(builder, Tag::ValueCommitment, &[value.clone(), first_blinding])?;
            builder.equal("first opens to value", &opened, &first)?;
            let opened = poseidon(builder, Tag::LinkedCommitment, &[value.clone(), second_blinding])?;
            builder.equal("second opens to value", &opened, &second)?;
            // The native definition speaks of a u128, so the circuit must too.
            amount_bits(builder, "value", &value)?;
            builder.bind("context", &context)
        }

        fn visit(&mut self, visit: &mut dyn FnMut(&str, &mut Fr)) {
            visit("first", &mut self.first);
            visit("second", &mut self.second);
            visit("context", &mut self.context);
            visit("value", &mut self.value);
            visit("first_blinding", &mut self.first_blinding);
            visit("second_blinding", &mut self.second_blinding);
        }
    }

    impl Drop for EqualityCircuit {
        fn drop(&mut self) {
            self.value.zeroize();
            self.first_blinding.zeroize();
            self.second_blinding.zeroize();
        }
    }
}
