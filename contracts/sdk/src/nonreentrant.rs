//! `#[nonreentrant]`: one lock per contract, kept until the transaction ends. The chain refuses re-entry by itself; this is
//! for contracts that allow it in places.

use crate::{ContractError, SdkError, Transient};

const LOCK: Transient<bool> = Transient::new(255);

/// Holds the lock.
pub struct Once(());

/// Takes the lock, or ends the call.
#[must_use = "the lock is given back when this is dropped"]
pub fn enter() -> Once {
    if LOCK.get().is_some() {
        SdkError::Reentered.end();
    }
    LOCK.set(&true);
    Once(())
}

impl Drop for Once {
    fn drop(&mut self) {
        LOCK.remove();
    }
}
