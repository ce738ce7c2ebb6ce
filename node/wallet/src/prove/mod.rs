//! From what a person knows to a `prove` action with its proof: the three native statements, bound to chain, sender and
//! purpose; and [`ProofFile`], in which a proof travels.

mod file;

pub use file::{PROOF_FILE_BYTES_MAX, ProofFile, ProofFileError, StatementFile};

use crate::error::WalletError;
use rand_core::OsRng;
use std::fmt;
use tacit_circuits::statement::equality::{EqualityPrivate, commit_linked};
use tacit_circuits::statement::membership::{MemberSecret, MembershipPrivate, leaf};
use tacit_circuits::statement::range::{RangePrivate, commit};
use tacit_circuits::{
    EqualityPublic, FieldBytes as Field, GroupTree, MembershipPublic, ProofBytes as CircuitProof, ProvingKeys, Public,
    RangePublic, VerifyItem, VerifyingKeys, context_from_hash, hash_to_field, prove_equality, prove_membership,
    prove_range, verify_one,
};
use tacit_types::action::{Member, Prove, ProveEquality, ProveMembership, ProveRange};
use tacit_types::{Address, FieldBytes, GenesisId, GroupId, Name, ProofBytes, binding};
use zeroize::Zeroizing;

/// Who may use a proof, where, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The chain.
    pub genesis_id: GenesisId,
    /// The account that will send it.
    pub sender: Address,
    /// What it is for.
    pub purpose: Name,
}

impl Binding {
    /// The public input that binds a proof: `docs/spec/transaction.md`, TX-7.
    pub(crate) fn context(&self) -> Field {
        context_from_hash(&binding::proof_context(&self.genesis_id, &self.sender, &self.purpose))
    }

    /// The scope of a membership proof as a field element: the same name in another group is another scope.
    fn scope(&self, group: &GroupId, scope: &Name) -> Field {
        context_from_hash(&binding::proof_scope(&self.genesis_id, group, scope))
    }
}

/// A value that is known to its owner only, and the random number that hides it in a commitment.
pub struct Hidden {
    /// The value.
    pub value: u128,
    blinding: Zeroizing<[u8; 32]>,
}

impl Hidden {
    /// Hides `value` under fresh randomness.
    ///
    /// # Errors
    /// [`WalletError::Random`].
    pub fn new(value: u128) -> Result<Self, WalletError> {
        Ok(Self { value, blinding: random_field()? })
    }

    /// A value with a blinding that was kept from before.
    #[must_use]
    pub fn from_parts(value: u128, blinding: [u8; 32]) -> Self {
        Self { value, blinding: Zeroizing::new(blinding) }
    }

    /// The blinding, which its owner must keep to open the commitment again.
    #[must_use]
    pub fn blinding(&self) -> &[u8; 32] {
        &self.blinding
    }

    /// The commitment of *range* and of the left side of *equality*.
    ///
    /// # Errors
    /// [`WalletError::Statement`] for a blinding at or above the modulus.
    pub fn commitment(&self) -> Result<FieldBytes, WalletError> {
        Ok(ours(commit(self.value, &Field(*self.blinding))?))
    }

    /// The commitment of the right side of *equality*, under another tag.
    ///
    /// # Errors
    /// [`WalletError::Statement`] for a blinding at or above the modulus.
    pub fn linked_commitment(&self) -> Result<FieldBytes, WalletError> {
        Ok(ours(commit_linked(self.value, &Field(*self.blinding))?))
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(..)")
    }
}

/// The secret of a group's member.
pub struct MemberKey(pub(crate) MemberSecret);

impl MemberKey {
    /// A new random secret.
    ///
    /// # Errors
    /// [`WalletError::Random`].
    pub fn generate() -> Result<Self, WalletError> {
        Ok(Self(MemberSecret(Field(*random_field()?))))
    }

    /// A secret that was kept from before.
    #[must_use]
    pub const fn from_bytes(secret: [u8; 32]) -> Self {
        Self(MemberSecret(Field(secret)))
    }

    /// The secret, which its owner must keep.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.0.0)
    }

    /// The entry with which a group's owner adds this member.
    ///
    /// # Errors
    /// [`WalletError::Statement`] for a secret that is zero or at or above the modulus.
    pub fn member(&self, weight: u64) -> Result<Member, WalletError> {
        Ok(Member { identity: ours(self.0.public_key()?), weight })
    }
}

impl fmt::Debug for MemberKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemberKey(..)")
    }
}

/// A statement and its proof, ready for [`crate::TxBuilder::prove`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// What is proven.
    pub statement: Prove,
    /// That it holds.
    pub proof: ProofBytes,
}

/// Proves that a hidden value lies between two bounds.
///
/// # Errors
/// [`WalletError::Prove`] when it does not.
pub fn range(
    keys: &ProvingKeys,
    binding: &Binding,
    hidden: &Hidden,
    (low, high): (u128, u128),
) -> Result<Proven, WalletError> {
    let commitment = hidden.commitment()?;
    let public = RangePublic { commitment: theirs(&commitment), low, high, context: binding.context() };
    let private = RangePrivate { value: hidden.value, blinding: Field(*hidden.blinding) };
    let proof = prove_range(keys, &public, &private, &mut OsRng)?;
    let statement = Prove::Range(ProveRange { commitment, low, high, purpose: binding.purpose.clone() });
    Ok(Proven { statement, proof: ProofBytes(proof.0) })
}

