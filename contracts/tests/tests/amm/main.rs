//! The pool in the simulator: what each function does and refuses, the pool against a naive one, and what others lost
//! money to.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

mod behaviour;
mod invariants;
mod losses;
mod model;
mod shortfall;
mod world;
