//! The transaction network of Tacit: a libp2p swarm of its own beside that of consensus.
//!
//! In come transactions that peers announce, out go those that the local pool has admitted. Peers tell each other
//! hashes, ask for the bodies that they lack, and forward a transaction only after their own pool has checked it.
//! Everything a peer can make this node hold or do has a named limit ([`limits`]); what it does wrong has a name and
//! a price ([`Offence`]). This crate never decodes a transaction, never judges one, and knows no chain state.
//!
//! The protocol is written down in `docs/spec/network.md`.

mod behaviour;
mod bucket;
#[cfg(test)]
mod cluster;
mod codec;
mod config;
mod dial;
mod error;
mod fetch;
mod gate;
mod handle;
pub mod limits;
mod outbox;
mod recent;
mod score;
mod service;
mod tx_pool;
pub mod wire;

pub use config::NetworkConfig;
pub use error::NetworkError;
pub use handle::{Network, PeerStatus, Status};
pub use libp2p::{Multiaddr, PeerId, identity::Keypair};
pub use score::{BAN_SCORE, Ban, FORGIVEN_PER_SECOND, Offence};
pub use tx_pool::{SubmitVerdict, TxPool};
