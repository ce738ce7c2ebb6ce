//! The receiving side of proposals in parts: bounded in every direction.
//!
//! What comes in are announcements whose signature and proposer the caller has checked, and parts that belong to one;
//! what goes out are whole blocks, each once. A part is hashed on arrival and refused if its announcement does not list
//! it. Limits, all named below: blocks per height and round, bytes in total, age, and how far ahead of the chain an
//! announcement may lie. Nothing here blocks or reads a clock; the time is handed in.

use super::{SignedInit, part_hash};
use crate::context::PartData;
use bytes::Bytes;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};
use tacit_types::{Height, Round};

/// Blocks that one proposer may announce for one height and round; two already prove that it cheats.
pub(crate) const BLOCKS_PER_ROUND_MAX: usize = 2;
/// Bytes of all unfinished and waiting blocks together.
pub(crate) const BYTES_MAX: usize = 32 * 1024 * 1024;
/// An unfinished block is dropped after this time without a new part.
pub(crate) const AGE_MAX: Duration = Duration::from_secs(60);
/// Rounds ahead of the present one that are accepted.
pub(crate) const ROUNDS_AHEAD_MAX: u32 = 2;

/// Heights and rounds in which announcements are accepted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    /// Height that is being decided: the tip's plus one.
    pub(crate) height: Height,
    /// Its present round.
    pub(crate) round: Round,
}

/// Why a part or an announcement was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// Past, or too far ahead.
    #[error("outside the window of heights and rounds")]
    Window,
    /// Size and number of parts do not fit.
    #[error("size and parts of the announcement contradict each other")]
    Shape,
    /// More blocks for a round than one may announce.
    #[error("too many blocks announced for the round")]
    TooManyBlocks,
    /// Its announcement is not known, or was dropped.
    #[error("a part without an announcement")]
    Unannounced,
    /// The part is not one of those announced.
    #[error("a part that was not announced")]
    NotListed,
}

/// A block whose parts are all here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Assembled {
    /// Its announcement.
    pub(crate) signed: SignedInit,
    /// Its bytes; they hash to what was announced, part by part.
    pub(crate) bytes: Vec<u8>,
}

/// What names an announcement: height, round, and the bytes that its proposer signed.
pub(crate) type Key = (Height, Round, [u8; 32]);

struct Unfinished {
    signed: SignedInit,
    parts: Vec<Option<Bytes>>,
    missing: usize,
    touched: Instant,
}

/// All blocks in parts of the moment.
#[derive(Default)]
pub(crate) struct PartStore {
    unfinished: BTreeMap<Key, Unfinished>,
    waiting: Vec<Assembled>,
    /// Announcements whose block was given out; their parts are not needed any more.
    finished: BTreeSet<Key>,
}

impl PartStore {
    /// Whether the announcement was accepted before; then its signature need not be checked again.
    pub(crate) fn is_announced(&self, key: &Key) -> bool {
        self.unfinished.contains_key(key) || self.is_finished(key)
    }

    /// Whether the announced block was already given out.
    pub(crate) fn is_finished(&self, key: &Key) -> bool {
        self.finished.contains(key)
    }

    /// Opens a block. The caller has checked the signature and that the signer proposes in that round.
    ///
    /// # Errors
    /// [`Refusal`]; nothing was kept.
    pub(crate) fn announce(
        &mut self,
        key: Key,
        signed: SignedInit,
        window: Window,
        now: Instant,
    ) -> Result<(), Refusal> {
        if !in_window(&key, window) {
            return Err(Refusal::Window);
        }
        if !signed.init.shape_is_sound() {
            return Err(Refusal::Shape);
        }
        if self.is_announced(&key) {
            return Ok(());
        }
        self.expire(now);
        if self.blocks_of_round(&key) >= BLOCKS_PER_ROUND_MAX {
            return Err(Refusal::TooManyBlocks);
        }
        self.make_room(signed.init.total());
        let missing = signed.init.part_hashes.len();
        self.unfinished.insert(key, Unfinished { signed, parts: vec![None; missing], missing, touched: now });
        Ok(())
    }

