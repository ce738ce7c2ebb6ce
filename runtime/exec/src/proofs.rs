//! Where actions and circuits meet: turns a `prove` action into a statement's public inputs, and has the proofs verified.
//!
//! Every proof is bound to the chain, the sender and a purpose through its context, so that nobody else can replay it.

use crate::error::Reject;
use crate::join_splits;
use crate::rules::Rules;
use tacit_circuits::{
    CredentialPublic, EqualityPublic, FieldBytes as CircuitField, MembershipPublic, ProofBytes as CircuitProof, Public,
    RangePublic, VerifyItem, VotePublic, context_from_hash,
};
use tacit_state::{Overlay, StateFault, key, record};
use tacit_types::action::Prove;
use tacit_types::identity::{PollVote, ProveCredential};
use tacit_types::{
    Action, Address, FieldBytes, GenesisId, GroupId, Name, ProofBytes, ProofId, RejectCode, Tx, binding, codec,
};

/// One proof and what it must prove.
pub type ProofItem = VerifyItem;

/// The context of a proof: the last public input of *range*, *equality* and *credential*, the signal of *membership*.
#[must_use]
pub fn context(genesis_id: &GenesisId, sender: &Address, purpose: &Name) -> FieldBytes {
    element(&binding::proof_context(genesis_id, sender, purpose))
}

/// The scope of a membership proof as a field element.
#[must_use]
pub fn scope(genesis_id: &GenesisId, group: &GroupId, scope: &Name) -> FieldBytes {
    element(&binding::proof_scope(genesis_id, group, scope))
}

/// The field element that stands for a hash of [`binding`].
fn element(hash: &[u8; 32]) -> FieldBytes {
    FieldBytes(context_from_hash(hash).0)
}

/// Where a verified proof is recorded: its sender and its public statement.
#[must_use]
pub fn proof_id(sender: &Address, statement: &Prove) -> ProofId {
    ProofId::of(&[&sender.0, &codec::encode(statement)])
}

/// The record of a proof, if there is one and it still counts: a *credential*'s only until its issuer revokes anything.
///
/// # Errors
/// [`StateFault`].
pub fn standing(overlay: &mut Overlay<'_>, id: &ProofId) -> Result<Option<record::ProofRecord>, StateFault> {
    let Some(record) = overlay.read::<record::ProofRecord>(&key::proof(id))? else { return Ok(None) };
    let Some(mark) = record.credential else { return Ok(Some(record)) };
    let issuer: Option<record::Issuer> = overlay.read(&key::issuer(&mark.issuer))?;
    Ok(issuer.is_some_and(|issuer| issuer.revocations == mark.revocations).then_some(record))
}

/// Whether the bytes are below the scalar modulus.
#[must_use]
pub fn is_canonical(field: &FieldBytes) -> bool {
    CircuitField(field.0).is_canonical()
}

/// The proofs of `tx` with their statements. Their number was compared before.
///
/// # Errors
/// [`RejectCode::FieldNotCanonical`], [`RejectCode::SpendKeyInvalid`].
pub fn items(rules: &Rules, sender: &Address, tx: &Tx, sign_bytes: &[u8; 32]) -> Result<Vec<ProofItem>, Reject> {
    let proving = tx.body.actions.iter().filter(|action| action.proofs() > 0);
    let item = |(action, proof): (&Action, &ProofBytes)| match action {
        Action::Prove(prove) => item(&rules.genesis_id, sender, prove, proof),
        Action::JoinSplit(join_split) => {
            Ok(VerifyItem { public: join_splits::public(join_split, sign_bytes)?, proof: CircuitProof(proof.0) })
        }
        Action::PollVote(vote) => vote_item(&rules.genesis_id, sender, vote, proof),
        _ => Err(Reject::new(RejectCode::ProofCount, "an action takes a proof that nobody verifies")),
    };
    proving.zip(tx.witness.proofs.iter()).map(item).collect()
}

