//! Work spread over the machine's cores with plain threads, results in order.

use std::num::NonZeroUsize;

/// Fewer items than this are not worth starting threads for.
const WORTH_A_THREAD: usize = 32;

/// How many threads are used.
pub(crate) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get).min(64)
}

/// Runs `job` on contiguous shares of `items`, one per thread; each gets the index of its first item. The results stand
/// in the order of the shares.
pub(crate) fn shares<T: Sync, R: Send>(items: &[T], job: impl Fn(usize, &[T]) -> R + Sync) -> Vec<R> {
    let share = items.len().div_ceil(threads()).max(1);
    if items.len() < WORTH_A_THREAD || share >= items.len() {
        return vec![job(0, items)];
    }
    let job = &job;
    std::thread::scope(|scope| {
        let started: Vec<_> = items
            .chunks(share)
            .enumerate()
            .map(|(part, items)| {
                let work = move || job(part * share, items);
                // Where the system has no thread left, this one does the work.
                std::thread::Builder::new().spawn_scoped(scope, work).map_err(|_| work)
            })
            .collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, R>| match thread.join() {
            Ok(result) => result,
            // A panic in the arithmetic is a defect, and must not turn into a wrong key.
            Err(panic) => std::panic::resume_unwind(panic),
        };
        started.into_iter().map(|share| share.map_or_else(|work| work(), join)).collect()
    })
}

/// Applies `job` to every item; it gets the item's index too.
pub(crate) fn map<T: Sync, R: Send>(items: &[T], job: impl Fn(usize, &T) -> R + Sync) -> Vec<R> {
    let parts = shares(items, |first, items| {
        items.iter().enumerate().map(|(offset, item)| job(first + offset, item)).collect::<Vec<R>>()
    });
    parts.into_iter().flatten().collect()
}

/// Applies `job` to every item; the first failure in order is returned.
pub(crate) fn try_map<T: Sync, R: Send, E: Send>(
    items: &[T],
    job: impl Fn(usize, &T) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    let parts = shares(items, |first, items| {
        items.iter().enumerate().map(|(offset, item)| job(first + offset, item)).collect::<Result<Vec<R>, E>>()
    });
    let mut all = Vec::with_capacity(items.len());
    for part in parts {
        all.extend(part?);
    }
    Ok(all)
}
