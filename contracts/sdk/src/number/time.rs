//! Times, lengths of time and heights.

use crate::spec::TypeName;
use crate::{Buffer, Reader, Wire};

macro_rules! point {
    ($(#[$doc:meta])* $name:ident, $step:ty, $raw:expr, $wrap:expr, $over:literal, $below:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
        pub struct $name(pub u64);

        impl $name {
            /// Later by `step`, unless it does not fit.
            #[must_use]
            pub fn checked_add(self, step: $step) -> Option<Self> {
                self.0.checked_add($raw(step)).map(Self)
            }

            /// How much later this is than `earlier`, unless it is not.
            #[must_use]
            pub fn checked_since(self, earlier: Self) -> Option<$step> {
                self.0.checked_sub(earlier.0).map($wrap)
            }

            /// How much later this is than `earlier`; nothing if it is not.
            #[must_use]
            pub fn saturating_since(self, earlier: Self) -> $step {
                $wrap(self.0.saturating_sub(earlier.0))
            }
        }

        #[allow(clippy::panic)] // The documented end of a call whose arithmetic does not fit.
        impl core::ops::Add<$step> for $name {
            type Output = Self;
            fn add(self, step: $step) -> Self {
                match self.checked_add(step) {
                    Some(later) => later,
                    None => panic!($over),
                }
            }
        }

        #[allow(clippy::panic)] // The documented end of a call whose arithmetic does not fit.
        impl core::ops::Sub for $name {
            type Output = $step;
            fn sub(self, earlier: Self) -> $step {
                match self.checked_since(earlier) {
                    Some(step) => step,
                    None => panic!($below),
                }
            }
        }

        wire!($name);
    };
}

macro_rules! wire {
    ($name:ident) => {
        impl Wire for $name {
            const MAX: usize = 8;
            const TYPE: &'static TypeName = &TypeName::new(stringify!($name));
            fn put(&self, out: &mut Buffer) {
                self.0.put(out);
            }
            fn take(input: &mut Reader<'_>) -> Option<Self> {
                u64::take(input).map(Self)
            }
        }
    };
}

point! {
    /// A moment, in milliseconds since 1970.
    ///
    /// ```
    /// use tacit_sdk::{Duration, Timestamp};
    /// let end = Timestamp(1_000) + Duration::minutes(2);
    /// assert_eq!(end, Timestamp(121_000));
    /// assert_eq!(end - Timestamp(1_000), Duration::minutes(2));
    /// ```
    Timestamp, Duration, |step: Duration| step.0, Duration, "a time overflowed", "a time is not later than another"
}

point! {
    /// A height of the chain.
    Height, u64, |step: u64| step, |step: u64| step, "a height overflowed", "a height is not above another"
}

/// A length of time in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Duration(pub u64);

impl Duration {
    /// No time.
    pub const ZERO: Self = Self(0);

    /// A number of seconds. A number of more than 500 million years stays at the largest.
    #[must_use]
    pub const fn seconds(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1_000))
    }

    /// A number of minutes.
    #[must_use]
    pub const fn minutes(minutes: u64) -> Self {
        Self(minutes.saturating_mul(60_000))
    }

    /// A number of hours.
    #[must_use]
    pub const fn hours(hours: u64) -> Self {
        Self(hours.saturating_mul(3_600_000))
    }

    /// A number of days of 24 hours.
    #[must_use]
    pub const fn days(days: u64) -> Self {
        Self(days.saturating_mul(86_400_000))
    }

    /// Milliseconds, for `mul_div`.
    #[must_use]
    pub const fn milliseconds(self) -> u64 {
        self.0
    }
}

wire!(Duration);
