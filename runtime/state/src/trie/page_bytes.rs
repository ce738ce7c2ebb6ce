//! Pages as the store keeps them: 16 counts, the pairs of the inner nodes, the inline leaves; nothing else.
//!
//! Decoding accepts exactly what encoding gives. Whether the hashes are right is checked after decoding, against the
//! node that the page above keeps.

use super::error::TrieError;
use super::hash::half;
use super::page::{BUCKET_LEAVES, Page, SLOTS, TOP};
use super::page_id::{PAGE_LEVELS, PageId, nibble};

/// The count that marks a slot as a child page.
const CHILD_MARK: u8 = 255;

/// The longest page in bytes: 16 counts, 15 pairs, 8 leaves in each of 16 slots.
pub const PAGE_BYTES_MAX: usize = SLOTS + 15 * 64 + SLOTS * BUCKET_LEAVES * 64;

/// How long the encoding of `page` is, in bytes.
pub(crate) fn encoded_len(page: &Page) -> usize {
    page.pairs().len().saturating_add(page.leaves().len()).saturating_mul(64).saturating_add(SLOTS)
}

/// The canonical bytes of `page`.
pub(crate) fn encode(page: &Page) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(encoded_len(page));
    for (slot, count) in page.counts().iter().enumerate() {
        bytes.push(if page.is_child(slot) { CHILD_MARK } else { *count });
    }
    bytes.extend_from_slice(page.pairs().as_flattened());
    bytes.extend_from_slice(page.leaves().as_flattened());
    bytes
}

/// Reads the page `id` from the bytes that the store gave.
pub(crate) fn decode(id: PageId, bytes: &[u8]) -> Result<Page, TrieError> {
    let malformed = |reason| TrieError::MalformedPage { id, reason };
    if bytes.len() > PAGE_BYTES_MAX {
        return Err(malformed("too long"));
    }
    let (head, rest) = bytes.split_first_chunk::<SLOTS>().ok_or(malformed("shorter than its counts"))?;
    let (counts, children) = read_counts(id, head).map_err(malformed)?;
    let (chunks, tail) = rest.as_chunks::<64>();
    let leaf_count = counts.iter().map(|count| usize::from(*count)).sum();
    let pair_count = chunks.len().checked_sub(leaf_count).ok_or(malformed("shorter than its leaves"))?;
    let (pairs, leaves) = chunks.split_at_checked(pair_count).ok_or(malformed("shorter than its leaves"))?;
    let page = Page::from_parts(id, counts, children, pairs.to_vec(), leaves.to_vec());
    let inner = (TOP..SLOTS).filter(|node| page.is_inner(*node)).count();
    if inner != pair_count || !tail.is_empty() {
        return Err(malformed("length does not fit its counts"));
    }
    check_size(&page).map_err(malformed)?;
    check_leaves(&page).map_err(malformed)?;
    Ok(page)
}

fn read_counts(id: PageId, head: &[u8; SLOTS]) -> Result<([u8; SLOTS], u16), &'static str> {
    let deepest = id.level().saturating_add(1) == PAGE_LEVELS;
    let limit = if deepest { 1 } else { BUCKET_LEAVES };
    let mut counts = *head;
    let mut children = 0u16;
    for (slot, count) in counts.iter_mut().enumerate() {
        if *count == CHILD_MARK {
            if deepest {
                return Err("child page below the deepest level");
            }
            children |= 1 << (slot & 15);
            *count = 0;
        } else if usize::from(*count) > limit {
            return Err("too many leaves in a slot");
        }
    }
    Ok((counts, children))
}

/// A page below the root exists only if its leaves fill more than a bucket; the root page only if there are leaves.
fn check_size(page: &Page) -> Result<(), &'static str> {
    let needed =
        if page.id == PageId::ROOT { page.has_children() || !page.leaves().is_empty() } else { !page.is_small() };
    if needed { Ok(()) } else { Err("too few leaves for a page") }
}

fn check_leaves(page: &Page) -> Result<(), &'static str> {
    if !page.leaves().is_sorted_by(|a, b| half(a, 0) < half(b, 0)) {
        return Err("leaves are not strictly ascending");
    }
    if !page.leaves().iter().all(|leaf| page.id.contains(half(leaf, 0))) {
        return Err("a leaf of another page");
    }
    let level = usize::from(page.id.level());
    for slot in 0..SLOTS {
        let in_slot = page.leaves_below(slot | SLOTS);
        if !in_slot.iter().all(|leaf| nibble(half(leaf, 0), level) == slot) {
            return Err("a leaf in another slot than its key says");
        }
    }
    Ok(())
}
