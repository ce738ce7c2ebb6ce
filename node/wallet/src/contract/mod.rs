//! Contracts from outside: what a contract says about itself, its arguments and answers as people write them, and names
//! for addresses. The specification is `docs/spec/contract-spec.md`.
//!
//! What comes in are a module's section `tacit.spec`, which anybody may have written, and texts that people type; what
//! goes out are the bytes of a call and JSON for what came back. A spec only describes: the bytes that it leads to are
//! judged by the contract. Everything here is bounded, and never panics on any spec, text or bytes.

mod alias;
mod code;
mod names;
mod spec;
mod types;
mod value;

#[cfg(test)]
mod tests;

pub use alias::AliasBook;
pub use code::Problem;
pub use names::{Names, duration_ms};
pub use spec::{Case, ErrorCase, Errors, EventSpec, Field, Function, Kind, Role, Spec, Storage, printable};
pub use types::Type;
pub use value::U256;

/// Name of the custom section that holds a contract's spec.
pub const SPEC_SECTION: &str = "tacit.spec";
