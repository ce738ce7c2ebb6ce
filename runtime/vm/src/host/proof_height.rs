//! `proof_height`: since when a proof is recorded, if it still counts.

use super::Host;
use crate::frame::Stop;
use crate::gas;
use tacit_types::ProofId;

pub(crate) fn run(host: &mut Host<'_>, id: i32) -> Result<i64, Stop> {
    host.charge_copy(32)?;
    host.charge(gas::PROOF_HEIGHT)?;
    let id = ProofId(host.array(id)?);
    let height = host.frame.loan.scope().world.proof_height(&id)?;
    Ok(height.map_or(0, |height| height.0.cast_signed()))
}
