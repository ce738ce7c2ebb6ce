//! The chain, as consensus sees it: build, validate, execute and commit over storage, exec and the pool.
//!
//! Validity is `exec`'s and durability is `storage`'s; this file only brings them together in the right order.

use super::admit::Changes;
use super::core::{Core, Judged, fresh_seed, now};
use super::station;
use borsh::{BorshDeserialize, BorshSerialize};
use std::sync::Arc;
use std::time::Duration;
use tacit_consensus::chain::{
    BuiltBlock, Candidate, Chain, Committed, DecidedBlock, Evidence, Fault, Mode, UndecidedBlock, Verdict,
};
use tacit_exec::build::{self, Proposal};
use tacit_exec::error::ValidateError;
use tacit_exec::tip::NextBlock;
use tacit_exec::validate::{self, Context};
use tacit_exec::{BlockInvalid, ExecFault, ValidBlock};
use tacit_state::key;
use tacit_state::overlay::read_value;
use tacit_storage::{CommitBatch, StorageError, UNDECIDED_PER_ROUND_MAX};
use tacit_types::shielded::CompactBlock;
use tacit_types::{
    Address, Amount, BlockId, CommitCertificate, GenesisId, Height, Receipt, RejectCode, Round, Signature,
    ValidatorSet, codec,
};

/// The node behind consensus.
pub struct NodeChain {
    core: Arc<Core>,
    /// This validator's address; a follower never builds.
    proposer: Address,
}

impl NodeChain {
    /// The chain of `core`, proposing as `proposer`.
    pub fn new(core: Arc<Core>, proposer: Address) -> Self {
        Self { core, proposer }
    }

    fn validate_bytes(&self, bytes: &[u8], mode: validate::Mode) -> Result<Judged, ValidateError> {
        let core = &self.core;
        let (state, tip) = core.head().map_err(|fault| ExecFault::Invariant(fault.to_string()))?;
        let seed = fresh_seed().map_err(|fault| ExecFault::Invariant(fault.to_string()))?;
        let context = Context {
            rules: &core.rules,
            tip: &tip,
            state: &state,
            cache: &core.verdicts,
            seed,
            threads: core.threads,
        };
        let block = Arc::new(validate::validate(&context, bytes, mode)?);
        let judged = Judged { block, bytes: bytes.into() };
        core.remember(judged.block.block().header.height, judged.clone());
        Ok(judged)
    }

    /// The decided block: validated before the vote, or read back from the undecided ones after a restart.
    fn decided_block(&self, certificate: &CommitCertificate) -> Result<Judged, Fault> {
        let (height, id) = (certificate.height, certificate.block_id);
        if let Some(judged) = self.core.recall(height, id) {
            return Ok(judged);
        }
        let stored = self.core.database.undecided_by_id(height, &id).map_err(halt)?;
        let stored = stored.ok_or_else(|| {
            Fault(format!("block {id} of height {height} was decided but is not stored; run `tacit db check`"))
        })?;
        self.validate_bytes(&stored.bytes, validate::Mode::Decided).map_err(|error| {
            Fault(format!(
                "height {height} was decided with block {id}, which this node finds invalid: {error}. Keep the data \
                 directory, compare versions with the other validators, and run `tacit db check --replay`"
            ))
        })
    }

    /// Whether storage would refuse another block of this round: then there must be no vote for it either.
    fn round_is_full(&self, candidate: &Candidate<'_>) -> Result<bool, Fault> {
        let stored = self.core.database.undecided_ids(candidate.height, candidate.round).map_err(halt)?;
        Ok(!stored.contains(&candidate.block_id) && stored.len() >= UNDECIDED_PER_ROUND_MAX)
    }

    fn execute_and_commit(&self, certificate: CommitCertificate) -> Result<Committed, Fault> {
        let core = &self.core;
        let height = certificate.height;
        let Judged { block: valid, bytes } = self.decided_block(&certificate)?;
        let state = core.database.snapshot().map_err(halt)?;
        let executed = station::span("execute", height)
            .in_scope(|| tacit_exec::execute(&state, &core.rules, &core.vm, &valid))
            .map_err(halt)?;
        station::passed("execute", height, valid.txs());
        alert_host_failures(height, &executed.receipts);
        let changes = Changes::of(&executed.writes, &valid).map_err(halt)?;
        let batch = CommitBatch {
            header: valid.block().header.clone(),
            block_bytes: bytes.to_vec(),
            certificate,
            write_set: executed.writes,
            receipts: executed.receipts,
            compact_block: executed.shielded.clone(),
        };
        station::span("commit", height).in_scope(|| core.database.commit(batch)).map_err(halt)?;
        station::passed("commit", height, valid.txs());
        core.database.prune_undecided(height).map_err(halt)?;
        self.tell(&changes, &valid, executed.shielded.as_ref())?;
        Ok(Committed { height, transactions: valid.txs().len() })
    }

