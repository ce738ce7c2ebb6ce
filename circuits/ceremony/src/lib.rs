//! Trusted setup: making a circuit's keys together with others, so that nobody knows the secret behind them, and the
//! file formats shared with snarkjs.
//!
//! In: constraints of this release's statements or `.r1cs` files, `.ptau` and `.zkey` files of anybody. Out: the same
//! files one step further, verdicts about them, and once a ceremony is over the keys and the transcript that a chain
//! pins. A tool for the command line: no node needs it, and nothing here decides what a chain accepts.
//! docs/spec/ceremony.md says what is in every file.
//!
//! Whatever is in a file, reading it never panics and never allocates more than a small multiple of its size; every
//! point is checked to be on its curve and in its subgroup before it is used.
#![cfg_attr(not(test), deny(clippy::panic, clippy::unwrap_used, clippy::expect_used))]

mod blake2b;
mod error;
pub mod format;
mod group;
mod keys;
pub mod phase1;
pub mod phase2;
mod random;
pub mod transcript;
mod work;

pub use error::{CeremonyError, Result};
pub use format::evm::Calldata;
pub use format::ptau::Ptau;
pub use format::r1cs::R1cs;
pub use format::wtns::Witness;
pub use format::zkey::Zkey;
pub use keys::Keys;
pub use random::{BEACON_BYTES_MAX, BEACON_POWERS, Beacon, Entropy};
pub use transcript::Transcript;

/// Called as long work goes on: what is being done, steps done, steps in all.
pub type Progress<'a> = &'a (dyn Fn(&str, u64, u64) + Sync);
