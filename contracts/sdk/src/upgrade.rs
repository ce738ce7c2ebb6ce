//! New code after a warning: `#[contract(modules(roles, upgrade))]`.
//!
//! An upgrader announces new code and what its `migrate` will get; after the delay this can be set, for some time, and
//! nothing else: an upgrader who is honest about the code only could still hand `migrate` a new owner. Whoever does not want
//! the upgrade sees the event and leaves in between. What the chain's own upgrade policy for the contract forbids stays
//! forbidden.
//!
//! ```
//! use tacit_sdk::prelude::*;
//! use tacit_sdk::{testing, upgrade};
//!
//! testing::reset();
//! let new_code = [7; 32];
//! upgrade::announce(&new_code, Bytes::from_slice(&[1]).unwrap()).unwrap();
//! assert_eq!(upgrade::apply(&new_code, 1_000_000), Err(upgrade::UpgradeError::TooEarly));
//! testing::set_now(env::now() + upgrade::DELAY);
//! upgrade::apply(&new_code, 1_000_000).unwrap();
//! assert_eq!(testing::code_set(), Some((new_code, vec![1])));
//! ```

use crate::layout::kept;
use crate::spec::{join, length};
use crate::{Bytes, CallError, ContractError, Duration, Item, Timestamp, env, error, event};

/// The delay unless [`start`] sets another.
pub const DELAY: Duration = Duration::days(2);
/// How long announced code can be set.
pub const VALID: Duration = Duration::days(14);

/// Longest input of a `migrate`.
pub const INPUT_MAX: usize = 1024;

kept! {
    /// The announced code, from when on it can be set, and the input of its `migrate`.
    ANNOUNCED: Item<([u8; 32], Timestamp, Bytes<INPUT_MAX>)> = 220;
    UPGRADE_DELAY: Item<Duration> = 221;
}

/// New code was announced.
#[event(unlisted)]
pub struct UpgradeAnnounced {
    /// The code's hash.
    pub code_hash: [u8; 32],
    /// From when on it can be set.
    pub from_time: Timestamp,
    /// What its `migrate` gets.
    pub input: Bytes<INPUT_MAX>,
}

/// The announcement was taken back.
#[event(unlisted)]
pub struct UpgradeCancelled {
    /// The code's hash.
    pub code_hash: [u8; 32],
}

/// New code was set; it runs from the next call on.
#[event(unlisted)]
pub struct Upgraded {
    /// The code's hash.
    pub code_hash: [u8; 32],
}

/// What the module refuses.
#[error(unlisted)]
pub enum UpgradeError {
    /// This code is not announced.
    NotAnnounced = 0xFFFF_0301,
    /// The delay is not over.
    TooEarly = 0xFFFF_0302,
    /// The announcement is too old: announce again.
    Expired = 0xFFFF_0303,
    /// No code with the hash is deployed.
    CodeUnknown = 0xFFFF_0304,
    /// The contract's upgrade policy does not allow it.
    PolicyForbids = 0xFFFF_0305,
    /// The new code keeps its storage differently and does not take over this layout.
    LayoutDiffers = 0xFFFF_0306,
    /// The chain refused for another reason.
    Refused = 0xFFFF_0307,
    /// The delay was set before.
    StartedAlready = 0xFFFF_0308,
}

/// Sets the delay, in `init`. Ends the call if it was set before.
pub fn start(delay: Duration) {
    if UPGRADE_DELAY.exists() {
        UpgradeError::StartedAlready.end();
    }
    UPGRADE_DELAY.set(&delay);
}

/// The announced code, the time from which it can be set, and what its `migrate` gets.
#[must_use]
pub fn announced() -> Option<([u8; 32], Timestamp, Bytes<INPUT_MAX>)> {
    ANNOUNCED.get()
}

/// Announces code, with the input of its `migrate`, instead of what was announced before. Does not ask who calls.
///
/// # Errors
/// Nothing changed.
pub fn announce(code_hash: &[u8; 32], input: Bytes<INPUT_MAX>) -> Result<(), UpgradeError> {
    let delay = UPGRADE_DELAY.get().unwrap_or(DELAY);
    let from_time = env::now().checked_add(delay).ok_or(UpgradeError::TooEarly)?;
    ANNOUNCED.set(&(*code_hash, from_time, input));
    UpgradeAnnounced { code_hash: *code_hash, from_time, input }.emit();
    Ok(())
}

/// Takes the announcement back. Does not ask who calls.
///
/// # Errors
/// Nothing is announced.
pub fn cancel() -> Result<(), UpgradeError> {
    let (code_hash, ..) = ANNOUNCED.get().ok_or(UpgradeError::NotAnnounced)?;
    ANNOUNCED.remove();
    UpgradeCancelled { code_hash }.emit();
    Ok(())
}

/// Sets the announced code, whose `migrate` gets what was announced and at most `gas` gas. Does not ask who calls.
///
/// # Errors
/// Nothing changed.
pub fn apply(code_hash: &[u8; 32], gas: u64) -> Result<(), UpgradeError> {
    let announced = ANNOUNCED.get().filter(|(hash, ..)| hash == code_hash);
    let (_, from_time, input) = announced.ok_or(UpgradeError::NotAnnounced)?;
    let now = env::now();
    if now < from_time {
        return Err(UpgradeError::TooEarly);
    }
    if from_time.checked_add(VALID).is_some_and(|end| end < now) {
        return Err(UpgradeError::Expired);
    }
    env::set_code(code_hash, input.as_slice(), gas).map_err(|error| match error {
        CallError::CodeUnknown => UpgradeError::CodeUnknown,
        CallError::PolicyForbids => UpgradeError::PolicyForbids,
        CallError::LayoutDiffers => UpgradeError::LayoutDiffers,
        _ => UpgradeError::Refused,
    })?;
    // The new code runs from the next call on, and finds its announcement used.
    ANNOUNCED.remove();
    Upgraded { code_hash: *code_hash }.emit();
    Ok(())
}

/// What the spec of a contract with this module says of it.
#[doc(hidden)]
pub const SPEC: &[&[u8]] = &[
    &join::<{ length(UpgradeAnnounced::SPEC) }>(UpgradeAnnounced::SPEC),
    &join::<{ length(UpgradeCancelled::SPEC) }>(UpgradeCancelled::SPEC),
    &join::<{ length(Upgraded::SPEC) }>(Upgraded::SPEC),
    &join::<{ length(UpgradeError::SPEC) }>(UpgradeError::SPEC),
    b"{\"storage\":\"upgrade.ANNOUNCED\",\"prefix\":220,\"kind\":\"Item\",\"value\":\"([u8;32],Timestamp,Bytes<1024>)\"}\n",
    b"{\"storage\":\"upgrade.UPGRADE_DELAY\",\"prefix\":221,\"kind\":\"Item\",\"value\":\"Duration\"}\n",
];
