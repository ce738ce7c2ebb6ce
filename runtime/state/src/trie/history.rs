//! Proofs against the root before the last update.

use super::bucket::bucket_path;
use super::error::TrieError;
use super::hash::{KeyPath, Leaf, Node, half, leaf};
use super::journal::{Journal, agreement};
use super::page::{Page, SLOTS, TOP};
use super::page_id::{bit, nibble};
use super::proof::{Proof, Terminal};
use super::update::Trie;

impl Trie {
    /// A proof of the value that `key_path` had before the last update, or of its absence, under
    /// [`Trie::previous_root`].
    ///
    /// Fails with [`TrieError::NoPrevious`] if the trie was opened after that update.
    pub fn prove_previous(&self, key_path: &KeyPath) -> Result<Proof, TrieError> {
        self.check()?;
        if self.previous_root().is_none() {
            return Err(TrieError::NoPrevious);
        }
        let journal = self.shards.get(nibble(key_path, 0)).ok_or(NO_SHARD)?.journal();
        let mut siblings = Vec::new();
        for depth in 0..=256usize {
            let undo = journal.undo_below(key_path, depth);
            if undo.is_empty() && depth >= 4 {
                return self.finish_unchanged(key_path, siblings);
            }
            let Some(pair) = self.former_pair(journal, key_path, depth) else {
                return self.finish_bucket(key_path, journal, siblings);
            };
            siblings.push(*half(pair, 1usize.saturating_sub(bit(key_path, depth))));
        }
        Err(TrieError::Internal("a former path has no end"))
    }

    fn former_pair<'a>(&'a self, journal: &'a Journal, key: &KeyPath, depth: usize) -> Option<&'a [u8; 64]> {
        if depth >= 4 {
            return journal.pair_at(key, depth);
        }
        let node = (0..depth).fold(TOP, |node, at| (node.wrapping_mul(2) | bit(key, at)) % SLOTS);
        self.former_top().and_then(|top| if top.is_inner(node) { top.pair(node) } else { None })
    }

    /// From here down nothing on the path changed: the rest of the proof is that of today.
    fn finish_unchanged(&self, key: &KeyPath, mut siblings: Vec<Node>) -> Result<Proof, TrieError> {
        let depth = siblings.len();
        let today = self.prove(key)?;
        if let Some(rest) = today.siblings.get(depth..) {
            siblings.extend_from_slice(rest);
            return Ok(Proof { terminal: today.terminal, siblings });
        }
        // Today the path ends higher, because neighbours went; its leaf lies below this place or nothing does.
        let terminal = match today.terminal {
            Terminal::Other { key_path, .. } if agreement(&key_path, key) < depth => Terminal::Empty,
            terminal => terminal,
        };
        Ok(Proof { terminal, siblings })
    }

    /// Here stood a bucket with changed leaves: today's leaves with the changes taken back.
    fn finish_bucket(&self, key: &KeyPath, journal: &Journal, mut siblings: Vec<Node>) -> Result<Proof, TrieError> {
        let depth = siblings.len();
        let mut leaves = Vec::new();
        self.leaves_along(key, depth, &mut leaves)?;
        // A bucket in the root page spans shards, and every one of them has its own changes.
        let journals = self.shards.iter().map(|shard| shard.journal());
        let undo = if depth >= 4 {
            journal.undo_below(key, depth).to_vec()
        } else {
            journals.flat_map(|journal| journal.undo_below(key, depth)).copied().collect()
        };
        leaves.retain(|leaf| undo.binary_search_by(|(changed, _)| changed.cmp(half(leaf, 0))).is_err());
        leaves.extend(undo.iter().filter_map(|(key, value)| value.as_ref().map(|value| leaf(key, value))));
        leaves.sort_unstable();
        let terminal = match bucket_path(&leaves, depth, key, &mut siblings) {
            None => Terminal::Empty,
            Some(found) if half(found, 0) == key => Terminal::Own,
            Some(found) => Terminal::Other { key_path: *half(found, 0), value_hash: *half(found, 1) },
        };
        Ok(Proof { terminal, siblings })
    }

    /// Collects today's leaves that agree with `key` in `depth` bits.
    fn leaves_along(&self, key: &KeyPath, depth: usize, leaves: &mut Vec<Leaf>) -> Result<(), TrieError> {
        let mut page = std::borrow::Cow::Borrowed(&self.top);
        loop {
            let level = usize::from(page.id.level());
            let slot = nibble(key, level);
            let inside = level.saturating_add(1).saturating_mul(4) > depth;
            if inside || !page.is_child(slot) {
                return self.collect(&page, key, depth, leaves);
            }
            page = self.child_page(&page, slot)?;
        }
    }

    fn collect(&self, page: &Page, key: &KeyPath, depth: usize, leaves: &mut Vec<Leaf>) -> Result<(), TrieError> {
        leaves.extend(page.leaves().iter().filter(|leaf| agreement(half(leaf, 0), key) >= depth));
        for slot in (0..SLOTS).filter(|slot| page.is_child(*slot)) {
            let below = page.id.child(slot).ok_or(NO_SHARD)?;
            let known = usize::from(below.level()).saturating_mul(4);
            if agreement(below.prefix(), key) >= depth.min(known) {
                self.collect(&*self.child_page(page, slot)?, key, depth, leaves)?;
            }
        }
        Ok(())
    }
}

const NO_SHARD: TrieError = TrieError::Internal("a page of a former proof cannot be named");
