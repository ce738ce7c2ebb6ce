//! *credential*: the prover holds an issuer's credential, shows bounds of the attested value, and goes by one pseudonym per
//! application.
//!
//! Public, in order: root, kind, application, pseudonym, commitment, low, high, context. Private: secret, value, salt,
//! blinding, path. The credential is the leaf `H_Credential(H_CredentialHolder(secret), kind, value, salt)` in the tree of
//! its issuer: the issuer attests one value of one kind of attribute to who knows the secret, and the salt keeps others
//! from finding the value by trying. The pseudonym is `H_Pseudonym(application, secret)`: the same holder is the same
//! one within an application, and nobody can link two applications. The commitment is a fresh one of *range*'s kind, so
//! that *range* and *equality* proofs can go on from it; equal bounds show the value itself.

use ark_bn254::Fr;
use ark_ff::Zero;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{Statement, range, require};
use crate::error::Reject;
use crate::field::FieldBytes;
use crate::hash::{Tag, hash};
use crate::tree::MembershipPath;

/// Version of the circuit.
pub const VERSION: u32 = 1;
/// Number of public inputs.
pub const INPUTS: usize = 8;

/// What the chain sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CredentialPublic {
    /// A root of the issuer's tree.
    pub root: FieldBytes,
    /// Which attribute: a hash of its name, see [`crate::context_from_hash`].
    pub kind: FieldBytes,
    /// To whom the pseudonym is shown: a hash over chain and application.
    pub application: FieldBytes,
    /// `H_Pseudonym(application, secret)`, see [`HolderSecret::pseudonym`].
    pub pseudonym: FieldBytes,
    /// `H_ValueCommitment(value, blinding)`, see [`range::commit`].
    pub commitment: FieldBytes,
    /// The smallest allowed value.
    pub low: u128,
    /// The largest allowed value.
    pub high: u128,
    /// Binds the proof to its use, see [`crate::context_from_hash`].
    pub context: FieldBytes,
}

/// What only the holder knows; of the value and the salt the issuer knows too.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct CredentialPrivate {
    /// The holder's secret.
    pub secret: HolderSecret,
    /// The attested value.
    pub value: u128,
    /// The random part of the credential's leaf.
    pub salt: FieldBytes,
    /// The random part of the commitment: fresh for every proof.
    pub blinding: FieldBytes,
    /// Where the leaf stands in the issuer's tree.
    #[zeroize(skip)]
    pub path: MembershipPath,
}

/// The secret of a credential's holder: uniformly random, never zero; wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct HolderSecret(pub FieldBytes);

impl HolderSecret {
    fn field(&self) -> Result<Fr, Reject> {
        let secret = self.0.to_field("secret")?;
        require(Statement::Credential, !secret.is_zero(), "the secret is zero")?;
        Ok(secret)
    }

    /// What the holder hands to an issuer: `H_CredentialHolder(secret)`.
    ///
    /// # Errors
    /// [`Reject::NotCanonical`] or [`Reject::False`] for a secret that is not canonical or zero.
    pub fn holder_key(&self) -> Result<FieldBytes, Reject> {
        Ok(FieldBytes::from_field(holder_key(self.field()?)))
    }

    /// The holder's name within an application.
    ///
    /// # Errors
    /// As [`Self::holder_key`], and [`Reject::NotCanonical`] for the application.
    pub fn pseudonym(&self, application: &FieldBytes) -> Result<FieldBytes, Reject> {
        let application = application.to_field("application")?;
        Ok(FieldBytes::from_field(hash(Tag::Pseudonym, [application, self.field()?])))
    }
}

/// The leaf with which an issuer attests `value` of `kind` to a holder. The salt must be uniformly random and used once.
///
/// # Errors
/// [`Reject::NotCanonical`].
pub fn leaf(holder: &FieldBytes, kind: &FieldBytes, value: u128, salt: &FieldBytes) -> Result<FieldBytes, Reject> {
    let (holder, kind) = (holder.to_field("holder key")?, kind.to_field("kind")?);
    Ok(FieldBytes::from_field(credential(holder, kind, Fr::from(value), salt.to_field("salt")?)))
}

fn holder_key(secret: Fr) -> Fr {
    hash(Tag::CredentialHolder, [secret])
}

fn credential(holder: Fr, kind: Fr, value: Fr, salt: Fr) -> Fr {
    hash(Tag::Credential, [holder, kind, value, salt])
}

/// The native definition of the statement.
///
/// # Errors
/// [`Reject::False`] with the property that fails, [`Reject::NotCanonical`] for bad bytes.
pub fn check(public: &CredentialPublic, private: &CredentialPrivate) -> Result<(), Reject> {
    let claim = |holds, why| require(Statement::Credential, holds, why);
    public.context.check("context")?;
    public.commitment.check("commitment")?;
    let leaf = leaf(&private.secret.holder_key()?, &public.kind, private.value, &private.salt)?;
    claim(public.root == private.path.root(&leaf)?, "the path does not lead from the credential to the root")?;
    let pseudonym = private.secret.pseudonym(&public.application)?;
    claim(public.pseudonym == pseudonym, "the pseudonym is not the holder's in this application")?;
    let commitment = range::commit(private.value, &private.blinding)?;
    claim(public.commitment == commitment, "the commitment does not open to the attested value")?;
    claim(public.low <= private.value, "the value is below the lower bound")?;
    claim(private.value <= public.high, "the value is above the upper bound")
}

