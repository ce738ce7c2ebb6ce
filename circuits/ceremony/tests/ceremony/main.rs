//! The ceremony from the outside: whole setups, lying contributors, damaged files, foreign formats.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod attacks;
mod foreign;
mod formats;
mod mutation;
mod setup;
mod support;
