//! What proofs are bound to, as 32-byte hashes: chain, sender, purpose, scope, poll, kind of attribute, application.
//!
//! Whoever makes a proof and whoever verifies it take the same hash from here; `circuits` maps it to a field element with
//! `context_from_hash`. The contexts are consensus data: changing one strands every proof made under it.

use crate::codec::hash;
use crate::{Address, GenesisId, GroupId, Name, PollId};

/// Binds a *range*, *equality*, *membership* or *credential* proof to its sender and purpose.
#[must_use]
pub fn proof_context(genesis_id: &GenesisId, sender: &Address, purpose: &Name) -> [u8; 32] {
    hash("tacit 2026-11 proof context", &[&genesis_id.0, &sender.0, purpose.as_str().as_bytes()])
}

/// Where a member acts once: the same name in another group or chain is another scope, so that nullifiers cannot be
/// linked.
#[must_use]
pub fn proof_scope(genesis_id: &GenesisId, group: &GroupId, scope: &Name) -> [u8; 32] {
    hash("tacit 2026-11 proof scope", &[&genesis_id.0, &group.0, scope.as_str().as_bytes()])
}

/// Binds a *vote* proof to who brings it.
#[must_use]
pub fn vote_context(genesis_id: &GenesisId, sender: &Address, poll: &PollId) -> [u8; 32] {
    hash("tacit 2026-11 vote context", &[&genesis_id.0, &sender.0, &poll.0])
}

/// The poll as *vote* proofs name it: nullifiers of two polls cannot be linked, nor those of one poll on two chains.
#[must_use]
pub fn poll_scope(genesis_id: &GenesisId, poll: &PollId) -> [u8; 32] {
    hash("tacit 2026-11 poll scope", &[&genesis_id.0, &poll.0])
}

/// A kind of attribute as credentials name it. The same on every chain, so that an issuer attests once.
#[must_use]
pub fn credential_kind(name: &Name) -> [u8; 32] {
    hash("tacit 2026-11 credential kind", &[name.as_str().as_bytes()])
}

/// An application as *credential* proofs name it: the same holder has another pseudonym in every application and chain.
#[must_use]
pub fn application_scope(genesis_id: &GenesisId, application: &Name) -> [u8; 32] {
    hash("tacit 2026-11 application scope", &[&genesis_id.0, application.as_str().as_bytes()])
}
