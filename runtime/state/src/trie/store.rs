//! Where pages come from when they are not in memory, and what goes back.

use super::error::TrieError;
use super::hash::Node;
use super::page::Page;
use super::page_bytes;
use super::page_id::PageId;
use super::plan::Plan;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// A place that keeps page bytes between runs.
///
/// It must answer with what the last applied [`Flush`] left, whatever the trie in memory holds by now.
pub trait PageStore: Send + Sync {
    /// The bytes of page `id`, `None` if the store has no such page; [`TrieError::Store`] if it cannot tell.
    fn load(&self, id: &PageId) -> Result<Option<Vec<u8>>, TrieError>;
}

/// Everything that must be written, in one atomic batch, to bring the store from the last flush to `root`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flush {
    /// The root that the pages have after this flush; keep it beside them and open with it.
    pub root: Node,
    /// Pages to write, ascending by id.
    pub puts: Vec<(PageId, Vec<u8>)>,
    /// Pages to remove, ascending by id; none of them is among `puts`.
    pub removals: Vec<PageId>,
}

/// Reads a page and checks that it has the hash that the page above keeps of it.
pub(crate) fn load_checked(
    store: &dyn PageStore,
    id: PageId,
    expected: &Node,
    plan: &mut Plan,
) -> Result<Page, TrieError> {
    let bytes = store.load(&id)?.ok_or(TrieError::MissingPage(id))?;
    let mut page = page_bytes::decode(id, &bytes)?;
    match plan.recompute(&mut page)? {
        Some(node) if node == *expected => Ok(page),
        _ => Err(TrieError::PageMismatch(id)),
    }
}

/// A page store in memory, for tests and the simulator.
#[derive(Debug, Default)]
pub struct MemoryPageStore {
    pages: Mutex<BTreeMap<PageId, Vec<u8>>>,
}

impl MemoryPageStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes what a trie handed out.
    pub fn apply(&self, flush: Flush) {
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        for id in &flush.removals {
            pages.remove(id);
        }
        pages.extend(flush.puts);
    }

    /// All pages, ascending by id.
    pub fn pages(&self) -> BTreeMap<PageId, Vec<u8>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the bytes of one page, to see whether damage is noticed.
    pub fn replace(&self, id: PageId, bytes: Option<Vec<u8>>) {
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        match bytes {
            Some(bytes) => pages.insert(id, bytes),
            None => pages.remove(&id),
        };
    }
}

impl PageStore for MemoryPageStore {
    fn load(&self, id: &PageId) -> Result<Option<Vec<u8>>, TrieError> {
        Ok(self.pages.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned())
    }
}
