//! The simulator against the committed contracts and small guests written in text.
#![allow(clippy::unwrap_used)]

mod blocks;
mod cheats;
mod determinism;
mod documented;
mod gas;
mod guests;
mod invariants;
mod model;
mod money;
mod outcomes;
mod policies;
mod proofs;
mod snapshots;
