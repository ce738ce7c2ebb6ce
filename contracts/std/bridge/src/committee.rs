//! Who signs, and whether it did. A signature counts for one purpose, chain, contract and committee, and must never count
//! for anything else.

use crate::bridge::{COMMITTEE, Committee, Error, KEYS_MAX, Signature};
use tacit_sdk::prelude::*;

/// Says what is signed; no signature for anything else begins so.
const DOMAIN: &[u8; 16] = b"tacit bridge v1\0";
/// Most bytes that are signed.
const SIGNED_MAX: usize = 1024;

/// What a signature is for.
#[derive(Clone, Copy)]
pub enum Purpose {
    /// A message from the other end is to be delivered.
    Deliver,
    /// A message from the other end is too late and is never to be delivered.
    Refuse,
    /// The other end never delivers what was sent from here.
    Refund,
    /// Another committee follows.
    Rotate,
}

/// Refuses a committee that few could be, or that nobody need be.
pub fn require_committee(committee: &Committee) -> Result<(), Error> {
    let keys = committee.keys.as_slice();
    let count = u32::try_from(keys.len()).map_err(|_| Error::BadCommittee)?;
    let ascending = keys.is_sorted_by(|left, right| left < right);
    let threshold = u32::from(committee.threshold);
    let majority = threshold <= count && count < threshold.saturating_mul(2);
    if ascending && majority && !keys.iter().any(is_weak) { Ok(()) } else { Err(Error::BadCommittee) }
}

/// Whether a key accepts what nobody signed, as keys of small order do.
fn is_weak(key: &[u8; 32]) -> bool {
    let mut nothing = [0; 64];
    if let Some(first) = nothing.first_mut() {
        *first = 1;
    }
    env::ed25519_verify(key, &nothing, DOMAIN)
}

/// The committee that is.
pub fn current() -> Committee {
    COMMITTEE.get().unwrap_or(Committee { version: 0, threshold: u8::MAX, keys: List::new() })
}

/// Refuses what not enough members of the committee signed, each once, for this purpose, chain, contract and committee.
pub fn require_signatures<T: Wire>(
    purpose: Purpose,
    subject: &T,
    signatures: &List<Signature, KEYS_MAX>,
) -> Result<(), Error> {
    let Committee { version, threshold, keys } = current();
    if signatures.len() < usize::from(threshold) {
        return Err(Error::BadSignatures);
    }
    let mut signed = tacit_sdk::Buffer::new();
    const { assert!(T::MAX <= SIGNED_MAX, "more than can be signed") };
    signed.push(DOMAIN);
    signed.push(&[match purpose {
        Purpose::Deliver => 1,
        Purpose::Refuse => 2,
        Purpose::Refund => 3,
        Purpose::Rotate => 4,
    }]);
    signed.push(&env::genesis_id());
    env::self_address().put(&mut signed);
    version.put(&mut signed);
    subject.put(&mut signed);
    let mut before = None;
    for signature in signatures {
        let key = keys.as_slice().get(usize::from(signature.key)).ok_or(Error::BadSignatures)?;
        let is_next = before.is_none_or(|before| before < signature.key);
        if !is_next || !env::ed25519_verify(key, &signature.bytes, signed.as_slice()) {
            return Err(Error::BadSignatures);
        }
        before = Some(signature.key);
    }
    Ok(())
}
