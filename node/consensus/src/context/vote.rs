//! Votes: prevote or precommit, for a block or for nil.

use super::{CtxAddress, CtxHeight, TacitContext};
use crate::malachite::{self, NilOrVal, Round, SignedExtension, VoteType};
use tacit_types::BlockId;

/// One vote. All of it is deterministic; there are no extensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CtxVote {
    pub(crate) kind: VoteType,
    pub(crate) height: CtxHeight,
    pub(crate) round: Round,
    pub(crate) value: NilOrVal<BlockId>,
    pub(crate) voter: CtxAddress,
}

impl malachite::Vote<TacitContext> for CtxVote {
    fn height(&self) -> CtxHeight {
        self.height
    }

    fn round(&self) -> Round {
        self.round
    }

    fn value(&self) -> &NilOrVal<BlockId> {
        &self.value
    }

    fn take_value(self) -> NilOrVal<BlockId> {
        self.value
    }

    fn vote_type(&self) -> VoteType {
        self.kind
    }

    fn validator_address(&self) -> &CtxAddress {
        &self.voter
    }

    fn extension(&self) -> Option<&SignedExtension<TacitContext>> {
        None
    }

    fn take_extension(&mut self) -> Option<SignedExtension<TacitContext>> {
        None
    }

    // The policy of every height is "disabled", so the engine never extends a vote.
    fn extend(self, _extension: SignedExtension<TacitContext>) -> Self {
        self
    }
}
