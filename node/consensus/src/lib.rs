//! Consensus: Malachite, adapted to Tacit.
//!
//! What comes in are a [`Chain`] (the rest of the node behind one trait), keys and settings; what comes out are durable
//! commits through that trait, and a [`Status`] to watch. This crate knows no transaction, no state and no database. It
//! never signs two messages for one step (see [`guard`]), never lets a vote out for a block that is not stored, never
//! answers a decision before it is committed, and never panics on what a peer sends.
//!
//! Read `run` first, then `adapter`, then `handlers/`, one file per message of the engine. Formats are written down in
//! `docs/spec/consensus.md`.

mod adapter;
mod certificate;
pub mod chain;
mod codec;
pub mod config;
mod context;
mod engine;
mod error;
mod evidence;
mod fault;
pub mod guard;
mod handlers;
mod malachite;
mod pacing;
mod parts;
mod run;
mod signing;
mod status;
#[cfg(test)]
mod tests;
mod worker;

pub use chain::{
    BuiltBlock, Candidate, Chain, Committed, DecidedBlock, Evidence, Fault, Mode, SignedStatement, UndecidedBlock,
    Verdict,
};
pub use config::{Config, Keys, Pacing, PubSub, Timeouts};
pub use error::ConsensusError;
pub use parts::{PART_BYTES, PARTS_MAX};
pub use run::{Handle, run};
pub use status::Status;

/// Filter directives for the engine's log targets. At INFO it writes about 20 lines per block; its network also reports
/// every message that had no receiver as an error, which with one validator is every message.
#[must_use]
pub const fn log_directives(validators: usize) -> &'static str {
    if validators > 1 {
        "arc_malachitebft=warn,ractor=warn,libp2p=warn"
    } else {
        "arc_malachitebft=warn,arc_malachitebft_network=off,ractor=warn,libp2p=warn"
    }
}

/// The engine's own metrics in Prometheus' text format, for the metrics endpoint to append.
#[must_use]
pub fn metrics_text() -> String {
    let mut text = String::new();
    arc_malachitebft_app_channel::app::metrics::export(&mut text);
    text
}
