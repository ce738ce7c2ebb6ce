//! `Finalized`: the height is closed; keep evidence, then say when the next one starts.
//!
//! Durable before the reply: the evidence. The reply is held back for the pace by a task of its own, so that parts of
//! the next height go on arriving meanwhile. "Restart this height" is never answered: it wipes the engine's log.

use crate::adapter::Adapter;
use crate::context::{CtxHeight, TacitContext};
use crate::error::ConsensusError;
use crate::evidence;
use crate::malachite::{MisbehaviorEvidence, Next, Reply};
use crate::pacing;

impl Adapter {
    pub(crate) async fn on_finalized(
        &mut self,
        height: CtxHeight,
        misbehaviour: &MisbehaviorEvidence<TacitContext>,
        reply: Reply<Next<TacitContext>>,
    ) -> Result<(), ConsensusError> {
        let height = height.0;
        let evidence = evidence::to_chain(misbehaviour);
        if !evidence.is_empty() {
            metrics::counter!("tacit_consensus_evidence_total").increment(evidence.len() as u64);
            self.ask(move |chain| chain.store_evidence(height, evidence)).await?;
        }
        let next = height.next();
        let params = self.height_params().await?;
        if self.synced == Some(height) {
            let _ = reply.send(Next::Start(CtxHeight(next), params));
            return Ok(());
        }
        let hold =
            pacing::hold(self.config.pacing, self.height_started, next, self.work.clone(), self.announced.subscribe());
        tokio::spawn(async move {
            hold.await;
            let _ = reply.send(Next::Start(CtxHeight(next), params));
        });
        Ok(())
    }
}
