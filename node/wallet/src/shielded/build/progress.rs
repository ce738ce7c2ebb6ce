//! What is told while a transaction is built.

use std::time::{Duration, Instant};

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Making and encrypting notes.
    Preparing,
    /// Making proofs.
    Proving,
    /// Verifying them.
    Verifying,
    /// Signing.
    Signing,
}

/// Where building stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuildProgress {
    /// What is being done.
    pub stage: Stage,
    /// Join-splits for which it is done.
    pub done: usize,
    /// Join-splits of the transaction.
    pub of: usize,
    /// Since building began.
    pub elapsed: Duration,
}

/// Tells a callback where building stands.
pub(super) struct Clock<'a> {
    started: Instant,
    progress: &'a mut dyn FnMut(BuildProgress),
}

impl<'a> Clock<'a> {
    pub(super) fn start(progress: &'a mut dyn FnMut(BuildProgress)) -> Self {
        Self { started: Instant::now(), progress }
    }

    pub(super) fn tell(&mut self, stage: Stage, done: usize, of: usize) {
        (self.progress)(BuildProgress { stage, done, of, elapsed: self.started.elapsed() });
    }
}
