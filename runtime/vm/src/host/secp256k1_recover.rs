//! `secp256k1_recover`: the key that made a signature, as Ethereum recovers it. A signature has one accepted form: s is in
//! the lower half.

use super::Host;
use crate::frame::Stop;
use crate::gas;
use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};
use tacit_abi::{INVALID_INPUT, OK};

pub(crate) fn run(host: &mut Host<'_>, hash: i32, signature: i32, recovery: i32, out: i32) -> Result<i32, Stop> {
    host.charge(gas::SECP256K1_RECOVER)?;
    let hash: [u8; 32] = host.array(hash)?;
    let signature: [u8; 64] = host.array(signature)?;
    let Some(key) = recover(&hash, &signature, recovery) else { return Ok(INVALID_INPUT) };
    host.write(out, &key)?;
    Ok(OK)
}

fn recover(hash: &[u8; 32], signature: &[u8; 64], recovery: i32) -> Option<[u8; 64]> {
    // Ids 2 and 3 stand for an x above the order, which nobody can find; Ethereum knows only 0 and 1.
    let recovery = u8::try_from(recovery).ok().filter(|id| *id < 2).and_then(RecoveryId::from_byte)?;
    let signature = Signature::from_slice(signature).ok().filter(|signature| signature.normalize_s().is_none())?;
    let key = VerifyingKey::recover_from_prehash(hash, &signature, recovery).ok()?;
    let point = key.to_encoded_point(false);
    point.as_bytes().get(1..)?.try_into().ok()
}
