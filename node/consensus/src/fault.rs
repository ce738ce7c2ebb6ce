//! Where the first reason to stop is kept, so that it is not lost behind the engine's own "actor stopped".

use crate::error::ConsensusError;
use std::sync::{Arc, OnceLock};
use tokio_util::sync::CancellationToken;

/// Collects the first fault and wakes the main loop. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct FaultLine {
    first: Arc<OnceLock<ConsensusError>>,
    raised: CancellationToken,
}

impl FaultLine {
    /// Keeps `error` if it is the first one.
    pub(crate) fn report(&self, error: ConsensusError) {
        let _ = self.first.set(error);
        self.raised.cancel();
    }

    /// Returns when a fault was reported.
    pub(crate) async fn raised(&self) {
        self.raised.cancelled().await;
    }

    /// The first fault, if there was one.
    pub(crate) fn first(&self) -> Option<ConsensusError> {
        self.first.get().cloned()
    }
}
