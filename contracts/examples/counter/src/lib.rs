//! The smallest contract that keeps state: a number that anyone can raise.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

/// A number that anyone can raise.
#[tacit_sdk::contract]
mod counter {
    use tacit_sdk::prelude::*;

    storage! {
        version = 1;
        /// The number.
        COUNT: Item<u64> = 0;
    }

    /// The number went up.
    #[event]
    pub struct Incremented {
        /// What it is now.
        pub count: u64,
    }

    /// Starts at a number of the creator's choice.
    #[init]
    fn init(start: u64) {
        COUNT.set(&start);
    }

    /// Raises the number by one and returns it. Ends with a panic at the largest number.
    #[call]
    fn increment() -> u64 {
        raise(1)
    }

    /// Raises the number and returns it.
    #[call]
    fn add(by: u64) -> u64 {
        raise(by)
    }

    /// The number.
    #[view]
    fn get() -> u64 {
        COUNT.get_or_default()
    }

    #[allow(clippy::arithmetic_side_effects)] // An overflow ends the call: the profile checks it.
    fn raise(by: u64) -> u64 {
        let count = COUNT.get_or_default() + by;
        COUNT.set(&count);
        Incremented { count }.emit();
        count
    }
}
