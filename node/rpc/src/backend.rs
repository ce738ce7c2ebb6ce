//! What the RPC server needs from a node, and nothing more: the server reaches storage, execution, pool and consensus
//! only through [`Backend`], which the node's binary implements.
//!
//! Every method but [`Backend::submit`] blocks the calling thread for as long as it reads. The server calls the cheap
//! ones (a few point reads) on its own worker threads and the others on blocking threads, a limited number at once;
//! `methods` says which is which. All values of one answer must come from one snapshot.

use crate::reference::BlockRef;
use futures::future::BoxFuture;
use std::net::IpAddr;
use tacit_types::contract::ContractPolicy;
use tacit_types::{
    Address, Amount, AssetId, Block, BlockId, ChainParams, CodeHash, CommitCertificate, FieldBytes, FullHash, Gas,
    GenesisId, GroupId, Height, IssuerId, Name, Network, PollId, Price, ProofId, RawTx, Receipt, RejectCode, Round,
    Sequence, StateRoot, Tx, TxId, UnixMillis, ValidatorSet,
};
use tokio::sync::watch;

/// Why the node has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BackendError {
    /// Not yet, or no longer: syncing, or history pruned. The text says which.
    NotReady(String),
    /// The transaction is refused, here or in [`Backend::simulate`]; the text may add detail.
    Rejected(RejectCode, Option<String>),
    /// A view failed.
    Contract {
        /// Why.
        code: RejectCode,
        /// The code that the contract reverted with.
        contract_code: Option<u32>,
        /// More about it.
        detail: Option<String>,
    },
    /// Come back in this many milliseconds.
    Busy(u64),
    /// The node failed. The text goes to the log, not to the caller.
    Internal(String),
}

/// Result of a backend call.
pub type Answer<T> = Result<T, BackendError>;

/// What never changes about the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainIdentity {
    /// Label of the chain.
    pub chain_id: String,
    /// Names it.
    pub genesis_id: GenesisId,
    /// Decides the text form of addresses.
    pub network: Network,
    /// Whether real value is at stake.
    pub production: bool,
    /// Time of genesis.
    pub time: UnixMillis,
    /// The chain spec as text.
    pub document: String,
}

/// Where the node stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Name on the network.
    pub node_id: String,
    /// Version of the software.
    pub version: String,
    /// Latest committed height.
    pub height: Height,
    /// Its block; all zero at height 0.
    pub block_id: BlockId,
    /// State root in its header; of genesis at height 0.
    pub state_root: StateRoot,
    /// Its time; of genesis at height 0.
    pub time: UnixMillis,
    /// First height whose block is still stored.
    pub earliest_height: Height,
    /// Whether the node is catching up.
    pub syncing: bool,
    /// Connected peers.
    pub peers: u32,
    /// The node's validator, if it has a key.
    pub validator: Option<Address>,
    /// Waiting transactions.
    pub pool_txs: u64,
    /// Their bytes.
    pub pool_bytes: u64,
}

/// Whether the node may get traffic; `Err` holds the reason for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// It works at all.
    pub healthy: Result<(), String>,
    /// It is caught up and its tip is fresh.
    pub ready: Result<(), String>,
}

/// A block with what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommittedBlock {
    /// Its id.
    pub id: BlockId,
    /// The block.
    pub block: Block,
    /// One receipt per transaction.
    pub receipts: Vec<Receipt>,
    /// The certificate that decided it, if stored yet.
    pub certificate: Option<CommitCertificate>,
}

/// The receipts of a height.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockReceipts {
    /// The block.
    pub block_id: BlockId,
    /// One receipt per transaction.
    pub receipts: Vec<Receipt>,
}

/// An accepted transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Submitted {
    /// Hash of its body.
    pub tx_id: TxId,
    /// Hash of its bytes.
    pub hash: FullHash,
}

/// How far a transaction is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TxStatus {
    /// Not known here.
    Unknown,
    /// In the pool.
    Pending,
    /// In a block.
    Committed {
        /// The block.
        height: Height,
        /// Position in it.
        index: u32,
        /// The outcome.
        receipt: Box<Receipt>,
    },
}

