//! One page of the trie in memory: four bits of depth, its internal nodes, and the leaves below it that are too few to
//! deserve pages of their own.
//!
//! The shape of a page follows from how many leaves lie below each of its 16 slots and from nothing else: a node with
//! more than [`BUCKET_LEAVES`] leaves below it is *inner* (its two child hashes are kept), any other node is a
//! *bucket* (its leaves are kept, its hashes are computed when needed). A slot with more than that is a child page.
//! So the set of pages and their bytes are a function of the set of leaves, whatever the history was.
//!
//! Nodes in a page are numbered like a heap: 1 is the top, `2i` and `2i + 1` lie below `i`, 16 to 31 are the slots.

use super::hash::{Leaf, Pair, half, leaf, set_half};
use super::journal::Journal;
use super::page_id::{PageId, nibble};
use super::shard::Change;

/// The most leaves a bucket holds; one more makes the node inner.
///
/// 4 to 12 were measured and differ little (`docs/spec/state-trie.md`); the counts of a page must sum to less than 256.
pub const BUCKET_LEAVES: usize = 8;

/// Slots of a page: 2 to the power of four bits.
pub(crate) const SLOTS: usize = 16;

/// The index that stands for "no page in memory".
pub(crate) const NOT_LOADED: u32 = u32::MAX;

/// The place of the top node in a page's heap numbering.
pub(crate) const TOP: usize = 1;

/// A page in memory.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    /// Its name.
    pub id: PageId,
    /// Inline leaves below each slot; 0 where the slot is a child page.
    counts: [u8; SLOTS],
    /// Which slots are child pages.
    children: u16,
    /// Which heap numbers 1 to 15 are inner nodes.
    inner: u16,
    /// Which slots changed since their hashes were last computed.
    pub touched: u16,
    /// Whether the store holds something else than this page.
    pub dirty: bool,
    /// Whether the store may hold a version of this page, so that removing it must be told.
    pub stored: bool,
    /// How many child pages are in memory.
    pub loaded_children: u8,
    /// The update that last touched the page; for eviction.
    pub used: u64,
    /// Index of the page above in its shard.
    pub parent: u32,
    /// The child hashes of the inner nodes, in heap order.
    pairs: Vec<Pair>,
    /// The inline leaves, ascending.
    leaves: Vec<Leaf>,
    /// Indices of the child pages in the shard.
    links: Option<Box<[u32; SLOTS]>>,
}

/// What became of a slot when one leaf was set or removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SlotChange {
    /// Nothing changed.
    None,
    /// The leaves changed; they still fit the slot.
    Changed,
    /// The slot now has one leaf too many and must become a child page.
    Overflow,
}

impl Page {
    /// A page without leaves.
    pub fn new(id: PageId, parent: u32) -> Self {
        Self {
            id,
            counts: [0; SLOTS],
            children: 0,
            inner: 0,
            touched: 0,
            dirty: false,
            stored: false,
            loaded_children: 0,
            used: 0,
            parent,
            pairs: Vec::new(),
            leaves: Vec::new(),
            links: None,
        }
    }

    /// A page over `leaves` (ascending, all below `id`), with every slot marked as touched.
    ///
    /// Slots may overflow; the caller splits them.
    pub fn from_leaves(id: PageId, parent: u32, leaves: Vec<Leaf>) -> Self {
        let mut page = Self::new(id, parent);
        for leaf in &leaves {
            if let Some(count) = page.counts.get_mut(nibble(half(leaf, 0), usize::from(id.level()))) {
                *count = count.saturating_add(1);
            }
        }
        page.leaves = leaves;
        page.touched = u16::MAX;
        page
    }

    /// A page as read from the store; [`super::page_bytes`] checks the parts.
    pub fn from_parts(id: PageId, counts: [u8; SLOTS], children: u16, pairs: Vec<Pair>, leaves: Vec<Leaf>) -> Self {
        let mut page = Self { counts, children, pairs, leaves, stored: true, ..Self::new(id, NOT_LOADED) };
        page.inner = page.shape();
        page
    }

