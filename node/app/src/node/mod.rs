//! A running node: its shared parts, the chain behind consensus, the backend behind RPC, the way into the pool, and the
//! one function that wires them together.

mod admit;
#[cfg(test)]
mod adversary;
pub mod artifacts;
mod backend;
mod chain;
pub mod core;
mod evidence;
pub mod keys;
pub mod params;
#[cfg(test)]
mod private_money;
mod shielded;
pub mod start;
mod station;
