//! What a transaction does: one type per action, one tag per type, never reused.
//!
//! An action carries its public side only. Proof bytes travel in the transaction's witness, in the order of
//! the actions that need them, because they are malleable and must not change the transaction's id.

use crate::asset::{AssetCreate, AssetMint, PoolPause, Sweep};
use crate::bounded::{Bytes, List, Name};
use crate::contract::{ContractPause, ContractPolicy, ContractUnpause, ContractUpgrade, KeyRegister, UpgradeAnnounce};
use crate::identity::{
    CredentialIssue, CredentialRevoke, IssuerCreate, PollCreate, PollVote, ProveCredential, Require,
};
use crate::limits::{CALL_INPUT_BYTES_MAX, CODE_BYTES_MAX, GROUP_MEMBERS_MAX};
use crate::shielded::JoinSplit;
use crate::{Address, Amount, AssetId, CodeHash, FieldBytes, GroupId};
use alloc::boxed::Box;
use borsh::{BorshDeserialize, BorshSerialize};

/// One step of a transaction. All steps succeed or none does.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Action {
    /// Moves money.
    Transfer(Transfer) = 0,
    /// Has the chain verify and record a proof.
    Prove(Prove) = 1,
    /// Makes a group of members.
    GroupCreate(GroupCreate) = 2,
    /// Adds members to a group.
    GroupAdd(GroupAdd) = 3,
    /// Stores wasm code.
    Deploy(Deploy) = 4,
    /// Makes a contract from stored code.
    Instantiate(Instantiate) = 5,
    /// Calls a contract.
    Call(Call) = 6,
    /// Spends and makes notes of the shielded pool.
    JoinSplit(Box<JoinSplit>) = 7,
    /// Makes an asset.
    AssetCreate(AssetCreate) = 8,
    /// Makes more of an asset.
    AssetMint(AssetMint) = 9,
    /// Hands what the transaction holds to an account.
    Sweep(Sweep) = 10,
    /// Stops the shielded pool for a while.
    PoolPause(PoolPause) = 11,
    /// Opens a poll.
    PollCreate(PollCreate) = 12,
    /// Votes in a poll.
    PollVote(PollVote) = 13,
    /// Makes an issuer of credentials.
    IssuerCreate(IssuerCreate) = 14,
    /// Issues credentials.
    CredentialIssue(CredentialIssue) = 15,
    /// Revokes a credential.
    CredentialRevoke(CredentialRevoke) = 16,
    /// Goes on only if the sender has a proof recorded.
    Require(Require) = 17,
    /// Registers a verifying key.
    KeyRegister(KeyRegister) = 18,
    /// Stops a contract for a while.
    ContractPause(ContractPause) = 19,
    /// Lets a contract go on.
    ContractUnpause(ContractUnpause) = 20,
    /// Announces new code of a contract.
    UpgradeAnnounce(UpgradeAnnounce) = 21,
    /// Changes a contract to its announced code.
    ContractUpgrade(ContractUpgrade) = 22,
}

/// Moves `amount` of `asset` from the sender to `to`.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Transfer {
    /// What is moved.
    pub asset: AssetId,
    /// Who receives.
    pub to: Address,
    /// How much, in base units.
    pub amount: Amount,
}

/// A statement that the transaction's next proof must prove.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Prove {
    /// A committed value lies between two public bounds.
    Range(ProveRange) = 0,
    /// The sender is a member of a group, without saying which.
    Membership(ProveMembership) = 1,
    /// Two commitments hide the same value.
    Equality(ProveEquality) = 2,
    /// The sender holds a credential.
    Credential(ProveCredential) = 3,
}

/// `commitment` opens to a value v with `low <= v <= high`.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ProveRange {
    /// The commitment.
    pub commitment: FieldBytes,
    /// Smallest allowed value.
    pub low: u128,
    /// Largest allowed value.
    pub high: u128,
    /// What the proof is for; bound into its context with the chain and the sender.
    pub purpose: Name,
}

