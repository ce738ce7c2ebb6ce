//! The values behind the keys of [`crate::key`], each in canonical borsh.

use borsh::{BorshDeserialize, BorshSerialize};
use tacit_types::contract::ContractPolicy;
use tacit_types::limits::MIGRATE_INPUT_BYTES_MAX;
use tacit_types::{
    Address, Amount, Bytes, CodeHash, FieldBytes, GroupId, Height, IssuerId, List, Name, Price, ProofId, Sequence,
    UnixMillis, ValidatorSet,
};

/// An account or the native balance of a contract. Absent means all zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, BorshSerialize, BorshDeserialize)]
pub struct Account {
    /// Native money.
    pub balance: Amount,
    /// How many transactions were charged.
    pub sequence: Sequence,
}

impl Account {
    /// Whether the account is the same as an absent one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What the next block charges per gas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct FeeState {
    /// Base fee of the next block.
    pub base_fee: Price,
}

/// Validators that are known one height before they sign.
///
/// After block h: `current` signs h+1 and `next` signs h+2.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ValidatorState {
    /// Signs the next height.
    pub current: ValidatorSet,
    /// Signs the height after next.
    pub next: ValidatorSet,
}

/// A contract's protocol-level data.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Contract {
    /// Code it runs.
    pub code_hash: CodeHash,
    /// Who made it.
    pub creator: Address,
    /// Who may change its code and who may stop it.
    pub policy: ContractPolicy,
    /// Until when it stands still; zero if nobody stopped it.
    pub paused_until: UnixMillis,
    /// The code that it may change to, and from when.
    pub announced: Option<AnnouncedCode>,
}

/// Code that a contract may change to.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct AnnouncedCode {
    /// The code.
    pub code_hash: CodeHash,
    /// From when.
    pub ready: UnixMillis,
    /// What its `migrate` will get.
    pub input: Bytes<MIGRATE_INPUT_BYTES_MAX>,
}

/// How many recent roots of a group proofs may name.
pub const GROUP_ROOTS_KEPT: usize = 64;

/// Longest encoded tree frontier in bytes: depth 16, three siblings a level, and a count.
pub const FRONTIER_BYTES_MAX: usize = 2 * 1024;

/// A group of members.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Group {
    /// Who may add members.
    pub owner: Address,
    /// How many members.
    pub members: u64,
    /// The tree's frontier, in the encoding of `circuits`.
    pub frontier: Bytes<FRONTIER_BYTES_MAX>,
    /// Recent roots, oldest first; the last is the current one.
    pub roots: List<FieldBytes, GROUP_ROOTS_KEPT>,
}

/// Most choices of a poll, as a length.
pub const POLL_CHOICES_MAX: usize = tacit_types::limits::POLL_OPTIONS_MAX as usize;

/// A poll among the members that a group had when it was opened.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Poll {
    /// Who opened it.
    pub creator: Address,
    /// Among whom.
    pub group: GroupId,
    /// What it is about, for people.
    pub title: Name,
    /// The group's root when it was opened: who joined later has no vote.
    pub root: FieldBytes,
    /// How many members the group had then: the leaves under that root.
    pub members: u64,
    /// When it was opened.
    pub opened: Height,
    /// The last height at which votes count.
    pub closes: Height,
    /// How many votes were counted.
    pub votes: u64,
    /// The sum of weights for each choice.
    pub tally: List<u128, POLL_CHOICES_MAX>,
}

/// How many recent roots of an issuer proofs may name.
pub const ISSUER_ROOTS_KEPT: usize = 64;

/// An issuer of credentials.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Issuer {
    /// Who may issue and revoke.
    pub owner: Address,
    /// A label for people.
    pub name: Name,
    /// How many credentials were issued, revoked ones included.
    pub credentials: u64,
    /// How many were revoked. Proofs recorded before the last revocation no longer count.
    pub revocations: u64,
    /// Roots since the last revocation, oldest first; the last is the current one.
    pub roots: List<FieldBytes, ISSUER_ROOTS_KEPT>,
}

/// A verified proof.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ProofRecord {
    /// Its id, repeated so that a record explains itself.
    pub id: ProofId,
    /// Who had it verified.
    pub sender: Address,
    /// When; for *credential* when it was last verified.
    pub height: Height,
    /// Of a *credential* proof, what decides how long it counts.
    pub credential: Option<CredentialMark>,
}

/// A *credential* proof counts until its issuer's revocations are more than these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CredentialMark {
    /// Whose credential was shown.
    pub issuer: IssuerId,
    /// How many revocations there were then.
    pub revocations: u64,
}

/// An asset other than the native one.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Asset {
    /// Who may mint.
    pub issuer: Address,
    /// A label for people.
    pub symbol: Name,
    /// Digits after the point, for people.
    pub decimals: u8,
    /// All there is of it, in accounts and in the pool.
    pub supply: Amount,
    /// The supply never exceeds this.
    pub cap: Amount,
}

/// The note tree of the shielded pool.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct NoteTree {
    /// How many notes.
    pub notes: u64,
    /// Its root after the last block.
    pub root: FieldBytes,
    /// Its frontier, in the encoding of `circuits`.
    pub frontier: Bytes<FRONTIER_BYTES_MAX>,
}

/// A full subtree of 2^16 notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Subtree {
    /// Its root.
    pub root: FieldBytes,
    /// The height that filled it.
    pub height: Height,
}
