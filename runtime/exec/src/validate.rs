//! A block before the vote. One function for own builds, streamed proposals and synced blocks; bodies do not run here.

use crate::charge;
use crate::error::{BlockInvalid, Refusal, ValidateError};
use crate::rules::Rules;
use crate::signatures;
use crate::stateless::{self, CheckedTx};
use crate::tip::{NextBlock, Tip};
use std::collections::BTreeSet;
use std::fmt::Display;
use std::sync::Arc;
use tacit_state::{Overlay, StateRead};
use tacit_types::block::Block;
use tacit_types::header::HEADER_VERSION;
use tacit_types::limits::CLOCK_DRIFT_MS_MAX;
use tacit_types::{BlockId, DecodeError, FullHash, RawTx, UnixMillis};

/// Where a block comes from; decides whether its time is compared with the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A proposal for the height that is being decided; the local clock is given.
    Live {
        /// Local time.
        now: UnixMillis,
    },
    /// A block that others have decided, or one from the own disk.
    Decided,
}

/// Verdicts that were reached before, by full hash. Belongs to one [`Rules`].
pub trait CheckCache: Sync {
    /// The transaction, if it was found valid before.
    fn get(&self, hash: &FullHash) -> Option<Arc<CheckedTx>>;
    /// Remembers a valid transaction.
    fn put(&self, tx: Arc<CheckedTx>);
}

/// Remembers nothing.
pub struct NoCache;

impl CheckCache for NoCache {
    fn get(&self, _hash: &FullHash) -> Option<Arc<CheckedTx>> {
        None
    }
    fn put(&self, _tx: Arc<CheckedTx>) {}
}

/// Everything a validation needs besides the block.
pub struct Context<'a> {
    /// The chain's fixed rules.
    pub rules: &'a Rules,
    /// The end of the chain.
    pub tip: &'a Tip,
    /// The state after the tip.
    pub state: &'a dyn StateRead,
    /// Earlier verdicts.
    pub cache: &'a dyn CheckCache,
    /// Randomness for batches; fresh from the operating system when voting, any value on replay.
    pub seed: [u8; 32],
    /// Most threads to use.
    pub threads: usize,
}

/// A block that may be voted for on top of one tip. Only [`validate`] makes it.
#[derive(Debug, Clone)]
pub struct ValidBlock {
    block: Block,
    id: BlockId,
    txs: Vec<Arc<CheckedTx>>,
}

impl ValidBlock {
    /// A block whose transactions nobody verified: for tests of what comes after.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn assume(block: Block, txs: Vec<Arc<CheckedTx>>) -> Self {
        Self { id: block.header.id(), block, txs }
    }

    /// The block.
    #[must_use]
    pub const fn block(&self) -> &Block {
        &self.block
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> BlockId {
        self.id
    }

    /// Its transactions.
    #[must_use]
    pub fn txs(&self) -> &[Arc<CheckedTx>] {
        &self.txs
    }
}

/// Decides whether `bytes` are a block that may follow the tip.
///
/// # Errors
/// [`ValidateError::Invalid`] with the first rule broken, or a fault of this node.
pub fn validate(context: &Context<'_>, bytes: &[u8], mode: Mode) -> Result<ValidBlock, ValidateError> {
    let params = &context.rules.params;
    let limit = usize::try_from(params.block_bytes_max).unwrap_or(usize::MAX);
    if bytes.len() > limit {
        let error = DecodeError::TooLong { what: "block", actual: bytes.len(), limit };
        return Err(BlockInvalid::Decode(error).into());
    }
    let block = Block::decode(bytes).map_err(BlockInvalid::Decode)?;
    let next = NextBlock::read(context.state, context.tip.height)?;
    check_header(context, &next, &block, mode)?;
    check_last_commit(context, &block)?;
    let txs = check_txs(context, &block)?;
    check_sums(context, &txs)?;
    check_charges(context, &next, &txs)?;
    Ok(ValidBlock { id: block.header.id(), block, txs })
}

fn check_header(context: &Context<'_>, next: &NextBlock, block: &Block, mode: Mode) -> Result<(), BlockInvalid> {
    let (header, tip) = (&block.header, context.tip);
    same("version", &header.version, &HEADER_VERSION)?;
    same("genesis_id", &header.genesis_id, &context.rules.genesis_id)?;
    same("height", &header.height, &next.height)?;
    same("parent", &header.parent, &tip.block_id)?;
    same("proposer", &header.proposer, &next.validators.proposer(header.height, header.round).address())?;
    same("base_fee", &header.base_fee, &next.base_fee)?;
    same("state_root", &header.state_root, &tip.state_root)?;
    same("receipts_root", &header.receipts_root, &tip.receipts_root)?;
    same("validators_hash", &header.validators_hash, &next.validators.hash())?;
    same("next_validators_hash", &header.next_validators_hash, &next.next_validators.hash())?;
    same("last_commit", &header.last_commit, &block.body.last_commit_hash())?;
    same("body_root", &header.body_root, &block.body.root())?;
    let body_length = u32::try_from(block.body.encoded_length()).unwrap_or(u32::MAX);
    same("body_length", &header.body_length, &body_length)?;
    if header.time_ms <= tip.time_ms {
        return Err(BlockInvalid::Header {
            field: "time_ms",
            found: header.time_ms.to_string(),
            expected: format!("more than {}", tip.time_ms),
        });
    }
    if let Mode::Live { now } = mode {
        let ahead_ms = header.time_ms.0.saturating_sub(now.0);
        if ahead_ms > CLOCK_DRIFT_MS_MAX {
            return Err(BlockInvalid::FromTheFuture { ahead_ms, limit_ms: CLOCK_DRIFT_MS_MAX });
        }
    }
    Ok(())
}

