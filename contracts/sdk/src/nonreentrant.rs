//! `#[nonreentrant]`: one lock per contract, kept until the transaction ends. The chain refuses re-entry by itself; this is
//! for contracts that allow it in places.
//!
//! ```
//! #[tacit_sdk::contract]
//! mod till {
//!     use tacit_sdk::prelude::*;
//!
//!     /// Asks another contract, which may come back to `state` but not to this function.
//!     #[call]
//!     #[nonreentrant]
//!     fn settle(with: Address) {
//!         let () = Callee::at(with).allow_view().call("settled", &());
//!     }
//!
//!     /// What the other contract may see meanwhile.
//!     #[view]
//!     #[reentrant]
//!     fn state() -> Height {
//!         env::height()
//!     }
//! }
//! ```

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
