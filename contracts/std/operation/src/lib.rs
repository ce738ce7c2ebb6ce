//! What a timelock is given, and what it says of it: shared by the timelock and by contracts that schedule there, so that
//! both mean the same bytes. Values only, which never decide anything.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

use tacit_sdk::{Address, Amount, Bytes, List, Text, Wire};

/// Most calls of one operation.
pub const CALLS_MAX: usize = 4;
/// Most bytes of the arguments of one call.
pub const INPUT_MAX: usize = 320;

/// A call that waits.
#[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
#[unlisted]
pub struct Action {
    /// The contract, or whoever gets the money.
    pub target: Address,
    /// Its function; empty for a transfer of the money, which runs no code.
    pub function: Text<64>,
    /// The encoded arguments.
    pub input: Bytes<INPUT_MAX>,
    /// The timelock's native money that goes with it.
    pub value: Amount,
    /// The least gas that it is made with; nothing asks for nothing. Whoever executes cannot bring less.
    pub least_gas: u64,
}

/// The calls of one operation, made in their order; those to the timelock itself after all others.
pub type Actions = List<Action, CALLS_MAX>;

/// How an operation stands in the timelock.
#[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
#[unlisted]
pub enum Standing {
    /// It was never scheduled.
    Unknown,
    /// Its delay is not over.
    Waiting,
    /// It can be executed.
    Ready,
    /// It was executed.
    Executed,
    /// It was cancelled.
    Cancelled,
    /// Nobody executed it in time.
    Expired,
}
