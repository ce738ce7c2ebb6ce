//! Bringing a store up to the chain: what is missing is fetched newest first, scanned, and stored segment by segment, so
//! that a crash costs one segment. Then the note tree is computed from what is stored and compared with what the node says
//! its root is.
//!
//! A cache that does not fit the chain heals: what does not fit is dropped and fetched once more. When it still does not
//! fit, the node contradicts itself, and the error names the heights.

use super::scan::Scan;
use super::source::{BlockSource, Tip};
use super::store::{Entry, Repair, SEGMENT_HEIGHTS_MAX, SEGMENT_NOTES_MAX, Segment, Store};
use super::tree::{AnchorTree, Levels, SUBTREE_LEAVES, SUBTREE_LEVELS, lower_path, subtree_of};
use super::viewing::ViewingKey;
use crate::error::WalletError;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use tacit_types::shielded::CompactBlock;

/// Heights of the first window, before it is known how full they are.
const FIRST_WINDOW: u64 = 1_000;
/// Most blocks with notes that are asked for at once.
const PAGE_BLOCKS_MAX: u64 = 1_000;
/// Pages that wait between fetching and scanning.
const PAGES_WAITING: usize = 2;

/// How a sync is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyncOptions {
    /// Threads that decrypt.
    pub threads: usize,
    /// Whether memos and what was sent are fetched too. Without them history is poorer and fewer bytes travel.
    pub memos: bool,
}

/// How far a sync is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncProgress {
    /// Fetching and decrypting.
    Scanning {
        /// Heights done.
        done: u64,
        /// Heights to do.
        total: u64,
        /// Own notes found so far.
        found: u64,
    },
    /// Computing the note tree.
    Checking {
        /// Subtrees done.
        done: u64,
        /// Subtrees to do.
        total: u64,
    },
}

/// What a sync did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Synced {
    /// Where the node stands.
    pub tip: Tip,
    /// Heights that were scanned.
    pub heights: u64,
    /// Notes that were tried.
    pub notes: u64,
    /// Own notes that were found.
    pub found: u64,
    /// What of the cache was dropped on the way.
    pub repairs: Vec<Repair>,
    /// The wallet has seen a later height than the node, and keeps it.
    pub node_is_behind: bool,
}

impl Default for SyncOptions {
    fn default() -> Self {
        Self { threads: std::thread::available_parallelism().map_or(1, usize::from), memos: true }
    }
}

/// Brings `store` up to `source`.
///
/// # Errors
/// [`WalletError::OtherChain`], [`WalletError::BadChain`] when the node contradicts itself, [`WalletError::Client`],
/// [`WalletError::Io`]. What was stored before stays stored.
pub fn sync(
    store: &mut Store,
    key: &ViewingKey,
    source: &dyn BlockSource,
    options: SyncOptions,
    progress: &mut dyn FnMut(SyncProgress),
) -> Result<Synced, WalletError> {
    let tip = source.tip()?;
    if tip.genesis_id != store.genesis_id() {
        let (expected, found) = (store.genesis_id().to_string(), tip.genesis_id.to_string());
        return Err(WalletError::OtherChain { expected, found });
    }
    let done = Synced { tip, heights: 0, notes: 0, found: 0, repairs: Vec::new(), node_is_behind: false };
    let mut run = Run { store, key, source, options, progress, done, fresh: BTreeSet::new() };
    run.drop_another_history()?;
    run.scan()?;
    if let Err(mismatch) = run.check_tree()? {
        run.repair(mismatch.heights, "it does not lead to the root of the note tree")?;
        run.scan()?;
        if let Err(mismatch) = run.check_tree()? {
            // What cannot be trusted is not shown to anybody as money.
            run.store.drop_heights(&mismatch.heights)?;
            let (from, to) = mismatch.heights.into_inner();
            let reason = "their commitments do not lead to the note tree's root that the same node reports";
            return Err(WalletError::BadChain { from, to, reason });
        }
    }
    Ok(run.done)
}

struct Run<'a> {
    store: &'a mut Store,
    key: &'a ViewingKey,
    source: &'a dyn BlockSource,
    options: SyncOptions,
    progress: &'a mut dyn FnMut(SyncProgress),
    done: Synced,
    /// First heights of the segments that were fetched by this run.
    fresh: BTreeSet<u64>,
}

/// Stored heights whose commitments lead elsewhere.
struct Mismatch {
    heights: RangeInclusive<u64>,
}

/// Blocks of a window of heights, in the order in which they were fetched.
struct Piece {
    window: RangeInclusive<u64>,
    blocks: Vec<CompactBlock>,
    /// No more of this window follows.
    last: bool,
}

