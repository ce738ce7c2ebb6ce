//! Standard contracts that work together, as people would put them together: a token that votes with governor, timelock and
//! multisig; permits in other contracts' hands; shares of a pool and votes that vest; code that a timelock changes,
//! and code that a contract changes by itself.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

mod assembly;
mod governance;
mod own_upgrades;
mod permits;
mod upgrades;
mod vested;
