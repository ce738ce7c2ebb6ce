//! The JSON shapes of `docs/spec/rpc.md`, as types: what methods take and what they answer. The typed client reads
//! the same types, so both ends change together.
//!
//! Field order is the order of positional parameters. Numbers stay below 2^53; everything that could grow beyond is
//! a [`Decimal`]. Conversions from the chain's own types live in `convert`.

use crate::json::{Decimal, Hex32, HexArray, HexBytes};
use schemars::JsonSchema;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// Most items on a page.
pub const PAGE_MAX: u32 = 1_000;

/// The address text of an account or contract; its prefix must be that of the chain's network.
pub type AddressText = String;

macro_rules! params {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)? })*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            #[serde(deny_unknown_fields)]
            pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }
        )*
    };
}

macro_rules! answers {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)? })*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
            pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }
        )*
    };
}

params! {
    /// No parameters.
    NoParams {}
    /// Which block.
    BlockParams {
        /// Height, block id or `"latest"`.
        block: BlockRef,
        /// Whether to include the transactions' bytes.
        #[serde(default)]
        full: bool,
    }
    /// At which height.
    HeightParams {
        /// The height; the next one when absent.
        #[serde(default)]
        height: Option<u64>,
    }
    /// Encoded transaction.
    TxBytesParams {
        /// The transaction as `docs/spec/transaction.md` encodes it.
        bytes: HexBytes,
    }
    /// Which transaction.
    TxIdParams {
        /// The hash of its body.
        tx_id: Hex32,
    }
    /// Which account or contract.
    AddressParams {
        /// Its address.
        address: AddressText,
    }
    /// Which entry of the state.
    KeyParams {
        /// The key, as `docs/spec/state.md` lists them.
        key: HexBytes,
    }
    /// What to run.
    ViewParams {
        /// The contract.
        address: AddressText,
        /// The exported function.
        function: String,
        /// Its input.
        #[serde(default)]
        args_hex: HexBytes,
    }
    /// Which group.
    GroupParams {
        /// Its id.
        group: Hex32,
    }
    /// Which members.
    GroupMembersParams {
        /// The group.
        group: Hex32,
        /// First index.
        #[serde(default)]
        from: u64,
        /// Most leaves to return.
        #[serde(default)]
        limit: Option<u32>,
    }
    /// Which recorded proof.
    ProofParams {
        /// Its id.
        proof_id: Hex32,
    }
    /// A page of a list.
    PageParams {
        /// First index.
        #[serde(default)]
        from: u64,
        /// Most items to return.
        #[serde(default)]
        limit: Option<u32>,
    }
    /// A page of events.
    EventsGetParams {
        /// First position.
        from: Cursor,
        /// Most entries to return.
        #[serde(default)]
        limit: Option<u32>,
        /// Which events.
        #[serde(default, deserialize_with = "filter_object")]
        filter: Option<EventFilter>,
    }
    /// A stream of events.
    EventsSubscribeParams {
        /// First position; the next block when absent.
        #[serde(default)]
        from: Option<Cursor>,
        /// Which events.
        #[serde(default, deserialize_with = "filter_object")]
        filter: Option<EventFilter>,
    }
    /// Which events; absent parts match everything.
    EventFilter {
        /// Only these kinds.
        #[serde(default)]
        kinds: Option<Vec<String>>,
        /// Only events that name this address.
        #[serde(default)]
        address: Option<AddressText>,
    }
}

pub use crate::reference::{BlockRef, Cursor};

/// A filter is an object or null. Only the parameters themselves may also be given by position.
fn filter_object<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<EventFilter>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        filter @ Value::Object(_) => EventFilter::deserialize(filter).map(Some).map_err(D::Error::custom),
        _ => Err(D::Error::custom("a filter is an object with `kinds` and `address`, both optional")),
    }
}

