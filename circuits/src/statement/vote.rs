//! *vote*: the prover knows the secret behind a leaf of a group, and gives one choice in one poll with its weight.
//!
//! Public, in order: root, nullifier, poll, weight, choice, context. Private: secret, path. The leaf is *membership*'s, so
//! that groups serve both. The nullifier is `H_VoteNullifier(poll, secret)`: one per member and poll, whatever leaf is used,
//! and under a tag of its own, so that nobody can link a vote to the member's *membership* proofs. Choice and context are
//! tied into the circuit: whoever carries the proof cannot change what was voted, or vote with it from elsewhere.

use super::membership::{MemberSecret, leaf};
use super::{Statement, require};
use crate::error::Reject;
use crate::field::FieldBytes;
use crate::hash::{Tag, hash};
use crate::tree::MembershipPath;

/// Version of the circuit.
pub const VERSION: u32 = 1;
/// Number of public inputs.
pub const INPUTS: usize = 6;

/// What the chain sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VotePublic {
    /// The group's root that the poll was made with.
    pub root: FieldBytes,
    /// `H_VoteNullifier(poll, secret)`, see [`nullifier`].
    pub nullifier: FieldBytes,
    /// The poll. A hash over chain and poll, see [`crate::context_from_hash`].
    pub poll: FieldBytes,
    /// The weight registered with the leaf.
    pub weight: u128,
    /// What is voted for.
    pub choice: u128,
    /// Binds the proof to its use, see [`crate::context_from_hash`].
    pub context: FieldBytes,
}

/// What only the voter knows.
#[derive(Clone, PartialEq, Eq)]
pub struct VotePrivate {
    /// The member's secret: uniformly random, never zero.
    pub secret: MemberSecret,
    /// Where the leaf stands in the tree.
    pub path: MembershipPath,
}

/// The member's nullifier in a poll.
///
/// # Errors
/// [`Reject::NotCanonical`], or [`Reject::False`] for a zero secret.
pub fn nullifier(poll: &FieldBytes, secret: &MemberSecret) -> Result<FieldBytes, Reject> {
    Ok(FieldBytes::from_field(hash(Tag::VoteNullifier, [poll.to_field("poll")?, secret.field()?])))
}

/// The native definition of the statement.
///
/// # Errors
/// [`Reject::False`] with the property that fails, [`Reject::NotCanonical`] for bad bytes.
pub fn check(public: &VotePublic, private: &VotePrivate) -> Result<(), Reject> {
    let claim = |holds, why| require(Statement::Vote, holds, why);
    public.context.check("context")?;
    let leaf = leaf(&private.secret.public_key()?, public.weight)?;
    claim(public.root == private.path.root(&leaf)?, "the path does not lead from the member's leaf to the root")?;
    let nullifier = nullifier(&public.poll, &private.secret)?;
    claim(public.nullifier == nullifier, "the nullifier is not the member's in this poll")
}

impl VotePublic {
    /// In the order of the verifying key.
    pub fn inputs(&self) -> [FieldBytes; INPUTS] {
        [self.root, self.nullifier, self.poll, self.weight.into(), self.choice.into(), self.context]
    }

    pub(super) fn from_inputs(inputs: &[FieldBytes; INPUTS]) -> Result<Self, Reject> {
        let [root, nullifier, poll, weight, choice, context] = *inputs;
        let (weight, choice) = (weight.to_amount("weight")?, choice.to_amount("choice")?);
        Ok(Self { root, nullifier, poll, weight, choice, context })
    }
}

impl core::fmt::Debug for VotePrivate {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("VotePrivate(secret)")
    }
}

#[cfg(feature = "prove")]
pub use circuit::VoteCircuit;

#[cfg(feature = "prove")]
mod circuit {
    use super::super::membership::{member_key, member_leaf};
    use super::*;
    use crate::gadgets::{Builder, Circuit, PathStep, path_steps, poseidon, root_of_path, visit_path};
    use crate::tree::DEPTH;
    use ark_bn254::Fr;
    use ark_relations::gr1cs::SynthesisError;
    use zeroize::Zeroize;

    /// The statement as constraints. Holds field elements, so that tests can try values no honest type can hold.
    #[derive(Clone, Default)]
    pub struct VoteCircuit {
        pub(crate) root: Fr,
        pub(crate) nullifier: Fr,
        pub(crate) poll: Fr,
        pub(crate) weight: Fr,
        pub(crate) choice: Fr,
        pub(crate) context: Fr,
        pub(crate) secret: Fr,
        pub(crate) path: [PathStep; DEPTH],
    }

    impl VoteCircuit {
        /// Reads both parts; whether the statement holds is not checked here.
        ///
        /// # Errors
        /// [`Reject::NotCanonical`], or [`Reject::False`] for a zero secret.
        pub fn new(public: &VotePublic, private: &VotePrivate) -> Result<Self, Reject> {
            let secret = private.secret.field()?;
            let weight = Fr::from(public.weight);
            Ok(Self {
                root: public.root.to_field("root")?,
                nullifier: public.nullifier.to_field("nullifier")?,
                poll: public.poll.to_field("poll")?,
                weight,
                choice: Fr::from(public.choice),
                context: public.context.to_field("context")?,
                secret,
                path: path_steps(&private.path, member_leaf(member_key(secret), weight))?,
            })
        }
    }

    impl Circuit for VoteCircuit {
        fn build(&self, builder: &mut Builder) -> Result<(), SynthesisError> {
            let root = builder.public("root", self.root)?;
            let nullifier = builder.public("nullifier", self.nullifier)?;
            let poll = builder.public("poll", self.poll)?;
            let weight = builder.public("weight", self.weight)?;
            let choice = builder.public("choice", self.choice)?;
            let context = builder.public("context", self.context)?;
            let secret = builder.private("secret", self.secret)?;

            let key = poseidon(builder, Tag::MemberKey, core::slice::from_ref(&secret))?;
            let leaf = poseidon(builder, Tag::MemberLeaf, &[key, weight])?;
            let reached = root_of_path(builder, leaf, &self.path)?;
            builder.equal("path leads to root", &reached, &root)?;
            let expected = poseidon(builder, Tag::VoteNullifier, &[poll, secret])?;
            builder.equal("nullifier is of poll and secret", &expected, &nullifier)?;
            builder.bind("choice", &choice)?;
            builder.bind("context", &context)
        }

        fn visit(&mut self, visit: &mut dyn FnMut(&str, &mut Fr)) {
            visit("root", &mut self.root);
            visit("nullifier", &mut self.nullifier);
            visit("poll", &mut self.poll);
            visit("weight", &mut self.weight);
            visit("choice", &mut self.choice);
            visit("context", &mut self.context);
            visit("secret", &mut self.secret);
            visit_path(&mut self.path, visit);
        }
    }

    impl Drop for VoteCircuit {
        fn drop(&mut self) {
            self.secret.zeroize();
        }
    }
}
