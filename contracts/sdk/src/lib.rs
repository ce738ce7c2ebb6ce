//! What a Tacit contract is written with.
//!
//! A contract is a `#![no_std]` library with one [`contract`] module. Its exported functions carry an attribute, what it
//! keeps is declared in [`storage!`], and it talks to the chain through [`env`] and to other contracts through
//! [`interface!`]. Arithmetic is checked everywhere: an overflow ends the call and undoes it. Nothing here allocates;
//! every value that crosses the boundary has a fixed largest size ([`Wire::MAX`]).
//!
//! ```
//! #[tacit_sdk::contract]
//! mod greeter {
//!     use tacit_sdk::prelude::*;
//!
//!     storage! {
//!         version = 1;
//!         /// How often somebody was greeted.
//!         GREETED: Map<Address, u64> = 0;
//!     }
//!
//!     /// Greets the caller, and says how often that happened before.
//!     #[call]
//!     fn greet() -> u64 {
//!         let caller = env::caller();
//!         let before = GREETED.get_or_default(&caller);
//!         GREETED.set(&caller, &(before + 1));
//!         before
//!     }
//! }
//! ```
#![cfg_attr(target_arch = "wasm32", no_std)]

// What the macros generate names this crate so, here as well.
extern crate self as tacit_sdk;

pub mod entry;
pub mod env;
pub mod layout;
pub mod nonreentrant;
pub mod pause;
pub mod roles;
pub mod spec;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;
pub mod upgrade;

mod account;
mod address;
mod bounded;
mod call;
mod error;
mod event;
mod host;
mod number;
#[cfg(target_arch = "wasm32")]
mod panic;
mod proof;
mod storage;
mod wire;

pub use address::{Address, AssetId};
pub use bounded::{Bytes, List, Text};
pub use call::{CallError, Callee};
pub use error::{ContractError, Infallible, SdkError};
pub use event::name_topic;
pub use number::{
    Amount, Duration, Height, Quantity, Rate, Rounding, Shares, Timestamp, U256, checked_mul_div, mul_div,
};
pub use proof::{Credential, Statement};
pub use storage::{Entries, Item, Map, OrderedKey, OrderedMap, Queue, Set, StartOf, Transient, TransientMap};
pub use tacit_sdk_macros::{
    Wire, call, contract, error, event, init, interface, migrate, nonreentrant, only_role, only_self, payable,
    reentrant, roles, storage, view, when_not_paused,
};
pub use wire::{BUFFER_BYTES, Buffer, Reader, Wire};

/// The README's examples, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// Everything that a contract commonly uses: `use tacit_sdk::prelude::*;`.
pub mod prelude {
    pub use crate::{
        Address, Amount, AssetId, Bytes, CallError, Callee, ContractError, Duration, Height, Infallible, Item, List,
        Map, OrderedMap, Quantity, Queue, Rate, Rounding, Set, Shares, Text, Timestamp, Transient, TransientMap, U256,
        Wire, call, contract, env, error, event, init, interface, migrate, mul_div, nonreentrant, only_role, only_self,
        pause, payable, reentrant, roles, storage, upgrade, view, when_not_paused,
    };
}
