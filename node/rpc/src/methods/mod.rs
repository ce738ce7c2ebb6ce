//! The methods, one file per namespace, and the one table that registers them.
//!
//! *Light* methods do a few point reads and run where the request was read. *Heavy* ones read or compute more and run
//! on blocking threads, behind a gate.

mod account;
mod asset;
mod chain;
mod contract;
mod events;
mod group;
mod identity;
mod node;
mod shielded;
mod tx;

use crate::context::Context;
use crate::error::RpcError;
use crate::table::Table;
use crate::types::PAGE_MAX;

/// All methods of this interface.
#[must_use]
pub fn all() -> Table {
    let mut table = Table::new();
    node::register(&mut table);
    chain::register(&mut table);
    tx::register(&mut table);
    account::register(&mut table);
    asset::register(&mut table);
    contract::register(&mut table);
    group::register(&mut table);
    identity::register(&mut table);
    shielded::register(&mut table);
    events::register(&mut table);
    table.register_discover();
    table
}

/// The size of a page: what was asked for, or `default`.
fn page_limit(asked: Option<u32>, default: u32) -> Result<u32, RpcError> {
    match asked.unwrap_or(default) {
        limit @ 1..=PAGE_MAX => Ok(limit),
        _ => Err(RpcError::params(format!("`limit` lies between 1 and {PAGE_MAX}"))),
    }
}

/// Result of a method.
type Outcome<T> = Result<T, RpcError>;

/// Short for the context of methods.
type Ctx = Context;
