//! The nine stations of a transaction in the log: a span for each, with height and number of transactions, and at level
//! `debug` an event per transaction with its id. The filter `tacit::station=debug` follows every transaction.
//!
//! Stations 1 to 4 (arrive, decode, check, wait) are one span, `admit`, because a verdict is all that leaves it.

use std::sync::Arc;
use tacit_exec::CheckedTx;
use tacit_types::Height;
use tracing::{Level, Span};

const TARGET: &str = "tacit::station";

/// The span of a station that works on a block at `height`.
pub fn span(station: &'static str, height: Height) -> Span {
    tracing::info_span!(target: TARGET, "station", name = station, height = height.0)
}

/// Tells of every transaction that has passed the station.
pub fn passed(station: &'static str, height: Height, txs: &[Arc<CheckedTx>]) {
    if tracing::enabled!(target: TARGET, Level::DEBUG) {
        for tx in txs {
            tracing::debug!(target: TARGET, station, height = height.0, tx_id = %tx.id(), "passed");
        }
    }
}