answers! {
    /// Answer of `node_status`.
    NodeStatus {
        /// Label of the chain.
        chain_id: String,
        /// Names the chain.
        genesis_id: Hex32,
        /// `main`, `test` or `dev`.
        network: String,
        /// Name of the node on the network.
        node_id: String,
        /// Version of the software.
        version: String,
        /// Latest committed height.
        height: u64,
        /// Its block; all zero at height 0.
        block_id: Hex32,
        /// State root in that block's header.
        state_root: Hex32,
        /// That block's time.
        time_ms: u64,
        /// First height whose block is still here.
        earliest_height: u64,
        /// Whether the node is behind and catching up.
        syncing: bool,
        /// Connected peers.
        peers: u32,
        /// Address of the node's validator key.
        validator: Option<AddressText>,
        /// Waiting transactions.
        pool: PoolStatus,
    }
    /// Waiting transactions.
    PoolStatus {
        /// How many.
        txs: u64,
        /// Their bytes together.
        bytes: u64,
    }
    /// A block's header, complete: whoever encodes it again gets the block id.
    HeaderView {
        /// Format.
        version: u16,
        /// The chain.
        genesis_id: Hex32,
        /// Position in the chain.
        height: u64,
        /// Round of the first proposal.
        round: u32,
        /// Proposer's time.
        time_ms: u64,
        /// Block before.
        parent: Hex32,
        /// Who proposed it first.
        proposer: AddressText,
        /// Root over the transactions.
        body_root: Hex32,
        /// Length of the encoded body.
        body_length: u32,
        /// Hash of the certificate for the block before.
        last_commit: Hex32,
        /// State after the block before.
        state_root: Hex32,
        /// Receipts of the block before.
        receipts_root: Hex32,
        /// Price per gas.
        base_fee: Decimal,
        /// Signers of this height.
        validators_hash: Hex32,
        /// Signers of the next height.
        next_validators_hash: Hex32,
    }
    /// A transaction in a block.
    BlockTx {
        /// Position in the block.
        index: u32,
        /// Hash of its body.
        tx_id: Hex32,
        /// Hash of its bytes.
        hash: Hex32,
        /// 0 for success, else the reject code.
        code: u16,
        /// Gas it used.
        gas_used: u64,
        /// Its bytes, when asked for.
        bytes: Option<HexBytes>,
    }
    /// Signatures of more than two thirds of the power.
    CertificateView {
        /// Decided height.
        height: u64,
        /// Round that decided.
        round: u32,
        /// Decided block.
        block_id: Hex32,
        /// Bitmap over the height's validators, least significant bit first.
        signers: HexBytes,
        /// One signature per set bit.
        signatures: Vec<HexArray<64>>,
    }
    /// Answer of `chain_getBlock`.
    BlockView {
        /// Hash of the header.
        block_id: Hex32,
        /// The header.
        header: HeaderView,
        /// The transactions, in order.
        txs: Vec<BlockTx>,
        /// Certificate inside the block.
        last_commit: Option<CertificateView>,
        /// Certificate for this block.
        commit: Option<CertificateView>,
    }
    /// Answer of `chain_getGenesis`.
    GenesisView {
        /// Names the chain.
        genesis_id: Hex32,
        /// Its label.
        chain_id: String,
        /// `main`, `test` or `dev`.
        network: String,
        /// Whether real value is at stake.
        production: bool,
        /// Time of genesis.
        time_ms: u64,
        /// The chain spec.
        document: String,
    }
    /// One validator.
    ValidatorView {
        /// Address of its key.
        address: AddressText,
        /// Key that signs votes.
        public_key: Hex32,
        /// Voting power.
        power: Decimal,
    }
    /// Answer of `chain_getValidators`.
    ValidatorsView {
        /// The height that this set signs.
        height: u64,
        /// Its hash.
        hash: Hex32,
        /// All power together.
        total_power: Decimal,
        /// The set in canonical order.
        validators: Vec<ValidatorView>,
    }
    /// Digests of the pinned verifying keys.
    VerifyingKeyDigests {
        /// Of *range*.
        range: Hex32,
        /// Of *membership*.
        membership: Hex32,
        /// Of *equality*.
        equality: Hex32,
    }
    /// Answer of `chain_getParams`.
    ParamsView {
        /// Latest height.
        height: u64,
        /// Label of the chain.
        chain_id: String,
        /// `main`, `test` or `dev`.
        network: String,
        /// Whether real value is at stake.
        production: bool,
        /// Most gas in a block.
        block_gas_limit: u64,
        /// Longest block.
        block_bytes_max: u32,
        /// Most transactions in a block.
        block_txs_max: u32,
        /// Most proofs in a block.
        block_proofs_max: u32,
        /// Least base fee.
        base_fee_floor: Decimal,
        /// Base fee of the next block.
        base_fee: Decimal,
        /// Digests of the verifying keys.
        verifying_key_digests: VerifyingKeyDigests,
    }
    /// Answer of `chain_getSupply`.
    SupplyView {
        /// Latest height.
        height: u64,
        /// Native supply.
        native: Decimal,
    }
    /// Answer of `tx_submit`.
    SubmitView {
        /// Hash of the body.
        tx_id: Hex32,
        /// Hash of the bytes.
        hash: Hex32,
    }
    /// A rejection by name.
    RejectView {
        /// Its name.
        name: String,
        /// What was wrong and what to do.
        message: String,
    }
    /// Answer of `tx_get`.
    TxView {
        /// The transaction.
        tx_id: Hex32,
        /// How far it is.
        status: TxStatusName,
        /// Its block.
        height: Option<u64>,
        /// Its place there.
        index: Option<u32>,
        /// 0 for success, else the reject code.
        code: Option<u16>,
        /// The rejection.
        reject: Option<RejectView>,
        /// Gas it used.
        gas_used: Option<u64>,
        /// What it paid.
        fee: Option<Decimal>,
        /// Index of the action that failed.
        failed_action: Option<u16>,
        /// Code that a reverting contract gave.
        contract_code: Option<u32>,
        /// Output of the last call.
        output: Option<HexBytes>,
        /// What it did.
        events: Option<Vec<EventView>>,
    }
    /// Answer of `tx_getRaw`.
    TxRawView {
        /// Hash of the body.
        tx_id: Hex32,
        /// Hash of the bytes.
        hash: Hex32,
        /// The bytes.
        bytes: HexBytes,
    }
    /// Answer of `tx_simulate`.
    SimulateView {
        /// The transaction.
        tx_id: Hex32,
        /// Height of the state it ran on.
        height: u64,
        /// 0 for success, else the reject code.
        code: u16,
        /// The rejection.
        reject: Option<RejectView>,
        /// Gas it used.
        gas_used: u64,
        /// What it would pay.
        fee: Decimal,
        /// Index of the action that failed.
        failed_action: Option<u16>,
        /// Code that a reverting contract gave.
        contract_code: Option<u32>,
        /// Output of the last call.
        output: HexBytes,
        /// What it would do.
        events: Vec<EventView>,
    }
    /// Answer of `account_get`.
    AccountView {
        /// The account.
        address: AddressText,
        /// Latest height.
        height: u64,
        /// Native money.
        balance: Decimal,
        /// Sequence of the next transaction to be committed.
        sequence: u64,
        /// Sequence to sign with next: counts waiting transactions too.
        pending_sequence: u64,
        /// Whether a contract lives here.
        is_contract: bool,
    }
    /// Answer of `state_getProof`.
    StateProofView {
        /// Block whose header holds the root.
        height: u64,
        /// Its id.
        block_id: Hex32,
        /// The root.
        state_root: Hex32,
        /// The key.
        key: HexBytes,
        /// Its value, or nothing.
        value: Option<HexBytes>,
        /// The proof, as `docs/spec/state.md` encodes it.
        proof: HexBytes,
    }
    /// Answer of `contract_info`.
    ContractView {
        /// The contract.
        address: AddressText,
        /// Latest height.
        height: u64,
        /// Code it runs.
        code_hash: Hex32,
        /// Length of the code.
        code_bytes: u32,
        /// Who made it.
        creator: AddressText,
        /// Native money it holds.
        balance: Decimal,
    }
    /// Answer of `contract_view`.
    ContractOutput {
        /// Height of the state it ran on.
        height: u64,
        /// What it returned.
        output: HexBytes,
        /// Gas it used.
        gas_used: u64,
    }
    /// Answer of `group_get`.
    GroupView {
        /// The group.
        group: Hex32,
        /// Latest height.
        height: u64,
        /// Who may add members.
        owner: AddressText,
        /// How many members.
        members: u64,
        /// Current root.
        root: Hex32,
        /// Roots that proofs may name, oldest first.
        roots: Vec<Hex32>,
    }
    /// Answer of `group_members`.
    GroupMembersView {
        /// The group.
        group: Hex32,
        /// Latest height.
        height: u64,
        /// How many members in all.
        members: u64,
        /// Leaves of the tree from the asked index on.
        leaves: Vec<Hex32>,
        /// Index to go on with.
        next: Option<u64>,
    }
    /// Answer of `proof_get`.
    ProofView {
        /// The record's id.
        proof_id: Hex32,
        /// Who had it verified.
        sender: AddressText,
        /// When.
        height: u64,
    }
    /// One misbehaviour.
    EvidenceView {
        /// Position in this node's list.
        index: u64,
        /// Height it concerns.
        height: u64,
        /// Round it concerns.
        round: u32,
        /// Who misbehaved.
        validator: AddressText,
        /// What it was.
        kind: String,
        /// The evidence itself.
        bytes: HexBytes,
    }
    /// Answer of `evidence_list`.
    EvidencePage {
        /// The evidence.
        evidence: Vec<EvidenceView>,
        /// Index to go on with.
        next: Option<u64>,
    }
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

/// How far a transaction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TxStatusName {
    /// In the pool.
    Pending,
    /// In a block.
    Committed,
    /// Never seen, or forgotten.
    Unknown,
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
}
