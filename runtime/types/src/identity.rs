//! Actions about polls and credentials: who may speak, and what holders can show, without saying who they are.

use crate::bounded::{List, Name};
use crate::limits::CREDENTIALS_MAX;
use crate::{Address, FieldBytes, GroupId, Height, IssuerId, PollId, ProofId, Sequence};
use borsh::{BorshDeserialize, BorshSerialize};

/// Opens a poll among the members that a group has now.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct PollCreate {
    /// Who may vote: the members at this moment.
    pub group: GroupId,
    /// What it is about, for people.
    pub title: Name,
    /// How many choices, 2 to [`crate::limits::POLL_OPTIONS_MAX`]; they are numbered from 0.
    pub options: u8,
    /// The last height at which votes count.
    pub closes: Height,
}

/// An anonymous vote. Takes one *vote* proof of the witness.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct PollVote {
    /// The poll.
    pub poll: PollId,
    /// The root that the poll was opened with: the proof is checked before anybody looks at the poll.
    pub root: FieldBytes,
    /// The choice.
    pub choice: u8,
    /// The member's nullifier for this poll.
    pub nullifier: FieldBytes,
    /// The weight registered with the member.
    pub weight: u64,
}

/// Makes an issuer of credentials, owned by the sender.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct IssuerCreate {
    /// A label for people.
    pub name: Name,
}

/// Adds credentials of an issuer that the sender owns.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CredentialIssue {
    /// The issuer.
    pub issuer: IssuerId,
    /// The credentials' leaves.
    pub leaves: List<FieldBytes, CREDENTIALS_MAX>,
}

/// Takes a credential back: its leaf becomes empty, and every root before this is refused.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CredentialRevoke {
    /// The issuer, owned by the sender.
    pub issuer: IssuerId,
    /// Where the credential's leaf stands.
    pub index: u32,
}

/// The sender holds a credential of an issuer over a value between two bounds, and goes by a pseudonym.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ProveCredential {
    /// The issuer.
    pub issuer: IssuerId,
    /// A root of the issuer since its last revocation.
    pub root: FieldBytes,
    /// Which attribute.
    pub kind: Name,
    /// To whom the pseudonym is shown.
    pub application: Name,
    /// The holder's name within the application.
    pub pseudonym: FieldBytes,
    /// A commitment to the value, of the kind that *range* and *equality* go on from.
    pub commitment: FieldBytes,
    /// Smallest allowed value.
    pub low: u128,
    /// Largest allowed value; equal bounds show the value.
    pub high: u128,
    /// What the proof is for; bound into its context with the chain and the sender.
    pub purpose: Name,
}

/// Fails the transaction unless the sender has a proof recorded that still counts.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Require {
    /// The proof.
    pub proof: ProofId,
}

/// The id of the poll that action `index` of the transaction with `sequence` of `creator` opens.
#[must_use]
pub fn poll_id(creator: &Address, sequence: Sequence, index: u32) -> PollId {
    PollId::of(&[&creator.0, &sequence.0.to_le_bytes(), &index.to_le_bytes()])
}

/// The id of the issuer that action `index` of the transaction with `sequence` of `creator` makes.
#[must_use]
pub fn issuer_id(creator: &Address, sequence: Sequence, index: u32) -> IssuerId {
    IssuerId::of(&[&creator.0, &sequence.0.to_le_bytes(), &index.to_le_bytes()])
}
