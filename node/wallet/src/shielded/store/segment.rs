//! Segments: what a wallet keeps of a range of heights. All commitments and nullifiers, because asking for single ones
//! would tell which are one's own; of notes and payments only one's own.

use borsh::{BorshDeserialize, BorshSerialize};
use std::fmt;
use tacit_types::codec;
use tacit_types::shielded::{OUTPUTS, PublicValue};
use zeroize::Zeroize;

/// Most heights of a segment.
pub const SEGMENT_HEIGHTS_MAX: u64 = 100_000;
/// A segment with this many notes takes no more heights. One height more may have brought it above.
pub const SEGMENT_NOTES_MAX: u64 = 16_384;

/// What is kept of heights `from` to `to`.
#[derive(Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Segment {
    /// First height.
    pub from: u64,
    /// Last height.
    pub to: u64,
    /// Notes in the tree before `from`.
    pub first_position: u64,
    /// The heights that have notes, ascending.
    pub blocks: Vec<BlockMark>,
    /// All join-splits in the order of the note tree.
    pub join_splits: Vec<JoinSplitMark>,
    /// Their outputs, two each.
    pub commitments: Vec<[u8; 32]>,
    /// Notes of this wallet, ascending.
    pub received: Vec<ReceivedNote>,
    /// Notes that this wallet made for others or itself, ascending.
    pub sent: Vec<OutgoingNote>,
}

/// A height that has notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct BlockMark {
    /// The height.
    pub height: u64,
    /// How many join-splits it has.
    pub join_splits: u32,
    /// Root of the note tree after it.
    pub root: [u8; 32],
}

/// A join-split, as everybody sees it.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct JoinSplitMark {
    /// Its transaction.
    pub tx_id: [u8; 32],
    /// Index of the action in it.
    pub action: u16,
    /// What it spent.
    pub nullifiers: Vec<[u8; 32]>,
    /// What it brought into the pool or took out.
    pub public_value: PublicValue,
}

/// A note of this wallet.
#[derive(Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ReceivedNote {
    /// Its place among the outputs of the segment.
    pub output: u32,
    /// Which address received it.
    pub diversifier: [u8; 11],
    /// How much.
    pub value: u128,
    /// Of what.
    pub asset: [u8; 32],
    /// What its blinding follows from.
    pub rseed: [u8; 32],
    /// What the sender wrote; none when memos were not asked for or the memo cannot be read.
    pub memo: Option<String>,
}

/// A note that this wallet made, read again by its outgoing viewing key.
#[derive(Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct OutgoingNote {
    /// Its place among the outputs of the segment.
    pub output: u32,
    /// The address that received it: 75 bytes.
    pub to: Vec<u8>,
    /// How much.
    pub value: u128,
    /// Of what.
    pub asset: [u8; 32],
    /// What was written to the receiver.
    pub memo: Option<String>,
}

impl Segment {
    /// Nothing yet of heights `from` to `to`.
    #[must_use]
    pub const fn empty(from: u64, to: u64, first_position: u64) -> Self {
        Self {
            from,
            to,
            first_position,
            blocks: Vec::new(),
            join_splits: Vec::new(),
            commitments: Vec::new(),
            received: Vec::new(),
            sent: Vec::new(),
        }
    }

    /// Notes in the tree after the last height.
    #[must_use]
    pub const fn end_position(&self) -> u64 {
        self.first_position.saturating_add(self.commitments.len() as u64)
    }

    /// Number of heights.
    #[must_use]
    pub const fn heights(&self) -> u64 {
        self.to.saturating_sub(self.from).saturating_add(1)
    }

