//! `GetValue`: this validator proposes.
//!
//! Durable before the reply: the block, the guard's record of its announcement, the block with the announcement. The
//! same height and round always get the same block, also after a restart, because a stored own block is used again
//! instead of building another. The block stands on the disk before its announcement is signed: a crash between the two
//! would else leave a signature for a block that is lost, and the guard would rightly refuse every other one.
//! A block that is finished only after this validator's vote in the round has left is given up: the engine gets its
//! answer, which it ignores by then, and nobody else hears of the block.

use crate::adapter::Adapter;
use crate::chain::UndecidedBlock;
use crate::context::{CtxHeight, CtxValue, TacitContext, shared_round};
use crate::error::ConsensusError;
use crate::malachite::{LocallyProposedValue, Reply, Round};
use crate::parts::Init;
use std::time::Duration;
use tacit_types::Height;

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
        let stored = self.own_block(height.0, shared).await?;
        let unsigned = match stored {
            Some(block) => block,
            None => self.build(height.0, shared, budget).await?,
        };
        let block_id = unsigned.block_id;
        let Some(block) = self.announce_own(unsigned).await? else {
            tracing::warn!(height = height.0.0, round = shared.0, %block_id, "own block given up, it comes too late");
            metrics::counter!("tacit_consensus_late_blocks_total").increment(1);
            let _ = reply.send(LocallyProposedValue::new(height, round, CtxValue(block_id)));
            return Ok(());
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
        Ok(stored.into_iter().find(|block| block.proposer == self.me && block.valid))
    }

    /// Builds and stores a block, not yet announced.
    async fn build(
        &self,
        height: Height,
        round: tacit_types::Round,
        budget: Duration,
    ) -> Result<UndecidedBlock, ConsensusError> {
        let built = self.ask(move |chain| chain.build(height, round, budget)).await?;
        let block = UndecidedBlock {
            height,
            round,
            proposer: self.me,
            block_id: built.block_id,
            bytes: built.bytes,
            valid: true,
            announcement: None,
        };
        self.store(block).await
    }

    /// Signs the announcement of a stored own block and stores it too. `None` when the guard refuses, because this
    /// validator has gone on without the block.
    async fn announce_own(&self, block: UndecidedBlock) -> Result<Option<UndecidedBlock>, ConsensusError> {
        if block.announcement.is_some() {
            return Ok(Some(block));
        }
        let no_key = || ConsensusError::Engine("a request for a block to a node without a validator key".to_owned());
        let signer = self.signer.as_ref().ok_or_else(no_key)?;
        let unusable =
            || ConsensusError::Engine("a request that the chain answered with an empty or oversized block".to_owned());
        let init = Init::new(block.height, block.round, self.me, block.block_id, &block.bytes).ok_or_else(unusable)?;
        let Some(signed) = signer.sign_init(init).await? else { return Ok(None) };
        let block = UndecidedBlock { announcement: Some(signed.signature), ..block };
        Ok(Some(self.store(block).await?))
    }

    /// Stores a judged block and gives it back when it is durable.
    pub(crate) async fn store(&self, block: UndecidedBlock) -> Result<UndecidedBlock, ConsensusError> {
        self.ask(move |chain| chain.store_undecided(&block).map(|()| block)).await
    }
}
