//! Processor time instead of wall time: what work costs on one core, even when the machine has other work.
//!
//! The kernel (Linux) tells it per thread and per process. Where it does not, wall time takes its place.

use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// Measures the processor time of the thread that runs the bench. For work on one thread.
pub struct ProcessorTime;

static WALL_TIME: WallTime = WallTime;
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Measurement for ProcessorTime {
    type Intermediate = Duration;
    type Value = Duration;

    fn start(&self) -> Duration {
        thread_time()
    }

    fn end(&self, start: Duration) -> Duration {
        thread_time().saturating_sub(start)
    }

    fn add(&self, first: &Duration, second: &Duration) -> Duration {
        *first + *second
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        value.as_nanos() as f64
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WALL_TIME.formatter()
    }
}

/// Processor time of this thread so far, exact to a tick of the scheduler (1 to 10 ms).
#[must_use]
pub fn thread_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split_whitespace().next().and_then(|field| field.parse().ok());
    nanoseconds.map_or_else(|| START.elapsed(), Duration::from_nanos)
}

/// Processor time of all threads of this process so far, exact to 10 ms.
#[must_use]
pub fn process_time() -> Duration {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program stands in parentheses and may hold spaces; user and system time are fields 14 and 15.
    let fields = text.rsplit_once(')').map(|(_, fields)| fields.split_whitespace().skip(11).take(2));
    let ticks: Option<u64> = fields.and_then(|fields| fields.map(|field| field.parse::<u64>().ok()).sum());
    match ticks {
        Some(ticks) if ticks > 0 => Duration::from_millis(ticks.saturating_mul(10)),
        _ => START.elapsed(),
    }
}
