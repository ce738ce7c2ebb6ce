//! Sizes that both sides of the boundary know. All are consensus data.

/// Bytes of an address.
pub const ADDRESS_BYTES: u32 = 32;
/// Bytes of an amount: an unsigned 128-bit little-endian number of base units.
pub const AMOUNT_BYTES: u32 = 16;
/// Bytes of a hash.
pub const HASH_BYTES: u32 = 32;
/// Bytes of one event topic.
pub const TOPIC_BYTES: u32 = 32;
/// Most topics of one event.
pub const EVENT_TOPICS_MAX: u32 = 4;
/// Longest data of one event in bytes.
pub const EVENT_DATA_BYTES_MAX: u32 = 16 * 1024;
/// Longest storage key in bytes; the shortest is one byte.
pub const STORAGE_KEY_BYTES_MAX: u32 = 256;
/// Longest storage value in bytes.
pub const STORAGE_VALUE_BYTES_MAX: u32 = 64 * 1024;
/// Longest input of a call in bytes.
pub const INPUT_BYTES_MAX: u32 = 64 * 1024;
/// Longest output or revert data of a call in bytes.
pub const OUTPUT_BYTES_MAX: u32 = 64 * 1024;
/// Longest exported function name in bytes.
pub const FUNCTION_NAME_BYTES_MAX: u32 = 64;
/// Longest message and longest file name of a panic in bytes; longer ones are cut.
pub const PANIC_TEXT_BYTES_MAX: u32 = 1024;
/// Longest encoded statement of a proof in bytes.
pub const PROOF_STATEMENT_BYTES_MAX: u32 = 512;
/// Most contracts on the call stack at once.
pub const CALL_DEPTH_MAX: usize = 16;
/// The export that runs once, when the contract is made, and never again.
pub const INIT_FUNCTION: &str = "init";