/// Proves that two commitments hide the same value.
///
/// # Errors
/// [`WalletError::Prove`] when they do not.
pub fn equality(keys: &ProvingKeys, binding: &Binding, left: &Hidden, right: &Hidden) -> Result<Proven, WalletError> {
    let (first, second) = (left.commitment()?, right.linked_commitment()?);
    let public = EqualityPublic { first: theirs(&first), second: theirs(&second), context: binding.context() };
    let private = EqualityPrivate {
        value: left.value,
        first_blinding: Field(*left.blinding),
        second_blinding: Field(*right.blinding),
    };
    let proof = prove_equality(keys, &public, &private, &mut OsRng)?;
    let purpose = binding.purpose.clone();
    let statement = Prove::Equality(ProveEquality { left: first, right: second, purpose });
    Ok(Proven { statement, proof: ProofBytes(proof.0) })
}

/// A group as a prover needs it.
#[derive(Debug, Clone, Copy)]
pub struct GroupLeaves<'a> {
    /// Its id.
    pub id: GroupId,
    /// All leaves, in order, as `group_members` gives them.
    pub leaves: &'a [[u8; 32]],
}

/// Proves that the owner of `member` belongs to a group with `weight`, once per `scope`.
///
/// # Errors
/// [`WalletError::NotAMember`], [`WalletError::Prove`], [`WalletError::Statement`] for leaves that are no field elements.
pub fn membership(
    keys: &ProvingKeys,
    binding: &Binding,
    group: GroupLeaves<'_>,
    member: &MemberKey,
    weight: u64,
    scope: &Name,
) -> Result<Proven, WalletError> {
    let own = leaf(&member.0.public_key()?, weight.into())?;
    let mut tree = GroupTree::new();
    tree.append(&group.leaves.iter().copied().map(Field).collect::<Vec<_>>())?;
    let position = tree.position_of(&own).ok_or(WalletError::NotAMember { weight })?;
    let scope_field = binding.scope(&group.id, scope);
    let public = MembershipPublic {
        root: tree.root(),
        nullifier: member.0.nullifier(&scope_field)?,
        scope: scope_field,
        weight: weight.into(),
        signal: binding.context(),
    };
    let private = MembershipPrivate { secret: member.0.clone(), path: tree.path(position)? };
    let proof = prove_membership(keys, &public, &private, &mut OsRng)?;
    let statement = Prove::Membership(ProveMembership {
        group: group.id,
        root: ours(public.root),
        scope: scope.clone(),
        nullifier: ours(public.nullifier),
        weight,
        purpose: binding.purpose.clone(),
    });
    Ok(Proven { statement, proof: ProofBytes(proof.0) })
}

/// Verifies a proof as the chain does, but without the chain: whether a group's root is recent and a nullifier unused
/// only the chain knows.
///
/// # Errors
/// [`WalletError::Statement`] when it does not verify.
pub fn verify(
    keys: &VerifyingKeys,
    genesis_id: GenesisId,
    sender: Address,
    proven: &Proven,
) -> Result<(), WalletError> {
    Ok(verify_one(keys, &item(genesis_id, sender, proven))?)
}

/// The public inputs and the proof as the verifier takes them.
pub fn item(genesis_id: GenesisId, sender: Address, proven: &Proven) -> VerifyItem {
    let binding = |purpose: &Name| Binding { genesis_id, sender, purpose: purpose.clone() };
    let public = match &proven.statement {
        Prove::Range(range) => Public::Range(RangePublic {
            commitment: theirs(&range.commitment),
            low: range.low,
            high: range.high,
            context: binding(&range.purpose).context(),
        }),
        Prove::Membership(membership) => Public::Membership(MembershipPublic {
            root: theirs(&membership.root),
            nullifier: theirs(&membership.nullifier),
            scope: binding(&membership.purpose).scope(&membership.group, &membership.scope),
            weight: membership.weight.into(),
            signal: binding(&membership.purpose).context(),
        }),
        Prove::Equality(equality) => Public::Equality(EqualityPublic {
            first: theirs(&equality.left),
            second: theirs(&equality.right),
            context: binding(&equality.purpose).context(),
        }),
        Prove::Credential(credential) => {
            Public::Credential(crate::identity::credential::public(&binding(&credential.purpose), credential))
        }
    };
    VerifyItem { public, proof: CircuitProof(proven.proof.0) }
}

/// A uniformly random field element: 512 random bits, so that the bias of the reduction is negligible.
pub(crate) fn random_field() -> Result<Zeroizing<[u8; 32]>, WalletError> {
    let mut bytes = Zeroizing::new([0u8; 64]);
    crate::random(bytes.as_mut())?;
    Ok(Zeroizing::new(hash_to_field("tacit 2026-11 wallet random field element", bytes.as_ref()).0))
}

pub(crate) const fn ours(field: Field) -> FieldBytes {
    FieldBytes(field.0)
}

pub(crate) const fn theirs(field: &FieldBytes) -> Field {
    Field(field.0)
}