/// The outcome of a simulation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulated {
    /// Height of the state it ran on.
    pub height: Height,
    /// What a block would record.
    pub receipt: Receipt,
    /// What its contracts did, in the order of entry; at most [`SIMULATED_FRAMES_MAX`].
    pub frames: Vec<Frame>,
    /// How many more frames there were.
    pub frames_left_out: u64,
    /// More about a failure than its code, such as message and place of a contract's panic.
    pub detail: Option<String>,
}

/// Most frames of a simulation that are answered. With input and output of 4 KiB each they stay far below the longest
/// response.
pub const SIMULATED_FRAMES_MAX: usize = 64;

/// One contract frame of a simulation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// How many contracts were on the stack with it; the outermost has 1.
    pub depth: u64,
    /// Whose code ran.
    pub contract: Address,
    /// Who called.
    pub caller: Address,
    /// Which function.
    pub function: String,
    /// Its input, cut at 4 KiB.
    pub input: Vec<u8>,
    /// Money that came with the call.
    pub value: Amount,
    /// Whether it could change nothing.
    pub is_static: bool,
    /// Gas it used, inner frames included.
    pub gas_used: Gas,
    /// Its output, cut at 4 KiB; nothing if it failed.
    pub output: Option<Vec<u8>>,
    /// Why it failed.
    pub failure: Option<String>,
    /// The code that it reverted with.
    pub contract_code: Option<u32>,
    /// What it logged.
    pub logs: Vec<String>,
}

/// An account; absent ones are all zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountState {
    /// Latest height.
    pub height: Height,
    /// Native money.
    pub balance: Amount,
    /// Committed sequence.
    pub sequence: Sequence,
    /// Sequence after the waiting transactions that follow it without a gap.
    pub pending_sequence: Sequence,
    /// Whether a contract lives here.
    pub is_contract: bool,
}

/// Parameters and the price now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParamsState {
    /// Latest height.
    pub height: Height,
    /// The parameters.
    pub params: ChainParams,
    /// Base fee of the next block.
    pub base_fee: Price,
}

/// A proof of one entry of the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateProof {
    /// Block whose header holds the root.
    pub height: Height,
    /// Its id.
    pub block_id: BlockId,
    /// The root.
    pub state_root: StateRoot,
    /// The value under the key.
    pub value: Option<Vec<u8>>,
    /// The proof in the encoding of `docs/spec/state.md`.
    pub proof: Vec<u8>,
}

/// A contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractState {
    /// Latest height.
    pub height: Height,
    /// Code it runs.
    pub code_hash: CodeHash,
    /// Length of the code in bytes.
    pub code_bytes: u32,
    /// Who made it.
    pub creator: Address,
    /// Native money it holds.
    pub balance: Amount,
    /// Who may change its code and who may stop it.
    pub policy: ContractPolicy,
    /// Until when it stands still; zero if nobody stopped it.
    pub paused_until: UnixMillis,
    /// The code that it may change to.
    pub announced: Option<AnnouncedState>,
}

/// Code that a contract may change to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnouncedState {
    /// The code.
    pub code_hash: CodeHash,
    /// From when.
    pub ready: UnixMillis,
    /// What its `migrate` will get.
    pub input: Vec<u8>,
}

/// A call that may not write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewCall {
    /// The contract.
    pub contract: Address,
    /// The exported function.
    pub function: Name,
    /// Its input, at most `CALL_INPUT_BYTES_MAX` bytes.
    pub input: Vec<u8>,
    /// Most gas it may use.
    pub gas_limit: Gas,
}

/// What a view returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewOutput {
    /// Height of the state it ran on.
    pub height: Height,
    /// Returned bytes.
    pub output: Vec<u8>,
    /// Gas it used.
    pub gas_used: Gas,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupState {
    /// Latest height.
    pub height: Height,
    /// Who may add members.
    pub owner: Address,
    /// How many members.
    pub members: u64,
    /// Roots that proofs may name, oldest first; the last is the current one.
    pub roots: Vec<FieldBytes>,
}

/// Some leaves of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupLeaves {
    /// Latest height.
    pub height: Height,
    /// How many members in all.
    pub members: u64,
    /// Consecutive leaves from the asked index on.
    pub leaves: Vec<[u8; 32]>,
}

