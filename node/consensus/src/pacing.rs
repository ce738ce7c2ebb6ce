//! Block pace: how long the answer "start the next height" is held back.
//!
//! Good rounds never wait for a timeout, so without a pace a chain turns as fast as its disks sync. The wait is
//! measured from the start of the height: the minimum while there are transactions, the idle interval while there are
//! none. It ends at once when the authenticated announcement of the next height's proposal arrives; that keeps all
//! validators in phase, and lets the first one that sees work wake the others. Synced heights are never paced, else a
//! node that catches up would run at the speed of the chain it chases.

use crate::config::{Pacing, Timeouts};
use crate::malachite::LinearTimeouts;
use std::future::pending;
use tacit_types::Height;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// Returns when `next` may start.
pub(crate) async fn hold(
    pacing: Pacing,
    height_started: Instant,
    next: Height,
    mut work: watch::Receiver<bool>,
    mut announced: watch::Receiver<Height>,
) {
    let wake = async {
        // A closed channel means the node is stopping; then nothing wakes early.
        if announced.wait_for(|height| *height >= next).await.is_err() {
            pending::<()>().await;
        }
    };
    let pace = async {
        sleep_until(height_started + pacing.min_block_time).await;
        let worked = async {
            if work.wait_for(|work| *work).await.is_err() {
                pending::<()>().await;
            }
        };
        tokio::select! {
            () = sleep_until(height_started + pacing.idle_interval) => {}
            () = worked => {}
        }
    };
    tokio::select! {
        () = wake => {}
        () = pace => {}
    }
}

/// The engine's timeouts for a height. The short wait for a proposal applies only while the whole network is known to
/// be busy; otherwise its proposer may still be waiting out the idle interval.
pub(crate) const fn timeouts(timeouts: &Timeouts, busy: bool) -> LinearTimeouts {
    LinearTimeouts {
        propose: if busy { timeouts.propose } else { timeouts.propose_idle },
        propose_delta: timeouts.propose_delta,
        prevote: timeouts.prevote,
        prevote_delta: timeouts.prevote_delta,
        precommit: timeouts.precommit,
        precommit_delta: timeouts.precommit_delta,
        rebroadcast: timeouts.rebroadcast,
        max_timeout: timeouts.max,
    }
}

#[cfg(test)]
mod unit {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::time::Duration;

    const MIN: Duration = Duration::from_millis(50);
    const IDLE: Duration = Duration::from_secs(5);
    const PACING: Pacing = Pacing { min_block_time: MIN, idle_interval: IDLE };

    struct Bench {
        work: watch::Sender<bool>,
        announced: watch::Sender<Height>,
        started: Instant,
    }

    fn bench(work: bool) -> Bench {
        Bench { work: watch::Sender::new(work), announced: watch::Sender::new(Height(0)), started: Instant::now() }
    }

    async fn held(bench: &Bench, pacing: Pacing) -> Duration {
        hold(pacing, bench.started, Height(5), bench.work.subscribe(), bench.announced.subscribe()).await;
        bench.started.elapsed()
    }

    #[tokio::test]
    async fn with_transactions_the_next_height_starts_after_the_minimum() {
        let took = held(&bench(true), PACING).await;
        assert!(took >= MIN && took < IDLE, "{took:?}");
    }

    #[tokio::test]
    async fn without_transactions_it_starts_after_the_idle_interval() {
        let idle = Duration::from_millis(300);
        let took = held(&bench(false), Pacing { min_block_time: MIN, idle_interval: idle }).await;
        assert!(took >= idle, "{took:?}");
    }

    #[tokio::test]
    async fn work_that_arrives_while_idle_starts_it_but_never_before_the_minimum() {
        for arrives in [10, 120] {
            let bench = bench(false);
            let work = bench.work.clone();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(arrives)).await;
                work.send_replace(true);
            });
            let took = held(&bench, PACING).await;
            assert!(took >= MIN.max(Duration::from_millis(arrives)) && took < IDLE, "{took:?}");
        }
    }

    #[tokio::test]
    async fn the_announcement_of_the_next_height_releases_at_once_and_an_older_one_does_not() {
        let next = bench(false);
        next.announced.send_replace(Height(5));
        assert!(held(&next, PACING).await < IDLE);
        let older = bench(true);
        older.announced.send_replace(Height(4));
        assert!(held(&older, PACING).await >= MIN);
    }

    #[tokio::test]
    async fn a_height_that_already_took_longer_is_not_held_any_more() {
        let bench = bench(true);
        tokio::time::sleep(MIN * 2).await;
        let before = bench.started.elapsed();
        let took = held(&bench, Pacing { min_block_time: MIN, idle_interval: IDLE }).await;
        assert!(took - before < MIN, "held for {:?}", took - before);
    }

    #[test]
    fn the_short_propose_timeout_needs_a_busy_network() {
        let settings = Timeouts::default();
        assert_eq!(timeouts(&settings, true).propose, settings.propose);
        assert_eq!(timeouts(&settings, false).propose, settings.propose_idle);
    }
}
