//! The last-signed guard: a small file that makes it impossible for this validator to sign two different messages for
//! one step, whatever happens to the engine's log, the database or the machine.
//!
//! What comes in are (height, round, step, bytes to sign, signature); what goes out is the same signature once its
//! record is on disk. It never lets a signature out before `fdatasync` returned, never signs below what it has signed,
//! and never goes on after a failed write.
//!
//! The file holds two slots of [`SLOT_BYTES`]; records alternate between them, so that a torn write can only hurt the
//! record whose signature has not left. A record keeps every step of the latest round, because after a power loss the
//! engine may ask again for an earlier step of it, and then must get the identical signature.

mod file;

pub use file::{GuardDisk, GuardFile};

use borsh::{BorshDeserialize, BorshSerialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tacit_types::codec;
use tacit_types::vote::SignedStep;
use tacit_types::{GenesisId, Height, PublicKey, Round, Signature};

/// Bytes per slot: one page, so that a write touches no other record.
pub const SLOT_BYTES: usize = 4096;

const RECORD_VERSION: u8 = 1;
const CHECKSUM_CONTEXT: &str = "tacit 2026-11 guard checksum";
const OWNER_CONTEXT: &str = "tacit 2026-11 guard owner";
const CHECKSUM_BYTES: usize = 32;

/// Why the guard refused or failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GuardError {
    /// A different message was signed for this step before.
    #[error(
        "refused to sign a second, different {step:?} at height {height} round {round}: another one was signed before. \
         Is the same validator key running elsewhere? If not, restart; the node follows the others to the next height"
    )]
    Conflict {
        /// Height.
        height: Height,
        /// Round.
        round: Round,
        /// Step.
        step: SignedStep,
    },
    /// The message lies before what was signed last.
    #[error(
        "refused to sign {step:?} at height {height} round {round}: this validator already signed at height \
         {signed_height} round {signed_round}. Is the same validator key running elsewhere?"
    )]
    Behind {
        /// Height asked for.
        height: Height,
        /// Round asked for.
        round: Round,
        /// Step asked for.
        step: SignedStep,
        /// Height of the last signature.
        signed_height: Height,
        /// Round of the last signature.
        signed_round: Round,
    },
    /// The file belongs to another key or chain.
    #[error("the file {0} belongs to another validator key or another chain; point guard_path at this validator's own")]
    Owner(String),
    /// The file exists and neither slot is readable.
    #[error(
        "the file {0} is damaged; do not delete it: restore it from a copy, or sync with the validator key removed"
    )]
    Damaged(String),
    /// Another process holds the file.
    #[error("the file {0} is in use; another node is running with this validator")]
    InUse(String),
    /// The disk failed; nothing is signed any more.
    #[error("the guard file could not be {action}: {reason}; nothing more is signed")]
    Disk {
        /// What was tried.
        action: &'static str,
        /// The system's words.
        reason: String,
    },
}

/// All signatures of the latest round this validator took part in.
#[derive(Debug, Clone, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
struct Record {
    version: u8,
    owner: [u8; 32],
    sequence: u64,
    height: Height,
    round: Round,
    /// By order of signing within a round: announcement, proposal, prevote, precommit.
    steps: [Option<Signed>; 4],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
struct Signed {
    message: [u8; 32],
    signature: Signature,
}

/// The guard. See the module's text.
pub struct Guard<D: GuardDisk = GuardFile> {
    disk: D,
    record: Record,
    broken: bool,
    counts: Arc<GuardCounts>,
}

/// How often the guard synced and how many signatures it let out; for metrics and tests.
#[derive(Debug, Default)]
pub struct GuardCounts {
    syncs: AtomicU64,
    released: AtomicU64,
}

impl GuardCounts {
    /// Syncs of the file for signatures.
    #[must_use]
    pub fn syncs(&self) -> u64 {
        self.syncs.load(Ordering::Acquire)
    }

    /// Signatures let out, repeated ones not counted.
    #[must_use]
    pub fn released(&self) -> u64 {
        self.released.load(Ordering::Acquire)
    }
}

impl<D: GuardDisk> Guard<D> {
    /// Opens the guard of `key` on the chain `genesis_id`.
    ///
    /// # Errors
    /// [`GuardError`].
    pub fn open(mut disk: D, genesis_id: &GenesisId, key: &PublicKey) -> Result<Self, GuardError> {
        let owner = codec::hash(OWNER_CONTEXT, &[&genesis_id.0, &key.0]);
        let slots = disk.read().map_err(|error| failed("read", &error))?;
        let record = if slots.iter().all(|slot| slot.iter().all(|byte| *byte == 0)) {
            Record { version: RECORD_VERSION, owner, ..Record::default() }
        } else {
            let records = slots.iter().filter_map(|slot| decode(slot));
            records.max_by_key(|record| record.sequence).ok_or_else(|| GuardError::Damaged(disk.name()))?
        };
        if record.owner != owner {
            return Err(GuardError::Owner(disk.name()));
        }
        Ok(Self { disk, record, broken: false, counts: Arc::default() })
    }

