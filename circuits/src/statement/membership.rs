//! *membership*: the prover knows the secret behind a leaf of a group, and speaks once per scope.
//!
//! Public, in order: root, nullifier, scope, weight, signal. Private: secret, path. The leaf is
//! `H_MemberLeaf(H_MemberKey(secret), weight)`, so that a member cannot claim another weight than was registered. The
//! nullifier is `H_MemberNullifier(scope, secret)`: one per member and scope, whatever leaf is used. The signal (a vote, a
//! message hash, the transaction's context) is tied into the circuit and cannot be exchanged by who carries the proof.

use ark_bn254::Fr;
use ark_ff::Zero;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{Statement, require};
use crate::error::Reject;
use crate::field::FieldBytes;
use crate::hash::{Tag, hash};
use crate::tree::MembershipPath;

/// Version of the circuit.
pub const VERSION: u32 = 1;
/// Number of public inputs.
pub const INPUTS: usize = 5;

/// What the chain sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MembershipPublic {
    /// A root of the group's tree.
    pub root: FieldBytes,
    /// `H_MemberNullifier(scope, secret)`.
    pub nullifier: FieldBytes,
    /// What this is about: one poll, one claim. A hash over chain, group and purpose, see [`crate::hash_to_field`].
    pub scope: FieldBytes,
    /// The weight registered with the leaf.
    pub weight: u128,
    /// What the member says; also binds the proof to its sender.
    pub signal: FieldBytes,
}

/// What only the prover knows.
#[derive(Clone, PartialEq, Eq)]
pub struct MembershipPrivate {
    /// The member's secret: uniformly random, never zero.
    pub secret: MemberSecret,
    /// Where the leaf stands in the tree.
    pub path: MembershipPath,
}

/// A member's secret; wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct MemberSecret(pub FieldBytes);

impl MemberSecret {
    pub(super) fn field(&self) -> Result<Fr, Reject> {
        let secret = self.0.to_field("secret")?;
        require(Statement::Membership, !secret.is_zero(), "the secret is zero")?;
        Ok(secret)
    }

    /// The public key a member hands to whoever manages the group: `H_MemberKey(secret)`.
    ///
    /// # Errors
    /// [`Reject::NotCanonical`] or [`Reject::False`] for a secret that is not canonical or zero.
    pub fn public_key(&self) -> Result<FieldBytes, Reject> {
        Ok(FieldBytes::from_field(member_key(self.field()?)))
    }

    /// The member's nullifier for a scope.
    ///
    /// # Errors
    /// As [`Self::public_key`], and [`Reject::NotCanonical`] for the scope.
    pub fn nullifier(&self, scope: &FieldBytes) -> Result<FieldBytes, Reject> {
        Ok(FieldBytes::from_field(nullifier(scope.to_field("scope")?, self.field()?)))
    }
}

/// The leaf that stands for a member's public key and weight in a group tree.
///
/// # Errors
/// [`Reject::NotCanonical`] for a bad key.
pub fn leaf(public_key: &FieldBytes, weight: u128) -> Result<FieldBytes, Reject> {
    Ok(FieldBytes::from_field(member_leaf(public_key.to_field("member key")?, Fr::from(weight))))
}

pub(super) fn member_key(secret: Fr) -> Fr {
    hash(Tag::MemberKey, [secret])
}

pub(super) fn member_leaf(key: Fr, weight: Fr) -> Fr {
    hash(Tag::MemberLeaf, [key, weight])
}

fn nullifier(scope: Fr, secret: Fr) -> Fr {
    hash(Tag::MemberNullifier, [scope, secret])
}

/// The native definition of the statement.
///
/// # Errors
/// [`Reject::False`] with the property that fails, [`Reject::NotCanonical`] for bad bytes.
pub fn check(public: &MembershipPublic, private: &MembershipPrivate) -> Result<(), Reject> {
    let claim = |holds, why| require(Statement::Membership, holds, why);
    public.signal.check("signal")?;
    let leaf = leaf(&private.secret.public_key()?, public.weight)?;
    claim(public.root == private.path.root(&leaf)?, "the path does not lead from the member's leaf to the root")?;
    let nullifier = private.secret.nullifier(&public.scope)?;
    claim(public.nullifier == nullifier, "the nullifier is not the member's for this scope")
}

