//! Tests of the trie against a model that knows nothing of pages.
#![allow(clippy::unwrap_used)]

mod format;
mod history;
mod model;
mod pages;
mod proofs;
mod vectors;
