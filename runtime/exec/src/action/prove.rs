//! Prove: records a statement whose proof was verified before the block was voted for.
//!
//! The proof itself was checked without state; here stands what the state has to say: is the root a recent one of the
//! group and was the nullifier used before in its scope, or is the root one of the issuer since its last revocation.

use crate::error::Refusal;
use crate::proofs;
use crate::tx::TxContext;
use tacit_state::{key, record};
use tacit_types::action::{Prove, ProveMembership};
use tacit_types::identity::ProveCredential;
use tacit_types::{Event, RejectCode};

pub fn apply(context: &mut TxContext<'_, '_>, prove: &Prove) -> Result<(), Refusal> {
    let credential = match prove {
        Prove::Membership(membership) => {
            spend_nullifier(context, membership)?;
            None
        }
        Prove::Credential(credential) => Some(mark(context, credential)?),
        Prove::Range(_) | Prove::Equality(_) => None,
    };
    let id = proofs::proof_id(&context.sender, prove);
    let key = key::proof(&id);
    // Saying the same thing twice is harmless: the first record stands, except that a credential's counts afresh.
    if credential.is_some() || context.overlay.get(&key)?.is_none() {
        let record = record::ProofRecord { id, sender: context.sender, height: context.block.height, credential };
        context.overlay.write(&key, &record)?;
    }
    context.events.push(Event::Proved { proof: id, sender: context.sender });
    Ok(())
}

/// What decides how long a credential's proof counts.
fn mark(context: &mut TxContext<'_, '_>, credential: &ProveCredential) -> Result<record::CredentialMark, Refusal> {
    let issuer: record::Issuer =
        context.overlay.read(&key::issuer(&credential.issuer))?.ok_or(RejectCode::IssuerUnknown)?;
    if !issuer.roots.contains(&credential.root) {
        return Err(RejectCode::IssuerRootUnknown.into());
    }
    Ok(record::CredentialMark { issuer: credential.issuer, revocations: issuer.revocations })
}

fn spend_nullifier(context: &mut TxContext<'_, '_>, membership: &ProveMembership) -> Result<(), Refusal> {
    let group: record::Group = context.overlay.read(&key::group(&membership.group))?.ok_or(RejectCode::GroupUnknown)?;
    if !group.roots.contains(&membership.root) {
        return Err(RejectCode::GroupRootUnknown.into());
    }
    let key = key::nullifier(&membership.group, &membership.scope, &membership.nullifier);
    if context.overlay.get(&key)?.is_some() {
        return Err(RejectCode::NullifierSpent.into());
    }
    context.overlay.set(&key, Some(context.block.height.0.to_le_bytes().to_vec()))?;
    context.events.push(Event::NullifierSpent {
        group: membership.group,
        nullifier: membership.nullifier,
        weight: membership.weight,
    });
    Ok(())
}
