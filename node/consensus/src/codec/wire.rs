//! The mirror types: what the formats of `docs/spec/consensus.md` look like in Rust. Field order is wire order.

use super::{PEER_ID_BYTES_MAX, RESPONSE_VALUES_MAX};
use crate::parts::{PART_BYTES, STREAM_ID_BYTES, SignedInit};
use borsh::{BorshDeserialize, BorshSerialize};
use tacit_types::limits::{BLOCK_BYTES_MAX, VALIDATORS_MAX};
use tacit_types::{Address, BlockId, Bytes, Height, List, Round, Signature};

/// A validator may appear twice in a certificate for entering a round: once per kind of vote.
pub(super) const ROUND_SIGNATURES_MAX: usize = VALIDATORS_MAX * 2;

#[derive(BorshSerialize, BorshDeserialize)]
pub(super) enum WireVoteKind {
    Prevote,
    Precommit,
}

#[derive(BorshSerialize, BorshDeserialize)]
pub(super) struct WireVote {
    pub(super) kind: WireVoteKind,
    pub(super) height: Height,
    pub(super) round: Round,
    pub(super) value: Option<BlockId>,
    pub(super) voter: Address,
    pub(super) signature: Signature,
}

#[derive(BorshSerialize, BorshDeserialize)]
pub(super) struct WireProposal {
    pub(super) height: Height,
    pub(super) round: Round,
    pub(super) block_id: BlockId,
    pub(super) pol_round: Option<Round>,
    pub(super) proposer: Address,
    pub(super) signature: Signature,
}

#[derive(BorshSerialize, BorshDeserialize)]
pub(super) enum WireConsensus {
    Vote(WireVote),
    Proposal(WireProposal),
}

#[derive(BorshSerialize, BorshDeserialize)]
pub(super) struct WireSigner {
    pub(super) address: Address,
    pub(super) signature: Signature,
}

/// Polka certificates and commit certificates look alike.
#[derive(BorshSerialize, BorshDeserialize)]
pub(super) struct WireCertificate {
    pub(super) height: Height,
    pub(super) round: Round,
    pub(super) block_id: BlockId,
    pub(super) signers: List<WireSigner, VALIDATORS_MAX>,
}

#[derive(BorshSerialize, BorshDeserialize)]
pub(super) enum WireRoundKind {
    Skip,
    Precommit,
}

#[derive(BorshSerialize, BorshDeserialize)]
pub(super) struct WireRoundSigner {
    pub(super) kind: WireVoteKind,
    pub(super) value: Option<BlockId>,
    pub(super) address: Address,
    pub(super) signature: Signature,
}

#[derive(BorshSerialize, BorshDeserialize)]
pub(super) struct WireRoundCertificate {
    pub(super) height: Height,
    pub(super) round: Round,
    pub(super) kind: WireRoundKind,
    pub(super) signers: List<WireRoundSigner, ROUND_SIGNATURES_MAX>,
}

#[derive(BorshSerialize, BorshDeserialize)]
pub(super) enum WireLiveness {
    Vote(WireVote),
    Polka(WireCertificate),
    Round(WireRoundCertificate),
}

#[derive(BorshSerialize, BorshDeserialize)]
pub(super) struct WireProof {
    pub(super) public_key: [u8; 32],
    pub(super) peer_id: Bytes<PEER_ID_BYTES_MAX>,
    pub(super) signature: Signature,
}

#[derive(BorshSerialize, BorshDeserialize)]
pub(super) struct WireProposedValue {
    pub(super) height: Height,
    pub(super) round: Round,
    pub(super) valid_round: Option<Round>,
    pub(super) proposer: Address,
    pub(super) block_id: BlockId,
    pub(super) valid: bool,
}

#[derive(BorshSerialize, BorshDeserialize)]
pub(super) struct WireData {
    pub(super) index: u32,
    pub(super) bytes: Bytes<PART_BYTES>,
}

#[derive(BorshSerialize, BorshDeserialize)]
pub(super) struct WirePart {
    pub(super) signed: SignedInit,
    pub(super) data: Option<WireData>,
}

#[derive(BorshSerialize, BorshDeserialize)]
pub(super) struct WireStream {
    pub(super) stream_id: [u8; STREAM_ID_BYTES],
    pub(super) sequence: u64,
    /// None ends the stream.
    pub(super) content: Option<WirePart>,
}

#[derive(BorshSerialize, BorshDeserialize)]
pub(super) struct WireStatus {
    pub(super) peer_id: Bytes<PEER_ID_BYTES_MAX>,
    pub(super) tip: Height,
    pub(super) history_min: Height,
}

#[derive(BorshSerialize, BorshDeserialize)]
pub(super) struct WireRequest {
    pub(super) from: Height,
    pub(super) to: Height,
}

#[derive(BorshSerialize, BorshDeserialize)]
pub(super) struct WireDecided {
    pub(super) block: Bytes<BLOCK_BYTES_MAX>,
    pub(super) certificate: WireCertificate,
}

#[derive(BorshSerialize, BorshDeserialize)]
pub(super) struct WireResponse {
    pub(super) start: Height,
    pub(super) values: List<WireDecided, RESPONSE_VALUES_MAX>,
}
