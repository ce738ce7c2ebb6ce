//! From compact blocks to a segment: every output is tried with the incoming key and every join-split with the outgoing
//! one, by several threads. What is found is one's own; everything else is kept as commitments and nullifiers.
//!
//! Blocks come from a node. Their shape and order are checked here; whether they are the chain's shows when the note tree
//! is computed from them.

use super::memo::{Memo, MemoKey};
use super::note_cipher::{recover_sent, try_decrypt};
use super::store::{BlockMark, JoinSplitMark, OutgoingNote, ReceivedNote, Segment};
use super::viewing::ViewingKey;
use crate::error::WalletError;
use std::ops::RangeInclusive;
use tacit_circuits::tree::CAPACITY;
use tacit_types::shielded::{CompactBlock, CompactJoinSplit, CompactOutput, OUTPUTS};

/// Fewer outputs than this are not worth another thread.
const OUTPUTS_PER_THREAD_MIN: usize = 64;

/// A segment in the making.
pub(super) struct Scan<'a> {
    key: &'a ViewingKey,
    threads: usize,
    segment: Segment,
    started: bool,
}

/// What one thread found: indices among the outputs it was given.
#[derive(Default)]
struct Found {
    received: Vec<ReceivedNote>,
    sent: Vec<OutgoingNote>,
}

impl<'a> Scan<'a> {
    /// Begins with heights `heights`, of which none is read yet.
    pub(super) fn new(key: &'a ViewingKey, threads: usize, heights: &RangeInclusive<u64>) -> Self {
        let segment = Segment::empty(*heights.start(), *heights.end(), 0);
        Self { key, threads: threads.max(1), segment, started: false }
    }

    /// Adds blocks that follow those before.
    ///
    /// # Errors
    /// [`WalletError::BadChain`] when they do not.
    pub(super) fn add(&mut self, blocks: &[CompactBlock]) -> Result<(), WalletError> {
        let first_output = self.segment.commitments.len();
        for block in blocks {
            self.add_block(block)?;
        }
        let join_splits: Vec<&CompactJoinSplit> = blocks.iter().flat_map(|block| block.join_splits.iter()).collect();
        let found = self.try_all(&join_splits, first_output);
        self.segment.received.extend(found.received);
        self.segment.sent.extend(found.sent);
        Ok(())
    }

    /// The segment; `end_position` is how many notes the tree has after its last height.
    ///
    /// # Errors
    /// [`WalletError::BadChain`] when the blocks end elsewhere.
    pub(super) fn finish(mut self, end_position: u64) -> Result<Segment, WalletError> {
        if !self.started {
            self.segment.first_position = end_position;
        }
        if self.segment.end_position() != end_position {
            return Err(bad(&self.segment, "notes are missing, or are too many"));
        }
        Ok(self.segment)
    }

    fn add_block(&mut self, block: &CompactBlock) -> Result<(), WalletError> {
        let segment = &mut self.segment;
        let after = segment.blocks.last().is_none_or(|before| before.height < block.height.0);
        if !after || !(segment.from..=segment.to).contains(&block.height.0) || block.join_splits.is_empty() {
            return Err(bad(segment, "the node's blocks are out of order, outside what was asked for, or empty"));
        }
        if !self.started {
            (self.started, segment.first_position) = (true, block.first_position);
        }
        let notes = (block.join_splits.len() as u64).saturating_mul(OUTPUTS as u64);
        let end = block.first_position.checked_add(notes);
        if block.first_position != segment.end_position() || end.is_none_or(|end| end > CAPACITY) {
            return Err(bad(segment, "positions of notes do not follow one another"));
        }
        let join_splits = u32::try_from(block.join_splits.len()).unwrap_or(u32::MAX);
        segment.blocks.push(BlockMark { height: block.height.0, join_splits, root: block.root.0 });
        segment.commitments.extend(block.commitments().map(|commitment| commitment.0));
        segment.join_splits.extend(block.join_splits.iter().map(|join_split| JoinSplitMark {
            tx_id: join_split.tx_id.0,
            action: join_split.action,
            nullifiers: join_split.nullifiers.as_slice().iter().map(|nullifier| nullifier.0).collect(),
            public_value: join_split.public_value,
        }));
        Ok(())
    }

    /// Tries the join-splits, whose first output is `first_output` of the segment.
    fn try_all(&self, join_splits: &[&CompactJoinSplit], first_output: usize) -> Found {
        let enough = join_splits.len().saturating_mul(OUTPUTS).div_ceil(OUTPUTS_PER_THREAD_MIN);
        let threads = self.threads.min(enough).max(1);
        if threads == 1 {
            return try_some(self.key, join_splits, first_output);
        }
        let share = join_splits.len().div_ceil(threads);
        std::thread::scope(|scope| {
            let parts = join_splits.chunks(share).enumerate();
            let running: Vec<_> = parts
                .map(|(part, join_splits)| {
                    let first = first_output.saturating_add(part.saturating_mul(share).saturating_mul(OUTPUTS));
                    scope.spawn(move || try_some(self.key, join_splits, first))
                })
                .collect();
            let mut all = Found::default();
            for thread in running {
                // A thread that panics was this program's mistake, and stays one.
                let found = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                all.received.extend(found.received);
                all.sent.extend(found.sent);
            }
            all
        })
    }
}

/// What one thread does.
fn try_some(key: &ViewingKey, join_splits: &[&CompactJoinSplit], first_output: usize) -> Found {
    let outputs: Vec<&CompactOutput> = join_splits.iter().flat_map(|join_split| &join_split.outputs).collect();
    // A segment has fewer than 2^32 outputs, as the tree does.
    let number = |index: usize| u32::try_from(first_output.saturating_add(index)).unwrap_or(u32::MAX);
    let mut found = Found::default();
    for (index, decrypted) in try_decrypt(key.incoming(), &outputs) {
        let memo = join_splits.get(index / OUTPUTS).and_then(|join_split| memo_of(join_split, &decrypted.memo_key));
        let note = &decrypted.note;
        found.received.push(ReceivedNote {
            output: number(index),
            diversifier: note.diversifier.0,
            value: note.value,
            asset: note.asset.0,
            rseed: note.rseed,
            memo,
        });
    }
    let Some(key) = key.full() else { return found };
    for (place, join_split) in join_splits.iter().enumerate() {
        let Some(extras) = &join_split.extras else { continue };
        for (which, (output, outgoing)) in join_split.outputs.iter().zip(&extras.outgoing).enumerate() {
            let Some(sent) = recover_sent(key.outgoing(), output, outgoing) else { continue };
            found.sent.push(OutgoingNote {
                output: number(place.saturating_mul(OUTPUTS).saturating_add(which)),
                to: sent.address.to_bytes().to_vec(),
                value: sent.note.value,
                asset: sent.note.asset.0,
                memo: memo_of(join_split, &sent.memo_key),
            });
        }
    }
    found
}

/// The memo of a join-split, when it was asked for and can be read.
fn memo_of(join_split: &CompactJoinSplit, key: &MemoKey) -> Option<String> {
    let memo = Memo::decrypt(&join_split.extras.as_ref()?.memo, key)?;
    Some(memo.text().as_str().to_owned())
}

fn bad(segment: &Segment, reason: &'static str) -> WalletError {
    WalletError::BadChain { from: segment.from, to: segment.to, reason }
}