/// Why a scan of missing heights stopped early.
enum Stop {
    /// A stored segment does not fit what the node says.
    Conflict(Entry),
    Failed(WalletError),
}

impl From<WalletError> for Stop {
    fn from(error: WalletError) -> Self {
        Self::Failed(error)
    }
}

impl Run<'_> {
    /// A store that reaches beyond the node's tip is right when it agrees at the tip, and of another history otherwise.
    fn drop_another_history(&mut self) -> Result<(), WalletError> {
        let tip = self.done.tip;
        let Some(highest) = self.store.segments().next_back().filter(|highest| highest.to > tip.height) else {
            return Ok(());
        };
        let Some(entry) = self.store.segments().find(|entry| (entry.from..=entry.to).contains(&tip.height)) else {
            return Ok(());
        };
        let (notes, root) = self.store.read(entry)?.state_after(tip.height);
        if notes == tip.notes && root.is_none_or(|root| root == tip.root.0) {
            self.done.node_is_behind = true;
            return Ok(());
        }
        self.repair(entry.from..=highest.to, "the chain has another history")
    }

    /// Fetches and scans everything that is missing.
    fn scan(&mut self) -> Result<(), WalletError> {
        let (tip, birthday) = (self.done.tip.height, self.store.birthday().max(1));
        let (mut floor, mut step) = (birthday, FIRST_WINDOW);
        loop {
            self.scan_from(floor, tip)?;
            self.merge()?;
            // The commitments of a subtree are needed from its first one on, though the birthday may lie within.
            let first = self.first_position_at(birthday)?;
            let needed = first - first % SUBTREE_LEAVES;
            match self.store.segments().next().filter(|lowest| lowest.from > 1 && lowest.first_position > needed) {
                Some(lowest) => floor = lowest.from.saturating_sub(step).max(1),
                None => return Ok(()),
            }
            step = step.saturating_mul(2).min(SEGMENT_HEIGHTS_MAX);
        }
    }

    /// Fetches and scans what is missing from height `floor` on.
    fn scan_from(&mut self, floor: u64, tip: u64) -> Result<(), WalletError> {
        loop {
            let missing = self.store.missing(floor, tip);
            if missing.is_empty() {
                return Ok(());
            }
            match self.scan_missing(&missing) {
                Ok(()) => {}
                Err(Stop::Failed(error)) => return Err(error),
                Err(Stop::Conflict(entry)) if self.fresh.contains(&entry.from) => {
                    let reason = "positions of notes do not follow one another";
                    return Err(WalletError::BadChain { from: entry.from, to: entry.to, reason });
                }
                Err(Stop::Conflict(entry)) => self.repair(entry.from..=entry.to, "it does not fit the chain")?,
            }
        }
    }

    /// Notes in the tree before a height.
    fn first_position_at(&mut self, height: u64) -> Result<u64, WalletError> {
        let entry = self.store.segments().find(|entry| entry.to >= height);
        match entry.filter(|entry| entry.from < height) {
            Some(entry) => Ok(self.store.read(entry)?.state_after(height.saturating_sub(1)).0),
            None => Ok(entry.map_or(self.done.tip.notes, |entry| entry.first_position)),
        }
    }

    /// Fetches in one thread what this one scans, newest heights first.
    fn scan_missing(&mut self, missing: &[RangeInclusive<u64>]) -> Result<(), Stop> {
        let total =
            missing.iter().map(|heights| heights.end().saturating_sub(*heights.start()).saturating_add(1)).sum();
        let (source, memos) = (self.source, self.options.memos);
        std::thread::scope(|scope| {
            let (sender, pieces) = sync_channel(PAGES_WAITING);
            // The receiver goes with this closure, so that a fetcher never waits for one that gave up.
            scope.spawn(move || fetch(source, missing, memos, &sender));
            self.take_in(pieces, total)
        })
    }

    fn take_in(&mut self, pieces: Receiver<Result<Piece, WalletError>>, total: u64) -> Result<(), Stop> {
        let (key, threads) = (self.key, self.options.threads);
        let (mut scan, mut done) = (None, 0u64);
        (self.progress)(SyncProgress::Scanning { done, total, found: self.done.found });
        for piece in pieces {
            let piece = piece?;
            let current = scan.get_or_insert_with(|| Scan::new(key, threads, &piece.window));
            current.add(&piece.blocks)?;
            if !piece.last {
                continue;
            }
            if let Some(scan) = scan.take() {
                let end = self.end_position_of(*piece.window.end());
                let segment = scan.finish(end).map_err(|error| self.blame_upper(*piece.window.end(), error))?;
                self.keep(&segment)?;
                done = done.saturating_add(segment.heights());
                (self.progress)(SyncProgress::Scanning { done, total, found: self.done.found });
            }
        }
        Ok(())
    }

    /// Notes in the tree after height `to`, as far as what is above says.
    fn end_position_of(&self, to: u64) -> u64 {
        let above = self.store.segments().find(|entry| entry.from > to);
        above.map_or(self.done.tip.notes, |above| above.first_position)
    }

    /// Blocks that do not end where the stored segment above begins contradict that one, if it is of an earlier run.
    fn blame_upper(&self, to: u64, error: WalletError) -> Stop {
        let above = self.store.segments().find(|entry| entry.from > to);
        match above.filter(|above| !self.fresh.contains(&above.from)) {
            Some(above) => Stop::Conflict(above),
            None => Stop::Failed(error),
        }
    }

    fn keep(&mut self, segment: &Segment) -> Result<(), Stop> {
        let below = self.store.segments().rfind(|entry| entry.to < segment.from);
        let fits = |below: &Entry| {
            let adjacent = below.to.saturating_add(1) == segment.from;
            below.end_position <= segment.first_position && (!adjacent || below.end_position == segment.first_position)
        };
        if let Some(below) = below.filter(|below| !fits(below)) {
            return Err(Stop::Conflict(below));
        }
        self.store.put(segment)?;
        self.fresh.insert(segment.from);
        self.done.heights = self.done.heights.saturating_add(segment.heights());
        self.done.notes = self.done.notes.saturating_add(segment.commitments.len() as u64);
        self.done.found = self.done.found.saturating_add(segment.received.len() as u64);
        Ok(())
    }

    /// Joins the newest segments while they are small: a wallet that follows the chain would have one for each block.
    fn merge(&mut self) -> Result<(), WalletError> {
        loop {
            let mut newest = self.store.segments().rev();
            let (Some(upper), Some(lower)) = (newest.next(), newest.next()) else { return Ok(()) };
            let heights = upper.to.saturating_sub(lower.from).saturating_add(1);
            let notes = upper.end_position.saturating_sub(lower.first_position);
            let adjacent = lower.to.saturating_add(1) == upper.from;
            if !adjacent || heights > SEGMENT_HEIGHTS_MAX || notes > SEGMENT_NOTES_MAX {
                return Ok(());
            }
            drop(newest);
            let (lower, upper) = (self.store.read(lower)?, self.store.read(upper)?);
            let Some(joined) = lower.join(&upper) else { return Ok(()) };
            self.store.put(&joined)?;
            if self.fresh.remove(&upper.from) {
                self.fresh.insert(joined.from);
            }
        }
    }

    fn repair(&mut self, heights: RangeInclusive<u64>, reason: &'static str) -> Result<(), WalletError> {
        self.store.drop_heights(&heights)?;
        self.done.repairs.push(Repair { heights: Some(heights), reason });
        Ok(())
    }

    /// Computes the note tree from what is stored. The outer result is a failure, the inner one a verdict.
    fn check_tree(&mut self) -> Result<Result<(), Mismatch>, WalletError> {
        if self.done.node_is_behind {
            return Ok(Ok(()));
        }
        let tip = self.done.tip;
        let mut cache = self.store.tree()?;
        let complete = subtree_of(tip.notes);
        let known = cache.roots.len() as u64;
        if known < complete {
            let start = u32::try_from(known).unwrap_or(u32::MAX);
            cache.roots.extend(self.source.subtree_roots(start)?.into_iter().map(|root| root.0));
            cache.roots.truncate(usize::try_from(complete).unwrap_or(usize::MAX));
        }
        let last = complete.saturating_mul(SUBTREE_LEAVES);
        let Some(roots) = cache.complete(complete) else {
            let reason = "the node does not give the roots of all complete subtrees";
            return Err(WalletError::BadChain { from: self.store.birthday(), to: tip.height, reason });
        };
        let leaves = match self.store.leaves(last..tip.notes) {
            Err(WalletError::Missing) => return Ok(Err(self.mismatch(last..tip.notes))),
            leaves => leaves?.0,
        };
        // Leaves that are no field elements lead nowhere either: a node that sent them must not be able to stop a wallet.
        let tree = AnchorTree::new(tip.notes, &roots, leaves);
        if !tree.is_ok_and(|tree| tree.root().0 == tip.root.0) {
            return Ok(Err(self.mismatch(last..tip.notes)));
        }
        let covered = self.store.segments().next().map_or(complete, |lowest| lowest.first_position);
        let todo: Vec<u64> = (covered.div_ceil(SUBTREE_LEAVES)..complete)
            .filter(|index| !cache.is_checked(u32::try_from(*index).unwrap_or(u32::MAX)))
            .collect();
        for (done, index) in todo.iter().enumerate() {
            (self.progress)(SyncProgress::Checking { done: done as u64, total: todo.len() as u64 });
            let first = index.saturating_mul(SUBTREE_LEAVES);
            let range = first..first.saturating_add(SUBTREE_LEAVES);
            let (leaves, own) = self.store.leaves(range.clone())?;
            let root = roots.get(usize::try_from(*index).unwrap_or(usize::MAX)).copied();
            let subtree = Levels::grow(leaves, 0, SUBTREE_LEVELS).ok();
            let Some(subtree) = subtree.filter(|subtree| Some(subtree.top()) == root) else {
                return Ok(Err(self.mismatch(range)));
            };
            for position in own {
                cache.keep_path(position, &lower_path(&subtree, u64::from(position) % SUBTREE_LEAVES));
            }
            cache.set_checked(u32::try_from(*index).unwrap_or(u32::MAX));
        }
        self.store.put_tree(&cache)?;
        Ok(Ok(()))
    }

    /// The heights whose segments hold some positions.
    fn mismatch(&self, positions: std::ops::Range<u64>) -> Mismatch {
        let touched = self
            .store
            .segments()
            .filter(|entry| entry.end_position >= positions.start && entry.first_position <= positions.end);
        let heights = touched.fold(None, |heights: Option<(u64, u64)>, entry| {
            Some(heights.map_or((entry.from, entry.to), |(from, to)| (from.min(entry.from), to.max(entry.to))))
        });
        let (from, to) = heights.unwrap_or((self.store.birthday(), self.done.tip.height));
        Mismatch { heights: from..=to }
    }
}

