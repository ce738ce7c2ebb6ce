//! Page ids and page bytes: one encoding each, everything else refused.

use super::super::page_bytes::{decode, encode};
use super::super::{MemoryPageStore, PAGE_BYTES_MAX, PAGE_ID_BYTES_MAX, PageId, TrieError};
use super::model::{empty, key};
use proptest::prelude::*;

/// A store with the pages of a trie of `count` spread keys.
fn store_of(count: u64) -> MemoryPageStore {
    let (_, mut trie) = empty();
    trie.update((0..count).map(|i| (key(i), Some(key(i + 1_000_000)))).collect(), 1).unwrap();
    let store = MemoryPageStore::new();
    store.apply(trie.take_dirty().unwrap());
    store
}

fn id_along(nibbles: &[u8]) -> PageId {
    nibbles.iter().fold(PageId::ROOT, |id, nibble| id.child(usize::from(*nibble)).unwrap())
}

#[test]
fn pages_read_back_as_they_were_written() {
    for (id, bytes) in store_of(5_000).pages() {
        assert!(bytes.len() <= PAGE_BYTES_MAX);
        assert_eq!(encode(&decode(id, &bytes).unwrap()), bytes);
    }
}

#[test]
fn a_page_cut_short_or_extended_is_refused() {
    let (id, bytes) = store_of(300).pages().pop_last().unwrap();
    for len in 0..bytes.len() {
        assert!(decode(id, &bytes[..len]).is_err(), "{len} of {} bytes were accepted", bytes.len());
    }
    for extra in [1, 16, 64, PAGE_BYTES_MAX] {
        assert!(decode(id, &[bytes.clone(), vec![0; extra]].concat()).is_err());
    }
}

#[test]
fn a_page_under_another_id_is_refused() {
    let pages = store_of(300).pages();
    // A page that holds no leaf of its own says nothing about where it belongs; its hash does.
    for (id, bytes) in pages.iter().filter(|(id, _)| **id != PageId::ROOT) {
        for other in pages.keys().filter(|other| *other != id && **other != PageId::ROOT) {
            assert!(decode(*other, bytes).is_err(), "page {id} was accepted as page {other}");
        }
    }
}

#[test]
fn a_page_that_should_not_exist_is_refused() {
    let malformed = |result| matches!(result, Err(TrieError::MalformedPage { .. }));
    let few = store_of(3).pages().remove(&PageId::ROOT).unwrap();
    assert!(decode(PageId::ROOT, &few).is_ok());
    assert!(malformed(decode(PageId::ROOT, &[0; 16])), "an empty root page");
    let below = id_along(&[key(0)[0] >> 4]);
    assert!(malformed(decode(below, &few)), "a small page below the root");
    let deepest = id_along(&[0; 63]);
    assert!(
        malformed(decode(deepest, &[[255; 16].as_slice(), &[0; 15 * 64]].concat())),
        "children below the last level"
    );
}

#[test]
fn ids_order_as_their_bytes_do_and_name_the_pages_above() {
    let (a, b, c) = (id_along(&[1]), id_along(&[0, 15]), id_along(&[1, 0]));
    let mut ids = [c, b, a, PageId::ROOT];
    ids.sort();
    assert_eq!(ids, [PageId::ROOT, a, b, c]);
    assert!(ids.iter().map(PageId::encode).is_sorted());
    assert_eq!(id_along(&[0xa, 0xb, 0xc]).encode(), [3, 0xab, 0xc0]);
    assert!(a.contains(&[0x1f; 32]) && !a.contains(&[0x2f; 32]) && PageId::ROOT.contains(&[9; 32]));
    assert_eq!(PageId::ROOT.child(16), None);
    assert_eq!(id_along(&[7; 63]).child(0), None);
}

proptest! {
    #[test]
    fn every_id_has_one_encoding(nibbles in prop::collection::vec(0u8..16, 0..64)) {
        let id = id_along(&nibbles);
        let bytes = id.encode();
        prop_assert!(bytes.len() <= PAGE_ID_BYTES_MAX);
        prop_assert_eq!(PageId::decode(&bytes), Ok(id));
    }

    #[test]
    fn bytes_that_read_as_an_id_are_its_encoding(bytes in prop::collection::vec(any::<u8>(), 0..40), level in 0u8..80) {
        for bytes in [bytes.clone(), [&[level], bytes.as_slice()].concat()] {
            if let Ok(id) = PageId::decode(&bytes) {
                prop_assert_eq!(id.encode(), bytes);
            }
        }
    }

    #[test]
    fn bytes_that_read_as_a_page_are_its_encoding(
        counts in prop::array::uniform16(prop_oneof![Just(0u8), 0u8..10, Just(255u8)]),
        blocks in prop::collection::vec(any::<u8>(), 0..64).prop_map(|b| b.repeat(64)),
    ) {
        let bytes = [counts.as_slice(), &blocks].concat();
        if let Ok(page) = decode(PageId::ROOT, &bytes) {
            prop_assert_eq!(encode(&page), bytes);
        }
    }
}
