//! From the engine's record of misbehaviour to the chain's evidence: pairs of contradicting signed messages.

use crate::chain::{Evidence, SignedStatement};
use crate::context::{CtxProposal, CtxVote, TacitContext, shared_round};
use crate::malachite::{MisbehaviorEvidence, SignedMessage};
use crate::signing::{vote_step, voted_block};
use tacit_types::Signature;
use tacit_types::vote::SignedStep;

/// Every pair, votes first. At most three per validator and height, by the engine's own bound.
pub(crate) fn to_chain(evidence: &MisbehaviorEvidence<TacitContext>) -> Vec<Evidence> {
    let votes = evidence.votes.iter().flat_map(|(_, pairs)| pairs).filter_map(|(first, second)| {
        let vote = &first.message;
        Some(Evidence {
            height: vote.height.0,
            round: shared_round(vote.round)?,
            validator: vote.voter.0,
            first: vote_statement(first),
            second: vote_statement(second),
        })
    });
    let proposals = evidence.proposals.iter().flat_map(|(_, pairs)| pairs).filter_map(|(first, second)| {
        let proposal = &first.message;
        Some(Evidence {
            height: proposal.height.0,
            round: shared_round(proposal.round)?,
            validator: proposal.proposer.0,
            first: proposal_statement(first),
            second: proposal_statement(second),
        })
    });
    votes.chain(proposals).collect()
}

fn vote_statement(signed: &SignedMessage<TacitContext, CtxVote>) -> SignedStatement {
    SignedStatement {
        step: vote_step(signed.message.kind),
        value: voted_block(&signed.message.value),
        pol_round: None,
        signature: Signature(signed.signature.to_bytes()),
    }
}

fn proposal_statement(signed: &SignedMessage<TacitContext, CtxProposal>) -> SignedStatement {
    SignedStatement {
        step: SignedStep::Proposal,
        value: Some(signed.message.value.0),
        pol_round: shared_round(signed.message.pol_round),
        signature: Signature(signed.signature.to_bytes()),
    }
}
