//! `ReceivedProposalPart`: a part of somebody's proposal.
//!
//! Nothing is buffered before the announcement that came with it proved to be signed by the validator that proposes in
//! that height and round. Durable before a block is handed over: its bytes, its verdict and its announcement, in one
//! batch.

use super::started_round::proposed_value;
use crate::adapter::Adapter;
use crate::chain::{Candidate, Chain, Fault, Mode, UndecidedBlock, Verdict};
use crate::context::{BlockPart, TacitContext};
use crate::error::ConsensusError;
use crate::malachite::{PeerId, ProposedValue, Reply, StreamContent};
use crate::parts::{Assembled, Init, Key, SignedInit};
use crate::signing::verifies;
use std::time::Instant;
use tacit_types::Block;

impl Adapter {
    pub(crate) async fn on_received_part(
        &mut self,
        publisher: PeerId,
        content: StreamContent<BlockPart>,
        reply: Reply<Option<ProposedValue<TacitContext>>>,
    ) -> Result<(), ConsensusError> {
        let complete = match content {
            StreamContent::Data(part) => self.take_part(publisher, part).await?,
            // Parts are counted, so the end mark says nothing new.
            StreamContent::Fin => None,
        };
        let value = match complete {
            Some(block) if block.signed.init.height == self.tip.next() => self.judge(block).await?,
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

    /// Gives the block when the part was the last one missing.
    async fn take_part(&mut self, publisher: PeerId, part: BlockPart) -> Result<Option<Assembled>, ConsensusError> {
        let init = &part.signed.init;
        let next = self.tip.next();
        if init.height != next && init.height != next.next() {
            refused(&publisher, "outside the window of heights");
            return Ok(None);
        }
        let key = init.key(&self.genesis_id);
        if !self.parts.is_announced(&key) && !self.announce(publisher, key, part.signed).await? {
            return Ok(None);
        }
        let Some(data) = part.data else { return Ok(None) };
        Ok(self.parts.add(&key, data, Instant::now()).unwrap_or_else(|refusal| {
            refused(&publisher, &refusal.to_string());
            None
        }))
    }

    /// Checks a new announcement and opens its block; false when its parts are not wanted.
    async fn announce(&mut self, publisher: PeerId, key: Key, signed: SignedInit) -> Result<bool, ConsensusError> {
        let init = &signed.init;
        let set = self.set(init.height).await?;
        let proposer = set.proposer(init.height, init.round);
        let (_, _, sign_bytes) = key;
        if proposer.addr() != init.proposer || !verifies(proposer.key(), &sign_bytes, &signed.signature) {
            refused(&publisher, "an announcement that the round's proposer did not sign");
            return Ok(false);
        }
        let next = self.tip.next();
        if init.height == next {
            self.announced.send_if_modified(|height| std::mem::replace(height, next) != next);
        }
        if self.known.contains(&init.block_id) {
            return Ok(false);
        }
        let accepted = self.parts.announce(key, signed, self.window(), Instant::now());
        if let Err(refusal) = accepted {
            refused(&publisher, &refusal.to_string());
        }
        Ok(accepted.is_ok())
    }

    /// Validates a whole block of the height after the tip, stores it with the verdict, and gives what the engine
    /// wants; nothing when the bytes are not the announced block at all.
    pub(crate) async fn judge(
        &mut self,
        block: Assembled,
    ) -> Result<Option<ProposedValue<TacitContext>>, ConsensusError> {
        let stored = self.ask(move |chain| validate_and_store(chain, block)).await?;
        Ok(stored.map(|stored| {
            self.known.insert(stored.block_id);
            proposed_value(&stored)
        }))
    }
}

fn validate_and_store(chain: &dyn Chain, block: Assembled) -> Result<Option<UndecidedBlock>, Fault> {
    let Assembled { signed: SignedInit { init, signature }, bytes } = block;
    let (height, round, proposer, block_id) = (init.height, init.round, init.proposer, init.block_id);
    let verdict = chain.validate(Candidate { height, round, proposer, block_id, bytes: &bytes }, Mode::Live)?;
    if let Verdict::Invalid(reason) | Verdict::PeerFault(reason) = &verdict {
        tracing::warn!(
            height = height.0, round = round.0, %proposer, %block_id, reason, "proposal refused, voting nil"
        );
        metrics::counter!("tacit_consensus_invalid_proposals_total").increment(1);
        // A verdict is kept by block id, so it must never come from bytes that are not that block: a proposer could
        // otherwise make a block look invalid, or overwrite it, by announcing its id over junk.
        if !is_announced_block(&init, &bytes) {
            return Ok(None);
        }
    }
    let valid = verdict == Verdict::Valid;
    let block = UndecidedBlock { height, round, proposer, block_id, bytes, valid, announcement: Some(signature) };
    chain.store_undecided(&block)?;
    Ok(Some(block))
}

/// Whether the bytes are exactly the block whose id was announced, by its own proposer for its own round.
fn is_announced_block(init: &Init, bytes: &[u8]) -> bool {
    let Ok(Block { header, body }) = Block::decode(bytes) else { return false };
    header.id() == init.block_id
        && (header.height, header.round, header.proposer) == (init.height, init.round, init.proposer)
        && header.body_root == body.root()
        && usize::try_from(header.body_length) == Ok(body.encoded_length())
        && header.last_commit == body.last_commit_hash()
}

fn refused(publisher: &PeerId, reason: &str) {
    tracing::debug!(%publisher, reason, "proposal part refused");
    metrics::counter!("tacit_consensus_refused_parts_total").increment(1);
}
