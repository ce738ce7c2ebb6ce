//! Honest statements, made from a number.

use ark_std::rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;

use super::transfer as join_split;
use crate::error::{ProveError, Reject};
use crate::field::{FieldBytes, hash_to_field};
use crate::gadgets::Circuit;
use crate::prove::{
    ProvingKeys, prove_credential, prove_equality, prove_membership, prove_range, prove_transfer, prove_vote,
};
use crate::statement::credential::{CredentialCircuit, CredentialPrivate, CredentialPublic, HolderSecret};
use crate::statement::equality::{EqualityCircuit, EqualityPrivate, EqualityPublic, commit_linked};
use crate::statement::membership::{MemberSecret, MembershipCircuit, MembershipPrivate, MembershipPublic, leaf};
use crate::statement::range::{RangeCircuit, RangePrivate, RangePublic, commit};
use crate::statement::transfer::{TransferCircuit, TransferPrivate, TransferPublic};
use crate::statement::vote::{VoteCircuit, VotePrivate, VotePublic};
use crate::statement::{Public, Statement, credential, equality, membership, range, transfer, vote};
use crate::tree::{GroupTree, MembershipPath};
use crate::verify::{ProofBytes, VerifyItem};

/// A field element that depends on a name and a number alone.
pub(super) fn element(what: &str, number: u64) -> FieldBytes {
    hash_to_field("tacit circuits test samples", format!("{what} {number}").as_bytes())
}

/// A true statement with its witness.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "tests hold a few of these")]
pub enum Sample {
    /// Of range.
    Range(RangePublic, RangePrivate),
    /// Of membership.
    Membership(MembershipPublic, MembershipPrivate),
    /// Of equality.
    Equality(EqualityPublic, EqualityPrivate),
    /// Of a join-split with one input.
    Transfer1x2(TransferPublic<1>, TransferPrivate<1>),
    /// Of a join-split with two inputs.
    Transfer2x2(TransferPublic<2>, TransferPrivate<2>),
    /// Of a join-split with eight inputs.
    Transfer8x2(TransferPublic<8>, TransferPrivate<8>),
    /// Of vote.
    Vote(VotePublic, VotePrivate),
    /// Of credential.
    Credential(CredentialPublic, CredentialPrivate),
}

impl Sample {
    /// A true statement that depends on `number` alone.
    ///
    /// # Errors
    /// None in practice; the values are canonical by construction.
    pub fn new(statement: Statement, number: u64) -> Result<Self, ProveError> {
        let element = |what: &str| element(what, number);
        let value = u128::from(number) * 1_000_003 + 17;
        let context = element("context");
        Ok(match statement {
            Statement::Range => {
                let private = RangePrivate { value, blinding: element("blinding") };
                let commitment = commit(value, &private.blinding)?;
                Self::Range(RangePublic { commitment, low: value / 2, high: value + 10, context }, private)
            }
            Statement::Transfer1x2 => {
                join_split::sample(number).map(|(public, private)| Self::Transfer1x2(public, private))?
            }
            Statement::Transfer2x2 => {
                join_split::sample(number).map(|(public, private)| Self::Transfer2x2(public, private))?
            }
            Statement::Transfer8x2 => {
                join_split::sample(number).map(|(public, private)| Self::Transfer8x2(public, private))?
            }
            Statement::Equality => {
                let (first_blinding, second_blinding) = (element("first"), element("second"));
                let first = commit(value, &first_blinding)?;
                let second = commit_linked(value, &second_blinding)?;
                let private = EqualityPrivate { value, first_blinding, second_blinding };
                Self::Equality(EqualityPublic { first, second, context }, private)
            }
            Statement::Membership => {
                let secret = MemberSecret(element("secret"));
                let weight = value;
                let (root, path) = among_others(leaf(&secret.public_key()?, weight)?, number)?;
                let scope = element("scope");
                let nullifier = secret.nullifier(&scope)?;
                let public = MembershipPublic { root, nullifier, scope, weight, signal: context };
                Self::Membership(public, MembershipPrivate { secret, path })
            }
            Statement::Vote => {
                let secret = MemberSecret(element("secret"));
                let (root, path) = among_others(leaf(&secret.public_key()?, value)?, number)?;
                let poll = element("poll");
                let nullifier = vote::nullifier(&poll, &secret)?;
                let choice = u128::from(number % 3);
                let public = VotePublic { root, nullifier, poll, weight: value, choice, context };
                Self::Vote(public, VotePrivate { secret, path })
            }
            Statement::Credential => {
                let (secret, salt, blinding) = (HolderSecret(element("secret")), element("salt"), element("blinding"));
                let (kind, application) = (element("kind"), element("application"));
                let leaf = credential::leaf(&secret.holder_key()?, &kind, value, &salt)?;
                let (root, path) = among_others(leaf, number)?;
                let public = CredentialPublic {
                    root,
                    kind,
                    application,
                    pseudonym: secret.pseudonym(&application)?,
                    commitment: commit(value, &blinding)?,
                    low: value / 2,
                    high: value + 10,
                    context,
                };
                Self::Credential(public, CredentialPrivate { secret, value, salt, blinding, path })
            }
        })
    }

