//! A stop that ends by itself: `#[contract(modules(roles, pause))]`.
//!
//! A pauser stops a group of functions for a while; after that, or when an unpauser who is somebody else says so, they run
//! again. Between two pauses of a group lies a rest, so that a pause is no way to freeze a contract for good. Leave the
//! functions by which people get their own money out without `#[when_not_paused]`.

use crate::spec::{join, length};
use crate::{Address, ContractError, Duration, Map, Timestamp, env, error, event};

/// The longest pause.
pub const LONGEST: Duration = Duration::days(7);
/// The time between the end of a pause and the next pause of the same group.
pub const REST: Duration = Duration::days(1);

/// Who paused a group, and until when, by group.
const PAUSES: Map<u8, (Address, Timestamp)> = Map::new(210);

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
    /// The pause is longer than the longest.
    TooLong = 0xFFFF_0203,
    /// The group is paused, or was until less than the rest ago.
    PausedRecently = 0xFFFF_0204,
    /// Who paused cannot unpause.
    SameAccount = 0xFFFF_0205,
}

/// Until when a group is paused; none if it is not.
#[must_use]
pub fn paused_until(group: u8) -> Option<Timestamp> {
    PAUSES.get(&group).map(|(_, until)| until).filter(|until| env::now() < *until)
}

/// Ends the call if a group is paused.
pub fn require_running(group: u8) {
    if paused_until(group).is_some() {
        PauseError::IsPaused.end();
    }
}

/// Pauses a group in the name of the caller. Does not ask who calls.
///
/// # Errors
/// Nothing changed.
pub fn pause(group: u8, duration: Duration) -> Result<(), PauseError> {
    if duration > LONGEST {
        return Err(PauseError::TooLong);
    }
    let now = env::now();
    let rested = PAUSES.get(&group).is_none_or(|(_, until)| until.checked_add(REST).is_some_and(|end| end <= now));
    if !rested {
        return Err(PauseError::PausedRecently);
    }
    let (by, until) = (env::caller(), now.checked_add(duration).ok_or(PauseError::TooLong)?);
    PAUSES.set(&group, &(by, until));
    Paused { group, by, until }.emit();
    Ok(())
}

/// Ends the pause of a group. Does not ask who calls, but whether it is another than who paused.
///
/// # Errors
/// Nothing changed.
pub fn unpause(group: u8) -> Result<(), PauseError> {
    let now = env::now();
    let (paused_by, _) = PAUSES.get(&group).filter(|(_, until)| now < *until).ok_or(PauseError::NotPaused)?;
    let by = env::caller();
    if by == paused_by {
        return Err(PauseError::SameAccount);
    }
    PAUSES.set(&group, &(paused_by, now));
    Unpaused { group, by }.emit();
    Ok(())
}

/// What the spec of a contract with this module says of it.
#[doc(hidden)]
pub const SPEC: &[&[u8]] = &[
    &join::<{ length(Paused::SPEC) }>(Paused::SPEC),
    &join::<{ length(Unpaused::SPEC) }>(Unpaused::SPEC),
    &join::<{ length(PauseError::SPEC) }>(PauseError::SPEC),
    b"{\"storage\":\"pause.PAUSES\",\"prefix\":210,\"kind\":\"Map\",\"key\":\"u8\",\"value\":\"(Address,Timestamp)\"}\n",
];
