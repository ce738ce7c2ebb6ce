//! Events: what a transaction did, for wallets and indexers. Part of the receipt, so part of consensus.

use crate::bounded::{Bytes, List};
use crate::limits::{EVENT_DATA_BYTES_MAX, EVENT_TOPICS_MAX};
use crate::{Address, Amount, AssetId, CodeHash, FieldBytes, GroupId, ProofId};
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
}
