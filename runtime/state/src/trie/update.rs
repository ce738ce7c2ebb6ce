//! [`Trie`]: the pages in memory, how a batch changes them, and how they go back to the store.

use super::batch;
use super::error::TrieError;
use super::hash::{KeyPath, Node, TERMINATOR, ValueHash};
use super::journal::Journal;
use super::page::{Page, SLOTS, SlotChange};
use super::page_bytes;
use super::page_id::PageId;
use super::root_page;
use super::shard::{Change, Outcome, Shard};
use super::store::{Flush, PageStore};
use std::sync::Arc;

/// Below this many changes a second thread costs more than it brings.
const CHANGES_PER_THREAD_MIN: usize = 512;

/// The state trie in memory.
///
/// After an update failed the value is poisoned: every later call fails, and it must be opened again from the store.
pub struct Trie {
    pub(super) store: Arc<dyn PageStore>,
    pub(super) top: Page,
    pub(super) shards: Vec<Shard>,
    root: Node,
    /// The root and the root page before the last update; the shards' journals hold the rest.
    previous: Option<(Node, Page)>,
    /// Updates so far; pages remember the last one that used them.
    now: u64,
    poisoned: bool,
}

/// How much a trie holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageStats {
    /// Pages in memory.
    pub loaded: usize,
    /// Bytes that pages in memory take, without the allocator's own.
    pub memory_bytes: usize,
    /// Pages that wait to be written.
    pub dirty: usize,
    /// Bytes that a flush would write, without ids.
    pub dirty_bytes: usize,
    /// Pages read from the store since the trie was opened.
    pub loads: u64,
}

/// The changes for one shard, and what came of them.
struct Job<'a> {
    slot: usize,
    shard: &'a mut Shard,
    changes: Vec<Change>,
    expected: Option<Node>,
    outcome: Result<Outcome, TrieError>,
}

impl Trie {
    /// Opens the trie that the store holds with this root ([`TERMINATOR`] for an empty one).
    ///
    /// Reads one page. Fails if the store's root page has another hash.
    pub fn open(store: Arc<dyn PageStore>, root: Node) -> Result<Self, TrieError> {
        let top = root_page::load(store.as_ref(), &root)?;
        let mut shards = Vec::new();
        shards.resize_with(SLOTS, Shard::default);
        Ok(Self { store, top, shards, root, previous: None, now: 0, poisoned: false })
    }

    /// The root after the last update.
    pub fn root(&self) -> Node {
        self.root
    }

    /// The root before the last update, if there was one since the trie was opened.
    pub fn previous_root(&self) -> Option<Node> {
        self.previous.as_ref().map(|(root, _)| *root)
    }

    /// The root page before the last update.
    pub(super) fn former_top(&self) -> Option<&Page> {
        self.previous.as_ref().map(|(_, top)| top)
    }

    /// Sets (`Some`) and removes (`None`) keys and returns the new root.
    ///
    /// The batch needs no order; of several changes of one key the last one stands. `threads` is how many threads may
    /// work (0 and 1 mean the caller's only); the result does not depend on it.
    pub fn update(&mut self, batch: Vec<(KeyPath, Option<ValueHash>)>, threads: usize) -> Result<Node, TrieError> {
        self.check()?;
        // Until the end the pages are half changed; an early return leaves them marked as unusable.
        self.poisoned = true;
        self.now = self.now.saturating_add(1);
        self.previous = Some((self.root, self.top.clone()));
        self.shards.iter_mut().for_each(|shard| shard.journal_mut().clear());
        let threads = threads.min(batch.len() / CHANGES_PER_THREAD_MIN);
        let mut groups = batch::split(batch);
        let created = self.change_top(&mut groups)?;
        let outcomes = self.change_shards(groups, created, threads)?;
        self.settle(outcomes)?;
        self.poisoned = false;
        Ok(self.root)
    }

    pub(super) fn check(&self) -> Result<(), TrieError> {
        if self.poisoned { Err(TrieError::Poisoned) } else { Ok(()) }
    }

    /// Applies the changes of slots that the root page holds inline, leaving in `groups` what is for the shards.
    /// Returns a mask of the slots that became child pages.
    fn change_top(&mut self, groups: &mut [Vec<Change>]) -> Result<u16, TrieError> {
        let mut created = 0u16;
        for (slot, group) in groups.iter_mut().enumerate() {
            if group.is_empty() || self.top.is_child(slot) {
                continue;
            }
            batch::sort(group);
            let mut done = 0usize;
            let shard = self.shards.get_mut(slot).ok_or(NO_SHARD)?;
            for change in group.iter() {
                done = done.saturating_add(1);
                if self.top.change_leaf(slot, change, shard.journal_mut()) == SlotChange::Overflow {
                    let leaves = self.top.slot_to_child(slot);
                    shard.create(PageId::ROOT.child(slot).ok_or(NO_SHARD)?, leaves, self.now)?;
                    created |= 1 << (slot & 15);
                    break;
                }
            }
            group.drain(..done);
        }
        Ok(created)
    }

