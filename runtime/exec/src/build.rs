//! Proposing: the best block that the candidates allow. What comes out still goes through `validate` like everybody's.

use crate::charge;
use crate::error::{ExecFault, Refusal};
use crate::rules::Rules;
use crate::stateless::CheckedTx;
use crate::tip::{NextBlock, Tip};
use std::collections::BTreeSet;
use std::sync::Arc;
use tacit_state::{Overlay, StateRead};
use tacit_types::block::{Block, BlockBody};
use tacit_types::header::{HEADER_VERSION, Header};
use tacit_types::{Address, CommitCertificate, List, Round, UnixMillis};

/// Block bytes kept free for header, certificate and list lengths when transactions are chosen.
pub const BLOCK_OVERHEAD_BYTES: usize = 16 * 1024;

/// What the proposer brings to a block besides the transactions.
pub struct Proposal<'a> {
    /// The chain's fixed rules.
    pub rules: &'a Rules,
    /// The end of the chain.
    pub tip: &'a Tip,
    /// The state after the tip.
    pub state: &'a dyn StateRead,
    /// Who proposes.
    pub proposer: Address,
    /// In which round.
    pub round: Round,
    /// The proposer's clock; moved just past the parent's time when it is not later.
    pub now: UnixMillis,
    /// Certificate for the tip; none at the first height only.
    pub last_commit: Option<CommitCertificate>,
}

/// A block from `candidates`, tried in order. Those that do not fit or cannot be charged are left out.
///
/// # Errors
/// [`ExecFault`] of this node's state.
pub fn build(proposal: &Proposal<'_>, candidates: &[Arc<CheckedTx>]) -> Result<Block, ExecFault> {
    let next = NextBlock::read(proposal.state, proposal.tip.height)?;
    let chosen = choose(proposal, &next, candidates)?;
    let txs = chosen.iter().map(|tx| tx.raw().clone()).collect();
    let txs = List::new(txs).map_err(|error| ExecFault::Invariant(format!("a built block is too long: {error}")))?;
    let body = BlockBody { last_commit: proposal.last_commit.clone(), txs };
    let header = Header {
        version: HEADER_VERSION,
        genesis_id: proposal.rules.genesis_id,
        height: next.height,
        round: proposal.round,
        time_ms: proposal.now.max(UnixMillis(proposal.tip.time_ms.0.saturating_add(1))),
        parent: proposal.tip.block_id,
        proposer: proposal.proposer,
        body_root: body.root(),
        body_length: u32::try_from(body.encoded_length()).unwrap_or(u32::MAX),
        last_commit: body.last_commit_hash(),
        state_root: proposal.tip.state_root,
        receipts_root: proposal.tip.receipts_root,
        base_fee: next.base_fee,
        validators_hash: next.validators.hash(),
        next_validators_hash: next.next_validators.hash(),
    };
    Ok(Block { header, body })
}

fn choose<'c>(
    proposal: &Proposal<'_>,
    next: &NextBlock,
    candidates: &'c [Arc<CheckedTx>],
) -> Result<Vec<&'c Arc<CheckedTx>>, ExecFault> {
    let mut room = Room::of(proposal);
    let mut overlay = Overlay::new(proposal.state);
    let mut seen = BTreeSet::new();
    let mut chosen = Vec::new();
    for tx in candidates {
        let Some(left) = room.after(tx) else { continue };
        if seen.contains(&tx.id()) {
            continue;
        }
        match charge::charge(&mut overlay, tx, next.height, next.base_fee) {
            Ok(_) => {}
            Err(Refusal::Reject(_)) => continue,
            Err(Refusal::Fault(fault)) => return Err(fault),
        }
        room = left;
        seen.insert(tx.id());
        chosen.push(tx);
    }
    Ok(chosen)
}

/// What still fits into the block.
#[derive(Clone, Copy)]
struct Room {
    gas: u64,
    bytes: usize,
    txs: usize,
    proofs: usize,
}

impl Room {
    fn of(proposal: &Proposal<'_>) -> Self {
        let params = &proposal.rules.params;
        let size = |limit: u32| usize::try_from(limit).unwrap_or(usize::MAX);
        Self {
            gas: params.block_gas_limit.0,
            bytes: size(params.block_bytes_max).saturating_sub(BLOCK_OVERHEAD_BYTES),
            txs: size(params.block_txs_max),
            proofs: size(params.block_proofs_max),
        }
    }

    fn after(self, tx: &CheckedTx) -> Option<Self> {
        // Four bytes of length stand before each transaction.
        let bytes = tx.raw().as_bytes().len().saturating_add(4);
        Some(Self {
            gas: self.gas.checked_sub(tx.tx().body.gas_limit.0)?,
            bytes: self.bytes.checked_sub(bytes)?,
            txs: self.txs.checked_sub(1)?,
            proofs: self.proofs.checked_sub(tx.proofs())?,
        })
    }
}