    /// True when nothing should be added any more.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.heights() >= SEGMENT_HEIGHTS_MAX || self.commitments.len() as u64 >= SEGMENT_NOTES_MAX
    }

    /// The join-split of an output, and its height.
    #[must_use]
    pub fn origin(&self, output: u32) -> Option<(u64, &JoinSplitMark)> {
        let index = usize::try_from(output).ok()? / OUTPUTS;
        let join_split = self.join_splits.get(index)?;
        Some((self.height_of(index)?, join_split))
    }

    /// The height of join-split `index`.
    fn height_of(&self, index: usize) -> Option<u64> {
        let mut left = u64::try_from(index).ok()?;
        for block in &self.blocks {
            match left.checked_sub(u64::from(block.join_splits)) {
                Some(rest) => left = rest,
                None => return Some(block.height),
            }
        }
        None
    }

    /// Every join-split with its height and its place in the segment.
    pub fn join_splits_with_heights(&self) -> impl Iterator<Item = (u64, usize, &JoinSplitMark)> {
        let heights = self.blocks.iter().flat_map(|block| (0..block.join_splits).map(|_| block.height));
        heights.zip(&self.join_splits).enumerate().map(|(index, (height, join_split))| (height, index, join_split))
    }

    /// Notes in the tree, and its root, after `height`; `None` for the root when no height of the segment up to there has
    /// notes.
    #[must_use]
    pub fn state_after(&self, height: u64) -> (u64, Option<[u8; 32]>) {
        let mut state = (self.first_position, None);
        for block in self.blocks.iter().take_while(|block| block.height <= height) {
            state =
                (state.0.saturating_add(u64::from(block.join_splits).saturating_mul(OUTPUTS as u64)), Some(block.root));
        }
        state
    }

    /// Appends the segment of the heights that follow; `None` when it does not.
    #[must_use]
    pub fn join(mut self, upper: &Self) -> Option<Self> {
        if self.to.checked_add(1) != Some(upper.from) || self.end_position() != upper.first_position {
            return None;
        }
        let shift = u32::try_from(self.commitments.len()).ok()?;
        self.to = upper.to;
        self.blocks.extend_from_slice(&upper.blocks);
        self.join_splits.extend_from_slice(&upper.join_splits);
        self.commitments.extend_from_slice(&upper.commitments);
        for note in &upper.received {
            let mut note = note.clone();
            note.output = note.output.checked_add(shift)?;
            self.received.push(note);
        }
        for note in &upper.sent {
            let mut note = note.clone();
            note.output = note.output.checked_add(shift)?;
            self.sent.push(note);
        }
        Some(self)
    }

    /// The bytes that are kept, sealed.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        codec::encode(self)
    }

    /// Reads them.
    ///
    /// # Errors
    /// Why they are no segment whose parts fit together.
    pub fn decode(bytes: &[u8]) -> Result<Self, &'static str> {
        let read: Self = codec::decode_exact("segment", bytes, bytes.len()).map_err(|_| "it is no segment")?;
        read.check()?;
        Ok(read)
    }

    /// Whether the parts fit together. What was authenticated was written by this program, but perhaps by an older one, or
    /// by one with a mistake.
    pub(super) fn check(&self) -> Result<(), &'static str> {
        let rule = |holds: bool, reason| if holds { Ok(()) } else { Err(reason) };
        rule(self.from <= self.to, "its heights are out of order")?;
        let heights = self.blocks.iter().map(|block| block.height);
        rule(heights.clone().all(|height| (self.from..=self.to).contains(&height)), "a height lies outside")?;
        rule(heights.is_sorted_by(|before, after| before < after), "its heights are out of order")?;
        let counted: u64 = self.blocks.iter().map(|block| u64::from(block.join_splits)).sum();
        rule(counted == self.join_splits.len() as u64, "join-splits are missing")?;
        rule(self.commitments.len() == self.join_splits.len().saturating_mul(OUTPUTS), "outputs are missing")?;
        let within = |output: u32| usize::try_from(output).is_ok_and(|output| output < self.commitments.len());
        let received = self.received.iter().map(|note| note.output);
        let sent = self.sent.iter().map(|note| note.output);
        rule(received.clone().chain(sent.clone()).all(within), "a note is not among the outputs")?;
        let ordered = received.is_sorted_by(|a, b| a < b) && sent.is_sorted_by(|a, b| a < b);
        rule(ordered, "notes are out of order")
    }
}

impl Drop for ReceivedNote {
    fn drop(&mut self) {
        self.rseed.zeroize();
        self.memo.zeroize();
    }
}

impl Drop for OutgoingNote {
    fn drop(&mut self) {
        self.memo.zeroize();
    }
}

impl fmt::Debug for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (notes, own) = (self.commitments.len(), self.received.len());
        write!(f, "Segment({}..={}, {notes} notes from {}, {own} own)", self.from, self.to, self.first_position)
    }
}

impl fmt::Debug for ReceivedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReceivedNote(output {})", self.output)
    }
}

impl fmt::Debug for OutgoingNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OutgoingNote(output {})", self.output)
    }
}
