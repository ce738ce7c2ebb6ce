//! The node's door for programs: JSON-RPC 2.0 over HTTP and WebSocket, health checks, the metrics page, and (feature
//! `client`) the typed client that speaks to them. `docs/spec/rpc.md` is the specification.
//!
//! What comes in are requests from anybody; what goes out are answers of a [`Backend`], which the node's binary
//! implements. This crate never touches storage, execution or consensus itself, keeps no state but counters and a few
//! recent events, and every limit on a caller is in [`RpcConfig`].

pub mod backend;
#[cfg(feature = "client")]
pub mod client;
pub mod config;
mod context;
pub mod convert;
pub mod error;
mod events;
mod fields;
mod gate;
pub mod json;
mod methods;
mod metrics_server;
mod middleware;
pub mod openrpc;
mod places;
pub mod reference;
mod server;
mod stream;
mod table;
pub mod types;

pub use backend::{Backend, BackendError};
pub use config::{GateConfig, RpcConfig};
pub use error::{ErrorData, ErrorKind, RpcError};
pub use metrics_server::serve_metrics;
pub use reference::{BlockRef, Cursor};
pub use server::{RpcServer, StartError};
pub use table::TableError;

/// The OpenRPC document of this interface, as `rpc.discover` answers it.
#[must_use]
pub fn openrpc_document() -> serde_json::Value {
    methods::all().document()
}
