//! The thread that writes trie pages back after the blocks they belong to.
//!
//! One batch holds all pages that were dirty up to height V, and the mark V. It needs no sync: the log keeps order, so
//! after any crash the mark is on disk only together with everything committed up to V. At most one batch is on its way.

use crate::column::Column;
use crate::error::StorageError;
use crate::fail_point;
use crate::record::{Mark, height_key};
use crate::state_trie::put_flush;
use crate::store::{Durability, Store};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use tacit_state::trie::Flush;
use tacit_types::{Height, StateRoot};

/// One write-back.
pub(crate) struct Job {
    /// The pages.
    pub(crate) flush: Flush,
    /// The height they stand at.
    pub(crate) height: Height,
    /// Write-sets below this height are removed with it.
    pub(crate) write_sets_from: Height,
}

/// Owns the thread; stops it when dropped.
pub(crate) struct WriteBack {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    store: Arc<Store>,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    waiting: Option<Job>,
    writing: bool,
    stop: bool,
    mark: Option<Mark>,
    failure: Option<StorageError>,
}

impl WriteBack {
    /// Starts the thread; `mark` is what the pages on disk stand at.
    pub(crate) fn start(store: Arc<Store>, mark: Option<Mark>) -> Result<Self, StorageError> {
        let state = State { waiting: None, writing: false, stop: false, mark, failure: None };
        let shared = Arc::new(Shared { store, state: Mutex::new(state), changed: Condvar::new() });
        let thread = std::thread::Builder::new()
            .name("tacit-trie-write".into())
            .spawn({
                let shared = Arc::clone(&shared);
                move || shared.run()
            })
            .map_err(|error| StorageError::Io(format!("no thread to write trie pages: {error}")))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// What the pages on disk stand at.
    pub(crate) fn mark(&self) -> Option<Mark> {
        self.shared.lock().mark
    }

    /// Whether everything that was handed over is written.
    ///
    /// # Errors
    /// The failure of an earlier write-back.
    pub(crate) fn is_idle(&self) -> Result<bool, StorageError> {
        let state = self.shared.lock();
        match &state.failure {
            Some(failure) => Err(failure.clone()),
            None => Ok(state.waiting.is_none() && !state.writing),
        }
    }

    /// Waits until everything that was handed over is written.
    ///
    /// # Errors
    /// The failure of an earlier write-back.
    pub(crate) fn wait(&self) -> Result<(), StorageError> {
        let mut state = self.shared.lock();
        while state.failure.is_none() && (state.waiting.is_some() || state.writing) {
            state = self.shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.failure.clone().map_or(Ok(()), Err)
    }

    /// Hands `job` over. Only when idle: an earlier job would be lost.
    pub(crate) fn hand_over(&self, job: Job) {
        self.shared.lock().waiting = Some(job);
        self.shared.changed.notify_all();
    }
}

impl Drop for WriteBack {
    fn drop(&mut self) {
        self.shared.lock().stop = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has nothing left to harm.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        while let Some(job) = self.next_job() {
            let result = write(&self.store, &job);
            let mut state = self.lock();
            state.writing = false;
            match result {
                Ok(()) => state.mark = Some(Mark { height: job.height, root: StateRoot(job.flush.root) }),
                Err(error) => {
                    tracing::error!(%error, height = job.height.0, "trie pages could not be written");
                    self.store.halt(&error.to_string());
                    state.failure = Some(error);
                }
            }
            self.changed.notify_all();
        }
    }

    /// The next job, or `None` when it is time to stop.
    fn next_job(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.waiting.take() {
                state.writing = true;
                return Some(job);
            }
            if state.stop {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn write(store: &Store, job: &Job) -> Result<(), StorageError> {
    fail_point::hit(fail_point::FLUSH_BEFORE_BATCH);
    let mut batch = store.batch();
    put_flush(&mut batch, &job.flush, job.height)?;
    batch.delete_range(Column::WriteSets, &height_key(Height::ZERO), &height_key(job.write_sets_from))?;
    batch.write(Durability::Logged)?;
    fail_point::hit(fail_point::FLUSH_AFTER_BATCH);
    tracing::debug!(height = job.height.0, pages = job.flush.puts.len(), "trie pages written back");
    Ok(())
}
