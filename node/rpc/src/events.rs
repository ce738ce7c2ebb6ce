//! The stream of events, in pages. Replay and live delivery are the same reads, so there is no seam between them at
//! which an event could be lost or repeated.

use crate::backend::{Answer, Backend, BackendError};
use crate::convert::{Converter, EVENT_KINDS, event_kind, event_names};
use crate::error::RpcError;
use crate::json::HexArray;
use crate::reference::Cursor;
use crate::types::{EventEntry, EventFilter, EventsPage};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use tacit_types::{Address, BlockId, Event, Height, TxId};

/// Most heights that one page looks at.
const HEIGHTS_PER_PAGE: u64 = 256;
/// How many of the latest read heights are kept for other subscribers.
const HEIGHTS_KEPT: usize = 8;

/// A filter whose parts have been checked.
#[derive(Debug, Clone, Default)]
pub struct Matcher {
    kinds: Option<Vec<String>>,
    address: Option<Address>,
}

impl Matcher {
    /// Checks a filter.
    ///
    /// # Errors
    /// Invalid parameters: unknown kind, or an address of another network.
    pub fn new(filter: Option<EventFilter>, convert: Converter) -> Result<Self, RpcError> {
        let Some(filter) = filter else { return Ok(Self::default()) };
        let unknown = |kind: &&String| !EVENT_KINDS.contains(&kind.as_str());
        if filter.kinds.iter().flatten().find(unknown).is_some() {
            return Err(RpcError::params(format!("an event kind is one of {}", EVENT_KINDS.join(", "))));
        }
        let address = filter.address.map(|text| convert.parse_address(&text)).transpose()?;
        Ok(Self { kinds: filter.kinds, address })
    }

    fn matches(&self, event: &Event) -> bool {
        let kind_matches = |kinds: &Vec<String>| kinds.iter().any(|kind| kind == event_kind(event));
        self.kinds.as_ref().is_none_or(kind_matches)
            && self.address.as_ref().is_none_or(|address| event_names(event, address))
    }
}

/// The events of one height, in order.
struct HeightEvents {
    height: u64,
    block_id: BlockId,
    events: Vec<(TxId, Event)>,
}

/// Reads pages of events.
pub struct EventReader {
    backend: Arc<dyn Backend>,
    convert: Converter,
    recent: Mutex<VecDeque<Arc<HeightEvents>>>,
}

impl EventReader {
    /// A reader over `backend`.
    #[must_use]
    pub const fn new(backend: Arc<dyn Backend>, convert: Converter) -> Self {
        Self { backend, convert, recent: Mutex::new(VecDeque::new()) }
    }

    /// At most `limit` matching events at or after `from`, and where to go on.
    ///
    /// # Errors
    /// What the backend says, such as pruned history.
    pub fn page(&self, from: Cursor, limit: usize, matcher: &Matcher) -> Answer<EventsPage> {
        let tip = self.backend.tip().borrow().0;
        let mut next = Cursor { height: from.height.max(1), index: if from.height == 0 { 0 } else { from.index } };
        let last = tip.min(next.height.saturating_add(HEIGHTS_PER_PAGE - 1));
        let mut events = Vec::new();
        while next.height <= last {
            let read = self.height(next.height)?;
            for ((tx_id, event), index) in read.events.iter().zip(0u32..).skip(next.index as usize) {
                let after = Cursor { height: read.height, index: index.saturating_add(1) };
                if matcher.matches(event) {
                    if events.len() == limit {
                        return Ok(EventsPage { events, next });
                    }
                    events.push(self.entry(&read, index, after, *tx_id, event));
                }
                next = after;
            }
            next = Cursor::start_of(read.height.saturating_add(1));
        }
        Ok(EventsPage { events, next })
    }

    fn entry(&self, read: &HeightEvents, index: u32, next: Cursor, tx_id: TxId, event: &Event) -> EventEntry {
        EventEntry {
            cursor: Cursor { height: read.height, index },
            next,
            height: read.height,
            block_id: HexArray(read.block_id.0),
            tx_id: HexArray(tx_id.0),
            event: self.convert.event(event),
        }
    }

    fn height(&self, height: u64) -> Answer<Arc<HeightEvents>> {
        if let Some(known) = self.lock().iter().find(|known| known.height == height) {
            return Ok(Arc::clone(known));
        }
        let missing = || BackendError::Internal(format!("no receipts at committed height {height}"));
        let read = self.backend.receipts(Height(height))?.ok_or_else(missing)?;
        let of_receipt = |receipt: tacit_types::Receipt| {
            let tx_id = receipt.tx_id;
            receipt.events.into_vec().into_iter().map(move |event| (tx_id, event))
        };
        let events = read.receipts.into_iter().flat_map(of_receipt).collect();
        let read = Arc::new(HeightEvents { height, block_id: read.block_id, events });
        let mut recent = self.lock();
        recent.truncate(HEIGHTS_KEPT - 1);
        recent.push_front(Arc::clone(&read));
        Ok(read)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Arc<HeightEvents>>> {
        // The list is valid after every statement, so a panic elsewhere cannot have left it half changed.
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