    /// Inline leaf counts per slot.
    pub fn counts(&self) -> &[u8; SLOTS] {
        &self.counts
    }

    /// The stored pairs, in heap order.
    pub fn pairs(&self) -> &[Pair] {
        &self.pairs
    }

    /// All inline leaves, ascending.
    pub fn leaves(&self) -> &[Leaf] {
        &self.leaves
    }

    /// Bytes this page holds in memory, without the allocator's own.
    pub fn memory_bytes(&self) -> usize {
        let heap = self.pairs.capacity().saturating_add(self.leaves.capacity()).saturating_mul(64);
        let links = if self.links.is_some() { SLOTS.saturating_mul(4) } else { 0 };
        heap.saturating_add(links).saturating_add(size_of::<Self>())
    }

    /// Whether `slot` is a child page.
    #[inline]
    pub fn is_child(&self, slot: usize) -> bool {
        (self.children >> (slot & 15)) & 1 == 1
    }

    /// Whether any slot is a child page.
    pub fn has_children(&self) -> bool {
        self.children != 0
    }

    /// Whether heap number `node` (1 to 15) is an inner node.
    #[inline]
    pub fn is_inner(&self, node: usize) -> bool {
        node < SLOTS && (self.inner >> node) & 1 == 1
    }

    /// Where the pair of inner node `node` stands in [`Page::pairs`].
    #[inline]
    pub fn rank(&self, node: usize) -> usize {
        rank(self.inner, node)
    }

    /// The child hashes of inner node `node`.
    #[inline]
    pub fn pair(&self, node: usize) -> Option<&Pair> {
        self.pairs.get(self.rank(node))
    }

    /// The child hashes that stand at `rank`, to be overwritten.
    #[inline]
    pub fn pair_mut(&mut self, rank: usize) -> Option<&mut Pair> {
        self.pairs.get_mut(rank)
    }

    /// The hash that this page keeps of the child page under `slot`.
    pub fn child_node(&self, slot: usize) -> Option<&[u8; 32]> {
        let node = slot.checked_add(SLOTS)?;
        self.is_inner(node / 2).then(|| self.pair(node / 2).map(|pair| half(pair, node % 2)))?
    }

    /// Writes the hash of the child page under `slot`.
    pub fn set_child_node(&mut self, slot: usize, hash: &[u8; 32]) -> Option<()> {
        let node = slot.checked_add(SLOTS)?;
        let rank = self.rank(node / 2);
        set_half(self.pairs.get_mut(rank)?, node % 2, hash);
        Some(())
    }

    /// The index of the child page under `slot`, or [`NOT_LOADED`].
    #[inline]
    pub fn link(&self, slot: usize) -> u32 {
        self.links.as_ref().and_then(|links| links.get(slot)).copied().unwrap_or(NOT_LOADED)
    }

    /// Sets the index of the child page under `slot`; [`NOT_LOADED`] forgets it.
    pub fn set_link(&mut self, slot: usize, index: u32) {
        let links = self.links.get_or_insert_with(|| Box::new([NOT_LOADED; SLOTS]));
        if let Some(link) = links.get_mut(slot) {
            match (*link == NOT_LOADED, index == NOT_LOADED) {
                (true, false) => self.loaded_children = self.loaded_children.saturating_add(1),
                (false, true) => self.loaded_children = self.loaded_children.saturating_sub(1),
                _ => {}
            }
            *link = index;
        }
    }

    /// Inline leaves below heap node `node`, ascending.
    #[inline]
    pub fn leaves_below(&self, node: usize) -> &[Leaf] {
        let (first, len) = slots_of(node);
        let start = self.leaves_before(first);
        let end = self.leaves_before(first.wrapping_add(len));
        self.leaves.get(start..end).unwrap_or(&[])
    }