/// Fetches windows of the missing heights, newest first, and each window's pages in order.
fn fetch(
    source: &dyn BlockSource,
    missing: &[RangeInclusive<u64>],
    memos: bool,
    pieces: &SyncSender<Result<Piece, WalletError>>,
) {
    let mut pace = Pace { window: FIRST_WINDOW, blocks: FIRST_WINDOW };
    for heights in missing {
        let mut to = Some(*heights.end());
        while let Some(end) = to.filter(|to| to >= heights.start()) {
            let start = end.saturating_sub(pace.window.saturating_sub(1)).max(*heights.start());
            match fetch_window(source, &(start..=end), memos, pieces, &mut pace) {
                Ok(true) => {}
                // Nobody listens any more.
                Ok(false) => return,
                Err(error) => {
                    let _ = pieces.send(Err(error));
                    return;
                }
            }
            to = start.checked_sub(1);
        }
    }
}

/// How many heights hold about as many notes as a segment should.
struct Pace {
    window: u64,
    /// Blocks with notes expected in a window.
    blocks: u64,
}

impl Pace {
    fn learn(&mut self, heights: u64, blocks: u64, notes: u64) {
        let per_segment = SEGMENT_NOTES_MAX.saturating_mul(heights).checked_div(notes).unwrap_or(SEGMENT_HEIGHTS_MAX);
        self.window = per_segment.clamp(1, heights.saturating_mul(4)).min(SEGMENT_HEIGHTS_MAX);
        self.blocks = blocks.saturating_mul(self.window).checked_div(heights).unwrap_or(blocks);
    }
}