    /// Applies `groups` to the shards, on several threads if asked to.
    fn change_shards(
        &mut self,
        groups: Vec<Vec<Change>>,
        created: u16,
        threads: usize,
    ) -> Result<Vec<(usize, Outcome)>, TrieError> {
        let top = &self.top;
        let mut jobs: Vec<Job<'_>> = Vec::with_capacity(SLOTS);
        for ((slot, shard), changes) in self.shards.iter_mut().enumerate().zip(groups) {
            if !changes.is_empty() || (created >> (slot & 15)) & 1 == 1 {
                let expected = root_page::child_hash(top, slot).copied();
                jobs.push(Job { slot, shard, changes, expected, outcome: Ok(Outcome::Unchanged) });
            }
        }
        let store = self.store.as_ref();
        let now = self.now;
        if threads <= 1 {
            run_jobs(&mut jobs, store, now);
        } else {
            let share = jobs.len().div_ceil(threads).max(1);
            std::thread::scope(|scope| {
                let mut shares = jobs.chunks_mut(share);
                let ours = shares.next();
                for theirs in shares {
                    scope.spawn(move || run_jobs(theirs, store, now));
                }
                if let Some(ours) = ours {
                    run_jobs(ours, store, now);
                }
            });
        }
        jobs.into_iter().map(|job| Ok((job.slot, job.outcome?))).collect()
    }

    /// Brings what the shards did into the root page and computes the root.
    fn settle(&mut self, outcomes: Vec<(usize, Outcome)>) -> Result<(), TrieError> {
        let mut hashes = Vec::new();
        for (slot, outcome) in outcomes {
            match outcome {
                Outcome::Unchanged => {}
                Outcome::Node(node) => {
                    self.top.touch(slot);
                    hashes.push((slot, node));
                }
                Outcome::Small(leaves) => self.top.child_to_slot(slot, &leaves),
            }
        }
        if self.top.touched != 0 {
            // The former root page is kept whole, so what its reshaping drops needs no note.
            self.top.reshape(&mut Journal::default());
            for (slot, node) in hashes {
                self.top.set_child_node(slot, &node).ok_or(NO_SHARD)?;
            }
            self.top.dirty = true;
            self.root = root_page::rehash(&mut self.top)?;
        }
        Ok(())
    }

    /// Everything changed since the last call, to be written in one atomic batch before pages are next evicted.
    ///
    /// From here on these pages count as written: if writing fails, stop.
    pub fn take_dirty(&mut self) -> Result<Flush, TrieError> {
        self.check()?;
        let mut puts = Vec::new();
        let mut removals = Vec::new();
        let empty = self.root == TERMINATOR;
        if self.top.dirty {
            if !empty {
                puts.push((PageId::ROOT, page_bytes::encode(&self.top)));
            } else if self.top.stored {
                removals.push(PageId::ROOT);
            }
            self.top.dirty = false;
            self.top.stored = !empty;
        }
        for shard in &mut self.shards {
            shard.take_dirty(&mut puts, &mut removals);
        }
        puts.sort_unstable_by_key(|(id, _)| *id);
        removals.sort_unstable();
        Ok(Flush { root: self.root, puts, removals })
    }

    /// Drops clean pages from memory if more than `max_pages` are loaded, those unused longest first.
    ///
    /// It goes down to seven eighths, so that calling it after every batch is cheap. Dirty pages stay, with the pages
    /// above them: flush first. Call it only when everything taken by [`Trie::take_dirty`] has been written.
    pub fn evict(&mut self, max_pages: usize) {
        if self.loaded_pages() > max_pages {
            let keep = (max_pages / SLOTS).saturating_mul(7) / 8;
            self.shards.iter_mut().for_each(|shard| shard.evict(keep));
        }
    }

    /// Pages in memory, in constant time.
    pub fn loaded_pages(&self) -> usize {
        self.shards.iter().map(Shard::loaded).fold(1, usize::saturating_add)
    }

    /// Pages that wait to be written and the bytes they make; takes time in proportion to them.
    pub fn dirty_size(&self) -> (usize, usize) {
        let top = if self.top.dirty { (1, page_bytes::encoded_len(&self.top)) } else { (0, 0) };
        self.shards
            .iter()
            .map(Shard::dirty_size)
            .fold(top, |sum, size| (sum.0.saturating_add(size.0), sum.1.saturating_add(size.1)))
    }

    /// Counts over all pages; takes time in proportion to the pages in memory.
    pub fn stats(&self) -> PageStats {
        let (dirty, dirty_bytes) = self.dirty_size();
        let pages = self.shards.iter().flat_map(Shard::pages).chain([&self.top]);
        PageStats {
            loaded: self.loaded_pages(),
            memory_bytes: pages.map(Page::memory_bytes).fold(0, usize::saturating_add),
            dirty,
            dirty_bytes,
            loads: self.shards.iter().map(Shard::loads).fold(0, u64::saturating_add),
        }
    }
}

fn run_jobs(jobs: &mut [Job<'_>], store: &dyn PageStore, now: u64) {
    for job in jobs {
        batch::sort(&mut job.changes);
        let Some(id) = PageId::ROOT.child(job.slot) else { continue };
        job.outcome = job.shard.update(id, job.expected.as_ref(), &job.changes, store, now);
    }
}

const NO_SHARD: TrieError = TrieError::Internal("a slot of the root page has no shard");
