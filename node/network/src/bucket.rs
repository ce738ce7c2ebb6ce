//! A token bucket: how much a peer may send now, given what it sent before.
//!
//! Pure: the caller passes the time.

use std::time::Instant;

/// Tokens that refill at a rate up to a burst.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TokenBucket {
    per_second: f64,
    burst: f64,
    tokens: f64,
    filled_at: Instant,
}

impl TokenBucket {
    /// A full bucket of `burst` tokens that refills with `per_second`.
    pub(crate) fn new(per_second: u32, burst: u32, now: Instant) -> Self {
        Self { per_second: per_second.into(), burst: burst.into(), tokens: burst.into(), filled_at: now }
    }

    /// Takes `amount` tokens, or none when there are not as many.
    pub(crate) fn take(&mut self, amount: usize, now: Instant) -> bool {
        let elapsed = now.saturating_duration_since(self.filled_at).as_secs_f64();
        self.tokens = (self.tokens + elapsed * self.per_second).min(self.burst);
        self.filled_at = now;
        let amount = amount as f64;
        let enough = amount <= self.tokens;
        if enough {
            self.tokens -= amount;
        }
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_burst_is_allowed_once_and_then_the_rate() {
        let start = Instant::now();
        let mut bucket = TokenBucket::new(10, 20, start);
        assert!(bucket.take(20, start));
        assert!(!bucket.take(1, start));
        assert!(bucket.take(10, start + Duration::from_secs(1)));
        assert!(!bucket.take(1, start + Duration::from_secs(1)));
    }

    #[test]
    fn waiting_long_never_gives_more_than_the_burst() {
        let start = Instant::now();
        let mut bucket = TokenBucket::new(10, 20, start);
        let later = start + Duration::from_secs(1_000);
        assert!(!bucket.take(21, later));
        assert!(bucket.take(20, later));
    }

    #[test]
    fn a_clock_that_steps_back_gives_nothing_and_does_not_panic() {
        let start = Instant::now() + Duration::from_secs(10);
        let mut bucket = TokenBucket::new(10, 10, start);
        assert!(bucket.take(10, start));
        assert!(!bucket.take(1, start - Duration::from_secs(5)));
    }
}
