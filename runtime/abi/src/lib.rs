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

pub use codes::{
    BUFFER_TOO_SMALL, CALLEE_FAILED, CALLEE_OUT_OF_GAS, CALLEE_REVERTED, CONTRACT_UNKNOWN, DEPTH_EXCEEDED,
    FUNCTION_UNKNOWN, INSUFFICIENT_BALANCE, NOT_FOUND, OK, RECIPIENT_REFUSED, REENTRY_DENIED,
};
pub use limits::{
    ADDRESS_BYTES, AMOUNT_BYTES, CALL_DEPTH_MAX, EVENT_DATA_BYTES_MAX, EVENT_TOPICS_MAX, FUNCTION_NAME_BYTES_MAX,
    HASH_BYTES, INIT_FUNCTION, INPUT_BYTES_MAX, OUTPUT_BYTES_MAX, PANIC_TEXT_BYTES_MAX, PROOF_STATEMENT_BYTES_MAX,
    STORAGE_KEY_BYTES_MAX, STORAGE_VALUE_BYTES_MAX, TOPIC_BYTES,
};
pub use table::{Function, MODULE, Type, TypeOf, find, functions};
