//! `secp256r1_verify`: checks a P-256 signature, as security keys and phones make them.

use super::Host;
use crate::frame::Stop;
use crate::gas;
use p256::EncodedPoint;
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use p256::ecdsa::{Signature, VerifyingKey};

pub(crate) fn run(host: &mut Host<'_>, key: i32, signature: i32, hash: i32) -> Result<i32, Stop> {
    host.charge(gas::SECP256R1_VERIFY)?;
    let key: [u8; 64] = host.array(key)?;
    let signature: [u8; 64] = host.array(signature)?;
    let hash: [u8; 32] = host.array(hash)?;
    Ok(i32::from(verifies(&key, &signature, &hash)))
}

fn verifies(key: &[u8; 64], signature: &[u8; 64], hash: &[u8; 32]) -> bool {
    let point = EncodedPoint::from_untagged_bytes(&(*key).into());
    let Ok(key) = VerifyingKey::from_encoded_point(&point) else { return false };
    let Ok(signature) = Signature::from_slice(signature) else { return false };
    key.verify_prehash(hash, &signature).is_ok()
}
