//! The smallest contract that keeps state: a number that anyone can raise.
#![cfg_attr(target_arch = "wasm32", no_std)]

use tacit_sdk::{Infallible, events, exports, storage};

storage! {
    /// The number.
    COUNT: Item<u64> = 0;
}

events! {
    /// The number went up.
    pub struct Incremented {
        /// What it is now.
        pub count: u64,
    }
}

exports! {
    /// Starts at a number of the creator's choice.
    fn init(start: u64) -> Result<(), Infallible> {
        COUNT.set(&start);
        Ok(())
    }

    /// Raises the number by one and returns it. Ends with a panic at the largest number.
    fn increment() -> Result<u64, Infallible> {
        raise(1)
    }

    /// Raises the number and returns it.
    fn add(by: u64) -> Result<u64, Infallible> {
        raise(by)
    }

    /// The number.
    fn get() -> Result<u64, Infallible> {
        Ok(COUNT.get().unwrap_or_default())
    }
}

#[allow(clippy::arithmetic_side_effects)] // An overflow ends the call: the profile checks it.
fn raise(by: u64) -> Result<u64, Infallible> {
    let count = COUNT.get().unwrap_or_default() + by;
    COUNT.set(&count);
    Incremented { count }.emit();
    Ok(count)
}
