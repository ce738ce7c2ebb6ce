//! The three ways in which this crate says no: a transaction is refused, a block is invalid, or the node itself is at
//! fault and must stop.

use tacit_state::StateFault;
use tacit_types::{DecodeError, Height, RejectCode};

/// A refused transaction: its number and what exactly was wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}{}{detail}", if detail.is_empty() { "" } else { ": " })]
pub struct Reject {
    /// The number.
    pub code: RejectCode,
    /// More about this case; may be empty. Never consensus data.
    pub detail: String,
}

impl Reject {
    /// A rejection with more about this case.
    #[must_use]
    pub fn new(code: RejectCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

impl From<RejectCode> for Reject {
    fn from(code: RejectCode) -> Self {
        Self { code, detail: String::new() }
    }
}

/// This node cannot go on: its state or its engine does not do what it must. Never a verdict on outside data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExecFault {
    /// The state could not be read.
    #[error(transparent)]
    State(#[from] StateFault),
    /// The contract engine failed in a way that no contract can cause.
    #[error("contract engine fault: {0}")]
    Vm(String),
    /// An invariant of this crate does not hold.
    #[error("invariant broken: {0}; stop the node and report this with the data directory")]
    Invariant(String),
}

/// Either a transaction is refused, or the node is at fault. Keeps the two apart through `?`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The transaction's problem.
    #[error(transparent)]
    Reject(#[from] Reject),
    /// The node's problem.
    #[error(transparent)]
    Fault(#[from] ExecFault),
}

impl From<RejectCode> for Refusal {
    fn from(code: RejectCode) -> Self {
        Self::Reject(code.into())
    }
}

impl From<StateFault> for Refusal {
    fn from(fault: StateFault) -> Self {
        Self::Fault(fault.into())
    }
}

/// Why a block must not be voted for. A certified block that is invalid means that more than a third of the power is
/// faulty, or this node is: halt and keep the evidence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BlockInvalid {
    /// Too long, undecodable or not canonical.
    #[error("the block cannot be decoded: {0}")]
    Decode(#[from] DecodeError),
    /// A header field is not what parent, state or body say it must be.
    #[error("header field `{field}` is {found}, expected {expected}")]
    Header {
        /// Field name.
        field: &'static str,
        /// What the header says.
        found: String,
        /// What it must say.
        expected: String,
    },
    /// The proposer's clock is too far ahead.
    #[error("the block's time is {ahead_ms} ms ahead of the local clock, allowed are {limit_ms} ms")]
    FromTheFuture {
        /// How far ahead.
        ahead_ms: u64,
        /// How far is allowed.
        limit_ms: u64,
    },
    /// The commit certificate for the block before does not prove its decision.
    #[error("the last commit is invalid: {0}")]
    LastCommit(String),
    /// A sum or a count is above its limit.
    #[error("the block's {what} is {found}, the limit is {limit}")]
    OverLimit {
        /// What was summed.
        what: &'static str,
        /// The sum.
        found: u64,
        /// The limit.
        limit: u64,
    },
    /// A transaction is invalid by itself.
    #[error("transaction {index} is invalid: {reject}")]
    Tx {
        /// Position in the block.
        index: usize,
        /// Why.
        reject: Reject,
    },
    /// A transaction cannot be charged at its place.
    #[error("transaction {index} cannot be charged: {reject}")]
    Charge {
        /// Position in the block.
        index: usize,
        /// Why.
        reject: Reject,
    },
    /// Two transactions have the same effects.
    #[error("transaction {index} occurs twice")]
    DuplicateTx {
        /// Position of the second one.
        index: usize,
    },
}

/// Why validating gave no valid block.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValidateError {
    /// The block's fault.
    #[error(transparent)]
    Invalid(#[from] BlockInvalid),
    /// The node's fault.
    #[error(transparent)]
    Fault(#[from] ExecFault),
}

impl From<StateFault> for ValidateError {
    fn from(fault: StateFault) -> Self {
        Self::Fault(fault.into())
    }
}

/// Gives the reason for a state that lacks what genesis put there.
pub(crate) fn missing(what: &str, height: Height) -> ExecFault {
    ExecFault::Invariant(format!("the state at height {height} has no {what}"))
}
