//! A batch of changes put in order: split by the first nibble, sorted, the last change of a key standing.

use super::hash::KeyPath;
use super::page::SLOTS;
use super::page_id::nibble;
use super::shard::Change;

/// Splits `batch` by the first nibble of the key path, keeping the order.
pub(crate) fn split(batch: Vec<Change>) -> Vec<Vec<Change>> {
    let mut groups: Vec<Vec<Change>> = Vec::new();
    groups.resize_with(SLOTS, || Vec::with_capacity(batch.len() / 14));
    for change in batch {
        if let Some(group) = groups.get_mut(nibble(&change.0, 0)) {
            group.push(change);
        }
    }
    groups
}

/// Makes `changes` strictly ascending; of several changes of one key the last one stands.
pub(crate) fn sort(changes: &mut Vec<Change>) {
    if changes.is_sorted_by(|a, b| a.0 < b.0) {
        return;
    }
    // Sorting eight bytes of the key and a position moves a quarter of the bytes that sorting the changes would.
    let mut order: Vec<(u64, u32)> =
        changes.iter().zip(0u32..).map(|((key, _), position)| (head(key), position)).collect();
    let change_at = |position: u32| changes.get(position as usize);
    order.sort_unstable_by(|a, b| {
        let tie = || change_at(a.1).map(|c| &c.0).cmp(&change_at(b.1).map(|c| &c.0));
        a.0.cmp(&b.0).then_with(tie).then(a.1.cmp(&b.1))
    });
    let mut sorted: Vec<Change> = Vec::with_capacity(changes.len());
    for change in order.iter().filter_map(|(_, position)| change_at(*position)) {
        match sorted.last_mut() {
            Some(last) if last.0 == change.0 => *last = *change,
            _ => sorted.push(*change),
        }
    }
    *changes = sorted;
}

/// The first eight bytes of a key path as a number that orders like them.
fn head(key: &KeyPath) -> u64 {
    key.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}
