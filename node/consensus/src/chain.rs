//! The one thing that consensus knows about the rest of the node: the [`Chain`] trait and the types it speaks.
//!
//! The node implements it over mempool, execution and storage. All methods may block on disk; the adapter calls them
//! on the blocking pool and one at a time. The engine waits for most of them, so they should answer within about
//! 20 ms: verify at admission and cache verdicts, serve old blocks from an iterator.
//!
//! Every method returns a [`Fault`] only for trouble of our own (disk, a violated invariant). A fault stops the node
//! with its reason; what others did wrong is a [`Verdict`].

use std::sync::Arc;
use std::time::Duration;
use tacit_types::{Address, BlockId, CommitCertificate, GenesisId, Height, Round, Signature, ValidatorSet};

/// Why this node cannot go on. Holds the reason and, where there is one, what the person should do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Fault(pub String);

/// A block this node built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltBlock {
    /// Its id.
    pub block_id: BlockId,
    /// Its canonical bytes, at most `BLOCK_BYTES_MAX` of them.
    pub bytes: Vec<u8>,
}

/// A block to be judged.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Height it was proposed for; always the tip's plus one.
    pub height: Height,
    /// Round it was first proposed in (live), or the round that decided it (synced, where the header's own round
    /// counts).
    pub round: Round,
    /// Who signed the announcement (live), or who proposes in the deciding round (synced, where the header's own
    /// proposer counts).
    pub proposer: Address,
    /// What the announcement or the certificate says the bytes hash to. Synced: already checked against the header.
    pub block_id: BlockId,
    /// The bytes as received.
    pub bytes: &'a [u8],
}

/// Where a candidate comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A proposal of the present: the clock bound applies.
    Live,
    /// A decided block with a verified certificate: the clock bound does not apply.
    Synced,
}

/// What `validate` found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The bytes are the block `block_id` and every rule holds.
    Valid,
    /// A rule is broken, or the bytes are not the announced block; with the reason. Live: vote nil. Synced: more than
    /// two thirds of the validators accepted what this node refuses, so the node halts.
    Invalid(String),
    /// Synced only: the header is the certified one but the rest of the bytes does not belong to it, so the peer that
    /// sent them is to blame and another one is asked.
    PeerFault(String),
}

/// A block that was proposed and judged but not yet decided. Everything needed to stream it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndecidedBlock {
    /// Height.
    pub height: Height,
    /// Round it was first proposed in; for a synced block the round that decided it.
    pub round: Round,
    /// Who proposed it in that round.
    pub proposer: Address,
    /// Its id as announced.
    pub block_id: BlockId,
    /// Its bytes. May be empty for an invalid block.
    pub bytes: Vec<u8>,
    /// Whether it may be voted for.
    pub valid: bool,
    /// The proposer's signature under the announcement of the stream; none for a synced block.
    pub announcement: Option<Signature>,
}

/// A decided block as it is served to a peer that catches up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecidedBlock {
    /// Canonical bytes.
    pub bytes: Vec<u8>,
    /// Its certificate.
    pub certificate: CommitCertificate,
}

/// What a commit did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// The new tip.
    pub height: Height,
    /// How many transactions the block held; decides how long the next proposal is waited for.
    pub transactions: usize,
}

/// Two signed messages of one validator that contradict each other, as seen by this node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Height of both messages.
    pub height: Height,
    /// Round of both messages.
    pub round: Round,
    /// Who signed both.
    pub validator: Address,
    /// The message seen first.
    pub first: SignedStatement,
    /// The one that contradicts it.
    pub second: SignedStatement,
}

/// What a validator signed. The signed bytes are those of `tacit_types::vote`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedStatement {
    /// Which message of the round.
    pub step: tacit_types::vote::SignedStep,
    /// What it is for; none for nil.
    pub value: Option<BlockId>,
    /// Proposals only: the round in which the value had two thirds of the prevotes.
    pub pol_round: Option<Round>,
    /// The signature.
    pub signature: Signature,
}

/// The node, as consensus sees it.
pub trait Chain: Send + Sync + 'static {
    /// The chain; part of every signed message.
    fn genesis_id(&self) -> GenesisId;

    /// Height of the last durably committed block, 0 before the first. It must never go backwards, not even over a
    /// crash: the engine's log belongs to the height after it.
    ///
    /// # Errors
    /// [`Fault`].
    fn tip(&self) -> Result<Height, Fault>;

    /// The set that signs `height`. Known from `history_min_height` to the tip's height plus 2.
    ///
    /// # Errors
    /// [`Fault`].
    fn validators(&self, height: Height) -> Result<Option<Arc<ValidatorSet>>, Fault>;

    /// Builds a block for the tip's height plus one, within `budget`. Called at most once per height and round, also
    /// over restarts, because the result is stored before it is used. The header's proposer is this validator.
    ///
    /// # Errors
    /// [`Fault`].
    fn build(&self, height: Height, round: Round, budget: Duration) -> Result<BuiltBlock, Fault>;

    /// Judges a candidate for the tip's height plus one.
    ///
    /// # Errors
    /// [`Fault`] when no judgement is possible, for instance because the disk fails.
    fn validate(&self, candidate: Candidate<'_>, mode: Mode) -> Result<Verdict, Fault>;

    /// Stores a judged block in one synced atomic batch. **Durable before return**: the engine's log holds only the
    /// id, and a vote for the block may leave right after. Storing the same block again is allowed.
    ///
    /// # Errors
    /// [`Fault`].
    fn store_undecided(&self, block: &UndecidedBlock) -> Result<(), Fault>;

    /// The stored undecided blocks of `height` and `round`.
    ///
    /// # Errors
    /// [`Fault`].
    fn undecided(&self, height: Height, round: Round) -> Result<Vec<UndecidedBlock>, Fault>;

    /// The stored undecided block of `height` with this id, whatever its round.
    ///
    /// # Errors
    /// [`Fault`].
    fn undecided_by_id(&self, height: Height, block_id: BlockId) -> Result<Option<UndecidedBlock>, Fault>;

    /// Executes and commits the stored undecided block that the certificate names, in one synced batch with the
    /// certificate. **Durable before return.** Afterwards undecided blocks up to its height may be pruned, those above
    /// must stay. `synced` says that the block came by value sync. Committing the tip again does nothing.
    ///
    /// # Errors
    /// [`Fault`].
    fn commit(&self, certificate: CommitCertificate, synced: bool) -> Result<Committed, Fault>;

    /// Keeps evidence seen at `height`. **Durable before return.**
    ///
    /// # Errors
    /// [`Fault`].
    fn store_evidence(&self, height: Height, evidence: Vec<Evidence>) -> Result<(), Fault>;

    /// Decided blocks `from..=to` in order without gaps, as many as fit into `bytes_max` bytes but at least one if
    /// the first is there; empty when it is not.
    ///
    /// # Errors
    /// [`Fault`].
    fn decided(&self, from: Height, to: Height, bytes_max: usize) -> Result<Vec<DecidedBlock>, Fault>;

    /// The lowest height that `decided` can serve; 1 on an unpruned node.
    ///
    /// # Errors
    /// [`Fault`].
    fn history_min_height(&self) -> Result<Height, Fault>;
}