impl MembershipPublic {
    /// In the order of the verifying key.
    pub fn inputs(&self) -> [FieldBytes; INPUTS] {
        [self.root, self.nullifier, self.scope, self.weight.into(), self.signal]
    }

    pub(super) fn from_inputs([root, nullifier, scope, weight, signal]: &[FieldBytes; INPUTS]) -> Result<Self, Reject> {
        let weight = weight.to_amount("weight")?;
        Ok(Self { root: *root, nullifier: *nullifier, scope: *scope, weight, signal: *signal })
    }
}

impl core::fmt::Debug for MemberSecret {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("MemberSecret(secret)")
    }
}

impl core::fmt::Debug for MembershipPrivate {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("MembershipPrivate(secret)")
    }
}

#[cfg(feature = "prove")]
pub use circuit::MembershipCircuit;

#[cfg(feature = "prove")]
mod circuit {
    use super::*;
    use crate::gadgets::{Builder, Circuit, PathStep, path_steps, poseidon, root_of_path, visit_path};
    use crate::tree::DEPTH;
    use ark_relations::gr1cs::SynthesisError;

    /// The statement as constraints. Holds field elements, so that tests can try values no honest type can hold.
    #[derive(Clone, Default)]
    pub struct MembershipCircuit {
        pub(crate) root: Fr,
        pub(crate) nullifier: Fr,
        pub(crate) scope: Fr,
        pub(crate) weight: Fr,
        pub(crate) signal: Fr,
        pub(crate) secret: Fr,
        pub(crate) path: [PathStep; DEPTH],
    }

    impl MembershipCircuit {
        /// Reads both parts; whether the statement holds is not checked here.
        ///
        /// # Errors
        /// [`Reject::NotCanonical`], or [`Reject::False`] for a zero secret.
        pub fn new(public: &MembershipPublic, private: &MembershipPrivate) -> Result<Self, Reject> {
            let secret = private.secret.field()?;
            let weight = Fr::from(public.weight);
            Ok(Self {
                root: public.root.to_field("root")?,
                nullifier: public.nullifier.to_field("nullifier")?,
                scope: public.scope.to_field("scope")?,
                weight,
                signal: public.signal.to_field("signal")?,
                secret,
                path: path_steps(&private.path, member_leaf(member_key(secret), weight))?,
            })
        }
    }

    impl Circuit for MembershipCircuit {
        fn build(&self, builder: &mut Builder) -> Result<(), SynthesisError> {
            let root = builder.public("root", self.root)?;
            let nullifier = builder.public("nullifier", self.nullifier)?;
            let scope = builder.public("scope", self.scope)?;
            let weight = builder.public("weight", self.weight)?;
            let signal = builder.public("signal", self.signal)?;
            let secret = builder.private("secret", self.secret)?;

            let key = poseidon(builder, Tag::MemberKey, core::slice::from_ref(&secret))?;
            let leaf = poseidon(builder, Tag::MemberLeaf, &[key, weight])?;
            let reached = root_of_path(builder, leaf, &self.path)?;
            builder.equal("path leads to root", &reached, &root)?;
            let expected = poseidon(builder, Tag::MemberNullifier, &[scope, secret])?;
            builder.equal("nullifier is of scope and secret", &expected, &nullifier)?;
            builder.bind("signal", &signal)
        }

        fn visit(&mut self, visit: &mut dyn FnMut(&str, &mut Fr)) {
            visit("root", &mut self.root);
            visit("nullifier", &mut self.nullifier);
            visit("scope", &mut self.scope);
            visit("weight", &mut self.weight);
            visit("signal", &mut self.signal);
            visit("secret", &mut self.secret);
            visit_path(&mut self.path, visit);
        }
    }

    impl Drop for MembershipCircuit {
        fn drop(&mut self) {
            self.secret.zeroize();
        }
    }
}
