//! Tests of the vocabulary from outside: what the encoding accepts, what it refuses, and which bytes and hashes
//! other programs may rely on. Comes in: the public API. Must never: reach into private parts.
#![allow(clippy::unwrap_used, missing_docs)]

mod strategies;

mod addresses;
mod certificates;
mod codec;
mod merkle;
mod pins;
mod reject_codes;
mod validators;
mod vectors;
