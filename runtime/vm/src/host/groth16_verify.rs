//! `groth16_verify`: checks a proof against a verifying key that somebody registered on the chain. A proof that does not
//! verify costs the same as one that does.

use super::{Host, array_at, within};
use crate::frame::Stop;
use crate::gas;
use tacit_abi::{GROTH16_INPUTS_MAX, KEY_UNKNOWN};

pub(crate) fn run(host: &mut Host<'_>, key_id: i32, proof: i32, inputs: i32, input_count: i32) -> Result<i32, Stop> {
    within(input_count, GROTH16_INPUTS_MAX)?;
    host.charge(gas::groth16(u64::from(input_count.cast_unsigned())))?;
    let key_id: [u8; 32] = host.array(key_id)?;
    let proof: [u8; 256] = host.array(proof)?;
    let inputs = array_at::<32>(host, inputs, input_count)?;
    let world = &mut *host.frame.loan.scope().world;
    let Some(key) = world.verifying_key(&key_id)? else { return Ok(KEY_UNKNOWN) };
    Ok(i32::from(world.proofs().groth16(&key, &proof, &inputs)?))
}
