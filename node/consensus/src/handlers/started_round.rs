//! `StartedRound`: a round begins; hand over what is already known for it. The engine stands still until the reply.
//!
//! This is also how a block reaches consensus that arrived before its parent was committed, and after a crash how a
//! block does that was stored but not yet written to the engine's log. An own block found here is streamed again:
//! replaying the log repeats the proposal but not its parts.

use crate::adapter::Adapter;
use crate::chain::UndecidedBlock;
use crate::context::{CtxAddress, CtxHeight, CtxValue, TacitContext, engine_round, shared_round};
use crate::error::ConsensusError;
use crate::malachite::{ProposedValue, Reply, Round, Validity};
use crate::parts::{Init, SignedInit};
use tokio::time::Instant;

impl Adapter {
    pub(crate) async fn on_started_round(
        &mut self,
        height: CtxHeight,
        round: Round,
        reply: Reply<Vec<ProposedValue<TacitContext>>>,
    ) -> Result<(), ConsensusError> {
        let height = height.0;
        let round = shared_round(round).unwrap_or_default();
        if round == tacit_types::Round::ZERO {
            self.height_started = Instant::now();
        }
        self.round = round;
        let validator = self.set(height).await?.by_address(&self.me).is_some();
        self.status.send_modify(|status| {
            (status.height, status.round, status.validator) = (height, round, validator);
        });
        metrics::gauge!("tacit_consensus_height").set(height.0 as f64);
        metrics::gauge!("tacit_consensus_round").set(f64::from(round.0));

        for block in self.parts.take_waiting(height) {
            self.judge(block).await?;
        }
        let stored = self.ask(move |chain| chain.undecided(height, round)).await?;
        self.known.extend(stored.iter().map(|block| block.block_id));
        let _ = reply.send(stored.iter().map(proposed_value).collect());
        let me = self.me;
        for block in stored.into_iter().filter(|block| block.proposer == me) {
            self.stream_once(block);
        }
        Ok(())
    }

    /// Streams a stored own block unless this run already did.
    pub(crate) fn stream_once(&mut self, block: UndecidedBlock) {
        if self.streamed.insert((block.round, block.block_id)) {
            self.stream_original(block);
        }
    }

    /// Streams a stored block under its original announcement. A synced block has none, and an announcement that does
    /// not fit its block any more would be refused by everybody; neither is sent.
    pub(crate) fn stream_original(&self, block: UndecidedBlock) {
        let init = Init::new(block.height, block.round, block.proposer, block.block_id, &block.bytes);
        if let (Some(init), Some(signature)) = (init, block.announcement) {
            self.publish(SignedInit { init, signature }, block.bytes);
        }
    }
}

/// A stored block as the engine wants it.
pub(crate) fn proposed_value(block: &UndecidedBlock) -> ProposedValue<TacitContext> {
    ProposedValue {
        height: CtxHeight(block.height),
        round: engine_round(block.round),
        valid_round: Round::Nil,
        proposer: CtxAddress(block.proposer),
        value: CtxValue(block.block_id),
        validity: Validity::from_bool(block.valid),
    }
}
