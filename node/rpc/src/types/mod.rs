//! The JSON shapes of `docs/spec/rpc.md`, as types: what methods take and what they answer. The typed client reads
//! the same types, so both ends change together.
//!
//! Field order is the order of positional parameters. Numbers stay below 2^53; everything that could grow beyond is
//! a [`crate::json::Decimal`]. Conversions from the chain's own types live in `convert`.

macro_rules! answers {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)? })*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
            pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }
        )*
    };
}

macro_rules! params {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)? })*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            #[serde(deny_unknown_fields)]
            pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }
        )*
    };
}

mod account;
mod chain;
mod event;
mod identity;
mod params;
mod shielded;

pub use crate::reference::{BlockRef, Cursor};
pub use account::*;
pub use chain::*;
pub use event::*;
pub use identity::*;
pub use params::*;
pub use shielded::*;

/// Most items on a page.
pub const PAGE_MAX: u32 = 1_000;

/// The address text of an account or contract; its prefix must be that of the chain's network.
pub type AddressText = String;
