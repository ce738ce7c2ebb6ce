//! What the last update of a shard overwrote: enough to prove against the root before it.
//!
//! A header carries the root of the state before its block, so the newest header a client trusts is always one update
//! behind the trie. Instead of keeping two tries, every update notes the pairs of inner nodes and the leaves that it
//! replaced; the next update forgets them.

use super::hash::{KeyPath, Pair};
use super::page::SLOTS;
use super::page_id::{PageId, bit};
use super::shard::Change;
use std::sync::OnceLock;

/// The former pairs and leaves of one shard.
#[derive(Default)]
pub(crate) struct Journal {
    /// A page, and where its nodes start in `pairs`.
    heads: Vec<(PageId, u32)>,
    /// Heap numbers and former pairs.
    pairs: Vec<(u8, Pair)>,
    /// Changes that take the update back, ascending by key.
    undo: Vec<Change>,
    /// Positions in `pairs` ordered by page and heap number; made when first asked for.
    index: OnceLock<Vec<(PageId, u8, u32)>>,
}

impl Journal {
    /// Forgets everything, keeping the memory for the next update.
    pub fn clear(&mut self) {
        self.heads.clear();
        self.pairs.clear();
        self.undo.clear();
        self.index = OnceLock::new();
    }

    /// Notes the pair that inner node `node` of page `id` had. A pair of zeros is that of a node that was not inner.
    #[inline]
    pub fn note_pair(&mut self, id: &PageId, node: usize, pair: &Pair) {
        if *pair == [0; 64] {
            return;
        }
        if self.heads.last().is_none_or(|(last, _)| last != id) {
            self.heads.push((*id, u32::try_from(self.pairs.len()).unwrap_or(u32::MAX)));
        }
        self.pairs.push((u8::try_from(node).unwrap_or(0), *pair));
    }

    /// Notes what a key had before it changed.
    #[inline]
    pub fn note_leaf(&mut self, before: Change) {
        self.undo.push(before);
    }

    /// The changes that take the last update back, among keys that agree with `key` in their first `depth` bits.
    pub fn undo_below(&self, key: &KeyPath, depth: usize) -> &[Change] {
        let start = self.undo.partition_point(|(k, _)| k < key && agreement(k, key) < depth);
        let tail = self.undo.get(start..).unwrap_or(&[]);
        let len = tail.partition_point(|(k, _)| agreement(k, key) >= depth);
        tail.get(..len).unwrap_or(&[])
    }

    /// The pair that the inner node at bit `depth` on the path of `key` had before the last update, if it changed.
    pub fn pair_at(&self, key: &KeyPath, depth: usize) -> Option<&Pair> {
        let level = depth / 4;
        let mut id = PageId::ROOT;
        for above in 0..level {
            id = id.child(super::page_id::nibble(key, above))?;
        }
        let first_bit = level.saturating_mul(4);
        let node = (first_bit..depth).fold(1usize, |node, at| (node.wrapping_mul(2) | bit(key, at)) % SLOTS);
        let wanted = (id, u8::try_from(node).ok()?);
        let index = self.index.get_or_init(|| self.build_index());
        let found = index.binary_search_by(|(page, heap, _)| (*page, *heap).cmp(&wanted)).ok()?;
        let (_, _, at) = index.get(found)?;
        self.pairs.get(*at as usize).map(|(_, pair)| pair)
    }

    fn build_index(&self) -> Vec<(PageId, u8, u32)> {
        let mut heads = self.heads.iter().peekable();
        let mut page = PageId::ROOT;
        let mut index = Vec::with_capacity(self.pairs.len());
        for ((node, _), at) in self.pairs.iter().zip(0u32..) {
            while let Some((next, _)) = heads.next_if(|(_, start)| *start <= at) {
                page = *next;
            }
            index.push((page, *node, at));
        }
        index.sort_unstable();
        index
    }
}

/// In how many leading bits two key paths agree.
pub(crate) fn agreement(a: &KeyPath, b: &KeyPath) -> usize {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let rest = a.get(same).zip(b.get(same)).map_or(0, |(a, b)| (a ^ b).leading_zeros() as usize);
    same.saturating_mul(8).saturating_add(rest)
}
