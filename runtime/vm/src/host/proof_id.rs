//! `proof_id`: under which id the chain records that somebody had a statement proven.

use super::{Host, within};
use crate::frame::Stop;
use crate::gas;
use tacit_types::ProofId;

pub(crate) fn run(host: &mut Host<'_>, sender: i32, statement: i32, len: i32, out: i32) -> Result<(), Stop> {
    within(len, tacit_abi::PROOF_STATEMENT_BYTES_MAX)?;
    let bytes = u64::from(len.cast_unsigned()).saturating_add(32);
    host.charge(gas::BLAKE3.saturating_add(gas::BLAKE3_BYTE.saturating_mul(bytes)))?;
    let sender = host.address(sender)?;
    let id = ProofId::of(&[&sender.0, host.bytes(statement, len)?]);
    host.write(out, &id.0)
}