impl CredentialPublic {
    /// In the order of the verifying key.
    pub fn inputs(&self) -> [FieldBytes; INPUTS] {
        let (low, high) = (self.low.into(), self.high.into());
        [self.root, self.kind, self.application, self.pseudonym, self.commitment, low, high, self.context]
    }

    pub(super) fn from_inputs(inputs: &[FieldBytes; INPUTS]) -> Result<Self, Reject> {
        let [root, kind, application, pseudonym, commitment, low, high, context] = *inputs;
        let (low, high) = (low.to_amount("lower bound")?, high.to_amount("upper bound")?);
        Ok(Self { root, kind, application, pseudonym, commitment, low, high, context })
    }
}

impl core::fmt::Debug for HolderSecret {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("HolderSecret(secret)")
    }
}

impl core::fmt::Debug for CredentialPrivate {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("CredentialPrivate(secret)")
    }
}

#[cfg(feature = "prove")]
pub use circuit::CredentialCircuit;

#[cfg(feature = "prove")]
mod circuit {
    use super::*;
    use crate::gadgets::{Builder, Circuit, PathStep, amount_between, path_steps, poseidon, root_of_path, visit_path};
    use crate::tree::DEPTH;
    use ark_relations::gr1cs::SynthesisError;

    /// The statement as constraints. Holds field elements, so that tests can try values no honest type can hold.
    #[derive(Clone, Default)]
    pub struct CredentialCircuit {
        pub(crate) root: Fr,
        pub(crate) kind: Fr,
        pub(crate) application: Fr,
        pub(crate) pseudonym: Fr,
        pub(crate) commitment: Fr,
        pub(crate) low: Fr,
        pub(crate) high: Fr,
        pub(crate) context: Fr,
        pub(crate) secret: Fr,
        pub(crate) value: Fr,
        pub(crate) salt: Fr,
        pub(crate) blinding: Fr,
        pub(crate) path: [PathStep; DEPTH],
    }

    impl CredentialCircuit {
        /// Reads both parts; whether the statement holds is not checked here.
        ///
        /// # Errors
        /// [`Reject::NotCanonical`], or [`Reject::False`] for a zero secret.
        pub fn new(public: &CredentialPublic, private: &CredentialPrivate) -> Result<Self, Reject> {
            let (secret, value) = (private.secret.field()?, Fr::from(private.value));
            let (kind, salt) = (public.kind.to_field("kind")?, private.salt.to_field("salt")?);
            Ok(Self {
                root: public.root.to_field("root")?,
                kind,
                application: public.application.to_field("application")?,
                pseudonym: public.pseudonym.to_field("pseudonym")?,
                commitment: public.commitment.to_field("commitment")?,
                low: Fr::from(public.low),
                high: Fr::from(public.high),
                context: public.context.to_field("context")?,
                secret,
                value,
                salt,
                blinding: private.blinding.to_field("blinding")?,
                path: path_steps(&private.path, credential(holder_key(secret), kind, value, salt))?,
            })
        }
    }

    impl Circuit for CredentialCircuit {
        fn build(&self, builder: &mut Builder) -> Result<(), SynthesisError> {
            let root = builder.public("root", self.root)?;
            let kind = builder.public("kind", self.kind)?;
            let application = builder.public("application", self.application)?;
            let pseudonym = builder.public("pseudonym", self.pseudonym)?;
            let commitment = builder.public("commitment", self.commitment)?;
            let low = builder.public("low", self.low)?;
            let high = builder.public("high", self.high)?;
            let context = builder.public("context", self.context)?;
            let secret = builder.private("secret", self.secret)?;
            let value = builder.private("value", self.value)?;
            let salt = builder.private("salt", self.salt)?;
            let blinding = builder.private("blinding", self.blinding)?;

            let holder = poseidon(builder, Tag::CredentialHolder, core::slice::from_ref(&secret))?;
            let leaf = poseidon(builder, Tag::Credential, &[holder, kind, value.clone(), salt])?;
            let reached = root_of_path(builder, leaf, &self.path)?;
            builder.equal("path leads to root", &reached, &root)?;
            let expected = poseidon(builder, Tag::Pseudonym, &[application, secret])?;
            builder.equal("pseudonym is of application and secret", &expected, &pseudonym)?;
            let opened = poseidon(builder, Tag::ValueCommitment, &[value.clone(), blinding])?;
            builder.equal("commitment opens to value", &opened, &commitment)?;
            amount_between(builder, &value, &low, &high)?;
            builder.bind("context", &context)
        }

        fn visit(&mut self, visit: &mut dyn FnMut(&str, &mut Fr)) {
            visit("root", &mut self.root);
            visit("kind", &mut self.kind);
            visit("application", &mut self.application);
            visit("pseudonym", &mut self.pseudonym);
            visit("commitment", &mut self.commitment);
            visit("low", &mut self.low);
            visit("high", &mut self.high);
            visit("context", &mut self.context);
            visit("secret", &mut self.secret);
            visit("value", &mut self.value);
            visit("salt", &mut self.salt);
            visit("blinding", &mut self.blinding);
            visit_path(&mut self.path, visit);
        }
    }

    impl Drop for CredentialCircuit {
        fn drop(&mut self) {
            self.secret.zeroize();
            self.value.zeroize();
            self.salt.zeroize();
            self.blinding.zeroize();
        }
    }
}