    /// Station nine: pool, subscribers and metrics hear of the commit, after it is durable.
    fn tell(&self, changes: &Changes, block: &ValidBlock, compact: Option<&CompactBlock>) -> Result<(), Fault> {
        let core = &self.core;
        let state = core.database.snapshot().map_err(halt)?;
        let height = state.tip().height;
        super::admit::after_commit(core, &state, changes, block).map_err(halt)?;
        core.forget(height);
        core.committed.send_replace(height);
        metrics::gauge!("tacit_height").set(height.0 as f64);
        let supply: Amount = read_value(&state, &key::supply()).map_err(halt)?.unwrap_or_default();
        metrics::gauge!("tacit_native_supply_base_units").set(supply.0 as f64);
        super::shielded::measure(&state, compact).map_err(halt)?;
        metrics::counter!("tacit_committed_transactions_total").increment(block.txs().len() as u64);
        tracing::info!(
            target: "tacit::commit",
            height = height.0,
            block_id = %block.id(),
            transactions = block.txs().len(),
            "committed"
        );
        station::passed("tell", height, block.txs());
        Ok(())
    }
}

/// A host function that panics fails one transaction, the same on every node; the defect behind it concerns all of them.
fn alert_host_failures(height: Height, receipts: &[Receipt]) {
    for receipt in receipts.iter().filter(|receipt| receipt.reject() == Some(RejectCode::HostFailed)) {
        metrics::counter!("tacit_host_failures_total").increment(1);
        tracing::error!(
            target: "tacit::contracts",
            height = height.0,
            tx_id = %receipt.tx_id,
            "a host function panicked in this transaction: a defect of the node that contracts can reach, report it with the block"
        );
    }
}

/// Everything that stops the node says why.
fn halt(error: impl std::fmt::Display) -> Fault {
    Fault(error.to_string())
}

impl Chain for NodeChain {
    fn genesis_id(&self) -> GenesisId {
        self.core.rules.genesis_id
    }

    fn tip(&self) -> Result<Height, Fault> {
        Ok(self.core.database.tip().map_err(halt)?.height)
    }

    fn validators(&self, height: Height) -> Result<Option<Arc<ValidatorSet>>, Fault> {
        let (state, tip) = self.core.head().map_err(halt)?;
        let next = NextBlock::read(&state, tip.height).map_err(halt)?;
        if height == next.height {
            return Ok(Some(Arc::new(next.validators)));
        }
        if height == next.height.next() {
            return Ok(Some(Arc::new(next.next_validators)));
        }
        Ok(self.core.database.signers(height).map_err(halt)?.map(Arc::new))
    }

    fn build(&self, height: Height, round: Round, _budget: Duration) -> Result<BuiltBlock, Fault> {
        let core = &self.core;
        let (state, tip) = core.head().map_err(halt)?;
        if tip.height.next() != height {
            return Err(Fault(format!("asked to build height {height} on a tip of {}", tip.height)));
        }
        let next = NextBlock::read(&state, tip.height).map_err(halt)?;
        let last_commit = match tip.height {
            Height::ZERO => None,
            parent => Some(core.database.certificate(parent).map_err(halt)?.ok_or_else(|| {
                Fault(format!("the certificate of height {parent} is not stored; run `tacit db check`"))
            })?),
        };
        let candidates = super::admit::candidates(core, next.base_fee);
        let proposal = Proposal {
            rules: &core.rules,
            tip: &tip,
            state: &state,
            proposer: self.proposer,
            round,
            now: now(),
            last_commit,
        };
        let bytes = build::build(&proposal, &candidates).map_err(halt)?.encode();
        let Judged { block, .. } = self
            .validate_bytes(&bytes, validate::Mode::Live { now: now() })
            .map_err(|error| Fault(format!("this node built a block that it finds invalid itself: {error}")))?;
        station::passed("propose", height, block.txs());
        Ok(BuiltBlock { block_id: block.id(), bytes })
    }

    fn validate(&self, candidate: Candidate<'_>, mode: Mode) -> Result<Verdict, Fault> {
        let rule = match mode {
            Mode::Live => validate::Mode::Live { now: now() },
            Mode::Synced => validate::Mode::Decided,
        };
        let agree = station::span("agree", candidate.height);
        let block = match agree.in_scope(|| self.validate_bytes(candidate.bytes, rule)) {
            Ok(judged) => judged.block,
            Err(ValidateError::Fault(fault)) => return Err(halt(fault)),
            Err(ValidateError::Invalid(reason)) => return Ok(refuse(mode, &reason)),
        };
        let header = &block.block().header;
        if block.id() != candidate.block_id {
            return Ok(Verdict::Invalid(format!("announced as {}, but is {}", candidate.block_id, block.id())));
        }
        if mode == Mode::Live && self.round_is_full(&candidate)? {
            return Ok(Verdict::Invalid("its proposer has sent too many different blocks in this round".into()));
        }
        if mode == Mode::Live && (header.round != candidate.round || header.proposer != candidate.proposer) {
            return Ok(Verdict::Invalid("the header names another round or proposer than the announcement".into()));
        }
        station::passed("agree", candidate.height, block.txs());
        Ok(Verdict::Valid)
    }

