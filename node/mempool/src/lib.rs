//! Where checked transactions wait for a block.
//!
//! [`Pool`] holds all the rules and is pure: it is given the time, the accounts and the blocks, and depends on nothing
//! else. [`Mempool`] is the same behind a lock, with a flag that wakes the proposer. [`Intake`] is the way in for
//! bytes: it checks them in batches and admits what is valid. Nothing waits here that exec has not verified.
//!
//! The rules are written down in `docs/spec/mempool.md`.

mod account;
mod config;
mod intake;
pub mod pool;
mod recent;
pub mod saved;
mod shell;
pub mod source;
pub mod system;
#[cfg(test)]
mod tests;
mod tx;

pub use config::{PoolConfig, SHIELDED_PART};
pub use intake::{Accepted, Intake, Verdict};
pub use pool::{Admitted, Committed, Pool, PoolStats, SelectLimits};
pub use shell::{Mempool, StateView};
pub use source::Source;
pub use tx::PooledTx;
