//! Proposals: a proposer names a block id for a round.

use super::{CtxAddress, CtxHeight, CtxValue, TacitContext};
use crate::malachite::{self, Round};

/// One proposal. `pol_round` is the round in which the value already had two thirds of the prevotes, if it is
/// proposed again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CtxProposal {
    pub(crate) height: CtxHeight,
    pub(crate) round: Round,
    pub(crate) value: CtxValue,
    pub(crate) pol_round: Round,
    pub(crate) proposer: CtxAddress,
}

impl malachite::Proposal<TacitContext> for CtxProposal {
    fn height(&self) -> CtxHeight {
        self.height
    }

    fn round(&self) -> Round {
        self.round
    }

    fn value(&self) -> &CtxValue {
        &self.value
    }

    fn take_value(self) -> CtxValue {
        self.value
    }

    fn pol_round(&self) -> Round {
        self.pol_round
    }

    fn validator_address(&self) -> &CtxAddress {
        &self.proposer
    }
}
