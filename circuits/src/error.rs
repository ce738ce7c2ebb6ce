//! The error types of the crate.
//!
//! [`Reject`] says why something from outside (a proof, an input, a key, a tree) was refused; it is plain data, so that
//! the verdict of a batch can be compared with the verdict of a single verification. `ProveError` (feature `prove`) says
//! why a proof could not be made on this machine, [`ForeignKeyError`] by number which rule a registered key breaks. None ever
//! carries a secret.

use thiserror::Error;

use crate::statement::Statement;

/// Why a proof, a public input, a verifying key or a group tree was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Reject {
    /// A field element is not below the modulus of the BN254 scalar field.
    #[error(
        "{what} is not a canonical field element: its 32 little-endian bytes must encode a number below the BN254 scalar modulus"
    )]
    NotCanonical {
        /// Which value it was.
        what: &'static str,
    },
    /// A public input that stands for an amount does not fit 128 bits.
    #[error("{what} does not fit 128 bits: amounts are u128")]
    NotAnAmount {
        /// Which value it was.
        what: &'static str,
    },
    /// The number of public inputs differs from what the statement or key takes.
    #[error("expected {expected} public inputs, found {found}")]
    InputCount {
        /// What the verifying key takes.
        expected: usize,
        /// What was given.
        found: usize,
    },
    /// A proof has another length than 128 bytes.
    #[error("a proof is exactly 128 bytes, found {found}")]
    ProofLength {
        /// The length given.
        found: usize,
    },
    /// A proof point is the identity, which no honest prover makes.
    #[error("proof point {point} is the point at infinity")]
    Identity {
        /// `A`, `B` or `C`.
        point: &'static str,
    },
    /// A point's bytes are not the one canonical encoding of a point on the curve.
    #[error("point {point} is not the canonical encoding of a curve point")]
    Encoding {
        /// `A`, `B`, `C`, or the name of the key's element.
        point: &'static str,
    },
    /// A point is on the curve but outside the subgroup of prime order.
    #[error("point {point} is outside the subgroup of prime order")]
    Subgroup {
        /// `B`, or the name of the key's element.
        point: &'static str,
    },
    /// A point of the spend group is one of the eight of small order, under which anybody can sign.
    #[error("point {point} has small order")]
    SmallOrder {
        /// Which point.
        point: &'static str,
    },
    /// A scalar of the spend group is not below the group's order.
    #[error("{what} is not below the order of the spend group")]
    Scalar {
        /// Which scalar.
        what: &'static str,
    },
    /// Everything decodes, but the equation of the spend signature does not hold.
    #[error("the spend signature does not hold for this key and message")]
    Signature,
    /// Everything decodes, but the pairing equation does not hold.
    #[error("the proof does not hold for these public inputs under this key")]
    Invalid,
    /// A verifying key is malformed or unsafe.
    #[error("verifying key refused: {why}")]
    Key {
        /// What is wrong with it.
        why: &'static str,
    },
    /// The file of a verifying key cannot be used.
    #[error("the file of the verifying key of {statement} is refused: {why}")]
    KeyFile {
        /// Which statement.
        statement: Statement,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The native definition of a statement does not hold.
    #[error("{statement} statement does not hold: {why}")]
    False {
        /// Which statement.
        statement: Statement,
        /// The property that fails.
        why: &'static str,
    },
    /// Operands of a curve operation or a hash are too many or do not fit each other.
    #[error("operands refused: {why}")]
    Operands {
        /// What is wrong with them.
        why: &'static str,
    },
    /// A group tree or its frontier cannot do what was asked.
    #[error("group tree: {why}")]
    Tree {
        /// What is wrong.
        why: &'static str,
    },
}

/// What makes a verifying key worthless: two of its points are equal or opposite, and proofs of anything follow from the
/// key alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// Delta is gamma, or its opposite.
    DeltaGamma,
    /// Delta is the generator of G2, or its opposite.
    DeltaGenerator,
    /// Beta is gamma or delta, or the opposite of one.
    Beta,
}

