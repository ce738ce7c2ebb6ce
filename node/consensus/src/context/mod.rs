//! How the engine sees Tacit: its associated types, and who proposes.
//!
//! The engine is generic over a [`Context`](malachite::Context); ours says that a value is a block id, that keys are
//! Ed25519, and that votes carry no extension. The wrappers exist because neither the engine's traits nor the shared
//! types belong to this crate. Nothing here signs, verifies or does I/O.

mod address;
mod height;
mod part;
mod proposal;
mod validators;
mod value;
mod vote;

pub(crate) use address::CtxAddress;
pub(crate) use height::CtxHeight;
pub(crate) use part::{BlockPart, PartData};
pub(crate) use proposal::CtxProposal;
pub(crate) use validators::{CtxValidator, CtxValidatorSet};
pub(crate) use value::CtxValue;
pub(crate) use vote::CtxVote;

use crate::malachite::{self, NilOrVal, Round, VoteType};
use tacit_types::BlockId;

/// The engine's type parameter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TacitContext;

impl malachite::Context for TacitContext {
    type Address = CtxAddress;
    type Height = CtxHeight;
    type ProposalPart = BlockPart;
    type Proposal = CtxProposal;
    type Validator = CtxValidator;
    type ValidatorSet = CtxValidatorSet;
    type Timeouts = malachite::LinearTimeouts;
    type Value = CtxValue;
    type Vote = CtxVote;
    type Extension = ();
    type SigningScheme = malachite::Ed25519;

    fn select_proposer<'a>(&self, set: &'a CtxValidatorSet, height: CtxHeight, round: Round) -> &'a CtxValidator {
        set.proposer(height.0, shared_round(round).unwrap_or_default())
    }

    fn new_proposal(
        &self,
        height: CtxHeight,
        round: Round,
        value: CtxValue,
        pol_round: Round,
        proposer: CtxAddress,
    ) -> CtxProposal {
        CtxProposal { height, round, value, pol_round, proposer }
    }

    fn new_prevote(&self, height: CtxHeight, round: Round, value: NilOrVal<BlockId>, voter: CtxAddress) -> CtxVote {
        CtxVote { kind: VoteType::Prevote, height, round, value, voter }
    }

    fn new_precommit(&self, height: CtxHeight, round: Round, value: NilOrVal<BlockId>, voter: CtxAddress) -> CtxVote {
        CtxVote { kind: VoteType::Precommit, height, round, value, voter }
    }
}

/// The shared form of an engine round; `None` for the engine's "no round".
pub(crate) fn shared_round(round: Round) -> Option<tacit_types::Round> {
    round.as_u32().map(tacit_types::Round)
}

/// The engine's form of a round.
pub(crate) const fn engine_round(round: tacit_types::Round) -> Round {
    Round::Some(round.0)
}
