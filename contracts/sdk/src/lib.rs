//! What a Tacit contract is written with.
//!
//! A contract is a `#![no_std]` library that names its exported functions in [`exports!`], its storage in
//! [`storage!`], its errors in [`errors!`] and its events in [`events!`], and talks to the chain through
//! [`env`]. Arithmetic is checked everywhere: an overflow ends the call and undoes it. Nothing here
//! allocates; every value that crosses the boundary has a fixed largest size ([`Wire::MAX`]).
#![no_std]

pub mod env;

mod address;
mod amount;
mod call;
mod error;
mod event;
mod exports;
mod host;
#[cfg(target_arch = "wasm32")]
mod panic;
mod proof;
mod storage;
mod wire;

pub use address::Address;
pub use amount::Amount;
pub use call::{CallError, Callee};
pub use error::{ContractError, Infallible, SdkError};
pub use event::name_topic;
pub use exports::{Input, finish};
pub use proof::{Credential, Statement};
pub use storage::{Item, Map};
pub use wire::{BUFFER_BYTES, Buffer, Reader, Wire};
