//! `ed25519_verify`: checks a signature under the rules of ZIP 215, as the chain checks its own.

use super::{Host, within};
use crate::frame::Stop;
use crate::gas;
use ed25519_consensus::{Signature, VerificationKey};
use tacit_abi::HASH_DATA_BYTES_MAX;

pub(crate) fn run(host: &mut Host<'_>, key: i32, signature: i32, message: i32, message_len: i32) -> Result<i32, Stop> {
    within(message_len, HASH_DATA_BYTES_MAX)?;
    let bytes = u64::from(message_len.cast_unsigned());
    host.charge(gas::ED25519.saturating_add(gas::ED25519_BYTE.saturating_mul(bytes)))?;
    let key: [u8; 32] = host.array(key)?;
    let signature = Signature::from(host.array::<64>(signature)?);
    let message = host.bytes(message, message_len)?;
    let valid = VerificationKey::try_from(key).is_ok_and(|key| key.verify(&signature, message).is_ok());
    Ok(i32::from(valid))
}