fn fetch_window(
    source: &dyn BlockSource,
    window: &RangeInclusive<u64>,
    memos: bool,
    pieces: &SyncSender<Result<Piece, WalletError>>,
    pace: &mut Pace,
) -> Result<bool, WalletError> {
    let (mut from, mut blocks, mut notes) = (*window.start(), 0u64, 0u64);
    loop {
        let left = window.end().saturating_sub(from).saturating_add(1);
        let expected = pace.blocks.saturating_sub(blocks).saturating_add(pace.blocks / 8).saturating_add(8);
        let limit = left.min(expected).min(PAGE_BLOCKS_MAX);
        let mut page = source.blocks(from, u32::try_from(limit).unwrap_or(u32::MAX), memos)?;
        if page.next.is_some_and(|next| next <= from) {
            let reason = "the node's pages do not advance";
            return Err(WalletError::BadChain { from: *window.start(), to: *window.end(), reason });
        }
        page.blocks.retain(|block| block.height.0 <= *window.end());
        blocks = blocks.saturating_add(page.blocks.len() as u64);
        notes = page.blocks.iter().fold(notes, |notes, block| notes.saturating_add(block.commitments().count() as u64));
        let next = page.next.filter(|next| next <= window.end());
        let piece = Piece { window: window.clone(), blocks: page.blocks, last: next.is_none() };
        if pieces.send(Ok(piece)).is_err() {
            return Ok(false);
        }
        match next {
            Some(next) => from = next,
            None => break,
        }
    }
    pace.learn(window.end().saturating_sub(*window.start()).saturating_add(1), blocks, notes);
    Ok(true)
}