    /// Takes a part; gives the block when it was the last one missing. A part that is already here is ignored.
    ///
    /// # Errors
    /// [`Refusal`]; nothing was kept.
    pub(crate) fn add(&mut self, key: &Key, data: PartData, now: Instant) -> Result<Option<Assembled>, Refusal> {
        if self.is_finished(key) {
            return Ok(None);
        }
        let block = self.unfinished.get_mut(key).ok_or(Refusal::Unannounced)?;
        let index = usize::try_from(data.index).unwrap_or(usize::MAX);
        let listed = block.signed.init.part_hashes.get(index).copied().ok_or(Refusal::NotListed)?;
        let slot = block.parts.get_mut(index).ok_or(Refusal::NotListed)?;
        if slot.is_some() {
            return Ok(None);
        }
        if data.bytes.len() != block.signed.init.part_length(index) || listed != part_hash(&data.bytes) {
            return Err(Refusal::NotListed);
        }
        *slot = Some(data.bytes);
        block.missing = block.missing.saturating_sub(1);
        block.touched = now;
        if block.missing > 0 {
            return Ok(None);
        }
        self.finished.insert(*key);
        Ok(self.unfinished.remove(key).map(assemble))
    }

    /// Keeps a whole block of the height after next until its parent is committed.
    pub(crate) fn wait(&mut self, block: Assembled) {
        self.make_room(block.bytes.len());
        self.waiting.push(block);
    }

    /// Takes the waiting blocks of `height`.
    pub(crate) fn take_waiting(&mut self, height: Height) -> Vec<Assembled> {
        self.waiting.extract_if(.., |block| block.signed.init.height == height).collect()
    }

    /// Forgets everything up to `height`, which was decided.
    pub(crate) fn forget_to(&mut self, height: Height) {
        self.unfinished.retain(|(at, _, _), _| *at > height);
        self.finished.retain(|(at, _, _)| *at > height);
        self.waiting.retain(|block| block.signed.init.height > height);
    }

    /// Bytes that unfinished blocks may come to hold, plus those of waiting blocks.
    pub(crate) fn reserved_bytes(&self) -> usize {
        let unfinished: usize = self.unfinished.values().map(|block| block.signed.init.total()).sum();
        let waiting: usize = self.waiting.iter().map(|block| block.bytes.len()).sum();
        unfinished.saturating_add(waiting)
    }

    fn expire(&mut self, now: Instant) {
        self.unfinished.retain(|_, block| now.saturating_duration_since(block.touched) < AGE_MAX);
    }

    /// Drops the unfinished block that was idle longest until `bytes` more fit, then the oldest waiting one. Only
    /// elected proposers can fill the store, and each only with two blocks per round of its own.
    fn make_room(&mut self, bytes: usize) {
        while self.reserved_bytes().saturating_add(bytes) > BYTES_MAX {
            let idle = self.unfinished.iter().min_by_key(|(_, block)| block.touched).map(|(key, _)| *key);
            match idle {
                Some(key) => drop(self.unfinished.remove(&key)),
                None if !self.waiting.is_empty() => drop(self.waiting.remove(0)),
                None => return,
            }
        }
    }

    fn blocks_of_round(&self, (height, round, _): &Key) -> usize {
        let range = (*height, *round, [0; 32])..=(*height, *round, [0xff; 32]);
        self.unfinished.range(range.clone()).count().saturating_add(self.finished.range(range).count())
    }
}

/// The height being decided in any round up to a few ahead, and the height after it in its first rounds.
fn in_window((height, round, _): &Key, window: Window) -> bool {
    if *height == window.height {
        return round.0 <= window.round.0.saturating_add(ROUNDS_AHEAD_MAX);
    }
    *height == window.height.next() && round.0 < ROUNDS_AHEAD_MAX
}

fn assemble(block: Unfinished) -> Assembled {
    let mut bytes = Vec::with_capacity(block.signed.init.total());
    for part in block.parts.into_iter().flatten() {
        bytes.extend_from_slice(&part);
    }
    Assembled { signed: block.signed, bytes }
}