/// A poll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollState {
    /// Latest height.
    pub height: Height,
    /// Who opened it.
    pub creator: Address,
    /// Among whom.
    pub group: GroupId,
    /// What it is about, for people.
    pub title: Name,
    /// The group's root when it was opened.
    pub root: FieldBytes,
    /// How many leaves the group had then.
    pub members: u64,
    /// When it was opened.
    pub opened: Height,
    /// The last height at which votes count.
    pub closes: Height,
    /// How many votes were counted.
    pub votes: u64,
    /// The sum of weights for each choice.
    pub tally: Vec<u128>,
}

/// An issuer of credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerState {
    /// Latest height.
    pub height: Height,
    /// Who may issue and revoke.
    pub owner: Address,
    /// A label for people.
    pub name: Name,
    /// How many credentials were issued, revoked ones included.
    pub credentials: u64,
    /// How many were revoked.
    pub revocations: u64,
    /// Roots that proofs may name, oldest first; the last is the current one.
    pub roots: Vec<FieldBytes>,
}

/// Some leaves of an issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerLeaves {
    /// Latest height.
    pub height: Height,
    /// How many leaves in all.
    pub credentials: u64,
    /// Root over all leaves.
    pub root: FieldBytes,
    /// Consecutive leaves from the asked index on.
    pub leaves: Vec<[u8; 32]>,
}

/// A recorded proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordedProof {
    /// Who had it verified.
    pub sender: Address,
    /// When.
    pub height: Height,
    /// False for a *credential* proof whose issuer has revoked anything since.
    pub counts: bool,
}

/// The shielded pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolState {
    /// Latest height.
    pub height: Height,
    /// Root of the note tree after it.
    pub root: FieldBytes,
    /// How many notes.
    pub notes: u64,
    /// Last height at which the pool stands still, if it ever was stopped.
    pub paused_until: Option<Height>,
}

/// A page of compact blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompactPage {
    /// Latest height.
    pub tip: Height,
    /// First height that the page does not cover, if it does not reach the tip.
    pub next: Option<Height>,
    /// Encoded compact blocks of the heights that have notes, ascending.
    pub blocks: Vec<Vec<u8>>,
}

/// A full subtree of the note tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubtreeRoot {
    /// Its place among the subtrees.
    pub index: u32,
    /// Its root.
    pub root: FieldBytes,
    /// The height that filled it.
    pub height: Height,
}

/// An asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetState {
    /// Latest height.
    pub height: Height,
    /// Digits after the point.
    pub decimals: u8,
    /// All there is of it.
    pub supply: Amount,
    /// How much of it lies in the shielded pool.
    pub shielded: Amount,
    /// What its issuer said; none for the native token.
    pub issued: Option<IssuedAsset>,
}

/// What the issuer of an asset said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedAsset {
    /// Who may mint.
    pub issuer: Address,
    /// A label.
    pub symbol: Name,
    /// The supply never exceeds this.
    pub cap: Amount,
}

/// What an account holds besides native money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountAssets {
    /// Latest height.
    pub height: Height,
    /// Assets and amounts, by id.
    pub balances: Vec<(AssetId, Amount)>,
    /// Where to go on, if there is more.
    pub next: Option<AssetId>,
}

/// A misbehaviour seen by this node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceRecord {
    /// Position in the node's list, from 0.
    pub index: u64,
    /// Height it concerns.
    pub height: Height,
    /// Round it concerns.
    pub round: Round,
    /// Who misbehaved.
    pub validator: Address,
    /// What it was, in snake case.
    pub kind: String,
    /// The evidence itself.
    pub bytes: Vec<u8>,
}