impl Weakness {
    /// What is wrong, and what follows.
    pub const fn why(self) -> &'static str {
        match self {
            Self::DeltaGamma => "delta equals gamma: the setup has no phase-2 contribution and anyone can forge proofs",
            Self::DeltaGenerator => {
                "delta equals the generator: the setup has no phase-2 contribution and anyone can forge proofs"
            }
            Self::Beta => "beta equals gamma or delta: anyone can forge proofs",
        }
    }
}

/// Why a verifying key that somebody wants to register was refused. [`ForeignKeyError::number`] is part of what contracts
/// and users see: never change one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ForeignKeyError {
    /// Too short or too long for its number of inputs.
    #[error("the key is {found} bytes long, which does not fit its number of inputs: 514 bytes and 64 for each input")]
    Length {
        /// The length given.
        found: usize,
    },
    /// The first byte is not 1.
    #[error("the key's version is {found}, but only version 1 is known")]
    Version {
        /// The byte given.
        found: u8,
    },
    /// More public inputs than allowed.
    #[error("the key has {found} public inputs, but 32 are the most: hash what the proof is about into fewer")]
    InputCount {
        /// The number given.
        found: usize,
    },
    /// A coordinate is not below the modulus.
    #[error("a coordinate of {point} is not below the modulus of the base field")]
    Coordinate {
        /// Name of the point.
        point: &'static str,
    },
    /// A point is not on its curve.
    #[error(
        "{point} is not on its curve: check that numbers are big-endian and in G2 the imaginary component comes first"
    )]
    OffCurve {
        /// Name of the point.
        point: &'static str,
    },
    /// A point is the identity. In IC that would leave an input free: a proof would hold for every value of it.
    #[error("{point} is the point at infinity: the circuit leaves an input unconstrained, or the setup is broken")]
    Identity {
        /// Name of the point.
        point: &'static str,
    },
    /// A point of G2 lies outside the subgroup.
    #[error("{point} is outside the subgroup of prime order")]
    Subgroup {
        /// Name of the point.
        point: &'static str,
    },
    /// Anybody can forge proofs under the key.
    #[error("{}", .0.why())]
    Weak(Weakness),
}

impl ForeignKeyError {
    /// The rule that is broken, 1 to 10, in the order of docs/spec/host-proofs.md.
    pub const fn number(&self) -> u8 {
        match self {
            Self::Length { .. } => 1,
            Self::Version { .. } => 2,
            Self::InputCount { .. } => 3,
            Self::Coordinate { .. } => 4,
            Self::OffCurve { .. } => 5,
            Self::Identity { .. } => 6,
            Self::Subgroup { .. } => 7,
            Self::Weak(Weakness::DeltaGamma) => 8,
            Self::Weak(Weakness::DeltaGenerator) => 9,
            Self::Weak(Weakness::Beta) => 10,
        }
    }
}

/// Why a proof could not be made here.
#[cfg(feature = "prove")]
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ProveError {
    /// The statement is false or malformed, so that no proof exists.
    #[error(transparent)]
    Statement(#[from] Reject),
    /// A key file could not be read or written.
    #[error("proving key {path}: {source}; check that the folder exists and is writable")]
    Io {
        /// The file.
        path: std::path::PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A freshly generated key differs from the digest pinned in this release.
    #[error(
        "the generated {statement} key has digest {found}, but this release pins {pinned}: the circuit or a library changed"
    )]
    Digest {
        /// Which statement.
        statement: Statement,
        /// What was generated.
        found: String,
        /// What was expected.
        pinned: String,
    },
    /// A proving key of a ceremony is not the one that is pinned.
    #[error("proving key {path} is refused: {why}; get the file of this chain's ceremony again")]
    PinnedKey {
        /// The file.
        path: std::path::PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Not as many keys are pinned as there are statements.
    #[error("{found} proving keys are pinned, but there are {expected} statements")]
    Pins {
        /// Number of statements.
        expected: usize,
        /// Number of pins given.
        found: usize,
    },
    /// The constraint system could not be built or the prover failed: a defect of this crate.
    #[error("the {statement} prover failed: {why}; this is a defect, please report it")]
    Prover {
        /// Which statement.
        statement: Statement,
        /// What failed.
        why: String,
    },
}