    /// How many inline leaves lie in slots below `slot` (0 to 16).
    ///
    /// The sixteen counts are added as bytes of one word: they sum to 128 at most, so no byte carries.
    #[inline]
    fn leaves_before(&self, slot: usize) -> usize {
        let counts = u128::from_le_bytes(self.counts);
        let below = if slot >= SLOTS { counts } else { counts & !(u128::MAX << ((slot & 15) << 3)) };
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = below.to_le_bytes();
        let low = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
        let high = u64::from_le_bytes([i, j, k, l, m, n, o, p]);
        let sum = low.wrapping_add(high).wrapping_mul(0x0101_0101_0101_0101) >> 56;
        usize::from(u8::try_from(sum).unwrap_or(u8::MAX))
    }

    /// Sets (`Some`) or removes (`None`) one leaf in a slot that is not a child page, and marks the slot as touched if
    /// that changed anything.
    pub fn change_leaf(&mut self, slot: usize, (key, value): &Change, journal: &mut Journal) -> SlotChange {
        let start = self.leaves_before(slot);
        let count = usize::from(self.counts.get(slot).copied().unwrap_or(0));
        let in_slot = self.leaves.get(start..).and_then(|tail| tail.get(..count)).unwrap_or(&[]);
        let before = in_slot.iter().take_while(|leaf| half(leaf, 0) < key).count();
        let found = in_slot.get(before).is_some_and(|leaf| half(leaf, 0) == key);
        let at = start.wrapping_add(before);
        let new_count = match (found, value) {
            (false, None) => return SlotChange::None,
            (true, Some(value)) => {
                let Some(stored) = self.leaves.get_mut(at) else { return SlotChange::None };
                if half(stored, 1) == value {
                    return SlotChange::None;
                }
                journal.note_leaf((*key, Some(*half(stored, 1))));
                set_half(stored, 1, value);
                count
            }
            (true, None) => {
                let removed = self.leaves.remove(at);
                journal.note_leaf((*key, Some(*half(&removed, 1))));
                count.wrapping_sub(1)
            }
            (false, Some(value)) => {
                if self.leaves.len() == self.leaves.capacity() {
                    self.leaves.reserve_exact(4);
                }
                self.leaves.insert(at, leaf(key, value));
                journal.note_leaf((*key, None));
                count.wrapping_add(1)
            }
        };
        if let Some(count) = self.counts.get_mut(slot) {
            *count = u8::try_from(new_count).unwrap_or(u8::MAX);
        }
        self.touch(slot);
        if new_count > BUCKET_LEAVES { SlotChange::Overflow } else { SlotChange::Changed }
    }

    /// Reads what every walk through the page reads first; see [`super::shard::Shard`].
    #[inline]
    pub fn warm_head(&self) -> u8 {
        let last_field = self.links.is_some();
        self.id.level() ^ self.counts.first().copied().unwrap_or(0) ^ u8::from(last_field)
    }

    /// Reads the leaves and pairs that a change in `slot` needs.
    #[inline]
    pub fn warm_slot(&self, slot: usize) -> u8 {
        let mut node = slot | SLOTS;
        while node > TOP && !self.is_inner(node / 2) {
            node /= 2;
        }
        // Blocks of 64 bytes lie across two cache lines, so both ends are read.
        let ends = |seen: u8, block: &[u8; 64]| seen ^ block.first().unwrap_or(&0) ^ block.last().unwrap_or(&0);
        let leaves = self.leaves_below(node).iter().fold(0u8, ends);
        let pairs = self.pairs.iter().fold(0u8, ends);
        leaves ^ pairs
    }

    /// Marks `slot` as changed.
    #[inline]
    pub fn touch(&mut self, slot: usize) {
        self.touched |= 1 << (slot & 15);
    }

    /// Takes the leaves of `slot` out and makes the slot a child page.
    pub fn slot_to_child(&mut self, slot: usize) -> Vec<Leaf> {
        let start = self.leaves_before(slot);
        let count = usize::from(self.counts.get(slot).copied().unwrap_or(0));
        let end = start.saturating_add(count).min(self.leaves.len());
        let taken = self.leaves.drain(start.min(end)..end).collect();
        self.set_count(slot, 0);
        self.children |= 1 << (slot & 15);
        self.touch(slot);
        taken
    }