/// A node, as the RPC server sees it. See the module's head for who may block whom.
pub trait Backend: Send + Sync + 'static {
    /// What never changes; asked once at start.
    fn identity(&self) -> ChainIdentity;

    /// Latest committed height, sent after every commit once all reads see that height.
    fn tip(&self) -> watch::Receiver<Height>;

    /// Where the node stands. Cheap.
    fn status(&self) -> Answer<Status>;

    /// Whether it may get traffic. Cheap.
    fn health(&self) -> Health;

    /// A block, or `None` when there is none; [`BackendError::NotReady`] when it was pruned.
    fn block(&self, at: BlockRef) -> Answer<Option<CommittedBlock>>;

    /// The receipts of a height, or `None` above the tip; [`BackendError::NotReady`] when they were pruned.
    fn receipts(&self, height: Height) -> Answer<Option<BlockReceipts>>;

    /// The set that signs `height`, or the next height; `None` when that set is not known yet.
    fn validators(&self, height: Option<Height>) -> Answer<Option<(Height, ValidatorSet)>>;

    /// Parameters. Cheap.
    fn params(&self) -> Answer<ParamsState>;

    /// Latest height and native supply. Cheap.
    fn supply(&self) -> Answer<(Height, Amount)>;

    /// Verifies and pools a transaction. Must not block: verification belongs on other threads, in batches.
    ///
    /// A transaction that is already pooled byte for byte counts as accepted. `client` is the address that sent it, if it is
    /// known; who sends forgeries is answered [`BackendError::Busy`] after some.
    fn submit(&self, tx: RawTx, client: Option<IpAddr>) -> BoxFuture<'_, Answer<Submitted>>;

    /// Whether a transaction is pooled or committed. Cheap.
    fn knows_tx(&self, id: &TxId) -> Answer<bool>;

    /// How far a transaction is. Of a committed one, it reads the receipts that are stored together with its own.
    fn tx_status(&self, id: &TxId) -> Answer<TxStatus>;

    /// The bytes of a pooled or committed transaction.
    fn tx_bytes(&self, id: &TxId) -> Answer<Option<RawTx>>;

    /// Runs a transaction on the latest state and forgets the result. Neither signatures nor proofs are verified. The
    /// server has checked that the gas limit is within its cap.
    fn simulate(&self, tx: Tx) -> Answer<Simulated>;

    /// An account. Cheap.
    fn account(&self, address: &Address) -> Answer<AccountState>;

    /// Proves the entry under `key`, or its absence. May wait for the block whose header holds the root.
    fn prove(&self, key: &[u8]) -> Answer<StateProof>;

    /// A contract. Cheap.
    fn contract(&self, address: &Address) -> Answer<Option<ContractState>>;

    /// Deployed code.
    fn code(&self, hash: &CodeHash) -> Answer<Option<Vec<u8>>>;

    /// Runs a view.
    fn view(&self, call: ViewCall) -> Answer<ViewOutput>;

    /// A group. Cheap.
    fn group(&self, id: &GroupId) -> Answer<Option<GroupState>>;

    /// At most `limit` leaves of a group from index `from` on.
    fn group_leaves(&self, id: &GroupId, from: u64, limit: u32) -> Answer<Option<GroupLeaves>>;

    /// A poll. Cheap.
    fn poll(&self, id: &PollId) -> Answer<Option<PollState>>;

    /// An issuer of credentials. Cheap.
    fn issuer(&self, id: &IssuerId) -> Answer<Option<IssuerState>>;

    /// At most `limit` leaves of an issuer from index `from` on.
    fn issuer_leaves(&self, id: &IssuerId, from: u64, limit: u32) -> Answer<Option<IssuerLeaves>>;

    /// A recorded proof. Cheap.
    fn proof(&self, id: &ProofId) -> Answer<Option<RecordedProof>>;

    /// The shielded pool. Cheap.
    fn pool(&self) -> Answer<PoolState>;

    /// Compact blocks from height `from` on: at most `limit`, and as many as fit `bytes_max` bytes, but at least one.
    fn compact_blocks(&self, from: Height, limit: u32, bytes_max: usize) -> Answer<CompactPage>;

    /// At most `limit` full subtrees of the note tree from index `start` on.
    fn subtree_roots(&self, start: u32, limit: u32) -> Answer<Vec<SubtreeRoot>>;

    /// The height at which the note with this nullifier was spent. Cheap.
    fn note_spent(&self, nullifier: &FieldBytes) -> Answer<Option<Height>>;

    /// An asset, the native one included. Cheap.
    fn asset(&self, id: &AssetId) -> Answer<Option<AssetState>>;

    /// At most `limit` assets of an account from id `from` on.
    fn account_assets(&self, address: &Address, from: &AssetId, limit: u32) -> Answer<AccountAssets>;

    /// At most `limit` pieces of evidence from index `from` on.
    fn evidence(&self, from: u64, limit: u32) -> Answer<Vec<EvidenceRecord>>;
}
