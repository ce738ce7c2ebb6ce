//! `GetHistoryMinHeight`: the lowest block that peers can get here. After pruning it must tell the truth, else peers
//! ask in vain.

use crate::adapter::Adapter;
use crate::context::CtxHeight;
use crate::error::ConsensusError;
use crate::malachite::Reply;

impl Adapter {
    pub(crate) async fn on_get_history_min_height(&mut self, reply: Reply<CtxHeight>) -> Result<(), ConsensusError> {
        let lowest = self.ask(|chain| chain.history_min_height()).await?;
        let _ = reply.send(CtxHeight(lowest));
        Ok(())
    }
}
