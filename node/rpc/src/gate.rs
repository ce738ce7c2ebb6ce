//! Limits on expensive work: a few at once, some waiting, the rest refused with a time to come back.

use crate::config::GateConfig;
use crate::error::RpcError;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Longest wait at a gate.
const WAIT_MAX: Duration = Duration::from_secs(5);
/// When a refused caller should come back, in milliseconds.
const RETRY_AFTER_MS: u64 = 250;

/// A limit on one kind of work. The permit is held by the work itself, so that it counts until it is done even when
/// its caller has gone.
#[derive(Debug)]
pub struct Gate {
    what: &'static str,
    running: Arc<Semaphore>,
    waiting: Semaphore,
}

impl Gate {
    /// A gate for `what`, which refusals name.
    #[must_use]
    pub fn new(what: &'static str, config: GateConfig) -> Self {
        Self { what, running: Arc::new(Semaphore::new(config.running)), waiting: Semaphore::new(config.waiting) }
    }

    /// Waits for a place for as long as it takes, first come, first served. Only for callers whose number is limited elsewhere and
    /// who stop waiting when nobody wants the work any more.
    pub async fn queue(&self) -> Option<OwnedSemaphorePermit> {
        // An error would mean a closed semaphore, and nobody closes it.
        Arc::clone(&self.running).acquire_owned().await.ok()
    }

    /// Waits for a place.
    ///
    /// # Errors
    /// `busy` when too many wait already or the wait takes too long.
    pub async fn enter(&self) -> Result<OwnedSemaphorePermit, RpcError> {
        if let Ok(permit) = Arc::clone(&self.running).try_acquire_owned() {
            return Ok(permit);
        }
        let refused = || RpcError::busy(self.what, RETRY_AFTER_MS);
        let _place = self.waiting.try_acquire().map_err(|_| refused())?;
        match tokio::time::timeout(WAIT_MAX, Arc::clone(&self.running).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(refused()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn one_runs_one_waits_and_the_third_is_refused() {
        let gate = Arc::new(Gate::new("things", GateConfig { running: 1, waiting: 1 }));
        let running = gate.enter().await.unwrap();
        let waiting = tokio::spawn({
            let gate = Arc::clone(&gate);
            async move { gate.enter().await.map(drop) }
        });
        while gate.waiting.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let refused = gate.enter().await.unwrap_err();
        assert_eq!(refused.data.retry_after_ms, Some(RETRY_AFTER_MS));
        drop(running);
        waiting.await.unwrap().unwrap();
    }
}
