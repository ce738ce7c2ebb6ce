//! Unit tests of a contract without a chain: functions are called as they are, on a small chain of their own for every
//! thread, with storage, events, money, time and the caller. Calls, code, gas and cryptography are the simulator's.
//!
//! ```
//! use tacit_sdk::prelude::*;
//! use tacit_sdk::testing;
//!
//! const OWNERS: Set<Address> = Set::new(0);
//!
//! testing::reset();
//! testing::set_caller(Address([7; 32]));
//! OWNERS.insert(&env::caller());
//! assert!(OWNERS.contains(&Address([7; 32])));
//! ```

use crate::host::native::{Chain, Reverted, with};
use crate::{Address, Amount, AssetId, Height, Timestamp};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Starts over with an empty chain.
pub fn reset() {
    with(|chain| *chain = Chain::new());
}

/// Who calls from now on.
pub fn set_caller(caller: Address) {
    with(|chain| chain.caller = caller.0);
}

/// The contract's own address.
pub fn set_self(this: Address) {
    with(|chain| chain.this = this.0);
}

/// The native money that comes with the call, which the contract has then.
pub fn set_value(value: Amount) {
    with(|chain| {
        chain.value = value.0;
        let held = chain.balances.entry(([0; 32], chain.this)).or_default();
        *held = held.saturating_add(value.0);
    });
}

/// The time of the block.
pub fn set_now(now: Timestamp) {
    with(|chain| chain.now = now.0);
}

/// The height of the block.
pub fn set_height(height: Height) {
    with(|chain| chain.height = height.0);
}

/// Gives an address a balance in an asset; the native one is all zeros here.
pub fn deal(asset: AssetId, to: Address, amount: Amount) {
    with(|chain| chain.balances.insert((asset.0, to.0), amount.0));
}

/// Ends the transaction: what lasts only so long is gone.
pub fn end_transaction() {
    with(|chain| {
        chain.transient.clear();
        chain.value = 0;
    });
}

/// The events so far: topic and data.
#[must_use]
pub fn events() -> Vec<([u8; 32], Vec<u8>)> {
    with(|chain| chain.events.clone())
}

/// The events' names so far.
#[must_use]
pub fn event_names() -> Vec<String> {
    let name = |topic: [u8; 32]| String::from_utf8_lossy(&topic).trim_end_matches('\0').to_owned();
    events().into_iter().map(|(topic, _)| name(topic)).collect()
}

/// The hash of the code that the contract has given itself, and what its `migrate` will get, if it has.
#[must_use]
pub fn code_set() -> Option<([u8; 32], Vec<u8>)> {
    with(|chain| chain.code.clone())
}

/// What is stored, by key.
#[must_use]
pub fn stored() -> Vec<(Vec<u8>, Vec<u8>)> {
    with(|chain| chain.storage.clone().into_iter().collect())
}

/// Puts bytes into storage, past all types.
pub fn store(key: &[u8], value: &[u8]) {
    with(|chain| chain.storage.insert(key.to_vec(), value.to_vec()));
}

/// Runs something that must end the call with a revert; everything it did is undone. Gives the code.
///
/// # Panics
/// If it returns, and if it panics.
#[allow(clippy::panic)] // A test that fails.
pub fn expect_revert<T>(act: impl FnOnce() -> T) -> u32 {
    let before = with(|chain| chain.clone());
    match catch_unwind(AssertUnwindSafe(act)) {
        Ok(_) => panic!("expected a revert, but the call succeeded"),
        Err(payload) => {
            with(|chain| *chain = before);
            match payload.downcast::<Reverted>() {
                Ok(reverted) => reverted.code,
                Err(other) => resume_unwind(other),
            }
        }
    }
}