    fn store_undecided(&self, block: &UndecidedBlock) -> Result<(), Fault> {
        let meta = Meta { proposer: block.proposer, valid: block.valid, announcement: block.announcement };
        let stored = tacit_storage::UndecidedBlock {
            height: block.height,
            round: block.round,
            block_id: block.block_id,
            meta: codec::encode(&meta),
            bytes: block.bytes.clone(),
        };
        let database = &self.core.database;
        match database.store_undecided(&stored) {
            // A proposer that floods a round with blocks gets the surplus forgotten, and no vote for it.
            Err(StorageError::UndecidedFull { .. }) if !block.valid => Ok(()),
            // A block that came with its certificate is the decision: what else was proposed no longer matters.
            Err(StorageError::UndecidedFull { .. }) if block.announcement.is_none() => {
                database.prune_undecided(block.height).map_err(halt)?;
                database.store_undecided(&stored).map_err(halt)
            }
            other => other.map_err(halt),
        }
    }

    fn undecided(&self, height: Height, round: Round) -> Result<Vec<UndecidedBlock>, Fault> {
        let stored = self.core.database.undecided(height, round).map_err(halt)?;
        stored.into_iter().map(from_stored).collect()
    }

    fn undecided_by_id(&self, height: Height, block_id: BlockId) -> Result<Option<UndecidedBlock>, Fault> {
        let stored = self.core.database.undecided_by_id(height, &block_id).map_err(halt)?;
        stored.map(from_stored).transpose()
    }

    fn commit(&self, certificate: CommitCertificate, _synced: bool) -> Result<Committed, Fault> {
        let tip = self.core.database.tip().map_err(halt)?;
        if tip.height == certificate.height && tip.block_id == certificate.block_id {
            return Ok(Committed { height: tip.height, transactions: 0 });
        }
        self.execute_and_commit(certificate)
    }

    fn store_evidence(&self, height: Height, evidence: Vec<Evidence>) -> Result<(), Fault> {
        for item in &evidence {
            tracing::warn!(target: "tacit::evidence", height = height.0, validator = %item.validator, "equivocation seen");
            let record = super::evidence::Record::of(item);
            self.core.database.store_evidence(height, &codec::encode(&record)).map_err(halt)?;
        }
        Ok(())
    }

    fn decided(&self, from: Height, to: Height, bytes_max: usize) -> Result<Vec<DecidedBlock>, Fault> {
        let blocks = self.core.database.blocks(from, to, bytes_max).map_err(halt)?;
        let decided =
            blocks.into_iter().map(|block| DecidedBlock { bytes: block.bytes, certificate: block.certificate });
        Ok(decided.collect())
    }

    fn history_min_height(&self) -> Result<Height, Fault> {
        // Blocks are never pruned yet.
        Ok(Height(1))
    }
}

/// Of synced bytes under a good header only the sender can be to blame for a body that does not belong to it.
fn refuse(mode: Mode, reason: &BlockInvalid) -> Verdict {
    let foreign_body = match reason {
        BlockInvalid::Decode(_) => true,
        BlockInvalid::Header { field, .. } => matches!(*field, "body_root" | "body_length" | "last_commit"),
        _ => false,
    };
    if mode == Mode::Synced && foreign_body {
        return Verdict::PeerFault(reason.to_string());
    }
    Verdict::Invalid(reason.to_string())
}

/// What is stored beside an undecided block.
#[derive(BorshSerialize, BorshDeserialize)]
struct Meta {
    proposer: Address,
    valid: bool,
    announcement: Option<Signature>,
}

fn from_stored(stored: tacit_storage::UndecidedBlock) -> Result<UndecidedBlock, Fault> {
    let meta: Meta = codec::decode_exact("undecided block", &stored.meta, 4096)
        .map_err(|error| Fault(format!("an undecided block is damaged: {error}; run `tacit db check`")))?;
    Ok(UndecidedBlock {
        height: stored.height,
        round: stored.round,
        proposer: meta.proposer,
        block_id: stored.block_id,
        bytes: stored.bytes,
        valid: meta.valid,
        announcement: meta.announcement,
    })
}
