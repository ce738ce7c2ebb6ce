//! Votes, proposals, verdicts and validator proofs.

use super::wire::{WireConsensus, WireProof, WireProposal, WireProposedValue, WireVote, WireVoteKind};
use super::{CodecError, SMALL_BYTES_MAX, TacitCodec, pack, unpack};
use crate::context::{CtxAddress, CtxHeight, CtxProposal, CtxValue, CtxVote, TacitContext, engine_round, shared_round};
use crate::malachite::{
    Codec, NilOrVal, ProposedValue, Round, Signature as EngineSignature, SignedConsensusMsg, SignedMessage,
    ValidatorProof, Validity, VoteType,
};
use crate::signing::voted_block;
use bytes::Bytes;
use tacit_types::{BlockId, Signature};

type SignedVote = SignedMessage<TacitContext, CtxVote>;
type SignedProposal = SignedMessage<TacitContext, CtxProposal>;

/// The shared form of a round that must be there.
pub(super) fn some_round(what: &'static str, round: Round) -> Result<tacit_types::Round, CodecError> {
    shared_round(round).ok_or(CodecError::Value { what, reason: "it has no round" })
}

pub(super) fn optional_round(round: Option<tacit_types::Round>) -> Round {
    round.map_or(Round::Nil, engine_round)
}

pub(super) const fn wire_kind(kind: VoteType) -> WireVoteKind {
    match kind {
        VoteType::Prevote => WireVoteKind::Prevote,
        VoteType::Precommit => WireVoteKind::Precommit,
    }
}

pub(super) const fn engine_kind(kind: &WireVoteKind) -> VoteType {
    match kind {
        WireVoteKind::Prevote => VoteType::Prevote,
        WireVoteKind::Precommit => VoteType::Precommit,
    }
}

pub(super) fn engine_value(value: Option<BlockId>) -> NilOrVal<BlockId> {
    value.map_or(NilOrVal::Nil, NilOrVal::Val)
}

pub(super) fn wire_signature(signature: &EngineSignature) -> Signature {
    Signature(signature.to_bytes())
}

pub(super) fn engine_signature(signature: Signature) -> EngineSignature {
    EngineSignature::from_bytes(signature.0)
}

pub(super) fn wire_vote(signed: &SignedVote) -> Result<WireVote, CodecError> {
    let vote = &signed.message;
    Ok(WireVote {
        kind: wire_kind(vote.kind),
        height: vote.height.0,
        round: some_round("vote", vote.round)?,
        value: voted_block(&vote.value),
        voter: vote.voter.0,
        signature: wire_signature(&signed.signature),
    })
}

pub(super) fn engine_vote(wire: WireVote) -> SignedVote {
    let vote = CtxVote {
        kind: engine_kind(&wire.kind),
        height: CtxHeight(wire.height),
        round: engine_round(wire.round),
        value: engine_value(wire.value),
        voter: CtxAddress(wire.voter),
    };
    SignedMessage::new(vote, engine_signature(wire.signature))
}

fn wire_proposal(signed: &SignedProposal) -> Result<WireProposal, CodecError> {
    let proposal = &signed.message;
    Ok(WireProposal {
        height: proposal.height.0,
        round: some_round("proposal", proposal.round)?,
        block_id: proposal.value.0,
        pol_round: shared_round(proposal.pol_round),
        proposer: proposal.proposer.0,
        signature: wire_signature(&signed.signature),
    })
}

fn engine_proposal(wire: WireProposal) -> SignedProposal {
    let proposal = CtxProposal {
        height: CtxHeight(wire.height),
        round: engine_round(wire.round),
        value: CtxValue(wire.block_id),
        pol_round: optional_round(wire.pol_round),
        proposer: CtxAddress(wire.proposer),
    };
    SignedMessage::new(proposal, engine_signature(wire.signature))
}

impl Codec<SignedConsensusMsg<TacitContext>> for TacitCodec {
    type Error = CodecError;

    fn decode(&self, bytes: Bytes) -> Result<SignedConsensusMsg<TacitContext>, CodecError> {
        Ok(match unpack("consensus message", &bytes, SMALL_BYTES_MAX)? {
            WireConsensus::Vote(vote) => SignedConsensusMsg::Vote(engine_vote(vote)),
            WireConsensus::Proposal(proposal) => SignedConsensusMsg::Proposal(engine_proposal(proposal)),
        })
    }

    fn encode(&self, message: &SignedConsensusMsg<TacitContext>) -> Result<Bytes, CodecError> {
        Ok(pack(&match message {
            SignedConsensusMsg::Vote(vote) => WireConsensus::Vote(wire_vote(vote)?),
            SignedConsensusMsg::Proposal(proposal) => WireConsensus::Proposal(wire_proposal(proposal)?),
        }))
    }
}

/// Verdicts live in the engine's log only.
impl Codec<ProposedValue<TacitContext>> for TacitCodec {
    type Error = CodecError;

    fn decode(&self, bytes: Bytes) -> Result<ProposedValue<TacitContext>, CodecError> {
        let wire: WireProposedValue = unpack("proposed value", &bytes, SMALL_BYTES_MAX)?;
        Ok(ProposedValue {
            height: CtxHeight(wire.height),
            round: engine_round(wire.round),
            valid_round: optional_round(wire.valid_round),
            proposer: CtxAddress(wire.proposer),
            value: CtxValue(wire.block_id),
            validity: Validity::from_bool(wire.valid),
        })
    }

    fn encode(&self, value: &ProposedValue<TacitContext>) -> Result<Bytes, CodecError> {
        Ok(pack(&WireProposedValue {
            height: value.height.0,
            round: some_round("proposed value", value.round)?,
            valid_round: shared_round(value.valid_round),
            proposer: value.proposer.0,
            block_id: value.value.0,
            valid: value.validity.is_valid(),
        }))
    }
}

impl Codec<ValidatorProof<TacitContext>> for TacitCodec {
    type Error = CodecError;

    fn decode(&self, bytes: Bytes) -> Result<ValidatorProof<TacitContext>, CodecError> {
        let wire: WireProof = unpack("validator proof", &bytes, SMALL_BYTES_MAX)?;
        let signature = engine_signature(wire.signature);
        Ok(ValidatorProof::new(wire.public_key.to_vec(), wire.peer_id.into_vec(), signature))
    }

    fn encode(&self, proof: &ValidatorProof<TacitContext>) -> Result<Bytes, CodecError> {
        let refuse = |reason| CodecError::Value { what: "validator proof", reason };
        Ok(pack(&WireProof {
            public_key: proof.public_key.as_slice().try_into().map_err(|_| refuse("the key is not 32 bytes long"))?,
            peer_id: tacit_types::Bytes::new(proof.peer_id.clone()).map_err(|_| refuse("the peer id is too long"))?,
            signature: wire_signature(&proof.signature),
        }))
    }
}
