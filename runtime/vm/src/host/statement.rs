//! What the host functions for the chain's own statements share.

use super::{Host, array_at, within};
use crate::frame::Stop;
use crate::gas;
use crate::world::Statement;
use tacit_abi::GROTH16_INPUTS_MAX;

/// One if the proof shows the statement for these inputs, else zero.
pub(super) fn verify(
    host: &mut Host<'_>,
    statement: Statement,
    proof: i32,
    inputs: i32,
    input_count: i32,
) -> Result<i32, Stop> {
    within(input_count, GROTH16_INPUTS_MAX)?;
    host.charge(gas::statement(u64::from(input_count.cast_unsigned())))?;
    let proof: [u8; 128] = host.array(proof)?;
    let inputs = array_at::<32>(host, inputs, input_count)?;
    Ok(i32::from(host.frame.loan.scope().world.proofs().statement(statement, &proof, &inputs)?))
}
