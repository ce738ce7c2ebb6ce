//! The async runtime that commands run on.

use crate::node::start::THREAD_STACK_BYTES;
use std::future::Future;
use tokio_util::sync::CancellationToken;

/// Runs a command that only talks to a node.
pub fn block_on<T>(command: impl Future<Output = eyre::Result<T>>) -> eyre::Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(command)
}

/// Runs a node: worker threads, and blocking threads with stacks deep enough for nested contracts.
pub fn run_node<T>(node: impl Future<Output = eyre::Result<T>>) -> eyre::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(THREAD_STACK_BYTES)
        .max_blocking_threads(64)
        .build()?;
    let result = runtime.block_on(node);
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    result
}

/// Cancelled by Ctrl-C or SIGTERM.
pub fn until_told_to_stop() -> eyre::Result<CancellationToken> {
    use tokio::signal::unix::{SignalKind, signal};
    let token = CancellationToken::new();
    let cancel = token.clone();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        cancel.cancel();
    });
    Ok(token)
}
