//! Genesis: from a chain spec that people write to the checked state that a chain starts with.
//!
//! A spec is TOML ([`spec::ChainSpec`]); [`build::Genesis`] is what comes out when every field has been checked and the
//! initial state has been made by `exec`'s own init path. Nothing here writes state by hand, and nothing unchecked
//! leaves: a bad spec is refused with file, field and reason.

pub mod build;
pub mod error;
pub mod spec;

pub use build::Genesis;
pub use error::GenesisError;
pub use spec::ChainSpec;