fn same<T: PartialEq + Display>(field: &'static str, found: &T, expected: &T) -> Result<(), BlockInvalid> {
    if found == expected {
        return Ok(());
    }
    Err(BlockInvalid::Header { field, found: found.to_string(), expected: expected.to_string() })
}

fn check_last_commit(context: &Context<'_>, block: &Block) -> Result<(), BlockInvalid> {
    let tip = context.tip;
    let refuse = |reason: String| BlockInvalid::LastCommit(reason);
    let certificate = match (&block.body.last_commit, tip.height.0) {
        (None, 0) => return Ok(()),
        (None, _) => return Err(refuse("it is missing".into())),
        (Some(_), 0) => return Err(refuse("the first block has none".into())),
        (Some(certificate), _) => certificate,
    };
    if certificate.height != tip.height || certificate.block_id != tip.block_id {
        return Err(refuse("it is for another block".into()));
    }
    let items = certificate
        .signatures_to_verify(&context.rules.genesis_id, &tip.signers)
        .map_err(|error| refuse(error.to_string()))?;
    if signatures::verify_all(&items, context.seed) { Ok(()) } else { Err(refuse("a signature is forged".into())) }
}

/// Judges every transaction, those already judged for nothing.
fn check_txs(context: &Context<'_>, block: &Block) -> Result<Vec<Arc<CheckedTx>>, BlockInvalid> {
    let raws = &block.body.txs;
    over_limit("number of transactions", raws.len(), u64::from(context.rules.params.block_txs_max))?;
    let mut known: Vec<Option<Arc<CheckedTx>>> = raws.iter().map(|raw| context.cache.get(&raw.full_hash())).collect();
    let fresh: Vec<RawTx> =
        raws.iter().zip(&known).filter(|(_, hit)| hit.is_none()).map(|(raw, _)| raw.clone()).collect();
    let mut verdicts = stateless::check_all(context.rules, fresh, context.seed, context.threads).into_iter();
    for (index, slot) in known.iter_mut().enumerate().filter(|(_, slot)| slot.is_none()) {
        match verdicts.next() {
            Some(Ok(tx)) => {
                context.cache.put(Arc::clone(&tx));
                *slot = Some(tx);
            }
            Some(Err(reject)) => return Err(BlockInvalid::Tx { index, reject }),
            None => break,
        }
    }
    let txs: Vec<Arc<CheckedTx>> = known.into_iter().flatten().collect();
    let mut seen = BTreeSet::new();
    match txs.iter().position(|tx| !seen.insert(tx.id())) {
        Some(index) => Err(BlockInvalid::DuplicateTx { index }),
        None => Ok(txs),
    }
}

fn check_sums(context: &Context<'_>, txs: &[Arc<CheckedTx>]) -> Result<(), BlockInvalid> {
    let params = &context.rules.params;
    let gas = txs.iter().fold(0u64, |sum, tx| sum.saturating_add(tx.tx().body.gas_limit.0));
    if gas > params.block_gas_limit.0 {
        return Err(BlockInvalid::OverLimit { what: "gas", found: gas, limit: params.block_gas_limit.0 });
    }
    let proofs = txs.iter().fold(0usize, |sum, tx| sum.saturating_add(tx.proofs()));
    over_limit("number of proofs", proofs, u64::from(params.block_proofs_max))
}

fn over_limit(what: &'static str, found: usize, limit: u64) -> Result<(), BlockInvalid> {
    let found = u64::try_from(found).unwrap_or(u64::MAX);
    if found > limit { Err(BlockInvalid::OverLimit { what, found, limit }) } else { Ok(()) }
}

/// Runs the charge phase on a throw-away overlay: a block in which somebody cannot pay is invalid.
fn check_charges(context: &Context<'_>, next: &NextBlock, txs: &[Arc<CheckedTx>]) -> Result<(), ValidateError> {
    match charge::charge_all(&mut Overlay::new(context.state), txs, next.height, next.base_fee) {
        Ok(_) => Ok(()),
        Err((index, Refusal::Reject(reject))) => Err(BlockInvalid::Charge { index, reject }.into()),
        Err((_, Refusal::Fault(fault))) => Err(fault.into()),
    }
}
