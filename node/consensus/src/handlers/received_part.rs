//! `ReceivedProposalPart`: a part of somebody's proposal.
//!
//! Nothing is buffered before the announcement of its stream proved to be signed by the validator that proposes in that
//! height and round. Durable before a block is handed over: its bytes, its verdict and its announcement, in one batch.

use super::started_round::proposed_value;
use crate::adapter::Adapter;
use crate::chain::{Candidate, Mode, UndecidedBlock, Verdict};
use crate::context::{BlockPart, TacitContext};
use crate::error::ConsensusError;
use crate::malachite::{PeerId, ProposedValue, Reply, StreamContent, StreamMessage};
use crate::parts::{Assembled, SignedInit};
use crate::signing::verifies;
use std::time::Instant;

impl Adapter {
    pub(crate) async fn on_received_part(
        &mut self,
        publisher: PeerId,
        message: StreamMessage<BlockPart>,
        reply: Reply<Option<ProposedValue<TacitContext>>>,
    ) -> Result<(), ConsensusError> {
        let stream = message.stream_id.to_bytes();
        let complete = match message.content {
            StreamContent::Data(BlockPart::Init(signed)) => {
                self.on_announcement(publisher, stream, signed).await?;
                None
            }
            StreamContent::Data(BlockPart::Data(data)) => {
                self.parts.add(&publisher, &stream, data, Instant::now()).unwrap_or_else(|refusal| {
                    count_refusal(&publisher, &refusal.to_string());
                    None
                })
            }
            StreamContent::Fin => {
                self.parts.close(&publisher, &stream);
                None
            }
        };
        let value = match complete {
            Some(block) if block.signed.init.height == self.tip.next() => Some(self.judge(block).await?),
            // Its parent is not committed yet; it is judged when its height starts.
            Some(block) => {
                self.parts.wait(block);
                None
            }
            None => None,
        };
        let _ = reply.send(value);
        Ok(())
    }

    async fn on_announcement(
        &mut self,
        publisher: PeerId,
        stream: bytes::Bytes,
        signed: SignedInit,
    ) -> Result<(), ConsensusError> {
        let init = &signed.init;
        let next = self.tip.next();
        if init.height != next && init.height != next.next() {
            count_refusal(&publisher, "outside the window of heights");
            return Ok(());
        }
        let set = self.set(init.height).await?;
        let proposer = set.proposer(init.height, init.round);
        let genuine = proposer.addr() == init.proposer
            && verifies(proposer.key(), &init.sign_bytes(&self.genesis_id), &signed.signature);
        if !genuine {
            count_refusal(&publisher, "an announcement that the round's proposer did not sign");
            return Ok(());
        }
        if init.height == next {
            self.announced.send_if_modified(|height| std::mem::replace(height, next) != next);
        }
        if self.known.contains(&init.block_id) {
            return Ok(());
        }
        let window = self.window();
        if let Err(refusal) = self.parts.announce(publisher, stream, signed, window, Instant::now()) {
            count_refusal(&publisher, &refusal.to_string());
        }
        Ok(())
    }

    /// Validates a whole block of the height after the tip, stores it with the verdict, and gives what the engine wants.
    pub(crate) async fn judge(&mut self, block: Assembled) -> Result<ProposedValue<TacitContext>, ConsensusError> {
        let Assembled { signed, bytes } = block;
        let stored = self
            .ask(move |chain| {
                let init = signed.init;
                let candidate = Candidate {
                    height: init.height,
                    round: init.round,
                    proposer: init.proposer,
                    block_id: init.block_id,
                    bytes: &bytes,
                };
                let verdict = chain.validate(candidate, Mode::Live)?;
                if let Verdict::Invalid(reason) | Verdict::PeerFault(reason) = &verdict {
                    tracing::warn!(
                        height = init.height.0, round = init.round.0, proposer = %init.proposer,
                        block_id = %init.block_id, reason, "proposal refused, voting nil"
                    );
                    metrics::counter!("tacit_consensus_invalid_proposals_total").increment(1);
                }
                let block = UndecidedBlock {
                    height: init.height,
                    round: init.round,
                    proposer: init.proposer,
                    block_id: init.block_id,
                    bytes,
                    valid: verdict == Verdict::Valid,
                    announcement: Some(signed.signature),
                };
                chain.store_undecided(&block)?;
                Ok(block)
            })
            .await?;
        self.known.insert(stored.block_id);
        Ok(proposed_value(&stored))
    }
}

fn count_refusal(publisher: &PeerId, reason: &str) {
    tracing::debug!(%publisher, reason, "proposal part refused");
    metrics::counter!("tacit_consensus_refused_parts_total").increment(1);
}
