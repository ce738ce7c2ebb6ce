//! What a timelock is given, and what it says of it: shared by the timelock, by contracts that schedule there, and by those
//! that decide about scheduling, so that all mean the same bytes and have the same limits. Values only, which never decide
//! anything.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

use tacit_sdk::spec::TypeName;
use tacit_sdk::{Address, Amount, Buffer, Bytes, Duration, Reader, Text, Wire, upgrade};

/// Most calls of one operation.
pub const CALLS_MAX: usize = 4;
/// Most bytes of the arguments of one call: an announcement of new code with the longest input of its `migrate`, so that
/// whatever can be upgraded can be by a timelock.
pub const INPUT_MAX: usize = <([u8; 32], Bytes<{ upgrade::INPUT_MAX }>) as Wire>::MAX;
/// Most bytes of the calls of one operation, encoded together: one announcement with the longest input beside other calls, or
/// four calls of 320 bytes each.
pub const ACTIONS_BYTES_MAX: usize = 1_824;
/// Most bytes of the arguments of a timelock's `schedule`.
pub const SCHEDULE_BYTES_MAX: usize = <(Actions, [u8; 32], Duration) as Wire>::MAX;

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

/// The calls of one operation, made in their order; those to the timelock itself after all others. Up to [`CALLS_MAX`], and
/// together up to [`ACTIONS_BYTES_MAX`] bytes: they are kept encoded, so that four need no more room than their bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Actions(Bytes<ACTIONS_BYTES_MAX>);

impl Actions {
    /// One call after the other.
    pub fn iter(&self) -> impl Iterator<Item = Action> {
        let mut rest = Reader::new(self.0.as_slice());
        // How many there are was seen when they were read; after the last one nothing is left.
        let _ = u32::take(&mut rest);
        core::iter::from_fn(move || Action::take(&mut rest))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

impl Wire for Actions {
    const MAX: usize = ACTIONS_BYTES_MAX;
    const TYPE: &'static TypeName = &TypeName::new("List<").name(Action::TYPE).text(",").number(CALLS_MAX).text(">");
    fn put(&self, out: &mut Buffer) {
        out.push(self.0.as_slice());
    }
    fn take(input: &mut Reader<'_>) -> Option<Self> {
        let mut rest = input.clone();
        let count = usize::try_from(u32::take(&mut rest)?).ok().filter(|count| *count <= CALLS_MAX)?;
        for _ in 0..count {
            Action::take(&mut rest)?;
        }
        Bytes::from_slice(input.slice(input.left().checked_sub(rest.left())?)?).map(Self)
    }
}

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
