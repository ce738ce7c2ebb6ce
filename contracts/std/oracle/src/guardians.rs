//! Who watches over the sources. An administrator who wants to get around the guardians must never be done sooner than they
//! can act: they go later than what they can stop takes.

use crate::oracle::{Error, GUARDIAN_DELAY, GUARDIANS, Guardian, SOURCE_DELAY};
use tacit_sdk::prelude::*;

// Else a guardian would be gone before what was announced together with its removal happens.
const _: () = assert!(SOURCE_DELAY.milliseconds() < GUARDIAN_DELAY.milliseconds());

impl Guardian {
    fn is_at(&self, time: Timestamp) -> bool {
        self.from <= time && self.until.is_none_or(|until| time < until)
    }
}

/// Refuses who is no guardian now.
pub fn require_guardian() -> Result<(), Error> {
    let guardian = GUARDIANS.get(&env::caller()).ok_or(Error::NotAGuardian)?;
    if guardian.is_at(env::now()) { Ok(()) } else { Err(Error::NotAGuardian) }
}

/// Refuses who neither is a guardian nor was one when a change was announced that happens at this time.
pub fn require_veto(happens: Timestamp) -> Result<(), Error> {
    let guardian = GUARDIANS.get(&env::caller()).ok_or(Error::NotAGuardian)?;
    let announced = happens.0.checked_sub(SOURCE_DELAY.milliseconds()).map(Timestamp);
    let was = announced.is_some_and(|announced| guardian.is_at(announced));
    if was { Ok(()) } else { require_guardian() }
}
