//! What validators sign. The consensus engine knows no chain, so the chain's genesis id and a domain tag are in
//! every message, and the same bytes serve the commit certificate and evidence.

use crate::{BlockId, GenesisId, Height, Round, codec};

/// Which of the messages of a round is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum SignedStep {
    /// A proposal of a value.
    Proposal = 0,
    /// First vote.
    Prevote = 1,
    /// Second vote; two thirds of these make a commit certificate.
    Precommit = 2,
    /// The first part of a proposal's stream.
    PartsInit = 3,
}

const VOTE_CONTEXT: &str = "tacit 2026-11 consensus sign bytes";

/// The 32 bytes that a validator signs for `step`; `value` is `None` for a vote for nil.
#[must_use]
pub fn sign_bytes(
    genesis_id: &GenesisId,
    step: SignedStep,
    height: Height,
    round: Round,
    value: Option<&BlockId>,
) -> [u8; 32] {
    sign_bytes_with(genesis_id, step, height, round, value, &[])
}

/// As [`sign_bytes`], with further bytes bound in: the proof-of-lock round of a proposal, the fields of an init part.
#[must_use]
pub fn sign_bytes_with(
    genesis_id: &GenesisId,
    step: SignedStep,
    height: Height,
    round: Round,
    value: Option<&BlockId>,
    extra: &[u8],
) -> [u8; 32] {
    let fixed = codec::encode(&(step as u8, height, round, value.copied()));
    codec::hash(VOTE_CONTEXT, &[&genesis_id.0, &fixed, extra])
}
