//! The receiving side of proposal streams: bounded in every direction.
//!
//! What comes in are announcements whose signature and proposer the caller has checked, and parts; what goes out are
//! whole blocks, each once. A part is hashed on arrival and refused if no announcement lists it. Limits, all named
//! below: announcements per height and round, streams per peer, bytes in total, age, and how far ahead of the chain an
//! announcement may lie. Nothing here blocks or reads a clock; the time is handed in.

use super::{Init, SignedInit, part_hash};
use crate::context::PartData;
use crate::malachite::PeerId;
use bytes::Bytes;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::{Duration, Instant};
use tacit_types::{BlockId, Height, Round};

/// Blocks that one proposer may announce for one height and round; two already prove that it cheats.
pub(crate) const BLOCKS_PER_ROUND_MAX: usize = 2;
/// Streams that one publisher may have open; the oldest is forgotten.
pub(crate) const STREAMS_PER_PEER_MAX: usize = 16;
/// Publishers that are remembered; more than a validator set with its followers has.
pub(crate) const PEERS_MAX: usize = 512;
/// Bytes of all unfinished and waiting blocks together.
pub(crate) const BYTES_MAX: usize = 32 * 1024 * 1024;
/// An unfinished block is dropped after this time.
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
    /// No announcement came in this stream.
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

type Key = (Height, Round, BlockId);
type Id = Bytes;

struct Unfinished {
    signed: SignedInit,
    parts: Vec<Option<Bytes>>,
    missing: usize,
    touched: Instant,
}

/// All proposal streams of the moment.
#[derive(Default)]
pub(crate) struct PartStore {
    streams: HashMap<PeerId, VecDeque<(Id, Key)>>,
    unfinished: BTreeMap<Key, Unfinished>,
    waiting: Vec<Assembled>,
}

impl PartStore {
    /// Opens a stream. The caller has checked the signature and that the signer proposes in that round.
    ///
    /// # Errors
    /// [`Refusal`]; nothing was kept.
    pub(crate) fn announce(
        &mut self,
        publisher: PeerId,
        stream: Id,
        signed: SignedInit,
        window: Window,
        now: Instant,
    ) -> Result<(), Refusal> {
        let init = &signed.init;
        if !in_window(init, window) {
            return Err(Refusal::Window);
        }
        if !init.shape_is_sound() {
            return Err(Refusal::Shape);
        }
        let key = (init.height, init.round, init.block_id);
        if !self.unfinished.contains_key(&key) {
            if self.blocks_of_round(init) >= BLOCKS_PER_ROUND_MAX {
                return Err(Refusal::TooManyBlocks);
            }
            self.expire(now);
            self.make_room(init.total());
            let count = init.part_hashes.len();
            self.unfinished
                .insert(key, Unfinished { signed, parts: vec![None; count], missing: count, touched: now });
        }
        self.remember_stream(publisher, stream, key);
        Ok(())
    }

    /// Takes a part; gives the block when it was the last one missing.
    ///
    /// # Errors
    /// [`Refusal`]; nothing was kept, and after a part that is not listed the stream is closed.
    pub(crate) fn add(
        &mut self,
        publisher: &PeerId,
        stream: &Id,
        data: PartData,
        now: Instant,
    ) -> Result<Option<Assembled>, Refusal> {
        let key = self.key_of(publisher, stream).ok_or(Refusal::Unannounced)?;
        // A stream outlives its block when another peer's stream completed it first.
        let Some(block) = self.unfinished.get_mut(&key) else { return Ok(None) };
        let index = usize::try_from(data.index).unwrap_or(usize::MAX);
        let listed = block.signed.init.part_hashes.get(index).copied();
        let Some(slot) = block.parts.get_mut(index) else {
            self.close(publisher, stream);
            return Err(Refusal::NotListed);
        };
        if slot.is_some() {
            return Ok(None);
        }
        let sound = data.bytes.len() == block.signed.init.part_length(index) && listed == Some(part_hash(&data.bytes));
        if !sound {
            self.close(publisher, stream);
            return Err(Refusal::NotListed);
        }
        *slot = Some(data.bytes);
        block.missing = block.missing.saturating_sub(1);
        block.touched = now;
        if block.missing > 0 {
            return Ok(None);
        }
        Ok(self.unfinished.remove(&key).map(assemble))
    }

    /// Forgets a stream that ended.
    pub(crate) fn close(&mut self, publisher: &PeerId, stream: &Id) {
        if let Some(streams) = self.streams.get_mut(publisher) {
            streams.retain(|(id, _)| id != stream);
            if streams.is_empty() {
                self.streams.remove(publisher);
            }
        }
    }

    /// Keeps a whole block of the next height until its parent is committed.
    pub(crate) fn wait(&mut self, block: Assembled) {
        if !self.waiting.contains(&block) {
            self.make_room(block.bytes.len());
            self.waiting.push(block);
        }
    }

    /// Takes the waiting blocks of `height`.
    pub(crate) fn take_waiting(&mut self, height: Height) -> Vec<Assembled> {
        self.waiting.extract_if(.., |block| block.signed.init.height == height).collect()
    }

    /// Forgets everything up to `height`, which was decided.
    pub(crate) fn forget_to(&mut self, height: Height) {
        self.unfinished.retain(|(at, _, _), _| *at > height);
        self.waiting.retain(|block| block.signed.init.height > height);
        for streams in self.streams.values_mut() {
            streams.retain(|(_, (at, _, _))| *at > height);
        }
        self.streams.retain(|_, streams| !streams.is_empty());
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

    fn blocks_of_round(&self, init: &Init) -> usize {
        let lowest = (init.height, init.round, BlockId([0; 32]));
        let highest = (init.height, init.round, BlockId([0xff; 32]));
        let waiting = self.waiting.iter().map(|block| &block.signed.init);
        let waiting = waiting.filter(|other| (other.height, other.round) == (init.height, init.round)).count();
        self.unfinished.range(lowest..=highest).count().saturating_add(waiting)
    }

    fn remember_stream(&mut self, publisher: PeerId, stream: Id, key: Key) {
        if !self.streams.contains_key(&publisher) && self.streams.len() >= PEERS_MAX {
            return;
        }
        let streams = self.streams.entry(publisher).or_default();
        streams.retain(|(id, _)| *id != stream);
        if streams.len() >= STREAMS_PER_PEER_MAX {
            streams.pop_front();
        }
        streams.push_back((stream, key));
    }

    fn key_of(&self, publisher: &PeerId, stream: &Id) -> Option<Key> {
        self.streams.get(publisher)?.iter().find(|(id, _)| id == stream).map(|(_, key)| *key)
    }
}

/// The height being decided in any round up to a few ahead, and the height after it in its first rounds.
fn in_window(init: &Init, window: Window) -> bool {
    if init.height == window.height {
        return init.round.0 <= window.round.0.saturating_add(ROUNDS_AHEAD_MAX);
    }
    init.height == window.height.next() && init.round.0 < ROUNDS_AHEAD_MAX
}

fn assemble(block: Unfinished) -> Assembled {
    let mut bytes = Vec::with_capacity(block.signed.init.total());
    for part in block.parts.into_iter().flatten() {
        bytes.extend_from_slice(&part);
    }
    Assembled { signed: block.signed, bytes }
}
