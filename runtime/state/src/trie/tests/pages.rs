//! Pages against their store: bounded memory, damage noticed, failures final.

use super::super::{MemoryPageStore, PageId, PageStore, TERMINATOR, Trie, TrieError};
use super::model::{Change, Model, apply, empty, key, root_of};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

fn batch(range: std::ops::Range<u64>, value: u8) -> Vec<Change> {
    range.map(|i| (key(i), Some([value; 32]))).collect()
}

#[test]
fn memory_stays_bounded_while_the_trie_grows() {
    let (store, mut trie) = empty();
    let mut model = Model::new();
    for round in 0..20u64 {
        let changes = batch(round * 1000..round * 1000 + 1500, round as u8);
        apply(&mut model, &changes);
        trie.update(changes, 1).unwrap();
        store.apply(trie.take_dirty().unwrap());
        trie.evict(100);
        assert!(trie.loaded_pages() <= 100, "{} pages after round {round}", trie.loaded_pages());
    }
    assert_eq!(trie.root(), root_of(&model));
    assert!(trie.stats().loads > 0 && store.pages().len() > 500);
}

#[test]
fn dirty_pages_are_never_evicted() {
    let (store, mut trie) = empty();
    trie.update(batch(0..2000, 1), 1).unwrap();
    let before = trie.loaded_pages();
    trie.evict(0);
    assert_eq!(trie.loaded_pages(), before);
    store.apply(trie.take_dirty().unwrap());
    trie.evict(0);
    assert_eq!(trie.loaded_pages(), 1);
}

#[test]
fn the_dirty_size_is_what_a_flush_writes() {
    let (store, mut trie) = empty();
    for round in 0..5 {
        trie.update(batch(round * 300..round * 300 + 900, round as u8), 1).unwrap();
        // Removing keys frees pages, and the next insertions use their places again.
        trie.update((0..round * 300 + 700).map(|i| (key(i), None)).collect(), 1).unwrap();
        trie.update(batch(round * 300..round * 300 + 900, 99), 1).unwrap();
        let (pages, bytes) = trie.dirty_size();
        let flush = trie.take_dirty().unwrap();
        assert_eq!(pages, flush.puts.len());
        assert_eq!(bytes, flush.puts.iter().map(|(_, bytes)| bytes.len()).sum::<usize>());
        assert!(flush.puts.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(flush.root, trie.root());
        store.apply(flush);
        assert_eq!(trie.dirty_size(), (0, 0));
    }
}

#[test]
fn a_page_written_and_removed_in_one_flush_does_not_occur() {
    let (store, mut trie) = empty();
    for round in 0..6u64 {
        trie.update(batch(0..600, round as u8), 1).unwrap();
        store.apply(trie.take_dirty().unwrap());
        trie.update((0..600).map(|i| (key(i), None)).collect(), 1).unwrap();
        trie.update(batch(0..100 * round, 7), 1).unwrap();
        let flush = trie.take_dirty().unwrap();
        assert!(flush.removals.iter().all(|id| flush.puts.iter().all(|(put, _)| put != id)));
        store.apply(flush);
    }
}

#[test]
fn every_damaged_byte_of_every_page_is_noticed() {
    let (store, mut trie) = empty();
    trie.update(batch(0..140, 1), 1).unwrap();
    store.apply(trie.take_dirty().unwrap());
    assert!(store.pages().len() > 1);
    let root = trie.root();
    for (id, bytes) in store.pages() {
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << (at % 8);
            store.replace(id, Some(damaged));
            assert!(touch_everything(&store, root).is_err_and(|e| e.is_fault()), "byte {at} of page {id}");
        }
        store.replace(id, Some(bytes));
    }
    touch_everything(&store, root).unwrap();
}

#[test]
fn a_missing_page_is_a_fault_and_not_an_empty_subtree() {
    let (store, mut trie) = empty();
    trie.update(batch(0..200, 1), 1).unwrap();
    store.apply(trie.take_dirty().unwrap());
    for (id, bytes) in store.pages() {
        store.replace(id, None);
        assert_eq!(touch_everything(&store, trie.root()), Err(TrieError::MissingPage(id)));
        store.replace(id, Some(bytes));
    }
}

#[test]
fn a_page_of_an_older_flush_is_noticed() {
    let (store, mut trie) = empty();
    trie.update(batch(0..200, 1), 1).unwrap();
    store.apply(trie.take_dirty().unwrap());
    let old = store.pages();
    trie.update(batch(0..200, 2), 1).unwrap();
    store.apply(trie.take_dirty().unwrap());
    for (id, bytes) in store.pages() {
        store.replace(id, old.get(&id).cloned());
        assert_eq!(touch_everything(&store, trie.root()), Err(TrieError::PageMismatch(id)));
        store.replace(id, Some(bytes));
    }
}

/// Opens the trie and lets proofs and updates pass through every page.
fn touch_everything(store: &Arc<MemoryPageStore>, root: [u8; 32]) -> Result<(), TrieError> {
    let mut trie = Trie::open(store.clone(), root)?;
    (0..200).try_for_each(|i| trie.prove(&key(i)).map(drop))?;
    trie.update(batch(0..200, 9), 1).map(drop)
}

/// A store that stops answering when told to.
struct Failing {
    pages: Arc<MemoryPageStore>,
    fails: AtomicBool,
}

impl PageStore for Failing {
    fn load(&self, id: &PageId) -> Result<Option<Vec<u8>>, TrieError> {
        if self.fails.load(Ordering::Relaxed) { Err(TrieError::Store("unplugged".into())) } else { self.pages.load(id) }
    }
}

#[test]
fn after_a_failed_update_the_trie_refuses_to_go_on_and_opening_again_heals_it() {
    let (pages, mut trie) = empty();
    trie.update(batch(0..3000, 1), 1).unwrap();
    pages.apply(trie.take_dirty().unwrap());
    let store = Arc::new(Failing { pages: pages.clone(), fails: AtomicBool::new(false) });
    let mut broken = Trie::open(store.clone(), trie.root()).unwrap();
    store.fails.store(true, Ordering::Relaxed);
    assert!(matches!(broken.prove(&key(1)), Err(TrieError::Store(_))));
    assert!(matches!(broken.update(batch(0..3000, 2), 2), Err(TrieError::Store(_))));
    store.fails.store(false, Ordering::Relaxed);
    assert_eq!(broken.update(batch(0..3000, 2), 1), Err(TrieError::Poisoned));
    assert_eq!(broken.prove(&key(1)), Err(TrieError::Poisoned));
    assert_eq!(broken.take_dirty().unwrap_err(), TrieError::Poisoned);
    let mut healed = Trie::open(store, trie.root()).unwrap();
    assert_eq!(healed.update(batch(0..3000, 2), 1).unwrap(), trie.update(batch(0..3000, 2), 1).unwrap());
}

#[test]
fn opening_with_another_root_than_the_store_has_is_refused() {
    let (store, mut trie) = empty();
    trie.update(batch(0..50, 1), 1).unwrap();
    store.apply(trie.take_dirty().unwrap());
    let mut wrong = trie.root();
    wrong[5] ^= 1;
    assert_eq!(Trie::open(store, wrong).err(), Some(TrieError::PageMismatch(PageId::ROOT)));
    let nothing = Arc::new(MemoryPageStore::new());
    assert_eq!(Trie::open(nothing.clone(), trie.root()).err(), Some(TrieError::MissingPage(PageId::ROOT)));
    assert!(Trie::open(nothing, TERMINATOR).is_ok());
}
