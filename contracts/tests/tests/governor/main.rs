//! The governor with a real timelock and a token whose holders vote: what each function does and refuses, the ways in
//! which governors were taken over, and the same random steps on the contracts and on a naive model.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

mod invariants;
mod losses;
mod model;
mod parts;
mod rules;
mod scene;
