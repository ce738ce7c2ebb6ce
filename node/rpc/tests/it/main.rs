//! The server as a stranger meets it: over TCP, against a node that exists only in memory.
#![allow(clippy::unwrap_used)]

mod events;
mod health;
mod hostile;
mod http;
mod methods;
mod mock;
mod openrpc;
mod shapes;
mod shielded;
mod transactions;
