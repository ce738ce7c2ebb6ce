//! The boundary between a contract and its host: the table of host functions, their result codes, and the
//! limits both sides know.
//!
//! `vm` derives its dispatch and its import check from [`host_functions!`], the SDK derives its stubs from
//! the same table, so the two cannot disagree. Functions are never changed in place: new behaviour is a new
//! name, or a new import module beside [`MODULE`]. This crate holds no code that runs on the host alone.
#![no_std]

mod codes;
mod limits;
mod table;

pub use codes::*;
pub use limits::*;
pub use table::{Function, MODULE, Type, TypeOf, find, functions};
