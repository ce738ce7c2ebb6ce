//! Computes the hashes of all changed nodes of many pages at once, level by level, deepest first.
//!
//! Walking down, every changed internal node gets a *job* on the list of its depth: its 64 input bytes, filled with
//! the child hashes that did not change. Then all changed leaves are hashed side by side, then every depth from the
//! deepest up, each result going into the input of the job above it. Hashing many unrelated nodes of one depth
//! together is what lets vector registers be filled. The lists are reused from batch to batch, so no node allocates.

use super::error::TrieError;
use super::hash::{LEAF_TAG, Leaf, Node, PAIR_TAG, Pair, TERMINATOR, half, hash_many, set_half};
use super::journal::Journal;
use super::page::{Page, SLOTS, TOP, slot_mask};
use super::page_id::{PAGE_BITS, bit};
use blake3::platform::Platform;

/// Depths at which an internal node can stand: above every bit of a key path.
const DEPTHS: usize = 256;

/// Where a hash goes: side (lowest bit) of a job (the other bits) one depth above; or nowhere, for the topmost node.
type Place = u32;

/// The place of the node whose hash is the result.
const RESULT: Place = u32::MAX;

/// The jobs of one depth.
#[derive(Default)]
struct Depth {
    inputs: Vec<Pair>,
    places: Vec<Place>,
}

/// A pair of a page that a job computes.
struct Output {
    page: u32,
    node: u8,
    rank: u8,
    depth: u16,
    job: u32,
}

/// Lists of hashes to compute, empty between uses.
pub(crate) struct Plan {
    platform: Platform,
    depths: Vec<Depth>,
    leaves: Vec<Leaf>,
    /// Depth of the job above and the place there, for each of `leaves`.
    leaf_places: Vec<(u16, Place)>,
    outputs: Vec<Output>,
    deepest: usize,
}

impl Default for Plan {
    fn default() -> Self {
        let mut depths = Vec::new();
        depths.resize_with(DEPTHS, Depth::default);
        Self {
            platform: Platform::detect(),
            depths,
            leaves: Vec::new(),
            leaf_places: Vec::new(),
            outputs: Vec::new(),
            deepest: 0,
        }
    }
}

impl Plan {
    /// Computes every changed hash in the pages below `top` (an index into `pages`), writes them into the pages and
    /// what stood there into the journal, clears the marks, and returns the hash of the page at `top`.
    pub fn run(&mut self, pages: &mut [Option<Page>], top: u32, journal: &mut Journal) -> Result<Node, TrieError> {
        self.clear();
        self.add_page(pages, top, RESULT)?;
        let node = self.sweep()?;
        self.write_back(pages, journal)?;
        Ok(node)
    }

    /// Computes the hash of one page with all its nodes anew and checks that the stored hashes agree.
    ///
    /// `None` when a stored hash is wrong. Hashes of child pages are taken as they stand.
    pub fn recompute(&mut self, page: &mut Page) -> Result<Option<Node>, TrieError> {
        self.clear();
        page.touched = u16::MAX;
        self.add_inner(page, 0, &mut Vec::new(), TOP, RESULT)?;
        page.touched = 0;
        let node = self.sweep()?;
        let agree = self.outputs.iter().all(|output| {
            let computed = self.depths.get(usize::from(output.depth)).and_then(|d| d.inputs.get(output.job as usize));
            computed.is_some() && computed == page.pairs().get(usize::from(output.rank))
        });
        Ok(agree.then_some(node))
    }

    fn clear(&mut self) {
        for depth in self.depths.iter_mut().take(self.deepest.saturating_add(1)) {
            depth.inputs.clear();
            depth.places.clear();
        }
        self.leaves.clear();
        self.leaf_places.clear();
        self.outputs.clear();
        self.deepest = 0;
    }

    fn add_page(&mut self, pages: &mut [Option<Page>], index: u32, place: Place) -> Result<(), TrieError> {
        let page = pages.get_mut(index as usize).and_then(Option::as_mut).ok_or(BAD_INDEX)?;
        let mut below = Vec::new();
        self.add_inner(page, index, &mut below, TOP, place)?;
        page.touched = 0;
        below.into_iter().try_for_each(|(child, place)| self.add_page(pages, child, place))
    }

    /// Adds inner node `node` of `page` and everything changed below it; changed child pages are left in `below`.
    fn add_inner(
        &mut self,
        page: &Page,
        index: u32,
        below: &mut Vec<(u32, Place)>,
        node: usize,
        place: Place,
    ) -> Result<(), TrieError> {
        let depth = depth_of(page, node);
        let pair = page.pair(node).ok_or(BAD_INDEX)?;
        let job = self.add_job(depth, pair, place)?;
        self.outputs.push(Output {
            page: index,
            node: u8::try_from(node).map_err(|_| TOO_MANY)?,
            rank: u8::try_from(page.rank(node)).map_err(|_| TOO_MANY)?,
            depth: u16::try_from(depth).map_err(|_| TOO_MANY)?,
            job,
        });
        for side in [0u32, 1] {
            let child = node.wrapping_mul(2) | side as usize;
            if page.touched & slot_mask(child) == 0 {
                continue;
            }
            let place = job.wrapping_mul(2) | side;
            if page.is_inner(child) {
                self.add_inner(page, index, below, child, place)?;
            } else if child >= SLOTS && page.is_child(child) {
                // A page being recomputed on its own has no pages in memory below it: their hashes stand.
                let link = page.link(child & 15);
                if link != super::page::NOT_LOADED {
                    below.push((link, place));
                }
            } else {
                self.add_bucket(page.leaves_below(child), depth.wrapping_add(1), place)?;
            }
        }
        Ok(())
    }

