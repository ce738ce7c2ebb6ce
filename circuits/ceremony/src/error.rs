//! The one error type of the crate: what was wrong with a file, a contribution or a key, in words that name the place.
//!
//! Never carries a secret.

use thiserror::Error;

/// Why a file, a contribution or a key was refused, or why a step could not be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CeremonyError {
    /// A file is not what its format demands.
    #[error("{format}: {why}")]
    Format {
        /// Which format was being read.
        format: &'static str,
        /// What is wrong, and where.
        why: String,
    },
    /// A point is off its curve, outside the subgroup, not canonical, or the identity where that is unsafe.
    #[error("{place}: {why}")]
    Point {
        /// Which point.
        place: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The file is well formed but does not follow from what it claims to follow from.
    #[error("the {what} does not hold: {why}")]
    Chain {
        /// Which relation was checked.
        what: String,
        /// What is wrong.
        why: String,
    },
    /// A key would let anyone forge proofs, or is not the one that was expected.
    #[error("key refused: {why}")]
    Key {
        /// What is wrong with it.
        why: String,
    },
    /// The step asked for cannot be made from what was given.
    #[error("{0}")]
    Step(String),
    /// The operating system gave no randomness.
    #[error("the operating system gives no randomness: {0}")]
    Randomness(String),
    /// The circuit's constraints could not be made.
    #[error(transparent)]
    Circuit(#[from] tacit_circuits::ProveError),
    /// A key or proof was refused by the verifier.
    #[error(transparent)]
    Refused(#[from] tacit_circuits::Reject),
}

impl CeremonyError {
    pub(crate) fn format(format: &'static str, why: impl Into<String>) -> Self {
        Self::Format { format, why: why.into() }
    }

    pub(crate) fn point(place: impl Into<String>, why: &'static str) -> Self {
        Self::Point { place: place.into(), why }
    }

    pub(crate) fn chain(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Chain { what: what.into(), why: why.into() }
    }

    pub(crate) fn key(why: impl Into<String>) -> Self {
        Self::Key { why: why.into() }
    }
}

/// The result of everything here.
pub type Result<T> = core::result::Result<T, CeremonyError>;
