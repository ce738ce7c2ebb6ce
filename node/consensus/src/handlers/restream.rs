//! `RestreamProposal`: send the parts of a block again, for validators that missed them.
//!
//! The original announcement and signature go out, whoever sends them: the block keeps the round and proposer it was
//! first proposed with, so nothing is signed again.

use crate::adapter::Adapter;
use crate::context::CtxHeight;
use crate::error::ConsensusError;
use tacit_types::BlockId;

impl Adapter {
    pub(crate) async fn on_restream(&mut self, height: CtxHeight, block_id: BlockId) -> Result<(), ConsensusError> {
        let height = height.0;
        if let Some(block) = self.ask(move |chain| chain.undecided_by_id(height, block_id)).await? {
            self.stream_original(block);
        }
        Ok(())
    }
}
