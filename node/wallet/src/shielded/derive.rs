//! How keys, secrets and blindings follow from one another: BLAKE3 in derive-key mode, one context per use. Nothing
//! here is random, and nothing reads what somebody else wrote.

use curve25519_dalek::scalar::Scalar;
use zeroize::Zeroizing;

/// Contexts of the specification, each used for one thing only.
pub(super) mod context {
    pub(in crate::shielded) const ASK: &str = "tacit 2026-11 shielded ask";
    pub(in crate::shielded) const NK: &str = "tacit 2026-11 shielded nk";
    pub(in crate::shielded) const OVK: &str = "tacit 2026-11 shielded ovk";
    pub(in crate::shielded) const DK: &str = "tacit 2026-11 shielded dk";
    pub(in crate::shielded) const IVK: &str = "tacit 2026-11 shielded ivk";
    pub(in crate::shielded) const BLINDING_KEY: &str = "tacit 2026-11 shielded blinding key";
    pub(in crate::shielded) const SPEND_BLINDING: &str = "tacit 2026-11 shielded spend blinding";
    pub(in crate::shielded) const DISCLOSURE: &str = "tacit 2026-11 payment disclosure";
    pub(in crate::shielded) const DIVERSIFIER: &str = "tacit 2026-11 shielded diversifier";
    pub(in crate::shielded) const DIVERSIFIED_BASE: &str = "tacit 2026-11 shielded diversified base";
    pub(in crate::shielded) const ESK: &str = "tacit 2026-11 shielded esk";
    pub(in crate::shielded) const NOTE_ENCRYPTION: &str = "tacit 2026-11 note encryption";
    pub(in crate::shielded) const OUTGOING: &str = "tacit 2026-11 outgoing";
}

/// 32 bytes under `context`.
pub(super) fn kdf(context: &str, parts: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let mut bytes = Zeroizing::new([0u8; 32]);
    fill(context, parts, bytes.as_mut());
    bytes
}

/// 64 bytes under `context`: what a number modulo some order is made from, with a bias below 2^-250.
pub(super) fn wide(context: &str, parts: &[&[u8]]) -> Zeroizing<[u8; 64]> {
    let mut bytes = Zeroizing::new([0u8; 64]);
    fill(context, parts, bytes.as_mut());
    bytes
}

/// A number modulo the order of Ristretto.
pub(super) fn ristretto_scalar(context: &str, parts: &[&[u8]]) -> Zeroizing<Scalar> {
    Zeroizing::new(Scalar::from_bytes_mod_order_wide(&wide(context, parts)))
}

/// As many bytes as `out` takes under `context`.
pub(super) fn fill(context: &str, parts: &[&[u8]], out: &mut [u8]) {
    let mut hasher = blake3::Hasher::new_derive_key(context);
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize_xof().fill(out);
}
