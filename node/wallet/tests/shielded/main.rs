//! Private money as a wallet handles it, tested from outside: keys, addresses, encryption, transactions, disclosures.
#![allow(clippy::unwrap_used)]

mod cipher;
mod forge;
mod keys;
mod support;
mod vectors;