    /// Adds the subtree of `leaves` whose top node stands at `depth` and whose hash goes to `place`.
    fn add_bucket(&mut self, leaves: &[Leaf], depth: usize, place: Place) -> Result<(), TrieError> {
        let above = depth.wrapping_sub(1);
        match leaves {
            [] => self.set_input(above, place, &TERMINATOR),
            [leaf] => {
                self.leaves.push(*leaf);
                self.leaf_places.push((u16::try_from(above).map_err(|_| TOO_MANY)?, place));
                Ok(())
            }
            _ => {
                let job = self.add_job(depth, &[0; 64], place)?;
                let zeros = leaves.iter().take_while(|leaf| bit(half(leaf, 0), depth) == 0).count();
                let (left, right) = leaves.split_at_checked(zeros).ok_or(BAD_INDEX)?;
                let next = depth.wrapping_add(1);
                if !left.is_empty() {
                    self.add_bucket(left, next, job.wrapping_mul(2))?;
                }
                if !right.is_empty() {
                    self.add_bucket(right, next, job.wrapping_mul(2) | 1)?;
                }
                Ok(())
            }
        }
    }

    #[inline]
    fn add_job(&mut self, depth: usize, input: &Pair, place: Place) -> Result<u32, TrieError> {
        let jobs = self.depths.get_mut(depth).ok_or(BAD_INDEX)?;
        let job = u32::try_from(jobs.inputs.len()).ok().filter(|job| *job < RESULT / 2).ok_or(TOO_MANY)?;
        jobs.inputs.push(*input);
        jobs.places.push(place);
        self.deepest = self.deepest.max(depth);
        Ok(job)
    }

    #[inline]
    fn set_input(&mut self, depth: usize, place: Place, node: &Node) -> Result<(), TrieError> {
        let input = self.depths.get_mut(depth).and_then(|d| d.inputs.get_mut(place as usize / 2)).ok_or(BAD_INDEX)?;
        set_half(input, place as usize & 1, node);
        Ok(())
    }

    /// Hashes everything planned and returns the hash of the topmost node.
    fn sweep(&mut self) -> Result<Node, TrieError> {
        let mut failed = false;
        let depths = &mut self.depths;
        let places = &self.leaf_places;
        hash_many(self.platform, &self.leaves, LEAF_TAG, |index, node| {
            let target = places.get(index).and_then(|(depth, place)| {
                let input = depths.get_mut(usize::from(*depth))?.inputs.get_mut(*place as usize / 2)?;
                set_half(input, *place as usize & 1, &node);
                Some(())
            });
            failed |= target.is_none();
        });
        let mut result = None;
        for depth in (0..=self.deepest).rev() {
            let (above, from) = self.depths.split_at_mut_checked(depth).ok_or(BAD_INDEX)?;
            let jobs = from.first().ok_or(BAD_INDEX)?;
            let mut targets = above.last_mut();
            hash_many(self.platform, &jobs.inputs, PAIR_TAG, |index, node| match jobs.places.get(index) {
                Some(&RESULT) => result = Some(node),
                Some(&place) => {
                    let target = targets.as_mut().and_then(|t| t.inputs.get_mut(place as usize / 2));
                    failed |= target.map(|input| set_half(input, place as usize & 1, &node)).is_none();
                }
                None => failed = true,
            });
        }
        result.filter(|_| !failed).ok_or(BAD_INDEX)
    }

    fn write_back(&self, pages: &mut [Option<Page>], journal: &mut Journal) -> Result<(), TrieError> {
        for output in &self.outputs {
            let input = self.depths.get(usize::from(output.depth)).and_then(|d| d.inputs.get(output.job as usize));
            let page = pages.get_mut(output.page as usize).and_then(Option::as_mut).ok_or(BAD_INDEX)?;
            let id = page.id;
            let pair = page.pair_mut(usize::from(output.rank)).ok_or(BAD_INDEX)?;
            journal.note_pair(&id, usize::from(output.node), pair);
            *pair = *input.ok_or(BAD_INDEX)?;
        }
        Ok(())
    }
}

const BAD_INDEX: TrieError = TrieError::Internal("an index of the hash plan points nowhere");
const TOO_MANY: TrieError = TrieError::Internal("more nodes in one batch than the hash plan can number");

/// The bit depth at which heap node `node` of `page` stands.
pub(crate) fn depth_of(page: &Page, node: usize) -> usize {
    let in_page = TOP.leading_zeros().wrapping_sub(node.leading_zeros()) as usize;
    usize::from(page.id.level()).wrapping_mul(PAGE_BITS).wrapping_add(in_page)
}
