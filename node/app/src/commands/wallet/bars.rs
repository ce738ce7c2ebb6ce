//! What a person sees while the wallet scans or proves. On standard error, and only on a terminal.

use indicatif::{ProgressBar, ProgressStyle};
use std::time::Duration;
use tacit_wallet::shielded::build::{BuildProgress, Stage};
use tacit_wallet::shielded::sync::SyncProgress;

const TICK: Duration = Duration::from_millis(100);

/// Shows a sync: heights done, how long it will take, notes found.
pub struct SyncBar(ProgressBar);

impl SyncBar {
    pub fn new() -> Self {
        let bar = ProgressBar::new(0);
        let style = ProgressStyle::with_template("{msg} [{bar:30}] {human_pos}/{human_len}, {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self(bar)
    }

    pub fn show(&self, progress: SyncProgress) {
        let (message, done, total) = match progress {
            SyncProgress::Scanning { done, total, found } => {
                (format!("scanning heights, {found} notes found"), done, total)
            }
            SyncProgress::Checking { done, total } => ("checking subtrees".to_string(), done, total),
        };
        self.0.set_message(message);
        self.0.set_length(total);
        self.0.set_position(done);
    }
}

impl Drop for SyncBar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Shows a transaction being made: stage, proofs done, time.
pub struct BuildBar(pub ProgressBar);

impl BuildBar {
    pub fn new() -> Self {
        let bar = ProgressBar::new_spinner();
        let style = ProgressStyle::with_template("{spinner} {msg} ({elapsed})");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        bar.enable_steady_tick(TICK);
        Self(bar)
    }

    pub fn show(&self, progress: BuildProgress) {
        let BuildProgress { stage, done, of, .. } = progress;
        self.0.set_message(match stage {
            Stage::Preparing => "making notes".to_string(),
            Stage::Proving => format!("proving {done} of {of}"),
            Stage::Verifying => "verifying the proofs".to_string(),
            Stage::Signing => "signing".to_string(),
        });
    }
}

impl Drop for BuildBar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
