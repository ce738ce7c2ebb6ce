//! What `tx_`, `account_`, `state_`, `contract_`, `group_` and `proof_` methods answer.

use super::{AddressText, EventView};
use crate::json::{Decimal, Hex32, HexBytes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

answers! {
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
        /// More about a failure than its code, such as message and place of a contract's panic.
        detail: Option<String>,
        /// What its contracts did, in the order in which they were entered.
        frames: Option<Vec<FrameView>>,
        /// How many more frames there were.
        frames_left_out: Option<u64>,
    }
    /// One contract frame of a simulation.
    FrameView {
        /// How many contracts were on the stack with it; the outermost has 1.
        depth: u64,
        /// Whose code ran.
        contract: AddressText,
        /// Who called.
        caller: AddressText,
        /// Which function.
        function: String,
        /// Its input, cut at 4 KiB.
        input: HexBytes,
        /// Native money that came with the call.
        value: Decimal,
        /// Whether it could change nothing.
        is_static: bool,
        /// Gas it used, inner frames included.
        gas_used: u64,
        /// Its output, cut at 4 KiB; nothing if it failed.
        output: Option<HexBytes>,
        /// Why it failed.
        failure: Option<String>,
        /// The code that it reverted with.
        contract_code: Option<u32>,
        /// What it logged.
        logs: Vec<String>,
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
        /// Who may change its code and who may stop it.
        policy: Option<PolicyView>,
        /// Until when it stands still, in milliseconds since 1970; nothing if nobody stopped it.
        paused_until_ms: Option<u64>,
        /// The code that it may change to.
        announced: Option<AnnouncedView>,
    }
    /// What was fixed when a contract was made.
    PolicyView {
        /// Who may change its code.
        upgrade: UpgradePolicyView,
        /// Who may stop it; nobody without one.
        pause: Option<PausePolicyView>,
    }
    /// Who may stop a contract, and for how long.
    PausePolicyView {
        /// Who may stop it.
        pauser: AddressText,
        /// Who may let it go on before its time.
        unpauser: AddressText,
        /// The longest pause.
        longest_ms: u64,
    }
    /// Code that a contract may change to.
    AnnouncedView {
        /// The code.
        code_hash: Hex32,
        /// What its `migrate` will get.
        input: HexBytes,
        /// From when, in milliseconds since 1970.
        ready_ms: u64,
    }
    /// Answer of `contract_code`.
    CodeView {
        /// Its hash.
        code_hash: Hex32,
        /// The module.
        code: HexBytes,
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
        /// When; for a credential, when it was last verified.
        height: u64,
        /// Whether contracts and conditions go by it. A credential's proof no longer counts once its issuer has revoked
        /// anything since; verified again, it does.
        counts: bool,
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
}

/// Who may change a contract's code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum UpgradePolicyView {
    /// Nobody.
    Immutable,
    /// An address, which announces the new code and waits.
    Timelocked {
        /// Who announces and upgrades.
        admin: AddressText,
        /// How long announced code waits.
        delay_ms: u64,
    },
    /// The contract itself.
    Governed,
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
