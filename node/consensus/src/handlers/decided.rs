//! `Decided`: more than two thirds committed to a block.
//!
//! Durable before the reply: block, certificate, state and tip, in the chain's one synced batch. Without the reply no
//! peer ever learns of our tip; with an early one a crash could set the tip back under the engine's log.

use crate::adapter::Adapter;
use crate::certificate;
use crate::context::TacitContext;
use crate::error::ConsensusError;
use crate::malachite::{CommitCertificate, Reply};
use std::time::Instant;

impl Adapter {
    pub(crate) async fn on_decided(
        &mut self,
        decision: CommitCertificate<TacitContext>,
        reply: Reply<()>,
    ) -> Result<(), ConsensusError> {
        let started = Instant::now();
        let height = decision.height.0;
        let set = self.set(height).await?;
        let certificate = certificate::to_chain(&decision, set.shared())?;
        let synced = self.synced == Some(height);
        let committed = self.ask(move |chain| chain.commit(certificate, synced)).await?;
        if committed.height != height {
            let text = format!("a decision for height {height}, which left the chain at {}", committed.height);
            return Err(ConsensusError::Engine(text));
        }
        self.last_block_busy = committed.transactions > 0;
        self.advance(height);
        self.status.send_if_modified(|status| std::mem::replace(&mut status.syncing, synced) != synced);
        let origin = if synced { "sync" } else { "live" };
        metrics::counter!("tacit_consensus_decisions_total", "origin" => origin).increment(1);
        metrics::histogram!("tacit_consensus_commit_seconds").record(started.elapsed().as_secs_f64());
        let _ = reply.send(());
        Ok(())
    }
}
