//! Against programs of others: snarkjs checks our files and we check snarkjs's, and circuits written a second time in
//! circom accept and refuse the same assignments.
//!
//! They are installed by npm into a folder outside the checkout (tests/interop/snarkjs/setup.sh). Where node or npm is
//! absent, every test says so and ends; with `TACIT_INTEROP=required` that is a failure.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod snarkjs;
mod tools;
mod twins;
