//! The values behind the keys of [`crate::key`], each in canonical borsh.

use borsh::{BorshDeserialize, BorshSerialize};
use tacit_types::{
    Address, Amount, Bytes, CodeHash, FieldBytes, Height, List, Name, Price, ProofId, Sequence, ValidatorSet,
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

/// A verified proof.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ProofRecord {
    /// Its id, repeated so that a record explains itself.
    pub id: ProofId,
    /// Who had it verified.
    pub sender: Address,
    /// When.
    pub height: Height,
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