    /// The public part.
    pub fn public(&self) -> Public {
        match self {
            Self::Range(public, _) => Public::Range(*public),
            Self::Membership(public, _) => Public::Membership(*public),
            Self::Equality(public, _) => Public::Equality(*public),
            Self::Transfer1x2(public, _) => Public::Transfer1x2(*public),
            Self::Transfer2x2(public, _) => Public::Transfer2x2(*public),
            Self::Transfer8x2(public, _) => Public::Transfer8x2(*public),
            Self::Vote(public, _) => Public::Vote(*public),
            Self::Credential(public, _) => Public::Credential(*public),
        }
    }

    /// The native definition's verdict.
    ///
    /// # Errors
    /// As the `check` of the statement.
    pub fn check(&self) -> Result<(), Reject> {
        match self {
            Self::Range(public, private) => range::check(public, private),
            Self::Membership(public, private) => membership::check(public, private),
            Self::Equality(public, private) => equality::check(public, private),
            Self::Transfer1x2(public, private) => transfer::check(public, private),
            Self::Transfer2x2(public, private) => transfer::check(public, private),
            Self::Transfer8x2(public, private) => transfer::check(public, private),
            Self::Vote(public, private) => vote::check(public, private),
            Self::Credential(public, private) => credential::check(public, private),
        }
    }

    /// The statement as a circuit with values.
    pub(crate) fn circuit(&self) -> Result<Box<dyn Circuit>, Reject> {
        Ok(match self {
            Self::Range(public, private) => Box::new(RangeCircuit::new(public, private)?),
            Self::Membership(public, private) => Box::new(MembershipCircuit::new(public, private)?),
            Self::Equality(public, private) => Box::new(EqualityCircuit::new(public, private)?),
            Self::Transfer1x2(public, private) => Box::new(TransferCircuit::new(public, private)?),
            Self::Transfer2x2(public, private) => Box::new(TransferCircuit::new(public, private)?),
            Self::Transfer8x2(public, private) => Box::new(TransferCircuit::new(public, private)?),
            Self::Vote(public, private) => Box::new(VoteCircuit::new(public, private)?),
            Self::Credential(public, private) => Box::new(CredentialCircuit::new(public, private)?),
        })
    }

    /// Proves it; `seed` makes the blinding reproducible, which only tests may want.
    ///
    /// # Errors
    /// As the provers.
    pub fn prove(&self, keys: &ProvingKeys, seed: u64) -> Result<VerifyItem, ProveError> {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        // A first draw, so that the blinding differs from other uses of the same seed.
        rng.next_u64();
        let proof: ProofBytes = match self {
            Self::Range(public, private) => prove_range(keys, public, private, &mut rng)?,
            Self::Membership(public, private) => prove_membership(keys, public, private, &mut rng)?,
            Self::Equality(public, private) => prove_equality(keys, public, private, &mut rng)?,
            Self::Transfer1x2(public, private) => prove_transfer(keys, public, private, &mut rng)?,
            Self::Transfer2x2(public, private) => prove_transfer(keys, public, private, &mut rng)?,
            Self::Transfer8x2(public, private) => prove_transfer(keys, public, private, &mut rng)?,
            Self::Vote(public, private) => prove_vote(keys, public, private, &mut rng)?,
            Self::Credential(public, private) => prove_credential(keys, public, private, &mut rng)?,
        };
        Ok(VerifyItem { public: self.public(), proof })
    }
}

/// A tree of seven leaves in which `own` stands at a place that depends on `number`: its root, and the path of `own`.
fn among_others(own: FieldBytes, number: u64) -> Result<(FieldBytes, MembershipPath), Reject> {
    let value = u128::from(number) * 1_000_003 + 17;
    let mut leaves: Vec<FieldBytes> = (1..=6).map(|other| FieldBytes::from(other + value)).collect();
    leaves.insert(usize::try_from(number % 7).unwrap_or(0), own);
    let mut tree = GroupTree::new();
    tree.append(&leaves)?;
    Ok((tree.root(), tree.path(u32::try_from(number % 7).unwrap_or(0))?))
}

/// One true statement of each kind, in the order of [`Statement::ALL`].
///
/// # Errors
/// As [`Sample::new`].
pub fn samples(number: u64) -> Result<Vec<Sample>, ProveError> {
    Statement::ALL.into_iter().map(|statement| Sample::new(statement, number)).collect()
}

/// What the files of a new circuit version must hold: `(statement, verifying key, digest of the proving key)`.
///
/// # Errors
/// When key generation fails.
pub fn development_vectors() -> Result<Vec<(Statement, Vec<u8>, String)>, ProveError> {
    let vector = |statement| {
        let proving = crate::prove::key::generate_unpinned(statement)?;
        let verifying = crate::prove::key::verifying_bytes(&proving)?;
        Ok((statement, verifying, crate::prove::key::digest(&proving)))
    };
    Statement::ALL.into_iter().map(vector).collect()
}
