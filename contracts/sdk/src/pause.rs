//! A stop that ends by itself: `#[contract(modules(roles, pause))]`.
//!
//! A pauser stops a group of functions for a while; after that, or when an unpauser who is somebody else says so, they run
//! again. A pause that runs can be made longer, up to [`LONGEST`] from its beginning. Between two pauses of a group lies a
//! rest that is as long as a seventh of what the pause before it was to last: no row of pauses freezes a contract for good,
//! not even of pauses that somebody ends at once, and no short pause stands in the way of a longer one. Leave the functions by which people get their own money out without
//! `#[when_not_paused]`.
//!
//! ```
//! use tacit_sdk::prelude::*;
//! use tacit_sdk::{pause, testing};
//!
//! /// The group that the contract's guards name: `#[when_not_paused(TRADING)]`.
//! const TRADING: u8 = 1;
//!
//! testing::reset();
//! pause::pause(TRADING, Duration::hours(7)).unwrap();
//! assert_eq!(pause::paused_until(TRADING), Some(env::now() + Duration::hours(7)));
//! testing::set_now(env::now() + Duration::hours(7));
//! assert_eq!(pause::paused_until(TRADING), None);
//! assert_eq!(pause::pause(TRADING, Duration::hours(1)), Err(pause::PauseError::PausedRecently));
//! testing::set_now(env::now() + Duration::hours(1));
//! pause::pause(TRADING, Duration::hours(1)).unwrap();
//! ```

use crate::layout::kept;
use crate::spec::{join, length};
use crate::{Address, ContractError, Duration, Map, Timestamp, Wire, env, error, event};

/// The longest pause, from its beginning.
pub const LONGEST: Duration = Duration::days(7);
/// The shortest pause.
pub const SHORTEST: Duration = Duration::minutes(1);
/// The rest after a pause is one part of so many of the time that it was to last, rounded up: a day after the longest. Ending it
/// early makes the rest no shorter, else whoever pauses again and again would outrun whoever unpauses.
pub const REST_PARTS: u64 = tacit_abi::PAUSE_REST_PARTS;

/// The last pause of a group.
#[derive(Wire, Clone, Copy)]
#[unlisted]
struct GroupPause {
    /// Who paused, or made it longer last.
    by: Address,
    /// When it began.
    from: Timestamp,
    /// When it ends or ended.
    until: Timestamp,
    /// How long nobody can pause after that.
    rest: Duration,
}

kept! {
    /// Pauses by group.
    PAUSES: Map<u8, GroupPause> = 210;
}

impl GroupPause {
    fn runs(&self) -> bool {
        env::now() < self.until
    }

    /// When the next pause can begin.
    fn rested(&self) -> Option<Timestamp> {
        self.until.checked_add(self.rest)
    }
}

/// A group was paused.
#[event(unlisted)]
pub struct Paused {
    /// The group.
    pub group: u8,
    /// Who did it.
    pub by: Address,
    /// When it ends at the latest.
    pub until: Timestamp,
}

/// The pause of a group was ended before its time.
#[event(unlisted)]
pub struct Unpaused {
    /// The group.
    pub group: u8,
    /// Who did it.
    pub by: Address,
}

/// What the module refuses.
#[error(unlisted)]
pub enum PauseError {
    /// The function's group is paused.
    IsPaused = 0xFFFF_0201,
    /// The group is not paused.
    NotPaused = 0xFFFF_0202,
    /// The pause would last longer than the longest.
    TooLong = 0xFFFF_0203,
    /// The group was paused until a little while ago.
    PausedRecently = 0xFFFF_0204,
    /// Who paused cannot unpause.
    SameAccount = 0xFFFF_0205,
    /// The pause is shorter than the shortest, or ends before the one that runs.
    TooShort = 0xFFFF_0206,
}

/// Until when a group is paused; none if it is not.
#[must_use]
pub fn paused_until(group: u8) -> Option<Timestamp> {
    PAUSES.get(&group).filter(GroupPause::runs).map(|pause| pause.until)
}

/// Ends the call if a group is paused.
pub fn require_running(group: u8) {
    if paused_until(group).is_some() {
        PauseError::IsPaused.end();
    }
}

/// Pauses a group in the name of the caller, from now on for a time; one that is paused stays so until then. Does not ask
/// who calls.
///
/// # Errors
/// Nothing changed.
pub fn pause(group: u8, duration: Duration) -> Result<(), PauseError> {
    let now = env::now();
    let until = now.checked_add(duration).ok_or(PauseError::TooLong)?;
    let from = match PAUSES.get(&group) {
        Some(running) if running.runs() && until < running.until => return Err(PauseError::TooShort),
        Some(running) if running.runs() => running.from,
        Some(last) if last.rested().is_none_or(|rested| now < rested) => return Err(PauseError::PausedRecently),
        _ => now,
    };
    if duration < SHORTEST {
        return Err(PauseError::TooShort);
    }
    let lasts = until.saturating_since(from);
    if lasts > LONGEST {
        return Err(PauseError::TooLong);
    }
    let (by, rest) = (env::caller(), Duration(lasts.milliseconds().div_ceil(REST_PARTS)));
    PAUSES.set(&group, &GroupPause { by, from, until, rest });
    Paused { group, by, until }.emit();
    Ok(())
}

/// Ends the pause of a group. Does not ask who calls, but whether it is another than who paused.
///
/// # Errors
/// Nothing changed.
pub fn unpause(group: u8) -> Result<(), PauseError> {
    let pause = PAUSES.get(&group).filter(GroupPause::runs).ok_or(PauseError::NotPaused)?;
    let by = env::caller();
    if by == pause.by {
        return Err(PauseError::SameAccount);
    }
    PAUSES.set(&group, &GroupPause { until: env::now(), ..pause });
    Unpaused { group, by }.emit();
    Ok(())
}

/// What the spec of a contract with this module says of it.
#[doc(hidden)]
pub const SPEC: &[&[u8]] = &[
    &join::<{ length(Paused::SPEC) }>(Paused::SPEC),
    &join::<{ length(Unpaused::SPEC) }>(Unpaused::SPEC),
    &join::<{ length(PauseError::SPEC) }>(PauseError::SPEC),
    &join::<{ length(GroupPause::SPEC) }>(GroupPause::SPEC),
    b"{\"storage\":\"pause.PAUSES\",\"prefix\":210,\"kind\":\"Map\",\"key\":\"u8\",\"value\":\"GroupPause\"}\n",
];
