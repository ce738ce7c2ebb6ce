//! Tests of the VM. Every call is made on wasmtime and, by [`support::Chain`], again on wasmi over a copy of the
//! same world; result, gas, storage, balances and events must be equal, so each test is a differential test too.
#![allow(clippy::unwrap_used)]

mod artifacts;
mod cache;
mod calls;
mod contracts;
mod deferred;
mod gas;
mod generated;
mod hostile;
mod modules;
mod natives;
mod nested;
mod oracle;
pub(crate) mod panics;
mod speed;
mod support;
