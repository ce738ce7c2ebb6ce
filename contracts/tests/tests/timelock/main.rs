//! The timelock: what each function does and refuses, the ways in which calls that should wait did not, and the same
//! random steps on the contract and on a naive model.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

mod invariants;
mod losses;
mod model;
mod rules;
mod scene;
