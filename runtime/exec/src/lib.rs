//! All validity. What a transaction must satisfy alone, what a block must satisfy before anyone votes for it, and
//! what a decided block does to the state.
//!
//! | station | file | takes -> gives |
//! |---|---|---|
//! | check alone | [`stateless`] | `RawTx -> CheckedTx` |
//! | propose | [`build`] | candidates -> `Block` |
//! | before the vote | [`validate`] | bytes -> [`validate::ValidBlock`] |
//! | charge phase | [`charge`] | fee and sequence of every transaction, before any body |
//! | execute | [`block`] | `ValidBlock -> ExecutedBlock` |
//!
//! Everything here is a pure function of its arguments: no clock, no randomness (seeds are arguments), no I/O. The
//! constructors of [`stateless::CheckedTx`] and [`validate::ValidBlock`] are private to the checkers, so that no
//! station can be skipped.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::indexing_slicing,
        clippy::float_arithmetic
    )
)]

pub mod error;
pub mod gas;
pub mod rules;

mod join_splits;

pub mod proofs;
pub mod signatures;
pub mod stateless;

pub mod charge;
mod earnings;
pub mod fees;
pub mod pool;

pub mod build;
pub mod tip;
pub mod validate;

mod accounts;
mod action;
pub mod block;
pub mod contract_proofs;
mod contracts;
mod pause;
mod scratch;
pub mod transient;
pub mod tx;
mod world;

pub mod init;
pub mod simulate;
pub mod supply;

#[cfg(feature = "proving")]
pub mod proving;
#[cfg(feature = "testing")]
pub mod testing;

pub use block::{ExecutedBlock, execute, execute_watched};
pub use error::{BlockInvalid, ExecFault, Refusal, Reject};
pub use rules::Rules;
pub use stateless::CheckedTx;
pub use tip::Tip;
pub use validate::{Mode, ValidBlock, validate};
