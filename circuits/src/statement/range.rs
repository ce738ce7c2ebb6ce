//! *range*: a commitment opens to a value that is at least `low` and at most `high`.
//!
//! Public, in order: commitment, low, high, context. Private: value, blinding. All three numbers are u128. The context is
//! tied into the circuit, so that a proof made for one sender and purpose is worthless to another.

use ark_bn254::Fr;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{Statement, require};
use crate::error::Reject;
use crate::field::FieldBytes;
use crate::hash::{Tag, hash};

/// Version of the circuit.
pub const VERSION: u32 = 1;
/// Number of public inputs.
pub const INPUTS: usize = 4;

/// What the chain sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RangePublic {
    /// `H_ValueCommitment(value, blinding)`, see [`commit`].
    pub commitment: FieldBytes,
    /// The smallest allowed value.
    pub low: u128,
    /// The largest allowed value.
    pub high: u128,
    /// Binds the proof to its use, see [`crate::context_from_hash`].
    pub context: FieldBytes,
}

/// What only the prover knows.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct RangePrivate {
    /// The committed value.
    pub value: u128,
    /// The commitment's random part.
    pub blinding: FieldBytes,
}

/// Commits to a value. The blinding must be uniformly random and used once, else the value can be found by trying.
///
/// # Errors
/// [`Reject::NotCanonical`] for a blinding at or above the modulus.
pub fn commit(value: u128, blinding: &FieldBytes) -> Result<FieldBytes, Reject> {
    Ok(FieldBytes::from_field(commitment(Fr::from(value), blinding.to_field("blinding")?)))
}

pub(crate) fn commitment(value: Fr, blinding: Fr) -> Fr {
    hash(Tag::ValueCommitment, [value, blinding])
}

/// The native definition of the statement.
///
/// # Errors
/// [`Reject::False`] with the property that fails, [`Reject::NotCanonical`] for bad bytes.
pub fn check(public: &RangePublic, private: &RangePrivate) -> Result<(), Reject> {
    let claim = |holds, why| require(Statement::Range, holds, why);
    public.context.check("context")?;
    public.commitment.check("commitment")?;
    claim(public.commitment == commit(private.value, &private.blinding)?, "the commitment does not open to the value")?;
    claim(public.low <= private.value, "the value is below the lower bound")?;
    claim(private.value <= public.high, "the value is above the upper bound")
}

impl RangePublic {
    /// In the order of the verifying key.
    pub fn inputs(&self) -> [FieldBytes; INPUTS] {
        [self.commitment, self.low.into(), self.high.into(), self.context]
    }

    pub(super) fn from_inputs([commitment, low, high, context]: &[FieldBytes; INPUTS]) -> Result<Self, Reject> {
        let (low, high) = (low.to_amount("lower bound")?, high.to_amount("upper bound")?);
        Ok(Self { commitment: *commitment, low, high, context: *context })
    }
}

impl core::fmt::Debug for RangePrivate {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("RangePrivate(secret)")
    }
}

#[cfg(feature = "prove")]
pub use circuit::RangeCircuit;

#[cfg(feature = "prove")]
mod circuit {
    use super::*;
    use crate::gadgets::{Builder, Circuit, amount_between, poseidon};
    use ark_relations::gr1cs::SynthesisError;

    /// The statement as constraints. Holds field elements, so that tests can try values no honest type can hold.
    #[derive(Clone, Default)]
    pub struct RangeCircuit {
        pub(crate) commitment: Fr,
        pub(crate) low: Fr,
        pub(crate) high: Fr,
        pub(crate) context: Fr,
        pub(crate) value: Fr,
        pub(crate) blinding: Fr,
    }

    impl RangeCircuit {
        /// Reads both parts; whether the statement holds is not checked here.
        ///
        /// # Errors
        /// [`Reject::NotCanonical`].
        pub fn new(public: &RangePublic, private: &RangePrivate) -> Result<Self, Reject> {
            Ok(Self {
                commitment: public.commitment.to_field("commitment")?,
                low: Fr::from(public.low),
                high: Fr::from(public.high),
                context: public.context.to_field("context")?,
                value: Fr::from(private.value),
                blinding: private.blinding.to_field("blinding")?,
            })
        }
    }

    impl Circuit for RangeCircuit {
        fn build(&self, builder: &mut Builder) -> Result<(), SynthesisError> {
            let commitment = builder.public("commitment", self.commitment)?;
            let low = builder.public("low", self.low)?;
            let high = builder.public("high", self.high)?;
            let context = builder.public("context", self.context)?;
            let value = builder.private("value", self.value)?;
            let blinding = builder.private("blinding", self.blinding)?;

            let opened = poseidon(builder, Tag::ValueCommitment, &[value.clone(), blinding])?;
            builder.equal("commitment opens to value", &opened, &commitment)?;
            amount_between(builder, &value, &low, &high)?;
            builder.bind("context", &context)
        }

        fn visit(&mut self, visit: &mut dyn FnMut(&str, &mut Fr)) {
            visit("commitment", &mut self.commitment);
            visit("low", &mut self.low);
            visit("high", &mut self.high);
            visit("context", &mut self.context);
            visit("value", &mut self.value);
            visit("blinding", &mut self.blinding);
        }
    }

    impl Drop for RangeCircuit {
        fn drop(&mut self) {
            self.value.zeroize();
            self.blinding.zeroize();
        }
    }
}