/// The public inputs of one `prove` action and its proof.
///
/// # Errors
/// [`RejectCode::FieldNotCanonical`].
pub fn item(genesis_id: &GenesisId, sender: &Address, prove: &Prove, proof: &ProofBytes) -> Result<ProofItem, Reject> {
    let public = match prove {
        Prove::Range(range) => Public::Range(RangePublic {
            commitment: field("commitment", &range.commitment)?,
            low: range.low,
            high: range.high,
            context: given(&context(genesis_id, sender, &range.purpose)),
        }),
        Prove::Membership(membership) => Public::Membership(MembershipPublic {
            root: field("root", &membership.root)?,
            nullifier: field("nullifier", &membership.nullifier)?,
            scope: given(&scope(genesis_id, &membership.group, &membership.scope)),
            weight: u128::from(membership.weight),
            signal: given(&context(genesis_id, sender, &membership.purpose)),
        }),
        Prove::Equality(equality) => Public::Equality(EqualityPublic {
            first: field("left commitment", &equality.left)?,
            second: field("right commitment", &equality.right)?,
            context: given(&context(genesis_id, sender, &equality.purpose)),
        }),
        Prove::Credential(credential) => Public::Credential(credential_public(genesis_id, sender, credential)?),
    };
    Ok(VerifyItem { public, proof: CircuitProof(proof.0) })
}

fn credential_public(
    genesis_id: &GenesisId,
    sender: &Address,
    credential: &ProveCredential,
) -> Result<CredentialPublic, Reject> {
    Ok(CredentialPublic {
        root: field("root", &credential.root)?,
        kind: context_from_hash(&binding::credential_kind(&credential.kind)),
        application: context_from_hash(&binding::application_scope(genesis_id, &credential.application)),
        pseudonym: field("pseudonym", &credential.pseudonym)?,
        commitment: field("commitment", &credential.commitment)?,
        low: credential.low,
        high: credential.high,
        context: given(&context(genesis_id, sender, &credential.purpose)),
    })
}

/// The public inputs of a vote and its proof.
///
/// # Errors
/// [`RejectCode::FieldNotCanonical`].
pub fn vote_item(
    genesis_id: &GenesisId,
    sender: &Address,
    vote: &PollVote,
    proof: &ProofBytes,
) -> Result<ProofItem, Reject> {
    let public = Public::Vote(VotePublic {
        root: field("root", &vote.root)?,
        nullifier: field("nullifier", &vote.nullifier)?,
        poll: context_from_hash(&binding::poll_scope(genesis_id, &vote.poll)),
        weight: u128::from(vote.weight),
        choice: u128::from(vote.choice),
        context: context_from_hash(&binding::vote_context(genesis_id, sender, &vote.poll)),
    });
    Ok(VerifyItem { public, proof: CircuitProof(proof.0) })
}

/// The verdict on each item; equal to verifying each alone.
#[must_use]
pub fn verify_each(rules: &Rules, items: &[&ProofItem], seed: [u8; 32]) -> Vec<bool> {
    let items: Vec<ProofItem> = items.iter().map(|item| **item).collect();
    tacit_circuits::verify_batch(&rules.keys, &items, seed, 1).into_iter().map(|verdict| verdict.is_ok()).collect()
}

/// Reads a field element of a transaction; `what` names it in the refusal.
///
/// # Errors
/// [`RejectCode::FieldNotCanonical`].
pub(crate) fn field(what: &str, bytes: &FieldBytes) -> Result<CircuitField, Reject> {
    if is_canonical(bytes) {
        Ok(CircuitField(bytes.0))
    } else {
        Err(Reject::new(RejectCode::FieldNotCanonical, what.to_string()))
    }
}

/// Wraps an element that this node computed itself.
const fn given(bytes: &FieldBytes) -> CircuitField {
    CircuitField(bytes.0)
}
