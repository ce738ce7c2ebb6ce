//! Threads that belong to consensus alone. The runtime's blocking threads serve whoever asks this node for something; a block
//! and a vote must never wait for one of them.

use crate::error::ConsensusError;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

type Job = Box<dyn FnOnce() + Send>;

/// One thread that does one job after the other, in the order they came. It ends with the last clone.
#[derive(Clone)]
pub(crate) struct Worker {
    jobs: mpsc::Sender<Job>,
}

impl Worker {
    /// Starts a thread within the current runtime.
    pub(crate) fn start(name: &str, stack_bytes: usize) -> Result<Self, ConsensusError> {
        let (jobs, waiting) = mpsc::channel::<Job>();
        let runtime = Handle::current();
        let body = move || {
            let _inside = runtime.enter();
            waiting.into_iter().for_each(|job| job());
        };
        let started = std::thread::Builder::new().name(name.to_owned()).stack_size(stack_bytes).spawn(body);
        started.map_err(|error| ConsensusError::Start(format!("no thread for {name}: {error}")))?;
        Ok(Self { jobs })
    }

    /// Does `job` on the thread, after those before it. Its panic is an error, and the thread goes on.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ConsensusError> {
        let (reply, done) = oneshot::channel();
        let job = move || {
            // Nobody waits any more only when consensus is stopping.
            let _ = reply.send(catch_unwind(AssertUnwindSafe(job)));
        };
        let gone = || ConsensusError::Panic("a thread of consensus ended".to_owned());
        self.jobs.send(Box::new(job)).map_err(|_| gone())?;
        done.await.map_err(|_| gone())?.map_err(|panic| ConsensusError::Panic(text(&*panic)))
    }
}

fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("without a text").to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use std::time::Duration;

    const STACK_BYTES: usize = 256 * 1024;

    #[test]
    fn a_job_is_done_while_every_blocking_thread_of_the_runtime_is_taken() {
        let runtime = tokio::runtime::Builder::new_multi_thread().max_blocking_threads(1).enable_all().build().unwrap();
        let (free, taken) = mpsc::channel::<()>();
        runtime.block_on(async {
            let worker = Worker::start("test", STACK_BYTES).unwrap();
            let stuck = tokio::task::spawn_blocking(move || taken.recv());
            let done = tokio::time::timeout(Duration::from_secs(10), worker.run(|| 7)).await;
            assert_eq!(done.expect("the job waits for a blocking thread").unwrap(), 7);
            free.send(()).unwrap();
            stuck.await.unwrap().unwrap();
        });
    }

    #[tokio::test]
    async fn a_panic_is_an_error_and_the_next_job_is_done() {
        let worker = Worker::start("test", STACK_BYTES).unwrap();
        let failed = worker.run(|| -> u8 { panic!("a job that {}", "breaks") }).await;
        assert!(matches!(failed, Err(ConsensusError::Panic(text)) if text == "a job that breaks"));
        assert_eq!(worker.run(|| std::thread::current().name().map(str::to_owned)).await.unwrap().unwrap(), "test");
    }
}