    /// Height and round of the last signature; zero before the first.
    #[must_use]
    pub const fn last(&self) -> (Height, Round) {
        (self.record.height, self.record.round)
    }

    /// The counters.
    #[must_use]
    pub fn counts(&self) -> Arc<GuardCounts> {
        Arc::clone(&self.counts)
    }

    /// Signs `message` with `sign` if nothing signed before forbids it, and gives the signature after its record is
    /// on disk. The identical message gets the identical signature without touching the disk.
    ///
    /// # Errors
    /// [`GuardError`]; no signature has left.
    pub fn sign(
        &mut self,
        height: Height,
        round: Round,
        step: SignedStep,
        message: [u8; 32],
        sign: impl FnOnce(&[u8; 32]) -> Signature,
    ) -> Result<Signature, GuardError> {
        if self.broken {
            return Err(GuardError::Disk { action: "used", reason: "an earlier write failed".to_owned() });
        }
        let slot = slot_of(step);
        if (height, round) == self.last()
            && let Some(Some(signed)) = self.record.steps.get(slot)
        {
            let conflict = GuardError::Conflict { height, round, step };
            return if signed.message == message { Ok(signed.signature) } else { Err(conflict) };
        }
        let later_step_signed = || self.record.steps.iter().skip(slot).any(Option::is_some);
        if (height, round) < self.last() || ((height, round) == self.last() && later_step_signed()) {
            let (signed_height, signed_round) = self.last();
            return Err(GuardError::Behind { height, round, step, signed_height, signed_round });
        }
        let signature = sign(&message);
        let mut next = self.record.clone();
        if (height, round) != self.last() {
            next.steps = [None; 4];
        }
        next.sequence = next.sequence.saturating_add(1);
        (next.height, next.round) = (height, round);
        if let Some(entry) = next.steps.get_mut(slot) {
            *entry = Some(Signed { message, signature });
        }
        self.persist(&next)?;
        self.record = next;
        self.counts.released.fetch_add(1, Ordering::AcqRel);
        metrics::counter!("tacit_consensus_signatures_total").increment(1);
        Ok(signature)
    }

    fn persist(&mut self, record: &Record) -> Result<(), GuardError> {
        // Set first: whatever goes wrong below, the state of the file is unknown and nothing may be signed any more.
        self.broken = true;
        let slot = usize::from(record.sequence % 2 == 1);
        self.disk.write(slot, &encode(record)).map_err(|error| failed("written", &error))?;
        self.disk.sync().map_err(|error| failed("synced", &error))?;
        self.broken = false;
        self.counts.syncs.fetch_add(1, Ordering::AcqRel);
        metrics::counter!("tacit_consensus_guard_syncs_total").increment(1);
        Ok(())
    }
}

/// Order in which the steps of one round are signed.
const fn slot_of(step: SignedStep) -> usize {
    match step {
        SignedStep::PartsInit => 0,
        SignedStep::Proposal => 1,
        SignedStep::Prevote => 2,
        SignedStep::Precommit => 3,
    }
}

fn failed(action: &'static str, error: &std::io::Error) -> GuardError {
    GuardError::Disk { action, reason: error.to_string() }
}

/// Checksum, length, record, zeros.
fn encode(record: &Record) -> [u8; SLOT_BYTES] {
    let body = codec::encode(record);
    let checksum = codec::hash(CHECKSUM_CONTEXT, &[&body]);
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes();
    let mut slot = [0; SLOT_BYTES];
    for (place, byte) in slot.iter_mut().zip(checksum.iter().chain(&length).chain(&body)) {
        *place = *byte;
    }
    slot
}

fn decode(slot: &[u8]) -> Option<Record> {
    let (checksum, rest) = slot.split_at_checked(CHECKSUM_BYTES)?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let body = rest.get(..usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
    if codec::hash(CHECKSUM_CONTEXT, &[body]) != checksum {
        return None;
    }
    let record: Record = codec::decode_exact("guard record", body, SLOT_BYTES).ok()?;
    (record.version == RECORD_VERSION).then_some(record)
}

#[cfg(test)]
mod unit;
