//! The words Tacit is written in: units, identifiers, transactions, blocks, receipts, and the one
//! canonical encoding they all share.
//!
//! What comes in are bytes from peers, users and disks; what goes out are values whose every limit has
//! been checked. This crate never does I/O, never reads a clock, never verifies a signature or a proof
//! (those need cryptography that belongs to `exec` and `circuits`), and never uses serde for wire bytes.
#![no_std]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::indexing_slicing,
        clippy::float_arithmetic
    )
)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod codec;
pub mod gas;
pub mod limits;

pub mod units;

pub mod ids;

pub mod address;

pub mod bounded;

pub mod keys;

pub mod proof;

pub mod action;
pub mod asset;
pub mod binding;
pub mod contract;
pub mod identity;
pub mod shielded;
pub mod tx;

pub mod block;
pub mod certificate;
pub mod header;
pub mod merkle;
pub mod validators;
pub mod vote;

pub mod event;
pub mod receipt;
pub mod reject;

pub mod params;

pub use action::Action;
pub use address::{Address, Network};
pub use block::{Block, BlockBody, RawTx};
pub use bounded::{Bytes, List, Name};
pub use certificate::CommitCertificate;
pub use codec::{DecodeError, decode_exact, encode};
pub use event::Event;
pub use header::Header;
pub use ids::*;
pub use keys::{PublicKey, Signature};
pub use params::ChainParams;
pub use proof::{FieldBytes, ProofBytes};
pub use receipt::Receipt;
pub use reject::RejectCode;
pub use tx::{Authorization, Tx, TxBody, Witness};
pub use units::{Amount, Gas, Height, Power, Price, Round, Sequence, UnixMillis};
pub use validators::{Validator, ValidatorSet};
