//! Helpers for tests (feature `testing`): honest statements, and constraint systems that can be lied to.
//!
//! Nothing here belongs in a node or wallet.

mod arkworks;
mod forge;
mod samples;
mod transfer;

pub use arkworks::Arkworks;
pub use forge::{ForgedSystem, systems};
pub use samples::{Sample, development_vectors, samples};
