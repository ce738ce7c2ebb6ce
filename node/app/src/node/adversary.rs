//! One validator of four breaks a rule of `validate` each time it proposes, in front of the real chain: storage, exec,
//! pool and consensus of four whole nodes over loopback.
//!
//! [`tricks`] holds what it breaks, one kind per file; [`mallory`] the chain that breaks it and the ledger of who refused
//! what and why; [`network`] the nodes; [`cluster`] the tests.
#![allow(clippy::unwrap_used)]

mod cluster;
mod mallory;
mod network;
mod tricks;
