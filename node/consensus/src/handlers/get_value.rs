//! `GetValue`: this validator proposes.
//!
//! Durable before the reply: the guard's record of the announcement, then the block. The same height and round always
//! get the same block, also after a restart, because a stored own block is used again instead of building another.
//! A block that is finished only after this validator's vote in the round has left is given up: the engine gets its
//! answer, which it ignores by then, and nobody else hears of the block.

use crate::adapter::Adapter;
use crate::chain::UndecidedBlock;
use crate::context::{CtxHeight, CtxValue, TacitContext, shared_round};
use crate::error::ConsensusError;
use crate::malachite::{LocallyProposedValue, Reply, Round};
use crate::parts::Init;
use std::time::Duration;
use tacit_types::{BlockId, Height};

/// What building came to.
enum Own {
    /// Announced and stored.
    InTime(UndecidedBlock),
    /// The round's vote had left before.
    Late(BlockId),
}

impl Adapter {
    pub(crate) async fn on_get_value(
        &mut self,
        height: CtxHeight,
        round: Round,
        budget: Duration,
        reply: Reply<LocallyProposedValue<TacitContext>>,
    ) -> Result<(), ConsensusError> {
        let missing = || ConsensusError::Engine("a request for a block without a round".to_owned());
        let shared = shared_round(round).ok_or_else(missing)?;
        let block = match self.own_block(height.0, shared).await? {
            Some(block) => block,
            None => match self.build(height.0, shared, budget).await? {
                Own::InTime(block) => block,
                Own::Late(block_id) => {
                    tracing::warn!(height = height.0.0, round = shared.0, %block_id, "own block built too late, given up");
                    metrics::counter!("tacit_consensus_late_blocks_total").increment(1);
                    let _ = reply.send(LocallyProposedValue::new(height, round, CtxValue(block_id)));
                    return Ok(());
                }
            },
        };
        self.known.insert(block.block_id);
        let _ = reply.send(LocallyProposedValue::new(height, round, CtxValue(block.block_id)));
        self.stream_once(block);
        Ok(())
    }

    async fn own_block(
        &self,
        height: Height,
        round: tacit_types::Round,
    ) -> Result<Option<UndecidedBlock>, ConsensusError> {
        let stored = self.ask(move |chain| chain.undecided(height, round)).await?;
        Ok(stored.into_iter().find(|block| block.proposer == self.me && block.valid && block.announcement.is_some()))
    }

    async fn build(&self, height: Height, round: tacit_types::Round, budget: Duration) -> Result<Own, ConsensusError> {
        let no_key = || ConsensusError::Engine("a request for a block to a node without a validator key".to_owned());
        let signer = self.signer.as_ref().ok_or_else(no_key)?;
        let built = self.ask(move |chain| chain.build(height, round, budget)).await?;
        let unusable =
            || ConsensusError::Engine("a request that the chain answered with an empty or oversized block".to_owned());
        let init = Init::new(height, round, self.me, built.block_id, &built.bytes).ok_or_else(unusable)?;
        let Some(signed) = signer.sign_init(init).await? else { return Ok(Own::Late(built.block_id)) };
        let block = UndecidedBlock {
            height,
            round,
            proposer: self.me,
            block_id: built.block_id,
            bytes: built.bytes,
            valid: true,
            announcement: Some(signed.signature),
        };
        Ok(Own::InTime(self.store(block).await?))
    }

    /// Stores a judged block and gives it back when it is durable.
    pub(crate) async fn store(&self, block: UndecidedBlock) -> Result<UndecidedBlock, ConsensusError> {
        self.ask(move |chain| chain.store_undecided(&block).map(|()| block)).await
    }
}
