//! Tests of the VM. Every call is made on wasmtime and, by [`support::Chain`], again on wasmi and as portable bytecode, each over a
//! copy of the same world; result, gas, storage, balances and events must be equal, so each test is a differential test too.
//! What fuzzers need of this is built with the feature `testing` as well.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing
)]
#![cfg_attr(not(test), allow(dead_code))]

#[cfg(test)]
mod artifacts;
#[cfg(test)]
mod cache;
#[cfg(test)]
mod call_cases;
#[cfg(test)]
mod calls;
#[cfg(test)]
mod charges;
#[cfg(test)]
mod contracts;
#[cfg(test)]
mod core_suite;
#[cfg(test)]
mod deferred;
#[cfg(any(test, feature = "testing"))]
pub mod fuzz;
#[cfg(any(test, feature = "testing"))]
mod fuzz_artifact;
#[cfg(test)]
mod gas;
#[cfg(test)]
mod gas_cases;
mod generate;
#[cfg(test)]
mod generated;
#[cfg(test)]
mod host_cases;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod module_cases;
#[cfg(test)]
mod module_floods;
#[cfg(test)]
mod modules;
#[cfg(test)]
mod money_cases;
mod naive;
#[cfg(test)]
mod natives;
#[cfg(test)]
mod nested;
mod oracle;
#[cfg(test)]
pub(crate) mod panics;
#[cfg(test)]
mod panics_below;
#[cfg(test)]
mod recording;
#[cfg(test)]
mod replay;
mod script;
#[cfg(test)]
mod shares;
#[cfg(test)]
mod speed;
#[cfg(test)]
pub(crate) mod stack;
mod support;
#[cfg(test)]
mod upgrades;
#[cfg(test)]
mod watched;

pub(crate) use oracle::WasmiMachine;
