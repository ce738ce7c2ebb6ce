//! Private money as a wallet handles it, tested from outside: keys, addresses, encryption, transactions, disclosures.
#![allow(clippy::unwrap_used)]

mod build;
mod cipher;
mod disclosure;
mod forge;
mod keys;
#[allow(dead_code)]
#[path = "../../../rpc/tests/it/mock.rs"]
mod mock;
mod prover;
mod support;
mod vectors;
mod world;
