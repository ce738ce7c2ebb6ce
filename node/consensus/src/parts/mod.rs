//! Blocks in parts: how a proposal is cut up, announced and put together again.
//!
//! A proposer announces a block with a signed [`Init`] that lists the hash of every part, and every part travels with
//! it, so that a receiver judges each part by itself the moment it arrives, in any order: nothing unannounced or altered
//! is ever buffered, and parts of the same block help each other whichever peer sent them. This file has the
//! announcement and the cutting; [`store`] has the receiving side with all its caps.

mod store;

pub(crate) use store::{Assembled, Key, PartStore, Window};

use crate::context::{BlockPart, PartData};
use crate::malachite::{StreamContent, StreamId, StreamMessage};
use borsh::{BorshDeserialize, BorshSerialize};
use bytes::Bytes;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use tacit_types::limits::BLOCK_BYTES_MAX;
use tacit_types::vote::{SignedStep, sign_bytes_with};
use tacit_types::{Address, BlockId, GenesisId, Height, List, Round, Signature, codec};

/// Bytes per part (128 KiB); only the last part is shorter.
pub const PART_BYTES: usize = 128 * 1024;
/// Most parts of a block.
pub const PARTS_MAX: usize = BLOCK_BYTES_MAX.div_ceil(PART_BYTES);
/// Bytes of a stream id: height, round, nonce.
pub(crate) const STREAM_ID_BYTES: usize = 16;

const PART_CONTEXT: &str = "tacit 2026-11 block part";

/// The announcement of a block's stream. A proposal of the same block in a later round reuses it unchanged.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct Init {
    /// Height.
    pub(crate) height: Height,
    /// Round the block was first proposed in.
    pub(crate) round: Round,
    /// Who proposes in that round, and signs this.
    pub(crate) proposer: Address,
    /// The block.
    pub(crate) block_id: BlockId,
    /// Length of the block's bytes.
    pub(crate) total_bytes: u32,
    /// Hash of each part, in order.
    pub(crate) part_hashes: List<[u8; 32], PARTS_MAX>,
}

/// An announcement with the proposer's signature.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct SignedInit {
    /// What is announced.
    pub(crate) init: Init,
    /// The proposer's signature under [`Init::sign_bytes`].
    pub(crate) signature: Signature,
}

impl Init {
    /// The announcement of `bytes`; `None` when they are empty or too long to be a block.
    pub(crate) fn new(
        height: Height,
        round: Round,
        proposer: Address,
        block_id: BlockId,
        bytes: &[u8],
    ) -> Option<Self> {
        let total_bytes = u32::try_from(bytes.len()).ok().filter(|total| *total > 0)?;
        let part_hashes = List::new(bytes.chunks(PART_BYTES).map(part_hash).collect()).ok()?;
        Some(Self { height, round, proposer, block_id, total_bytes, part_hashes })
    }

    /// What the proposer signs: bound to chain, step, height, round and block, and to every other field.
    pub(crate) fn sign_bytes(&self, genesis_id: &GenesisId) -> [u8; 32] {
        let extra = codec::encode(&(self.proposer, self.total_bytes, &self.part_hashes));
        sign_bytes_with(genesis_id, SignedStep::PartsInit, self.height, self.round, Some(&self.block_id), &extra)
    }

    /// What names this announcement among others.
    pub(crate) fn key(&self, genesis_id: &GenesisId) -> Key {
        (self.height, self.round, self.sign_bytes(genesis_id))
    }

    /// Whether size and number of parts fit each other and the limit of a block.
    pub(crate) fn shape_is_sound(&self) -> bool {
        let total = self.total();
        (1..=BLOCK_BYTES_MAX).contains(&total) && self.part_hashes.len() == total.div_ceil(PART_BYTES)
    }

    /// Length of the block.
    pub(crate) fn total(&self) -> usize {
        usize::try_from(self.total_bytes).unwrap_or(usize::MAX)
    }

    /// Length of part `index`, which must exist.
    fn part_length(&self, index: usize) -> usize {
        self.total().saturating_sub(index.saturating_mul(PART_BYTES)).min(PART_BYTES)
    }
}

/// Hash by which a part is recognised.
fn part_hash(bytes: &[u8]) -> [u8; 32] {
    codec::hash(PART_CONTEXT, &[bytes])
}

/// The messages that stream `bytes` under their announcement: the announcement alone, then with each part.
pub(crate) fn stream(signed: SignedInit, bytes: Vec<u8>) -> Vec<StreamMessage<BlockPart>> {
    let id = stream_id(signed.init.height, signed.init.round);
    let bytes = Bytes::from(bytes);
    let part = |data| StreamContent::Data(BlockPart { signed: signed.clone(), data });
    let mut contents = vec![part(None)];
    for index in 0..signed.init.part_hashes.len() {
        let start = index.saturating_mul(PART_BYTES);
        let end = start.saturating_add(PART_BYTES).min(bytes.len());
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        contents.push(part(Some(PartData { index, bytes: bytes.slice(start..end) })));
    }
    contents.push(StreamContent::Fin);
    let message = |(sequence, content): (usize, _)| StreamMessage::new(id.clone(), sequence as u64, content);
    contents.into_iter().enumerate().map(message).collect()
}

/// A fresh stream id. The nonce differs between streams of one run by counting and between runs by the clock.
fn stream_id(height: Height, round: Round) -> StreamId {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let started = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
    let nonce = COUNT.fetch_add(1, Ordering::Relaxed).wrapping_add(started);
    let mut id = Vec::with_capacity(STREAM_ID_BYTES);
    id.extend_from_slice(&height.0.to_be_bytes());
    id.extend_from_slice(&round.0.to_be_bytes());
    id.extend_from_slice(&nonce.to_be_bytes());
    StreamId::new(id.into())
}

#[cfg(test)]
mod unit;