    /// Puts the leaves of a child page that became small back into `slot`.
    pub fn child_to_slot(&mut self, slot: usize, leaves: &[Leaf]) {
        self.children &= !(1 << (slot & 15));
        self.set_link(slot, NOT_LOADED);
        let at = self.leaves_before(slot).min(self.leaves.len());
        self.leaves.splice(at..at, leaves.iter().copied());
        self.set_count(slot, leaves.len());
        self.touch(slot);
    }

    fn set_count(&mut self, slot: usize, count: usize) {
        if let Some(stored) = self.counts.get_mut(slot) {
            *stored = u8::try_from(count).unwrap_or(u8::MAX);
        }
    }

    /// The slot with more leaves than it may hold, if there is one.
    pub fn overfull_slot(&self) -> Option<usize> {
        self.counts.iter().position(|count| usize::from(*count) > BUCKET_LEAVES)
    }

    /// The slot of the page above under which this page hangs.
    pub fn last_nibble(&self) -> usize {
        nibble(self.id.prefix(), usize::from(self.id.level().saturating_sub(1)))
    }

    /// The leaves, when the page is dissolved.
    pub fn into_leaves(self) -> Vec<Leaf> {
        self.leaves
    }

    /// Whether so few leaves lie below the page that it should not exist.
    pub fn is_small(&self) -> bool {
        self.children == 0 && self.leaves.len() <= BUCKET_LEAVES
    }

    /// Recomputes which nodes are inner after leaves changed, keeping the hashes of nodes that stay inner and marking
    /// everything below a node that became inner as touched. Pairs of nodes that are inner no more go to the journal.
    pub fn reshape(&mut self, journal: &mut Journal) {
        let shape = self.shape();
        if shape == self.inner {
            return;
        }
        let mut pairs = Vec::with_capacity(shape.count_ones() as usize);
        for node in TOP..SLOTS {
            let former = if self.is_inner(node) { self.pair(node).copied() } else { None };
            match (former, (shape >> node) & 1 == 1) {
                (Some(pair), true) => pairs.push(pair),
                (Some(pair), false) => journal.note_pair(&self.id, node, &pair),
                (None, true) => {
                    pairs.push([0; 64]);
                    self.touched |= slot_mask(node);
                }
                (None, false) => {}
            }
        }
        self.pairs = pairs;
        self.inner = shape;
    }

    /// Which heap numbers are inner nodes, from the counts alone.
    fn shape(&self) -> u16 {
        let mut inner = 0u16;
        let mut totals = [0u16; 2 * SLOTS];
        for (slot, (total, count)) in totals.iter_mut().skip(SLOTS).zip(&self.counts).enumerate() {
            *total = if self.is_child(slot) { u16::MAX } else { u16::from(*count) };
        }
        for node in (TOP..SLOTS).rev() {
            let child = node.wrapping_mul(2);
            let left = totals.get(child).copied().unwrap_or(0);
            let right = totals.get(child | 1).copied().unwrap_or(0);
            let sum = left.saturating_add(right);
            if usize::from(sum) > BUCKET_LEAVES {
                inner |= 1 << (node & 15);
            }
            if let Some(total) = totals.get_mut(node) {
                *total = sum;
            }
        }
        inner
    }
}

/// How many pairs stand before that of `node` among the inner nodes `inner`.
#[inline]
fn rank(inner: u16, node: usize) -> usize {
    (inner & !(u16::MAX << (node & 15))).count_ones() as usize
}

/// The slots below heap node `node` (1 to 31): the first and how many.
#[inline]
pub(crate) fn slots_of(node: usize) -> (usize, usize) {
    let height = node.leading_zeros().saturating_sub(SLOTS.leading_zeros());
    ((node << (height & 7)) & 15, 1 << (height & 7))
}

/// The slots below heap node `node` as a mask.
#[inline]
pub(crate) fn slot_mask(node: usize) -> u16 {
    let (first, len) = slots_of(node);
    let ones = u16::MAX >> (16usize.saturating_sub(len) & 15);
    ones << (first & 15)
}
