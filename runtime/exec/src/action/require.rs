//! Require: goes on only if the sender has a proof recorded that still counts. Put before other actions, it makes them
//! depend on a fact about the sender that nobody sees.

use crate::error::Refusal;
use crate::proofs;
use crate::tx::TxContext;
use tacit_types::RejectCode;
use tacit_types::identity::Require;

pub fn apply(context: &mut TxContext<'_, '_>, require: &Require) -> Result<(), Refusal> {
    match proofs::standing(context.overlay, &require.proof)? {
        Some(record) if record.sender == context.sender => Ok(()),
        _ => Err(RejectCode::ProofNotRecorded.into()),
    }
}