/// Some member of `group` with weight `weight` acts once in `scope`.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ProveMembership {
    /// The group.
    pub group: GroupId,
    /// A recent root of the group.
    pub root: FieldBytes,
    /// Where the member acts once: recorded with the nullifier.
    pub scope: Name,
    /// The member's nullifier in this scope.
    pub nullifier: FieldBytes,
    /// The weight registered with the member.
    pub weight: u64,
    /// What the proof is for; its context is the proof's signal.
    pub purpose: Name,
}

/// `left` and `right` hide the same value.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ProveEquality {
    /// Commitment under the first tag.
    pub left: FieldBytes,
    /// Commitment under the second tag.
    pub right: FieldBytes,
    /// What the proof is for; bound into its context with the chain and the sender.
    pub purpose: Name,
}

/// A member of a group: what identifies it, and its weight.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Member {
    /// Poseidon hash of the member's secret.
    pub identity: FieldBytes,
    /// Weight of the member's voice.
    pub weight: u64,
}

/// Makes a group owned by the sender. Its id is derived from the sender, the sequence and the action's index.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct GroupCreate {
    /// The first members.
    pub members: List<Member, GROUP_MEMBERS_MAX>,
}

/// Adds members to a group that the sender owns.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct GroupAdd {
    /// The group.
    pub group: GroupId,
    /// The members to add.
    pub members: List<Member, GROUP_MEMBERS_MAX>,
}

/// Stores `code` under its hash.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Deploy {
    /// The wasm module.
    pub code: Bytes<CODE_BYTES_MAX>,
}

/// Makes a contract from `code_hash` and runs its `init` with `input`.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Instantiate {
    /// Code stored before.
    pub code_hash: CodeHash,
    /// Makes several contracts of one code by one sender distinct.
    pub salt: [u8; 32],
    /// Input of `init`.
    pub input: Bytes<CALL_INPUT_BYTES_MAX>,
    /// Native money handed to the contract.
    pub value: Amount,
    /// Who may change its code and who may stop it.
    pub policy: ContractPolicy,
}

/// Calls `function` of `contract`.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Call {
    /// The contract.
    pub contract: Address,
    /// Exported function.
    pub function: Name,
    /// Input of the function.
    pub input: Bytes<CALL_INPUT_BYTES_MAX>,
    /// Native money handed to the contract.
    pub value: Amount,
}

impl Action {
    /// How many proofs of the witness this action takes.
    #[must_use]
    pub const fn proofs(&self) -> usize {
        match self {
            Self::Prove(_) | Self::JoinSplit(_) | Self::PollVote(_) => 1,
            Self::Transfer(_)
            | Self::GroupCreate(_)
            | Self::GroupAdd(_)
            | Self::Deploy(_)
            | Self::Instantiate(_)
            | Self::Call(_)
            | Self::AssetCreate(_)
            | Self::AssetMint(_)
            | Self::Sweep(_)
            | Self::PoolPause(_)
            | Self::PollCreate(_)
            | Self::IssuerCreate(_)
            | Self::CredentialIssue(_)
            | Self::CredentialRevoke(_)
            | Self::Require(_)
            | Self::KeyRegister(_)
            | Self::ContractPause(_)
            | Self::ContractUnpause(_)
            | Self::UpgradeAnnounce(_)
            | Self::ContractUpgrade(_) => 0,
        }
    }

    /// The join-split, if this is one.
    #[must_use]
    pub fn as_join_split(&self) -> Option<&JoinSplit> {
        match self {
            Self::JoinSplit(join_split) => Some(join_split),
            _ => None,
        }
    }
}

/// The id of the group that action `index` of the transaction with `sequence` of `creator` makes.
#[must_use]
pub fn group_id(creator: &Address, sequence: crate::Sequence, index: u32) -> GroupId {
    GroupId::of(&[&creator.0, &sequence.0.to_le_bytes(), &index.to_le_bytes()])
}
