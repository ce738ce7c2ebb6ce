//! The statements the chain can verify, and what is common to them.
//!
//! Each statement has one file with: `Public` (what the chain sees, in the order of the verifying key), `Private` (what
//! only the prover knows), `check` (the native definition), and under feature `prove` a circuit that says the same thing
//! in constraints. The version counts changes of the circuit: a new version is a new key, and old proofs stay with the old.

pub mod credential;
pub mod equality;
pub mod membership;
pub mod range;
pub mod transfer;
pub mod vote;

use crate::error::Reject;
use crate::field::FieldBytes;
pub use credential::CredentialPublic;
pub use equality::EqualityPublic;
pub use membership::MembershipPublic;
pub use range::RangePublic;
pub use transfer::TransferPublic;
pub use vote::VotePublic;

/// A statement of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Statement {
    /// A committed value lies between two public bounds.
    Range = 1,
    /// The prover's secret stands behind a leaf of a group.
    Membership = 2,
    /// Two commitments hide one value.
    Equality = 3,
    /// A join-split of the shielded pool with one input.
    Transfer1x2 = 4,
    /// A join-split with two inputs.
    Transfer2x2 = 5,
    /// A join-split with eight inputs.
    Transfer8x2 = 6,
    /// A member of a group votes in one poll.
    Vote = 7,
    /// The holder of an issuer's credential shows bounds of its value.
    Credential = 8,
}

impl Statement {
    /// All statements, in the order of their numbers.
    pub const ALL: [Self; 8] = [
        Self::Range,
        Self::Membership,
        Self::Equality,
        Self::Transfer1x2,
        Self::Transfer2x2,
        Self::Transfer8x2,
        Self::Vote,
        Self::Credential,
    ];

    /// The name used in files, commands and errors.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Range => "range",
            Self::Membership => "membership",
            Self::Equality => "equality",
            Self::Transfer1x2 => "transfer-1x2",
            Self::Transfer2x2 => "transfer-2x2",
            Self::Transfer8x2 => "transfer-8x2",
            Self::Vote => "vote",
            Self::Credential => "credential",
        }
    }

    /// The version of the circuit.
    pub const fn version(self) -> u32 {
        match self {
            Self::Range => range::VERSION,
            Self::Membership => membership::VERSION,
            Self::Equality => equality::VERSION,
            Self::Transfer1x2 | Self::Transfer2x2 | Self::Transfer8x2 => transfer::VERSION,
            Self::Vote => vote::VERSION,
            Self::Credential => credential::VERSION,
        }
    }

    /// Number of public inputs.
    pub const fn input_count(self) -> usize {
        match self {
            Self::Range => range::INPUTS,
            Self::Membership => membership::INPUTS,
            Self::Equality => equality::INPUTS,
            Self::Transfer1x2 => transfer::input_count(1),
            Self::Transfer2x2 => transfer::input_count(2),
            Self::Transfer8x2 => transfer::input_count(8),
            Self::Vote => vote::INPUTS,
            Self::Credential => credential::INPUTS,
        }
    }

    /// The statement with this number, as transactions carry it.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|statement| *statement as u8 == number)
    }
}

impl core::fmt::Display for Statement {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}

/// The public part of any statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "the largest is 700 bytes and items are few; boxing would cost Copy")]
pub enum Public {
    /// Of a range statement.
    Range(RangePublic),
    /// Of a membership statement.
    Membership(MembershipPublic),
    /// Of an equality statement.
    Equality(EqualityPublic),
    /// Of a join-split with one input.
    Transfer1x2(TransferPublic<1>),
    /// Of a join-split with two inputs.
    Transfer2x2(TransferPublic<2>),
    /// Of a join-split with eight inputs.
    Transfer8x2(TransferPublic<8>),
    /// Of a vote.
    Vote(VotePublic),
    /// Of a credential.
    Credential(CredentialPublic),
}

impl Public {
    /// Which statement this is about.
    pub const fn statement(&self) -> Statement {
        match self {
            Self::Range(_) => Statement::Range,
            Self::Membership(_) => Statement::Membership,
            Self::Equality(_) => Statement::Equality,
            Self::Transfer1x2(_) => Statement::Transfer1x2,
            Self::Transfer2x2(_) => Statement::Transfer2x2,
            Self::Transfer8x2(_) => Statement::Transfer8x2,
            Self::Vote(_) => Statement::Vote,
            Self::Credential(_) => Statement::Credential,
        }
    }

    /// The public inputs in the order of the verifying key. Not yet checked to be canonical; verification does that.
    pub fn inputs(&self) -> Vec<FieldBytes> {
        match self {
            Self::Range(public) => public.inputs().to_vec(),
            Self::Membership(public) => public.inputs().to_vec(),
            Self::Equality(public) => public.inputs().to_vec(),
            Self::Transfer1x2(public) => public.inputs(),
            Self::Transfer2x2(public) => public.inputs(),
            Self::Transfer8x2(public) => public.inputs(),
            Self::Vote(public) => public.inputs().to_vec(),
            Self::Credential(public) => public.inputs().to_vec(),
        }
    }

    /// Reads the public inputs of a statement from the order of its verifying key.
    ///
    /// # Errors
    /// [`Reject::InputCount`], [`Reject::NotCanonical`], [`Reject::NotAnAmount`] where an amount must fit 128 bits, and for
    /// a spend key what [`crate::spend::SpendKey::from_coordinates`] says.
    pub fn from_inputs(statement: Statement, inputs: &[FieldBytes]) -> Result<Self, Reject> {
        let count = Reject::InputCount { expected: statement.input_count(), found: inputs.len() };
        for input in inputs {
            input.check("public input")?;
        }
        Ok(match statement {
            Statement::Range => Self::Range(RangePublic::from_inputs(inputs.try_into().map_err(|_| count)?)?),
            Statement::Membership => {
                Self::Membership(MembershipPublic::from_inputs(inputs.try_into().map_err(|_| count)?)?)
            }
            Statement::Equality => Self::Equality(EqualityPublic::from_inputs(inputs.try_into().map_err(|_| count)?)),
            Statement::Transfer1x2 => Self::Transfer1x2(TransferPublic::from_inputs(inputs)?),
            Statement::Transfer2x2 => Self::Transfer2x2(TransferPublic::from_inputs(inputs)?),
            Statement::Transfer8x2 => Self::Transfer8x2(TransferPublic::from_inputs(inputs)?),
            Statement::Vote => Self::Vote(VotePublic::from_inputs(inputs.try_into().map_err(|_| count)?)?),
            Statement::Credential => {
                Self::Credential(CredentialPublic::from_inputs(inputs.try_into().map_err(|_| count)?)?)
            }
        })
    }
}

/// Fails with the broken property unless `holds`.
fn require(statement: Statement, holds: bool, why: &'static str) -> Result<(), Reject> {
    if holds { Ok(()) } else { Err(Reject::False { statement, why }) }
}
