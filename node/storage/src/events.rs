//! Events by cursor: what subscribers replay after they were away.
//!
//! Events stand in the receipts and nowhere else. The events column only says, for heights that have any, how many each
//! chunk of receipts holds, so that a reader finds its place without decoding what it does not want.

use crate::column::Column;
use crate::database::Database;
use crate::error::StorageError;
use crate::record::{height_key, read_height};
use crate::store::{Walk, decode};
use tacit_types::{Event, Height, Receipt, TxId};

/// A place in the order of all events: the `index`-th of `height`, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventCursor {
    /// Height.
    pub height: Height,
    /// Number of the event within the height.
    pub index: u32,
}

/// A committed event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRecord {
    /// Its place.
    pub cursor: EventCursor,
    /// The transaction that caused it.
    pub tx_id: TxId,
    /// Place of that transaction in its block.
    pub tx_index: u32,
    /// What happened.
    pub event: Event,
}

impl EventCursor {
    /// The first event of all.
    pub const START: Self = Self { height: Height::ZERO, index: 0 };

    /// The place right after this one; there may be no event there.
    #[must_use]
    pub const fn next(self) -> Self {
        Self { height: self.height, index: self.index.saturating_add(1) }
    }
}

/// Numbers the events of a block as the database does, for those who have its receipts at hand.
#[must_use]
pub fn events_of(height: Height, receipts: &[Receipt]) -> Vec<EventRecord> {
    number_events(height, 0, 0, receipts)
}

impl Database {
    /// Up to `limit` events at or after `cursor`, in order. Ask again from the last one's `cursor.next()`.
    ///
    /// # Errors
    /// [`StorageError::Damaged`], [`StorageError::Io`].
    pub fn events(&self, cursor: EventCursor, limit: usize) -> Result<Vec<EventRecord>, StorageError> {
        let mut found = Vec::new();
        self.store().walk(Column::Events, &height_key(cursor.height), None, |key, value| {
            if found.len() >= limit {
                return Ok(Walk::Stop);
            }
            let height = read_height(key)
                .filter(|_| key.len() == size_of::<u64>())
                .ok_or_else(|| StorageError::damaged(Column::Events, key, "not a height"))?;
            let counts: Vec<u32> = decode(Column::Events, key, value)?;
            let from = if height == cursor.height { cursor.index } else { 0 };
            self.collect_events(height, &counts, from, limit, &mut found)?;
            Ok(Walk::On)
        })?;
        Ok(found)
    }

    /// Adds the events of one height from number `from` on.
    fn collect_events(
        &self,
        height: Height,
        counts: &[u32],
        from: u32,
        limit: usize,
        found: &mut Vec<EventRecord>,
    ) -> Result<(), StorageError> {
        let mut number = 0u32;
        for (chunk, count) in (0u32..).zip(counts) {
            let end = number.saturating_add(*count);
            if end > from {
                let events = self.chunk_events(height, chunk, number, *count)?;
                let wanted = events.into_iter().filter(|event| event.cursor.index >= from);
                found.extend(wanted.take(limit.saturating_sub(found.len())));
            }
            if found.len() >= limit {
                return Ok(());
            }
            number = end;
        }
        Ok(())
    }

    fn chunk_events(
        &self,
        height: Height,
        chunk: u32,
        number: u32,
        count: u32,
    ) -> Result<Vec<EventRecord>, StorageError> {
        let receipts = self.receipts_chunk(height, chunk)?.unwrap_or_default();
        let first_tx = chunk.saturating_mul(u32::try_from(crate::commit::RECEIPTS_PER_CHUNK).unwrap_or(u32::MAX));
        let events = number_events(height, first_tx, number, &receipts);
        if u32::try_from(events.len()) == Ok(count) {
            return Ok(events);
        }
        Err(StorageError::damaged(Column::Events, &height_key(height), "its counts are not those of the receipts"))
    }
}

fn number_events(height: Height, first_tx: u32, first: u32, receipts: &[Receipt]) -> Vec<EventRecord> {
    let each = (first_tx..).zip(receipts).flat_map(|(tx_index, receipt)| {
        receipt.events.iter().map(move |event| (tx_index, receipt.tx_id, event.clone()))
    });
    (first..)
        .zip(each)
        .map(|(index, (tx_index, tx_id, event))| EventRecord {
            cursor: EventCursor { height, index },
            tx_id,
            tx_index,
            event,
        })
        .collect()
}
