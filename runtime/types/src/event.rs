//! Events: what a transaction did, for wallets and indexers. Part of the receipt, so part of consensus.

use crate::bounded::{Bytes, List};
use crate::limits::{EVENT_DATA_BYTES_MAX, EVENT_TOPICS_MAX, MIGRATE_INPUT_BYTES_MAX};
use crate::shielded::PublicValue;
use crate::{
    Address, Amount, AssetId, CodeHash, FieldBytes, GroupId, Height, IssuerId, KeyId, PollId, ProofId, UnixMillis,
};
use borsh::{BorshDeserialize, BorshSerialize};

/// One thing that happened. Tags are never reused.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Event {
    /// Money moved.
    Transferred {
        /// What.
        asset: AssetId,
        /// From whom.
        from: Address,
        /// To whom.
        to: Address,
        /// How much.
        amount: Amount,
    } = 0,
    /// A proof was verified and recorded.
    Proved {
        /// Where it is recorded.
        proof: ProofId,
        /// Who had it verified.
        sender: Address,
    } = 1,
    /// A member acted anonymously.
    NullifierSpent {
        /// In which group.
        group: GroupId,
        /// The nullifier.
        nullifier: FieldBytes,
        /// The weight registered with the member.
        weight: u64,
    } = 2,
    /// A group was made or grew.
    GroupChanged {
        /// Which.
        group: GroupId,
        /// Its root now.
        root: FieldBytes,
        /// How many members it has now.
        members: u64,
    } = 3,
    /// Code was stored.
    CodeDeployed {
        /// Its hash.
        code_hash: CodeHash,
    } = 4,
    /// A contract was made.
    ContractCreated {
        /// Where it lives.
        contract: Address,
        /// What it runs.
        code_hash: CodeHash,
        /// Who made it.
        creator: Address,
    } = 5,
    /// A contract said something.
    Contract {
        /// Which contract.
        contract: Address,
        /// Words to search by.
        topics: List<[u8; 32], EVENT_TOPICS_MAX>,
        /// Anything, in the contract's own encoding.
        data: Bytes<EVENT_DATA_BYTES_MAX>,
    } = 6,
    /// Notes were spent and made.
    JoinSplit {
        /// Index of the action.
        action: u16,
        /// Position of its first output in the note tree.
        position: u64,
        /// What left or entered the pool.
        public_value: PublicValue,
    } = 7,
    /// An asset was made.
    AssetCreated {
        /// Its id.
        asset: AssetId,
        /// Who issues it.
        issuer: Address,
    } = 8,
    /// More of an asset was made.
    AssetMinted {
        /// Which.
        asset: AssetId,
        /// For whom.
        to: Address,
        /// How much.
        amount: Amount,
    } = 9,
    /// What a transaction held was handed out.
    Swept {
        /// What.
        asset: AssetId,
        /// To whom.
        to: Address,
        /// How much.
        amount: Amount,
    } = 10,
    /// The guardian stopped the pool, or let it go on.
    PoolPaused {
        /// The last height at which it stands still, or stood; zero if it never did.
        until: Height,
    } = 11,
    /// A poll was opened.
    PollCreated {
        /// Which.
        poll: PollId,
        /// Among whom.
        group: GroupId,
    } = 12,
    /// A vote was counted.
    Voted {
        /// In which poll.
        poll: PollId,
        /// For what.
        choice: u8,
        /// With which weight.
        weight: u64,
        /// The voter's nullifier.
        nullifier: FieldBytes,
    } = 13,
    /// An issuer was made, or issued or revoked.
    IssuerChanged {
        /// Which.
        issuer: IssuerId,
        /// Its root now.
        root: FieldBytes,
    } = 14,
    /// A contract was stopped, or goes on.
    ContractPaused {
        /// Which.
        contract: Address,
        /// When it goes on by itself; zero if it goes on now.
        until: UnixMillis,
    } = 15,
    /// New code of a contract was announced.
    UpgradeAnnounced {
        /// Which contract.
        contract: Address,
        /// The code.
        code_hash: CodeHash,
        /// From when the contract may change to it.
        ready: UnixMillis,
        /// What its `migrate` will get.
        input: Bytes<MIGRATE_INPUT_BYTES_MAX>,
    } = 16,
    /// A contract changed its code.
    CodeChanged {
        /// Which contract.
        contract: Address,
        /// The code that it runs from now on.
        code_hash: CodeHash,
    } = 17,
    /// A verifying key was registered.
    KeyRegistered {
        /// Its id.
        key: KeyId,
    } = 18,
}

impl Event {
    /// Bytes that somebody chose: topics and data of a contract, and what is announced for a `migrate`. Zero for every other
    /// event, whose length is fixed.
    #[must_use]
    pub fn chosen_bytes(&self) -> usize {
        match self {
            Self::Contract { topics, data, .. } => {
                topics.len().saturating_mul(size_of::<[u8; 32]>()).saturating_add(data.len())
            }
            Self::UpgradeAnnounced { input, .. } => input.len(),
            Self::Transferred { .. }
            | Self::Proved { .. }
            | Self::NullifierSpent { .. }
            | Self::GroupChanged { .. }
            | Self::CodeDeployed { .. }
            | Self::ContractCreated { .. }
            | Self::JoinSplit { .. }
            | Self::AssetCreated { .. }
            | Self::AssetMinted { .. }
            | Self::Swept { .. }
            | Self::PoolPaused { .. }
            | Self::PollCreated { .. }
            | Self::Voted { .. }
            | Self::IssuerChanged { .. }
            | Self::ContractPaused { .. }
            | Self::CodeChanged { .. }
            | Self::KeyRegistered { .. } => 0,
        }
    }
}
