//! Prove: records a statement whose proof was verified before the block was voted for.
//!
//! The proof itself was checked without state; here stands what the state has to say: is the root a recent one of the
//! group, and was the nullifier used before in its scope.

use crate::error::Refusal;
use crate::proofs;
use crate::tx::TxContext;
use tacit_state::{key, record};
use tacit_types::action::{Prove, ProveMembership};
use tacit_types::{Event, RejectCode};

pub fn apply(context: &mut TxContext<'_, '_>, prove: &Prove) -> Result<(), Refusal> {
    if let Prove::Membership(membership) = prove {
        spend_nullifier(context, membership)?;
    }
    let id = proofs::proof_id(&context.sender, prove);
    let key = key::proof(&id);
    // Saying the same thing twice is harmless: the first record stands.
    if context.overlay.get(&key)?.is_none() {
        let record = record::ProofRecord { id, sender: context.sender, height: context.block.height };
        context.overlay.write(&key, &record)?;
    }
    context.events.push(Event::Proved { proof: id, sender: context.sender });
    Ok(())
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
