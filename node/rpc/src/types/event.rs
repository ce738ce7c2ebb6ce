//! Events and pages of them.

use super::{AddressText, Cursor};
use crate::json::{Decimal, Hex32, HexBytes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

answers! {
    /// An event and where it happened.
    EventEntry {
        /// Its position.
        cursor: Cursor,
        /// Where to resume after it.
        next: Cursor,
        /// Its block's height.
        height: u64,
        /// Its block.
        block_id: Hex32,
        /// Its transaction.
        tx_id: Hex32,
        /// What happened.
        event: EventView,
    }
    /// Answer of `events_get`.
    EventsPage {
        /// The events.
        events: Vec<EventEntry>,
        /// Where to go on.
        next: Cursor,
    }
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EventView {
    /// Money moved.
    Transferred {
        /// What; all zero is the native token.
        asset: Hex32,
        /// From whom.
        from: AddressText,
        /// To whom.
        to: AddressText,
        /// How much.
        amount: Decimal,
    },
    /// A proof was verified and recorded.
    Proved {
        /// The record.
        proof_id: Hex32,
        /// Who had it verified.
        sender: AddressText,
    },
    /// A member acted anonymously.
    NullifierSpent {
        /// The group.
        group: Hex32,
        /// The nullifier.
        nullifier: Hex32,
        /// The member's weight.
        weight: Decimal,
    },
    /// A group was made or grew.
    GroupChanged {
        /// The group.
        group: Hex32,
        /// Its root now.
        root: Hex32,
        /// Its size now.
        members: u64,
    },
    /// Code was stored.
    CodeDeployed {
        /// Its hash.
        code_hash: Hex32,
    },
    /// A contract was made.
    ContractCreated {
        /// Where it lives.
        contract: AddressText,
        /// What it runs.
        code_hash: Hex32,
        /// Who made it.
        creator: AddressText,
    },
    /// A contract said something.
    Contract {
        /// Which one.
        contract: AddressText,
        /// Words to search by.
        topics: Vec<Hex32>,
        /// In the contract's own encoding.
        data: HexBytes,
    },
    /// Notes were spent and made.
    JoinSplit {
        /// Index of the action.
        action: u16,
        /// Position of its first output in the note tree.
        position: u64,
        /// What left or entered the pool; null when nothing did.
        public: Option<PublicValueView>,
    },
    /// An asset was made.
    AssetCreated {
        /// Its id.
        asset: Hex32,
        /// Who issues it.
        issuer: AddressText,
    },
    /// More of an asset was made.
    AssetMinted {
        /// Which.
        asset: Hex32,
        /// For whom.
        to: AddressText,
        /// How much.
        amount: Decimal,
    },
    /// What a transaction held was handed out.
    Swept {
        /// What.
        asset: Hex32,
        /// To whom.
        to: AddressText,
        /// How much.
        amount: Decimal,
    },
    /// The guardian stopped the shielded pool, or let it go on.
    PoolPaused {
        /// The last height at which it stands still.
        until: u64,
    },
    /// A poll was opened.
    PollCreated {
        /// Which.
        poll: Hex32,
        /// Among whom.
        group: Hex32,
    },
    /// A vote was counted.
    Voted {
        /// In which poll.
        poll: Hex32,
        /// For what.
        choice: u8,
        /// With which weight.
        weight: Decimal,
        /// The voter's nullifier.
        nullifier: Hex32,
    },
    /// An issuer was made, or issued or revoked.
    IssuerChanged {
        /// Which.
        issuer: Hex32,
        /// Its root now.
        root: Hex32,
    },
    /// A contract was stopped, or goes on.
    ContractPaused {
        /// Which.
        contract: AddressText,
        /// When it goes on by itself, in milliseconds since 1970; zero if it goes on now.
        until_ms: u64,
    },
    /// New code of a contract was announced.
    UpgradeAnnounced {
        /// Which contract.
        contract: AddressText,
        /// The code.
        code_hash: Hex32,
        /// From when the contract may change to it, in milliseconds since 1970.
        ready_ms: u64,
        /// What its `migrate` will get.
        input: HexBytes,
    },
    /// A contract changed its code.
    CodeChanged {
        /// Which.
        contract: AddressText,
        /// The code that it runs from now on.
        code_hash: Hex32,
    },
    /// A verifying key was registered.
    KeyRegistered {
        /// Its id.
        key: Hex32,
    },
}

/// What a join-split shows to everybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PublicValueView {
    /// `in` (shield) or `out` (unshield, fee).
    pub direction: String,
    /// What; all zero is the native token.
    pub asset: Hex32,
    /// How much.
    pub amount: Decimal,
}
